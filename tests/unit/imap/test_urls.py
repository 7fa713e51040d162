"""URLs of messages and their parts. RFC 5092, RFC 4469 §3"""

from __future__ import annotations

import pytest

from mailsvc.imap.errors import Refused
from mailsvc.imap.grammar.fetch import Section
from mailsvc.imap.grammar.urls import MessageUrl, parse_message_url

HEADER = Section("BODY", text="HEADER", peek=True, label=b"BODY[HEADER]")
WHOLE = Section("BODY", peek=True, label=b"BODY[]")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER", MessageUrl("Drafts", 385759045, 20, HEADER)),
        ("/Drafts/;UID=20", MessageUrl("Drafts", None, 20, WHOLE)),
        ("/inbox/;uid=20", MessageUrl("INBOX", None, 20, WHOLE)),
        ("/D%E1%BB%B1%20%C3%A1n/2026/;UID=1", MessageUrl("Dự án/2026", None, 1, WHOLE)),
        (";UID=7", MessageUrl(None, None, 7, WHOLE)),
        ("/;UID=7", MessageUrl(None, None, 7, WHOLE)),
        ("/a%3Bb/;UID=7", MessageUrl("a;b", None, 7, WHOLE)),
    ],
)
def test_what_is_meant(written: str, meant: MessageUrl) -> None:
    assert parse_message_url(written.encode()) == meant


def test_parts() -> None:
    assert parse_message_url(b"/x/;UID=1/;SECTION=1.2.MIME").section.part == (1, 2)
    assert parse_message_url(b"/x/;UID=1/;SECTION=1/;PARTIAL=10.20").section.partial == (10, 20)
    assert parse_message_url(b"/x/;UID=1/;PARTIAL=10").section.partial == (10, 4294967295)
    fields = parse_message_url(b"/x/;UID=1/;SECTION=HEADER.FIELDS%20(Subject%20From)").section
    assert (fields.text, fields.fields) == ("HEADER.FIELDS", ("Subject", "From"))


@pytest.mark.parametrize(
    "written",
    [
        "", "/", "x", "/x", "/x/", "/x/;UID=0", "/x/;UID=4294967296", "/x/;UID=-1", "/x/;UID=1/;SECTION=",
        "/x/;UID=1/;SECTION=1.", "/x/;UID=1/;SECTION=MIME", "/x/;UID=1/;SECTION=1]<0.5>", "/x/;UID=1;UID=2",
        "/x;UIDVALIDITY=0/;UID=1", "imap://host/x/;UID=1", "//host/x/;UID=1", "/%FF/;UID=1", "/ă/;UID=1",
        "/x/;UID=1/;SECTION=%0D%0A", "/x/;UID=1/;PARTIAL=1.0", "/x/;UID=1/;SECTION=HEADER.FIELDS%20({3}%0D%0Aabc)x",
    ],
)  # fmt: skip
def test_anything_else_is_a_bad_url(written: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_message_url(written.encode())
    assert caught.value.code.startswith("BADURL ")
    shown = caught.value.code.removeprefix("BADURL ")
    assert shown.isascii() and not set(shown) & set("]\r\n ")


def test_a_long_one_is_quickly_refused() -> None:
    for long in (b"/" + b"a/" * 30_000, b"/x;" * 20_000, b"/x/;UID=1/;SECTION=" + b"1." * 30_000):
        with pytest.raises(Refused):
            parse_message_url(long)
