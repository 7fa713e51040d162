"""Units of the organisation, effective-dated: a unit that is renamed or merged keeps its earlier rows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, insert, or_, select, update

from mailsvc.core.clock import office_date
from mailsvc.store.schema import units
from mailsvc.store.tx import Prepared, Tx


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it was from `valid_from` to `valid_to` (ISO dates; None: still is)."""

    code: str
    name: str
    kind: str
    parent_code: str
    notation: str
    email: str
    valid_from: str
    valid_to: str | None
    note: str


_COLUMNS = [units.c[name] for name in Unit.__dataclass_fields__]
_ONE = Prepared(
    select(*_COLUMNS).where(
        units.c.code == bindparam("unit"),
        units.c.valid_from <= bindparam("day"),
        or_(units.c.valid_to.is_(None), units.c.valid_to >= bindparam("day")),
    )
)


def put(tx: Tx, unit: Unit) -> None:
    """Add the unit, or change the row with the same code and first day."""
    values = {name: getattr(unit, name) for name in Unit.__dataclass_fields__}
    same = (units.c.code == unit.code) & (units.c.valid_from == unit.valid_from)
    if tx.execute(update(units).where(same).values(values)).rowcount == 0:
        tx.execute(insert(units).values(values))


def find(tx: Tx, code: str, day: str | None = None) -> Unit | None:
    """The unit as it is on that day (default: today at the office)."""
    row = tx.row(_ONE, unit=code, day=day or office_date(tx.now_ms).isoformat())
    return None if row is None else Unit(*row)


def listing(tx: Tx, day: str | None = None) -> list[Unit]:
    """All units of that day (default: today at the office), by code."""
    on = day or office_date(tx.now_ms).isoformat()
    statement = (
        select(*_COLUMNS)
        .where(units.c.valid_from <= on, or_(units.c.valid_to.is_(None), units.c.valid_to >= on))
        .order_by(units.c.code)
    )
    return [Unit(*row) for row in tx.execute(statement)]


def latest(tx: Tx, code: str) -> Unit | None:
    """The unit as it is today, else as it was last (or will be first); None when no row has ever had that code."""
    today = office_date(tx.now_ms).isoformat()
    rows = history(tx, code)
    begun = [one for one in rows if one.valid_from <= today]
    return begun[-1] if begun else next(iter(rows), None)


def history(tx: Tx, code: str) -> list[Unit]:
    """All rows of the unit, from the first day on."""
    statement = select(*_COLUMNS).where(units.c.code == code).order_by(units.c.valid_from)
    return [Unit(*row) for row in tx.execute(statement)]
