// News from the server: one stream for all tabs of the browser (the tab that holds the lock reads it and tells the
// others), polling every half minute where streams do not get through. Events name mailboxes; pages look for themselves.
import { fetchPage, takeCounts, takeRows } from "./refresh.js";

const POLL_MS = 30000, AGAIN_MS = 300000, GAP_MS = 400;
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("su-kien") : null;
let timer = 0, lastAt = 0, stale = false, busy = 0, reading = false;

// While an act is on its way the list is not looked at again: what is shown is already the new state.
export function hold() {
  busy += 1;
  return () => { busy -= 1; if (!busy && stale) soon(); };
}

export function watchLive() {
  if (!document.querySelector(".rail")) return;
  if (channel) channel.onmessage = (event) => heard(event.data);
  if (navigator.locks) navigator.locks.request("su-kien", lead);
  else lead();
  document.addEventListener("visibilitychange", () => { if (!document.hidden && stale) soon(); });
}

function tell(news) {
  channel?.postMessage(news);
  heard(news);
}

// Never resolves: the lock is kept until the tab closes.
function lead() {
  return new Promise(() => connect());
}

function connect() {
  const stream = new EventSource("/su-kien");
  stream.onopen = () => { document.documentElement.dataset.live = ""; };
  stream.addEventListener("doi", (event) => tell(JSON.parse(event.data)));
  stream.onerror = () => {
    if (stream.readyState !== EventSource.CLOSED) return; // it comes back by itself
    const polling = setInterval(() => tell({ thu: [], het: true }), POLL_MS);
    setTimeout(() => { clearInterval(polling); connect(); }, AGAIN_MS);
  };
}

function heard(news) {
  document.dispatchEvent(new CustomEvent("doi", { detail: news }));
  soon();
}

export function soon() {
  stale = true;
  if (timer || document.hidden) return;
  timer = setTimeout(look, Math.max(0, lastAt + GAP_MS - performance.now()));
}

async function look() {
  timer = 0;
  if (busy || reading) return;
  lastAt = performance.now();
  stale = false;
  reading = true;
  const path = location.href, list = document.querySelector("#danh-sach[data-box]");
  try {
    const page = list?.checkVisibility() ? await fetchPage(path).catch(() => null) : null;
    if (!page) numbers(await (await fetch("/su-kien/so")).json()); // no list here, or the open letter was moved away
    else if (location.href === path && !busy) take(page, list);
    else stale = true;
  } catch (error) { // the next news, or the next page, will tell
    if (!(error instanceof TypeError)) console.error(error);
  }
  reading = false;
  if (stale && !document.hidden) soon();
}

// Rows never jump under the cursor: whoever has scrolled down or ticked something is told instead.
function take(page, list) {
  takeCounts(page);
  const scrolled = list.matches(".beside") ? list.scrollTop : scrollY;
  const move = scrolled < 60 && !document.querySelector("form.mail .pick :checked, form.mail [name=tat-ca]:checked, dialog[open]");
  const news = takeRows(page, { move });
  const bar = document.getElementById("thu-moi");
  if (!bar) return;
  bar.hidden = move || !news;
  bar.textContent = bar.dataset.text.replace("{n}", String(news));
}

function numbers(counts) {
  for (const link of document.querySelectorAll(".nav > li > a")) {
    const badge = link.querySelector(".count[data-count]"), text = counts[new URL(link.href).pathname] ?? counts[badge?.dataset.count];
    if (text === undefined) continue;
    if (badge && text) badge.firstChild.nodeValue = text;
    else if (badge) badge.remove();
    else if (text) {
      const made = document.createElement("span");
      made.className = "count";
      made.dataset.count = new URL(link.href).pathname;
      made.append(text);
      link.append(made);
    }
  }
}
