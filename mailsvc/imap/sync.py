"""Reading a mailbox for a session: all of it when it is selected, then only what changed after a mod-sequence."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.core.errors import NotFound
from mailsvc.imap.errors import Refused
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.store import mailboxes, placements
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Opened:
    """A mailbox as SELECT finds it; `first_unseen` is a UID."""

    mailbox: Mailbox
    uids: list[int]
    keywords: list[str]
    first_unseen: int | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened after a mod-sequence: rows (uid, flags, keywords, modseq) added or changed, by UID; UIDs expunged.

    `messages` is how many there are now; `everything` all UIDs, when they were asked for.
    """

    modseq: int
    messages: int
    rows: list[tuple[int, int, str, int]]
    expunged: list[int]
    everything: list[int] | None = None


def open_mailbox(tx: Tx, account_id: int, name: str) -> Opened:
    """What SELECT needs. Raises NotFound, or Refused for a name that only holds others."""
    box = office_mailboxes.resolve(tx, account_id, name)
    if not box.selectable:
        raise Refused(f"“{name}” chỉ chứa hộp thư con, không mở được", "CANNOT")
    uids = placements.uids(tx, box.id)
    unseen = mailboxes.first_unseen_uid(tx, box.id) if box.unseen else None
    return Opened(box, uids, placements.keywords(tx, box.id), unseen)


def changes_since(tx: Tx, mailbox_id: int, modseq: int, whole: bool) -> Changes | None:
    """What changed after the mod-sequence; None when the mailbox is no more. `whole` reads all UIDs as well."""
    try:
        box = mailboxes.get(tx, mailbox_id)
    except NotFound:
        return None
    if box.modseq == modseq and not whole:
        return Changes(modseq, box.messages, [], [])
    rows = placements.changed_since(tx, mailbox_id, modseq)
    expunged = placements.expunged_since(tx, mailbox_id, modseq)
    return Changes(box.modseq, box.messages, rows, expunged, placements.uids(tx, mailbox_id) if whole else None)


def changes_of_many(tx: Tx, wanted: list[tuple[int, int, bool]]) -> dict[tuple[int, int, bool], Changes | None]:
    """`changes_since` for many sessions at once; those that wait for the same share one reading."""
    return {one: changes_since(tx, *one) for one in set(wanted)}
