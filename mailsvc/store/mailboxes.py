"""Mailboxes of an account: names, special use, UIDVALIDITY, counters; and subscriptions.

Names are full paths in NFC with "/" between levels. The inbox is called INBOX. UIDVALIDITY rises over the whole store,
so that a name that was deleted and made again never shows an old value (RFC 9051 §2.3.1.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, select, update

from mailsvc.core.errors import AlreadyThere, NotFound
from mailsvc.store import meta
from mailsvc.store.schema import (
    accounts,
    expunged,
    mailbox_rights,
    mailboxes,
    notes,
    placements,
    private_flags,
    subscriptions,
)
from mailsvc.store.tx import Prepared, Tx

INBOX = "INBOX"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox with its counters. `recent_uid` is the first UID no session was told of as recent."""

    id: int
    account_id: int
    name: str
    special_use: str
    kind: str
    uidvalidity: int
    uidnext: int
    modseq: int
    recent_uid: int
    messages: int
    unseen: int
    size: int
    selectable: int
    private_flags: int = -1


_COLUMNS = [mailboxes.c[name] for name in Mailbox.__dataclass_fields__]
_BY_ID = Prepared(select(*_COLUMNS).where(mailboxes.c.id == bindparam("id")))
_MODSEQ = Prepared(select(mailboxes.c.modseq).where(mailboxes.c.id == bindparam("id")))
_BY_NAME = Prepared(
    select(*_COLUMNS).where(mailboxes.c.account_id == bindparam("account_id"), mailboxes.c.name == bindparam("name"))
)
_OF_ACCOUNT = Prepared(
    select(*_COLUMNS).where(mailboxes.c.account_id == bindparam("account_id")).order_by(mailboxes.c.name)
)
_CLAIM_RECENT = Prepared(
    update(mailboxes).where(mailboxes.c.id == bindparam("mailbox")).values(recent_uid=mailboxes.c.uidnext)
)


def get(tx: Tx, mailbox_id: int) -> Mailbox:
    """Raises NotFound."""
    row = tx.row(_BY_ID, id=mailbox_id)
    if row is None:
        raise NotFound(f"mailbox {mailbox_id}")
    return Mailbox(*row)


_STATE = Prepared(
    select(mailboxes.c.uidvalidity, mailboxes.c.uidnext, mailboxes.c.messages).where(mailboxes.c.id == bindparam("id"))
)


def state(tx: Tx, mailbox_id: int) -> bytes:
    """Octets that stay the same as long as the same messages lie in the mailbox, whatever their flags: UIDs only rise,
    so that with nothing added and as many there none has gone."""
    row = tx.row(_STATE, id=mailbox_id)
    return b"%d %d %d" % (row[0], row[1], row[2]) if row is not None else b"gone"


def modseq(tx: Tx, mailbox_id: int) -> int:
    """The mod-sequence of the mailbox's last change; 0 when it is gone."""
    row = tx.row(_MODSEQ, id=mailbox_id)
    return 0 if row is None else int(row[0])


def find(tx: Tx, account_id: int, name: str) -> Mailbox | None:
    """The account's mailbox of that exact name (INBOX in capitals)."""
    row = tx.row(_BY_NAME, account_id=account_id, name=name)
    return None if row is None else Mailbox(*row)


def by_name(tx: Tx, account_id: int, name: str) -> Mailbox:
    """Raises NotFound."""
    found = find(tx, account_id, name)
    if found is None:
        raise NotFound("Không có hộp thư “%(name)s”.", name=name)
    return found


def of_account(tx: Tx, account_id: int) -> list[Mailbox]:
    """All mailboxes of the account, by name."""
    return [Mailbox(*row) for row in tx.rows(_OF_ACCOUNT, account_id=account_id)]


def of_kinds(tx: Tx, account_ids: Sequence[int], kinds: Sequence[str]) -> dict[tuple[int, str], int]:
    """The accounts' mailboxes of those kinds: (account, kind) to the mailbox's id."""
    found: dict[tuple[int, str], int] = {}
    columns = (mailboxes.c.account_id, mailboxes.c.kind, mailboxes.c.id)
    for start in range(0, len(account_ids), 500):
        some = list(account_ids[start : start + 500])
        statement = select(*columns).where(mailboxes.c.account_id.in_(some), mailboxes.c.kind.in_(list(kinds)))
        found.update({(row[0], row[1]): row[2] for row in tx.execute(statement)})
    return found


def with_special_use(tx: Tx, account_id: int, special_use: str) -> Mailbox | None:
    """The account's mailbox for that use (RFC 6154), or None."""
    return next((box for box in of_account(tx, account_id) if box.special_use == special_use), None)


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where mail for an account goes. `room` is the free quota in bytes, None without a limit, below 0 when there may
    be no more messages; `counted` whether their number is limited; `away` whether an answer about absence is on."""

    account_id: int
    mailbox_id: int
    kind: str
    room: int | None
    counted: bool = False
    away: bool = False


_ALL = mailboxes.alias("all_of_account")
_COUNT = select(func.coalesce(func.sum(_ALL.c.messages), 0)).where(_ALL.c.account_id == accounts.c.id)
_INBOX_COLUMNS = (
    select(
        mailboxes.c.account_id,
        mailboxes.c.id,
        mailboxes.c.kind,
        accounts.c.quota_bytes,
        accounts.c.used_bytes,
        accounts.c.quota_messages,
        accounts.c.away,
        case((accounts.c.quota_messages != 0, _COUNT.scalar_subquery()), else_=0),
    )
    .join(accounts, accounts.c.id == mailboxes.c.account_id)
    .where(mailboxes.c.name == INBOX, accounts.c.active == 1)
)
_ONE_INBOX = Prepared(_INBOX_COLUMNS.where(mailboxes.c.account_id == bindparam("account_id")))


def inboxes(tx: Tx, account_ids: list[int]) -> dict[int, Inbox]:
    """The inboxes of those of the accounts that are active, by account."""
    rows: list[tuple[Any, ...]] = []
    if len(account_ids) == 1:
        rows.extend(tx.rows(_ONE_INBOX, account_id=account_ids[0]))
    else:
        for start in range(0, len(account_ids), 500):
            some = _INBOX_COLUMNS.where(mailboxes.c.account_id.in_(account_ids[start : start + 500]))
            rows.extend(tuple(row) for row in tx.execute(some))
    return {row[0]: _inbox(*row) for row in rows}


def _inbox(
    account_id: int, mailbox_id: int, kind: str, quota: int, used: int, most: int, away: int, count: int
) -> Inbox:
    room = quota - used if quota else None
    return Inbox(account_id, mailbox_id, kind, -1 if most and count >= most else room, bool(most), bool(away))


def inboxes_of_addresses(tx: Tx, wanted: Sequence[str]) -> dict[str, Inbox]:
    """The inboxes behind full addresses (lower case, no subaddress) of active accounts, by address."""
    rows = tx.rows_among(_INBOXES_OF_ADDRESSES, wanted)
    return {row[0]: _inbox(*row[1:]) for row in rows}


_INBOXES_OF_ADDRESSES = """
SELECT d.address, m.account_id, m.id, m.kind, a.quota_bytes, a.used_bytes, a.quota_messages, a.away,
CASE WHEN a.quota_messages <> 0 THEN (SELECT coalesce(sum(o.messages), 0) FROM mailboxes o WHERE o.account_id = a.id)
ELSE 0 END
FROM addresses d JOIN accounts a ON a.id = d.account_id JOIN mailboxes m ON m.account_id = a.id AND m.name = 'INBOX'
WHERE a.active = 1 AND d.address IN {among}
"""


def create(
    tx: Tx, account_id: int, name: str, *, special_use: str = "", kind: str = "", selectable: bool = True
) -> Mailbox:
    """Make a mailbox. Raises AlreadyThere."""
    if find(tx, account_id, name) is not None:
        raise AlreadyThere("Hộp thư “%(name)s” đã có.", name=name)
    tx.execute(
        insert(mailboxes).values(
            account_id=account_id,
            name=name,
            special_use=special_use,
            kind=kind,
            uidvalidity=meta.rising(tx, "uidvalidity", tx.now_ms // 1000),
            created_ms=tx.now_ms,
            selectable=int(selectable),
        )
    )
    tx.wake("account", account_id)
    return by_name(tx, account_id, name)


def rename(tx: Tx, mailbox: Mailbox, new_name: str) -> None:
    """Rename the mailbox and everything below it. Raises AlreadyThere."""
    below = mailbox.name + "/"
    boxes = of_account(tx, mailbox.account_id)
    moved = {
        box.id: new_name + box.name[len(mailbox.name) :]
        for box in boxes
        if box.id == mailbox.id or box.name.startswith(below)
    }
    taken = {box.name for box in boxes if box.id not in moved} & set(moved.values())
    if taken:
        raise AlreadyThere("Hộp thư “%(taken)s” đã có.", taken=min(taken))
    for mailbox_id, name in sorted(moved.items(), key=lambda item: -len(item[1])):
        tx.execute(update(mailboxes).where(mailboxes.c.id == mailbox_id).values(name=name))
        tx.wake("mailbox", mailbox_id)
    tx.wake("account", mailbox.account_id)


def remove(tx: Tx, mailbox: Mailbox) -> None:
    """Delete the mailbox with its placements, rights and annotations; the contents stay until collected."""
    tx.execute(
        update(accounts)
        .where(accounts.c.id == mailbox.account_id)
        .values(used_bytes=accounts.c.used_bytes - mailbox.size)
    )
    for table in (placements, expunged, notes, mailbox_rights, private_flags):
        tx.execute(delete(table).where(table.c.mailbox_id == mailbox.id))
    tx.execute(delete(mailboxes).where(mailboxes.c.id == mailbox.id))
    tx.wake("account", mailbox.account_id)
    tx.wake("mailbox", mailbox.id)


def set_selectable(tx: Tx, mailbox_id: int, selectable: bool) -> None:
    """A name that only holds others (RFC 9051 §6.3.5) cannot be selected."""
    tx.execute(update(mailboxes).where(mailboxes.c.id == mailbox_id).values(selectable=int(selectable)))


def set_special_use(tx: Tx, mailbox_id: int, special_use: str) -> None:
    tx.execute(update(mailboxes).where(mailboxes.c.id == mailbox_id).values(special_use=special_use))


def set_kind(tx: Tx, mailbox_id: int, kind: str) -> None:
    tx.execute(update(mailboxes).where(mailboxes.c.id == mailbox_id).values(kind=kind))


def set_private_flags(tx: Tx, mailbox_id: int, bits: int) -> None:
    """Which flag bits are each guest's own; -1: as the setting says."""
    tx.execute(update(mailboxes).where(mailboxes.c.id == mailbox_id).values(private_flags=bits))


def claim_recent(tx: Tx, mailbox_id: int) -> None:
    """From now on no message there is recent for another session (RFC 3501 §2.3.2)."""
    tx.run(_CLAIM_RECENT, mailbox=mailbox_id)


_SUBSCRIBED = Prepared(select(subscriptions.c.name).where(subscriptions.c.account_id == bindparam("account_id")))


def subscribe(tx: Tx, account_id: int, name: str) -> None:
    if name not in subscribed(tx, account_id):
        tx.execute(insert(subscriptions).values(account_id=account_id, name=name))
        tx.wake("account", account_id)


def unsubscribe(tx: Tx, account_id: int, name: str) -> None:
    tx.execute(delete(subscriptions).where(subscriptions.c.account_id == account_id, subscriptions.c.name == name))
    tx.wake("account", account_id)


def subscribed(tx: Tx, account_id: int) -> set[str]:
    """The subscribed names, existing or not."""
    return {row[0] for row in tx.rows(_SUBSCRIBED, account_id=account_id)}


def deleted_count(tx: Tx, mailbox_id: int) -> int:
    """How many messages carry \\Deleted (STATUS DELETED)."""
    statement = select(func.count()).where(placements.c.mailbox_id == mailbox_id, placements.c.flags.op("&")(8) != 0)
    return int(tx.execute(statement).scalar_one())


_FIRST_UNSEEN = Prepared(
    select(placements.c.uid)
    .where(placements.c.mailbox_id == bindparam("mailbox"), placements.c.flags.op("&")(1) == 0)
    .order_by(placements.c.uid)
    .limit(1)
)


def first_unseen_uid(tx: Tx, mailbox_id: int) -> int | None:
    row = tx.row(_FIRST_UNSEEN, mailbox=mailbox_id)
    return None if row is None else int(row[0])


def has_children(tx: Tx, mailbox: Mailbox) -> bool:
    below = mailbox.name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "/%"
    statement = select(mailboxes.c.id).where(
        mailboxes.c.account_id == mailbox.account_id, mailboxes.c.name.like(below, escape="\\")
    )
    return tx.execute(statement.limit(1)).first() is not None
