// "Chép giá trị": shown only where the browser lets a page write to the clipboard.
import { say } from "./toast.js";

export function mount(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    say(button.dataset.done);
  });
}
