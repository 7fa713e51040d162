"""Promises for any bytes at all: the scan returns, in time, what the grammar allows and what lies in the message."""

import base64
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_scan import checked

from mailsvc.message.attachments import attachments
from mailsvc.message.forwarded import forwarded
from mailsvc.message.recognise import recognise
from mailsvc.message.scan import Limits, decode_part, scan
from mailsvc.message.section import binary, section
from tests.places import SAMPLES

SLOW = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
MAILS = sorted((SAMPLES / "mail").glob("*.eml"))

PIECES = st.sampled_from(
    [
        *(
            b"\r\n",
            b"\n",
            b"\r",
            b"\r\n\r\n",
            b"\n\n",
            b" ",
            b"\t",
            b"\0",
            b";",
            b":",
            b",",
            b'"',
            b"\\",
            b"=",
            b"?=",
            b"=?",
        ),
        *(
            b"--",
            b"--a",
            b"--a--",
            b"--ab",
            b"\r\n--a\r\n",
            b"\r\n--ab\r\n",
            b"\r\n--a--\r\n",
            b"boundary=a",
            b'boundary="ab"',
        ),
        *(b"Content-Type: ", b"multipart/mixed; ", b"multipart/digest; boundary=a\r\n\r\n", b"message/rfc822\r\n\r\n"),
        *(
            b"text/html; charset=",
            b"utf-7",
            b"windows-1258",
            b"x-la",
            b"From: ",
            b"To: ",
            b"Subject: ",
            b"Date: ",
            b"References: ",
        ),
        *(
            b"Content-Transfer-Encoding: base64\r\n",
            b"Content-Transfer-Encoding: quoted-printable\r\n",
            b"Content-Disposition: ",
        ),
        *(
            b"attachment; filename*0*=utf-8''%",
            b"filename*1=",
            b"<",
            b">",
            b"@",
            b"(",
            b")",
            b"a:b;",
            b"=?utf-8?b?w6A",
            b"=?x?q?=A",
        ),
        *(
            b"<script>",
            b"<!--",
            b"&#",
            b"<p",
            b"\xc3",
            b"\xa0",
            b"\xcc\x81",
            b"\xff",
            b"application/ms-tnef",
            b"\x78\x9f\x3e\x22",
        ),
        *(
            b"PK\x03\x04",
            b"application/pkcs7-mime",
            b"\x30\x80",
            b"Forwarded message ---------\n",
            b"From: x\nDate: 1/1/2026 1:1\n",
        ),
    ]
)
MESSAGES = st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=60).map(b"".join)


@SLOW
@given(st.one_of(MESSAGES, st.binary(max_size=400)))
def test_any_bytes_are_read(data: bytes) -> None:
    found = checked(data, Limits(depth=6, parts=20, header=200))
    for part in found.parts:
        numbers = tuple(int(n) for n in part.section.split(".") if n.isdigit())
        for kind in ("", "HEADER", "TEXT", "MIME", "HEADER.FIELDS", "HEADER.FIELDS.NOT"):
            section(data, found.parts, numbers, kind, [b"from"], (1, 5))
        try:
            binary(data, found.parts, numbers)
        except ValueError:
            assert part.encoding
    for attachment in attachments(data, found):
        assert len(attachment.read()) == attachment.size
    forwarded(data, found)
    recognise(data, found)


@SLOW
@given(st.sampled_from(MAILS), st.data())
def test_mutilated_samples_are_read(path: Any, choices: st.DataObject) -> None:
    data = path.read_bytes()[:20_000]
    for _ in range(choices.draw(st.integers(1, 4))):
        at = choices.draw(st.integers(0, len(data)))
        gone = choices.draw(st.integers(0, 300))
        data = data[:at] + choices.draw(st.one_of(PIECES, st.binary(max_size=20))) + data[at + gone :]
    found = checked(data)
    attachments(data, found)
    forwarded(data, found)
    recognise(data, found)


BODIES = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=60).map(lambda text: text + "\n")


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> EmailMessage:
    """Well-formed messages of every shape, made by the standard library."""
    message = EmailMessage(policy=policy.SMTP)
    kind = draw(st.sampled_from(["text", "html", "file", "mixed", "message"] if depth < 4 else ["text", "file"]))
    if kind == "mixed":
        message["Content-Type"] = f"multipart/mixed; boundary=b{draw(st.integers(0, 10**9))}x{depth}"
        for _ in range(draw(st.integers(1, 3))):
            message.attach(draw(trees(depth + 1)))
    elif kind == "message":
        message["Content-Type"] = "message/rfc822"
        message.set_payload([draw(trees(depth + 1))])
    elif kind == "file":
        message.set_content(
            draw(st.binary(max_size=99)), "application", "pdf", filename=draw(st.sampled_from(["a.pdf", "Đơn.pdf"]))
        )
    else:
        message.set_content(draw(BODIES), subtype="plain" if kind == "text" else "html")
    return message


def leaves(message: Any) -> list[tuple[str, bytes]]:
    return [
        (part.get_content_type(), part.get_payload(decode=True)) for part in message.walk() if not part.is_multipart()
    ]


@SLOW
@given(trees())
def test_well_formed_messages_are_read_as_the_library_does(message: EmailMessage) -> None:
    data = message.as_bytes()
    found = checked(data)
    again = message_from_bytes(data, policy=policy.SMTP)
    assert [part.content_type for part in found.parts] == [part.get_content_type() for part in again.walk()]
    containers = {part.parent for part in found.parts}
    own = [(p.content_type, decode_part(data, p)) for p in found.parts if p.index not in containers]
    assert [(kind, content.replace(b"\r\n", b"\n")) for kind, content in own] == [
        (kind, content.replace(b"\r\n", b"\n")) for kind, content in leaves(again)
    ]
    assert found.defects == ()


HEAD = b"From: a@b.example\r\nSubject: x\r\n"
MEGABYTE = 1 << 20


def _nested(levels: int, padding: bytes) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels))
    return HEAD + opening + b"\r\n" + padding + b"".join(b"\r\n--b%d--" % n for n in reversed(range(levels)))


def _html(text: bytes) -> bytes:
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + text


def _field(name: bytes, value: bytes) -> bytes:
    return name + b": " + value + b"\r\n\r\n"


HOSTILE = {
    "nested": _nested(1000, b"\n--b" * 100_000),
    "flat": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 200_000,
    "never closed": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 50_000,
    "boundaries never used": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"".join(b"--b\r\nContent-Type: multipart/mixed; boundary=c%d\r\n\r\n" % n for n in range(30_000)),
    "nearly the boundary": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--bb\r\n" * 300_000,
    "one line": b"a" * 4 * MEGABYTE,
    "nothing but NUL": b"\0" * 4 * MEGABYTE,
    "line feeds": b"\n" * 4 * MEGABYTE,
    "giant header line": _field(b"Subject", b"x" * 4 * MEGABYTE),
    "folded header": _field(b"Subject", b"x" + b"\r\n y" * MEGABYTE),
    "quotes in To": _field(b"To", b'"' * 200_000),
    "escaped quotes in To": _field(b"To", b'"\\' * 100_000),
    "parentheses in To": _field(b"To", b"(" * 200_000),
    "blanks in To": _field(b"To", b" x" + b" " * 200_000 + b"x"),
    "brackets in To": _field(b"To", b"<[" * 100_000),
    "groups in To": _field(b"To", b"a:b;" * 50_000),
    "encoded words": _field(b"Subject", b"=?utf-8?q?a?= " * 15_000),
    "half encoded words": _field(b"Subject", b"=?a?b?" * 40_000),
    "parameters": _field(b"Content-Type", b"text/plain" + b';a="\\"' * 40_000),
    "continuations": _field(b"Content-Type", b"text/plain" + b"".join(b";a*%d=b" % n for n in range(20_000))),
    "blank parameters": _field(b"Content-Type", b"text/plain;" + (b"a" + b" " * 1000) * 200),
    "references": _field(b"References", b"< " * 120_000),
    "date": _field(b"Date", b"1 " * 100_000),
    "open tags": _html(b"<a" * MEGABYTE),
    "open comments": _html(b"<!--" * 300_000),
    "open scripts": _html(b"<script>" * 200_000),
    "open blocks": _html(b"<p " * 300_000),
    "character references": _html(b"&#" + b"9" * MEGABYTE + b"&#" * 300_000),
    "combining marks": _html("\u0301\u0323".encode() * 500_000),
    "combining marks in the subject": _field(b"Subject", "\u0301\u0323".encode() * 60_000),
    "soft blanks": HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b" " * MEGABYTE + b"x \n",
    "padding": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=" * MEGABYTE + b"a",
    "uuencode": HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\n" + b"begin 644 " * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_messages_cost_linear_time(name: str) -> None:
    """The bound is far above what these take, and far below what anything quadratic would take."""
    data = HOSTILE[name]
    start = time.process_time()
    found = scan(data)
    attachments(data, found)
    forwarded(data, found)
    assert time.process_time() - start < 5


def test_a_large_attachment_costs_next_to_nothing() -> None:
    attachment = base64.encodebytes(bytes(10_000_000)).replace(b"\n", b"\r\n")
    data = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: application/pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + attachment + b"\r\n--b--\r\n"
    )
    times = []
    for _ in range(3):
        start = time.process_time()
        assert len(scan(data).parts) == 3
        times.append(time.process_time() - start)
    assert min(times) < 0.06
