"""Found words between <mark>s, whether typed with marks or without, in text composed (NFC) or not (NFD)."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from mailsvc.vietnamese.fold import fold, fold_each

_AROUND = 28
"""Characters of an excerpt before the first word found."""


def marked(text: str, words: Sequence[str]) -> Markup:
    """The text escaped, every place that holds one of the words marked. A word may have blanks in it."""
    made, done = Markup(), 0
    for start, end in _joined(_spots(text, words)):
        made += escape(text[done:start]) + Markup("<mark>") + escape(text[start:end]) + Markup("</mark>")
        done = end
    return made + escape(text[done:])


def holds(text: str, words: Sequence[str]) -> bool:
    """Whether the text holds any of the words."""
    folded = fold(text)
    return any(fold(word) in folded for word in words if word)


def excerpt(text: str, words: Sequence[str], longest: int = 240) -> str:
    """The part of the text around the first word found, on one line; '' when it holds none."""
    flat = " ".join(text.split())
    spots = _spots(flat, words)
    if not spots:
        return ""
    start = max(0, min(spots)[0] - _AROUND)
    start = flat.find(" ", start) + 1 if start else 0
    return ("… " if start else "") + flat[start : start + longest]


def _spots(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words stand. Folding character by character keeps the places true; a combining mark folds to nothing
    and stays with its letter."""
    pieces = fold_each(text)
    places = [n for n, piece in enumerate(pieces) for _ in piece]
    whole = "".join(pieces)
    found = []
    for word in {fold(word) for word in words} - {""}:
        at = whole.find(word)
        while at >= 0:
            end = places[at + len(word) - 1] + 1
            while end < len(text) and not pieces[end]:
                end += 1
            found.append((places[at], end))
            at = whole.find(word, at + 1)
    return found


def _joined(spots: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places in order, those that touch made one."""
    made: list[tuple[int, int]] = []
    for start, end in sorted(spots):
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return made
