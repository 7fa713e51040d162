// Looks at a page again and takes over what is new in it, without a load: numbers in the rail, rows of the list.
// The browser parses the answer itself (responseType document), so no text is ever made into HTML here.
const shown = new WeakMap(); // row -> its HTML as the server gave it

export function fetchPage(url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    request.setRequestHeader("X-Nhin-Lai", "1");
    request.onload = () => {
      const here = new URL(request.responseURL).pathname === new URL(url, location.href).pathname;
      request.status === 200 && here && request.response ? resolve(request.response) : reject(new Error(String(request.status)));
    };
    request.onerror = request.ontimeout = () => reject(new Error("offline"));
    request.timeout = 20000;
    request.send();
  });
}

// The rail, the choice of folders, heads of lists and conversations: whole parts, since nothing is typed in them.
export function takeCounts(page) {
  for (const selector of [".rail > nav", ".rail > .shelf", ".choose-folder > .card", ".mail-head .total", ".beside-head", ".talk-head"]) {
    const old = [...document.querySelectorAll(selector)], fresh = [...page.querySelectorAll(selector)];
    if (old.length !== fresh.length) continue;
    old.forEach((one, n) => {
      if (one.outerHTML === fresh[n].outerHTML || one.contains(document.activeElement)) return;
      const made = document.importNode(fresh[n], true);
      one.replaceWith(made);
      globalThis.htmx?.process(made);
    });
  }
  if (page.title) document.title = page.title;
}

export function remember(list) {
  for (const row of list.querySelectorAll(".letter-row")) if (!shown.has(row)) shown.set(row, row.outerHTML);
}

// Rows by id: the same ones stay, changed ones are replaced, and with `move` new ones come and old ones go.
export function takeRows(page, { move }) {
  const place = document.getElementById("danh-sach"), fresh = page.getElementById("danh-sach");
  if (!place || !fresh) return 0;
  const list = place.querySelector("ul.letters"), wanted = fresh.querySelector("ul.letters");
  if (!list || !wanted || page.querySelector("form.mail")?.action !== document.querySelector("form.mail")?.action) {
    if (!move) return wanted ? wanted.children.length : 0;
    place.replaceChildren(...[...fresh.childNodes].map((one) => document.importNode(one, true)));
    globalThis.htmx?.process(place);
    document.dispatchEvent(new CustomEvent("htmx:after:swap"));
    return 0;
  }
  remember(list);
  const before = new Map([...list.children].map((row) => [row.id, row]));
  const news = [...wanted.children].filter((row) => !before.has(row.id)).length;
  const held = list.contains(document.activeElement) ? document.activeElement : null;
  const beside = held?.closest(".letter-row")?.nextElementSibling;
  if (move) for (const [id, gone] of before) if (!page.getElementById(id)) gone.remove();
  let at = list.firstElementChild;
  for (const one of wanted.children) {
    const old = before.get(one.id);
    before.delete(one.id);
    if (!old && !move) continue;
    const row = old && shown.get(old) === one.outerHTML ? old : put(old, one);
    if (!move) continue;
    if (at === old) at = row; // it may have been replaced where it stood
    if (row !== at) list.insertBefore(row, at);
    at = row.nextElementSibling;
  }
  if (held && !list.contains(document.activeElement)) { // its row was moved, or is gone: the hand stays where it was
    (held.isConnected ? held : beside?.isConnected ? beside.querySelector("a.open") : null)?.focus({ preventScroll: true });
  }
  if (move) {
    for (const name of ["moc", "ve"]) {
      const field = document.querySelector(`form.mail [name=${name}]`), there = fresh.querySelector(`form.mail [name=${name}]`);
      if (field && there) field.value = there.value;
    }
  }
  return news;
}

function put(old, one) {
  const row = document.importNode(one, true);
  shown.set(row, one.outerHTML);
  if (old) {
    const box = old.querySelector("[name=thu]"), focused = old.contains(document.activeElement);
    if (box?.checked) row.querySelector("[name=thu]").checked = true;
    if (old.classList.contains("at")) row.classList.add("at");
    old.replaceWith(row);
    if (focused) row.querySelector("a.open")?.focus({ preventScroll: true });
  }
  globalThis.htmx?.process(row);
  return row;
}
