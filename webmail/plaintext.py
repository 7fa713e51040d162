"""The text part of a letter as HTML: everything escaped, addresses made links, quotations set apart.

The text is data from strangers. It is cut into pieces first and each piece is escaped by itself; nothing is ever
escaped after a tag was put in.
"""

from __future__ import annotations

import re
from itertools import groupby

from markupsafe import Markup, escape

from webmail.i18n import N_

LONGEST = 400_000
"""Characters shown; the whole is in the message source."""
MORE = N_("Hiện phần trích")
CUT = N_("Thư rất dài, phần sau không hiện ở đây. Xin tải nguồn thư.")
_FOLDED_FROM = 3
"""Quoted lines; so many still stand open."""
_FOLDED = Markup('<details class="quoted"><summary>{}</summary>{}</details>')
_LINK = re.compile(
    r"(?P<web>\b(?:https?://|www\.)[^\s<>\"'`{}|\\^]{2,2000})"
    r"|(?P<mail>\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}\b)"
)
_TRAILING = ".,;:!?…”’»"
_QUOTED = re.compile(r"^(?:> ?)+")


def text_as_html(text: str, more: str = MORE, cut: str = CUT) -> Markup:
    """Lines in `pre-wrap` blocks; quoted lines inside blockquotes as deep as they are quoted (at most five).

    Long quotations are folded behind a button labelled `more`, unless the letter is nothing but a quotation; `cut` is
    what stands at the end of a letter that is too long to be shown whole.
    """
    runs = _runs(text[:LONGEST].split("\n"))
    own = any(depth == 0 and any(line.strip() for line in lines) for depth, lines in runs)
    pieces: list[Markup] = []
    for quoted, group in groupby(runs, key=lambda run: run[0] > 0):
        found = list(group)
        block = Markup("").join(_block(depth, lines) for depth, lines in found)
        if quoted and own and sum(len(lines) for _depth, lines in found) > _FOLDED_FROM:
            block = _FOLDED.format(more, block)
        pieces.append(block)
    if len(text) > LONGEST:
        pieces.append(Markup('<p class="cut">{}</p>').format(cut))
    return Markup("").join(pieces)


def _block(depth: int, lines: list[str]) -> Markup:
    opened, closed = Markup("<blockquote>") * depth, Markup("</blockquote>") * depth
    return opened + Markup('<div class="lines">') + _linked("\n".join(lines)) + Markup("</div>") + closed


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
