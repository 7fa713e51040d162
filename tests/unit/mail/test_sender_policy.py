"""Whom the From and Sender fields of a letter name. RFC 5322 §3.6.2"""

from __future__ import annotations

import random
import time
from email.utils import getaddresses

import pytest

from mailsvc.mail import sender_policy
from mailsvc.mail.policy import Refusal
from mailsvc.mail.sender_policy import authors, read


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"an@so.example", ["an@so.example"]),
        (b"<an@so.example>", ["an@so.example"]),
        (b"An <an@so.example>", ["an@so.example"]),
        (b"Nguyen V. An <an@so.example>", ["an@so.example"]),
        ("Nguyễn Văn An <an@so.example>".encode(), ["an@so.example"]),
        (b"Nguy\xeen An <an@so.example>", ["an@so.example"]),
        (b"=?utf-8?B?Tmd1eeG7hW4=?=\t=?utf-8?Q?An?= <an@so.example>", ["an@so.example"]),
        (b'"An, \\"Binh\\" <binh@so.example>" <an@so.example>', ["an@so.example"]),
        (b'"an@so.example" <an@so.example>', ["an@so.example"]),
        (b"[TH] An <an@so.example>", ["an@so.example"]),
        (b"an@so.example (Nguyen An, TH)", ["an@so.example"]),
        (b"(so) An (van phong) < an@so.example (x) > (y)", ["an@so.example"]),
        (b'"an"@so.example', ["an@so.example"]),
        (b"an@so.example,binh@so.example", ["an@so.example", "binh@so.example"]),
        (b'An <an@so.example> , "B, C" <binh@so.example>', ["an@so.example", "binh@so.example"]),
        (b"To TH: an@so.example, Binh <binh@so.example>; (het)", ["an@so.example", "binh@so.example"]),
        (b"To TH: an@so.example;, binh@so.example", ["an@so.example", "binh@so.example"]),
        ("văn@so.example".encode(), ["văn@so.example"]),
        (b"an+=40@so.example", ["an+=40@so.example"]),
    ],
)
def test_what_is_read(value: bytes, expected: list[str]) -> None:
    assert list(read(value)) == expected


@pytest.mark.parametrize(
    "value",
    [
        b"", b" ", b"an", b"An <an>", b"An <>", b"@so.example", b"an@", b"an@so.example,", b",an@so.example",
        b"undisclosed:;", b"To TH: an@so.example",
        b"binh@so.example an@so.example",
        b"binh@so.example <an@so.example>",
        b"<binh@so.example> <an@so.example>",
        b"<an@so.example> binh@so.example",
        b"<binh@so.example:an@so.example>",
        b"<@binh.example:an@so.example>",
        b"Phong TH, So <an@so.example>",
        b"an@so.example@binh.example",
        b"an@so.example (binh@so.example)",
        b"an@so.example (x (y))",
        b"an@so.example (", b"(an@so.example", b'"an@so.example', b'"x <binh@so.example>, an@so.example',
        b'( " ) <binh@so.example> ( " ) <an@so.example>',
        b'[ <binh@so.example>, ] <an@so.example>',
        b'"an+<binh@so.example>"@so.example', b'"a b"@so.example', b'"a\\n"@so.example',
        b"an@[127.0.0.1]", b"an @ so.example",
        b"an\0@so.example", b"binh@so.example\0 <an@so.example>", b"A\x1bn <an@so.example>",
        b"an@so.example; binh@so.example",
        b"an\xff@so.example", "an+\u202e@so.example".encode(), "an\u00a0@so.example".encode(),
        b"=?utf-8?Q?an?=@so.example", b"an+=?utf-8?Q?=3Cbinh=40so.example=3E?=@so.example",
        b"=?utf-8?Q?an=40so.example?=", b"an=40so.example",
    ],
)  # fmt: skip
def test_what_could_be_read_differently_is_not_read(value: bytes) -> None:
    assert read(value) == ()


PIECES = [
    b"an@so.example", b"binh@x.example", b"<an@so.example>", b"<binh@x.example>", b"An", b'"An"', b'"', b"(", b")",
    b"<", b">", b",", b";", b":", b"@", b"\\", b"[", b"]", b" ", b"\t", b"(x)", b"=?utf-8?Q?=3C?=", b'"binh@x.example"',
    b".", b"\xff", b"\0", "ă".encode(),
]  # fmt: skip


def test_no_other_reader_finds_more() -> None:
    """Whatever is accepted names nobody else to the reader of the standard library; nothing raises."""
    dice = random.Random(5322)
    accepted = 0
    for _ in range(60_000):
        value = b"".join(dice.choices(PIECES, k=dice.randint(1, 7)))
        ours = read(value)
        if not ours:
            continue
        accepted += 1
        theirs = getaddresses([value.decode("utf-8", "surrogateescape")])
        assert {address.replace('"An"@', "An@") for _, address in theirs if "@" in address} <= set(ours), value
    assert accepted > 1000


def header(*lines: bytes) -> bytes:
    return b"\r\n".join((b"Received: from x", *lines, b"", b"From: body@so.example", b""))


def test_every_field_counts() -> None:
    assert authors(header(b"Subject: x")) == {}
    assert authors(b"Subject: x") == {}
    assert authors(header(b"From: an@so.example")) == {"an@so.example": "From"}
    found = authors(
        header(b"FROM :", b" An", b"\t<an@so.example>", b"nothing", b"sender: b@so.example", b"From: c@so.example")
    )
    assert found == {"an@so.example": "From", "b@so.example": "Sender", "c@so.example": "From"}
    assert authors(header(b"From: an@so.example", b" ", b"From: b@so.example")) == {
        "an@so.example": "From",
        "b@so.example": "From",
    }


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((b"From:",), "From has to be"),
        ((b"From: an@so.example", b"From: x"), "From has to be"),
        ((b"From: an@so.example", b" , binh"), "From has to be a plain list of addresses: an@so.example , binh /"),
        ((b"From: an@so.example", b"Sender: x"), "Sender has to be"),
        ((b"From: " + "ă".encode() * 5000,), "From has to be a plain list of addresses: ????"),
        ((b"From: " + b",".join(b"an+%d@so.example" % number for number in range(21)),), "Too many addresses"),
    ],
)
def test_refusals_say_what_is_wrong(lines: tuple[bytes, ...], said: str) -> None:
    refusal = authors(header(*lines))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.enhanced) == (553, "5.7.1")
    assert refusal.text.startswith(said)
    assert refusal.text.isascii() and len(refusal.text) < 400


def test_nobody_is_named_beyond_what_is_looked_at() -> None:
    long = b"X-Long: x\r\n" * 30_000
    assert isinstance(authors(long + b"From: an@so.example\r\n\r\nx"), Refusal)
    assert isinstance(authors(b"From: an@so.example\r\n" + long), Refusal)
    assert authors(b"From: an@so.example\r\n\r\n" + long) == {"an@so.example": "From"}


@pytest.mark.parametrize(
    "piece", [b"<", b"(", b'"', b"\\", b"a ", b"a@b,", b"a:", b"a@", b"()", b'"" ', b"[] ", b"a <", b":;,", b"\t"]
)
def test_absurd_fields_take_no_time(piece: bytes) -> None:
    value = piece * (sender_policy.HEADER_MAX // len(piece) - 20)
    before = time.process_time()
    authors(b"From: " + value + b"\r\n\r\n")
    authors(b"From: x " + value + b"an@so.example\r\n\r\n")
    assert time.process_time() - before < 2.0
