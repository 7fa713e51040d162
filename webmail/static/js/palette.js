// Ctrl+K: one box over mail, documents, people and commands. The server finds; here only the choice moves.
export function mount(dialog) {
  const box = dialog.querySelector("input[type=search]"), results = dialog.querySelector("[role=listbox]");
  const options = () => [...results.querySelectorAll("[role=option]")];
  const choose = (wanted) => {
    const all = options();
    all.forEach((one, n) => { one.id ||= `tim-nhanh-${n}`; one.setAttribute("aria-selected", String(one === wanted)); });
    if (wanted) {
      box.setAttribute("aria-activedescendant", wanted.id);
      wanted.scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  };
  const chosen = () => options().find((one) => one.getAttribute("aria-selected") === "true");

  dialog.addEventListener("ask", () => {
    if (dialog.open) return;
    dialog.showModal();
    box.select();
    box.dispatchEvent(new Event("mo"));
  });
  results.addEventListener("htmx:after:swap", () => choose(options()[0]));
  box.addEventListener("keydown", (event) => {
    const all = options(), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
    } else if (event.key === "Escape" && !event.isComposing) { // a search box would only empty itself first
      event.preventDefault();
      dialog.close();
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      dialog.close();
      chosen().click();
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[role=option]")) dialog.close();
  });
}
