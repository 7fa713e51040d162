"""The text part of a letter as HTML: everything escaped, addresses made links, quotations set apart.

The text is data from strangers. It is cut into pieces first and each piece is escaped by itself; nothing is ever
escaped after a tag was put in.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

LONGEST = 400_000
"""Characters shown; the whole is in the message source."""
_LINK = re.compile(
    r"(?P<web>\b(?:https?://|www\.)[^\s<>\"'`{}|\\^]{2,2000})"
    r"|(?P<mail>\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}\b)"
)
_TRAILING = ".,;:!?…”’»"
_QUOTED = re.compile(r"^(?:> ?)+")


def text_as_html(text: str) -> Markup:
    """Lines in `pre-wrap` blocks; quoted lines inside blockquotes as deep as they are quoted (at most five)."""
    shown = text[:LONGEST]
    out = Markup("")
    pieces: list[Markup] = []
    for depth, lines in _runs(shown.split("\n")):
        block = _linked("\n".join(lines))
        opened = Markup("<blockquote>") * depth
        closed = Markup("</blockquote>") * depth
        pieces.append(opened + Markup('<div class="lines">') + block + Markup("</div>") + closed)
    if len(text) > LONGEST:
        pieces.append(Markup('<p class="cut">Thư rất dài, phần sau không hiện ở đây. Xin tải nguồn thư.</p>'))
    return out.join(pieces)


def _runs(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Neighbouring lines of the same depth of quotation together."""
    runs: list[tuple[int, list[str]]] = []
    for line in lines:
        quoted = _QUOTED.match(line)
        depth = min(quoted[0].count(">"), 5) if quoted else 0
        rest = line[quoted.end() :] if quoted else line
        if runs and runs[-1][0] == depth:
            runs[-1][1].append(rest)
        else:
            runs.append((depth, [rest]))
    return runs


def _linked(text: str) -> Markup:
    pieces: list[Markup] = []
    at = 0
    for found in _LINK.finditer(text):
        shown = _trimmed(found[0])
        pieces.append(escape(text[at : found.start()]))
        pieces.append(_link(shown, bool(found["mail"])))
        at = found.start() + len(shown)
    pieces.append(escape(text[at:]))
    return Markup("").join(pieces)


def _link(shown: str, mail: bool) -> Markup:
    if mail:
        return Markup('<a href="mailto:{}">{}</a>').format(shown, shown)
    target = shown if shown.lower().startswith("http") else f"http://{shown}"
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>').format(target, shown)


def _trimmed(address: str) -> str:
    """Without the full stop of the sentence, or the bracket around the address."""
    shown = address.rstrip(_TRAILING)
    while shown.endswith((")", "]")) and shown.count("(") + shown.count("[") < shown.count(")") + shown.count("]"):
        shown = shown[:-1].rstrip(_TRAILING)
    return shown
