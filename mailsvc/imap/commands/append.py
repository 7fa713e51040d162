"""APPEND (RFC 9051 §6.3.12), several messages at once (RFC 3502), with octets as they are (RFC 3516).

Each message goes into a spool while it arrives, in a file when it is large; all are stored in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from mailsvc.core.errors import MailsvcError, NotFound, StorageFull
from mailsvc.imap import limits
from mailsvc.imap.errors import BadCommand, ImapError, Refused
from mailsvc.imap.grammar.append import AppendMessage, announced, parse_append_mailbox, parse_append_message
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.flags import Flags
from mailsvc.imap.grammar.sequence import format_set
from mailsvc.imap.reader import CONTINUE, refuse_literal
from mailsvc.imap.reply import Done
from mailsvc.imap.session import Session
from mailsvc.mail import letter
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.mail.mailboxes import NewMessage
from mailsvc.store.blobs import Blobs, Spool
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tx import Tx

Arrived = list[tuple[Spool, AppendMessage]]


def _target(tx: Tx, account_id: int, name: str) -> Mailbox:
    try:
        box = office_mailboxes.resolve(tx, account_id, name)
    except NotFound as error:
        raise Refused(error.message, "TRYCREATE") from None
    if not box.selectable:
        raise Refused(f"“{name}” chỉ chứa hộp thư con", "CANNOT")
    return box


def _add(tx: Tx, account_id: int, name: str, new: Sequence[NewMessage]) -> tuple[int, list[int]]:
    box = _target(tx, account_id, name)
    return box.uidvalidity, office_mailboxes.append(tx, account_id, box, new)


def _prepare(arrived: Arrived, blobs: Blobs, now_ms: int) -> list[NewMessage]:
    """Scan the spools (in a worker). Raises StorageFull."""
    return [
        NewMessage(
            letter.from_spool(spool, blobs),
            now_ms if head.date_ms is None else head.date_ms,
            head.flags.system,
            _words(head.flags),
        )
        for spool, head in arrived
    ]


def _words(flags: Flags) -> str:
    if len(flags.keywords) > limits.KEYWORDS:
        raise Refused(f"Mỗi thư có tối đa {limits.KEYWORDS} nhãn", "LIMIT")
    return " ".join(sorted(flags.keywords, key=str.lower))


async def append(session: Session, cursor: Cursor) -> Done:
    """Refused before the octets are sent, where the client waits to be asked for them (RFC 9051 §6.3.12)."""
    try:
        name = parse_append_mailbox(cursor)
    except Refused:  # the message may be on its way already, and must not be taken for commands
        await _read_away(session, cursor.data[cursor.pos :])
        raise
    office = session.office
    with ExitStack() as spools:
        arrived = await _receive(session, cursor, name, spools)
        new = await office.work(_prepare, arrived, office.blobs, office.clock.now_ms())
        uidvalidity, uids = await office.db.write(_add, session.account_id, name, new)
    return Done("Đã lưu", session.code("UIDPLUS", f"APPENDUID {uidvalidity} {format_set(uids).decode('ascii')}"))


async def _receive(session: Session, cursor: Cursor, name: str, spools: ExitStack) -> Arrived:
    """All messages of the command. Whatever is wrong with one, the rest is read away before it is told."""
    arrived: Arrived = []
    total = 0
    while True:
        head = await _head(session, cursor, name, len(arrived), total)
        total += head.literal.size
        spool = spools.enter_context(Spool(session.office.spool_folder))
        await _octets(session, head, spool)
        arrived.append((spool, head))
        line = await session.connection.read_line(limits.LINE)
        if not line:
            return arrived
        if "MULTIAPPEND" in session.off:
            await _read_away(session, line)
            raise BadCommand("Mỗi lệnh APPEND chỉ nhận một thư")
        cursor = Cursor(line, utf8=session.rev2, off=session.off)


async def _head(session: Session, cursor: Cursor, name: str, count: int, total: int) -> AppendMessage:
    """What stands before the next message, if it may come."""
    start = cursor.pos
    try:
        head = parse_append_message(cursor)
    except BadCommand:
        await _read_away(session, cursor.data[start:])
        raise
    try:
        if count == 0:
            await session.office.db.read(_target, session.account_id, name)
        if head.literal.size == 0:  # RFC 3502 §6.3.11: how a client cancels
            raise Refused("Thư rỗng: đã hủy, chưa lưu gì", "CANNOT")
        largest = session.office.settings.smtp.max_size
        if head.literal.size > largest:
            raise Refused(f"Thư lớn hơn {largest} byte", "TOOBIG")  # RFC 7889 §4
        if count >= limits.APPEND_MESSAGES or total + head.literal.size > limits.APPEND_TOTAL:
            raise Refused(f"Mỗi lệnh APPEND nhận tối đa {limits.APPEND_MESSAGES} thư", "LIMIT")
    except (ImapError, MailsvcError):
        await refuse_literal(session, head.literal)
        raise
    return head


async def _read_away(session: Session, rest: bytes) -> None:
    literal = announced(rest)
    if literal is not None:
        await refuse_literal(session, literal)


async def _octets(session: Session, head: AppendMessage, spool: Spool) -> None:
    """Take the message's octets. A full disk is told after they have all been read."""
    if head.literal.synchronising:
        session.write(CONTINUE)
    failure: StorageFull | None = None

    def take(chunk: bytes) -> None:
        nonlocal failure
        if failure is None:
            try:
                spool.write(chunk)
            except StorageFull as error:
                failure = error

    await session.connection.read_into(head.literal.size, take)
    if failure is not None:
        await _read_away(session, await session.connection.read_line(limits.LINE))
        raise failure
