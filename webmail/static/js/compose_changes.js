// What a person has changed since it was looked at last. The editor tidies what it was given (an empty line at the end,
// style attributes) and tells of that as if somebody had typed; so its text counts only once somebody worked in it.
const UNSEEN = ["ma", "html", "kieu", "chu", "tep", "anh", "nhap", "ma_thu", "the", "ve", "viec"];
const WORK = ["beforeinput", "paste", "cut", "drop", "compositionstart", "keydown"];
const MOVES = /^(?:Arrow|Home|End|Page|Escape|Tab|Shift|Control|Alt|Meta|F\d)/;

export function changes(form, html) {
  let text = "", fields = "", worked = false;

  function start() {
    text = tidy(html());
    fields = filled(form);
    const root = form.querySelector("[data-rich]"), tools = form.querySelector("[data-tools]");
    for (const kind of WORK) root.addEventListener(kind, work, { capture: true });
    for (const kind of ["click", "change"]) tools.addEventListener(kind, work, { capture: true });
  }

  // Before it does anything: what the editor has tidied until now is where the person begins.
  function work(event) {
    if (worked || (event.type === "keydown" && (MOVES.test(event.key) || (event.ctrlKey && event.key === "Enter")))) return;
    worked = true;
    text = tidy(html());
  }

  function found() {
    const now = tidy(html()), filledNow = filled(form), any = filledNow !== fields || (worked && now !== text);
    text = now;
    fields = filledNow;
    return any;
  }

  return { start, found };
}

function filled(form) {
  return JSON.stringify([...new FormData(form)].filter(([name, value]) => !UNSEEN.includes(name) && typeof value === "string"));
}

function tidy(html) {
  return html.replace(/(?:<div>(?:<br>)?<\/div>)+$/, "");
}
