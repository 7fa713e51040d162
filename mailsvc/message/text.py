"""HTML to plain text, in linear time on hostile input."""

import html
import re

_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
# Whatever is not closed runs to the end: no pattern can be made to look at the same text twice.
_UNSEEN = re.compile(
    r"<!--(?:.*?-->|.*)"
    r"|<(script|style|head|title|template|noscript|xml|object)\b[^>]*(?:/>|>(?:.*?</\1\s*(?:>|\Z)|.*)|\Z)"
    r"|<[!?][^>]*(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_LINE = re.compile(
    r" ?<(?:br|/?(?:p|div|tr|table|li|ul|ol|h[1-6]|blockquote|pre|hr|section|article|header|footer|dt|dd|form"
    r"|center|address|fieldset|caption|figure))\b[^>]*(?:>|\Z) ?",
    re.IGNORECASE,
)
_CELL = re.compile(r"</t[dh]\b[^>]*(?:>|\Z)", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^>]*(?:>|\Z)")
_EMPTY_LINES = re.compile(r"\n[ \n]*\n")
_HUGE_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")


def html_to_text(source: str) -> str:
    """What a reader sees: tags, comments, scripts and styles gone, blocks on lines, entities decoded."""
    text = _BLANKS.sub(" ", source)
    if "<" in text:
        text = _UNSEEN.sub("", text)
        text = _LINE.sub("\n", text)
        text = _TAG.sub("", _CELL.sub(" ", text))
    if "&" in text:
        text = html.unescape(_HUGE_REFERENCE.sub("\ufffd", text))
    return _EMPTY_LINES.sub("\n\n", text.replace("\u00a0", " ")).strip()


def one_line(text: str, length: int) -> str:
    """The first `length` characters with every run of blanks as one space and invisible fillers gone."""
    head = text[: length * 8].translate(_FILLERS)
    line = " ".join(head.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


_FILLERS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u034f"))
