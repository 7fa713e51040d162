"""SETACL, DELETEACL, GETACL, LISTRIGHTS and MYRIGHTS (RFC 4314 §3)."""

from __future__ import annotations

from mailsvc.core.errors import Invalid
from mailsvc.imap.errors import BadCommand
from mailsvc.imap.grammar.acl import parse_identified, parse_set_acl
from mailsvc.imap.grammar.arguments import parse_mailbox
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.response import astring
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session
from mailsvc.mail import access, sharing
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.store.tx import Tx


async def set_acl(session: Session, cursor: Cursor) -> Done:
    arguments = parse_set_acl(cursor)
    _check_letters(arguments.rights)
    await session.office.db.write(
        sharing.set_rights,
        session.account_id,
        arguments.mailbox,
        _prepared(arguments.identifier),
        arguments.mode,
        arguments.rights,
    )
    return DONE


async def delete_acl(session: Session, cursor: Cursor) -> Done:
    name, identifier = parse_identified(cursor)
    await session.office.db.write(sharing.remove_rights, session.account_id, name, _prepared(identifier))
    return DONE


async def get_acl(session: Session, cursor: Cursor) -> Done:
    name = parse_mailbox(cursor)
    found = await session.office.db.read(sharing.entries, session.account_id, name)
    pairs = b"".join(b" %s %s" % (_identifier(session, who), sharing.spelt(rights).encode()) for who, rights in found)
    session.write(b"* ACL %s%s\r\n" % (session.name(name), pairs))
    return DONE


async def list_rights(session: Session, cursor: Cursor) -> Done:
    """No right of ours is tied to another; “c” and “d” stand by themselves (RFC 4314 §2.1.1)."""
    name, identifier = parse_identified(cursor)
    always, optional = await session.office.db.read(sharing.grantable, session.account_id, name, _prepared(identifier))
    words = [sharing.spelt(always).encode() or b'""', *(letter.encode() for letter in sharing.spelt(optional))]
    said = _identifier(session, identifier)
    session.write(b"* LISTRIGHTS %s %s %s\r\n" % (session.name(name), said, b" ".join(words)))
    return DONE


async def my_rights(session: Session, cursor: Cursor) -> Done:
    name = parse_mailbox(cursor)
    session.write(line(session, name, await session.office.db.read(_mine, session.account_id, name)))
    return DONE


def line(session: Session, name: str, rights: str) -> bytes:
    """The MYRIGHTS response."""
    return b"* MYRIGHTS %s %s\r\n" % (session.name(name), sharing.spelt(rights).encode("ascii") or b'""')


def _mine(tx: Tx, account_id: int, name: str) -> str:
    """The person's rights where they may know of the mailbox at all. Raises NotFound."""
    box = office_mailboxes.resolve(tx, account_id, name, "")
    rights = access.of(tx, account_id, box)
    if not access.may_know(rights):
        access.check("", "l", name)
    return rights


def _check_letters(text: str) -> None:
    """Unknown rights are BAD, whatever the mailbox (RFC 4314 §3.1)."""
    try:
        sharing.letters(text)
    except Invalid as error:
        raise BadCommand(error.message) from None


def _prepared(identifier: str) -> str:
    try:
        return sharing.prepared(identifier)
    except Invalid as error:
        raise BadCommand(error.message or "Tên người hoặc nhóm không hợp lệ") from None


def _identifier(session: Session, identifier: str) -> bytes:
    return astring(identifier.encode("utf-8"), utf8=session.utf8)
