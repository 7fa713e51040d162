"""HTML to plain text, in linear time on hostile input."""

import html
import re

# Whatever is not closed runs to the end: no pattern can be made to look at the same text twice.
_UNSEEN = re.compile(
    r"<!--(?:.*?-->|.*)"
    r"|<(script|style|title|template|xml)\b[^>]*(?:/>|>(?:.*?</\1\s*(?:>|\Z)|.*)|\Z)"
    r"|<[!?][^>]*(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_LINE = re.compile(
    r"<(?:[bB][rR]|/?(?:[pP]|[dD][iItTdDlL][vV]?|[tT][rR]|[tT]able|TABLE|[lL][iI]|[uUoO][lL]|[hH][1-6rR]"
    r"|(?i:blockquote|pre|section|article|header|footer|form|center|address|fieldset|caption|figure)))"
    r"(?![a-zA-Z0-9])[^>]*(?:>|\Z)"
)
_CELL = re.compile(r"</[tT][dhDH](?![a-zA-Z0-9])[^>]*(?:>|\Z)")
_TAG = re.compile(r"</?[a-zA-Z][^>]*(?:>|\Z)")
_PRE = re.compile(r"<pre\b[^>]*(?:>(?:.*?</pre\b|.*)|\Z)", re.DOTALL | re.IGNORECASE)
_SPACES = re.compile("  +")
_EMPTY_LINES = re.compile(r"\n[ \n]*\n")
_HUGE_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")


def html_to_text(source: str) -> str:
    """What a reader sees: tags, comments, scripts and styles gone, blocks on lines, entities decoded."""
    text = _PRE.sub(lambda block: block[0].replace("\n", "<br>"), source) if "<pre" in source.lower() else source
    text = text.replace("\t", " ").replace("\f", " ")
    text = text.replace("\r", " ").replace("\n", " ")
    if "<" in text:
        text = _UNSEEN.sub("", text)
        text = _LINE.sub("\n", text)
        text = _TAG.sub("", _CELL.sub(" ", text))
    if "&" in text:
        text = _entities(text)
    if "  " in text:
        text = _SPACES.sub(" ", text)
    text = text.replace(" \n", "\n").replace("\n ", "\n")
    return _EMPTY_LINES.sub("\n\n", text).strip()


def _entities(text: str) -> str:
    text = text.replace("&nbsp;", " ")
    if "&" in text:
        # The library turns a number into an integer before it looks whether it is too long.
        text = html.unescape(_HUGE_REFERENCE.sub("\ufffd", text))
    return text.replace("\u00a0", " ")


_FILLERS = re.compile("[\u00ad\u034f\u200b-\u200f\u2060\ufeff]+")


def one_line(text: str, length: int) -> str:
    """The first `length` characters with every run of blanks as one space and invisible fillers gone."""
    line = _shown(text[: length * 2])
    if len(line) <= length < len(text) // 2:
        line = _shown(text[: length * 16])
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _shown(text: str) -> str:
    return " ".join((text if text.isascii() else _FILLERS.sub("", text)).split())
