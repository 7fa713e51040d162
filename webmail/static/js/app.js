// What every page has: links and forms without a full load (htmx), modules for parts of a page, keys, offline notes.
// An element with data-js="name" is given to mount() of ./name.js once; what mount returns is called when it goes.
import { watchKeys } from "./keys.js";
import { watchLive } from "./live.js";
import { putDown, say, takeAlong, text } from "./toast.js";

const mounted = new Map(); // element -> what to call when it has gone

// Tabs that do not fit are scrolled to the one that is open.
function showTab() {
  for (const open of document.querySelectorAll(".tabs [aria-current]")) {
    const row = open.closest(".tabs");
    row.scrollLeft = open.offsetLeft - row.offsetLeft - (row.clientWidth - open.offsetWidth) / 2;
  }
}

async function mountAll() {
  showTab();
  for (const [element, leave] of mounted) {
    if (element.isConnected) continue;
    mounted.delete(element);
    leave?.();
  }
  for (const element of document.querySelectorAll("[data-js]")) {
    if (mounted.has(element)) continue;
    mounted.set(element, undefined);
    await mount(element).catch((error) => console.error(element.dataset.js, error)); // the others go on
  }
}

async function mount(element) {
  for (const name of element.dataset.js.split(" ")) {
    const module = await import(`./${name}.js`);
    if (!element.isConnected) return;
    const leave = module.mount(element);
    const before = mounted.get(element);
    mounted.set(element, () => { before?.(); leave?.(); });
  }
  element.dataset.ready = ""; // keys and buttons of this part work from now on
}

// ---- pages without a full load ----
let shownPath = location.pathname;

document.addEventListener("htmx:before:response", (event) => {
  const { response, request, sourceElement, sourceEvent } = event.detail.ctx;
  const type = response.headers.get("content-type") ?? "";
  const toSignIn = response.raw.redirected && new URL(response.raw.url).pathname === "/dang-nhap";
  if ((response.status === 401 || toSignIn) && askAgain(sourceElement, sourceEvent)) {
    event.preventDefault();
  } else if (!type.startsWith("text/html") && request.method?.toUpperCase() === "GET") {
    event.preventDefault(); // a file: the browser itself knows what to do with it
    location.assign(request.action);
  }
});

// Whose session is over keeps the page with all that was typed, signs in over it, and then goes on with what he did.
function askAgain(source, cause) {
  const dialog = document.getElementById("vao-lai");
  if (!dialog || source.closest("[action='/dang-xuat']")) return false;
  const resume = () => source.tagName === "FORM" ? source.requestSubmit(cause?.submitter) : source.click();
  dialog.dispatchEvent(new CustomEvent("ask", { detail: { resume } }));
  return true;
}

document.addEventListener("htmx:before:swap", takeAlong);
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target === document.body) putDown();
  if (location.pathname !== shownPath) {
    shownPath = location.pathname;
    const wanted = location.hash ? document.getElementById(location.hash.slice(1)) : null;
    wanted?.scrollIntoView({ block: "nearest" });
    if (!wanted || wanted.closest(".beside")) scrollTo(0, 0); // a list beside what is read has a scroll of its own
    const focused = document.activeElement;
    if (!focused || focused === document.body) document.querySelector("[autofocus], #noi-dung")?.focus({ preventScroll: true });
  }
  for (const open of document.querySelectorAll("details.me[open], .more details[open]")) open.open = false;
  mountAll();
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx) say(text(navigator.onLine ? "failed" : "offline"), { bad: true });
  else console.error(event.detail.error);
});
addEventListener("offline", () => say(text("offline"), { bad: true }));
addEventListener("online", () => say(text("online")));

// ---- small habits of all pages ----
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.me[open], .more details[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
  const opener = event.target.closest?.("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
    dialog.dispatchEvent(new Event("open"));
  }
  if (event.target.closest?.("[data-close]")) event.target.closest("dialog")?.close();
}, { capture: true });

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.type !== "file" || !field.dataset.most) return;
  const size = [...field.files].reduce((sum, file) => sum + file.size, 0);
  const most = Number(field.dataset.most);
  const problem = size > most ? text("toolarge").replace("{most}", `${Math.floor(most / 1048576)} MB`) : "";
  field.setCustomValidity(problem);
  if (problem) field.reportValidity();
});

watchKeys();
watchLive();
mountAll();
