// "Hiện mật khẩu": shown only where scripts run, since it needs one.
export function mount(label) {
  const field = document.getElementById(label.dataset.shows);
  label.hidden = false;
  label.querySelector("input").addEventListener("change", (event) => { field.type = event.target.checked ? "text" : "password"; });
}
