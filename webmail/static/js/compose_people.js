// An address field as chips with completion; the textarea stays what is sent.
const PIECE = /(?:"(?:[^"\\]|\\.)*"|<[^<>]*>|[^",;\n<>])+/g;
const FEW = 3, MANY = 12;

// `check` knows what is wrong with a recipient (compose_check.js); `onChange` after every change of the field.
export function peopleField(textarea, form, check, onChange) {
  const words = form.querySelector("[data-words]").dataset;
  const box = textarea.parentElement, remark = form.querySelector(`[data-problem=${textarea.name}]`);
  const counts = new Map(), fresh = new Set();
  let whole = false;
  const input = document.createElement("input");
  Object.assign(input, { type: "text", className: "to-input", autocomplete: "off", spellcheck: false, inputMode: "email", enterKeyHint: "next" });
  const list = document.createElement("ul");
  list.className = "suggest card";
  list.id = `${textarea.id}-ra`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  input.id = textarea.id;
  textarea.removeAttribute("id");
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, "aria-describedby": textarea.getAttribute("aria-describedby") })) input.setAttribute(name, value);
  input.placeholder = textarea.placeholder;
  textarea.hidden = true;
  list.setAttribute("aria-label", textarea.name);
  box.append(input, list);

  const pieces = () => (textarea.value.match(PIECE) ?? []).map((one) => one.trim()).filter(Boolean);
  const write = (all) => { textarea.value = all.join(", "); draw(); complain(); onChange(); look(); };
  const add = (more) => { for (const one of more) fresh.add(one); write([...pieces(), ...more]); };

  // Of many only the first are shown, what was added since, and what is wrong.
  function draw() {
    for (const old of box.querySelectorAll(".to-chip, .to-more")) old.remove();
    const all = pieces(), folded = all.length > MANY && !whole;
    const shown = all.map((piece, number) => ({ piece, number })).filter(({ piece, number }) => !folded || number < FEW || fresh.has(piece) || check.reason(piece));
    input.before(...shown.map(chip));
    if (all.length > MANY) input.before(more(all.length - shown.length));
    input.placeholder = all.length ? "" : textarea.placeholder;
  }

  function chip({ piece, number }) {
    const made = form.querySelector("template[data-chip]").content.firstElementChild.cloneNode(true);
    const address = addressOf(piece), name = piece.match(/^\s*"?(.*?)"?\s*</)?.[1] || address;
    const count = counts.get(address), reason = check.reason(piece);
    made.querySelector(".name").textContent = count > 1 ? `${name}: ${count}` : name;
    made.title = reason || (address.endsWith("@nhom.invalid") ? words.people.replace("{so}", count ?? "") : address);
    made.classList.toggle("wrong", Boolean(reason));
    made.querySelector(".reason").textContent = reason;
    made.classList.toggle("group", address.endsWith("@nhom.invalid"));
    const out = made.querySelector("button");
    out.setAttribute("aria-label", words.removeone.replace("{ten}", name));
    out.tabIndex = -1;
    out.addEventListener("click", () => { write(pieces().filter((_, other) => other !== number)); input.focus(); });
    return made;
  }

  function more(hidden) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "to-more";
    made.textContent = whole ? words.fewer : words.more.replace("{so}", hidden);
    made.setAttribute("aria-expanded", String(whole));
    made.addEventListener("click", () => { whole = !whole; draw(); box.querySelector(".to-more").focus(); });
    return made;
  }

  const problem = () => [...new Set(pieces().map(check.reason).filter(Boolean))].slice(0, FEW).join(" ");

  function complain() {
    remark.textContent = problem();
    remark.hidden = !remark.textContent;
    if (remark.hidden) input.removeAttribute("aria-invalid"); else input.setAttribute("aria-invalid", "true");
  }

  // What is wrong is marked as soon as it is known; what the server said of the form before stays until something changes.
  async function look() {
    if (!(await check.ask(pieces()))) return;
    draw();
    if (problem()) complain();
    onChange();
  }

  function settle() {
    const typed = input.value.trim().replace(/[,;]+$/, "");
    input.value = "";
    if (typed) add((typed.match(PIECE) ?? []).map((one) => one.trim()).filter(Boolean));
    hide();
  }

  let asked = 0, shown = [], chosen = -1;
  const hide = () => { asked++; list.hidden = true; chosen = -1; shown = []; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };

  async function suggest() {
    const mine = ++asked, typed = input.value.trim();
    let found = [];
    try {
      const answer = await fetch(`/thu/soan/nguoi-nhan?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" }, redirect: "error" });
      if (answer.ok) found = await answer.json();
    } catch { /* without network there is no completion, and typing goes on */ }
    if (mine !== asked || document.activeElement !== input) return;
    const there = new Set(pieces().map((one) => addressOf(one).toLowerCase()));
    shown = found.filter((one) => !there.has(one.thu.toLowerCase()));
    for (const one of shown) counts.set(one.thu, one.so);
    list.replaceChildren(...shown.map(line));
    list.hidden = !shown.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    point(typed && shown.length ? 0 : -1);
  }

  function line(one, number) {
    const made = form.querySelector("template[data-suggestion]").content.firstElementChild.cloneNode(true);
    made.id = `${list.id}-${number}`;
    const [name, detail, count] = made.children;
    name.textContent = one.ten;
    detail.textContent = one.thu.endsWith("@nhom.invalid") ? "" : [one.thu, one.ghi].filter(Boolean).join(" · ");
    const heads = one.so > 1 ? one.so : one.trong;
    count.hidden = !heads;
    count.textContent = words.people.replace("{so}", heads);
    made.addEventListener("mousedown", (event) => { event.preventDefault(); take(number); });
    return made;
  }

  function point(number) {
    chosen = number;
    [...list.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === number)));
    if (number >= 0) {
      list.children[number].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", list.children[number].id);
    } else input.removeAttribute("aria-activedescendant");
  }

  function take(number) {
    const one = shown[number];
    const name = /[",;<>@:\\()[\]]/.test(one.ten) ? `"${one.ten.replace(/["\\]/g, "\\$&")}"` : one.ten;
    input.value = "";
    add([`${name} <${one.thu}>`]);
    hide();
  }

  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (/[,;\n]/.test(input.value) && !/"[^"]*$/.test(input.value)) settle();
    else timer = setTimeout(suggest, 90);
    onChange();
  });
  input.addEventListener("focus", () => { if (!input.value) timer = setTimeout(suggest, 150); });
  input.addEventListener("blur", () => { clearTimeout(timer); settle(); });
  input.addEventListener("paste", () => setTimeout(() => { if (/@.*[\s,;]/.test(input.value)) settle(); }));
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) { event.preventDefault(); point((chosen + step + shown.length) % shown.length); }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); event.stopPropagation(); hide(); }
    else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0 && input.value.trim()) { event.preventDefault(); take(chosen); }
    else if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); take(chosen); }
    else if (event.key === "Enter") { event.preventDefault(); settle(); }
    else if (event.key === "Backspace" && !input.value && pieces().length) { event.preventDefault(); write(pieces().slice(0, -1)); }
  });
  box.addEventListener("click", (event) => { if (event.target === box) input.focus(); });
  draw();
  look();
  return {
    input, settle, problem,
    draw: () => { draw(); look(); },
    checked: () => check.ask(pieces()),
    addresses: () => pieces().map(addressOf),
    reachable: () => pieces().filter((one) => !check.reason(one)).map(addressOf),
    total: () => pieces().reduce((sum, one) => sum + (counts.get(addressOf(one)) ?? 1), 0),
  };
}

function addressOf(piece) {
  return (piece.match(/<\s*([^<>\s]+)\s*>\s*$/)?.[1] ?? piece).trim();
}
