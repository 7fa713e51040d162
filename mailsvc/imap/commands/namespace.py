"""NAMESPACE (RFC 2342, RFC 9051 §6.3.10)."""

from __future__ import annotations

from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.names import encode_name
from mailsvc.imap.grammar.response import string
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session
from mailsvc.mail.mailboxes import SHARED
from mailsvc.store import accounts


async def namespace(session: Session, cursor: Cursor) -> Done:
    """The account's own mailboxes at the root; shared ones of units and roles, if there are any, below their name."""
    cursor.end()
    shared = b"NIL"
    if await session.office.db.read(accounts.shared_with, session.account_id):
        prefix = encode_name(SHARED + "/", utf8=session.utf8)
        shared = b'((%s "/"))' % string(prefix, utf8=session.utf8)
    session.write(b'* NAMESPACE (("" "/")) NIL %s\r\n' % shared)
    return DONE
