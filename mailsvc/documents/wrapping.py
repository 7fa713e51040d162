"""Files wrapped into one letter, so that they are stored once and travel as they are, whatever they are.

Everything here happens before the transaction: composing, hashing, writing a large letter to disk.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from mailsvc.core.errors import Invalid
from mailsvc.mail.letter import Letter, from_spool
from mailsvc.mail.office import Office
from mailsvc.message import compose
from mailsvc.message.attachments import Attachment, attachments
from mailsvc.message.compose import File, Person
from mailsvc.message.filetypes import extension, is_runnable, type_of
from mailsvc.store.blobs import Spool

_MACROS = frozenset({"docm", "dotm", "xlsm", "xltm", "pptm", "xlam"})


def check(name: str, data: bytes) -> None:
    """Raises Invalid for an empty file, a program, and a document that carries programs."""
    if not data:
        raise Invalid("Tệp “%(name)s” rỗng; xin chọn lại tệp.", name=name)
    if is_runnable(name, data[:8]) or extension(name) in _MACROS:
        raise Invalid(
            "Tệp “%(name)s” là chương trình hoặc có macro; không nhận (Quy chế 1581/QĐ-SGDĐT Điều 7 khoản 3).",
            name=name,
        )


def wrap(
    office: Office, sender: Person, subject: str, text: str, given: Sequence[tuple[str, bytes]]
) -> tuple[Letter, tuple[Attachment, ...]]:
    """The letter ready for the store, and each file (name, octets) where the letter holds it, in order.

    Raises Invalid for a file that a letter cannot carry whole, StorageFull.
    """
    domain = office.settings.organisation.domains[0]
    written = compose.compose(
        compose.Letter(
            sender=sender,
            to=(sender,),
            subject=subject,
            text=text,
            message_id=f"<{secrets.token_hex(12)}@{domain}>",
            date_ms=office.clock.now_ms(),
            files=tuple(File(name, _carried_as(name), data) for name, data in given),
        )
    )
    letter = store_ready(office, written)
    there = {one.sha256: one for one in attachments(letter.data, letter.scan) if not one.inside}
    return letter, tuple(_held(there, name, data) for name, data in given)


def store_ready(office: Office, written: bytes) -> Letter:
    """A composed letter ready for the store; a large one lies on disk afterwards. Raises StorageFull."""
    with Spool(office.spool_folder, office.settings.store.inline_limit) as spool:
        spool.write(written)
        return from_spool(spool, office.blobs)


def _carried_as(name: str) -> str:
    """A mail or an invitation inside would be taken apart on the way, so it travels as plain octets."""
    kind = type_of(name)
    return "application/octet-stream" if kind.startswith(("message/", "text/calendar")) else kind


def _held(there: dict[str, Attachment], name: str, data: bytes) -> Attachment:
    found = there.get(hashlib.sha256(data).hexdigest())
    if found is None:
        raise Invalid("Không nhận được tệp “%(name)s” ở dạng này; xin lưu sang docx hoặc pdf.", name=name)
    return found
