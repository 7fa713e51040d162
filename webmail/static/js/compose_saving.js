// Saving: at once on this device, within seconds as a draft on the server. One request after the other, because each
// saved version has a number of its own that the next one names.
import { changes } from "./compose_changes.js";
import { state } from "./session.js";

const PAUSE_MS = 2000, LONGEST_MS = 5000, AGAIN_MS = 4000;
const KEPT = ["tu", "den", "cc", "bcc", "chu_de", "chu", "nhap", "ma_thu", "nguon", "cach", "ve"];

export function saving(form, { html, tell, saved, elsewhere }) {
  const prefix = `nhap:${form.dataset.account}:`;
  const changed = changes(form, html);
  let made = 0, kept = 0, timer = 0, since = 0, last = Promise.resolve(), ended = false, closed = false;
  const key = () => prefix + form.elements.ma_thu.value;
  const lock = holdLock(key());

  function keep() {
    const copy = { luc: Date.now(), html: html(), the: form.elements.the.value };
    for (const name of KEPT) copy[name] = form.elements[name]?.value ?? "";
    try { localStorage.setItem(key(), JSON.stringify(copy)); } catch { /* no room on this device: the server has it soon */ }
  }

  // `sure`: without asking whether anything was changed.
  function touch(sure = false) {
    if (closed || (!changed.found() && !sure)) return;
    made++;
    keep();
    if (!ended) tell("unsaved");
    since ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(PAUSE_MS, since + LONGEST_MS - Date.now() - 500)));
  }

  function body(deed, extra = []) {
    const data = new FormData(form);
    for (const name of ["tep", "viec", "html", "kieu"]) data.delete(name);
    data.set("html", html());
    data.set("kieu", "html");
    data.set("chu", "");
    data.set("viec", deed);
    for (const [name, file] of extra) data.append(name, file, file.name || "anh.png");
    return data;
  }

  // One request after the other; what is sent is what the form holds when its turn comes.
  function send(deed, { extra = [], progress = null } = {}) {
    const turn = last.then(() => attempt(deed, extra, progress, true));
    last = turn.catch(() => {});
    return turn;
  }

  async function attempt(deed, extra, progress, again) {
    const mark = made, answer = await request(body(deed, extra), progress);
    if (answer.status === 403 || answer.status === 401 || answer.redirected) {
      const now = await state();
      if (now.vao && again) {
        for (const hidden of document.querySelectorAll("input[name=ma]")) hidden.value = now.ma;
        return attempt(deed, extra, progress, false);
      }
      if (!now.vao) throw Object.assign(new Error("ended"), { ended: true });
    }
    if (!answer.json) throw Object.assign(new Error(answer.text ?? ""), { status: answer.status });
    const found = answer.json, before = key();
    if (found.nhap) form.elements.nhap.value = found.nhap;
    if (found.ma_thu && found.ma_thu !== form.elements.ma_thu.value) {
      form.elements.ma_thu.value = found.ma_thu;
      localStorage.removeItem(before);
    }
    if (found.noi_khac) elsewhere(found.noi_khac);
    if (!found.loi && mark >= kept) kept = mark;
    if (!found.loi && kept === made) {
      localStorage.removeItem(key());
      since = 0;
      if (found.luc) tell("saved", found.luc);
    }
    if (found.tep) saved(found);
    return found;
  }

  async function save() {
    clearTimeout(timer);
    if (closed || ended || kept === made) return;
    const mark = made;
    tell("saving");
    try {
      const found = await send("luu");
      if (closed) return;
      if (found.loi) tell("failed", Object.values(found.loi).join(" "));
      else if (mark !== made) touchLater();
    } catch (error) {
      if (!closed) failed(error);
    }
  }

  function touchLater() {
    since = Date.now();
    timer = setTimeout(save, PAUSE_MS);
  }

  function failed(error) {
    keep();
    since = 0;
    if (error.ended) {
      ended = true;
      tell("ended");
      document.getElementById("vao-lai")?.dispatchEvent(new CustomEvent("ask", { detail: { resume } }));
      return;
    }
    tell(navigator.onLine && !(error instanceof TypeError) ? "failed" : "offline", error.status ? error.message : "");
    clearTimeout(timer);
    timer = setTimeout(save, AGAIN_MS);
  }

  function resume() { ended = false; save(); }
  const online = () => save();
  addEventListener("online", online);
  const hide = () => {
    if (closed || kept === made) return Promise.resolve();
    keep();
    const name = key(), mine = localStorage.getItem(name);
    const taken = fetch(form.action, { method: "POST", body: body("luu"), headers: { Accept: "application/json" }, keepalive: true });
    return taken.then((answer) => { if (answer.ok && !answer.redirected && localStorage.getItem(name) === mine) localStorage.removeItem(name); }).catch(() => {});
  };
  addEventListener("pagehide", hide);

  return {
    touch, save, send, failed,
    finish: () => { closed = true; clearTimeout(timer); localStorage.removeItem(key()); lock(); },
    // The copy is this page's until the server has it: the next page must not offer it.
    leave: () => { hide().then(lock); closed = true; clearTimeout(timer); removeEventListener("online", online); removeEventListener("pagehide", hide); },
    start: changed.start,
    orphan: () => orphan(prefix, key()),
    drop: (name) => localStorage.removeItem(name),
  };
}

// XMLHttpRequest, because only it tells how far an upload has come.
function request(data, progress) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", "/thu/soan");
    call.setRequestHeader("Accept", "application/json");
    call.timeout = progress ? 0 : 45000;
    if (progress) call.upload.addEventListener("progress", (event) => { if (event.lengthComputable) progress(Math.round(event.loaded / event.total * 100)); });
    call.onerror = call.ontimeout = () => reject(new TypeError("network"));
    call.onload = () => {
      let json = null;
      if ((call.getResponseHeader("content-type") ?? "").startsWith("application/json")) json = JSON.parse(call.responseText);
      resolve({ status: call.status, json, redirected: call.responseURL.includes("/dang-nhap"), text: "" });
    };
    call.send(data);
  });
}

// As long as this page is open, no other one takes its copy for one that was left behind.
function holdLock(name) {
  let free;
  const held = new Promise((resolve) => { free = resolve; });
  navigator.locks?.request(name, () => held).catch(() => {});
  return free;
}

// A copy on this device that no open page is writing: its key and what it holds. Of this draft, or of one never saved.
async function orphan(prefix, own) {
  const held = new Set(((await navigator.locks?.query())?.held ?? []).map((one) => one.name));
  let best = null;
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith(prefix) || (name !== own && held.has(name))) continue;
    try {
      const copy = JSON.parse(localStorage.getItem(name));
      if (!best || name === own || copy.luc > best.copy.luc) best = { name, copy };
      if (name === own) break;
    } catch { localStorage.removeItem(name); }
  }
  return best;
}
