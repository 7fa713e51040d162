"""A page of results (RFC 9394 §3.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from mailsvc.imap.grammar.cursor import MAX_NUMBER, Cursor

T = TypeVar("T")

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
