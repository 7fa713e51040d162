"""`RETURN ( … )` of the searching commands (RFC 9051 §6.4.4, RFC 5267 §4, RFC 9394 §3.1, RFC 6203 §4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from mailsvc.imap.grammar.cursor import MAX_NUMBER, Cursor

T = TypeVar("T")

_NEEDS = {"SAVE": "SEARCHRES", "RELEVANCY": "SEARCH=FUZZY", "UPDATE": "CONTEXT=SEARCH", "CONTEXT": "CONTEXT=SEARCH"}
_OPTIONS = frozenset(("MIN", "MAX", "ALL", "COUNT", "PARTIAL", *_NEEDS))
_FIRST = re.compile(rb"([1-9][0-9]{0,9}):([1-9][0-9]{0,9})(?![0-9])")
_LAST = re.compile(rb"-([1-9][0-9]{0,9}):-([1-9][0-9]{0,9})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Partial:
    """A page of results: from number `low` to `high`, both within, counted from the end when `from_end`.

    `written` is the range as the client wrote it.
    """

    low: int
    high: int
    from_end: bool
    written: bytes

    def of(self, results: Sequence[T]) -> Sequence[T]:
        """The results on the page, in their order."""
        if self.from_end:
            return results[max(0, len(results) - self.high) : max(0, len(results) - self.low + 1)]
        return results[self.low - 1 : self.high]


@dataclass(frozen=True, slots=True)
class Returns:
    """The options in capitals, never empty; `partial` when PARTIAL is one of them."""

    options: frozenset[str]
    partial: Partial | None = None

    def __contains__(self, option: str) -> bool:
        return option in self.options

    @property
    def only_save(self) -> bool:
        """Nothing is to be told, only kept."""
        return self.options == {"SAVE"}


ALL = Returns(frozenset(("ALL",)))


def parse_returns(cursor: Cursor) -> Returns | None:
    """`RETURN ( … ) SP`; `()` means ALL. None when there is none."""
    if cursor.data[cursor.pos : cursor.pos + 8].upper() != b"RETURN (":
        return None
    cursor.needs("ESEARCH", "RETURN")
    cursor.pos += 7
    found = cursor.parenthesised(lambda: _option(cursor), empty=True)
    partials = [partial for _, partial in found if partial is not None]
    options = frozenset(name for name, _ in found)
    if len(partials) > 1 or (partials and "ALL" in options):
        raise cursor.error("chỉ được một PARTIAL hoặc một ALL")
    cursor.space()
    return Returns(options, partials[0] if partials else None) if options else ALL


def _option(cursor: Cursor) -> tuple[str, Partial | None]:
    word = cursor.word()
    if word not in _OPTIONS:
        raise cursor.error(f"tuỳ chọn RETURN {word[:40]} không có")
    if word in _NEEDS:
        cursor.needs(_NEEDS[word], word)
    if word != "PARTIAL":
        return word, None
    cursor.space()
    return word, parse_partial(cursor)


def parse_partial(cursor: Cursor) -> Partial:
    """`1:500`, or `-1:-500` from the end (RFC 9394 §3.1)."""
    cursor.needs("PARTIAL", "PARTIAL")
    for form in (_FIRST, _LAST):
        match = form.match(cursor.data, cursor.pos)
        if match is not None and max(int(match[1]), int(match[2])) <= MAX_NUMBER:
            cursor.pos = match.end()
            low, high = sorted((int(match[1]), int(match[2])))
            return Partial(low, high, form is _LAST, match[0])
    raise cursor.error("cần một khoảng như 1:100 hoặc -1:-100")
