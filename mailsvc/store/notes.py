"""Annotations of mailboxes and of the server (RFC 5464): named values, shared or one person's own.

`mailbox_id` 0 is the server. Entry names are in lower case and say by their first level, /private or /shared, whose
they are. Every change takes the next version; a removed entry keeps a row without value for those who watch.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, func, insert, select

from mailsvc.store import meta
from mailsvc.store.schema import mailboxes, notes
from mailsvc.store.tx import Prepared, Tx

SERVER = 0
SHARED = 0
REMEMBERED = 50
"""Removed entries of one mailbox and person that are remembered; older ones are forgotten."""

_MINE = (
    notes.c.mailbox_id == bindparam("mailbox"),
    notes.c.account_id.in_([bindparam("account"), SHARED]),
)
_OF = Prepared(select(notes.c.entry, notes.c.value).where(*_MINE, notes.c.value.is_not(None)).order_by(notes.c.entry))
_CHANGED = Prepared(select(notes.c.entry).where(*_MINE, notes.c.version > bindparam("since")).order_by(notes.c.entry))
_LATEST = Prepared(select(func.max(notes.c.version)).where(*_MINE))
_ONE = (
    notes.c.mailbox_id == bindparam("mailbox"),
    notes.c.account_id == bindparam("account"),
)
_DROP = Prepared(delete(notes).where(*_ONE, notes.c.entry == bindparam("name")))
_ADD = Prepared(
    insert(notes).values(
        mailbox_id=bindparam("mailbox"),
        account_id=bindparam("account"),
        entry=bindparam("name"),
        value=bindparam("content"),
        version=bindparam("at"),
    )
)
_REMOVED = Prepared(select(notes.c.entry).where(*_ONE, notes.c.value.is_(None)).order_by(notes.c.version.desc()))
_COUNT = Prepared(select(func.count()).where(*_ONE, notes.c.value.is_not(None)))
_OWN_SIZE = Prepared(
    select(func.coalesce(func.sum(func.length(notes.c.value)), 0)).where(notes.c.account_id == bindparam("account"))
)
_SHARED_SIZE = Prepared(
    select(func.coalesce(func.sum(func.length(notes.c.value)), 0))
    .join(mailboxes, mailboxes.c.id == notes.c.mailbox_id)
    .where(mailboxes.c.account_id == bindparam("account"), notes.c.account_id == SHARED)
)
_ALL = Prepared(
    select(notes.c.account_id, notes.c.entry, notes.c.value).where(
        notes.c.mailbox_id == bindparam("mailbox"), notes.c.value.is_not(None)
    )
)


def of(tx: Tx, mailbox_id: int, account_id: int) -> dict[str, bytes]:
    """The values that the account sees: the shared ones and its own, by entry."""
    return {row[0]: bytes(row[1]) for row in tx.rows(_OF, mailbox=mailbox_id, account=account_id)}


def count(tx: Tx, mailbox_id: int, owner_id: int) -> int:
    """How many values there are of that owner (SHARED: the shared ones)."""
    row = tx.row(_COUNT, mailbox=mailbox_id, account=owner_id)
    return int(row[0]) if row else 0


def size_of(tx: Tx, account_id: int) -> int:
    """Octets of all values that are the account's own, and of the shared ones on its mailboxes."""
    found = (tx.row(_OWN_SIZE, account=account_id), tx.row(_SHARED_SIZE, account=account_id))
    return sum(int(row[0]) for row in found if row is not None)


def put(tx: Tx, mailbox_id: int, owner_id: int, values: Mapping[str, bytes | None]) -> None:
    """Set values of that owner (SHARED: the shared ones); None removes."""
    version = meta.rising(tx, "notes", 1)
    for entry, value in values.items():
        tx.run(_DROP, mailbox=mailbox_id, account=owner_id, name=entry)
        tx.run(_ADD, mailbox=mailbox_id, account=owner_id, name=entry, content=value, at=version)
    for row in tx.rows(_REMOVED, mailbox=mailbox_id, account=owner_id)[REMEMBERED:]:
        tx.run(_DROP, mailbox=mailbox_id, account=owner_id, name=row[0])
    tx.wake("notes", mailbox_id)


def latest(tx: Tx, mailbox_id: int, account_id: int) -> int:
    """The version of the newest change that the account sees; 0 for none."""
    row = tx.row(_LATEST, mailbox=mailbox_id, account=account_id)
    return int(row[0] or 0) if row else 0


def changed_since(tx: Tx, mailbox_id: int, account_id: int, version: int) -> list[str]:
    """Entries set or removed after that version, as the account sees them."""
    return [row[0] for row in tx.rows(_CHANGED, mailbox=mailbox_id, account=account_id, since=version)]


def copy(tx: Tx, source_id: int, target_id: int) -> None:
    """Give another mailbox the same annotations, everybody's."""
    of_owner: dict[int, dict[str, bytes | None]] = {}
    for owner_id, entry, value in tx.rows(_ALL, mailbox=source_id):
        of_owner.setdefault(owner_id, {})[entry] = bytes(value)
    for owner_id, values in of_owner.items():
        put(tx, target_id, owner_id, values)
