// Keys are taught where they act: data-key="e" on a button or link, "g t" for two in a row, "Control+Enter" inside forms.
// What has no element of its own (j and k in a list) is registered by its module.
const registered = new Map(); // key -> { label, run }
const PAUSE_MS = 1200;
let first = "", firstAt = 0;

export function register(keys) {
  for (const [key, entry] of Object.entries(keys)) registered.set(key, entry);
  return () => { for (const key of Object.keys(keys)) if (registered.get(key) === keys[key]) registered.delete(key); };
}

const isTyping = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)
  && !["checkbox", "radio", "button", "submit"].includes(element.type);

const isShown = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? element.offsetParent !== null;

function pressed(event) {
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && (event.key.length > 1 || /\p{L}/u.test(event.key)) ? "Shift+" : "";
  return (event.ctrlKey || event.metaKey ? "Control+" : "") + (event.altKey ? "Alt+" : "") + shift + name;
}

function act(key, scope) {
  const element = [...scope.querySelectorAll(`[data-key~="${CSS.escape(key)}"], [data-key="${CSS.escape(key)}"]`)]
    .find((one) => one.dataset.key === key && isShown(one) && !one.disabled);
  const entry = scope === document ? registered.get(key) : undefined; // what lies behind a dialog hears nothing
  if (element) {
    if (isTyping(element)) element.focus(), element.select?.();
    else element.click();
  } else if (entry) entry.run();
  return Boolean(element || entry);
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const key = pressed(event);
  if (key === "Control+k") {
    event.preventDefault();
    document.getElementById("tim-nhanh")?.dispatchEvent(new Event("ask"));
    return;
  }
  const scope = document.querySelector("dialog[open]") ?? document;
  if (isTyping(event.target) && !key.startsWith("Control+")) {
    if (key === "Escape" && scope === document) event.target.blur();
    return;
  }
  if (scope === document && (key === "?" || key === "Shift+?")) {
    document.getElementById("phim-tat")?.dispatchEvent(new Event("ask"));
    event.preventDefault();
    return;
  }
  const pair = first && event.timeStamp - firstAt < PAUSE_MS ? `${first} ${key}` : "";
  first = "";
  if (pair && act(pair, scope)) return event.preventDefault();
  if (act(key, scope)) return event.preventDefault();
  if (/^[a-z*]$/.test(key)) { first = key; firstAt = event.timeStamp; }
}

export function watchKeys() {
  document.addEventListener("keydown", onKey);
}

// What may be pressed on this page, in the order of the page: [key, label].
export function allKeys() {
  const found = new Map([["Ctrl K", document.getElementById("tim-nhanh")?.getAttribute("aria-label") ?? ""]]);
  for (const element of document.querySelectorAll("[data-key]")) {
    if (!isShown(element) || element.closest("dialog")) continue;
    const label = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent
      ?? element.querySelector("span:not(.unseen-label):not(.count)")?.textContent ?? element.textContent;
    if (!found.has(element.dataset.key)) found.set(element.dataset.key, label.trim());
  }
  for (const [key, { label }] of registered) if (!found.has(key) && label) found.set(key, label);
  return [...found].filter(([, label]) => label).map(([key, label]) => [readable(key), label]);
}

const NAMES = { ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", Enter: "⏎" };
const readable = (key) => key.replace("Control+", "Ctrl ").replace("Shift+", "⇧ ").split(" ").map((one) => NAMES[one] ?? one).join(" ");
