"""Units of the organisation, effective-dated: a unit that is renamed or merged keeps its earlier rows."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass

from sqlalchemy import bindparam, delete, insert, or_, select, update

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

    def state(self) -> str:
        """Tells whether somebody has changed the row since it was shown."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:16]


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
    if not change(tx, unit.valid_from, unit):
        tx.execute(insert(units).values(_values(unit)))
        tx.wake("directory")


def change(tx: Tx, first_day: str, unit: Unit) -> bool:
    """Make the row of that code and first day this one; False when there is none."""
    same = (units.c.code == unit.code) & (units.c.valid_from == first_day)
    tx.wake("directory")
    return tx.execute(update(units).where(same).values(_values(unit))).rowcount > 0


def remove(tx: Tx, code: str, first_day: str) -> None:
    """Take that row away."""
    tx.execute(delete(units).where(units.c.code == code, units.c.valid_from == first_day))
    tx.wake("directory")


def _values(unit: Unit) -> dict[str, str | None]:
    return {name: getattr(unit, name) for name in Unit.__dataclass_fields__}


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


def everything(tx: Tx) -> list[Unit]:
    """All rows there are, by code and first day."""
    return [Unit(*row) for row in tx.execute(select(*_COLUMNS).order_by(units.c.code, units.c.valid_from))]


def names(tx: Tx, day: str | None = None) -> dict[str, str]:
    """The name of every unit on that day (default: today at the office); of one that is no more, its last, of one that
    is not yet, its first: what is written down about it keeps a name."""
    on = day or office_date(tx.now_ms).isoformat()
    found: dict[str, str] = {}
    for one in everything(tx):
        if one.valid_from <= on or one.code not in found:
            found[one.code] = one.name
    return found


def name(tx: Tx, code: str, day: str | None = None) -> str:
    """The unit's name on that day (default: today), else its last one before, else its first; the code of none."""
    on = day or office_date(tx.now_ms).isoformat()
    known = find(tx, code, on)
    if known is not None:
        return known.name
    rows = history(tx, code)
    before = [one for one in rows if one.valid_from <= on]
    return before[-1].name if before else rows[0].name if rows else code
