"""Delivery reports written (RFC 3464 §2, for UTF-8 addresses RFC 6533 §4), for people in Vietnamese and English."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mailsvc.message.buffer import Buffer
from mailsvc.message.compose import date_field
from mailsvc.message.fieldwriter import people_field, plain_line, text_field
from mailsvc.message.tree import header_end

Action = Literal["failed", "delayed", "relayed", "delivered", "expanded"]

_UNITEXT = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_NOT_QCHAR = re.compile(r"[^\x21-\x2a\x2c-\x3c\x3e-\x5b\x5d-\x7e]")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_SUBJECTS: dict[Action, str] = {
    "failed": "Thư không gửi được",
    "delayed": "Thư bị chậm, vẫn đang gửi",
    "relayed": "Thư đã chuyển tới máy chủ khác",
    "delivered": "Thư đã tới nơi",
    "expanded": "Thư đã tới danh sách nhận",
}
_VIETNAMESE: dict[Action, str] = {
    "failed": "Thư của bạn không gửi được tới những người nhận dưới đây. Hệ thống đã thôi gửi.",
    "delayed": "Thư của bạn chưa gửi được tới những người nhận dưới đây. Bạn không cần gửi lại: hệ thống vẫn đang thử.",
    "relayed": "Thư của bạn đã được chuyển tới một máy chủ không gửi báo phát; sẽ không có báo phát nào nữa.",
    "delivered": "Thư của bạn đã vào hộp thư của những người nhận dưới đây.",
    "expanded": "Thư của bạn đã tới danh sách nhận dưới đây và được gửi tiếp cho các thành viên.",
}
_ENGLISH: dict[Action, str] = {
    "failed": "Your message could not be delivered to the recipients below. No further attempt will be made.",
    "delayed": "Your message has not yet been delivered to the recipients below. Do not send it again: we keep trying.",
    "relayed": "Your message was relayed to a server that does not send delivery reports; no other report will follow.",
    "delivered": "Your message was delivered to the mailboxes of the recipients below.",
    "expanded": "Your message reached the list below and was sent on to its members.",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recipient. address: local@domain; original: the ORCPT value as received, `type;address`.

    status: enhanced code such as 5.1.1; diagnostic: the last SMTP reply on one line; the times in ms since 1970.
    """

    address: str
    action: Action
    status: str
    original: str = ""
    diagnostic: str = ""
    remote_mta: str = ""
    last_attempt_ms: int | None = None
    will_retry_until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report to be written, to the return path of a message.

    envelope_id: the ENVID value as received (xtext), ''. headers_only: RET=HDRS, or nothing failed. utf8: the
    receiver's server takes SMTPUTF8, so that addresses and headers may stay UTF-8 (RFC 6533 §4). about: the subject
    of the message, for people; in_reply_to: its Message-ID, so that the report lies in its thread.
    """

    to: str
    sender: str
    reporting_mta: str
    message_id: str
    date_ms: int
    outcomes: tuple[Outcome, ...]
    original: Buffer
    envelope_id: str = ""
    arrival_ms: int | None = None
    headers_only: bool = False
    utf8: bool = False
    about: str = ""
    in_reply_to: str = ""


def delivery_report(report: Report) -> bytes:
    """The report as a multipart/report message with CRLF line ends; it is to be sent with the null return path."""
    boundary = "=_bao-phat-" + hashlib.sha256(report.message_id.encode()).hexdigest()[:24]
    open_line = f"\r\n--{boundary}\r\n".encode()
    return b"".join(
        (
            *_head(report, boundary),
            open_line,
            _explanation(report),
            open_line,
            _status(report),
            open_line,
            _returned(report),
            f"\r\n--{boundary}--\r\n".encode(),
        )
    )


def _worst(report: Report) -> Action:
    order: tuple[Action, ...] = ("failed", "delayed", "relayed", "expanded", "delivered")
    return min((outcome.action for outcome in report.outcomes), key=order.index, default="failed")


def _head(report: Report, boundary: str) -> Iterator[bytes]:
    yield people_field("From", [("Hệ thống thư", report.sender)], report.utf8)
    yield people_field("To", [("", report.to)], report.utf8)
    subject = _SUBJECTS[_worst(report)]
    yield text_field("Subject", f"{subject}: {report.about}" if report.about else subject, report.utf8)
    yield text_field("Date", date_field(report.date_ms))
    yield text_field("Message-ID", report.message_id, True)
    if report.in_reply_to:
        yield text_field("In-Reply-To", report.in_reply_to, True)
        yield text_field("References", report.in_reply_to, True)
    # RFC 3834 §5: reports are automatic, and answering them would loop.
    yield b"Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
    yield b"Content-Type: multipart/report; report-type=delivery-status;\r\n"
    yield f' boundary="{boundary}"\r\n'.encode()


def _explanation(report: Report) -> bytes:
    action = _worst(report)
    lines = [_VIETNAMESE[action], "", _ENGLISH[action], ""]
    for outcome in report.outcomes:
        lines += [
            f"  <{plain_line(outcome.address)}>",
            f"    {outcome.status} {plain_line(outcome.diagnostic)}".rstrip(),
        ]
        if outcome.action == "delayed" and outcome.will_retry_until_ms is not None:
            until = date_field(outcome.will_retry_until_ms)
            lines += [f"    Thử gửi tới: {until}", f"    We keep trying until: {until}"]
    text = "\r\n".join(lines)
    return (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text.encode() + b"\r\n"
    )


def _status(report: Report) -> bytes:
    wide = report.utf8 and not all(outcome.address.isascii() for outcome in report.outcomes)
    kind = "global-delivery-status" if wide else "delivery-status"
    lines = [f"Content-Type: message/{kind}", f"Content-Transfer-Encoding: {'8bit' if wide else '7bit'}", ""]
    if report.envelope_id:
        lines.append(f"Original-Envelope-Id: {_printable(_from_xtext(report.envelope_id))}")
    lines.append(f"Reporting-MTA: dns; {report.reporting_mta}")
    if report.arrival_ms is not None:
        lines.append(f"Arrival-Date: {date_field(report.arrival_ms)}")
    for outcome in report.outcomes:
        lines += ["", *_recipient_fields(outcome, wide)]
    return "\r\n".join(lines).encode() + b"\r\n"


def _recipient_fields(outcome: Outcome, wide: bool) -> Iterator[str]:
    """The per-recipient fields in the order of RFC 3464 §2.3."""
    if outcome.original:
        kind, _, address = outcome.original.partition(";")
        yield f"Original-Recipient: {plain_line(kind)}; {_original(kind, plain_line(address), wide)}"
    yield f"Final-Recipient: {typed_address(outcome.address, wide)}"
    yield f"Action: {outcome.action}"
    yield f"Status: {outcome.status}"
    if outcome.remote_mta:
        yield f"Remote-MTA: dns; {_printable(outcome.remote_mta)}"
    if outcome.diagnostic:
        yield f"Diagnostic-Code: smtp; {_printable(outcome.diagnostic)}"
    if outcome.last_attempt_ms is not None:
        yield f"Last-Attempt-Date: {date_field(outcome.last_attempt_ms)}"
    if outcome.will_retry_until_ms is not None:
        yield f"Will-Retry-Until: {date_field(outcome.will_retry_until_ms)}"


def typed_address(address: str, wide: bool = False) -> str:
    """`rfc822; a@b`, or the utf-8 type for an address that needs it; 7-bit safe unless `wide` (RFC 6533 §3)."""
    line = plain_line(address)
    if line.isascii():
        return f"rfc822; {line}"
    return f"utf-8; {line if wide else unitext(line)}"


def unitext(address: str) -> str:
    """An address in the 7-bit utf-8-addr-xtext form (RFC 6533 §3)."""
    return _NOT_QCHAR.sub(lambda found: f"\\x{{{ord(found[0]):X}}}", address)


def from_unitext(text: str) -> str:
    """What unitext wrote, read back; numbers that are no character stay."""
    return _UNITEXT.sub(lambda found: _character(int(found[1], 16)) or found[0], text)


def _character(code: int) -> str:
    return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else ""


def _original(kind: str, address: str, wide: bool) -> str:
    if kind.strip().lower() == "utf-8":
        return from_unitext(address) if wide else unitext(from_unitext(address))
    # RFC 3461 §5.2.1 (ORCPT): the xtext of other types is decoded.
    return _printable(_from_xtext(address))


def _from_xtext(text: str) -> str:
    return _XTEXT.sub(lambda found: chr(int(found[1], 16)), text)


def _printable(text: str) -> str:
    """ASCII on one line; other characters as `?`, because these fields are 7-bit (RFC 3464 §2.1)."""
    return plain_line(text).encode("ascii", "replace").decode()


def _returned(report: Report) -> bytes:
    """The third part: the whole message, or its header (RFC 3461 §4.3)."""
    if report.headers_only or _worst(report) not in ("failed", "delayed"):
        block = report.original[: header_end(report.original, 0, len(report.original))].rstrip(b"\r\n") + b"\r\n"
        return _part(block, b"text/rfc822-headers", b"message/global-headers", report.utf8, block)
    whole = report.original[:]
    return _part(whole, b"message/rfc822", b"message/global", report.utf8, whole[: header_end(whole, 0, len(whole))])


def _part(content: bytes, narrow: bytes, wide: bytes, utf8: bool, header: bytes) -> bytes:
    kind = wide if utf8 and not header.isascii() else narrow
    encoding = b"7bit" if content.isascii() else b"8bit"
    return b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + content
