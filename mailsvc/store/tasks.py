"""Tasks: their rows, the people on them, what happened, files, requests. Tasks and people's rows are never deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, insert, or_, select, text, update

from mailsvc.core.errors import NotFound
from mailsvc.store.schema import task_events, task_files, task_people, task_requests, tasks
from mailsvc.store.tx import Prepared, Tx

LEAD, COOPERATE = "lead", "cooperate"
EXTENSION, APPEAL = "extension", "appeal"
ASKED, GRANTED, REFUSED, MOOT = "asked", "granted", "refused", "moot"


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it was given, and where it stands. Deadlines are ISO days or None; see schema.tasks for the three."""

    id: int
    org_code: str
    assigner_id: int
    assigner_post: str
    title: str
    content: str
    document_id: int | None
    priority: str
    advisory: int
    first_deadline: str | None
    deadline: str | None
    judged_deadline: str | None
    state: str
    is_open: int
    sent_ms: int
    reported_ms: int | None
    ended_ms: int | None
    grade: str
    closing: str
    token: str
    content_id: int | None
    version: int


@dataclass(frozen=True, slots=True)
class TaskPerson:
    """Somebody who has to do the task. `meant_for_id`: who was chosen, when a substitute got it."""

    id: int
    task_id: int
    person_id: int
    meant_for_id: int | None
    unit_code: str
    role: str
    is_open: int
    acknowledged_ms: int | None
    refused_ms: int | None
    refusal: str
    percent: int
    reported_ms: int | None


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """One step in the life of a task. Rows are only ever added."""

    id: int
    at_ms: int
    actor_id: int | None
    kind: str
    text: str
    content_id: int | None


@dataclass(frozen=True, slots=True)
class TaskFile:
    """A file: where it lies (`content_id`, `path`) and what it was. `role`: given with the task, or a result."""

    position: int
    content_id: int
    path: str
    name: str
    content_type: str
    size: int
    sha256: str
    role: str
    event_id: int | None


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """More time asked for (`wanted`), or lateness contested, with the decision."""

    id: int
    task_id: int
    kind: str
    asker_id: int
    asked_ms: int
    wanted: str | None
    old_deadline: str | None
    reason: str
    state: str
    granted: str | None
    decided_by: int | None
    decided_ms: int | None
    answer: str


_TASK = [tasks.c[name] for name in Task.__dataclass_fields__]
_PERSON = [task_people.c[name] for name in TaskPerson.__dataclass_fields__]
_EVENT = [task_events.c[name] for name in TaskEvent.__dataclass_fields__]
_FILE = [task_files.c[name] for name in TaskFile.__dataclass_fields__]
_REQUEST = [task_requests.c[name] for name in TaskRequest.__dataclass_fields__]
_BY_ID = Prepared(select(*_TASK).where(tasks.c.id == bindparam("id")))
_BY_TOKEN = Prepared(select(*_TASK).where(tasks.c.token == bindparam("token")))
_PEOPLE = Prepared(
    select(*_PERSON).where(task_people.c.task_id == bindparam("task")).order_by(task_people.c.role.desc(), "id")
)


# ---- tasks --------------------------------------------------------------------------------------------------
def add(tx: Tx, values: Mapping[str, Any]) -> int:
    """Add a task; its id."""
    return int(tx.execute(insert(tasks).values(dict(values)).returning(tasks.c.id)).scalar_one())


def get(tx: Tx, task_id: int) -> Task:
    """Raises NotFound."""
    row = tx.row(_BY_ID, id=task_id)
    if row is None:
        raise NotFound("Không có việc này.")
    return Task(*row)


def by_token(tx: Tx, token: str) -> Task | None:
    """The task a mail bears the name of."""
    row = tx.row(_BY_TOKEN, token=token)
    return None if row is None else Task(*row)


def by_content(tx: Tx, content_id: int) -> Task | None:
    """The task that a mail told of."""
    row = tx.execute(select(*_TASK).where(tasks.c.content_id == content_id)).first()
    return None if row is None else Task(*row)


def change(tx: Tx, task_id: int, values: Mapping[str, Any]) -> None:
    """Set where the task stands; its `version` rises. What was given (title, content, first deadline) never changes."""
    if given := {"title", "content", "first_deadline", "assigner_id", "document_id", "sent_ms"} & set(values):
        raise ValueError(f"a task that was sent keeps its {sorted(given)}")
    done = tx.execute(
        update(tasks).where(tasks.c.id == task_id).values(dict(values) | {"version": tasks.c.version + 1})
    )
    if done.rowcount == 0:
        raise NotFound("Không có việc này.")


def keep_mail(tx: Tx, task_id: int, content_id: int) -> None:
    """Note the mail that told of the task."""
    tx.execute(update(tasks).where(tasks.c.id == task_id).values(content_id=content_id))


def given_by(tx: Tx, person_id: int, *, is_open: bool, limit: int = 200) -> list[Task]:
    """The tasks the person gave, the most pressing first (closed ones: the latest first)."""
    statement = select(*_TASK).where(tasks.c.assigner_id == person_id, tasks.c.is_open == int(is_open))
    return _tasks(tx, _ordered(statement, is_open).limit(limit))


def done_by(tx: Tx, person_id: int, *, is_open: bool, limit: int = 200) -> list[tuple[Task, TaskPerson]]:
    """The tasks the person has to do (or had), the most pressing first (closed ones: the latest first)."""
    statement = (
        select(*_TASK, *_PERSON)
        .join(task_people, task_people.c.task_id == tasks.c.id)
        .where(task_people.c.person_id == person_id, task_people.c.is_open == int(is_open))
    )
    size = len(_TASK)
    return [
        (Task(*row[:size]), TaskPerson(*row[size:])) for row in tx.execute(_ordered(statement, is_open).limit(limit))
    ]


_TODO = Prepared(
    text(
        "SELECT (SELECT COUNT(*) FROM task_people p JOIN tasks t ON t.id = p.task_id WHERE p.person_id = :person "
        "AND p.is_open = 1 AND t.state IN ('sent', 'working')) + (SELECT COUNT(*) FROM tasks t "
        "WHERE t.assigner_id = :person AND t.is_open = 1 AND t.state IN ('reported', 'refused')) + "
        "(SELECT COUNT(*) FROM task_requests r JOIN tasks t ON t.id = r.task_id WHERE t.assigner_id = :person "
        "AND t.is_open = 1 AND r.state = 'asked' AND r.kind = 'extension')"
    )
)


def todo_count(tx: Tx, person_id: int) -> int:
    """How many tasks wait for the person: to be done, to be decided on after a report or a refusal, or
    more time to be granted."""
    row = tx.row(_TODO, person=person_id)
    return int(row[0]) if row else 0


def of_document(tx: Tx, document_id: int) -> list[Task]:
    """The tasks given from a document, oldest first."""
    return _tasks(tx, select(*_TASK).where(tasks.c.document_id == document_id).order_by(tasks.c.id))


_DOERS = Prepared(
    text(
        "SELECT DISTINCT p.person_id FROM tasks t JOIN task_people p ON p.task_id = t.id "
        "WHERE t.document_id = :document AND t.state NOT IN ('withdrawn', 'refused')"
    )
)


def doers_of_document(tx: Tx, document_id: int) -> list[int]:
    """Who was given a task from the document that was not taken back."""
    return sorted(row[0] for row in tx.rows(_DOERS, document=document_id))


def open_with_deadline(tx: Tx, last_day: str) -> list[Task]:
    """Open tasks of all organisations due by that ISO day."""
    return _tasks(tx, select(*_TASK).where(tasks.c.is_open == 1, tasks.c.deadline <= last_day).order_by(tasks.c.id))


def _ordered(statement: Any, is_open: bool) -> Any:
    if is_open:
        return statement.order_by(tasks.c.deadline.is_(None), tasks.c.deadline, tasks.c.id)
    return statement.order_by(tasks.c.id.desc())


def _tasks(tx: Tx, statement: Any) -> list[Task]:
    return [Task(*row) for row in tx.execute(statement)]


# ---- people -------------------------------------------------------------------------------------------------
def add_person(tx: Tx, task_id: int, values: Mapping[str, Any]) -> None:
    tx.execute(insert(task_people).values({"task_id": task_id, **values}))


def change_person(tx: Tx, row_id: int, values: Mapping[str, Any]) -> None:
    tx.execute(update(task_people).where(task_people.c.id == row_id).values(dict(values)))


def end_people(tx: Tx, task_id: int) -> None:
    """Nobody has to do it any more."""
    tx.execute(update(task_people).where(task_people.c.task_id == task_id).values(is_open=0))


def people_of(tx: Tx, task_id: int) -> list[TaskPerson]:
    """The lead first."""
    return [TaskPerson(*row) for row in tx.rows(_PEOPLE, task=task_id)]


def people_of_tasks(tx: Tx, task_ids: Sequence[int]) -> dict[int, list[TaskPerson]]:
    """The people of several tasks, the lead first."""
    found: dict[int, list[TaskPerson]] = {task_id: [] for task_id in task_ids}
    for start in range(0, len(task_ids), 500):
        statement = (
            select(*_PERSON)
            .where(task_people.c.task_id.in_(task_ids[start : start + 500]))
            .order_by(task_people.c.task_id, task_people.c.role.desc(), task_people.c.id)
        )
        for row in tx.execute(statement):
            person = TaskPerson(*row)
            found[person.task_id].append(person)
    return found


def unacknowledged(tx: Tx, sent_before_ms: int, row_id: int | None = None) -> list[tuple[Task, TaskPerson]]:
    """Who has not yet said that he takes it on, of open tasks sent before that moment (only that row of theirs)."""
    statement = (
        select(*_TASK, *_PERSON)
        .join(task_people, task_people.c.task_id == tasks.c.id)
        .where(
            tasks.c.is_open == 1,
            tasks.c.sent_ms < sent_before_ms,
            task_people.c.is_open == 1,
            task_people.c.acknowledged_ms.is_(None),
        )
        .order_by(tasks.c.id, task_people.c.id)
    )
    if row_id is not None:
        statement = statement.where(task_people.c.id == row_id)
    size = len(_TASK)
    return [(Task(*row[:size]), TaskPerson(*row[size:])) for row in tx.execute(statement)]


# ---- what happened ------------------------------------------------------------------------------------------
def add_event(tx: Tx, task_id: int, actor_id: int | None, kind: str, words: str, content_id: int | None = None) -> int:
    """Note a step; its id."""
    values = {"task_id": task_id, "at_ms": tx.now_ms, "actor_id": actor_id, "kind": kind, "text": words}
    statement = insert(task_events).values(**values, content_id=content_id).returning(task_events.c.id)
    return int(tx.execute(statement).scalar_one())


def events_of(tx: Tx, task_id: int) -> list[TaskEvent]:
    """Oldest first."""
    statement = select(*_EVENT).where(task_events.c.task_id == task_id).order_by(task_events.c.id)
    return [TaskEvent(*row) for row in tx.execute(statement)]


def add_files(tx: Tx, task_id: int, files: Sequence[TaskFile]) -> None:
    if files:
        rows = [{name: getattr(one, name) for name in TaskFile.__dataclass_fields__} for one in files]
        tx.execute(insert(task_files), [{"task_id": task_id, **row} for row in rows])


def files_of(tx: Tx, task_id: int) -> list[TaskFile]:
    """In the order they came."""
    statement = select(*_FILE).where(task_files.c.task_id == task_id).order_by(task_files.c.id)
    return [TaskFile(*row) for row in tx.execute(statement)]


# ---- requests -----------------------------------------------------------------------------------------------
def add_request(tx: Tx, values: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(task_requests).values(dict(values)).returning(task_requests.c.id)).scalar_one())


def get_request(tx: Tx, request_id: int) -> TaskRequest:
    """Raises NotFound."""
    row = tx.execute(select(*_REQUEST).where(task_requests.c.id == request_id)).first()
    if row is None:
        raise NotFound("Không có đề nghị này.")
    return TaskRequest(*row)


def change_request(tx: Tx, request_id: int, values: Mapping[str, Any]) -> bool:
    """Decide on a request; False when it was decided already."""
    asked = and_(task_requests.c.id == request_id, task_requests.c.state == ASKED)
    return tx.execute(update(task_requests).where(asked).values(dict(values))).rowcount == 1


def restore_request(tx: Tx, request_id: int, values: Mapping[str, Any]) -> None:
    """Set columns as they were: a decision was taken back."""
    tx.execute(update(task_requests).where(task_requests.c.id == request_id).values(dict(values)))


def drop_requests(tx: Tx, task_id: int, kind: str) -> None:
    """What was asked for and is no longer wanted."""
    same = and_(task_requests.c.task_id == task_id, task_requests.c.kind == kind, task_requests.c.state == ASKED)
    tx.execute(update(task_requests).where(same).values(state=MOOT))


def requests_of(tx: Tx, task_id: int) -> list[TaskRequest]:
    """Oldest first."""
    statement = select(*_REQUEST).where(task_requests.c.task_id == task_id).order_by(task_requests.c.id)
    return [TaskRequest(*row) for row in tx.execute(statement)]


def asked_extensions(tx: Tx, *, assigner_id: int | None = None) -> list[tuple[TaskRequest, Task]]:
    """Extensions of open tasks that wait for a decision (of one assigner), oldest first."""
    wanted: list[ColumnElement[bool]] = [
        task_requests.c.state == ASKED,
        task_requests.c.kind == EXTENSION,
        tasks.c.is_open == 1,
    ]
    if assigner_id is not None:
        wanted.append(tasks.c.assigner_id == assigner_id)
    statement = (
        select(*_REQUEST, *_TASK)
        .join(tasks, tasks.c.id == task_requests.c.task_id)
        .where(*wanted)
        .order_by(task_requests.c.id)
    )
    size = len(_REQUEST)
    return [(TaskRequest(*row[:size]), Task(*row[size:])) for row in tx.execute(statement)]


def asked_appeals(tx: Tx, org_code: str) -> list[tuple[TaskRequest, Task]]:
    """Contested lateness that waits for a decision, oldest first."""
    statement = (
        select(*_REQUEST, *_TASK)
        .join(tasks, tasks.c.id == task_requests.c.task_id)
        .where(task_requests.c.state == ASKED, task_requests.c.kind == APPEAL, tasks.c.org_code == org_code)
        .order_by(task_requests.c.id)
    )
    size = len(_REQUEST)
    return [(TaskRequest(*row[:size]), Task(*row[size:])) for row in tx.execute(statement)]


def may_see(tx: Tx, task_id: int, person_id: int) -> bool:
    """Whether the person gave the task or is on it."""
    statement = (
        select(tasks.c.id)
        .outerjoin(task_people, task_people.c.task_id == tasks.c.id)
        .where(
            tasks.c.id == task_id,
            or_(
                tasks.c.assigner_id == person_id,
                task_people.c.person_id == person_id,
                task_people.c.meant_for_id == person_id,
            ),
        )
        .limit(1)
    )
    return tx.execute(statement).first() is not None
