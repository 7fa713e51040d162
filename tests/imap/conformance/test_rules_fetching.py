"""FETCH and its items. RFC 9051 §6.4.5, §7.5.2; RFC 3501 §6.4.5; RFC 3516; RFC 2683 §3.4"""

from __future__ import annotations

from typing import Any

import pytest
from speaker import Speaker, speaker
from world import World

INNER_HEADER = b"From: inner@x.example\r\nSubject: inner\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n"
INNER_BODY = (
    b"preamble\r\n--in\r\nContent-Type: text/plain\r\n\r\ninner plain\r\n--in\r\nContent-Type: text/html\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>inner=20html</p>\r\n--in--\r\nepilogue"
)
HEADER = (
    b"From: a@x.example\r\nTo: b@x.example\r\nSubject: outer\r\n  folded\r\nX-Odd : blank before colon\r\n"
    b"Received: one\r\nReceived: two\r\n\tand more\r\nX-Empty:\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n"
)
MIXED = (
    HEADER + b"--out\r\n\r\ntext\r\n--out\r\nContent-Type: message/rfc822\r\nX-Note: yes\r\n\r\n" + INNER_HEADER
    + INNER_BODY + b"\r\n--out\r\nContent-Type: application/octet-stream; name=x\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--out\r\nContent-Type: text/plain\r\n\r\n\r\n--out--\r\n"
)  # fmt: skip
BODY = MIXED[len(HEADER) :]
PLAIN = b"Subject: plain\r\nFrom: a@x.example\r\n\r\nline one\r\nline two\r\n"


@pytest.fixture
def an(world: World) -> Speaker:
    client = speaker(world)
    client.append(MIXED)
    client.append(PLAIN, head='(\\Answered) "17-Jul-1996 02:44:25 -0700"')
    client.append(b"Subject: no body at all\r\n")
    client.append(b"\r\nno header at all")
    client.ok("SELECT INBOX")
    return client


def item(client: Speaker, name: str, number: int = 1) -> Any:
    items = client.ok(f"FETCH {number} ({name})").fetched()[number]
    items.pop(b"FLAGS", None)
    ((_, value),) = items.items()
    return value


SECTIONS = [
    ("", MIXED), ("HEADER", HEADER), ("TEXT", BODY), ("1", b"text"), ("1.MIME", b"\r\n"),
    ("2", INNER_HEADER + INNER_BODY), ("2.MIME", b"Content-Type: message/rfc822\r\nX-Note: yes\r\n\r\n"),
    ("2.HEADER", INNER_HEADER), ("2.TEXT", INNER_BODY), ("2.1", b"inner plain"),
    ("2.1.MIME", b"Content-Type: text/plain\r\n\r\n"), ("2.2", b"<p>inner=20html</p>"),
    ("2.2.MIME", b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"),
    ("3", b"AAEC"), ("4", b""), ("5", None), ("2.3", None), ("2.1.1", None), ("1.HEADER", None), ("3.TEXT", None),
    ("2.HEADER.FIELDS (subject)", b"Subject: inner\r\n\r\n"),
    ("2.HEADER.FIELDS.NOT (subject content-type)", b"From: inner@x.example\r\n\r\n"),
    ("HEADER.FIELDS (Subject)", b"Subject: outer\r\n  folded\r\n\r\n"),
    ("HEADER.FIELDS (received X-EMPTY)", b"Received: one\r\nReceived: two\r\n\tand more\r\nX-Empty:\r\n\r\n"),
    ("HEADER.FIELDS (nothing)", b"\r\n"), ("HEADER.FIELDS (subj)", b"\r\n"),
    ('HEADER.FIELDS ("To" "x odd")', b"To: b@x.example\r\n\r\n"),
    ("HEADER.FIELDS.NOT (from to subject x-odd received x-empty)",
     b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "content"), SECTIONS)
def test_sections_of_a_nested_message(an: Speaker, section: str, content: bytes | None) -> None:  # RFC 9051 §6.4.5.1
    assert item(an, f"BODY.PEEK[{section}]") == content


@pytest.mark.parametrize(
    ("section", "content"),
    [
        ("", PLAIN),
        ("HEADER", PLAIN[:-20]),
        ("TEXT", PLAIN[-20:]),
        ("1", PLAIN[-20:]),
        ("1.MIME", PLAIN[:-20]),
        ("2", None),
    ],
)
def test_sections_of_a_plain_message(an: Speaker, section: str, content: bytes | None) -> None:  # RFC 9051 §6.4.5.1
    assert item(an, f"BODY.PEEK[{section}]", 2) == content


def test_messages_without_body_or_header(an: Speaker) -> None:  # RFC 9051 §6.4.5.1
    assert item(an, "BODY.PEEK[HEADER]", 3) == b"Subject: no body at all\r\n"
    assert item(an, "BODY.PEEK[TEXT]", 3) == b""
    assert item(an, "BODY.PEEK[HEADER.FIELDS (subject)]", 3).startswith(b"Subject: no body at all\r\n")
    assert item(an, "BODY.PEEK[HEADER]", 4) == b"\r\n"
    assert item(an, "BODY.PEEK[TEXT]", 4) == b"no header at all"
    assert item(an, "ENVELOPE", 4) == [None] * 10


@pytest.mark.parametrize("section", ["", "HEADER", "TEXT", "1", "2", "2.TEXT", "2.1", "HEADER.FIELDS (Subject To)"])
@pytest.mark.parametrize(("start", "count"), [(0, 1), (0, 10), (3, 7), (5, 100_000), (100_000, 5), (0, 4_294_967_295)])
def test_partials_are_cut_to_what_is_there(
    an: Speaker, section: str, start: int, count: int
) -> None:  # RFC 9051 §6.4.5
    whole = item(an, f"BODY.PEEK[{section}]")
    items = an.ok(f"FETCH 1 BODY.PEEK[{section}]<{start}.{count}>").fetched()[1]
    assert items == {f"BODY[{section}]<{start}>".encode(): whole[start : start + count]}


@pytest.mark.parametrize(
    ("name", "label"),
    [("RFC822", "RFC822"), ("RFC822.HEADER", "RFC822.HEADER"), ("RFC822.TEXT", "RFC822.TEXT"), ("body[]", "BODY[]"),
     ("BODY.PEEK[2.text]", "BODY[2.TEXT]"), ("body.peek[header.fields (To)]", "BODY[HEADER.FIELDS (To)]"),
     ("BODY[1.mime]<2.3>", "BODY[1.MIME]<2>"), ("rfc822.size", "RFC822.SIZE"), ("BODY", "BODY"), ("uid", "UID"),
     ("BINARY.PEEK[3]", "BINARY[3]"), ("binary.size[3]", "BINARY.SIZE[3]"), ("BINARY[3]<1.1>", "BINARY[3]<1>")],
)  # fmt: skip
def test_items_are_named_as_asked(an: Speaker, name: str, label: str) -> None:  # RFC 9051 §7.5.2
    items = an.ok(f"FETCH 1 ({name})").fetched()[1]
    items.pop(b"FLAGS", None)
    assert list(items) == [label.encode()]


def test_rfc822_items_are_body_sections(an: Speaker) -> None:  # RFC 3501 §6.4.5
    assert item(an, "RFC822") == MIXED
    assert item(an, "RFC822.HEADER") == HEADER
    assert item(an, "RFC822.TEXT") == BODY
    assert item(an, "RFC822.SIZE") == len(MIXED)


@pytest.mark.parametrize("macro", ["ALL", "FAST", "FULL", "full"])
def test_macros(an: Speaker, macro: str) -> None:  # RFC 9051 §6.4.5
    more = {"ALL": {b"ENVELOPE"}, "FAST": set(), "FULL": {b"ENVELOPE", b"BODY"}}[macro.upper()]
    assert set(an.ok(f"FETCH 2 {macro}").fetched()[2]) == {b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"} | more


def test_internaldate_is_the_same_moment(an: Speaker) -> None:  # RFC 9051 §2.3.3
    assert item(an, "INTERNALDATE", 2) == b"17-Jul-1996 16:44:25 +0700"


def test_body_marks_seen_and_tells_it(an: Speaker) -> None:  # RFC 9051 §6.4.5
    for name in (
        "BODY.PEEK[]",
        "RFC822.HEADER",
        "BODYSTRUCTURE",
        "BODY",
        "BINARY.PEEK[1]",
        "BINARY.SIZE[1]",
        "ENVELOPE",
    ):
        an.ok(f"FETCH 1 {name}")
        assert b"\\Seen" not in an.ok("FETCH 1 FLAGS").fetched()[1][b"FLAGS"], name
    for number, name in enumerate(("BODY[HEADER]", "RFC822.TEXT", "BINARY[1]", "BODY[]<0.1>"), 1):
        assert b"\\Seen" in an.ok(f"FETCH {number} {name}").fetched()[number][b"FLAGS"], name
    assert b"FLAGS" not in an.ok("FETCH 1 BODY[TEXT]").fetched()[1]


def test_flags_asked_for_with_the_body_are_the_new_ones(an: Speaker) -> None:  # RFC 9051 §6.4.5
    assert b"\\Seen" in an.ok("FETCH 2 (FLAGS BODY[1])").fetched()[2][b"FLAGS"]


def test_uid_fetch_always_tells_the_uid(an: Speaker) -> None:  # RFC 9051 §6.4.9
    for items in ("FLAGS", "(FLAGS)", "(UID FLAGS)", "BODY.PEEK[1]", "FAST"):
        assert an.ok(f"UID FETCH 2 {items}").fetched()[2][b"UID"] == 2
    assert an.ok("UID FETCH 44 FLAGS").untagged == []
    assert list(an.ok("UID FETCH 44:* UID").fetched()) == [4]
    assert list(an.ok("UID FETCH *:3 UID").fetched()) == [3, 4]


def test_sets_are_answered_once_each(an: Speaker) -> None:  # RFC 9051 §9 sequence-set
    for numbers in ("1:3,2,3:1", "3:1", "1,2,3", "2:3,1", "1:2,3:3"):
        told = [one[0] for one in an.ok(f"FETCH {numbers} UID").of(b"FETCH")]
        assert sorted(told) == [1, 2, 3]
    assert list(an.ok("FETCH * UID").fetched()) == [4]
    assert list(an.ok("FETCH *:* UID").fetched()) == [4]


def test_several_sections_in_one_fetch(an: Speaker) -> None:  # RFC 9051 §6.4.5
    items = an.ok("FETCH 1 (UID BODY.PEEK[1] BODY.PEEK[2.1] BODY.PEEK[]<0.4> FLAGS BODY.PEEK[9])").fetched()[1]
    assert items[b"BODY[1]"] == b"text"
    assert items[b"BODY[2.1]"] == b"inner plain"
    assert items[b"BODY[]<0>"] == b"From"
    assert items[b"BODY[9]"] is None
    assert items[b"UID"] == 1


def test_binary_undoes_the_transfer_encoding(an: Speaker) -> None:  # RFC 3516 §4.2
    assert item(an, "BINARY.PEEK[3]") == b"\x00\x01\x02"
    assert item(an, "BINARY.SIZE[3]") == 3
    assert item(an, "BINARY.PEEK[2.2]") == b"<p>inner html</p>"
    assert item(an, "BINARY.PEEK[3]<1.1>") == b"\x01"


def test_binary_of_an_unknown_encoding_is_no(an: Speaker) -> None:  # RFC 3516 §4.3
    an.append(b"Content-Transfer-Encoding: x-foo\r\n\r\nbody")
    an.no("FETCH 5 BINARY.PEEK[1]", "UNKNOWN-CTE")
    an.ok("FETCH 5 BODY.PEEK[1]")
