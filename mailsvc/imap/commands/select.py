"""SELECT and EXAMINE (RFC 9051 §6.3.2 and §6.3.3, RFC 7162 §3.1.8 and §3.2.5)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from mailsvc.imap.commands.status import mailbox_id
from mailsvc.imap.errors import BadCommand, Refused
from mailsvc.imap.grammar.arguments import Resync, parse_select
from mailsvc.imap.grammar.cursor import MAX_NUMBER, Cursor
from mailsvc.imap.grammar.response import string
from mailsvc.imap.grammar.sequence import Range, contains, format_set
from mailsvc.imap.reply import Done
from mailsvc.imap.session import Session
from mailsvc.imap.sync import Opened, changes_since, open_mailbox
from mailsvc.imap.view import SelectedView, fetch_head, flags_text
from mailsvc.store import mailboxes


async def select(session: Session, cursor: Cursor) -> Done:
    return await _open(session, cursor, readonly=False)


async def examine(session: Session, cursor: Cursor) -> Done:
    return await _open(session, cursor, readonly=True)


async def _open(session: Session, cursor: Cursor, *, readonly: bool) -> Done:
    try:
        arguments = parse_select(cursor)
    except Refused:
        await _leave(session)
        raise
    if arguments.resync is not None and not session.qresync:  # RFC 7162 §3.2.5
        raise BadCommand("QRESYNC cần ENABLE QRESYNC trước")
    await _leave(session)
    snapshots, name = session.keeper.snapshots, arguments.mailbox
    opened = await session.office.db.glance(open_mailbox, snapshots, session.account_id, name)
    if arguments.condstore:
        session.enable_condstore()
    view = SelectedView(arguments.mailbox, opened, readonly=readonly)
    session.select(view)
    _describe(session, view, opened, arguments.written)
    if arguments.resync is not None and arguments.resync.uidvalidity == view.uidvalidity:
        await _catch_up(session, view, arguments.resync)
    if view.recent and not readonly and not session.rev2:
        await session.office.db.write(mailboxes.claim_recent, view.mailbox_id)
    return Done("Chỉ đọc", "READ-ONLY") if view.is_readonly else Done("Đã mở", "READ-WRITE")


async def _leave(session: Session) -> None:
    """Whatever comes of the new mailbox, the old one is left (RFC 9051 §6.3.2)."""
    if session.view is not None:
        await session.unselect()
        session.status(b"*", "OK", "Đã rời hộp thư trước", "CLOSED")


async def _catch_up(session: Session, view: SelectedView, known: Resync) -> None:
    """Tell what was expunged and changed since the client last looked (RFC 7162 §3.2.5.1)."""
    changes = await session.office.db.read(changes_since, view.mailbox_id, known.modseq, False, view.guest)
    if changes is None:
        return
    ranges = known.known.resolve(MAX_NUMBER) if known.known is not None else ((1, MAX_NUMBER),)
    session.write(*vanished_earlier(view, changes.expunged, ranges))
    for uid, bits, keywords, modseq in changes.rows:
        number = view.number_of(uid)
        if number is not None and contains(ranges, uid):
            flags = flags_text(bits, keywords, not session.rev2 and uid >= view.recent_from)
            head = fetch_head(number, uid, uidonly=session.uidonly)
            session.write(head + b"FLAGS %s MODSEQ (%d))\r\n" % (flags, modseq))


def vanished_earlier(view: SelectedView, expunged: Iterable[int], ranges: Sequence[Range]) -> list[bytes]:
    """The VANISHED (EARLIER) response for those UIDs in the ranges that the client does not see now, if any."""
    gone = [uid for uid in expunged if view.number_of(uid) is None and contains(ranges, uid)]
    return [b"* VANISHED (EARLIER) %s\r\n" % format_set(gone)] if gone else []


def _describe(session: Session, view: SelectedView, opened: Opened, written: bytes) -> None:
    box = opened.mailbox
    session.write(*view.flag_lines(), b"* %d EXISTS\r\n" % len(view))
    if session.rev2:  # RFC 9051 §6.3.2: the LIST response is required, RECENT and UNSEEN are gone
        old = b"" if written == view.name.encode() else b' ("OLDNAME" (%s))' % string(written, utf8=True)
        session.write(b'* LIST () "/" %s%s\r\n' % (session.name(view.name), old))  # OLDNAME: RFC 9051 §6.3.9.7
    else:
        session.write(b"* %d RECENT\r\n" % view.recent)
        if opened.first_unseen is not None and not session.uidonly:
            first = bisect_left(view.uids, opened.first_unseen) + 1
            session.status(b"*", "OK", "thư chưa đọc đầu tiên", f"UNSEEN {first}")
    session.status(b"*", "OK", "UID còn mãi", f"UIDVALIDITY {box.uidvalidity}")
    session.status(b"*", "OK", "UID tiếp theo", f"UIDNEXT {box.uidnext}")
    if "CONDSTORE" not in session.off:
        session.status(b"*", "OK", "mod-sequence", f"HIGHESTMODSEQ {box.modseq}")
    if "OBJECTID" not in session.off:  # RFC 8474 §4.2
        session.status(b"*", "OK", "mã hộp thư", f"MAILBOXID ({mailbox_id(box.uidvalidity)})")
