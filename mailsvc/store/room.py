"""How much an account holds, and whether there is room for more (RFC 9208)."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from mailsvc.core.errors import OverQuota
from mailsvc.store.schema import accounts, mailboxes
from mailsvc.store.tx import Prepared, Tx

_QUOTA = Prepared(
    select(accounts.c.quota_bytes, accounts.c.used_bytes, accounts.c.quota_messages, accounts.c.id)
    .join(mailboxes, mailboxes.c.account_id == accounts.c.id)
    .where(mailboxes.c.id == bindparam("mailbox"))
)


def check_room(tx: Tx, mailbox_id: int, size: int, count: int) -> None:
    """Raises OverQuota when so many octets and messages do not fit beside what the mailbox's account holds."""
    row = tx.row(_QUOTA, mailbox=mailbox_id)
    if row is not None and row[0] and row[1] + size > row[0]:
        raise OverQuota("Hộp thư đã hết dung lượng; xin xóa bớt thư hoặc báo quản trị.")
    if row is not None and row[2] and count_of_account(tx, row[3]) + count > row[2]:
        raise OverQuota("Hộp thư đã đủ số thư được giữ; xin xóa bớt thư hoặc báo quản trị.")


_COUNT_OF_ACCOUNT = Prepared(
    select(func.coalesce(func.sum(mailboxes.c.messages), 0)).where(mailboxes.c.account_id == bindparam("account"))
)


def count_of_account(tx: Tx, account_id: int) -> int:
    """How many messages lie in all mailboxes of the account."""
    row = tx.row(_COUNT_OF_ACCOUNT, account=account_id)
    return int(row[0]) if row else 0
