// A table whose rows lead somewhere: the mouse may press anywhere in a row, and it is the row's own link that is
// followed. Text can still be marked, and links and buttons do what they say.
export function mount(table) {
  const press = (event) => {
    const row = event.target.closest("tbody tr");
    if (!row || event.target.closest("a, button, input, label") || String(getSelection())) return;
    const link = row.querySelector("a[data-row-link]");
    if (!link) return;
    const { ctrlKey, metaKey, shiftKey } = event;
    link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
  };
  table.addEventListener("click", press);
  return () => table.removeEventListener("click", press);
}
