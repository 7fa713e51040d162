"""HTML from a letter made harmless: the first of four walls.

Runs inside the killable child, because the cleaner's time grows with the square of the nesting. Whatever is not
allowed here by name is dropped. Nothing in the result leads the browser to another host by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

import nh3

from mailsvc.http import elsewhere

SIZE_LIMIT = 2_000_000
DEPTH_LIMIT = 250
_DATA_PICTURE_LIMIT = 400_000

_TAGS = {
    "a", "abbr", "address", "b", "big", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup",
    "dd", "del", "div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd",
    "li", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
# Only what holds no text for a reader: an unclosed tag that takes its content along would swallow the whole letter.
_GONE_WITH_CONTENT = {
    "script", "style", "title", "noscript", "textarea", "select", "template", "iframe", "noframes", "noembed", "xml",
}  # fmt: skip
_BOX = {"align", "valign", "bgcolor", "width", "height", "style", "dir"}
_ATTRIBUTES = {
    "*": {"style", "dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "align", "border", "hspace", "vspace"},
    "font": {"color", "size", "face"},
    "table": _BOX | {"border", "cellpadding", "cellspacing"},
    "td": _BOX | {"colspan", "rowspan", "nowrap"},
    "th": _BOX | {"colspan", "rowspan", "nowrap", "scope"},
    "tr": _BOX,
    "tbody": {"align", "valign"},
    "thead": {"align", "valign"},
    "tfoot": {"align", "valign"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "div": {"align"},
    "p": {"align"},
    "h1": {"align"},
    "h2": {"align"},
    "h3": {"align"},
    "hr": {"align", "width", "size", "color"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value", "type"},
}
_STYLES = {
    "color", "background-color", "font-family", "font-size", "font-style", "font-weight", "font-variant",
    "text-align", "text-decoration", "text-indent", "text-transform", "vertical-align", "white-space", "line-height",
    "letter-spacing", "word-spacing", "direction", "width", "max-width", "min-width", "height", "margin",
    "margin-left", "margin-right", "margin-top", "margin-bottom", "padding", "padding-left", "padding-right",
    "padding-top", "padding-bottom", "border", "border-left", "border-right", "border-top", "border-bottom",
    "border-color", "border-style", "border-width", "border-collapse", "border-spacing", "border-radius",
    "list-style-type", "table-layout", "display", "float", "clear",
}  # fmt: skip
# Drawings and formulas go before cleaning: one left open would be dropped with everything after it.
_FOREIGN = re.compile(
    r"</?(?:svg|math|m(?:i|o|n|s|text|glyph|row|frac|sup|sub|table|td|tr|style|error|padded|phantom|action)|malignmark"
    r"|annotation(?:-xml)?|semantics|foreignobject|desc|g|path|circle|rect|line|polygon|polyline|ellipse|defs|use"
    r"|symbol|marker|mask|filter|fe[a-z]+|animate[a-z]*|set|mpath|tspan|textpath)(?=[\s/>])[^<>]*>?",
    re.IGNORECASE,
)
# Values are short words and numbers; whatever can fetch, compute or escape has a bracket, a backslash or an at-sign.
_HARMFUL_VALUE = re.compile(r"url|var\s*\(|expression|image|attr\s*\(|env\s*\(|calc|[\\@<>]", re.IGNORECASE)
_DATA_PICTURE = re.compile(r"data:image/(?:png|jpeg|jpg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# End tags may be left out for these, and they nest only through others, which are counted.
_NOT_COUNTED = {
    "p", "li", "td", "th", "tr", "dd", "dt", "tbody", "thead", "tfoot", "colgroup", "option", "br", "img", "hr", "col",
    "meta", "link", "input", "wbr", "base", "area", "source", "track", "html", "body", "head", "embed", "param",
}  # fmt: skip
_BREAK = re.compile(r"<br\b[^>]*>", re.IGNORECASE)
_BLOCK = re.compile(r"</?(?:p|div|tr|li|h[1-6]|hr|blockquote|pre|ul|ol|table)\b[^>]*>", re.IGNORECASE)
_SPACED = re.compile(r"<(?:p|ul|ol|blockquote|pre|hr)\b", re.IGNORECASE)
_HEADING = re.compile(r"<h[1-6]\b", re.IGNORECASE)
_TEXT = re.compile(r"<[^>]*>")
_QUOTATION = re.compile(r"<(/?)blockquote\b[^>]*>")
_FOLDED = re.compile(r"<details\b.*?</details>", re.DOTALL)
SUMMARY = "<summary></summary>"
"""Stands for the label of a folded quotation; the cleaner lets no `summary` of the letter through."""
_FOLDED_FROM, _OWN_WORDS = 200, 3
"""Characters of a quotation that is folded, and of the letter's own text without which it is not."""
_PICTURE = re.compile(r"<img\b[^>]*>")
_PIXELS = re.compile(r'\bheight="(\d{1,4})(?:px)?"')


class NotCleanableError(ValueError):
    """Too large or too deeply nested; the text of the letter is shown instead."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`remote` are the addresses of pictures elsewhere: in the HTML the n-th stands as src="tel:n" when they are
    wanted, and is left out otherwise. `trackers` counts pictures that only tell that the letter was opened; they are
    always left out. `links` are (host in the text, host it leads to) where the two differ. `height` is in lines."""

    html: str
    remote: tuple[str, ...]
    trackers: int
    links: tuple[tuple[str, str], ...]
    height: int


def clean_letter(source: str, pictures: dict[str, str], *, remote: bool = False) -> Cleaned:
    """The body of an HTML part without anything active.

    `pictures` maps Content-IDs, without angle brackets, to addresses on this host; `remote` keeps places for pictures
    from elsewhere. Raises NotCleanableError.
    """
    if len(source) > SIZE_LIMIT:
        raise NotCleanableError("size")
    if nesting(source) > DEPTH_LIMIT:
        raise NotCleanableError("depth")
    judge = _Judge(pictures)
    html = nh3.clean(
        _FOREIGN.sub("", source),
        tags=_TAGS,
        clean_content_tags=_GONE_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=judge.attribute,
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},  # img src="tel:3": see `elsewhere`
        url_relative="deny",
        filter_style_properties=_STYLES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    placed = elsewhere.sifted(judge.put_pictures(html), judge.remote, remote)
    html = fold_quotations(placed.html)
    height = lines(_FOLDED.sub("<p>", html))
    return Cleaned(html, placed.addresses, placed.trackers, elsewhere.differing_links(html), height)


def fold_quotations(html: str) -> str:
    """Cleaned HTML with each outermost quotation behind an empty `summary`, which is labelled where it is shown. A
    letter of nothing else but quotations stays as it is."""
    depth, begin, at = 0, 0, 0
    own: list[str] = []
    pieces: list[str] = []
    for found in _QUOTATION.finditer(html):
        depth += -1 if found[1] else 1
        if depth == 1 and not found[1]:
            begin = found.start()
        elif depth == 0 and found[1]:
            inside = html[begin : found.end()]
            own.append(html[at:begin])
            folded = len(_TEXT.sub("", inside)) >= _FOLDED_FROM
            pieces += [html[at:begin], f'<details class="quoted">{SUMMARY}{inside}</details>' if folded else inside]
            at = found.end()
    own.append(html[at:])
    words = len(_TEXT.sub("", "".join(own)).strip())
    return html if words < _OWN_WORDS else "".join([*pieces, html[at:]])


def nesting(source: str) -> int:
    """How deep open tags may stand in each other at most; never less than what a browser makes of it."""
    depth = deepest = 0
    for closing, name in _TAG.findall(source):
        if name.lower() in _NOT_COUNTED:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


def lines(html: str) -> int:
    """About how many lines of 85 characters the result takes on a desk, pictures counted by their height."""
    broken = _BLOCK.sub("\n", _BREAK.sub("\n\u00a0", html))
    text = unescape(_TEXT.sub("", broken))
    found = sum(1 + len(line) // 85 for line in text.split("\n") if line.strip(" \t\r"))
    found += len(_SPACED.findall(html)) + 2 * len(_HEADING.findall(html))
    for picture in _PICTURE.findall(html):
        given = _PIXELS.search(picture)
        found += min(int(given[1]), 1200) // 24 if given else 6
    return found + 3


class _Judge:
    """Decides on attribute values, and remembers the addresses of pictures elsewhere."""

    def __init__(self, pictures: dict[str, str]) -> None:
        self._pictures = pictures
        self.remote: list[str] = []

    def attribute(self, tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return _style(value)
        if name == "src":
            return self._picture(value)
        if "<" in value or ">" in value:
            return None  # markup has no business in a value
        if name == "href":
            return None if value.lstrip("\0\t\r\n ").lower().startswith(("data:", "cid:")) else value
        return value

    def _picture(self, value: str) -> str | None:
        address = value.strip()
        if address.lower().startswith("cid:"):
            return address if address[4:].strip("<>") in self._pictures else None
        if _DATA_PICTURE.fullmatch(address) and len(address) <= _DATA_PICTURE_LIMIT:
            return address
        if address.lower().startswith(("http://", "https://")):
            self.remote.append(address)
            return f"tel:{len(self.remote) - 1}"
        return None

    def put_pictures(self, html: str) -> str:
        """Content-IDs replaced by addresses here. The cleaner has written each as src="cid:…", escaped."""
        return _CID.sub(self._address, html)

    def _address(self, found: re.Match[str]) -> str:
        address = self._pictures.get(unescape(found[1]).strip("<>"), "")
        return f'src="{address}"' if address else 'src=""'


_CID = re.compile(r'(?<=\s)src="[cC][iI][dD]:([^"]*)"')


def _style(value: str) -> str | None:
    kept = [one.strip() for one in value.split(";") if one.strip() and not _HARMFUL_VALUE.search(one)]
    return "; ".join(kept) or None
