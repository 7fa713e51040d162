"""Drafts: each saving puts a new message in the place of the last one, so that every mail program sees it.

A draft lies in the person's "Thư nháp", or in that of a shared mailbox: whoever may read, put in and remove there goes
on with it where it lies, so that the others see it too.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.core.errors import NotFound
from mailsvc.mail import access, senders
from mailsvc.mail.letter import Letter
from mailsvc.mail.writing import tab_of
from mailsvc.store import contents, draft_versions, mailboxes, placements
from mailsvc.store.blobs import Blobs
from mailsvc.store.flags import DRAFT, SEEN
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft lies."""

    mailbox_id: int
    uid: int

    def __str__(self) -> str:
        return f"{self.mailbox_id}.{self.uid}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another window or program has changed the draft meanwhile: its version lies there, nothing was written."""

    place: Place


RIGHTS = frozenset("rite")
"""What one must be allowed in a shared mailbox to go on with a draft that lies there (RFC 4314 §4)."""


def read_place(text: str) -> Place | None:
    """ "12.34" as a place; None for anything else."""
    mailbox, dot, uid = text.partition(".")
    whole = all(one.isascii() and one.isdigit() and len(one) < 16 for one in (mailbox, uid))
    return Place(int(mailbox), int(uid)) if dot and whole else None


def save(tx: Tx, blobs: Blobs, account_id: int, letter: Letter, tab: str, known: Place | None) -> Place | Elsewhere:
    """Put the draft in the place of the version that the page `tab` knows; of none when it knows none.

    Raises OverQuota; then the version before is still there.
    """
    box = shared_home(tx, account_id, known) or senders.place(tx, account_id, senders.DRAFTS)
    old = _replaced(tx, blobs, box, letter.content.message_id, tab, known)
    if isinstance(old, Elsewhere):
        return old
    if old is not None:
        placements.expunge(tx, box.id, [old[0]])
    content_id = contents.add(tx, letter.content)
    new = NewPlacement(content_id, letter.content.size, tx.now_ms, DRAFT | SEEN)
    (uid,) = placements.add(tx, box.id, [new])
    if old is not None and old[1] != content_id:
        draft_versions.forget(tx, old[1])
    return Place(box.id, uid)


def shared_home(tx: Tx, account_id: int, place: Place | None) -> Mailbox | None:
    """The "Thư nháp" of a shared mailbox that the place lies in, when the person may work there; None for every other
    place."""
    return None if place is None else _shared_box(tx, account_id, place.mailbox_id)


def _shared_box(tx: Tx, account_id: int, mailbox_id: int) -> Mailbox | None:
    try:
        box = mailboxes.get(tx, mailbox_id)
    except NotFound:
        return None
    theirs = box.account_id != account_id and box.special_use == senders.DRAFTS and box.selectable
    return box if theirs and set(access.of(tx, account_id, box)) >= RIGHTS else None


def _home(tx: Tx, account_id: int, place: Place) -> Mailbox | None:
    """The mailbox of drafts that the place lies in; None when it is none of the person's."""
    own = senders.find_place(tx, account_id, senders.DRAFTS)
    return own if own is not None and own.id == place.mailbox_id else shared_home(tx, account_id, place)


def _replaced(
    tx: Tx, blobs: Blobs, box: Mailbox, message_id: str, tab: str, known: Place | None
) -> tuple[int, int] | Elsewhere | None:
    """(UID, content) of the version that goes; None for a new draft.

    The answer to an earlier saving may have been lost on the way: the page then knows an older version than its own
    last one, and replaces that.
    """
    if known is not None and known.mailbox_id == box.id:
        rows = placements.rows(tx, box.id, known.uid, known.uid, ("uid", "content_id"))
        if rows:
            return int(rows[0][0]), int(rows[0][1])
    others = draft_versions.with_message_id(tx, box.id, message_id)
    for uid, content_id in reversed(others):
        if tab and tab_of(contents.load(tx, blobs, content_id)) == tab:
            return uid, content_id
    return Elsewhere(Place(box.id, others[-1][0])) if others else None


def take_out(tx: Tx, account_id: int, place: Place | None) -> int | None:
    """Take a draft out of its mailbox; its content, None when it was not there."""
    if place is None or _home(tx, account_id, place) is None:
        return None
    rows = placements.rows(tx, place.mailbox_id, place.uid, place.uid, ("uid", "content_id"))
    if not rows:
        return None
    placements.expunge(tx, place.mailbox_id, [place.uid])
    return int(rows[0][1])


def put_back(tx: Tx, account_id: int, content_id: int, home_id: int = 0) -> Place:
    """Lay a draft into the "Thư nháp" it was written in: that of the shared mailbox `home_id` as long as the person may
    work there, else one's own. A full mailbox takes it all the same: nothing written may be lost."""
    box = (_shared_box(tx, account_id, home_id) if home_id else None) or senders.place(tx, account_id, senders.DRAFTS)
    size = contents.get(tx, content_id).size
    uids = placements.add_everywhere(tx, [box.id], NewPlacement(content_id, size, tx.now_ms, DRAFT | SEEN))
    return Place(box.id, uids[box.id])


def load(tx: Tx, blobs: Blobs, account_id: int, place: Place) -> tuple[int, bytes]:
    """(content, bytes) of a draft the person may go on with. Raises NotFound."""
    if _home(tx, account_id, place) is not None:
        for _, content_id in placements.rows(tx, place.mailbox_id, place.uid, place.uid, ("uid", "content_id")):
            return int(content_id), bytes(contents.load(tx, blobs, int(content_id)))
    raise NotFound("Thư nháp này không còn ở đây: đã gửi, đã xóa hoặc đã sửa ở nơi khác.")
