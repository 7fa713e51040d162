// A list of letters under the hand: keys, ticks, swipes. What is done shows at once; the server hears of it, and when it
// refuses, everything stands as before. Without this module the same buttons are plain forms.
import { register } from "./keys.js";
import { hold, soon } from "./live.js";
import { ask } from "./mail_move.js";
import { remember } from "./refresh.js";
import { watchSwipes } from "./swipe.js";
import { say } from "./toast.js";

const LEAVES = new Set(["luu-tru", "thung-rac", "thu-rac", "khong-rac", "xoa-han", "chuyen"]);
const SHOWS = { "da-doc": ["unread", false], "chua-doc": ["unread", true], sao: ["starred", true], "bo-sao": ["starred", false] };
const PREFETCH_MS = 120;

export function mount(form) {
  const list = form.querySelector("ul.letters"), acts = form.querySelector(".acts");
  let at = null, ahead = 0;
  remember(list);
  form.classList.add("live");
  form.querySelector(".all-here").hidden = false;

  const rows = () => [...list.querySelectorAll(".letter-row")];
  const ticked = () => rows().filter((row) => row.querySelector("[name=thu]").checked);
  const current = () => {
    const focused = document.activeElement?.closest?.(".letter-row");
    return focused && list.contains(focused) ? focused : at?.isConnected ? at : null;
  };
  const meant = () => { const some = ticked(); return some.length ? some : [current()].filter(Boolean); };
  const everything = () => form.querySelector("[name=tat-ca]").checked;

  function stand(row, { focus = true } = {}) {
    if (at !== row) at?.classList.remove("at");
    at = row;
    if (!row) return;
    row.classList.add("at");
    if (focus) row.querySelector("a.open").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    clearTimeout(ahead);
    ahead = setTimeout(() => prefetch(row), PREFETCH_MS);
  }

  function step(by) {
    const all = rows(), now = current();
    stand(now ? all[Math.min(all.length - 1, Math.max(0, all.indexOf(now) + by))] : all[0]);
  }

  function tally() {
    const count = ticked().length, label = acts.querySelector(".picked-count");
    acts.classList.toggle("on", count > 0 || everything());
    label.hidden = !count;
    label.textContent = label.dataset.text.replace("{n}", String(count));
    const box = form.querySelector("[data-all]");
    box.checked = count > 0 && count === rows().length;
    box.indeterminate = count > 0 && !box.checked;
  }

  function tick(some, on) {
    for (const row of some) row.querySelector("[name=thu]").checked = on;
    if (!on) form.querySelector("[name=tat-ca]").checked = false;
    tally();
  }

  // ---- doing ----
  function show(deed, some) {
    const before = some.map((row) => [row, row.className, row.nextElementSibling]);
    if (LEAVES.has(deed)) {
      const now = current(), all = rows();
      const next = all.slice(all.indexOf(some.at(-1)) + 1).find((row) => !some.includes(row)) ?? all.findLast((row) => !some.includes(row));
      const held = some.includes(now) || !now;
      for (const row of some) row.remove();
      if (held) stand(next ?? null);
    } else {
      const [name, on] = SHOWS[deed];
      for (const row of some) {
        row.classList.toggle(name, on);
        if (name === "starred") star(row, on);
      }
    }
    return () => {
      for (const [row, names, next] of before.reverse()) {
        row.className = names;
        star(row, row.classList.contains("starred"));
        if (!row.isConnected) list.insertBefore(row, next?.isConnected ? next : null);
      }
      tally();
    };
  }

  // One after the other, in the order of the hand: what is archived is first marked as read, not after.
  let line = Promise.resolve();
  function inTurn(path, fields) {
    const answer = line.then(() => post(path, fields));
    line = answer.catch(() => {});
    return answer;
  }

  async function post(path, fields) {
    const answer = await fetch(path, { method: "POST", body: fields, headers: { Accept: "application/json" } });
    if (answer.status === 401) {
      return new Promise((resolve) => document.getElementById("vao-lai")?.dispatchEvent(new CustomEvent("ask", { detail: {
        resume: () => { fields.set("ma", form.querySelector("[name=ma]").value); resolve(post(path, fields)); } } })));
    }
    const told = (answer.headers.get("content-type") ?? "").startsWith("application/json") ? await answer.json() : {};
    if (!answer.ok || told.loi) throw new Error(told.loi || form.dataset.failed);
    return told;
  }

  async function act(deed, some, more = {}) {
    const all = everything() && some === null, chosen = some ?? meant();
    if (!all && !chosen.length) return;
    const fields = new URLSearchParams({ viec: deed, ma: form.querySelector("[name=ma]").value, ...more });
    for (const name of all ? ["tat-ca", "tim", "moc"] : []) fields.set(name, form.querySelector(`[name=${name}]`)?.value ?? "");
    for (const row of all ? [] : chosen) fields.append("thu", row.dataset.code);
    if (!all && form.querySelector("[name=chuoi]")) fields.set("chuoi", "1");
    const release = hold();
    const back = show(deed, all ? rows() : chosen);
    tick(rows(), false);
    try {
      const told = await inTurn(form.getAttribute("action"), fields);
      const action = told.lan ? { label: form.dataset.undo, key: "z", run: () => undo(told.lan, back) } : null;
      say(told.text, { action });
    } catch (error) {
      back();
      say(error instanceof TypeError ? form.dataset.failed : error.message, { bad: true });
    }
    release();
    soon();
  }

  async function undo(name, back) {
    const release = hold();
    back();
    try {
      say((await inTurn("/thu/hoan-tac", new URLSearchParams({ lan: name, ma: form.querySelector("[name=ma]").value }))).text);
    } catch (error) {
      say(error instanceof TypeError ? form.dataset.failed : error.message, { bad: true });
    }
    release();
    soon();
  }

  const toggle = (off, on, name) => () => {
    const some = everything() ? null : meant();
    act((some ?? rows()).every((row) => row.classList.contains(name)) ? on : off, some);
  };
  const starKey = toggle("sao", "bo-sao", "starred");

  async function move() {
    if (!everything() && !meant().length) return;
    const some = everything() ? null : meant();
    const target = await ask(form.querySelector("[name=den]"), form.dataset.move);
    if (target) act("chuyen", some, { den: target });
  }

  function doing(deed) {
    if (deed === "sao") starKey();
    else if (deed === "chuyen") {
      const target = form.querySelector("[name=den]").value;
      if (target) act("chuyen", everything() ? null : meant(), { den: target });
      else move();
    } else act(deed, everything() ? null : meant());
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const [deed, code] = (event.submitter?.value ?? "").split(":");
    if (!code) return doing(deed);
    const row = rows().find((one) => one.dataset.code === code);
    const on = row.classList.contains("starred");
    act(on ? "bo-sao" : "sao", [row]);
  }, { capture: true });

  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) tick(rows(), event.target.checked);
    else if (event.target.name === "tat-ca" && event.target.checked) tick(rows(), true);
    tally();
  });

  let last = null; // shift-click ticks a stretch
  list.addEventListener("click", (event) => {
    const box = event.target.closest?.("[name=thu]");
    if (!box) return;
    const all = rows(), row = box.closest(".letter-row");
    if (event.shiftKey && last?.isConnected) {
      const [from, to] = [all.indexOf(last), all.indexOf(row)].sort((a, b) => a - b);
      tick(all.slice(from, to + 1), box.checked);
    }
    last = row;
  });
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest(".letter-row");
    if (row && row !== at && event.target.matches("a.open")) stand(row, { focus: false });
  });

  const answer = (name) => () => {
    const row = current();
    if (row) follow(`/thu/soan?${name}=${row.dataset.code.replace("-", ".")}`);
  };
  const [down, up, open, pick, all, reply, replyAll, forward, none] = form.dataset.keys.split("|");
  const label = (deed) => acts.querySelector(`[value=${deed}] span`)?.textContent ?? "";
  const keys = {
    j: { label: down, run: () => step(1) }, k: { label: up, run: () => step(-1) },
    ArrowDown: { label: down, run: () => step(1) }, ArrowUp: { label: up, run: () => step(-1) },
    o: { label: open, run: () => current()?.querySelector("a.open").click() },
    x: { label: pick, run: () => { const row = current(); if (row) tick([row], !row.querySelector("[name=thu]").checked); } },
    "* a": { label: all, run: () => tick(rows(), ticked().length < rows().length) },
    Escape: { label: none, run: () => tick(rows(), false) },
    "Shift+i": { label: label("da-doc"), run: () => doing("da-doc") },
    "Shift+u": { label: label("chua-doc"), run: () => doing("chua-doc") },
    s: { label: label("sao"), run: starKey },
    v: { label: label("chuyen"), run: move },
    r: { label: reply, run: answer("tra_loi") }, a: { label: replyAll, run: answer("tra_loi_tat_ca") },
    f: { label: forward, run: answer("chuyen_tiep") },
  };
  const has = (deed) => acts.querySelector(`[value=${deed}]`);
  if (has("luu-tru")) keys.e = { label: label("luu-tru"), run: () => doing("luu-tru") };
  if (has("thung-rac")) keys["#"] = { label: label("thung-rac"), run: () => doing("thung-rac") };
  const forget = register(keys);
  const still = watchSwipes(list, {
    right: has("luu-tru") && { label: form.dataset.swipeArchive, run: (row) => act("luu-tru", [row]) },
    left: has("thung-rac") && { label: form.dataset.swipeTrash, run: (row) => act("thung-rac", [row]) },
  });
  tally();
  return () => { forget(); still(); clearTimeout(ahead); };
}

function star(row, on) {
  const button = row.querySelector(".star");
  button.setAttribute("aria-pressed", String(on));
  button.value = `${on ? "bo-sao" : "sao"}:${row.dataset.code}`;
}

function follow(path) {
  const link = document.createElement("a");
  link.href = path;
  link.hidden = true;
  document.body.append(link);
  globalThis.htmx?.process(link);
  link.click();
  link.remove();
}

// The page of the row one stands on comes ahead; it does not count as read until it is opened.
const fetched = new Set();
function prefetch(row) {
  const address = row.isConnected && row.querySelector("a.open").href;
  if (!address || fetched.has(address) || navigator.connection?.saveData) return;
  fetched.add(address);
  fetch(address, { headers: { Purpose: "prefetch", "X-Nhin-Lai": "1" }, priority: "low" }).catch(() => fetched.delete(address));
}
