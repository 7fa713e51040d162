"""GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208 §4.1)."""

from __future__ import annotations

from mailsvc.imap.grammar.arguments import parse_mailbox
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.quota import parse_root, parse_set_quota
from mailsvc.imap.grammar.response import astring
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session
from mailsvc.mail import quotas
from mailsvc.mail.quotas import Quota


async def get_quota(session: Session, cursor: Cursor) -> Done:
    root = parse_root(cursor)
    session.write(_line(session, await session.office.db.read(quotas.of_root, session.account_id, root)))
    return DONE


async def get_quota_root(session: Session, cursor: Cursor) -> Done:
    name = parse_mailbox(cursor)
    quota = await session.office.db.read(quotas.of_mailbox, session.account_id, name)
    session.write(b"* QUOTAROOT %s %s\r\n" % (session.name(name), _root(session, quota)), _line(session, quota))
    return DONE


async def set_quota(session: Session, cursor: Cursor) -> Done:
    root, limits = parse_set_quota(cursor)
    quota = await session.office.db.write(quotas.set_limits, session.account_id, root, limits)
    session.write(_line(session, quota))
    return DONE


def _line(session: Session, quota: Quota) -> bytes:
    """The QUOTA response; resources without a limit are not named (RFC 9208 §4.2.1)."""
    offered = [one for one in quota.resources if f"QUOTA=RES-{one.name}" not in session.off]
    triplets = " ".join(f"{one.name} {one.used} {one.limit}" for one in offered).encode("ascii")
    return b"* QUOTA %s (%s)\r\n" % (_root(session, quota), triplets)


def _root(session: Session, quota: Quota) -> bytes:
    return astring(quota.root.encode("utf-8"), utf8=session.utf8)
