"""Delivery status notifications as octets: a text for the person, a part for machines, the head of the letter. Pure.

Everything is 7-bit, so that a report reaches any server: addresses in other letters take the form of RFC 6533 §3.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime

from mailsvc.core.clock import office_datetime
from mailsvc.store.blobs import Buffer

FULL_LIMIT = 1_048_576
"""Octets of a letter that go back whole when the sender asked for that; of a larger one only its header does."""
HEADER_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a letter for one recipient.

    `action` is failed, delayed, relayed or delivered (RFC 3464 §2.3.3), `status` like '5.1.1', `reply` what the other
    server said ('550 5.1.1 …'), or we ourselves when `host` is ''. `until_ms`: for how long a delayed one is tried.
    """

    recipient: str
    action: str
    status: str
    reply: str
    host: str = ""
    orcpt: str = ""
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class Reported:
    """The letter a report is about. `data` is the whole letter, `start` where what was sent begins."""

    sender: str
    subject: str
    message_id: str
    arrived_ms: int
    data: Buffer
    header_end: int
    start: int = 0
    envid: str = ""
    ret: str = ""


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    text: str
    english: str


_WORDS = {
    "failed": _Words(
        "Thư không gửi được",
        "Thư dưới đây không đến được người nhận sau và sẽ không được gửi lại nữa:",
        "Your message could not be delivered to the recipients below. It will not be tried again.",
    ),
    "delayed": _Words(
        "Thư chưa gửi được, đang thử lại",
        "Thư dưới đây chưa đến được người nhận sau. Hệ thống vẫn đang tự gửi lại; anh/chị KHÔNG cần gửi lại thư:",
        "Your message has not been delivered to the recipients below yet. It is still being tried; do not resend it.",
    ),
    "relayed": _Words(
        "Thư đã chuyển sang máy chủ khác",
        "Thư dưới đây đã được máy chủ khác nhận để chuyển tiếp; máy chủ đó có thể không báo thêm gì nữa:",
        "Your message was handed to another server, which may not tell you of its delivery.",
    ),
    "delivered": _Words(
        "Thư đã đến hộp thư người nhận",
        "Thư dưới đây đã vào hộp thư của người nhận sau:",
        "Your message was delivered to the mailboxes below.",
    ),
}


def compose(host: str, domain: str, about: Reported, fates: Sequence[Fate], now_ms: int) -> bytes:
    """The report as a message with CRLF line ends. All fates are of the same action; `host` is our name."""
    words = _WORDS[fates[0].action]
    boundary = f"=_{secrets.token_hex(12)}"
    parts = [_text(words, about, fates), _status(host, about, fates, now_ms), _returned(about, fates[0].action)]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return _head(words, domain, about, boundary, now_ms) + body + b"--" + boundary.encode() + b"--\r\n"


def _head(words: _Words, domain: str, about: Reported, boundary: str, now_ms: int) -> bytes:
    subject = f"{words.subject}: {about.subject}" if about.subject else words.subject
    lines = [
        f"Date: {format_datetime(office_datetime(now_ms))}",
        f"From: {_encoded('Hệ thống thư')} <MAILER-DAEMON@{domain}>",
        f"To: <{about.sender}>",
        f"Subject: {_encoded(subject)}",
        f"Message-ID: <{secrets.token_hex(12)}@{domain}>",
    ]
    if about.message_id.isascii() and about.message_id and not set(about.message_id) & set("\r\n"):
        lines += [f"In-Reply-To: {about.message_id}", f"References: {about.message_id}"]
    lines += [
        "Auto-Submitted: auto-replied",  # RFC 3834 §5
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="{boundary}"',
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _encoded(text: str) -> str:
    clean = " ".join(text.split())
    return Header(clean, None if clean.isascii() else "utf-8", maxlinelen=74).encode(linesep="\r\n")


def _text(words: _Words, about: Reported, fates: Sequence[Fate]) -> bytes:
    lines = [words.text, ""]
    for fate in fates:
        lines.append(f"  • {fate.recipient}")
        if fate.action != "delivered":
            lines.append(f"    {fate.host or 'Hệ thống'}: {fate.reply}")
        if fate.until_ms:
            lines.append(f"    Sẽ thử đến {office_datetime(fate.until_ms):%H:%M ngày %d/%m/%Y}.")
    lines += ["", f"Tiêu đề thư: {about.subject or '(không có)'}", ""]
    lines += [f"Gửi lúc: {office_datetime(about.arrived_ms):%H:%M ngày %d/%m/%Y}", "", "--", words.english, ""]
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + _base64("\r\n".join(lines).encode())


def _status(host: str, about: Reported, fates: Sequence[Fate], now_ms: int) -> bytes:
    """RFC 3464 §2.2 for the letter, RFC 3464 §2.3 for each recipient."""
    lines = [f"Original-Envelope-Id: {_line(about.envid)}"] if about.envid else []
    lines += [f"Reporting-MTA: dns; {host}", f"Arrival-Date: {format_datetime(office_datetime(about.arrived_ms))}"]
    for fate in fates:
        lines.append("")
        if fate.orcpt:
            kind, _, address = fate.orcpt.partition(";")
            lines.append(f"Original-Recipient: {_address(kind, address)}")
        kind = "rfc822" if fate.recipient.isascii() else "utf-8"
        lines += [f"Final-Recipient: {_address(kind, fate.recipient)}", f"Action: {fate.action}"]
        lines.append(f"Status: {fate.status}")
        if fate.host:
            lines.append(f"Remote-MTA: dns; {_line(fate.host)}")
        if fate.reply and fate.action != "delivered":
            lines.append(f"Diagnostic-Code: smtp; {_line(fate.reply)}")
        if fate.action != "delivered":
            lines.append(f"Last-Attempt-Date: {format_datetime(office_datetime(now_ms))}")
        if fate.until_ms:
            lines.append(f"Will-Retry-Until: {format_datetime(office_datetime(fate.until_ms))}")
    return b"Content-Type: message/delivery-status\r\n\r\n" + "\r\n".join(lines).encode() + b"\r\n"


def _returned(about: Reported, action: str) -> bytes:
    """The letter, or its header when that was asked for or the whole would be large or 8-bit. RFC 3461 §4.3"""
    if about.ret == "FULL" and action == "failed" and len(about.data) - about.start <= FULL_LIMIT:
        whole = bytes(about.data[about.start :])
        if whole.isascii():
            return b"Content-Type: message/rfc822\r\n\r\n" + whole
    header = bytes(about.data[about.start : min(about.header_end, about.start + HEADER_LIMIT)])
    if header.isascii():
        return b"Content-Type: text/rfc822-headers\r\n\r\n" + header
    head = b"Content-Type: text/rfc822-headers; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + _base64(header)


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _address(kind: str, address: str) -> str:
    # RFC 6533 §3: utf-8-addr-xtext, which is ASCII
    if kind.lower() == "utf-8":
        kind = "utf-8"
        address = "".join(one if "!" <= one <= "~" and one not in "\\+=" else f"\\x{{{ord(one):X}}}" for one in address)
    return f"{kind}; {_line(address)}"


def _line(text: str) -> str:
    """Printable ASCII on one line, not endlessly long."""
    return "".join(one if " " <= one <= "~" else "?" for one in " ".join(text.split()))[:900]
