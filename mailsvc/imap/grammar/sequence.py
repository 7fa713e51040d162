"""Sequence sets as ranges (RFC 9051 §9 sequence-set): `1:*` over millions of messages is one pair."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailsvc.imap.errors import BadCommand
from mailsvc.imap.grammar.cursor import MAX_NUMBER, Cursor

STAR = MAX_NUMBER + 1  # `*`, until the largest number in use is known
_ONE = rb"(?:[1-9][0-9]{0,9}|\*)"
_SET = re.compile(_ONE + rb"(?::" + _ONE + rb")?(?:," + _ONE + rb"(?::" + _ONE + rb")?)*")

Range = tuple[int, int]  # first and last, both within


@dataclass(frozen=True, slots=True)
class SequenceSet:
    """What the client wrote: pairs in its order, `*` as STAR; `saved` for `$`, the last SEARCH's result (RFC 5182)."""

    pairs: tuple[Range, ...]
    saved: bool = False

    def resolve(self, largest: int) -> tuple[Range, ...]:
        """Sorted, disjoint ranges with `*` replaced by the largest number in use (0: an empty mailbox)."""
        pairs = sorted(_ordered(min(a, b), max(a, b), largest) for a, b in self.pairs)
        return merge(pairs)


def _ordered(low: int, high: int, largest: int) -> Range:
    low = largest if low == STAR else low
    high = largest if high == STAR else high
    return (low, high) if low <= high else (high, low)


def merge(pairs: Iterable[Range]) -> tuple[Range, ...]:
    """Sorted pairs with overlapping and touching ones joined."""
    merged: list[Range] = []
    for low, high in pairs:
        if merged and low <= merged[-1][1] + 1:
            if high > merged[-1][1]:
                merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return tuple(merged)


def parse_set(cursor: Cursor) -> SequenceSet:
    """A sequence-set, or `$`."""
    if cursor.skip(b"$"):
        cursor.needs("SEARCHRES", "$")
        return SequenceSet((), saved=True)
    match = _SET.match(cursor.data, cursor.pos)
    if match is None:
        raise cursor.error("cần một dãy số thư như 1:5,8 hay 1:*")
    cursor.pos = match.end()
    return SequenceSet(tuple(_pair(text) for text in match[0].split(b",")))


def _pair(text: bytes) -> Range:
    first, colon, last = text.partition(b":")
    low = _number(first)
    return low, _number(last) if colon else low


def _number(text: bytes) -> int:
    if text == b"*":
        return STAR
    value = int(text)
    if value > MAX_NUMBER:
        raise BadCommand(f"Số thư {value} quá lớn")
    return value


def ranges_of(numbers: Iterable[int]) -> Iterator[Range]:
    """Ascending numbers as maximal runs."""
    iterator = iter(numbers)
    for start in iterator:
        low = high = start
        for value in iterator:
            if value == high + 1:
                high = value
                continue
            yield low, high
            low = high = value
        yield low, high


def format_set(numbers: Iterable[int]) -> bytes:
    """Ascending numbers in the shortest set: `1:3,7`; empty bytes for none."""
    return format_ranges(ranges_of(numbers))


def format_ranges(ranges: Iterable[Range]) -> bytes:
    return b",".join(b"%d" % low if low == high else b"%d:%d" % (low, high) for low, high in ranges)


def slices(ranges: Iterable[Range], ascending: Sequence[int]) -> Iterator[tuple[int, int]]:
    """For each range of values the half-open span of positions it covers in an ascending sequence, if any."""
    start = 0
    for low, high in ranges:
        start = bisect_left(ascending, low, start)
        stop = bisect_right(ascending, high, start)
        if stop > start:
            yield start, stop
        start = stop


def contains(ranges: Sequence[Range], value: int) -> bool:
    """Whether the sorted, disjoint ranges hold the value."""
    at = bisect_right(ranges, (value, STAR)) - 1
    return at >= 0 and ranges[at][1] >= value
