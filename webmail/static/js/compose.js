// The page for writing a letter. Without it the same form works with plain text.
import { checker } from "./compose_check.js";
import { openEditor } from "./compose_editor.js";
import { files } from "./compose_files.js";
import { peopleField } from "./compose_people.js";
import { saving } from "./compose_saving.js";
import { say } from "./toast.js";

const MANY = 50;

export function mount(form) {
  const words = form.querySelector("[data-words]").dataset, notes = form.querySelector("[data-notes]");
  const status = form.querySelector("[data-saved]");
  let editor = null, sure = false, gone = false;

  const tell = (name, more = "") => {
    status.textContent = (words[name] ?? "").replace("{luc}", more).trim() + (name === "failed" && more ? ` (${more})` : "");
    status.dataset.state = name;
  };
  const saver = saving(form, {
    tell,
    html: () => editor ? editor.html() : "",
    saved: (found) => attached.sync(found.tep),
    elsewhere: (place) => note("elsewhere", (made) => { made.querySelector("[data-other]").href = `/thu/soan?nhap=${place}`; }),
  });
  const touch = (sure = false) => { if (editor && !gone) saver.touch(sure); };
  const attached = files(form, { send: saver.send, failed: saver.failed, touch });
  const check = checker(form);
  const people = Object.fromEntries(["den", "cc", "bcc"].map((name) => [name, peopleField(form.elements[name], form, check, () => { touch(); hint(); })]));

  function note(name, fill = () => {}) {
    const made = form.querySelector(`template[data-note=${name}]`).content.firstElementChild.cloneNode(true);
    fill(made);
    notes.replaceChildren(made);
    return made;
  }

  openEditor(form, { onInput: () => { sure = false; touch(); }, onFiles: (chosen) => attached.add(chosen, "anh") }).then((made) => {
    if (gone) return made.close();
    editor = made;
    form.elements.kieu.value = "html";
    saver.start();
    form.dataset.ready = "1";
    const focused = document.activeElement;
    if (!focused || focused === document.body || focused.closest("#noi-dung")) {
      if (people.den.addresses().length || form.elements.cach.value.startsWith("tra_loi")) editor.focus(); else people.den.input.focus();
    }
    offer();
  });
  form.addEventListener("picture", ({ detail }) => editor?.insertPicture(detail.url));
  form.addEventListener("input", (event) => { if (!event.target.closest("[data-rich], .to-box, [data-tools], [data-attach]")) touch(); });
  form.elements.tu?.addEventListener?.("change", ({ target }) => editor?.sign(form.querySelector(`template[data-signature="${CSS.escape(target.value)}"]`)));
  useSpareRows(form, words);
  hint();
  useTimes(form, () => submit("hen"));
  useTemplates(form, () => editor, touch);

  // ---- what was left behind on this device ----
  async function offer() {
    const found = await saver.orphan();
    if (!found || gone) return;
    const when = new Date(found.copy.luc).toLocaleString("vi-VN", { timeStyle: "short", dateStyle: "short" });
    const made = note("local", (one) => { const text = one.querySelector("span"); text.textContent = text.textContent.replace("{luc}", when); });
    made.querySelector("[data-no]").addEventListener("click", () => { saver.drop(found.name); made.remove(); });
    made.querySelector("[data-yes]").addEventListener("click", () => {
      for (const name of ["tu", "den", "cc", "bcc", "chu_de", "nhap", "ma_thu", "nguon", "cach"]) {
        if (form.elements[name] && found.copy[name] !== undefined) form.elements[name].value = found.copy[name];
      }
      // The page that wrote it goes on here: its own last version on the server is the one to be replaced.
      form.elements.the.value = found.copy.the || form.elements.the.value;
      for (const one of Object.values(people)) one.draw();
      editor.set(found.copy.html);
      made.remove();
      touch(true);
      editor.focus();
    });
  }

  // ---- sending ----
  function total() { return Object.values(people).reduce((sum, one) => sum + one.total(), 0); }

  // What is worth knowing while one writes, and needs no answer: very many recipients; an answer among colleagues that
  // somebody elsewhere gets too.
  function hint() {
    const say = form.querySelector("[data-asks]").dataset, found = [], place = form.querySelector("[data-hint]");
    if (total() > MANY) found.push(say.many.replace("{so}", total()));
    const every = Object.values(people).flatMap((one) => one.reachable()), domains = form.dataset.domains.split(" ");
    const outside = every.filter((one) => one.includes("@") && !one.endsWith("@nhom.invalid") && !domains.includes(one.split("@").pop().toLowerCase()));
    if (outside.length && outside.length < every.length) found.push(say.outside.replace("{ten}", outside.slice(0, 3).join(", ") + (outside.length > 3 ? "…" : "")));
    place.querySelector("span").textContent = found.join(" ");
    place.hidden = !found.length;
  }

  // Recipients that cannot get it come before every question.
  async function refused() {
    await Promise.all(Object.values(people).map((one) => one.checked()));
    const found = Object.entries(people).map(([name, one]) => [name, one.problem()]).filter(([, text]) => text);
    if (found.length) problems(Object.fromEntries(found));
    return found.length > 0;
  }

  function asks() {
    const say = form.querySelector("[data-asks]").dataset, found = [];
    const own = (editor.root.cloneNode(true));
    for (const quoted of own.querySelectorAll("blockquote")) quoted.remove();
    if (!attached.count() && /đính kèm|đinh kèm|gửi kèm|attach/i.test(own.textContent)) found.push(say.noattachment);
    if (!form.elements.chu_de.value.trim()) found.push(say.nosubject);
    if (total() > MANY) found.push(say.many.replace("{so}", total()));
    return found;
  }

  async function submit(deed) {
    if (!editor) return;
    for (const one of Object.values(people)) one.settle();
    if (await refused() || gone) return;
    const open = sure ? [] : asks();
    if (open.length) return ask(open, deed);
    attached.settleRemovals();
    working(true);
    tell("sending");
    try {
      const found = await saver.send(deed);
      if (found.loi) return problems(found.loi);
      gone = true;
      saver.finish();
      follow(found.ve);
    } catch (error) {
      say(words.nosend, { bad: true });
      saver.failed(error);
    } finally {
      working(false);
    }
  }

  function ask(open, deed) {
    const made = note("ask", (one) => { one.querySelector("[data-what]").textContent = open.join(" "); });
    const yes = made.querySelector("[data-yes]");
    yes.addEventListener("click", () => { sure = true; made.remove(); submit(deed); });
    made.querySelector("[data-no]").addEventListener("click", () => { made.remove(); editor.focus(true); });
    yes.focus();
    made.scrollIntoView({ block: "nearest" });
  }

  function problems(found) {
    tell("nosend");
    for (const place of form.querySelectorAll("[data-problem]")) {
      place.textContent = found[place.dataset.problem] ?? "";
      place.hidden = !place.textContent;
      if (place.textContent) place.closest("[data-spare]")?.removeAttribute("data-spare");
      if (place.textContent) place.closest("details")?.setAttribute("open", "");
    }
    const first = Object.keys(found)[0];
    (people[first]?.input ?? form.querySelector(`[name="${CSS.escape(first)}"]`))?.focus();
  }

  function working(on) { for (const one of form.querySelectorAll("[data-send], [data-later]")) one.disabled = on; }

  async function discard() {
    gone = true;
    const found = await saver.send("bo").catch(() => null);
    saver.finish();
    follow(found?.ve ?? form.elements.ve.value);
  }

  form.addEventListener("submit", (event) => {
    const deed = event.submitter?.value ?? "gui";
    event.preventDefault();
    if (deed === "luu") { touch(true); saver.save(); } else if (deed === "bo") discard(); else submit(deed);
  });
  return () => { gone = true; saver.leave(); editor?.close(); };
}

// On to a page as by a link: without a full load where that works.
function follow(address) {
  const link = document.createElement("a");
  link.href = address;
  link.hidden = true;
  document.body.append(link);
  if (window.htmx?.process) htmx.process(link);
  link.click();
}

function useSpareRows(form, words) {
  const spare = [...form.querySelectorAll("[data-spare]")];
  if (!spare.length) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet more-rows";
  button.textContent = words.cc;
  button.addEventListener("click", () => {
    for (const one of spare) one.removeAttribute("data-spare");
    button.remove();
    spare[0].querySelector("input")?.focus();
  });
  form.querySelector("[data-row=den] .to-box").append(button);
}

function useTimes(form, later) {
  const times = form.querySelector("[data-times]");
  times.hidden = false;
  times.addEventListener("click", (event) => {
    const button = event.target.closest("[data-time]");
    if (!button) return;
    form.elements.gui_luc.value = button.dataset.time;
    later();
  });
  form.addEventListener("click", (event) => {
    for (const open of form.querySelectorAll("details.pop[open]")) if (!open.contains(event.target)) open.open = false;
  });
  form.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target.closest("details.pop[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
}

function useTemplates(form, editor, touch) {
  form.querySelector("[data-act=template]")?.addEventListener("change", ({ target }) => {
    const chosen = form.querySelector(`template[data-template="${CSS.escape(target.value)}"]`);
    target.value = "";
    if (!chosen || !editor()) return;
    const held = document.createElement("div");
    held.append(chosen.content.cloneNode(true));
    editor().editor.insertHTML(held.innerHTML);
    if (!form.elements.chu_de.value.trim()) form.elements.chu_de.value = chosen.dataset.subject;
    editor().editor.focus();
    touch();
  });
}
