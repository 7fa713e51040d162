// The conversation under the keys: n and p go from letter to letter and open what is folded.
import { register } from "./keys.js";
import { ask } from "./mail_move.js";

export function mount(element) {
  const letters = () => [...element.querySelectorAll(".fold, .main-letter")].filter((one) => one.checkVisibility());
  const goTo = (step) => {
    for (const far of element.querySelectorAll(".far-folds:not([open])")) {
      const inside = far.contains(document.activeElement);
      const next = step > 0 ? far.previousElementSibling : far.nextElementSibling;
      if (inside || next?.contains(document.activeElement)) far.open = true;
    }
    const all = letters();
    const now = all.findIndex((one) => one.contains(document.activeElement));
    const from = now >= 0 ? now : all.findIndex((one) => one.classList.contains("main-letter"));
    const wanted = all[Math.min(Math.max(from + step, 0), all.length - 1)];
    if (!wanted) return;
    if (wanted.tagName === "DETAILS") wanted.open = true;
    (wanted.querySelector("summary") && wanted.tagName === "DETAILS" ? wanted.querySelector("summary") : wanted).focus({ preventScroll: true });
    wanted.scrollIntoView({ block: "nearest" });
  };
  const labels = element.dataset;
  const gone = register({
    n: { label: labels.next ?? "", run: () => goTo(1) },
    p: { label: labels.previous ?? "", run: () => goTo(-1) },
  });
  const picker = element.querySelector("[data-move]");
  const mover = picker && register({
    v: { label: picker.getAttribute("aria-label"), run: async () => {
      const wanted = await ask(picker, picker.getAttribute("aria-label"));
      if (!wanted || !picker.isConnected) return;
      picker.value = wanted;
      picker.form.requestSubmit(element.querySelector("[data-move-now]"));
    } },
  });
  const closeMenus = (event) => {
    for (const menu of element.querySelectorAll(".further[open]")) if (!menu.contains(event.target)) menu.open = false;
  };
  const escape = (event) => {
    if (event.key !== "Escape") return;
    for (const menu of element.querySelectorAll(".further[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
  };
  document.addEventListener("click", closeMenus);
  element.addEventListener("keydown", escape);
  // A long conversation begins at the letter that was asked for.
  const main = element.querySelector(".main-letter");
  if (main && main.getBoundingClientRect().top > innerHeight * 0.6) main.scrollIntoView({ block: "start" });
  return () => { gone(); mover?.(); document.removeEventListener("click", closeMenus); };
}
