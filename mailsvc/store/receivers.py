"""Whom a document can be given to: people and units with what is needed to choose them from a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from mailsvc.store.schema import accounts
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Person:
    """An active person's account."""

    id: int
    full_name: str
    position: str
    unit_code: str


_COLUMNS = [accounts.c[name] for name in Person.__dataclass_fields__]


def people(tx: Tx, unit_codes: Sequence[str]) -> list[Person]:
    """The active people of those units, in the order they were taken in (heads come first in the lists of offices)."""
    statement = (
        select(*_COLUMNS)
        .where(accounts.c.kind == "person", accounts.c.active == 1, accounts.c.unit_code.in_(list(unit_codes)))
        .order_by(accounts.c.id)
    )
    return [Person(*row) for row in tx.execute(statement)]


def unit_account(tx: Tx, unit_code: str) -> int | None:
    """The shared mailbox of a unit, None when it has none."""
    statement = (
        select(accounts.c.id)
        .where(accounts.c.kind == "unit", accounts.c.active == 1, accounts.c.unit_code == unit_code)
        .order_by(accounts.c.id)
    )
    return tx.execute(statement.limit(1)).scalar()


def unit_accounts(tx: Tx, unit_codes: Sequence[str]) -> list[int]:
    """The shared mailboxes of several units."""
    statement = select(accounts.c.id).where(accounts.c.kind == "unit", accounts.c.unit_code.in_(list(unit_codes)))
    return list(tx.execute(statement.order_by(accounts.c.id)).scalars())


def names(tx: Tx, account_ids: Sequence[int]) -> dict[int, str]:
    """The names of accounts, by id."""
    wanted = sorted(set(account_ids))
    found: dict[int, str] = {}
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        rows = tx.execute(select(accounts.c.id, accounts.c.full_name).where(accounts.c.id.in_(some)))
        found.update({row[0]: row[1] for row in rows})
    return found
