"""The reader of one command's bytes."""

import pytest

from mailsvc.imap.errors import BadCommand, TooMuch
from mailsvc.imap.grammar.command import Head, parse_head
from mailsvc.imap.grammar.cursor import MAX_DEPTH, Cursor


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        (b"abc]", b"abc]"),
        (b'"a b"', b"a b"),
        (b'"a\\"b\\\\c"', b'a"b\\c'),
        (b'""', b""),
        (b"{3}\r\na b", b"a b"),
        (b"{3+}\r\na\r\n", b"a\r\n"),
        (b"~{3}\r\na\rb", b"a\rb"),
        (b"{0}\r\n", b""),
    ],
)
def test_astring_takes_every_form(wire: bytes, value: bytes) -> None:
    cursor = Cursor(wire)
    assert cursor.astring() == value
    assert cursor.at_end()


@pytest.mark.parametrize(
    "wire", [b"", b" ", b'"open', b'"a\\x"', b"{3}\r\nab", b"{3}ab", b"(", b"{1}\r\n\x00", b"a\x80"[1:], b'"\x00"']
)
def test_astring_refuses_what_is_none(wire: bytes) -> None:
    with pytest.raises(BadCommand):
        Cursor(wire).astring()


def test_nstring_tells_nil_from_a_string() -> None:
    assert Cursor(b"nil").nstring() is None
    assert Cursor(b'"NIL"').nstring() == b"NIL"


@pytest.mark.parametrize(
    ("wire", "most"), [(b"4294967296", 0xFFFFFFFF), (b"9223372036854775808", 2**63 - 1), (b"-1", 9)]
)
def test_numbers_keep_their_bounds(wire: bytes, most: int) -> None:
    with pytest.raises(BadCommand):
        Cursor(wire).number(most)


def test_nesting_is_capped() -> None:
    cursor = Cursor(b"")
    for _ in range(MAX_DEPTH):
        cursor.descend()
    with pytest.raises(TooMuch):
        cursor.descend()


def test_errors_show_where_and_what() -> None:
    cursor = Cursor(b"ok (")
    cursor.atom()
    cursor.space()
    with pytest.raises(BadCommand, match=r"ký tự 4 \(“\(”\)"):
        cursor.atom()


@pytest.mark.parametrize(
    ("wire", "head"),
    [
        (b"a1 uid fetch 1 FLAGS", Head(b"a1", "UID FETCH")),
        (b"A NOOP", Head(b"A", "NOOP")),
        (b"a", Head(b"*", "")),
        (b"", Head(b"*", "")),
        (b"+x NOOP", Head(b"*", "")),
        (b"a (", Head(b"a", "")),
        (b"a uid", Head(b"a", "")),
    ],
)
def test_the_head_always_yields_something_to_answer(wire: bytes, head: Head) -> None:
    assert parse_head(Cursor(wire)) == head


@pytest.mark.parametrize("written", [b"~{3}\r\na\x00b", b"{3}\r\na\x00b"])
def test_an_astring_has_no_nul(written: bytes) -> None:  # RFC 9051 §9: only a literal8 may
    with pytest.raises(BadCommand):
        Cursor(written).astring()
