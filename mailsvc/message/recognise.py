"""What kind of automatic mail a message is, and what its report says: DSN, MDN, automatic answers (RFC 3464 §2)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mailsvc.message.buffer import Buffer
from mailsvc.message.envelope import message_id
from mailsvc.message.headers import decode, first, values
from mailsvc.message.parts import Part, decode_part
from mailsvc.message.reports import from_unitext
from mailsvc.message.scan import Scan
from mailsvc.message.section import message_in
from mailsvc.vietnamese.fold import fold

Kind = Literal["", "delivery_report", "read_receipt", "auto_reply", "bulk"]

_STATUS_PARTS = frozenset({"delivery-status", "global-delivery-status"})
_RECEIPT_PARTS = frozenset({"disposition-notification", "global-disposition-notification"})
_HEADER_PARTS = frozenset({"text/rfc822-headers", "message/global-headers", "message/rfc822-headers"})
_BLANK_LINES = re.compile(rb"\r?\n[ \t]*\r?\n")
_BOUNCE_SENDERS = ("mailer-daemon", "postmaster", "mail-daemon")
_BOUNCE_SUBJECTS = re.compile(
    r"undeliver|delivery (?:status|fail|has failed)|failure notice|returned mail|mail delivery (?:failed|system)"
    r"|khong gui duoc|khong the gui|thu bi tra lai"
)
_ANSWER_SUBJECTS = re.compile(
    r"\s*(?:tra loi tu dong|tu dong tra loi|automatic reply|auto(?:matic)?[ -]?repl|out of office)"
)
_MANY = 1000


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a report. action: lower case; for receipts the disposition type (`displayed`, `deleted`)."""

    address: str
    original: str
    action: str
    status: str
    diagnostic: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a message says about another one.

    original_message_id ('' or <…>) and original_subject are those of the message it is about; envelope_id is the
    Original-Envelope-Id as written.
    """

    kind: Kind
    recipients: tuple[Recipient, ...]
    original_message_id: str
    original_subject: str
    envelope_id: str


def recognise(data: Buffer, scan: Scan) -> Told:
    """The kind of automatic mail ('': a person wrote it) and its report taken apart. Never raises for input."""
    status = _find(scan, _STATUS_PARTS)
    if status is not None:
        return _delivery(data, scan, status)
    receipt = _find(scan, _RECEIPT_PARTS)
    if receipt is not None:
        return _receipt(data, scan, receipt)
    about = scan.references[-1] if scan.references else ""
    return Told(_kind(scan), (), about, "", "")


def _find(scan: Scan, subtypes: frozenset[str]) -> Part | None:
    """The report part of a multipart/report; one deeper inside an attached message is somebody else's."""
    if scan.parts[0].content_type != "multipart/report":
        return None
    return next((p for p in scan.parts if p.parent == 0 and p.type == "message" and p.subtype in subtypes), None)


def _kind(scan: Scan) -> Kind:
    marks = scan.auto
    subject = fold(scan.subject)
    local = scan.from_address.partition("@")[0].lower()
    if local in _BOUNCE_SENDERS and (marks.null_sender or _BOUNCE_SUBJECTS.search(subject)):
        return "delivery_report"
    if marks.replied or (marks.automatic and not marks.bulk) or _ANSWER_SUBJECTS.match(subject):
        return "auto_reply" if marks.report_type == "" else "delivery_report"
    return "bulk" if marks.bulk else ""


def _delivery(data: Buffer, scan: Scan, part: Part) -> Told:
    groups = list(_groups(decode_part(data, part)))
    about = groups[0] if groups else {}
    recipients = tuple(_recipient(group) for group in groups if b"final-recipient" in group or b"action" in group)
    original_id, subject = _original(data, scan)
    return Told("delivery_report", recipients, original_id, subject, _text(about, b"original-envelope-id"))


def _receipt(data: Buffer, scan: Scan, part: Part) -> Told:
    group: dict[bytes, bytes] = {}
    for block in _groups(decode_part(data, part)):
        group = block | group
    disposition = _text(group, b"disposition").rpartition(";")[2].partition("/")[0].strip().lower()
    final = _typed(_text(group, b"final-recipient"))
    recipient = Recipient(final, _typed(_text(group, b"original-recipient")), disposition, "", "")
    original_id, subject = _original(data, scan)
    named = message_id(group.get(b"original-message-id", b""))
    return Told("read_receipt", (recipient,), named or original_id, subject, "")


def _groups(content: bytes) -> Iterator[dict[bytes, bytes]]:
    """The blocks of fields that blank lines set apart (RFC 3464 §2.1)."""
    for block in _BLANK_LINES.split(content)[:_MANY]:
        group = first(values(block))
        if group:
            yield group


def _recipient(group: dict[bytes, bytes]) -> Recipient:
    return Recipient(
        _typed(_text(group, b"final-recipient")),
        _typed(_text(group, b"original-recipient")),
        _text(group, b"action").lower(),
        _text(group, b"status").partition(" ")[0],
        _text(group, b"diagnostic-code").partition(";")[2].strip(),
    )


def _text(group: dict[bytes, bytes], name: bytes) -> str:
    return decode(group.get(name, b"")).strip()


def _typed(value: str) -> str:
    """The address behind `rfc822;` or `utf-8;`."""
    kind, mark, address = value.partition(";")
    if not mark:
        return value.strip("<> ")
    plain = address.strip().strip("<>")
    return from_unitext(plain) if kind.strip().lower() == "utf-8" else plain


def _original(data: Buffer, scan: Scan) -> tuple[str, str]:
    """Message-ID and subject of the message the report returns, else what it refers to."""
    for part in scan.parts:
        header = _returned_header(data, scan, part)
        if header:
            return message_id(header.get(b"message-id", b"")), decode(header.get(b"subject", b""))
    return (scan.references[-1] if scan.references else ""), ""


def _returned_header(data: Buffer, scan: Scan, part: Part) -> dict[bytes, bytes]:
    if part.parent != 0:
        return {}
    if part.content_type in _HEADER_PARTS:
        return first(values(decode_part(data, part)))
    inner = message_in(scan.parts, part)
    return first(values(data[inner.header_start : inner.body_start])) if inner is not None else {}
