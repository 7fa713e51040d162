// A form with files that comes back with something to mend: the browser empties the choice of files, so what was chosen
// is held here and put back. Only where the files themselves were not what was wrong.
let held = null;

export function mount(form) {
  const choices = () => [...form.querySelectorAll("input[type=file]")];
  if (held?.action === form.action && "again" in form.dataset) {
    for (const input of choices()) {
      const files = held.files.get(input.name);
      if (files?.length && !input.matches("[aria-invalid=true]")) input.files = files;
    }
    const back = choices().reduce((sum, input) => sum + input.files.length, 0);
    if (back) form.querySelector("[data-lost]")?.remove();
  }
  held = null;
  const sent = () => { held = { action: form.action, files: new Map(choices().map((one) => [one.name, one.files])) }; };
  form.addEventListener("submit", sent);
  return () => form.removeEventListener("submit", sent);
}
