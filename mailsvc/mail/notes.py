"""What people note about mailboxes and about the server (RFC 5464): who may read and set it, and how much."""

from __future__ import annotations

from collections.abc import Mapping

from mailsvc.core.actor import Actor
from mailsvc.core.errors import MailsvcError, Refused
from mailsvc.mail import access, sharing
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.store import accounts, mailboxes, notes
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.notes import SERVER, SHARED
from mailsvc.store.tx import Tx

MAX_VALUE = 65_536
"""Octets of one value."""
MAX_COUNT = 100
"""Shared values of one mailbox, and each person's own values there."""
MAX_TOTAL = 16 << 20
"""Octets of all values of one account, wherever they are, and of the shared ones on its mailboxes."""
ADMINISTRATOR = "quan_tri"
CONTACT = "/shared/admin"
PRIVATE_FLAGS = "/shared/vendor/mailsvc/private-flags"
"""On a mailbox: the flags that are each guest's own there, joined by blanks; for who may administer it."""


class ValueTooLarge(MailsvcError):
    """A value beyond MAX_VALUE."""


class TooMany(MailsvcError):
    """More values than MAX_COUNT."""


def of_mailbox(tx: Tx, account_id: int, name: str) -> dict[str, bytes]:
    """The values that the person sees on a mailbox, by entry. Raises NotFound, Refused."""
    return notes.of(tx, _mailbox(tx, account_id, name, "rswip").id, account_id)


def of_server(tx: Tx, account_id: int, contact: str) -> dict[str, bytes]:
    """The values that the person sees on the server; `contact` is the URI by which administrators are reached."""
    return {CONTACT: contact.encode()} | notes.of(tx, SERVER, account_id)


def set_on_mailbox(tx: Tx, account_id: int, name: str, values: Mapping[str, bytes | None]) -> None:
    """Set all values or none; None removes. Raises NotFound, Refused, ValueTooLarge, TooMany."""
    shared = any(entry.startswith("/shared/") for entry in values)
    box = _mailbox(tx, account_id, name, "w" if shared else "rswip")
    if PRIVATE_FLAGS in values:
        access.expect(tx, account_id, box, "a")
        chosen = values[PRIVATE_FLAGS]
        names = None if chosen is None else chosen.decode("ascii", "replace").split()
        sharing.choose_private(tx, Actor(account_id, door="imap"), box, names)
    _set(tx, box.id, account_id, values)


def _mailbox(tx: Tx, account_id: int, name: str, any_of: str) -> Mailbox:
    """A mailbox on which the account has the right "l" and one of the others (RFC 5464 §3.3; we let only those change
    what all see who may change flags)."""
    box = office_mailboxes.resolve(tx, account_id, name, "l")
    if not set(any_of) & set(access.of(tx, account_id, box)):
        raise Refused(access.refusal(any_of[0]))
    return box


def set_on_server(tx: Tx, account_id: int, values: Mapping[str, bytes | None]) -> None:
    """The same on the server. Shared values there are the administrators' matter."""
    if CONTACT in values:
        raise Refused("%(contact)s do máy chủ đặt, không sửa được.", contact=CONTACT)
    if any(entry.startswith("/shared/") for entry in values) and ADMINISTRATOR not in accounts.roles_of(tx, account_id):
        raise Refused("Chỉ quản trị đặt được mục chung của máy chủ.")
    _set(tx, SERVER, account_id, values)


def _set(tx: Tx, mailbox_id: int, account_id: int, values: Mapping[str, bytes | None]) -> None:
    if any(value is not None and len(value) > MAX_VALUE for value in values.values()):
        raise ValueTooLarge("Mỗi giá trị có tối đa %(max_value)s byte.", max_value=MAX_VALUE)
    for prefix, owner_id in (("/shared/", SHARED), ("/private/", account_id)):
        some = {entry: value for entry, value in values.items() if entry.startswith(prefix)}
        if some:
            notes.put(tx, mailbox_id, owner_id, some)
            if notes.count(tx, mailbox_id, owner_id) > MAX_COUNT:
                raise TooMany("Mỗi hộp thư có tối đa %(max_count)s mục; xin xóa bớt.", max_count=MAX_COUNT)
    owner_id = mailboxes.get(tx, mailbox_id).account_id if mailbox_id != SERVER else account_id
    if max(notes.size_of(tx, account_id), notes.size_of(tx, owner_id)) > MAX_TOTAL:
        raise TooMany("Các mục ghi chú đã chiếm hết chỗ dành cho tài khoản; xin xóa bớt.")
