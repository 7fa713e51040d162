"""SUBSCRIBE and UNSUBSCRIBE (RFC 9051 §6.3.7 and §6.3.8)."""

from __future__ import annotations

from mailsvc.imap.grammar.arguments import parse_mailbox
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.store import mailboxes
from mailsvc.store.tx import Tx


def _subscribe(tx: Tx, account_id: int, name: str) -> None:
    office_mailboxes.resolve(tx, account_id, name, "l")
    mailboxes.subscribe(tx, account_id, name)


async def subscribe(session: Session, cursor: Cursor) -> Done:
    """Only of what exists: a typing mistake would stay in the client's list for ever."""
    name = parse_mailbox(cursor)
    await session.office.db.write(_subscribe, session.account_id, name)
    session.did(name)
    return DONE


async def unsubscribe(session: Session, cursor: Cursor) -> Done:
    name = parse_mailbox(cursor)
    await session.office.db.write(mailboxes.unsubscribe, session.account_id, name)
    session.did(name)
    return DONE
