"""Roles of an account over time: every row of it, past and coming ones too."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, or_, select, update

from mailsvc.core.errors import NotFound
from mailsvc.store.schema import account_roles
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role in a unit for a time (ISO days, inclusive; '' and None: always); `acting`: quyền, phụ trách."""

    id: int
    account_id: int
    role: str
    unit_code: str
    valid_from: str
    valid_to: str | None
    acting: int

    def state(self) -> str:
        """Tells whether somebody has changed the row since it was shown."""
        return f"{self.unit_code}|{self.valid_from}|{self.valid_to or ''}|{self.acting}"

    def over(self, day: str) -> bool:
        """Whether it has ended before that day."""
        return self.valid_to is not None and self.valid_to < day

    def meets(self, first: str, last: str | None) -> bool:
        """Whether the two times share a day."""
        return not self.over(first) and (last is None or self.valid_from <= last)


_COLUMNS = [account_roles.c[name] for name in HeldRole.__dataclass_fields__]


def of_account(tx: Tx, account_id: int) -> list[HeldRole]:
    """All roles the account has, had or will have, the latest beginning first."""
    statement = (
        select(*_COLUMNS)
        .where(account_roles.c.account_id == account_id)
        .order_by(account_roles.c.valid_from.desc(), account_roles.c.id.desc())
    )
    return [HeldRole(*row) for row in tx.execute(statement)]


def of_role(tx: Tx, role: str) -> list[HeldRole]:
    """Everybody's rows of that role."""
    return [HeldRole(*row) for row in tx.execute(select(*_COLUMNS).where(account_roles.c.role == role))]


def of_day(tx: Tx, day: str) -> dict[int, set[str]]:
    """The roles of everybody on that day, by account."""
    holds = or_(account_roles.c.valid_to.is_(None), account_roles.c.valid_to >= day)
    statement = select(account_roles.c.account_id, account_roles.c.role).where(account_roles.c.valid_from <= day, holds)
    found: dict[int, set[str]] = {}
    for account_id, role in tx.execute(statement):
        found.setdefault(account_id, set()).add(role)
    return found


def get(tx: Tx, account_id: int, role_id: int) -> HeldRole:
    """That role of the account. Raises NotFound."""
    statement = select(*_COLUMNS).where(account_roles.c.id == role_id, account_roles.c.account_id == account_id)
    row = tx.execute(statement).first()
    if row is None:
        raise NotFound("Vai trò này không còn ở tài khoản.")
    return HeldRole(*row)


def change(tx: Tx, held: HeldRole) -> None:
    """Write the row as it is given: its unit, its days, whether acting."""
    values = {name: getattr(held, name) for name in ("unit_code", "valid_from", "valid_to", "acting")}
    tx.execute(update(account_roles).where(account_roles.c.id == held.id).values(values))
    _wake(tx, held.account_id)


def remove(tx: Tx, held: HeldRole) -> None:
    """Take the row away, as if the role had never been given."""
    tx.execute(delete(account_roles).where(account_roles.c.id == held.id))
    _wake(tx, held.account_id)


def _wake(tx: Tx, account_id: int) -> None:
    tx.wake("account", account_id)
    tx.wake("rights")
