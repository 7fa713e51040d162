"""Two versions of a text compared by words. Vietnamese syllables are words between blanks; tone marks count.

Lines are matched first, then the words of lines that differ. Runs in a child that may be killed: the time grows with
the product of the lengths.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mailsvc.vietnamese.normal import nfc

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"
_WORD = re.compile(r"\s+|[^\s\w]|\w+", re.UNICODE)
_ALIKE = 0.3  # lines that share less than this are one gone and one new


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a line; `marked` where the other side has others."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line on both sides; one side is empty for a line that is only there on the other."""

    kind: str
    left: tuple[Piece, ...]
    right: tuple[Piece, ...]


def compare(old: str, new: str) -> list[Row]:
    """All lines of both texts side by side; blank lines and blanks at their ends do not count."""
    left, right = _lines(old), _lines(new)
    rows: list[Row] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [Row(SAME, (Piece(one),), (Piece(one),)) for one in left[a1:a2]]
        else:
            rows += _block(left[a1:a2], right[b1:b2])
    return rows


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in nfc(text).splitlines() if line.strip()]


def _block(left: Sequence[str], right: Sequence[str]) -> Iterator[Row]:
    """Lines that differ: each old one beside the new one most like it, in order."""
    at = 0
    for line in left:
        match = next((n for n in range(at, len(right)) if _alike(line, right[n])), None)
        if match is None:
            yield Row(REMOVED, (Piece(line, True),), ())
            continue
        yield from (Row(ADDED, (), (Piece(one, True),)) for one in right[at:match])
        yield Row(CHANGED, *_words(line, right[match]))
        at = match + 1
    yield from (Row(ADDED, (), (Piece(one, True),)) for one in right[at:])


def _alike(left: str, right: str) -> bool:
    matcher = SequenceMatcher(None, _WORD.findall(left), _WORD.findall(right), autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _words(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    old, new = _WORD.findall(left), _WORD.findall(right)
    shown_old: list[Piece] = []
    shown_new: list[Piece] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        differs = tag != "equal"
        if a2 > a1:
            shown_old.append(Piece("".join(old[a1:a2]), differs))
        if b2 > b1:
            shown_new.append(Piece("".join(new[b1:b2]), differs))
    return tuple(shown_old), tuple(shown_new)


def as_json(rows: Sequence[Row]) -> list[list[object]]:
    """For the pipe to the child's parent: [kind, [[text, marked], …], [[text, marked], …]]."""
    return [[row.kind, *([[one.text, one.marked] for one in side] for side in (row.left, row.right))] for row in rows]
