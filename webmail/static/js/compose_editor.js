// Rich text over a plain textarea: Squire, with DOMPurify before everything that comes in. The server cleans again.
const CLEAN = {
  RETURN_DOM_FRAGMENT: true, RETURN_DOM: true, FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "svg", "math", "iframe", "video", "audio"],
  FORBID_ATTR: ["id", "class", "name"], ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:|cid:|data:image\/|\/anh\/)/i,
};
let parts = null;

function load() {
  parts ??= Promise.all([import("../vendor/squire.mjs"), import("../vendor/purify.min.js")]).then(([module]) => {
    const Squire = module.default;
    // Undo puts HTML text back: here it goes through the cleaner like all other text (Trusted Types).
    class Editor extends Squire {
      _setRawHTML(text) {
        this._root.replaceChildren(clean(text));
        if (!this._root.firstChild || this._root.firstChild.nodeName === "BR") this._root.replaceChildren(this.createDefaultBlock());
        this._ignoreChange = true;
        return this;
      }
    }
    return Editor;
  });
  return parts;
}

function clean(text) {
  return document.importNode(globalThis.DOMPurify.sanitize(text, CLEAN), true);
}

// A strict style policy ignores style attributes written as text; set through the object model they hold. Pictures
// without words are passed over by who listens to the page.
function applyStyles(root) {
  for (const one of root.querySelectorAll("img:not([alt])")) one.alt = "";
  for (const one of root.querySelectorAll("[style]")) if (!one.style.length) one.style.cssText = one.getAttribute("style");
}

// holder: has [data-rich], [data-tools], template[data-html], textarea; `onInput` after every change, `onFiles` for
// pictures that were pasted or chosen.
export async function openEditor(holder, { onInput = () => {}, onFiles = null } = {}) {
  const Editor = await load();
  const root = holder.querySelector("[data-rich]"), plain = holder.querySelector("textarea[name=chu]"), tools = holder.querySelector("[data-tools]");
  const editor = new Editor(root, { blockTag: "DIV", sanitizeToDOMFragment: clean, addLinks: true });
  const first = holder.querySelector("template[data-html]").content;
  const held = document.createElement("div");
  held.append(first.cloneNode(true));
  const watch = new MutationObserver(() => applyStyles(root));
  watch.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["style"] });
  editor.setHTML(held.innerHTML);
  applyStyles(root);
  plain.hidden = true;
  root.hidden = tools.hidden = false;
  editor.addEventListener("input", onInput);
  if (onFiles) takePictures(root, onFiles);
  useTools(tools, editor, holder, onFiles);
  return {
    editor, root,
    html: () => editor.getHTML(),
    text: () => root.innerText,
    set: (html) => { editor.setHTML(html); applyStyles(root); },
    focus: (end = false) => { if (end) editor.moveCursorToEnd(); else editor.moveCursorToStart(); editor.focus(); },
    insertPicture: (url) => editor.insertImage(url, { alt: "" }),
    sign: (html) => changeSignature(root, html),
    close: () => { watch.disconnect(); editor.destroy(); },
  };
}

function changeSignature(root, template) {
  let place = root.querySelector("[data-chu-ky]");
  if (!place) {
    place = document.createElement("div");
    place.dataset.chuKy = "1";
    const quoted = root.querySelector("blockquote")?.previousElementSibling;
    if (quoted) quoted.before(place); else root.append(place);
  }
  place.replaceChildren(template ? template.content.cloneNode(true) : "");
}

function takePictures(root, onFiles) {
  const take = (event, data) => {
    const pictures = [...(data?.files ?? [])].filter((one) => one.type.startsWith("image/") && one.type !== "image/svg+xml");
    if (!pictures.length || data.types.includes("text/html")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    onFiles(pictures);
  };
  root.addEventListener("paste", (event) => take(event, event.clipboardData), { capture: true });
  root.addEventListener("drop", (event) => take(event, event.dataTransfer), { capture: true });
}

function useTools(tools, editor, holder, onFiles) {
  const acts = {
    bold: () => editor.hasFormat("B") ? editor.removeBold() : editor.bold(),
    italic: () => editor.hasFormat("I") ? editor.removeItalic() : editor.italic(),
    underline: () => editor.hasFormat("U") ? editor.removeUnderline() : editor.underline(),
    ul: () => editor.hasFormat("UL") ? editor.removeList() : editor.makeUnorderedList(),
    ol: () => editor.hasFormat("OL") ? editor.removeList() : editor.makeOrderedList(),
    quote: () => editor.increaseQuoteLevel(), unquote: () => editor.decreaseQuoteLevel(),
    plain: () => editor.removeAllFormatting(),
    link: () => askLink(tools, editor, holder),
    picture: () => pickPicture(onFiles),
    colour: (button) => editor.setTextColor(button.dataset.value || null),
  };
  tools.addEventListener("mousedown", (event) => { if (event.target.closest("button")) event.preventDefault(); });
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-act]");
    if (button) acts[button.dataset.act]?.(button);
  });
  tools.addEventListener("change", ({ target }) => {
    if (target.dataset.act === "size") editor.setFontSize(target.value || null).focus();
  });
  tools.addEventListener("keydown", (event) => walk(tools, event));
  const marks = { bold: "B", italic: "I", underline: "U", ul: "UL", ol: "OL" };
  const show = () => {
    for (const [act, tag] of Object.entries(marks)) tools.querySelector(`[data-act=${act}][aria-pressed]`)?.setAttribute("aria-pressed", String(editor.hasFormat(tag)));
  };
  editor.addEventListener("pathChange", show);
  editor.addEventListener("select", show);
}

// Arrow keys inside the toolbar (WAI-ARIA: toolbar).
function walk(tools, event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || event.target.tagName === "SELECT") return;
  const all = [...tools.querySelectorAll("button, select")];
  all.at((all.indexOf(event.target) + step) % all.length)?.focus();
  event.preventDefault();
}

function askLink(tools, editor, holder) {
  if (editor.hasFormat("A")) return editor.removeLink();
  const field = document.createElement("input");
  field.type = "url";
  field.className = "input link-field";
  field.placeholder = "https://";
  field.setAttribute("aria-label", holder.querySelector("[data-words]").dataset.link);
  const done = (take) => {
    const typed = field.value.trim();
    field.remove();
    editor.focus();
    if (take && typed) editor.makeLink(/^(https?:|mailto:|tel:)/i.test(typed) ? typed : typed.includes("@") ? `mailto:${typed}` : `https://${typed}`);
  };
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    done(event.key === "Enter");
  });
  tools.append(field);
  field.focus();
}

function pickPicture(onFiles) {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/*";
  input.multiple = true;
  input.addEventListener("change", () => onFiles?.([...input.files]));
  input.click();
}
