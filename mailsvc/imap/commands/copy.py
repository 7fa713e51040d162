"""COPY and MOVE, by numbers and by UIDs (RFC 9051 §6.4.7 and §6.4.8, RFC 4315, RFC 6851, RFC 9585)."""

from __future__ import annotations

from collections.abc import Sequence

from mailsvc.core.errors import NotFound
from mailsvc.imap.errors import Refused
from mailsvc.imap.grammar.arguments import Transfer, parse_transfer
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.sequence import format_set
from mailsvc.imap.progress import Progress, tag_of, telling
from mailsvc.imap.reply import Done
from mailsvc.imap.session import Session
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.store.blobs import Blobs
from mailsvc.store.tx import Tx

Copied = tuple[int, list[tuple[int, int]]]  # UIDVALIDITY of the target; (source UID, target UID)


def _transfer(
    tx: Tx, blobs: Blobs, account_id: int, source_id: int, wanted: Sequence[int], target: str, moving: bool
) -> Copied:
    try:
        box = office_mailboxes.resolve(tx, account_id, target, "i")
    except NotFound as error:
        raise Refused(error.message, "TRYCREATE") from None
    if not box.selectable:
        raise Refused(f"“{target}” chỉ chứa hộp thư con", "CANNOT")
    act = office_mailboxes.move if moving else office_mailboxes.copy
    return box.uidvalidity, act(tx, blobs, account_id, source_id, wanted, box)


async def copy(session: Session, cursor: Cursor) -> Done:
    return await _copy(session, tag_of(cursor), parse_transfer(cursor, uid=False))


async def uid_copy(session: Session, cursor: Cursor) -> Done:
    return await _copy(session, tag_of(cursor), parse_transfer(cursor, uid=True))


async def move(session: Session, cursor: Cursor) -> Done:
    return await _move(session, tag_of(cursor), parse_transfer(cursor, uid=False))


async def uid_move(session: Session, cursor: Cursor) -> Done:
    return await _move(session, tag_of(cursor), parse_transfer(cursor, uid=True))


async def _copy(session: Session, tag: bytes, arguments: Transfer) -> Done:
    wanted, copied = await _run(session, tag, arguments, moving=False)
    if len(copied[1]) < len(wanted):
        return Done("Có thư vừa bị xóa ở nơi khác", session.code("UIDPLUS", _copyuid(copied)) or "EXPUNGEISSUED")
    return Done(code=session.code("UIDPLUS", _copyuid(copied)))


async def _move(session: Session, tag: bytes, arguments: Transfer) -> Done:
    """The UIDs are told before the expunges that name the same messages by number (RFC 6851 §4.3)."""
    session.expect_writable()
    _, copied = await _run(session, tag, arguments, moving=True)
    if code := session.code("UIDPLUS", _copyuid(copied)):
        session.status(b"*", "OK", "Đã chuyển", code)
    await session.sync(expunge=True, always=True)
    return Done(code=f"HIGHESTMODSEQ {session.selected.modseq}" if copied[1] and session.condstore else "")


async def _run(session: Session, tag: bytes, arguments: Transfer, *, moving: bool) -> tuple[list[int], Copied]:
    view, office = session.selected, session.office
    wanted = view.uids_in(view.spans(arguments.messages, session.saved, uid=arguments.uid))
    with telling(session, tag, Progress()):  # one transaction: it is done whole or not at all
        copied = await office.db.write(
            _transfer, office.blobs, session.account_id, view.mailbox_id, wanted, arguments.target, moving
        )
    session.put_itself(copied[0], (new for _, new in copied[1]))
    return wanted, copied


def _copyuid(copied: Copied) -> str:
    uidvalidity, pairs = copied
    if not pairs:
        return ""
    source = format_set(one for one, _ in pairs).decode("ascii")
    return f"COPYUID {uidvalidity} {source} {format_set(new for _, new in pairs).decode('ascii')}"
