"""ID (RFC 2971)."""

from __future__ import annotations

import logging

from mailsvc.imap.grammar.arguments import parse_id
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.quirks import hidden_from
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session

log = logging.getLogger("mailsvc.imap")


async def id_(session: Session, cursor: Cursor) -> Done:
    """Note what the client calls itself; of us the name only, not the version (RFC 2971 §5 on giving away too much)."""
    fields = parse_id(cursor)
    session.client = " ".join(fields.get(key, "") for key in ("name", "version")).strip()[:80]
    if session.client:
        log.debug("%s: %s uses %r", session.connection.peer, session.username or "-", session.client)
    session.write(b'* ID ("name" "mailsvc")\r\n')
    hidden = hidden_from(fields)
    if hidden != session.hidden:
        session.hidden = hidden
        session.write(b"* CAPABILITY %s\r\n" % session.capability().encode("ascii"))
    return DONE
