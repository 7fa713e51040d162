// The form of the register: begins at what is wrong, else at the first empty field, else at the button, so that Enter
// is enough; a field that is changed is no longer "tự nhận dạng".
export function mount(form) {
  const fields = [...form.elements].filter((one) => one.matches(".input, .area, .select"));
  const start = form.querySelector("[aria-invalid=true]") ?? fields.find((one) => one.required && !one.value)
    ?? fields.find((one) => one.id === "f-issuer") ?? fields[0];
  const wide = matchMedia("(min-width: 75rem)").matches; // a phone would show its keyboard over the paper
  if (start && (wide || start.matches("[aria-invalid=true]"))) start.focus({ preventScroll: wide && !start.matches("[aria-invalid=true]") });
  const changed = (event) => {
    const field = event.target.closest(".field.known");
    field?.classList.remove("known");
    field?.querySelector(".known-mark")?.remove();
  };
  form.addEventListener("input", changed);
  return () => form.removeEventListener("input", changed);
}
