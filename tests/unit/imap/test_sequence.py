"""Sequence sets stay ranges."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.imap.errors import BadCommand
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.sequence import STAR, SequenceSet, contains, format_set, parse_set, slices


@pytest.mark.parametrize(
    ("wire", "pairs"),
    [
        (b"1", ((1, 1),)),
        (b"1:*", ((1, STAR),)),
        (b"*", ((STAR, STAR),)),
        (b"4:2,7", ((4, 2), (7, 7))),
        (b"4294967295", ((4294967295, 4294967295),)),
    ],
)
def test_parse(wire: bytes, pairs: tuple[tuple[int, int], ...]) -> None:
    assert parse_set(Cursor(wire)) == SequenceSet(pairs)


def test_saved_result() -> None:
    assert parse_set(Cursor(b"$")).saved


@pytest.mark.parametrize("wire", [b"0", b"", b"a", b"4294967296", b":1", b","])
def test_refused(wire: bytes) -> None:
    with pytest.raises(BadCommand):
        parse_set(Cursor(wire))


@pytest.mark.parametrize(
    ("wire", "largest", "ranges"),
    [
        (b"3291:*", 10, ((10, 3291),)),  # RFC 9051 §9: includes the last message though its UID is less
        (b"*:4,5:7", 10, ((4, 10),)),
        (b"2,4:7,9,12:*", 15, ((2, 2), (4, 7), (9, 9), (12, 15))),
        (b"1:*", 0, ((0, 1),)),
        (b"1:4294967295", 5, ((1, 4294967295),)),
    ],
)
def test_resolve(wire: bytes, largest: int, ranges: tuple[tuple[int, int], ...]) -> None:
    assert parse_set(Cursor(wire)).resolve(largest) == ranges


@given(st.sets(st.integers(1, 300)), st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), max_size=8))
def test_slices_equal_brute_force(uids: set[int], pairs: list[tuple[int, int]]) -> None:
    view = array("I", sorted(uids))
    ranges = SequenceSet(tuple(pairs)).resolve(max(uids, default=0))
    found = [uid for start, stop in slices(ranges, view) for uid in view[start:stop]]
    wanted = [uid for uid in view if any(min(a, b) <= uid <= max(a, b) for a, b in pairs)]
    assert found == wanted
    assert all(contains(ranges, uid) == (uid in wanted) for uid in view)


@given(st.sets(st.integers(1, 200)))
def test_format_and_parse_are_inverse(numbers: set[int]) -> None:
    text = format_set(sorted(numbers))
    if not numbers:
        assert text == b""
        return
    ranges = parse_set(Cursor(text)).resolve(0)
    assert {n for low, high in ranges for n in range(low, high + 1)} == numbers
