"""Octets as they are: BINARY. RFC 3516, RFC 9051 §6.4.5.1"""

from __future__ import annotations

import base64

import pytest
from speaker import Speaker, Text, speaker
from world import World, on_both

PIXELS = bytes(range(256)) * 20
MIXED = (
    b"Subject: m\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\none\r\n"
    b"--b\r\nContent-Type: image/x\r\nContent-Transfer-Encoding:\r\n binary\r\nX-Kept: yes\r\n\r\n" + PIXELS
    + b"\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nYQpiCg==\r\n--b--\r\n"
)  # fmt: skip


@pytest.fixture
def an(world: World) -> Speaker:
    return speaker(world)


def append8(client: Speaker, message: bytes) -> None:
    client.ok(b"APPEND INBOX ~{%d+}\r\n%s" % (len(message), message))
    client.ok("SELECT INBOX")


def item(client: Speaker, name: str, number: int = 1) -> object:
    return client.ok(f"FETCH {number} ({name})").fetched()[number][name.partition("<")[0].replace(".PEEK", "").encode()]


@on_both
def test_what_came_is_given_again(world: World) -> None:
    client = speaker(world)
    append8(client, MIXED)
    assert item(client, "BINARY.PEEK[2]") == PIXELS
    assert item(client, "BINARY.SIZE[2]") == len(PIXELS)
    assert item(client, "BINARY.PEEK[1]") == b"one"
    assert item(client, "BINARY.PEEK[3]") == b"a\r\nb\r\n"  # RFC 3516 §6: lines end with CRLF
    assert item(client, "BINARY.SIZE[3]") == 6


def test_clients_that_read_lines_see_no_nul(an: Speaker) -> None:
    """RFC 3516 §6: BODY and BODYSTRUCTURE tell of an encoding that all can read, and of the same one."""
    append8(an, MIXED)
    whole = item(an, "BODY.PEEK[]")
    assert isinstance(whole, bytes)
    assert b"\x00" not in whole
    assert item(an, "RFC822.SIZE") == len(whole)
    structure = an.ok("FETCH 1 BODYSTRUCTURE").fetched()[1][b"BODYSTRUCTURE"]
    assert structure[1][5].upper() == b"BASE64"
    part = item(an, "BODY.PEEK[2]")
    assert isinstance(part, Text)
    assert base64.b64decode(part) == PIXELS
    assert max(map(len, part.split(b"\r\n"))) == 76
    assert b"X-Kept: yes\r\n" in item(an, "BODY.PEEK[2.MIME]")  # type: ignore[operator]
    before, _, after = MIXED.partition(PIXELS)
    assert whole.endswith(after)
    assert whole.startswith(before[: before.index(b"Content-Type: image")])


@pytest.mark.parametrize(
    ("message", "octets"),
    [
        (b"Subject: 1\r\n\r\na\x00b", b"a\x00b"),
        (b"\r\n\x00", b"\x00"),
        (b"Content-Transfer-Encoding: 8bit\r\nSubject: 1\r\n\r\n\x00\xff\r\n", b"\x00\xff\r\n"),
        (b"Subject: 1\r\n\r\nno nul at all\r\n", b"no nul at all\r\n"),
    ],
)
def test_a_single_part(an: Speaker, message: bytes, octets: bytes) -> None:
    append8(an, message)
    assert item(an, "BINARY.PEEK[1]") == octets
    assert b"\x00" not in item(an, "BODY.PEEK[]")  # type: ignore[operator]


def test_a_letter_in_a_letter(an: Speaker) -> None:
    inner = b"Subject: in\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: binary\r\n\r\n\x00\x01\x02"
    append8(an, b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n\r\n" + inner)
    assert item(an, "BINARY.PEEK[1.1]") == b"\x00\x01\x02"


def test_nul_that_is_no_content_is_refused(an: Speaker) -> None:
    message = b"Subject: a\x00b\r\n\r\nx"
    an.no(b"APPEND INBOX ~{%d+}\r\n%s" % (len(message), message), "UNKNOWN-CTE")
    assert an.ok("STATUS INBOX (MESSAGES)").of(b"STATUS") == [[b"INBOX", [b"MESSAGES", 0]]]


def test_ranges_count_decoded_octets(an: Speaker) -> None:
    append8(an, MIXED)
    found = an.ok("FETCH 1 (BINARY.PEEK[2]<250.10>)").fetched()[1]
    assert found == {b"BINARY[2]<250>": PIXELS[250:260]}
    assert an.ok("FETCH 1 (BINARY.PEEK[2]<99999.10>)").fetched()[1] == {b"BINARY[2]<99999>": b""}


def test_an_unknown_encoding_is_told(an: Speaker) -> None:
    an.append(b"Subject: 1\r\nContent-Transfer-Encoding: x-strange\r\n\r\nabc")
    an.ok("SELECT INBOX")
    an.no("FETCH 1 BINARY.PEEK[1]", "UNKNOWN-CTE")
    an.no("FETCH 1 BINARY.SIZE[1]", "UNKNOWN-CTE")
    assert item(an, "BODY.PEEK[1]") == b"abc"


def test_reading_marks_and_peeking_does_not(an: Speaker) -> None:
    append8(an, MIXED)
    an.ok("FETCH 1 (BINARY.PEEK[1] BINARY.SIZE[1])")
    assert b"\\Seen" not in an.ok("FETCH 1 FLAGS").fetched()[1][b"FLAGS"]
    an.ok("FETCH 1 BINARY[1]")
    assert b"\\Seen" in an.ok("FETCH 1 FLAGS").fetched()[1][b"FLAGS"]


def test_put_together_with_octets(an: Speaker) -> None:
    an.ok(b"APPEND INBOX CATENATE (TEXT {14+}\r\nSubject: 1\r\n\r\n TEXT ~{3+}\r\na\x00b)")
    an.ok("SELECT INBOX")
    assert item(an, "BINARY.PEEK[1]") == b"a\x00b"
