"""The board of a unit: what waits, is due, is late, and the load of each person (Article 9.1); and the late list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from mailsvc.core.clock import office_date
from mailsvc.documents import calendar
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.store import accounts, receivers, units
from mailsvc.store import statistics as store
from mailsvc.store.statistics import Late, Open
from mailsvc.store.tx import Tx

MOST_LATE = 500


@dataclass(frozen=True, slots=True)
class Load:
    """A person's open work, also of those who have none."""

    person_id: int
    name: str
    position: str
    open: Open


@dataclass(frozen=True, slots=True)
class LateRow:
    """An overdue piece of work. `days`: working days past the deadline."""

    one: Late
    unit: str
    person: str
    days: int
    address: str


@dataclass(frozen=True, slots=True)
class Board:
    """A unit now. `open` is what came to the unit; `people` its members with their load, the most loaded first."""

    unit_code: str
    unit: str
    open: Open
    people: tuple[Load, ...]
    late: tuple[LateRow, ...]


def board(tx: Tx, org_code: str, unit_code: str) -> Board:
    """The board of a unit of the organisation."""
    today = office_date(tx.now_ms)
    days = (today.isoformat(), calendar.next_working_day(today).isoformat())
    whole = {one.unit_code: one for one in store.open_by_unit(tx, org_code, *days)}
    single = {one.person_id: one for one in store.open_by_person(tx, org_code, *days) if one.unit_code == unit_code}
    people = [
        Load(one.id, one.full_name, one.position, single.get(one.id, Open(unit_code, one.id, 0, 0, 0, 0)))
        for one in receivers.people(tx, [unit_code])
    ]
    return Board(
        unit_code=unit_code,
        unit=units.name(tx, unit_code),
        open=whole.get(unit_code, Open(unit_code, 0, 0, 0, 0, 0)),
        people=tuple(sorted(people, key=lambda one: (-one.open.count, one.person_id))),
        late=tuple(one for one in late_rows(tx, org_code) if one.one.unit_code == unit_code),
    )


def without_titles(found: Board) -> Board:
    """The board for who reads figures only."""
    return replace(found, late=())


def late_rows(tx: Tx, org_code: str) -> list[LateRow]:
    """All overdue work of the organisation, the longest overdue first."""
    today = office_date(tx.now_ms)
    found = store.late(tx, org_code, today.isoformat(), MOST_LATE)
    names = receivers.names(tx, [one.person_id for one in found])
    known = units.names(tx)
    return [
        LateRow(
            one,
            known.get(one.unit_code, one.unit_code),
            names.get(one.person_id, ""),
            -calendar.days_left(date.fromisoformat(one.deadline), today),
            f"/xu-ly/{one.number}" if one.kind == "line" else f"/cong-viec/{one.number}",
        )
        for one in found
    ]


def units_of(tx: Tx, org_code: str, only: set[str] | None) -> list[tuple[str, str]]:
    """(code, name) of the units of an organisation that have people, those the reader may see."""
    peopled = {one.unit_code for one in accounts.listing(tx, "person") if one.active}
    return [
        (one.code, one.name)
        for one in units.listing(tx)
        if one.code in peopled and (only is None or one.code in only) and organisation_of_unit(tx, one.code) == org_code
    ]
