// The form of the register: begins at what is wrong, else at the first empty field that must be filled, else at the
// first one, so that Enter is enough; a field that is changed is no longer "tự nhận dạng".
export function mount(form) {
  const begin = () => {
    if (!form.isConnected || document.querySelector("dialog[open]")) return;
    const fields = [...form.elements].filter((one) => one.matches(".input, .area, .select"));
    const wrong = form.querySelector("[aria-invalid=true]");
    const start = wrong ?? fields.find((one) => one.required && !one.value) ?? form.querySelector("#f-issuer") ?? fields[0];
    const wide = matchMedia("(min-width: 75rem)").matches; // a phone would show its keyboard over the paper
    if (wrong) (wrong.closest(".field") ?? wrong).scrollIntoView({ block: "center" }); // with what is said below it
    if (start && (wide || wrong)) start.focus({ preventScroll: true });
  };
  const changed = (event) => {
    const field = event.target.closest(".field.known");
    field?.classList.remove("known");
    field?.querySelector(".known-mark")?.remove();
  };
  begin();
  document.addEventListener("htmx:after:swap", begin); // the next letter may come into the very same form
  form.addEventListener("input", changed);
  return () => {
    document.removeEventListener("htmx:after:swap", begin);
    form.removeEventListener("input", changed);
  };
}
