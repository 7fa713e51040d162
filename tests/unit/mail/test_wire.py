"""What goes over the wire: dots doubled, line ends clean, whatever the pieces are."""

from __future__ import annotations

import mmap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.mail import wire
from mailsvc.mail.reply import parsed
from mailsvc.mail.wire import outgoing

ANY = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a", b": "])).map(b"".join)


def read_back(octets: bytes) -> bytes:
    """What a server makes of the data: up to the dot, doubled dots undone. RFC 5321 §4.5.2"""
    assert octets.endswith(b"\r\n.\r\n") or octets == b".\r\n"
    lines = octets.split(b"\r\n")[:-2]
    assert b"." not in lines
    return b"".join(line.removeprefix(b".") + b"\r\n" for line in lines)


@given(ANY, st.integers(0, 3), st.integers(1, 5))
def test_every_letter_survives(data: bytes, start: int, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire, "CHUNK", chunk)
        letter = outgoing(data, min(start, len(data)))
        octets = b"".join(letter.octets())
    plain = read_back(octets)
    assert len(plain) == letter.size
    assert plain == bytes(letter.data[letter.start :])
    assert plain.replace(b"\r\n", b"").find(b"\r") < 0 and plain.replace(b"\r\n", b"").find(b"\n") < 0
    assert letter.header + b"\r\n" + b"".join(letter.body()) == plain


def test_a_field_in_front() -> None:
    letter = outgoing(b"Return-Path: <>\r\nA: b\r\n\r\n.x\r\n", 17).signed(b"Sig: 1\r\n")
    assert b"".join(letter.octets()) == b"Sig: 1\r\nA: b\r\n\r\n..x\r\n.\r\n"
    assert letter.size == len(b"Sig: 1\r\nA: b\r\n\r\n.x\r\n")


def test_from_a_map(tmp_path: Path) -> None:
    path = tmp_path / "letter"
    path.write_bytes(b"A: b\r\n\r\n" + "ở.\r\n".encode() * 100_000)
    with open(path, "rb") as file:
        letter = outgoing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), 0)
    assert letter.eight_bit and not letter.utf8_header
    assert read_back(b"".join(letter.octets())) == path.read_bytes()


def test_replies_are_taken_apart() -> None:
    assert parsed(550, [b"5.1.1 No such", b"5.1.1 user \x00here"]).text == "550 5.1.1 No such user  here"
    assert parsed(452, [b"4.5.3"]).enhanced == "4.5.3"
    assert parsed(250, [b"5.1.1 contradicts"]).text == "250 2.0.0 5.1.1 contradicts"
    assert parsed(451, [b""]).text == "451 4.0.0"
