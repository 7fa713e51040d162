"""Values of rules from a day on, as the office set them. Rows are only added."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select

from mailsvc.store.schema import office_rules
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Setting:
    """A value (JSON text) of a rule from `valid_from` (ISO day) on."""

    id: int
    name: str
    valid_from: str
    value: str
    reason: str
    set_by: int | None
    set_ms: int


_COLUMNS = [office_rules.c[name] for name in Setting.__dataclass_fields__]


def add(tx: Tx, name: str, valid_from: str, value: str, reason: str, set_by: int | None) -> None:
    values = {"name": name, "valid_from": valid_from, "value": value, "reason": reason, "set_by": set_by}
    tx.execute(insert(office_rules).values(**values, set_ms=tx.now_ms))


def on(tx: Tx, name: str, day: str) -> Setting | None:
    """The setting in force on that day: the one that began last, of those the one set last."""
    statement = (
        select(*_COLUMNS)
        .where(office_rules.c.name == name, office_rules.c.valid_from <= day)
        .order_by(office_rules.c.valid_from.desc(), office_rules.c.id.desc())
        .limit(1)
    )
    row = tx.execute(statement).first()
    return None if row is None else Setting(*row)


def history(tx: Tx, name: str) -> list[Setting]:
    """All that was ever set, latest first."""
    statement = select(*_COLUMNS).where(office_rules.c.name == name)
    return [Setting(*row) for row in tx.execute(statement.order_by(office_rules.c.id.desc()))]
