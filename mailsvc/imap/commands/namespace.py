"""NAMESPACE (RFC 2342, RFC 9051 §6.3.10)."""

from __future__ import annotations

from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.names import encode_name
from mailsvc.imap.grammar.response import string
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session
from mailsvc.mail import access, naming
from mailsvc.store.tx import Tx


def _roots(tx: Tx, account_id: int) -> set[str]:
    """The namespaces in which there is something for the account."""
    return {naming.root_of(owner) for owner in access.owners_for(tx, access.person(tx, account_id))}


async def namespace(session: Session, cursor: Cursor) -> Done:
    """The account's own mailboxes at the root; those of other people, then those of units and roles, if there are any,
    each below its name."""
    cursor.end()
    there = await session.office.db.read(_roots, session.account_id)
    told = [_told(session, root) if root in there else b"NIL" for root in (naming.OTHERS, naming.SHARED)]
    session.write(b'* NAMESPACE (("" "/")) %s %s\r\n' % (told[0], told[1]))
    return DONE


def _told(session: Session, root: str) -> bytes:
    prefix = encode_name(root + "/", utf8=session.utf8)
    return b'((%s "/"))' % string(prefix, utf8=session.utf8)
