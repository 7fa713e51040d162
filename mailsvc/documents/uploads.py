"""Files that come through the web for incoming documents and tasks, wrapped before the transaction, in a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Refused
from mailsvc.documents import holding, wrapping
from mailsvc.documents.routing.handling import Enclosed
from mailsvc.mail.letter import Letter
from mailsvc.mail.office import Office
from mailsvc.message.compose import Person
from mailsvc.message.filetypes import type_of
from mailsvc.store import accounts, contents
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
        wrapping.check(name, data)
    _refuse_secrets(office, sender, given)
    letter, held = wrapping.wrap(office, sender, subject, text, given)
    files = tuple(
        DocumentFile(place, 0, one.path, one.name, type_of(name), one.size, one.sha256, role)
        for place, ((name, _), one) in enumerate(zip(given, held, strict=True))
    )
    return Packed(letter, files)


def _refuse_secrets(office: Office, sender: Person, given: Sequence[tuple[str, bytes]]) -> None:
    """Raises Refused for a file that bears a mark of secrecy; two people are told."""
    if not holding.mark_of_files(given):
        return
    names = ", ".join(name for name, _ in given)
    who = office.db.read_now(accounts.by_address, sender.address)
    office.db.write_now(holding.refuse_upload, Actor(who.id if who is not None else None, door="web"), names)
    raise Refused(
        "Tệp “%(names)s” có dấu hiệu bí mật nhà nước nên không nhận; hai người có trách nhiệm đã được báo. "
        "Căn cứ: %(RULE)s.",
        names=names,
        RULE=holding.RULE,
    )


def enclose(tx: Tx, packed: Packed) -> Enclosed:
    """Store the letter; its files as those of an opinion or report."""
    content_id = contents.add(tx, packed.letter.content)
    files = tuple(
        DocumentFile(one.position, content_id, one.path, one.name, one.content_type, one.size, one.sha256, one.role)
        for one in packed.files
    )
    return Enclosed(content_id, files)
