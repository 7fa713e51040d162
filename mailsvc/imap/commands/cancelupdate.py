"""CANCELUPDATE (RFC 5267 §4.3.5)."""

from __future__ import annotations

from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session


async def cancelupdate(session: Session, cursor: Cursor) -> Done:
    """No longer tell changes of the searches with these tags; others are passed over."""
    tags: list[bytes] = []
    while not cursor.at_end() or not tags:
        cursor.space()
        tags.append(cursor.string())
    for tag in tags:
        session.contexts.pop(tag, None)
    return DONE
