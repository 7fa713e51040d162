"""Folders as people make, rename and delete them on the web; the rules are those of IMAP (RFC 9051 §6.3.4–6.3.6), but
what lies in a folder that is deleted goes to the trash first."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from mailsvc.core.errors import AlreadyThere, Invalid, Refused
from mailsvc.mail import access, bulk
from mailsvc.mail import mailboxes as work
from mailsvc.mail.office import Office
from mailsvc.store import mailboxes, placements
from mailsvc.store.mailboxes import INBOX, Mailbox
from mailsvc.store.tx import Tx

LONGEST = 80
"""Characters of a folder's name, one level."""
DEEPEST = 8


def title(text: str) -> str:
    """The name as it is kept: NFC, single blanks. Raises Invalid, which says what is wrong with it."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise Invalid("Xin đặt tên cho thư mục.")
    if len(name) > LONGEST:
        raise Invalid("Tên thư mục dài quá %(longest)s ký tự.", longest=LONGEST)
    if any(one in "/*%\\" or not one.isprintable() for one in name):
        raise Invalid("Tên thư mục không dùng các dấu / * % \\ và ký tự ẩn.")
    return name


def create(tx: Tx, account_id: int, parent_id: int, text: str) -> Mailbox:
    """A new folder inside that one, or (0) at the top of one's own. Raises Invalid, AlreadyThere, NotFound, Refused."""
    name, owner_id = title(text), account_id
    if parent_id:
        parent, guest = bulk.box_for(tx, account_id, parent_id)
        if guest is not None:
            access.demand(guest.rights, "k")
        owner_id = parent.account_id
        name = name if parent.name == INBOX and guest is not None else f"{parent.name}/{name}"
    if name.count("/") >= DEEPEST:
        raise Invalid("Thư mục lồng nhau quá sâu.")
    _require_free(tx, owner_id, name)
    made = work.make(tx, account_id, owner_id, name)
    if owner_id == account_id:
        mailboxes.subscribe(tx, account_id, name)
    return made


def rename(tx: Tx, account_id: int, mailbox_id: int, text: str) -> str:
    """Give a folder another last level; the name. Raises Invalid, AlreadyThere, NotFound, Refused."""
    box = _own_to_change(tx, account_id, mailbox_id)
    above, slash, last = box.name.rpartition("/")
    name = title(text)
    if name == last:
        return name
    wanted = above + slash + name
    _require_free(tx, box.account_id, wanted, box.id)
    mailboxes.rename(tx, box, wanted)
    if box.account_id == account_id:
        mailboxes.subscribe(tx, account_id, wanted)
        mailboxes.unsubscribe(tx, account_id, box.name)
    return name


async def delete(office: Office, account_id: int, mailbox_id: int) -> tuple[str, int]:
    """Move what lies in a folder to the trash and delete the folder: (its name, how many letters).

    Raises NotFound, Refused; what was moved by then is in the trash. A letter that comes in between stays safe: only an
    empty folder is deleted.
    """
    box = await office.db.read(_to_delete, account_id, mailbox_id)
    moved = 0
    while True:
        uids = await office.db.read(placements.uids, mailbox_id)
        if not uids:
            break
        done = await bulk.move_all(office, account_id, {mailbox_id: uids}, "\\Trash")
        moved += done.count
        if done.stopped or not done.count:
            raise Refused(
                "Mới chuyển được %(moved)s thư vào Thùng rác; thư mục chưa xóa. %(why)s",
                moved=moved,
                why=done.stopped or "",
            )
    await office.db.write(_remove_empty, account_id, mailbox_id)
    return box.name.rpartition("/")[2], moved


def _to_delete(tx: Tx, account_id: int, mailbox_id: int) -> Mailbox:
    box = _own_to_change(tx, account_id, mailbox_id)
    if mailboxes.has_children(tx, box):
        raise Refused("Thư mục còn thư mục con; xin xóa hoặc chuyển các thư mục con trước.")
    return box


def _remove_empty(tx: Tx, account_id: int, mailbox_id: int) -> None:
    box = _to_delete(tx, account_id, mailbox_id)
    if box.messages:
        raise Refused("Vừa có thư mới vào thư mục này, nên thư mục chưa xóa. Xin xem thư rồi xóa lại.")
    mailboxes.remove(tx, box)
    if box.account_id == account_id:
        mailboxes.unsubscribe(tx, account_id, box.name)


def is_fixed(box: Mailbox, there: Iterable[Mailbox]) -> bool:
    """Whether the folder belongs to the system: inbox, trash, the folders of documents and those above them. `there`:
    all folders of the account."""
    below = box.name + "/"
    if box.name == INBOX or box.kind or box.special_use:
        return True
    return any(one.kind and one.name.startswith(below) for one in there if one.account_id == box.account_id)


def _own_to_change(tx: Tx, account_id: int, mailbox_id: int) -> Mailbox:
    box, guest = bulk.box_for(tx, account_id, mailbox_id)
    if guest is not None:
        access.demand(guest.rights, "x")
    if is_fixed(box, mailboxes.of_account(tx, box.account_id)):
        raise Refused("Đây là thư mục của hệ thống, không đổi tên hay xóa được.")
    return box


def _require_free(tx: Tx, owner_id: int, name: str, own_id: int = 0) -> None:
    """Names that differ only in case are the same to people. Raises AlreadyThere."""
    for one in mailboxes.of_account(tx, owner_id):
        if one.id != own_id and one.selectable and one.name.casefold() == name.casefold():
            raise AlreadyThere("Đã có thư mục “%(name)s”.", name=one.name.rpartition("/")[2])
