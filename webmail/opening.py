"""Opening a letter: who may, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.http.visits import Visit
from mailsvc.message.attachments import Attachment, attachments
from mailsvc.message.invitation import Invitation
from mailsvc.message.scan import Scan, scan
from mailsvc.store import contents, listing, private_flags
from mailsvc.store.blobs import Blobs, Buffer
from mailsvc.store.listing import Line
from mailsvc.store.tx import Tx
from webmail import letters, views
from webmail.views import Folder, Shelf


@dataclass(frozen=True, slots=True)
class Placed:
    """A letter where the person may read it."""

    shelves: tuple[Shelf, ...]
    shelf: Shelf
    folder: Folder
    line: Line
    data: Buffer


def placed(tx: Tx, blobs: Blobs, account_id: int, mailbox_id: int, uid: int) -> Placed:
    """Raises NotFound when there is no such letter, and just so when it is not the person's to read."""
    shelves = views.shelves(tx, account_id)
    shelf, folder = views.find_folder(shelves, mailbox_id)
    (line,) = private_flags.lines(tx, folder.guest, mailbox_id, [listing.line(tx, mailbox_id, uid)])
    return Placed(shelves, shelf, folder, line, contents.load(tx, blobs, line.content_id))


async def open_letter(visit: Visit) -> Placed:
    """The letter that the address names: `/thu/{mailbox}/{uid}`."""
    office = visit.office
    return await office.db.read(placed, office.blobs, visit.who.account.id, visit.whole("mailbox"), visit.whole("uid"))


@dataclass(frozen=True, slots=True)
class Contained:
    """What the scanner finds in the bytes."""

    scan: Scan
    files: tuple[Attachment, ...]
    attached: tuple[letters.Attached, ...]
    invitation: Invitation | None


def contained(data: Buffer) -> Contained:
    """Scan the message and list its files. For a worker thread."""
    scanned = scan(data)
    attached = letters.attached_messages(data, scanned.parts)
    return Contained(scanned, attachments(data, scanned), attached, letters.invitation(data, scanned.parts))
