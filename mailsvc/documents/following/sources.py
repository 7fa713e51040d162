"""Where what is due comes from: tasks, transfer lines, problems; and the clocks of the law (handbook §9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mailsvc.core.clock import office_date
from mailsvc.core.errors import NotFound
from mailsvc.documents.following import entry_clerks, occasions, people
from mailsvc.documents.following.due import Due, Source
from mailsvc.documents.following.outgoing_sources import OUTGOING
from mailsvc.documents.following.request_sources import REQUESTS
from mailsvc.documents.following.rules import rules_on
from mailsvc.documents.tasks import post
from mailsvc.documents.tasks.words import REFUSED, REPORTED
from mailsvc.store import accounts, documents, following, intake, routing, tasks
from mailsvc.store.following import TroubleReport
from mailsvc.store.intake import HELD, WAITING, Entry
from mailsvc.store.routing import Flow, Line
from mailsvc.store.tasks import Task, TaskPerson
from mailsvc.store.tx import Tx

DAY_MS = 86_400_000
OLDEST_MS = 45 * DAY_MS
"""Clocks that began longer ago tell nobody: what an office brings along from before would fill every mailbox."""
_NOT_WORKED_ON = (REPORTED, REFUSED)  # it is the assigner's turn
_NORMAL = "thuong"


# ---- tasks --------------------------------------------------------------------------------------------------
def _tasks(tx: Tx, last_day: date) -> Iterator[Due]:
    found = [one for one in tasks.open_with_deadline(tx, last_day.isoformat()) if one.state not in _NOT_WORKED_ON]
    doers = tasks.people_of_tasks(tx, [one.id for one in found])
    return (_task(one, doers[one.id]) for one in found)


def _find_task(tx: Tx, task_id: int) -> Due | None:
    task = tasks.get(tx, task_id)
    if not task.is_open or task.state in _NOT_WORKED_ON or task.deadline is None:
        return None
    return _task(task, tasks.people_of(tx, task_id))


def _task(task: Task, doers: list[TaskPerson]) -> Due:
    return Due(
        kind="task",
        id=task.id,
        title=f"Việc được giao: {task.title}",
        address=post.page_of(task.id),
        org_code=task.org_code,
        owners=tuple(one.person_id for one in doers if one.is_open and one.reported_ms is None),
        unit_code=doers[0].unit_code if doers else "",
        given_ms=task.sent_ms,
        deadline=date.fromisoformat(task.deadline) if task.deadline else None,
        assigner_id=task.assigner_id,
        content_id=task.content_id,
    )


def _unacknowledged(tx: Tx, _: date) -> Iterator[Due]:
    return (_waiting_for(tx, *one) for one in tasks.unacknowledged(tx, tx.now_ms))


def _find_unacknowledged(tx: Tx, row_id: int) -> Due | None:
    return next((_waiting_for(tx, *one) for one in tasks.unacknowledged(tx, tx.now_ms + 1, row_id)), None)


def _waiting_for(tx: Tx, task: Task, row: TaskPerson) -> Due:
    rule = rules_on(office_date(task.sent_ms)).clocks["unacknowledged"]
    return Due(
        kind="unacknowledged",
        id=row.id,
        title=f"Chưa nhận việc: {task.title}",
        address=post.page_of(task.id),
        org_code=task.org_code,
        owners=(row.person_id,),
        unit_code=row.unit_code,
        given_ms=task.sent_ms,
        limit_ms=occasions.limit_of(rule, task.sent_ms, task.priority != _NORMAL),
        assigner_id=task.assigner_id,
        content_id=task.content_id,
    )


# ---- transfer lines -----------------------------------------------------------------------------------------
def _lines(tx: Tx, last_day: date) -> Iterator[Due]:
    """In brief: there may be thousands."""
    after = ("", 0)
    while found := routing.open_lines(tx, due_to=last_day.isoformat(), after=after):
        yield from (_brief("line", one, one.deadline, None) for one in found if _is_turn(one))
        after = (found[-1].deadline or "", found[-1].id)


def _brief(kind: str, line: Line, deadline: str | None, limit_ms: int | None) -> Due:
    """What tells when the line is due; the rest is looked up for the few that fall."""
    day = date.fromisoformat(deadline) if deadline else None
    return Due(kind, line.id, "", "", "", (line.assignee_id,), "", line.sent_ms, day, limit_ms)


def _is_turn(line: Line) -> bool:
    """Whether the receiver is to act (not the assigner, after a report or a return)."""
    return line.holder_id == line.assignee_id and line.role != "inform"


def _find_line(tx: Tx, line_id: int) -> Due | None:
    line = routing.line(tx, line_id)
    if not line.is_open or not _is_turn(line) or line.deadline is None:
        return None
    return _line(tx, line, routing.titles(tx, [line.document_id])[line.document_id])


def _line(tx: Tx, line: Line, title: tuple[object, ...]) -> Due:
    org_code, year, number, _, subject = title[:5]
    return Due(
        kind="line",
        id=line.id,
        title=f"Văn bản đến số {number}/{year}: {subject}",
        address=f"/xu-ly/{line.document_id}",
        org_code=str(org_code),
        owners=(line.assignee_id,),
        unit_code=line.unit_code or people.unit_of(tx, line.assignee_id),
        given_ms=line.sent_ms,
        deadline=date.fromisoformat(line.deadline) if line.deadline else None,
        assigner_id=line.assigner_id,
        content_id=routing.direction(tx, line.direction_id).content_id,
    )


def _unread(tx: Tx, _: date) -> Iterator[Due]:
    found = routing.unread_lines(tx, tx.now_ms - OLDEST_MS, tx.now_ms, limit=5000)
    titles = routing.titles(tx, [one.document_id for one in found])
    urgencies = {document_id: str(title[6]) for document_id, title in titles.items()}
    return (_brief("unread", one, None, _unread_limit(one, urgencies.get(one.document_id, _NORMAL))) for one in found)


def _unread_limit(line: Line, urgency: str) -> int:
    rule = rules_on(office_date(line.sent_ms)).clocks["unread"]
    return occasions.limit_of(rule, line.sent_ms, urgency != _NORMAL)


def _find_unread(tx: Tx, line_id: int) -> Due | None:
    line = routing.line(tx, line_id)
    if not line.is_open or line.state != "unread":
        return None
    return _unread_line(tx, line, routing.titles(tx, [line.document_id])[line.document_id])


def _unread_line(tx: Tx, line: Line, title: tuple[object, ...]) -> Due:
    org_code, year, number, _, subject, _, urgency = title[:7]
    return Due(
        kind="unread",
        id=line.id,
        title=f"Chưa mở đọc văn bản đến số {number}/{year}: {subject}",
        address=f"/xu-ly/{line.document_id}",
        org_code=str(org_code),
        owners=(line.assignee_id,),
        unit_code=line.unit_code or people.unit_of(tx, line.assignee_id),
        given_ms=line.sent_ms,
        limit_ms=_unread_limit(line, str(urgency)),
        assigner_id=line.assigner_id,
    )


# ---- letters that wait for the register, documents that wait to be submitted ------------------------------------
def _recent_entries(tx: Tx) -> list[tuple[Entry, int | None]]:
    """What waits, with the clerk each is with."""
    found = [one for one in intake.waiting(tx, 2000) if one.received_ms >= tx.now_ms - OLDEST_MS]
    given = following.clerk_of_entries(tx, [one.id for one in found])
    return [(one, entry_clerks.keeper(tx, one, given.get(one.id))) for one in found]


def _entries(tx: Tx, _: date) -> Iterator[Due]:
    return (_entry(tx, one, clerk, "entry") for one, clerk in _recent_entries(tx))


def _without_clerk(tx: Tx, _: date) -> Iterator[Due]:
    return (_entry(tx, one, None, "no_clerk") for one, clerk in _recent_entries(tx) if clerk is None)


def _find_entry(tx: Tx, entry_id: int) -> Due | None:
    entry = intake.get(tx, entry_id)
    return _entry(tx, entry, _keeper(tx, entry), "entry") if entry.status in (WAITING, HELD) else None


def _find_without_clerk(tx: Tx, entry_id: int) -> Due | None:
    entry = intake.get(tx, entry_id)
    if entry.status not in (WAITING, HELD) or _keeper(tx, entry) is not None:
        return None
    return _entry(tx, entry, None, "no_clerk")


def _keeper(tx: Tx, entry: Entry) -> int | None:
    return entry_clerks.keeper(tx, entry, following.clerk_of_entries(tx, [entry.id]).get(entry.id))


def _entry(tx: Tx, entry: Entry, clerk_id: int | None, kind: str) -> Due:
    rule = rules_on(office_date(entry.received_ms)).clocks[kind]
    urgency = _urgency(entry)
    heading = "Thư chờ vào sổ" if kind == "entry" else "Thư chờ vào sổ chưa có văn thư nhận"
    subject = "(nội dung được che)" if entry.status == HELD else entry.subject or "(không có chủ đề)"
    return Due(
        kind=kind,
        id=entry.id,
        title=f"{heading}: {subject}",
        address=f"/van-ban-den/cho-vao-so/{entry.id}" if kind == "entry" else "/van-ban-den/phan-cong",
        org_code=entry.org_code,
        owners=(clerk_id,) if clerk_id is not None else tuple(people.clerks_of(tx, entry.org_code)),
        unit_code="",
        given_ms=entry.received_ms,
        limit_ms=occasions.limit_of(rule, entry.received_ms, urgency != _NORMAL),
    )


def _urgency(entry: Entry) -> str:
    document = entry.proposed.get("document")
    found = document.get("urgency") if isinstance(document, dict) else None
    return str(found or _NORMAL)


def _unsubmitted(tx: Tx, _: date) -> Iterator[Due]:
    found = routing.registered_before(tx, "registered", tx.now_ms, 5000, from_ms=tx.now_ms - OLDEST_MS)
    return (_flow(tx, one) for one in found)


def _find_unsubmitted(tx: Tx, document_id: int) -> Due | None:
    flow = routing.flow(tx, document_id)
    return _flow(tx, flow) if flow.state == "registered" else None


def _flow(tx: Tx, flow: Flow) -> Due:
    document = documents.get(tx, flow.document_id)
    rule = rules_on(office_date(flow.registered_ms)).clocks["submit"]
    clerk = document.registered_by
    return Due(
        kind="submit",
        id=flow.document_id,
        title=f"Chưa trình, chưa chuyển văn bản đến số {document.arrival_number}/{document.year}: {document.subject}",
        address=f"/xu-ly/{flow.document_id}",
        org_code=flow.org_code,
        owners=(clerk,) if clerk is not None else tuple(people.clerks_of(tx, flow.org_code)),
        unit_code="",
        given_ms=flow.registered_ms,
        limit_ms=occasions.limit_of(rule, flow.registered_ms, document.urgency != _NORMAL),
    )


# ---- problems -----------------------------------------------------------------------------------------------
def _problems(tx: Tx, last_day: date) -> Iterator[Due]:
    found = (one for one in following.open_problems(tx) if one.deadline <= last_day.isoformat())
    return (_problem(tx, one) for one in found)


def _find_problem(tx: Tx, problem_id: int) -> Due | None:
    found = following.get_problem(tx, problem_id)
    return _problem(tx, found) if found.is_open else None


def _problem(tx: Tx, one: TroubleReport) -> Due:
    return Due(
        kind="problem",
        id=one.id,
        title=f"Vướng mắc của {accounts.get(tx, one.person_id).full_name}: {one.title}",
        address=f"/vuong-mac/{one.id}",
        org_code=one.org_code,
        owners=tuple(people.chiefs_of(tx, one.org_code)),
        unit_code="",
        given_ms=one.told_ms,
        deadline=date.fromisoformat(one.deadline),
    )


SOURCES = {
    one.kind: one
    for one in (
        Source("task", _tasks, _find_task),
        Source("unacknowledged", _unacknowledged, _find_unacknowledged),
        Source("line", _lines, _find_line),
        Source("unread", _unread, _find_unread),
        Source("entry", _entries, _find_entry),
        Source("no_clerk", _without_clerk, _find_without_clerk),
        Source("submit", _unsubmitted, _find_unsubmitted),
        Source("problem", _problems, _find_problem),
        *OUTGOING,
        *REQUESTS,
    )
}


def find(tx: Tx, kind: str, number: int) -> Due | None:
    """The item as it is now; None when it is done or was never there."""
    source = SOURCES.get(kind)
    if source is None:
        return None
    try:
        return source.find(tx, number)
    except NotFound:
        return None
