"""Mailboxes as SELECT last found them: opening one again reads only what changed since (RFC 7162 §3.1)."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from mailsvc.imap.kept import Kept
from mailsvc.store import mailboxes, placements
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tx import Tx

ROOM = 16 * 1024 * 1024
OVERHEAD = 200


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The mailbox at a mod-sequence. `keywords` may hold some that are no longer in use; `first_unseen` is a UID."""

    uidvalidity: int
    modseq: int
    uids: array[int]
    keywords: tuple[str, ...]
    first_unseen: int | None


class Snapshots:
    """The snapshots of one service, by mailbox."""

    def __init__(self) -> None:
        self._kept: Kept[Snapshot] = Kept(ROOM)

    def at(self, tx: Tx, box: Mailbox) -> Snapshot:
        """The mailbox as this transaction sees it. `box` was read in the same transaction."""
        known = self._kept.get(box.id)
        if known is not None and (known.uidvalidity, known.modseq) == (box.uidvalidity, box.modseq):
            return known
        tx.looks_at(box.messages)
        if known is not None and known.uidvalidity == box.uidvalidity and known.modseq < box.modseq:
            found = _followed(tx, box, known)
        else:
            found = _read(tx, box)
        self._kept.put(box.id, found, found.uids.itemsize * len(found.uids) + OVERHEAD)
        return found


def _read(tx: Tx, box: Mailbox) -> Snapshot:
    uids = array("I", placements.uids(tx, box.id))
    return Snapshot(box.uidvalidity, box.modseq, uids, tuple(placements.keywords(tx, box.id)), _first_unseen(tx, box))


def _followed(tx: Tx, box: Mailbox, known: Snapshot) -> Snapshot:
    """The known snapshot with what changed since; read whole when the counts then do not agree."""
    rows = placements.changed_since(tx, box.id, known.modseq)
    gone = set(placements.expunged_since(tx, box.id, known.modseq))
    uids = array("I", (uid for uid in known.uids if uid not in gone)) if gone else known.uids[:]
    last = known.uids[-1] if known.uids else 0
    uids.extend(row[0] for row in rows if row[0] > last)
    if len(uids) != box.messages:
        return _read(tx, box)
    keywords = {*known.keywords, *(word for row in rows if row[2] for word in row[2].split())}
    return Snapshot(box.uidvalidity, box.modseq, uids, tuple(sorted(keywords)), _first_unseen(tx, box))


def _first_unseen(tx: Tx, box: Mailbox) -> int | None:
    return mailboxes.first_unseen_uid(tx, box.id) if box.unseen else None
