// "v": which folder? A box that narrows the list while one types, marks or not. The select of the form holds the folders.
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();

export function ask(select, title) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog"), box = document.createElement("input"), list = document.createElement("div");
    dialog.className = "palette move-dialog";
    dialog.setAttribute("aria-label", title);
    box.type = "search";
    box.placeholder = title;
    box.setAttribute("aria-label", title);
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", title);
    dialog.append(box, list);
    document.body.append(dialog);
    let chosen = "", at = 0;

    const fill = () => {
      const words = plain(box.value).split(/\s+/).filter(Boolean);
      const fitting = [...select.options].filter((one) => one.value && words.every((word) => plain(one.textContent).includes(word)));
      at = 0;
      list.replaceChildren(...fitting.map((one, n) => {
        const made = document.createElement("div"), name = document.createElement("span");
        made.setAttribute("role", "option");
        made.setAttribute("aria-selected", String(n === 0));
        made.dataset.value = one.value;
        name.textContent = one.textContent;
        made.append(name);
        if (one.parentElement !== select.querySelector("optgroup")) {
          const owner = document.createElement("span");
          owner.className = "soft";
          owner.textContent = one.parentElement.label;
          made.append(owner);
        }
        return made;
      }));
    };
    const go = (by) => {
      const all = [...list.children];
      if (!all.length) return;
      at = (at + by + all.length) % all.length;
      all.forEach((one, n) => one.setAttribute("aria-selected", String(n === at)));
      all[at].scrollIntoView({ block: "nearest" });
    };
    const take = (option) => { chosen = option?.dataset.value ?? ""; dialog.close(); };
    box.addEventListener("input", fill);
    box.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); go(step); }
      if (event.key === "Enter") { event.preventDefault(); take(list.children[at]); }
    });
    list.addEventListener("click", (event) => take(event.target.closest("[role=option]")));
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(chosen); });
    fill();
    dialog.showModal();
    box.focus();
  });
}
