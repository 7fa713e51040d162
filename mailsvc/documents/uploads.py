"""Files that come through the web, wrapped into one letter: stored once, travelling as they are, whatever they are.

All of this happens before the transaction, in a worker.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import holding
from mailsvc.documents.routing.handling import Enclosed
from mailsvc.mail.letter import Letter, from_spool
from mailsvc.mail.office import Office
from mailsvc.message import compose
from mailsvc.message.attachments import attachments
from mailsvc.message.compose import File, Person
from mailsvc.message.filetypes import is_runnable, type_of
from mailsvc.store import accounts, contents
from mailsvc.store.blobs import Spool
from mailsvc.store.documents import DocumentFile
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Packed:
    """The letter that carries the files, and each file where the letter holds it (its content is not stored yet)."""

    letter: Letter
    files: tuple[DocumentFile, ...]


def pack(
    office: Office, sender: Person, subject: str, text: str, given: Sequence[tuple[str, bytes]], role: str
) -> Packed:
    """Wrap (name, octets) of each file. Raises Invalid for an empty file or a program, StorageFull."""
    for name, data in given:
        if not data:
            raise Invalid(f"Tệp “{name}” rỗng; xin chọn lại tệp.")
        if is_runnable(name, data[:8]):
            raise Invalid(f"Tệp “{name}” là chương trình; không nhận (Quy chế 1581/QĐ-SGDĐT Điều 7 khoản 3).")
    _refuse_secrets(office, sender, given)
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
    with Spool(office.spool_folder) as spool:
        spool.write(written)
        letter = from_spool(spool, office.blobs)
    return Packed(letter, _files(letter, given, role))


def _refuse_secrets(office: Office, sender: Person, given: Sequence[tuple[str, bytes]]) -> None:
    """Raises Refused for a file that bears a mark of secrecy; two people are told."""
    if not holding.mark_of_files(given):
        return
    names = ", ".join(name for name, _ in given)
    who = office.db.read_now(accounts.by_address, sender.address)
    office.db.write_now(holding.refuse_upload, Actor(who.id if who is not None else None, door="web"), names)
    raise Refused(
        f"Tệp “{names}” có dấu hiệu bí mật nhà nước nên không nhận; hai người có trách nhiệm đã được báo. "
        f"Căn cứ: {holding.RULE}."
    )


def _carried_as(name: str) -> str:
    """A mail or an invitation inside would be taken apart on the way, so it travels as plain octets."""
    kind = type_of(name)
    return "application/octet-stream" if kind.startswith(("message/", "text/calendar")) else kind


def _files(letter: Letter, given: Sequence[tuple[str, bytes]], role: str) -> tuple[DocumentFile, ...]:
    there = {one.sha256: one for one in attachments(letter.data, letter.scan) if not one.inside}
    found = []
    for place, (name, data) in enumerate(given):
        one = there.get(hashlib.sha256(data).hexdigest())
        if one is None:
            raise Invalid(f"Không nhận được tệp “{name}” ở dạng này; xin lưu sang pdf hoặc docx.")
        found.append(DocumentFile(place, 0, one.path, one.name, type_of(name), one.size, one.sha256, role))
    return tuple(found)


def enclose(tx: Tx, packed: Packed) -> Enclosed:
    """Store the letter; its files as those of an opinion or report."""
    content_id = contents.add(tx, packed.letter.content)
    files = tuple(
        DocumentFile(one.position, content_id, one.path, one.name, one.content_type, one.size, one.sha256, one.role)
        for one in packed.files
    )
    return Enclosed(content_id, files)
