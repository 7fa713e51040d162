"""Signatures hold for dkimpy's verifier, whatever the letter looks like; the key and its DNS record."""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsvc.core.errors import Invalid
from mailsvc.mailauth import dkim_sign
from mailsvc.mailauth.dkim_sign import Signer

DOMAIN = "sogddt.tayninh.gov.vn"
NOW_MS = 1_795_410_000_000  # in the past for the verifier, which looks at the real clock
KEY = rsa.generate_private_key(65537, 2048)
SIGNER = Signer(KEY, "mailsvc", [DOMAIN, "tayninh.gov.vn"])

LETTER = (
    "Received: from pc by mail\r\n"
    f'From: "Sở GD&ĐT" <vanthu@{DOMAIN}>\r\n'
    "To: truong1@example.vn,\r\n\ttruong2@example.vn\r\n"
    "Subject:   V/v báo   cáo \r\n"
    "Message-ID: <1@sogddt>\r\n"
    "Date: Tue, 24 Nov 2026 12:00:00 +0700\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
).encode()


def _dns(record: str, selector: str = "mailsvc") -> dict[bytes, bytes]:
    return {f"{selector}._domainkey.{domain}.".encode(): record.encode() for domain in (DOMAIN, "tayninh.gov.vn")}


def verifies(letter: bytes, known: dict[bytes, bytes] | None = None) -> bool:
    records = _dns(dkim_sign.dns_record(KEY)) if known is None else known
    return bool(dkim.verify(letter, dnsfunc=lambda name, timeout=5: records.get(name)))


def pieces(body: bytes, size: int) -> Iterator[bytes]:
    yield from (body[at : at + size] for at in range(0, len(body), size))


def signed(header: bytes, body: bytes, size: int = 7) -> bytes:
    return SIGNER.sign(header, pieces(body, size), NOW_MS) + header + b"\r\n" + body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\n",
        b"\r\n\r\n\r\n",
        b"one line\r\n",
        "Kính gửi   các trường,  \r\n\r\n\t \r\nTrân trọng.\t\r\n\r\n\r\n".encode(),
        b" leading\r\n  \r\nend  \r\n \r\n",
        b"x" * 5000 + b"\r\n" + b" " * 5000 + b"\r\n",
    ],
)
def test_verifies(body: bytes) -> None:
    assert verifies(signed(LETTER, body))


@given(st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"a", b".", "ở".encode()])), st.integers(1, 9))
@settings(deadline=None, max_examples=150)
def test_any_body_in_any_pieces(parts: list[bytes], size: int) -> None:
    assert verifies(signed(LETTER, b"".join(parts) + b"\r\n", size))


def test_a_changed_body_or_header_fails() -> None:
    letter = signed(LETTER, b"Body\r\n")
    assert not verifies(letter.replace(b"Body", b"Bodi"))
    assert not verifies(letter.replace(b"truong1@", b"truong9@"))


@pytest.mark.parametrize("extra", [b"From: x@evil.example\r\n", b"Subject: other\r\n", b"Reply-To: x@evil.example\r\n"])
def test_nothing_can_be_added(extra: bytes) -> None:
    """RFC 6376 §8.15: a second From, or a Reply-To where there was none."""
    letter = signed(LETTER, b"Body\r\n")
    at = letter.index(b"Received:")
    assert not verifies(letter[:at] + extra + letter[at:])


def test_a_trace_field_may_be_added() -> None:
    assert verifies(b"Received: from a by b\r\n" + signed(LETTER, b"Body\r\n"))


def test_lines_of_the_field_are_short() -> None:
    field = SIGNER.sign(LETTER, [b"Body\r\n"], NOW_MS)
    assert max(len(line) for line in field.split(b"\r\n")) <= 78
    assert b"d=sogddt.tayninh.gov.vn;" in field and b"t=1795410000;" in field


def test_the_domain_is_that_of_the_author() -> None:
    header = LETTER.replace(b"vanthu@sogddt.tayninh.gov.vn", b"vanthu@TayNinh.gov.vn")
    assert b"d=tayninh.gov.vn;" in SIGNER.sign(header, [b"x\r\n"], NOW_MS)
    assert verifies(signed(header, b"x\r\n"))


@pytest.mark.parametrize(
    "author",
    [
        b"From: a@example.com\r\n",
        b"From: a@sogddt.tayninh.gov.vn, b@example.com\r\n",
        b"From: a@sogddt.tayninh.gov.vn\r\nFrom: b@example.com\r\n",
        b"From: a@x.sogddt.tayninh.gov.vn\r\n",
        b"",
    ],
)
def test_others_are_not_signed(author: bytes) -> None:
    assert SIGNER.sign(author + b"Subject: x\r\n", [b"x\r\n"], NOW_MS) == b""


def test_a_large_body_of_blanks_costs_linear_time() -> None:
    before = time.perf_counter()
    dkim_sign.body_hash([b" " * 2_000_000 + b"x\r\n"])
    assert time.perf_counter() - before < 2.0


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    key = dkim_sign.load_or_make(tmp_path, "s1")
    path = dkim_sign.key_file(tmp_path, "s1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert dkim_sign.load_or_make(tmp_path, "s1").private_numbers() == key.private_numbers()
    assert list(path.parent.iterdir()) == [path]
    assert key.key_size == 2048


def test_a_spoilt_key_says_so(tmp_path: Path) -> None:
    dkim_sign.load_or_make(tmp_path, "s1")
    dkim_sign.key_file(tmp_path, "s1").write_text("rubbish")
    with pytest.raises(Invalid):
        dkim_sign.load_or_make(tmp_path, "s1")


def test_the_text_for_dns_is_the_record(tmp_path: Path) -> None:
    text = dkim_sign.dns_text(KEY, "mailsvc", [DOMAIN, "tayninh.gov.vn"])
    first = text.splitlines()[0]
    assert first.startswith(f"mailsvc._domainkey.{DOMAIN}. IN TXT ( ")
    strings = re.findall(r'"([^"]*)"', first)
    assert all(len(one) <= 255 for one in strings)
    assert verifies(signed(LETTER, b"x\r\n"), _dns("".join(strings)))
