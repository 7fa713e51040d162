"""The trace fields, and the words in them."""

from __future__ import annotations

import pytest

from mailsvc.mail.envelope import Client
from mailsvc.smtp import header, profiles, trace

NOON_MS = 1_795_496_400_000


@pytest.mark.parametrize(
    ("profile", "esmtp", "smtputf8", "tls", "logged_in", "word"),
    [
        (profiles.MX, False, False, False, False, "SMTP"),
        (profiles.MX, True, False, False, False, "ESMTP"),
        (profiles.MX, True, False, True, False, "ESMTPS"),
        (profiles.SUBMISSION, True, False, True, True, "ESMTPSA"),
        (profiles.SUBMISSION, True, True, True, True, "UTF8SMTPSA"),
        (profiles.MX, True, True, False, False, "UTF8SMTP"),
        (profiles.LMTP, True, False, False, False, "LMTP"),
        (profiles.LMTP, True, True, True, False, "UTF8LMTPS"),
    ],
)
def test_transmission_words(
    profile: profiles.Profile, esmtp: bool, smtputf8: bool, tls: bool, logged_in: bool, word: str
) -> None:
    """RFC 3848 and RFC 6531 §3.7.3"""
    assert profiles.transmission(profile, esmtp=esmtp, smtputf8=smtputf8, tls=tls, logged_in=logged_in) == word


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (Client("192.0.2.1", 1, "mail.x.example"), "mail.x.example ([192.0.2.1])"),
        (Client("2001:db8::1", 1, "[IPv6:2001:db8::2]"), "[IPv6:2001:db8::2] ([IPv6:2001:db8::1])"),
        (Client("192.0.2.1", 1, "MÁY TÍNH của An"), "[192.0.2.1] ([192.0.2.1])"),
        (Client("192.0.2.1", 1, "x (y) by evil"), "[192.0.2.1] ([192.0.2.1])"),
        (Client("", 0, "localhost"), "localhost"),
        (Client("", 0, "a b"), "unknown"),
    ],
)
def test_who_it_came_from(client: Client, expected: str) -> None:
    stamp = trace.received(client, "mail.so.example", "ESMTP", "abc", "", NOON_MS).decode()
    assert stamp == (
        f"Received: from {expected}\r\n by mail.so.example with ESMTP id abc\r\n ; Tue, 24 Nov 2026 12:00:00 +0700\r\n"
    )


@pytest.mark.parametrize(
    ("openssl", "registry"),
    [
        ("TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"),
        ("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
        ("AES256-GCM-SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    ],
)
def test_cipher_names(openssl: str, registry: str) -> None:
    """RFC 8314 §4.3 wants the names of the registry."""
    assert trace.cipher_name(openssl) == registry


@pytest.mark.parametrize(
    ("own", "added"),
    [
        (b"Message-ID: <a@b>\r\nDate: x\r\n", b""),
        (b"MESSAGE-ID: <a@b>\r\n", b"Date: D\r\n"),
        (b"Resent-Date: x\r\nResent-Message-ID: y\r\n", b"Message-ID: <i>\r\nDate: D\r\n"),
        (b"", b"Message-ID: <i>\r\nDate: D\r\n"),
        (b"Xin chao,\r\n", b"Message-ID: <i>\r\nDate: D\r\n\r\n"),
        (b"From an@so.example Mon Nov 23\r\nSubject: x\r\n", b"Message-ID: <i>\r\nDate: D\r\n"),
    ],
)
def test_what_a_submitted_letter_lacks(own: bytes, added: bytes) -> None:
    """RFC 6409 §8"""
    assert header.missing_fields(own, "i", "D") == added
