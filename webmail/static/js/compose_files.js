// Attachments: chosen, dropped or pasted; each is uploaded once, into the draft.
import { say } from "./toast.js";

export function files(form, { send, failed, touch }) {
  const words = form.querySelector("[data-words]").dataset, most = Number(form.dataset.most);
  const list = form.querySelector("[data-files]"), input = form.querySelector("[data-attach]"), total = form.querySelector("[data-total]");
  const there = () => [...list.querySelectorAll(".file:not([hidden])")];
  const size = () => there().reduce((sum, one) => sum + Number(one.dataset.size), 0);

  function line(name, octets, key = "") {
    const made = form.querySelector("template[data-file]").content.firstElementChild.cloneNode(true);
    made.querySelector("strong").textContent = name;
    made.querySelector("[data-size]").textContent = readable(octets);
    made.dataset.size = octets;
    settle(made, key);
    const out = made.querySelector("[data-out]");
    out.setAttribute("aria-label", words.remove.replace("{ten}", name));
    out.addEventListener("click", () => remove(made, name));
    return made;
  }

  function settle(made, key) {
    const hidden = made.querySelector("[name=giu]");
    made.dataset.key = key;
    hidden.value = key;
    hidden.disabled = !key;
    made.querySelector("progress").hidden = Boolean(key);
  }

  // The file stays in the draft until the way back is closed.
  function remove(made, name) {
    made.hidden = true;
    show();
    const gone = setTimeout(() => { made.remove(); touch(); }, 8000);
    say(words.removed.replace("{ten}", name), { action: { label: words.undo, key: "z", run: () => { clearTimeout(gone); made.hidden = false; show(); } } });
    made.dataset.gone = "1";
  }

  function problem(text) {
    const place = form.querySelector("[data-problem=tep]");
    place.textContent = text;
    place.hidden = !text;
  }

  function show() {
    total.textContent = there().length ? words.total.replace("{co}", readable(size())).replace("{most}", readable(most)) : total.dataset.first;
    total.classList.toggle("bad", size() > most);
  }

  async function add(chosen, field = "tep") {
    problem("");
    for (const file of chosen) {
      if (size() + file.size > most) {
        problem(words.toolarge.replace("{ten}", file.name).replace("{most}", readable(most)));
        continue;
      }
      await put(file, field);
    }
  }

  async function put(file, field) {
    const made = line(file.name || "anh.png", file.size);
    list.append(made);
    show();
    const bar = made.querySelector("progress");
    try {
      const found = await send("luu", { extra: [[field, file]], progress: (part) => { bar.value = part; } });
      if (found.loi) { made.remove(); problem(found.loi.tep ?? Object.values(found.loi).join(" ")); return show(); }
      if (field === "anh") { made.remove(); for (const one of found.anh) form.dispatchEvent(new CustomEvent("picture", { detail: one })); return show(); }
    } catch (error) {
      made.remove();
      show();
      const again = () => put(file, field);
      say(words.unsent.replace("{ten}", file.name), { bad: true, action: { label: words.again, run: again } });
      failed(error);
    }
  }

  // What the server has: lines that were uploading get their keys, new ones appear.
  function sync(listed) {
    const known = new Map(there().filter((one) => one.dataset.key).map((one) => [one.dataset.key, one]));
    const hidden = new Set([...list.querySelectorAll("[hidden][data-key]")].map((one) => one.dataset.key));
    for (const { khoa, ten, co } of listed) {
      if (known.has(khoa) || hidden.has(khoa)) continue;
      const waiting = there().find((one) => !one.dataset.key && one.querySelector("strong").textContent === ten);
      if (waiting) settle(waiting, khoa); else list.append(line(ten, co, khoa));
    }
    show();
  }

  total.dataset.first = total.textContent;
  for (const old of [...list.children]) {
    const key = old.querySelector("input").value;
    old.replaceWith(line(old.querySelector("strong").textContent, Number(old.dataset.size), key));
  }
  show();
  input.addEventListener("change", () => { add([...input.files]); input.value = ""; });
  for (const kind of ["dragenter", "dragover"]) form.addEventListener(kind, (event) => { if (event.dataTransfer?.types.includes("Files")) { event.preventDefault(); form.classList.add("dropping"); } });
  for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, (event) => { if (kind === "drop" || !form.contains(event.relatedTarget)) form.classList.remove("dropping"); });
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
  form.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (event.defaultPrevented || !pasted.length || event.clipboardData.types.includes("text/html")) return;
    event.preventDefault();
    add(pasted);
  });
  return { add, sync, problem, count: () => there().length, busy: () => there().some((one) => !one.dataset.key), settleRemovals: () => { for (const one of list.querySelectorAll("[hidden][data-gone]")) one.remove(); } };
}

export function readable(octets) {
  if (octets < 1024) return `${octets} byte`;
  return octets < 1048576 ? `${Math.round(octets / 1024)} KB` : `${(octets / 1048576).toFixed(1).replace(".0", "").replace(".", ",")} MB`;
}
