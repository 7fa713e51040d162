"""A letter as the intake sees it: whether it opens an entry, from whom it really is, and with which files.

Pure: bytes in, values out; may be worked out before the transaction.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from mailsvc.documents.extraction.screen import screen
from mailsvc.message.attachments import attachments
from mailsvc.message.forwarded import Forwarded, forwarded
from mailsvc.message.scan import Scan
from mailsvc.store.blobs import Buffer
from mailsvc.store.intake import EntryFile

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Case:
    """`opens`: it holds a document; `held`: it bears a mark of secrecy and a person decides, `reason` says why.

    Sender, subject, date and message-id are the original's where the letter was forwarded. `files` is empty for a
    letter that opens no entry; `enclosed` are its files all the same.
    """

    opens: bool = False
    held: bool = False
    mail_class: str = ""
    reason: str = ""
    sender_name: str = ""
    sender_address: str = ""
    subject: str = ""
    sent_ms: int | None = None
    message_id: str = ""
    forwarded: bool = False
    files: tuple[EntryFile, ...] = ()
    enclosed: tuple[EntryFile, ...] = ()


def examine(data: Buffer, scan: Scan) -> Case:
    """Stage 1 of the decision, with the attachments decoded and hashed. Never raises for input."""
    try:
        return _examine(data, scan)
    except Exception:  # a letter that breaks the rules must not be lost for it: a person looks
        log.exception("a letter of %d bytes could not be examined", scan.size)
        opens = any(part.filename.lower().endswith((".pdf", ".docx", ".doc")) for part in scan.parts)
        return case_of(scan, None, opens=opens, held=False, mail_class="", reason="", files=())


def _examine(data: Buffer, scan: Scan) -> Case:
    found = attachments(data, scan)
    first = screen(data, scan, found)
    files = [
        EntryFile(n, plain(one.path), plain(one.name), plain(one.content_type), one.size, one.sha256, one.role)
        for n, one in enumerate(found)
    ]
    case = case_of(
        scan,
        forwarded(data, scan) if first.entry or first.hold else None,
        opens=first.entry,
        held=first.hold,
        mail_class=first.mail_class,
        reason=first.reason,
        files=tuple(files) if first.entry else (),
    )
    return replace(case, enclosed=() if first.hold else tuple(files))


def case_of(
    scan: Scan,
    origin: Forwarded | None,
    *,
    opens: bool,
    held: bool,
    mail_class: str,
    reason: str,
    files: tuple[EntryFile, ...],
) -> Case:
    """A case with the sender of the original where there is one."""
    told = origin or scan
    return Case(
        opens=opens,
        held=held,
        mail_class=mail_class,
        reason=plain(reason),
        sender_name=plain(told.from_name),
        sender_address=plain(told.from_address),
        subject=plain(told.subject or scan.subject),
        sent_ms=told.sent_ms,
        message_id=plain(told.message_id),
        forwarded=origin is not None,
        files=files,
    )


def plain(text: str) -> str:
    """NUL and halves of surrogate pairs cannot be stored everywhere."""
    if text.isascii():
        return text.replace("\0", " ")
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
