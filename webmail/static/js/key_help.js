// "?": the keys of this page, read off the page itself.
import { allKeys } from "./keys.js";

export function mount(dialog) {
  const list = dialog.querySelector(".keys");
  const fill = () => {
    list.replaceChildren(...allKeys().map(([key, label]) => {
      const line = document.createElement("div"), term = document.createElement("dt"), about = document.createElement("dd");
      for (const one of key.split(" ")) {
        const cap = document.createElement("kbd");
        cap.textContent = one;
        term.append(cap, " ");
      }
      about.textContent = label;
      line.append(term, about);
      return line;
    }));
  };
  dialog.addEventListener("ask", () => { fill(); if (!dialog.open) dialog.showModal(); });
  dialog.addEventListener("open", fill);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}
