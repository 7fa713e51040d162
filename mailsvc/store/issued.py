"""Numbers given to outgoing documents and to copies: the rows of their registers. A row is never removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from mailsvc.core.errors import NotFound
from mailsvc.store.schema import issued_numbers
from mailsvc.store.tx import Tx

GIVEN, CANCELLED = "given", "cancelled"


@dataclass(frozen=True, slots=True)
class Issued:
    """A line of the register (Decree 30/2020, Appendix IV; handbook §1.6).

    `series` is that of config/number_series.toml, `day` the document's ISO date, `moved` the day it was sent out.
    `reason` says why the number was put between two others (with a `suffix`) or cancelled.
    """

    id: int
    org_code: str
    series: str
    year: int
    number: int
    suffix: str
    day: str
    code: str
    notation: str
    document_id: int | None
    type_name: str
    subject: str
    signer: str
    recipients: str
    keeper: str
    copies: int
    moved: str
    note: str
    given_ms: int
    given_by: int | None
    state: str
    reason: str


_COLUMNS = [issued_numbers.c[name] for name in Issued.__dataclass_fields__]


def add(tx: Tx, values: Mapping[str, Any]) -> int:
    """Add a line; its id. The table itself holds that a number is given once."""
    statement = insert(issued_numbers).values({"given_ms": tx.now_ms, **values}).returning(issued_numbers.c.id)
    return int(tx.execute(statement).scalar_one())


def get(tx: Tx, number_id: int) -> Issued:
    """Raises NotFound."""
    row = tx.execute(select(*_COLUMNS).where(issued_numbers.c.id == number_id)).first()
    if row is None:
        raise NotFound("Không có số này trong sổ.")
    return Issued(*row)


def change(tx: Tx, number_id: int, values: Mapping[str, Any]) -> None:
    tx.execute(update(issued_numbers).where(issued_numbers.c.id == number_id).values(dict(values)))


def of_series(tx: Tx, org_code: str, series: str, year: int) -> list[Issued]:
    """All lines of a series of a year by number."""
    statement = select(*_COLUMNS).where(_series(org_code, series, year))
    return [Issued(*row) for row in tx.execute(statement.order_by(issued_numbers.c.number, issued_numbers.c.suffix))]


def last_day(tx: Tx, org_code: str, series: str, year: int) -> str:
    """The latest date in a series; '' when it is empty. Cancelled numbers count: their date was given too."""
    statement = select(func.max(issued_numbers.c.day)).where(_series(org_code, series, year))
    return tx.execute(statement).scalar_one() or ""


def with_code(tx: Tx, org_code: str, year: int, code: str) -> list[Issued]:
    """Lines of the year with that very number and notation."""
    statement = select(*_COLUMNS).where(
        issued_numbers.c.org_code == org_code, issued_numbers.c.year == year, issued_numbers.c.code == code
    )
    return [Issued(*row) for row in tx.execute(statement)]


def of_document(tx: Tx, document_id: int) -> list[Issued]:
    """Every number the document ever had, first given first."""
    statement = select(*_COLUMNS).where(issued_numbers.c.document_id == document_id).order_by(issued_numbers.c.id)
    return [Issued(*row) for row in tx.execute(statement)]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which lines: of a `kind` (the part of the series before its slash), of one `series`; words are folded."""

    org_code: str
    year: int
    kind: str = "di"
    series: str = ""
    words: tuple[str, ...] = ()
    first_day: str = ""
    last_day: str = ""


def listing(
    tx: Tx, chosen: Chosen, *, limit: int, before_id: int | None = None, oldest_first: bool = False
) -> list[Issued]:
    """Lines in the order they were given, newest first unless asked otherwise; a number between others by its place."""
    number = issued_numbers.c.id
    statement = select(*_COLUMNS).where(*_conditions(chosen)).limit(limit)
    if before_id is not None:
        statement = statement.where(number > before_id if oldest_first else number < before_id)
    return [Issued(*row) for row in tx.execute(statement.order_by(number if oldest_first else number.desc()))]


def count(tx: Tx, chosen: Chosen) -> int:
    return int(tx.execute(select(func.count()).select_from(issued_numbers).where(*_conditions(chosen))).scalar_one())


def years(tx: Tx, org_code: str) -> list[int]:
    """Years with lines, latest first."""
    year = issued_numbers.c.year
    statement = select(year).where(issued_numbers.c.org_code == org_code).distinct().order_by(year.desc())
    return list(tx.execute(statement).scalars())


def series_in_use(tx: Tx) -> list[tuple[str, str, int]]:
    """(organisation, series, year) of every series with lines."""
    columns = (issued_numbers.c.org_code, issued_numbers.c.series, issued_numbers.c.year)
    return [(row[0], row[1], row[2]) for row in tx.execute(select(*columns).distinct().order_by(*columns))]


def _series(org_code: str, series: str, year: int) -> ColumnElement[bool]:
    return (
        (issued_numbers.c.org_code == org_code) & (issued_numbers.c.series == series) & (issued_numbers.c.year == year)
    )


def _conditions(chosen: Chosen) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        issued_numbers.c.org_code == chosen.org_code,
        issued_numbers.c.year == chosen.year,
        issued_numbers.c.series.startswith(chosen.kind + "/"),
    ]
    if chosen.series:
        found.append(issued_numbers.c.series == chosen.series)
    found += [issued_numbers.c.folded.contains(word, autoescape=True) for word in chosen.words]
    if chosen.first_day:
        found.append(issued_numbers.c.day >= chosen.first_day)
    if chosen.last_day:
        found.append(issued_numbers.c.day <= chosen.last_day)
    return found
