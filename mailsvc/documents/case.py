"""A letter as the intake sees it: whether it opens an entry, from whom it really is, and with which files.

Pure: bytes in, values out; to be worked out before the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.message.attachments import attachments
from mailsvc.message.scan import Scan
from mailsvc.store.blobs import Buffer
from mailsvc.store.intake import EntryFile


@dataclass(frozen=True, slots=True)
class Case:
    """`opens`: it holds a document; `held`: it bears a mark of secrecy and a person decides, `reason` says why.

    Sender, subject, date and message-id are the original's where the letter was forwarded. `files` is empty for a
    letter that opens no entry.
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


def examine(data: Buffer, scan: Scan) -> Case:
    """Look at the letter as a whole. Never raises for input."""
    found = attachments(data, scan)
    files = tuple(
        EntryFile(n, one.path, one.name, one.content_type, one.size, one.sha256, one.role)
        for n, one in enumerate(found)
    )
    opens = not scan.auto.automatic and any(one.name.lower().endswith((".pdf", ".docx")) for one in files)
    return Case(
        opens=opens,
        mail_class="document" if opens else "message",
        sender_name=scan.from_name,
        sender_address=scan.from_address,
        subject=scan.subject,
        sent_ms=scan.sent_ms,
        message_id=scan.message_id,
        files=files if opens else (),
    )
