// One line of news at the bottom. It stays while the pointer or the focus is on it.
const SHOWN_MS = 8000;

export function text(name) {
  return document.getElementById("chu")?.dataset[name] ?? "";
}

export function say(words, { bad = false, action = null } = {}) {
  const made = document.getElementById(bad ? "mau-toast-loi" : "mau-toast")?.content.firstElementChild?.cloneNode(true);
  const place = document.getElementById("bao");
  if (!made || !place) return;
  made.querySelector("span").textContent = words;
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = action.label;
    if (action.key) button.dataset.key = action.key;
    button.addEventListener("click", () => { made.remove(); action.run(); });
    made.append(button);
  }
  made.dataset.made = "";
  place.replaceChildren(made);
  mount(made);
}

let carried = null;

// What was said by a script goes along to the next page, with its way back; news of that page itself go before it.
export function takeAlong() {
  carried = document.querySelector("#bao > .toast[data-made]:not(.going)");
}

// News that came with the page are put in once more: a live region speaks of what changes, not of what was there.
export function putDown() {
  const place = document.getElementById("bao");
  const news = place?.firstElementChild ?? carried;
  carried = null;
  if (!place || !news) return;
  news.remove();
  requestAnimationFrame(() => { if (!place.firstElementChild) place.append(news); });
}

export function mount(element) {
  let timer = 0;
  if (element.dataset.seconds) {
    timer = setTimeout(() => over(element), Number(element.dataset.seconds) * 1000);
    return () => clearTimeout(timer);
  }
  const leave = () => {
    if (element.matches(":hover, :focus-within")) return wait();
    element.classList.add("going");
    timer = setTimeout(() => element.remove(), 250);
  };
  const wait = () => { timer = setTimeout(leave, SHOWN_MS); };
  wait();
  return () => clearTimeout(timer);
}

// The way back is closed: the line says so, and goes like any other.
function over(element) {
  element.querySelector("form")?.remove();
  element.querySelector("span").textContent = element.dataset.then;
  delete element.dataset.seconds;
  mount(element);
}
