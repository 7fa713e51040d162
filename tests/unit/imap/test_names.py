"""Mailbox names and LIST patterns."""

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.imap.errors import Refused
from mailsvc.imap.grammar.names import canonical, check_new_name, decode_name, encode_mutf7
from mailsvc.imap.grammar.patterns import Pattern


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("INBOX", b"INBOX"),
        ("Tom & Jerry", b"Tom &- Jerry"),
        ("台北", b"&U,BTFw-"),
        ("Văn bản đến/Chờ vào sổ", b"V&AQM-n b&HqM-n &AREevw-n/Ch&Ht0- v&AOA-o s&HtU-"),
    ],
)
def test_modified_utf7(name: str, wire: bytes) -> None:
    assert decode_name(encode_mutf7(name), utf8=False) == name
    assert decode_name(wire, utf8=False) == name


@pytest.mark.parametrize("wire", [b"&", b"&AAA", b"&!!-", b"a&b", b"\xff", b"&2D8-"])
def test_broken_names_are_refused(wire: bytes) -> None:
    with pytest.raises(Refused, match="UTF"):
        decode_name(wire, utf8=False)


def test_names_are_nfc_and_inbox_is_in_capitals() -> None:
    decomposed = unicodedata.normalize("NFD", "Văn bản")
    assert decode_name(decomposed.encode(), utf8=True) == "Văn bản"
    assert canonical("inbox") == "INBOX"
    assert canonical("iNbOx/sub/") == "INBOX/sub"
    assert canonical("inboxes") == "inboxes"
    assert decode_name(b"a & b", utf8=True) == "a & b"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
def test_mutf7_round_trip(name: str) -> None:
    assert decode_name(encode_mutf7(name), utf8=False) == canonical(name)


@pytest.mark.parametrize("name", ["", "a//b", "/a", "a*", "b%", "x\x00", "y" * 1001])
def test_names_that_may_not_be_made(name: str) -> None:
    with pytest.raises(Refused) as caught:
        check_new_name(name)
    assert caught.value.code == "CANNOT"


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*", "a/b/c", True),
        ("%", "a", True),
        ("%", "a/b", False),
        ("a/%", "a/b", True),
        ("a/%/c", "a/b/c", True),
        ("a%c", "a/c", False),
        ("a*c", "a/b/c", True),
        ("inbox", "INBOX", True),
        ("in%", "INBOX", True),
        ("inbox/%", "INBOX/x", True),
        ("abc", "ABC", False),
        ("", "", True),
        ("%*%", "anything/at/all", True),
    ],
)
def test_patterns(pattern: str, name: str, fits: bool) -> None:
    assert Pattern(pattern).matches(name) is fits


@given(st.text("ab/%*", max_size=9), st.text("ab/", max_size=9))
def test_patterns_equal_a_regular_expression(pattern: str, name: str) -> None:
    expression = "".join({"*": ".*", "%": "[^/]*"}.get(c) or re.escape(c) for c in pattern)
    assert Pattern(pattern).matches(name) == bool(re.fullmatch(expression, name))


def test_hostile_pattern_takes_no_time() -> None:
    pattern = Pattern("%a" * 400 + "b")
    began = time.perf_counter()
    assert not pattern.matches("a" * 1000)
    assert time.perf_counter() - began < 0.5
