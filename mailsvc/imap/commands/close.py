"""CLOSE (RFC 9051 §6.4.1) and UNSELECT (RFC 9051 §6.4.2, RFC 3691)."""

from __future__ import annotations

import contextlib

from mailsvc.core.errors import NotFound, Refused
from mailsvc.imap.commands.expunge import remove_deleted
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session


async def close(session: Session, cursor: Cursor) -> Done:
    """Take the deleted messages away, saying nothing of it, and leave."""
    cursor.end()
    view = session.selected
    if not view.readonly:
        with contextlib.suppress(Refused, NotFound):  # RFC 4314 §4: who may not expunge closes all the same
            await session.office.db.write(remove_deleted, view.mailbox_id, None, view.guest)
    await session.unselect()
    return DONE


async def unselect(session: Session, cursor: Cursor) -> Done:
    cursor.end()
    await session.unselect()
    return DONE
