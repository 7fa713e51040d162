"""The register's form as templates see it, whatever it is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mailsvc.core.clock import YEARS
from mailsvc.core.errors import Invalid
from mailsvc.documents.fields import NAMES, Fields, Problem, from_form, iso
from mailsvc.http.visits import Visit


@dataclass(frozen=True, slots=True)
class EntryFields:
    """What stands in the fields, which of them were recognised by the machine, and what is to be said of them.

    `arrival` is the arrival date as typed or ISO; `rival`: (field, what was typed, what is there now).
    """

    fields: Fields
    arrival: str = ""
    recognised: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    rival: tuple[tuple[str, str, str], ...] = ()

    def problems_of(self, name: str) -> list[Problem]:
        return [one for one in self.problems if one.field == name]


def given(visit: Visit) -> Fields:
    """The fields of the form that was sent."""
    return from_form({name: visit.field(name, 4000) for name in NAMES if name in visit.form})


def version(visit: Visit) -> int:
    """Which state of the row the person saw. Raises Invalid."""
    text = visit.field("version", 15)
    if not (text.isascii() and text.isdigit()):
        raise Invalid("Trang này đã cũ; xin tải lại.")
    return int(text)


def calendar_day(text: str) -> date | None:
    """dd/mm/yyyy or ISO; None for anything else, and for a year that nobody can mean."""
    try:
        day = date.fromisoformat(iso(text))
    except ValueError:
        return None
    return day if day.year in YEARS else None


def differences(mine: Fields, theirs: Fields) -> tuple[tuple[str, str, str], ...]:
    """(field, mine, theirs) for each field that differs."""
    return tuple(
        (name, getattr(mine, name), getattr(theirs, name))
        for name in NAMES
        if getattr(mine, name) != getattr(theirs, name)
    )


def together(first: tuple[Problem, ...], others: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Both, each remark once."""
    return first + tuple(one for one in others if one not in first)


def ids(visit: Visit, name: str) -> list[int]:
    """The ids that were ticked under that name; what is no id is passed over."""
    texts = [str(one) for one in visit.form.getlist(name)]
    return [int(one) for one in texts if one.isascii() and one.isdigit() and len(one) <= 15]
