// A long list of ticks: a field that narrows it, typed without marks, and the number of those ticked in its summary.
export function mount(list) {
  const field = list.querySelector("[data-filter]");
  const count = list.querySelector("[data-count]");
  const lines = [...list.querySelectorAll(".tick")].map((line) => ({ line, text: plain(line.textContent) }));
  field.hidden = false;
  field.addEventListener("input", () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    for (const one of lines) one.line.hidden = !words.every((word) => one.text.includes(word));
  });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); }); // not the form
  list.addEventListener("change", () => {
    const ticked = lines.filter((one) => one.line.querySelector("input").checked).length;
    count.textContent = ticked ? count.dataset.count.replace("{n}", ticked) : count.dataset.none;
    count.classList.toggle("accent", ticked > 0);
  });
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase();
}
