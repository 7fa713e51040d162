// The session is over: sign in over the page, so that nothing typed is lost; forms then get the new session's token.
export function mount(dialog) {
  const form = dialog.querySelector("form"), problem = dialog.querySelector("[role=alert]");
  let resume = null;
  dialog.addEventListener("ask", (event) => {
    resume = event.detail?.resume ?? null;
    problem.hidden = true;
    if (!dialog.open) dialog.showModal();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form));
    let before = await state();
    if (!before.ma) { // a script heard of the end, and no sign-in page has been seen yet
      await fetch("/dang-nhap");
      before = await state();
    }
    fields.set("ma", before.ma);
    const headers = { Accept: "application/json" };
    const now = await (await fetch("/dang-nhap", { method: "POST", body: fields, headers })).json();
    const code = form.querySelector("[data-code]");
    if (now.can_ma) { // the password was right: the code of the second factor goes along with it
      code.hidden = false;
      code.querySelector("input").value = "";
      code.querySelector("input").focus();
    } else {
      form.querySelector("[type=password]").value = "";
    }
    problem.hidden = now.vao || !now.loi;
    problem.textContent = now.loi ?? "";
    if (!now.vao) return;
    for (const hidden of document.querySelectorAll("input[name=ma]")) hidden.value = now.ma;
    dialog.close();
    resume?.();
  });
}

// Whether this browser is signed in, and the token its forms need now.
export async function state() {
  return (await fetch("/phien", { headers: { Accept: "application/json" } })).json();
}
