"""STATUS (RFC 9051 §6.3.11, RFC 8438, RFC 7162 §3.1.7, RFC 8474 §4.3, RFC 9208 §4.1.4, RFC 7889 §3.1)."""

from __future__ import annotations

from collections.abc import Sequence

from mailsvc.core.errors import NotFound
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.listing import parse_status
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.store import mailboxes, placements, private_flags
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tx import Tx

_IN_ITS_ROW = frozenset({"MESSAGES", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "SIZE", "HIGHESTMODSEQ", "MAILBOXID"})


def values(tx: Tx, account_id: int, box: Mailbox, items: Sequence[str]) -> list[tuple[str, int]]:
    """The numbers asked for; most stand in the mailbox's own row."""
    if not _IN_ITS_ROW.issuperset(items) or box.account_id != account_id:
        tx.looks_at(box.messages)
    return [(item, _value(tx, account_id, box, item)) for item in items]


def _value(tx: Tx, account_id: int, box: Mailbox, item: str) -> int:
    match item:
        case "MESSAGES":
            return box.messages
        case "UIDNEXT":
            return box.uidnext
        case "UIDVALIDITY":
            return box.uidvalidity
        case "UNSEEN":
            return box.unseen if box.account_id == account_id else private_flags.unseen_by(tx, account_id, box)
        case "SIZE":
            return box.size
        case "HIGHESTMODSEQ":
            return box.modseq
        case "MAILBOXID":
            return box.uidvalidity
        case "APPENDLIMIT":
            return 0  # the same for all, and not the store's to know
        case "DELETED-STORAGE":  # RFC 9208 §4.1.4
            return placements.deleted_size(tx, box.id)
        case "DELETED":
            return mailboxes.deleted_count(tx, box.id)
        case _:  # RECENT
            return len(placements.rows(tx, box.id, box.recent_uid, box.uidnext, ("uid",)))


def line(session: Session, name: str, found: Sequence[tuple[str, int]]) -> bytes:
    """The STATUS response."""
    pairs = " ".join(f"{item} {_shown(session, item, number)}" for item, number in found).encode("ascii")
    return b"* STATUS %s (%s)\r\n" % (session.name(name), pairs)


def _shown(session: Session, item: str, number: int) -> int | str:
    if item == "APPENDLIMIT":
        return session.office.settings.smtp.max_size
    return f"({mailbox_id(number)})" if item == "MAILBOXID" else number


def mailbox_id(uidvalidity: int) -> str:
    """RFC 8474 §4: no two mailboxes of the store ever have the same UIDVALIDITY, and a renamed one keeps it."""
    return f"F{uidvalidity}"


def _read(tx: Tx, account_id: int, name: str, items: Sequence[str]) -> list[tuple[str, int]]:
    box = office_mailboxes.resolve(tx, account_id, name)
    if not box.selectable:
        raise NotFound(f"“{name}” chỉ chứa hộp thư con.")
    return values(tx, account_id, box, items)


async def status(session: Session, cursor: Cursor) -> Done:
    arguments = parse_status(cursor)
    if "HIGHESTMODSEQ" in arguments.items:
        session.enable_condstore()
    found = await session.office.db.glance(_read, session.account_id, arguments.mailbox, arguments.items)
    session.write(line(session, arguments.mailbox, found))
    return DONE
