// A small rich text field inside an ordinary form (signatures, templates).
import { openEditor } from "./compose_editor.js";

export function mount(holder) {
  const form = holder.closest("form");
  let opened = null;
  openEditor(holder).then((made) => { opened = made; });
  const fill = () => {
    if (!opened) return;
    holder.querySelector("[name=html]").value = opened.html();
    holder.querySelector("[name=kieu]").value = "html";
  };
  form.addEventListener("submit", fill, { capture: true });
  return () => opened?.close();
}
