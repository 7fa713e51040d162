"""Whom letters can be addressed to: the accounts of the office, and those one has written to."""

from __future__ import annotations

from sqlalchemy import select

from mailsvc.store.accounts import Account
from mailsvc.store.schema import accounts as table
from mailsvc.store.schema import addresses, letter_keys, placements
from mailsvc.store.tx import Tx


def accounts(tx: Tx) -> list[tuple[Account, str]]:
    """Active accounts with their main address, by name."""
    columns = [table.c[name] for name in Account.__dataclass_fields__]
    statement = (
        select(*columns, addresses.c.address)
        .join(addresses, addresses.c.account_id == table.c.id)
        .where(table.c.active == 1, addresses.c.is_primary == 1)
        .order_by(table.c.full_name, table.c.id)
    )
    return [(Account(*row[:-1]), str(row[-1])) for row in tx.execute(statement)]


def latest(tx: Tx, mailbox_id: int, most: int) -> list[str]:
    """The To fields, in lower case, of the newest messages of a mailbox."""
    statement = (
        select(letter_keys.c.receivers)
        .join_from(placements, letter_keys, letter_keys.c.content_id == placements.c.content_id)
        .where(placements.c.mailbox_id == mailbox_id)
        .order_by(placements.c.uid.desc())
        .limit(most)
    )
    return [str(row[0]) for row in tx.execute(statement) if row[0]]
