"""SELECT and EXAMINE (RFC 9051 §6.3.2 and §6.3.3, RFC 7162 §3.1.8)."""

from __future__ import annotations

from bisect import bisect_left

from mailsvc.imap.grammar.arguments import parse_select
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reply import Done
from mailsvc.imap.session import Session
from mailsvc.imap.sync import Opened, open_mailbox
from mailsvc.imap.view import SelectedView
from mailsvc.store import mailboxes


async def select(session: Session, cursor: Cursor) -> Done:
    return await _open(session, cursor, readonly=False)


async def examine(session: Session, cursor: Cursor) -> Done:
    return await _open(session, cursor, readonly=True)


async def _open(session: Session, cursor: Cursor, *, readonly: bool) -> Done:
    arguments = parse_select(cursor)
    if session.view is not None:  # whatever comes of this, the old mailbox is left (RFC 9051 §6.3.2)
        await session.unselect()
        session.status(b"*", "OK", "Đã rời hộp thư trước", "CLOSED")
    opened = await session.office.db.read(open_mailbox, session.account_id, arguments.mailbox)
    if arguments.condstore:
        session.enable_condstore()
    view = SelectedView(arguments.mailbox, opened, readonly=readonly)
    session.select(view)
    _describe(session, view, opened)
    if view.recent and not readonly and not session.rev2:
        await session.office.db.write(mailboxes.claim_recent, view.mailbox_id)
    return Done("Chỉ đọc" if readonly else "Đã mở", "READ-ONLY" if readonly else "READ-WRITE")


def _describe(session: Session, view: SelectedView, opened: Opened) -> None:
    box = opened.mailbox
    session.write(*view.flag_lines(), b"* %d EXISTS\r\n" % len(view))
    if session.rev2:  # RFC 9051 §6.3.2: the LIST response is required, RECENT and UNSEEN are gone
        session.write(b'* LIST () "/" %s\r\n' % session.name(view.name))
    else:
        session.write(b"* %d RECENT\r\n" % view.recent)
        if opened.first_unseen is not None:
            first = bisect_left(view.uids, opened.first_unseen) + 1
            session.status(b"*", "OK", "thư chưa đọc đầu tiên", f"UNSEEN {first}")
    session.status(b"*", "OK", "UID còn mãi", f"UIDVALIDITY {box.uidvalidity}")
    session.status(b"*", "OK", "UID tiếp theo", f"UIDNEXT {box.uidnext}")
    if "CONDSTORE" not in session.off:
        session.status(b"*", "OK", "mod-sequence", f"HIGHESTMODSEQ {box.modseq}")
