// A form with files that comes back with something to mend: the browser empties the choice of files, so what was chosen
// is held here and put back. Only where the files themselves were not what was wrong.
let held = null;

export function mount(form) {
  const choices = () => [...form.querySelectorAll("input[type=file]")];
  if (held?.action === form.action) {
    if ("again" in form.dataset) putBack(choices(), held.files, form);
    held = null;
  }
  const sent = () => { held = { action: form.action, files: new Map(choices().map((one) => [one.name, one.files])) }; };
  form.addEventListener("submit", sent);
  return () => form.removeEventListener("submit", sent);
}

function putBack(inputs, files, form) {
  for (const input of inputs) {
    if (files.get(input.name)?.length && !input.matches("[aria-invalid=true]")) input.files = files.get(input.name);
  }
  form.querySelector("[data-lost]")?.remove();
}
