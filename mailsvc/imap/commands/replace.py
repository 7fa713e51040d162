"""REPLACE and UID REPLACE (RFC 8508): a new message in the place of an old one, as one act."""

from __future__ import annotations

from contextlib import ExitStack

from mailsvc.imap.commands.append import append_uid, prepared, target
from mailsvc.imap.errors import Refused
from mailsvc.imap.grammar.append import parse_append_mailbox, parse_replaced
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.incoming import Incoming
from mailsvc.imap.reply import Done
from mailsvc.imap.session import Session
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.mail.mailboxes import NewMessage
from mailsvc.store.tx import Tx


async def replace(session: Session, cursor: Cursor) -> Done:
    return await _replace(session, cursor, uid=False)


async def uid_replace(session: Session, cursor: Cursor) -> Done:
    return await _replace(session, cursor, uid=True)


def _put(tx: Tx, account_id: int, source_id: int, uid: int, name: str, new: NewMessage) -> tuple[int, int]:
    """(UIDVALIDITY, UID) of the new message. Nothing changes when the old one has gone meanwhile."""
    box = target(tx, account_id, name)
    put = office_mailboxes.replace(tx, account_id, source_id, uid, box, new)
    if put is None:
        raise Refused("Thư cần thay không còn ở đây; chưa lưu gì", "EXPUNGEISSUED")
    return box.uidvalidity, put


async def _replace(session: Session, cursor: Cursor, *, uid: bool) -> Done:
    """The new UID is told before the old number goes (RFC 8508 §4.3)."""
    office, incoming = session.office, Incoming(session, cursor)
    with ExitStack() as spools:
        async with incoming.reading_away():
            replaced = parse_replaced(cursor)
            name = parse_append_mailbox(cursor)
            view = session.expect_writable()
            wanted = view.uids_in(view.spans(replaced, session.saved, uid=uid))
            if len(wanted) != 1:
                raise Refused("Không có thư cần thay", "NONEXISTENT")
            await office.db.read(target, session.account_id, name)
            arrived = await incoming.message(spools)
        (new,) = await prepared(office, arrived)
        uidvalidity, put = await office.db.write(_put, session.account_id, view.mailbox_id, wanted[0], name, new)
    session.put_itself(uidvalidity, [put])
    if code := append_uid(session, uidvalidity, [put]):
        session.status(b"*", "OK", "Đã thay", code)
    await session.sync(expunge=True, always=True)
    return Done()
