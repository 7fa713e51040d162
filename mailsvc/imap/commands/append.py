"""APPEND (RFC 9051 §6.3.12), several messages at once (RFC 3502), out of pieces that are here (RFC 4469).

All messages are stored in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from mailsvc.core.errors import NotFound
from mailsvc.imap import limits
from mailsvc.imap.errors import Refused
from mailsvc.imap.grammar.append import parse_append_mailbox
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.flags import Flags
from mailsvc.imap.grammar.sequence import format_set
from mailsvc.imap.incoming import Arrived, Incoming
from mailsvc.imap.reply import Done
from mailsvc.imap.session import Session
from mailsvc.mail import letter
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.mail.mailboxes import NewMessage
from mailsvc.mail.office import Office
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tx import Tx

MANY = 8
"""Messages in one command from which on their texts are made after they were stored."""


def target(tx: Tx, account_id: int, name: str) -> Mailbox:
    """The mailbox that takes the messages."""
    try:
        box = office_mailboxes.resolve(tx, account_id, name, "i")
    except NotFound as error:
        raise Refused(error.message, "TRYCREATE") from None
    if not box.selectable:
        raise Refused(f"“{name}” chỉ chứa hộp thư con", "CANNOT")
    return box


def _add(tx: Tx, account_id: int, name: str, new: Sequence[NewMessage]) -> tuple[int, list[int]]:
    box = target(tx, account_id, name)
    return box.uidvalidity, office_mailboxes.append(tx, account_id, box, new)


async def prepared(office: Office, arrived: Arrived) -> list[NewMessage]:
    """The messages made ready for the store: one that is quick at once, others in a worker. Raises StorageFull."""
    now_ms = office.clock.now_ms()
    spools = [spool for spool, _ in arrived]
    if len(arrived) >= MANY:
        letters = await office.work(office.preparing.letters, spools, office.blobs)
    elif len(arrived) == 1 and letter.is_quick(spools[0]):
        letters = [letter.from_spool(spools[0], office.blobs)]
    else:
        letters = await office.work(lambda: [letter.from_spool(spool, office.blobs) for spool in spools])
    return [
        NewMessage(one, now_ms if head.date_ms is None else head.date_ms, head.flags.system, _words(head.flags))
        for one, (_, head) in zip(letters, arrived, strict=True)
    ]


def _words(flags: Flags) -> str:
    if len(flags.keywords) > limits.KEYWORDS:
        raise Refused(f"Mỗi thư có tối đa {limits.KEYWORDS} nhãn", "LIMIT")
    return " ".join(sorted(flags.keywords, key=str.lower))


def append_uid(session: Session, uidvalidity: int, uids: Sequence[int]) -> str:
    """The response code (RFC 4315 §3)."""
    return session.code("UIDPLUS", f"APPENDUID {uidvalidity} {format_set(uids).decode('ascii')}")


async def append(session: Session, cursor: Cursor) -> Done:
    """Refused before the octets are sent, where the client waits to be asked for them (RFC 9051 §6.3.12)."""
    office = session.office
    incoming = Incoming(session, cursor)
    with ExitStack() as spools:
        async with incoming.reading_away():
            name = parse_append_mailbox(cursor)
            if incoming.client_waits:
                await office.db.glance(target, session.account_id, name)
            arrived = await incoming.messages(spools)
        new = await prepared(office, arrived)
        uidvalidity, uids = await office.db.write(_add, session.account_id, name, new)
    session.put_itself(uidvalidity, uids)
    return Done("Đã lưu", append_uid(session, uidvalidity, uids))
