"""Made 7-bit, a letter still says the same."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailsvc.mail.sevenbit import seven_bit
from mailsvc.mail.wire import outgoing
from mailsvc.message.scan import scan
from tests.places import SAMPLES

TEXT = "Kính gửi các trường.\r\nTrân trọng.  \r\n.\r\n" + "Rất dài " * 40 + "\r\n"


def leaves(data: bytes) -> list[tuple[str, bytes]]:
    message = email.message_from_bytes(data, policy=email.policy.default)
    return [
        (one.get_content_type(), one.get_payload(decode=True) or b"")
        for one in message.walk()
        if not one.is_multipart()
    ]


def letter() -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = "a@x.example", "b@y.example", "Chào"
    message.set_content(TEXT, cte="8bit")
    return message


def test_plain_text() -> None:
    data = letter().as_bytes()
    assert not data.isascii()
    narrow = seven_bit(data)
    assert narrow is not None and narrow.isascii()
    assert leaves(narrow) == leaves(data)
    assert narrow.count(b"Content-Transfer-Encoding") == 1
    assert all(len(line) <= 78 for line in narrow.split(b"\r\n"))


def test_parts_and_letters_inside() -> None:
    inner = letter()
    outer = letter()
    outer.add_attachment("Phụ lục\r\n", cte="8bit", filename="pl.txt")
    outer.add_attachment(inner)
    data = outer.as_bytes()
    narrow = seven_bit(data)
    assert narrow is not None and narrow.isascii()
    assert leaves(narrow) == leaves(data)


def test_what_is_not_text_becomes_base64() -> None:
    data = b"Content-Type: application/octet-stream\r\n\r\n" + bytes(range(128, 256)) + b"\r\n"
    narrow = seven_bit(data)
    assert narrow is not None and b"Content-Transfer-Encoding: base64\r\n" in narrow
    assert leaves(narrow) == leaves(data)


@pytest.mark.parametrize(
    "data",
    [
        "Subject: Chào\r\n\r\nx\r\n".encode(),
        b'Content-Type: multipart/signed; boundary="x"\r\n\r\n--x\r\n\r\n\xe1\xbb\x9f\r\n--x--\r\n',
        b"Content-Transfer-Encoding: base64\r\n\r\n\xe1\xbb\x9f\r\n",
    ],
)
def test_what_cannot_be(data: bytes) -> None:
    assert seven_bit(data) is None


def test_seven_bit_stays_as_it_is() -> None:
    data = b"Subject: x\r\n\r\nHello\r\n"
    assert seven_bit(data) == data


@pytest.mark.parametrize("path", sorted((SAMPLES / "mail").glob("*.eml")), ids=lambda path: path.stem)
def test_samples(path: Path) -> None:
    clean = outgoing(path.read_bytes(), 0)
    data = bytes(clean.data[clean.start :])
    narrow = seven_bit(data)
    if narrow is None:
        headers = [data[part.header_start : part.body_start] for part in scan(data).parts]
        assert not all(header.isascii() for header in headers) or b"multipart/signed" in data
        return
    assert narrow.isascii()
    if data.isascii():
        assert narrow == data
    assert leaves(narrow) == leaves(data)
