"""What hangs on a unit: people, shared mailboxes, roles. Read before the unit ends."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from mailsvc.store.schema import account_roles, accounts
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Person:
    """An account that belongs to a unit; closed ones too, for they keep their place."""

    id: int
    username: str
    full_name: str
    position: str
    kind: str
    active: int


@dataclass(frozen=True, slots=True)
class Role:
    """A role that somebody holds in a unit, with its last day (None: without end)."""

    account_id: int
    full_name: str
    role: str
    valid_to: str | None


_COLUMNS = [accounts.c[name] for name in Person.__dataclass_fields__]


def accounts_of(tx: Tx, code: str) -> list[Person]:
    """People and shared mailboxes of the unit itself, in the order they were taken in."""
    statement = select(*_COLUMNS).where(accounts.c.unit_code == code).order_by(accounts.c.id)
    return [Person(*row) for row in tx.execute(statement)]


def roles_in(tx: Tx, code: str, day: str) -> list[Role]:
    """Roles in the unit that hold on that day or later, whatever unit their holders belong to."""
    columns = (accounts.c.id, accounts.c.full_name, account_roles.c.role, account_roles.c.valid_to)
    statement = (
        select(*columns)
        .join(accounts, accounts.c.id == account_roles.c.account_id)
        .where(
            account_roles.c.unit_code == code,
            or_(account_roles.c.valid_to.is_(None), account_roles.c.valid_to >= day),
        )
        .order_by(accounts.c.id, account_roles.c.id)
    )
    return [Role(*row) for row in tx.execute(statement)]
