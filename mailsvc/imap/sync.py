"""Reading a mailbox for a session: all of it when it is selected, then only what changed after a mod-sequence."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.errors import NotFound
from mailsvc.imap.errors import Refused
from mailsvc.imap.snapshots import Snapshots
from mailsvc.mail import access
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.store import mailboxes, placements, private_flags
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Opened:
    """A mailbox as SELECT finds it; `first_unseen` is a UID, `guest` who opens it, None for the owner."""

    mailbox: Mailbox
    uids: array[int]
    keywords: Sequence[str]
    first_unseen: int | None
    guest: Guest | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened after a mod-sequence: rows (uid, flags, keywords, modseq) added or changed, by UID; UIDs expunged.

    `messages` is how many there are now; `everything` all UIDs, when they were asked for; `guest` who reads, as things
    stand now.
    """

    modseq: int
    messages: int
    rows: list[tuple[int, int, str, int]]
    expunged: list[int]
    everything: list[int] | None = None
    guest: Guest | None = None


def open_mailbox(tx: Tx, snapshots: Snapshots, account_id: int, name: str) -> Opened:
    """What SELECT needs. Raises NotFound, or Refused for a name that only holds others."""
    box = office_mailboxes.resolve(tx, account_id, name)
    if not box.selectable:
        raise Refused(f"“{name}” chỉ chứa hộp thư con, không mở được", "CANNOT")
    snapshot = snapshots.at(tx, box)
    guest = access.guest(tx, account_id, box)
    unseen = snapshot.first_unseen if guest is None else private_flags.first_unseen_uid(tx, guest, box)
    return Opened(box, snapshot.uids, snapshot.keywords, unseen, guest)


def changes_since(
    tx: Tx, mailbox_id: int, modseq: int, whole: bool, guest: Guest | None = None
) -> Changes | None:
    """What changed after the mod-sequence; None when the mailbox is no more, or no more the guest's to read.

    `whole` reads all UIDs as well.
    """
    try:
        box = mailboxes.get(tx, mailbox_id)
    except NotFound:
        return None
    if guest is not None:
        guest = access.guest(tx, guest.account_id, box)
        if guest is not None and "r" not in guest.rights:
            return None
    if box.modseq == modseq and not whole:
        return Changes(modseq, box.messages, [], [], guest=guest)
    tx.looks_at(box.messages)
    rows = private_flags.changed_since(tx, guest, mailbox_id, modseq)
    expunged = placements.expunged_since(tx, mailbox_id, modseq)
    everything = placements.uids(tx, mailbox_id) if whole else None
    return Changes(box.modseq, box.messages, rows, expunged, everything, guest)


Wanted = tuple[int, int, bool, Guest | None]
"""The arguments of `changes_since`."""


def changes_of_many(tx: Tx, wanted: list[Wanted]) -> dict[Wanted, Changes | None]:
    """`changes_since` for many sessions at once; those that wait for the same share one reading."""
    return {one: changes_since(tx, *one) for one in set(wanted)}
