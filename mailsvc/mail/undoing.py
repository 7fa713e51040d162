"""Undoing what was done with many letters (`mail.bulk`), portion by portion, each exactly once."""

from __future__ import annotations

from mailsvc.core.errors import MailsvcError, NotFound, Phrase
from mailsvc.mail import bulk
from mailsvc.mail.bulk import Done
from mailsvc.mail.office import Office
from mailsvc.store import ways_back
from mailsvc.store.tx import Tx
from mailsvc.store.ways_back import Part


async def undo(office: Office, account_id: int, token: str) -> Done:
    """Do the opposite of the act with that token. Letters that somebody has moved on since are left where they are.

    A portion that cannot be undone stays kept, the others are undone. Raises NotFound when it is another's, too old
    or undone already, and what stood in the way of all of it.
    """
    done, stopped, taken = Done(), None, False
    for part_id in await office.db.read(ways_back.parts, ways_back.LETTERS, account_id, token):
        try:
            portion = await office.db.write(_undo, office, account_id, part_id)
        except MailsvcError as error:
            stopped = error
            continue
        taken |= portion is not None
        done.add(portion or Done())
    if stopped is not None and not done.count:
        raise stopped
    if not taken:
        raise NotFound("Không hoàn tác được nữa: đã quá 15 phút, hoặc đã hoàn tác rồi. Thư vẫn nằm ở chỗ mới.")
    done.stopped = None if stopped is None else Phrase(stopped.text, **stopped.values)
    return done


def _undo(tx: Tx, office: Office, account_id: int, part_id: int) -> Done | None:
    """Undo one portion; None when it was not there any more."""
    found = ways_back.take(tx, part_id)
    if found is None:
        return None
    part = Part(**found)
    if not part.home:
        marked = bulk.mark(tx, account_id, part.mailbox_id, part.uids, part.added, part.removed)
        return Done(marked={part.mailbox_id: marked})
    box, moved = bulk.move(tx, office, account_id, part.mailbox_id, part.uids, part.home)
    return Done(moved={(part.mailbox_id, box): moved})
