"""CREATE, DELETE and RENAME (RFC 9051 §6.3.4 to §6.3.6, RFC 6154 §3, RFC 8474 §4.1)."""

from __future__ import annotations

from mailsvc.core.errors import AlreadyThere
from mailsvc.imap.commands.status import mailbox_id
from mailsvc.imap.errors import Refused
from mailsvc.imap.grammar.arguments import parse_create, parse_mailbox, parse_rename
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.names import DELIMITER, check_new_name
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.mail import naming
from mailsvc.store import mailboxes, notes, placements
from mailsvc.store.blobs import Blobs
from mailsvc.store.mailboxes import INBOX, Mailbox
from mailsvc.store.tx import Tx

SPECIAL_USES = frozenset(("\\Archive", "\\Drafts", "\\Flagged", "\\Junk", "\\Sent", "\\Trash"))


def _place(tx: Tx, account_id: int, name: str) -> tuple[int, str]:
    """Owner and own name of a mailbox to be made; nothing may be made at the roots of other people's."""
    check_new_name(name)
    if naming.is_foreign(name) and name.count(DELIMITER) < 2:
        raise Refused(f"“{name.partition(DELIMITER)[0]}” do hệ thống quản lý, không tạo được ở đây", "CANNOT")
    return office_mailboxes.place_for(tx, account_id, name)


def _create(tx: Tx, account_id: int, name: str, use: str) -> Mailbox:
    owner_id, own_name = _place(tx, account_id, name)
    if own_name == INBOX:
        raise AlreadyThere("INBOX luôn có sẵn.")
    if use and mailboxes.with_special_use(tx, owner_id, use) is not None:
        raise Refused(f"Đã có hộp thư cho {use}", "USEATTR")
    return office_mailboxes.make(tx, account_id, owner_id, own_name, use)


async def create(session: Session, cursor: Cursor) -> Done:
    name, use = parse_create(cursor)
    if use and use not in SPECIAL_USES:
        raise Refused("Công dụng này không có", "USEATTR")
    made = await session.office.db.write(_create, session.account_id, name, use)
    session.did(name)
    return Done(code=session.code("OBJECTID", f"MAILBOXID ({mailbox_id(made.uidvalidity)})"))


def _delete(tx: Tx, account_id: int, name: str) -> int:
    """Delete and give the mailbox's id; a name with others below it stays, empty and not selectable."""
    box = office_mailboxes.resolve(tx, account_id, name, "x")
    if box.name == INBOX or box.kind:
        raise Refused(f"“{name}” là hộp thư của hệ thống, không xóa được", "CANNOT")
    below = mailboxes.has_children(tx, box)
    if below and not box.selectable:
        raise Refused(f"“{name}” còn hộp thư con", "HASCHILDREN")
    mailboxes.remove(tx, box)
    if below:
        mailboxes.create(tx, box.account_id, box.name, selectable=False)
    return box.id


async def delete(session: Session, cursor: Cursor) -> Done:
    name = parse_mailbox(cursor)
    deleted = await session.office.db.write(_delete, session.account_id, name)
    session.did(name)
    if session.view is not None and session.view.mailbox_id == deleted:
        session.view.claim = False
        await session.unselect()
        session.status(b"*", "OK", "Hộp thư đang mở đã bị xóa", "CLOSED")
    return DONE


def _rename(tx: Tx, blobs: Blobs, account_id: int, old: str, new: str) -> None:
    box = office_mailboxes.resolve(tx, account_id, old, "x")
    owner_id, new_name = _place(tx, account_id, new)
    if owner_id != box.account_id:
        raise Refused("Không đổi tên sang hộp thư của người khác được; xin chép thư", "CANNOT")
    if box.kind:
        raise Refused(f"“{old}” là hộp thư của hệ thống, không đổi tên được", "CANNOT")
    if new_name == INBOX or mailboxes.find(tx, owner_id, new_name) is not None:
        raise AlreadyThere(f"Hộp thư “{new}” đã có.")
    if box.name == INBOX:  # RFC 9051 §6.3.6: its messages move away, it stays itself
        target = office_mailboxes.make(tx, account_id, owner_id, new_name)
        office_mailboxes.move(tx, blobs, account_id, box.id, placements.uids(tx, box.id), target)
        notes.copy(tx, box.id, target.id)  # RFC 5464 §4.1
        return
    if new_name.startswith(box.name + DELIMITER):
        raise Refused("Không đổi tên vào bên dưới chính nó được", "CANNOT")
    above = new_name.rpartition(DELIMITER)[0]
    if above and mailboxes.find(tx, owner_id, above) is None:
        office_mailboxes.make(tx, account_id, owner_id, above)
    mailboxes.rename(tx, box, new_name)


async def rename(session: Session, cursor: Cursor) -> Done:
    arguments = parse_rename(cursor)
    office = session.office
    await office.db.write(_rename, office.blobs, session.account_id, arguments.old, arguments.new)
    session.did(arguments.old, arguments.new)
    if session.view is not None and session.view.name == arguments.old != INBOX:
        session.view.name = arguments.new
    return DONE
