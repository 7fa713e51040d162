"""Official documents in the registers: their rows, files and events, and the number series they are numbered by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, literal_column, select, text, update

from mailsvc.core.errors import NotFound
from mailsvc.store.schema import document_events, document_files, documents, number_series
from mailsvc.store.tx import Prepared, Tx


@dataclass(frozen=True, slots=True)
class Document:
    """A document in a register. Dates are ISO text; `arrival_number` is the số đến, `year` that of the arrival.

    `number`, `notation` and `code` are the issuer's (`123`, `SGDĐT-VP`, `123/SGDĐT-VP`). `recipients`, `transfer_date`,
    `receipt_signed` and `note` are the columns 7 to 10 of the register (Decree 30/2020, Appendix IV).
    """

    id: int
    org_code: str
    direction: str
    year: int
    arrival_number: int
    arrival_date: str
    type_name: str
    type_abbr: str
    number: str
    notation: str
    code: str
    issue_date: str | None
    issuer: str
    subject: str
    signer: str
    urgency: str
    deadline: str | None
    recipients: str
    transfer_date: str
    receipt_signed: str
    note: str
    entry_id: int | None
    content_id: int | None
    registered_ms: int
    registered_by: int | None
    code_key: str
    version: int


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A file of a document: where it lies in the letter (`content_id`, `path`) and what it was when registered."""

    position: int
    content_id: int
    path: str
    name: str
    content_type: str
    size: int
    sha256: str
    role: str


@dataclass(frozen=True, slots=True)
class Event:
    """One step in the life of a document. Rows are only ever added."""

    id: int
    at_ms: int
    actor_id: int | None
    kind: str
    text: str
    post: str
    capacity: str
    audit_id: int | None


@dataclass(frozen=True, slots=True)
class Series:
    """A number series of one year and the last number it gave."""

    org_code: str
    series: str
    year: int
    last_number: int


_COLUMNS = [documents.c[name] for name in Document.__dataclass_fields__]
_BY_ID = Prepared(select(*_COLUMNS).where(documents.c.id == bindparam("id")))
_FILE_COLUMNS = [document_files.c[name] for name in DocumentFile.__dataclass_fields__]
_EVENT_COLUMNS = [document_events.c[name] for name in Event.__dataclass_fields__]


# ---- documents ----------------------------------------------------------------------------------------------
def add(tx: Tx, values: Mapping[str, Any]) -> int:
    """Add a document; its id. The unique number of the register is held by the table itself."""
    return int(tx.execute(insert(documents).values(dict(values)).returning(documents.c.id)).scalar_one())


def change(tx: Tx, document_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of a document. Raises NotFound."""
    done = tx.execute(update(documents).where(documents.c.id == document_id).values(dict(values)))
    if done.rowcount == 0:
        raise NotFound(f"document {document_id}")


def get(tx: Tx, document_id: int) -> Document:
    """Raises NotFound."""
    row = tx.row(_BY_ID, id=document_id)
    if row is None:
        raise NotFound("Không có văn bản này.")
    return Document(*row)


def folded_of(tx: Tx, document_id: int) -> str:
    """What the register's search looks in."""
    return str(tx.execute(select(documents.c.folded).where(documents.c.id == document_id)).scalar() or "")


def each(tx: Tx) -> Iterator[Document]:
    """All documents of all registers, by id."""
    for row in tx.execute(select(*_COLUMNS).order_by(documents.c.id).execution_options(yield_per=1000)):
        yield Document(*row)


def by_number(tx: Tx, org_code: str, direction: str, year: int, number: int) -> Document | None:
    """The document with that number in the register of the year."""
    statement = select(*_COLUMNS).where(
        _register(org_code, direction), documents.c.year == year, documents.c.arrival_number == number
    )
    row = tx.execute(statement).first()
    return None if row is None else Document(*row)


def with_code_key(tx: Tx, org_code: str, code_key: str) -> list[Document]:
    """The incoming documents with the same number, notation, issuer and year, first registered first."""
    statement = (
        select(*_COLUMNS)
        .where(_register(org_code, "in"), documents.c.code_key == code_key, documents.c.code_key != "")
        .order_by(documents.c.id)
    )
    return [Document(*row) for row in tx.execute(statement)]


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list of a register. `words` are folded and all of them must occur; dates are inclusive arrival dates."""

    org_code: str
    year: int
    direction: str = "in"
    words: tuple[str, ...] = ()
    type_name: str = ""
    first_day: str = ""
    last_day: str = ""


def listing(
    tx: Tx, chosen: Filter, *, limit: int, before: int | None = None, oldest_first: bool = False
) -> list[Document]:
    """Rows of a register by number, newest first; `before` continues below (or above) the last number shown."""
    number = documents.c.arrival_number
    statement = select(*_COLUMNS).where(*_conditions(chosen)).limit(limit)
    if before is not None:
        statement = statement.where(number > before if oldest_first else number < before)
    statement = statement.order_by(number if oldest_first else number.desc())
    return [Document(*row) for row in tx.execute(statement)]


def count(tx: Tx, chosen: Filter) -> int:
    """How many rows the whole list has."""
    return int(tx.execute(select(func.count()).select_from(documents).where(*_conditions(chosen))).scalar_one())


def years(tx: Tx, org_code: str, direction: str = "in") -> list[int]:
    """The years the register has rows of, latest first."""
    year = documents.c.year
    statement = select(year).where(_register(org_code, direction)).distinct().order_by(year.desc())
    return list(tx.execute(statement).scalars())


def numbers(tx: Tx, org_code: str, direction: str, year: int) -> list[int]:
    """All numbers given in a register of a year, rising."""
    number = documents.c.arrival_number
    statement = select(number).where(_register(org_code, direction), documents.c.year == year).order_by(number)
    return list(tx.execute(statement).scalars())


def neighbours(tx: Tx, org_code: str, direction: str, year: int, number: int) -> tuple[int | None, int | None]:
    """(the number before, the number after) in the register of that year."""
    column = documents.c.arrival_number
    in_year = _register(org_code, direction) & (documents.c.year == year)
    before = tx.execute(select(func.max(column)).where(in_year, column < number)).scalar_one()
    after = tx.execute(select(func.min(column)).where(in_year, column > number)).scalar_one()
    return before, after


def last_arrival_date(tx: Tx, org_code: str, year: int) -> str:
    """The latest arrival date in the register of incoming documents; '' when it is empty."""
    statement = select(func.max(documents.c.arrival_date)).where(_register(org_code, "in"), documents.c.year == year)
    return tx.execute(statement).scalar_one() or ""


_HAS_WORDS = documents.c.folded != literal_column("''")
"""Goes without saying, but by these very words SQLite knows that it may read ix_documents_words."""


def _register(org_code: str, direction: str) -> ColumnElement[bool]:
    return (documents.c.org_code == org_code) & (documents.c.direction == direction)


def _conditions(chosen: Filter) -> list[ColumnElement[bool]]:
    found = [_register(chosen.org_code, chosen.direction), documents.c.year == chosen.year]
    if chosen.words:
        found.append(_HAS_WORDS)
        found += [documents.c.folded.contains(word, autoescape=True) for word in chosen.words]
    if chosen.type_name:
        found.append(documents.c.type_name == chosen.type_name)
    if chosen.first_day:
        found.append(documents.c.arrival_date >= chosen.first_day)
    if chosen.last_day:
        found.append(documents.c.arrival_date <= chosen.last_day)
    return found


# ---- files and events ---------------------------------------------------------------------------------------
def add_files(tx: Tx, document_id: int, files: Sequence[DocumentFile]) -> None:
    if files:
        rows = [{name: getattr(one, name) for name in DocumentFile.__dataclass_fields__} for one in files]
        tx.execute(insert(document_files), [{"document_id": document_id, **row} for row in rows])


def files_of(tx: Tx, document_id: int) -> list[DocumentFile]:
    """The document's files in order."""
    statement = (
        select(*_FILE_COLUMNS)
        .where(document_files.c.document_id == document_id)
        .order_by(document_files.c.position, document_files.c.id)
    )
    return [DocumentFile(*row) for row in tx.execute(statement)]


def add_event(tx: Tx, document_id: int, **values: Any) -> None:
    """Add a step. Only documents.history does, together with the link of the audit chain that vouches for it."""
    tx.execute(insert(document_events).values(document_id=document_id, **values))


def events_of(tx: Tx, document_id: int) -> list[Event]:
    """The steps, oldest first."""
    statement = (
        select(*_EVENT_COLUMNS)
        .where(document_events.c.document_id == document_id)
        .order_by(document_events.c.at_ms, document_events.c.id)
    )
    return [Event(*row) for row in tx.execute(statement)]


# ---- number series ------------------------------------------------------------------------------------------
# The same words are understood by SQLite and PostgreSQL; the row is locked until the commit.
_NEXT = text(
    "INSERT INTO number_series (org_code, series, year, last_number) VALUES (:org_code, :series, :year, 1) "
    "ON CONFLICT (org_code, series, year) DO UPDATE SET last_number = number_series.last_number + 1 "
    "RETURNING last_number"
)
_SERIES = [number_series.c[name] for name in Series.__dataclass_fields__]


def next_number(tx: Tx, org_code: str, series: str, year: int) -> int:
    """Take the next number. It is given back when the transaction does not commit."""
    return int(tx.execute(_NEXT, {"org_code": org_code, "series": series, "year": year}).scalar_one())


def last_number(tx: Tx, org_code: str, series: str, year: int) -> int:
    """The last number given; 0 when none was."""
    statement = select(number_series.c.last_number).where(_one_series(org_code, series, year))
    return int(tx.execute(statement).scalar() or 0)


def set_last_number(tx: Tx, org_code: str, series: str, year: int, value: int) -> None:
    """Begin a series after numbers that were given elsewhere. The caller has looked that it is unused."""
    if tx.execute(update(number_series).where(_one_series(org_code, series, year)).values(last_number=value)).rowcount:
        return
    tx.execute(insert(number_series).values(org_code=org_code, series=series, year=year, last_number=value))


def all_series(tx: Tx) -> list[Series]:
    """Every series by organisation, name and year."""
    columns = (number_series.c.org_code, number_series.c.series, number_series.c.year)
    return [Series(*row) for row in tx.execute(select(*_SERIES).order_by(*columns))]


def registers_in_use(tx: Tx) -> list[tuple[str, str, int]]:
    """(organisation, direction, year) of every register that has rows."""
    columns = (documents.c.org_code, documents.c.direction, documents.c.year)
    return [(row[0], row[1], row[2]) for row in tx.execute(select(*columns).distinct().order_by(*columns))]


def _one_series(org_code: str, series: str, year: int) -> ColumnElement[bool]:
    return (number_series.c.org_code == org_code) & (number_series.c.series == series) & (number_series.c.year == year)
