"""What following up keeps: reminders sent, clerks of waiting letters, daily reports, problems, report packs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, text, update

from mailsvc.core.errors import NotFound
from mailsvc.store.schema import daily_reports, entry_clerks, problems, reminders, report_packs
from mailsvc.store.tx import Tx

# ---- reminders ----------------------------------------------------------------------------------------------
# The same words are understood by SQLite and PostgreSQL. The unique key decides between two that run at once.
_CLAIM = text(
    "INSERT INTO reminders (thing, occasion, person_id, sent_ms, actor_id) "
    "VALUES (:thing, :occasion, :person_id, :sent_ms, :actor_id) "
    "ON CONFLICT (thing, occasion, person_id) DO NOTHING RETURNING id"
)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that was sent. `actor_id`: who urged; None: the clock."""

    id: int
    thing: str
    occasion: str
    person_id: int
    sent_ms: int
    actor_id: int | None
    content_id: int | None


_REMINDER = [reminders.c[name] for name in Reminder.__dataclass_fields__]


def claim(tx: Tx, thing: str, occasion: str, person_id: int, actor_id: int | None = None) -> int | None:
    """Take it on to remind the person in this transaction: the row's id, None when that was done already."""
    values = {
        "thing": thing, "occasion": occasion, "person_id": person_id, "sent_ms": tx.now_ms, "actor_id": actor_id,
    }  # fmt: skip
    row = tx.execute(_CLAIM, values).first()
    return None if row is None else int(row[0])


def keep_mail(tx: Tx, reminder_ids: Sequence[int], content_id: int) -> None:
    """Note the mail that reminded."""
    tx.execute(update(reminders).where(reminders.c.id.in_(reminder_ids)).values(content_id=content_id))


def told_of(tx: Tx, things: Sequence[str]) -> dict[str, set[str]]:
    """The occasions on which somebody was reminded of each of the things."""
    found: dict[str, set[str]] = {}
    for thing, occasion in tx.rows_among("SELECT thing, occasion FROM reminders WHERE thing IN {among}", things):
        found.setdefault(thing, set()).add(occasion)
    return found


def people_told(tx: Tx, thing: str, occasion: str) -> set[int]:
    """Who was reminded of the thing on that occasion."""
    statement = select(reminders.c.person_id).where(reminders.c.thing == thing, reminders.c.occasion == occasion)
    return set(tx.execute(statement).scalars())


def reminders_of(tx: Tx, thing: str) -> list[Reminder]:
    """All reminders about the thing, oldest first."""
    statement = select(*_REMINDER).where(reminders.c.thing == thing).order_by(reminders.c.id)
    return [Reminder(*row) for row in tx.execute(statement)]


def reminders_between(tx: Tx, first_ms: int, end_ms: int) -> list[Reminder]:
    """All reminders sent in [first, end), oldest first."""
    statement = (
        select(*_REMINDER).where(reminders.c.sent_ms >= first_ms, reminders.c.sent_ms < end_ms).order_by(reminders.c.id)
    )
    return [Reminder(*row) for row in tx.execute(statement)]


def last_urged_ms(tx: Tx, thing: str) -> int | None:
    """When somebody last urged about the thing."""
    statement = select(func.max(reminders.c.sent_ms)).where(
        reminders.c.thing == thing, reminders.c.actor_id.is_not(None)
    )
    found = tx.execute(statement).scalar()
    return None if found is None else int(found)


def urged_since(tx: Tx, actor_id: int, first_ms: int) -> int:
    """How many things the person has urged about since that moment."""
    each = select(reminders.c.thing, reminders.c.occasion).where(
        reminders.c.actor_id == actor_id, reminders.c.sent_ms >= first_ms
    )
    return int(tx.execute(select(func.count()).select_from(each.distinct().subquery())).scalar_one())


# ---- clerks of waiting letters ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class EntryClerk:
    """A letter given into a clerk's care. `given_by` may be the clerk himself."""

    entry_id: int
    clerk_id: int
    given_by: int | None
    at_ms: int
    note: str


_ENTRY_CLERK = [entry_clerks.c[name] for name in EntryClerk.__dataclass_fields__]


def give_entry(tx: Tx, entry_id: int, clerk_id: int, given_by: int | None, note: str) -> None:
    tx.execute(
        insert(entry_clerks).values(entry_id=entry_id, clerk_id=clerk_id, given_by=given_by, at_ms=tx.now_ms, note=note)
    )


def clerks_of_entry(tx: Tx, entry_id: int) -> list[EntryClerk]:
    """All hand-overs of the letter, oldest first; the last one counts."""
    statement = select(*_ENTRY_CLERK).where(entry_clerks.c.entry_id == entry_id).order_by(entry_clerks.c.id)
    return [EntryClerk(*row) for row in tx.execute(statement)]


def clerk_of_entries(tx: Tx, entry_ids: Sequence[int]) -> dict[int, int]:
    """The clerk each of the letters is with now; those with nobody are left out."""
    sql = (
        "SELECT e.entry_id, e.clerk_id FROM entry_clerks e "
        "WHERE e.id = (SELECT MAX(l.id) FROM entry_clerks l WHERE l.entry_id = e.entry_id) AND e.entry_id IN {among}"
    )
    return {row[0]: row[1] for row in tx.rows_among(sql, entry_ids)}


# ---- daily reports ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DailyReport:
    """What a person reported of a day. `nothing_new`: nothing came up (không phát sinh)."""

    id: int
    person_id: int
    day: str
    unit_code: str
    at_ms: int
    nothing_new: int
    text: str


_DAILY = [daily_reports.c[name] for name in DailyReport.__dataclass_fields__]


def add_daily(tx: Tx, values: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(daily_reports).values(dict(values)).returning(daily_reports.c.id)).scalar_one())


def daily_of(tx: Tx, person_id: int, *, limit: int = 30) -> list[DailyReport]:
    """A person's reports, latest first."""
    statement = (
        select(*_DAILY).where(daily_reports.c.person_id == person_id).order_by(daily_reports.c.id.desc()).limit(limit)
    )
    return [DailyReport(*row) for row in tx.execute(statement)]


def daily_on(tx: Tx, day: str) -> list[DailyReport]:
    """All reports of an ISO day, oldest first."""
    statement = select(*_DAILY).where(daily_reports.c.day == day).order_by(daily_reports.c.id)
    return [DailyReport(*row) for row in tx.execute(statement)]


# ---- problems -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TroubleReport:
    """A problem (vướng mắc) told to the Office, with its answer. `deadline`: ISO day for the answer."""

    id: int
    org_code: str
    person_id: int
    unit_code: str
    title: str
    text: str
    told_ms: int
    deadline: str
    is_open: int
    answer: str
    answered_by: int | None
    answered_ms: int | None


_PROBLEM = [problems.c[name] for name in TroubleReport.__dataclass_fields__]


def add_problem(tx: Tx, values: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(problems).values(dict(values)).returning(problems.c.id)).scalar_one())


def get_problem(tx: Tx, problem_id: int) -> TroubleReport:
    """Raises NotFound."""
    row = tx.execute(select(*_PROBLEM).where(problems.c.id == problem_id)).first()
    if row is None:
        raise NotFound("Không có vướng mắc này.")
    return TroubleReport(*row)


def answer_problem(tx: Tx, problem_id: int, answer: str, person_id: int) -> bool:
    """False when it was answered already."""
    done = tx.execute(
        update(problems)
        .where(problems.c.id == problem_id, problems.c.is_open == 1)
        .values(is_open=0, answer=answer, answered_by=person_id, answered_ms=tx.now_ms)
    )
    return done.rowcount == 1


def problems_of(
    tx: Tx, org_code: str, *, person_id: int | None = None, is_open: bool | None = None, limit: int = 200
) -> list[TroubleReport]:
    """Problems of an organisation (told by one person), open ones by deadline, then the latest answered."""
    statement = select(*_PROBLEM).where(problems.c.org_code == org_code)
    if person_id is not None:
        statement = statement.where(problems.c.person_id == person_id)
    if is_open is not None:
        statement = statement.where(problems.c.is_open == int(is_open))
    ordered = statement.order_by(problems.c.is_open.desc(), problems.c.deadline, problems.c.id).limit(limit)
    return [TroubleReport(*row) for row in tx.execute(ordered)]


def open_problems(tx: Tx) -> list[TroubleReport]:
    """Of all organisations, by deadline."""
    statement = select(*_PROBLEM).where(problems.c.is_open == 1).order_by(problems.c.deadline, problems.c.id)
    return [TroubleReport(*row) for row in tx.execute(statement)]


# ---- report packs -------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Pack:
    """A report made for a week or month; `figures` is its JSON. Days are ISO and inclusive."""

    id: int
    org_code: str
    kind: str
    first_day: str
    last_day: str
    made_ms: int
    figures: bytes
    content_id: int | None


_PACK = [report_packs.c[name] for name in Pack.__dataclass_fields__]


def find_pack(tx: Tx, org_code: str, kind: str, first_day: str) -> Pack | None:
    statement = select(*_PACK).where(
        report_packs.c.org_code == org_code, report_packs.c.kind == kind, report_packs.c.first_day == first_day
    )
    row = tx.execute(statement).first()
    return None if row is None else Pack(*row)


def add_pack(tx: Tx, values: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(report_packs).values(dict(values)).returning(report_packs.c.id)).scalar_one())


def get_pack(tx: Tx, pack_id: int) -> Pack:
    """Raises NotFound."""
    row = tx.execute(select(*_PACK).where(report_packs.c.id == pack_id)).first()
    if row is None:
        raise NotFound("Không có báo cáo này.")
    return Pack(*row)


def packs(tx: Tx, org_code: str, *, limit: int = 60) -> list[Pack]:
    """Latest first."""
    statement = (
        select(*_PACK).where(report_packs.c.org_code == org_code).order_by(report_packs.c.id.desc()).limit(limit)
    )
    return [Pack(*row) for row in tx.execute(statement)]
