"""Figures over many rows: what was given, done, is open, by unit and by person. Reads only.

A "piece of work" is a transfer line of an incoming document (lead or cooperating) or a task (its lead). The unit of a
line is the receiving unit, or that of the person. Figures of units count what came to the unit from outside (lines
without a line above them); figures of people count the lines of people. Moments are ms, days ISO text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from mailsvc.store.tx import Prepared, Tx


@dataclass(frozen=True, slots=True)
class Open:
    """Open work of a unit or person: all, not yet read or taken on, overdue, due by the day asked for."""

    unit_code: str
    person_id: int
    count: int
    waiting: int
    late: int
    soon: int


@dataclass(frozen=True, slots=True)
class Late:
    """An open piece of work past its deadline. `number` is the document's or the task's id."""

    kind: str
    number: int
    title: str
    unit_code: str
    person_id: int
    deadline: str
    given_ms: int


# One shape for both: unit, person, whether it came from outside the unit (top), and where it stands.
_LINES = """
SELECT CASE WHEN t.unit_code <> '' THEN t.unit_code ELSE a.unit_code END AS unit_code, t.assignee_id AS person_id,
  CASE WHEN t.parent_id IS NULL THEN 1 ELSE 0 END AS top, CASE WHEN a.kind = 'person' THEN 1 ELSE 0 END AS personal,
  t.deadline AS deadline, CASE WHEN t.state = 'unread' THEN 1 ELSE 0 END AS waiting
FROM transfers t JOIN accounts a ON a.id = t.assignee_id JOIN flows f ON f.document_id = t.document_id
WHERE t.is_open = 1 AND t.role IN ('lead', 'cooperate') AND t.state <> 'reported' AND f.org_code = :org_code
"""
_TASKS = """
SELECT p.unit_code AS unit_code, p.person_id AS person_id, CASE WHEN p.role = 'lead' THEN 1 ELSE 0 END AS top,
  1 AS personal, t.deadline AS deadline, CASE WHEN p.acknowledged_ms IS NULL THEN 1 ELSE 0 END AS waiting
FROM tasks t JOIN task_people p ON p.task_id = t.id
WHERE t.is_open = 1 AND p.is_open = 1 AND t.state IN ('sent', 'working') AND t.org_code = :org_code
"""
_SUMS = """COUNT(*), SUM(waiting), SUM(CASE WHEN deadline < :today THEN 1 ELSE 0 END),
  SUM(CASE WHEN deadline >= :today AND deadline <= :soon THEN 1 ELSE 0 END)"""


def _open(columns: str, condition: str, group: str) -> Prepared:
    work = f"SELECT * FROM ({_LINES}) l UNION ALL SELECT * FROM ({_TASKS}) k"  # noqa: S608 - constants only
    return Prepared(text(f"SELECT {columns}, {_SUMS} FROM ({work}) w WHERE {condition} GROUP BY {group}"))  # noqa: S608


_OPEN_UNITS = _open("unit_code, 0", "top = 1", "unit_code")
_OPEN_PEOPLE = _open("unit_code, person_id", "personal = 1", "unit_code, person_id")


def open_by_unit(tx: Tx, org_code: str, today: str, soon: str) -> list[Open]:
    """Open work of each unit; `soon` is the last day of what counts as due soon."""
    return [Open(*row) for row in tx.rows(_OPEN_UNITS, org_code=org_code, today=today, soon=soon)]


def open_by_person(tx: Tx, org_code: str, today: str, soon: str) -> list[Open]:
    """Open work of each person."""
    return [Open(*row) for row in tx.rows(_OPEN_PEOPLE, org_code=org_code, today=today, soon=soon)]


# ---- a period -----------------------------------------------------------------------------------------------
_GIVEN_LINES = Prepared(
    text(
        "SELECT CASE WHEN t.unit_code <> '' THEN t.unit_code ELSE a.unit_code END AS unit, COUNT(*) "
        "FROM transfers t JOIN accounts a ON a.id = t.assignee_id JOIN flows f ON f.document_id = t.document_id "
        "WHERE t.sent_ms >= :first AND t.sent_ms < :last AND t.role IN ('lead', 'cooperate') "
        "AND t.parent_id IS NULL AND f.org_code = :org_code AND t.state NOT IN ('recalled', 'withdrawn') GROUP BY 1"
    )
)
_GIVEN_TASKS = Prepared(
    text(
        "SELECT p.unit_code, COUNT(*) FROM tasks t JOIN task_people p ON p.task_id = t.id AND p.role = 'lead' "
        "WHERE t.sent_ms >= :first AND t.sent_ms < :last AND t.org_code = :org_code AND t.state <> 'withdrawn' "
        "GROUP BY p.unit_code"
    )
)
# A line is done when it was reported, or closed without a report; a task when its report stands or it ended. Late is
# what was done after the day it is judged by; each database has its own words for the day of a moment at the office.
_DAY = {
    "sqlite": "date({0} / 1000 + 25200, 'unixepoch')",
    "postgresql": "to_char(to_timestamp({0} / 1000 + 25200) AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
}
_DONE_LINES = """
SELECT CASE WHEN t.unit_code <> '' THEN t.unit_code ELSE a.unit_code END AS unit, COUNT(*),
  SUM(CASE WHEN t.deadline < {day} THEN 1 ELSE 0 END)
FROM transfers t JOIN accounts a ON a.id = t.assignee_id JOIN flows f ON f.document_id = t.document_id
WHERE t.{when} >= :first AND t.{when} < :last AND t.role IN ('lead', 'cooperate') AND t.parent_id IS NULL
  AND f.org_code = :org_code AND {how} GROUP BY 1
"""
_DONE_TASKS = """
SELECT p.unit_code, COUNT(*), SUM(CASE WHEN t.judged_deadline < {day} THEN 1 ELSE 0 END)
FROM tasks t JOIN task_people p ON p.task_id = t.id AND p.role = 'lead'
WHERE t.{when} >= :first AND t.{when} < :last AND t.org_code = :org_code AND {how} GROUP BY p.unit_code
"""
_DONE = (
    (_DONE_LINES, "reported_ms", "t.state IN ('reported', 'closed')"),
    (_DONE_LINES, "ended_ms", "t.state = 'closed' AND t.reported_ms IS NULL"),
    (_DONE_TASKS, "reported_ms", "t.state IN ('reported', 'done')"),
    (_DONE_TASKS, "ended_ms", "t.state = 'done' AND t.reported_ms IS NULL"),
)
_DONE_OF = {
    dialect: tuple(
        Prepared(text(sql.format(when=when, how=how, day=day.format(f"t.{when}")))) for sql, when, how in _DONE
    )
    for dialect, day in _DAY.items()
}


def given_by_unit(tx: Tx, org_code: str, first_ms: int, last_ms: int) -> tuple[dict[str, int], dict[str, int]]:
    """(lines, tasks) given to each unit in [first, last)."""
    span = {"org_code": org_code, "first": first_ms, "last": last_ms}
    return dict(_pairs(tx.rows(_GIVEN_LINES, **span))), dict(_pairs(tx.rows(_GIVEN_TASKS, **span)))


def _pairs(rows: list[tuple[Any, ...]]) -> list[tuple[str, int]]:
    return [(row[0], int(row[1])) for row in rows]


def done_by_unit(tx: Tx, org_code: str, first_ms: int, last_ms: int) -> dict[str, tuple[int, int]]:
    """(in time, late) of what each unit did in [first, last)."""
    found: dict[str, tuple[int, int]] = {}
    for prepared in _DONE_OF[tx.dialect.name]:
        for unit, count, late_count in tx.rows(prepared, org_code=org_code, first=first_ms, last=last_ms):
            in_time, late = found.get(unit, (0, 0))
            found[unit] = (in_time + int(count) - int(late_count or 0), late + int(late_count or 0))
    return found


# ---- late lists ---------------------------------------------------------------------------------------------
_LATE_LINES = Prepared(
    text(
        "SELECT 'line', t.document_id, d.subject, "
        "CASE WHEN t.unit_code <> '' THEN t.unit_code ELSE a.unit_code END AS unit, t.assignee_id, t.deadline, "
        "t.sent_ms FROM transfers t JOIN accounts a ON a.id = t.assignee_id "
        "JOIN documents d ON d.id = t.document_id "
        "WHERE t.is_open = 1 AND t.deadline < :today AND t.role IN ('lead', 'cooperate') AND t.state <> 'reported' "
        "AND d.org_code = :org_code ORDER BY t.deadline, t.id LIMIT :most"
    )
)
_LATE_TASKS = Prepared(
    text(
        "SELECT 'task', t.id, t.title, p.unit_code, p.person_id, t.deadline, t.sent_ms FROM tasks t "
        "JOIN task_people p ON p.task_id = t.id AND p.role = 'lead' "
        "WHERE t.is_open = 1 AND t.deadline < :today AND t.state IN ('sent', 'working') AND t.org_code = :org_code "
        "ORDER BY t.deadline, t.id LIMIT :most"
    )
)


def late(tx: Tx, org_code: str, today: str, most: int) -> list[Late]:
    """Open work past its deadline, the longest overdue first; at most that many of each kind."""
    found = [
        Late(*row)
        for prepared in (_LATE_LINES, _LATE_TASKS)
        for row in tx.rows(prepared, org_code=org_code, today=today, most=most)
    ]
    return sorted(found, key=lambda one: (one.deadline, one.kind, one.number))


# ---- registers, urging, problems ----------------------------------------------------------------------------
_RECEIVED = Prepared(
    text(
        "SELECT type_name, COUNT(*) FROM documents WHERE org_code = :org_code AND direction = 'in' "
        "AND arrival_date >= :first AND arrival_date <= :last GROUP BY type_name"
    )
)
_NUMBERED = Prepared(
    text(
        "SELECT type_name, COUNT(*) FROM issued_numbers WHERE org_code = :org_code AND year BETWEEN :low AND :high "
        "AND day >= :first AND day <= :last AND state = 'given' GROUP BY type_name"
    )
)
_URGED = Prepared(
    text(
        "SELECT COUNT(*) FROM (SELECT DISTINCT thing, occasion FROM reminders "
        "WHERE sent_ms >= :first AND sent_ms < :last AND actor_id IS NOT NULL) u"
    )
)
_PROBLEMS = Prepared(
    text(
        "SELECT SUM(CASE WHEN told_ms >= :first AND told_ms < :last THEN 1 ELSE 0 END), "
        "SUM(CASE WHEN answered_ms >= :first AND answered_ms < :last THEN 1 ELSE 0 END), "
        "SUM(CASE WHEN is_open = 1 AND deadline < :today THEN 1 ELSE 0 END) "
        "FROM problems WHERE org_code = :org_code"
    )
)


def received(tx: Tx, org_code: str, first_day: str, last_day: str) -> dict[str, int]:
    """Incoming documents registered with an arrival day in that span, by type."""
    return dict(_pairs(tx.rows(_RECEIVED, org_code=org_code, first=first_day, last=last_day)))


def numbered(tx: Tx, org_code: str, first_day: str, last_day: str) -> dict[str, int]:
    """Outgoing documents that were given a number of those days, by type."""
    span = {"low": int(first_day[:4]), "high": int(last_day[:4]), "first": first_day, "last": last_day}
    return dict(_pairs(tx.rows(_NUMBERED, org_code=org_code, **span)))


def urged(tx: Tx, first_ms: int, last_ms: int) -> int:
    """How often somebody urged by hand in [first, last)."""
    row = tx.row(_URGED, first=first_ms, last=last_ms)
    return int(row[0]) if row else 0


def problems(tx: Tx, org_code: str, first_ms: int, last_ms: int, today: str) -> tuple[int, int, int]:
    """(told, answered in [first, last), overdue now)."""
    row = tx.row(_PROBLEMS, org_code=org_code, first=first_ms, last=last_ms, today=today)
    return (int(row[0] or 0), int(row[1] or 0), int(row[2] or 0)) if row else (0, 0, 0)


def begun_ms(tx: Tx) -> int:
    """When the office began to work with this store: the first act in the audit trail."""
    row = tx.row(_BEGUN)
    return int(row[0]) if row else tx.now_ms


_BEGUN = Prepared(text("SELECT at_ms FROM audit ORDER BY id LIMIT 1"))


# ---- daily reports ------------------------------------------------------------------------------------------
_REPORTED_DAYS = Prepared(
    text("SELECT DISTINCT person_id, day FROM daily_reports WHERE day >= :first AND day <= :last")
)
_HOLDERS = """
SELECT r.account_id, a.unit_code, r.valid_from, r.valid_to FROM account_roles r
JOIN accounts a ON a.id = r.account_id AND a.active = 1 WHERE r.role IN {among}
"""


def reported_days(tx: Tx, first_day: str, last_day: str) -> set[tuple[int, str]]:
    """(person, ISO day) of all daily reports of those days."""
    return {(row[0], row[1]) for row in tx.rows(_REPORTED_DAYS, first=first_day, last=last_day)}


def role_holders(tx: Tx, roles: Sequence[str]) -> list[tuple[int, str, str, str | None]]:
    """(account, its unit, from, to) for everybody active who ever has one of the roles; ISO days, open at None."""
    return [(row[0], row[1], row[2], row[3]) for row in tx.rows_among(_HOLDERS, roles)]


# ---- the yearly emulation -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Advice:
    """An advisory document (văn bản tham mưu): due by `deadline`, handed in at `done_ms` (None: not yet).

    `excused`: the lateness was contested and that was accepted.
    """

    kind: str
    number: int
    title: str
    unit_code: str
    person_id: int
    deadline: str
    done_ms: int | None
    excused: int


_ADVICE_TASKS = Prepared(
    text(
        "SELECT 'task', t.id, t.title, p.unit_code, p.person_id, t.judged_deadline, t.reported_ms, "
        "CASE WHEN EXISTS (SELECT 1 FROM task_requests r WHERE r.task_id = t.id AND r.kind = 'appeal' "
        "AND r.state = 'granted') THEN 1 ELSE 0 END FROM tasks t "
        "JOIN task_people p ON p.task_id = t.id AND p.role = 'lead' "
        "WHERE t.advisory = 1 AND t.org_code = :org_code AND t.judged_deadline >= :first "
        "AND t.judged_deadline <= :last AND t.state NOT IN ('withdrawn', 'refused') ORDER BY t.judged_deadline, t.id"
    )
)
_ADVICE_DRAFTS = Prepared(
    text(
        "SELECT 'draft', o.document_id, d.subject, o.unit_code, o.drafter_id, o.advice_due, o.advice_ms, 0 "
        "FROM outgoing_flows o JOIN documents d ON d.id = o.document_id "
        "WHERE o.advisory = 1 AND o.org_code = :org_code AND o.advice_due >= :first AND o.advice_due <= :last "
        "AND o.state <> 'dropped' ORDER BY o.advice_due, o.document_id"
    )
)


def advice(tx: Tx, org_code: str, first_day: str, last_day: str) -> list[Advice]:
    """Advisory documents that were due in that span, by deadline."""
    span = {"org_code": org_code, "first": first_day, "last": last_day}
    found = [Advice(*row) for one in (_ADVICE_TASKS, _ADVICE_DRAFTS) for row in tx.rows(one, **span)]
    return sorted(found, key=lambda one: (one.deadline, one.kind, one.number))
