"""EXPUNGE (RFC 9051 §6.4.3) and UID EXPUNGE (§6.4.9, RFC 4315)."""

from __future__ import annotations

from collections.abc import Sequence

from mailsvc.imap.grammar.arguments import parse_uid_expunge
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.sequence import Range, contains
from mailsvc.imap.reply import Done
from mailsvc.imap.session import Session
from mailsvc.mail import access
from mailsvc.store import placements
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx


def remove_deleted(tx: Tx, mailbox_id: int, ranges: Sequence[Range] | None, guest: Guest | None = None) -> int:
    """Expunge the messages with \\Deleted, all or those in the sorted UID ranges; the mod-sequence, 0 for none.

    Raises core.Refused when a guest may not.
    """
    access.again(tx, guest, mailbox_id, "e")
    marked = placements.deleted(tx, mailbox_id)
    wanted = marked if ranges is None else [uid for uid in marked if contains(ranges, uid)]
    return placements.expunge(tx, mailbox_id, wanted)[1] if wanted else 0


async def expunge(session: Session, cursor: Cursor) -> Done:
    cursor.end()
    return await _expunge(session, None)


async def uid_expunge(session: Session, cursor: Cursor) -> Done:
    messages = parse_uid_expunge(cursor)
    view = session.selected
    return await _expunge(session, view.uid_ranges(view.spans(messages, session.saved, uid=True)))


async def _expunge(session: Session, ranges: Sequence[Range] | None) -> Done:
    view = session.expect_writable()
    removed = await session.office.db.write(remove_deleted, view.mailbox_id, ranges, view.guest)
    await session.sync(expunge=True, always=True)
    return Done(code=f"HIGHESTMODSEQ {view.modseq}" if removed and session.condstore else "")  # RFC 7162 §3.2.7
