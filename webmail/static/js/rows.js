// A list worked through with the keyboard: j and k choose a row, Enter opens it, other keys press the row's own
// buttons (data-row-key). The row that is chosen is the one that holds the focus, so nothing has to be remembered.
import { register } from "./keys.js";

export function mount(list) {
  const rows = () => [...list.querySelectorAll("[data-row]")];
  const chosen = () => document.activeElement?.closest("[data-row]");
  const link = (row) => (row.matches("a") ? row : row.querySelector("a"));
  const step = (by) => {
    const all = rows(), now = all.indexOf(chosen());
    const row = all[now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + by))];
    if (!row) return;
    link(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const keys = {
    j: { label: list.dataset.next, run: () => step(1) },
    k: { label: list.dataset.before, run: () => step(-1) },
  };
  for (const button of list.querySelectorAll("[data-row-key]")) {
    const key = button.dataset.rowKey;
    const label = button.textContent.trim();
    keys[key] ??= { label, run: () => (chosen() ?? rows()[0])?.querySelector(`[data-row-key="${key}"]`)?.click() };
    if (!keys[key].label.split(" / ").includes(label)) keys[key].label += ` / ${label}`;
  }
  return register(keys);
}
