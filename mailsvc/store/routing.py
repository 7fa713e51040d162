"""Where incoming documents stand: their flow, directions, transfer lines, requests and opinions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, insert, or_, select, update

from mailsvc.core.errors import NotFound
from mailsvc.store.flags import SEEN
from mailsvc.store.schema import (
    directions,
    documents,
    flows,
    mailboxes,
    opinions,
    placements,
    requests,
    transfers,
)
from mailsvc.store.tx import Prepared, Tx

CHUNK = 500  # values in one IN list


@dataclass(frozen=True, slots=True)
class Flow:
    """The state of one incoming document. Days are ISO text. `paper` and its place tell where the paper lies."""

    document_id: int
    org_code: str
    state: str
    registered_ms: int
    submitted_ms: int | None
    directed_ms: int | None
    closed_ms: int | None
    closed_by: int | None
    closed_how: str
    closed_why: str
    deadline: str | None
    paper: str
    paper_place: str
    paper_box: str
    version: int


@dataclass(frozen=True, slots=True)
class Direction:
    """What one person decided at one moment; `token` names the mail about it."""

    id: int
    document_id: int
    line_id: int | None
    kind: str
    author_id: int | None
    at_ms: int
    text: str
    token: str
    content_id: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A transfer line (lượt chuyển). `holder_id`: whose turn it is; `meant_for_id`: who was chosen before a substitute
    got it; `unit_code` is set when a unit is the receiver (`assignee_id` is then the unit's shared account)."""

    id: int
    document_id: int
    direction_id: int
    parent_id: int | None
    role: str
    assigner_id: int
    assignee_id: int
    unit_code: str
    meant_for_id: int | None
    holder_id: int | None
    state: str
    is_open: int
    deadline: str | None
    progress: int
    sent_ms: int
    read_ms: int | None
    reported_ms: int | None
    ended_ms: int | None
    reason: str
    version: int


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked about a line: extension, recall, no_answer. `state`: asked, granted, refused, moot."""

    id: int
    document_id: int
    line_id: int
    kind: str
    asker_id: int
    decider_id: int
    asked_ms: int
    wanted: str | None
    reason: str
    state: str
    decided_by: int | None
    decided_ms: int | None
    answer: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a person said on the document; `content_id` is the mail it came by."""

    id: int
    document_id: int
    line_id: int | None
    author_id: int
    at_ms: int
    kind: str
    text: str
    content_id: int | None


_FLOW = [flows.c[name] for name in Flow.__dataclass_fields__]
_DIRECTION = [directions.c[name] for name in Direction.__dataclass_fields__]
_LINE = [transfers.c[name] for name in Line.__dataclass_fields__]
_REQUEST = [requests.c[name] for name in Request.__dataclass_fields__]
_OPINION = [opinions.c[name] for name in Opinion.__dataclass_fields__]
_FLOW_OF = Prepared(select(*_FLOW).where(flows.c.document_id == bindparam("id")))
_LINE_BY_ID = Prepared(select(*_LINE).where(transfers.c.id == bindparam("id")))


# ---- flows --------------------------------------------------------------------------------------------------
def begin(tx: Tx, document_id: int, org_code: str, paper: str) -> None:
    """The document is in the register and nothing else has happened to it yet."""
    values = {"document_id": document_id, "org_code": org_code, "registered_ms": tx.now_ms, "paper": paper}
    tx.execute(insert(flows).values(values))


def flow(tx: Tx, document_id: int) -> Flow:
    """Raises NotFound for what is no incoming document."""
    row = tx.row(_FLOW_OF, id=document_id)
    if row is None:
        raise NotFound("Không có văn bản đến này.")
    return Flow(*row)


def flows_of(tx: Tx, document_ids: Sequence[int]) -> dict[int, Flow]:
    """The flows of several documents, by document."""
    return {
        row.document_id: row for row in (Flow(*one) for one in _among(tx, _FLOW, flows.c.document_id, document_ids))
    }


def change_flow(tx: Tx, document_id: int, values: Mapping[str, Any], *, version: int | None = None) -> bool:
    """Set columns; the version rises. With `version` only while the flow still has it: False when it was passed."""
    condition: ColumnElement[bool] = flows.c.document_id == document_id
    if version is not None:
        condition = and_(condition, flows.c.version == version)
    wanted = {**values, "version": flows.c.version + 1}
    return tx.execute(update(flows).where(condition).values(wanted)).rowcount > 0


def documents_in_state(
    tx: Tx, org_code: str, states: Sequence[str], *, limit: int, before: int | None = None
) -> list[int]:
    """Documents whose flow is in one of the states, latest first, below the id `before`."""
    condition = and_(flows.c.org_code == org_code, flows.c.state.in_(list(states)))
    if before is not None:
        condition = and_(condition, flows.c.document_id < before)
    statement = select(flows.c.document_id).where(condition).order_by(flows.c.document_id.desc()).limit(limit)
    return list(tx.execute(statement).scalars())


def overdue_documents(tx: Tx, org_code: str, today: str, *, limit: int, after: tuple[str, int] = ("", 0)) -> list[int]:
    """Open documents whose deadline lies before today, the longest overdue first; `after` is (deadline, id)."""
    later = or_(flows.c.deadline > after[0], and_(flows.c.deadline == after[0], flows.c.document_id > after[1]))
    statement = (
        select(flows.c.document_id)
        .where(flows.c.org_code == org_code, flows.c.state == "directed", flows.c.deadline < today, later)
        .order_by(flows.c.deadline, flows.c.document_id)
        .limit(limit)
    )
    return list(tx.execute(statement).scalars())


def counts(tx: Tx, org_code: str) -> dict[str, int]:
    """How many documents of the organisation are in each state."""
    statement = select(flows.c.state, func.count()).where(flows.c.org_code == org_code).group_by(flows.c.state)
    return {row[0]: int(row[1]) for row in tx.execute(statement)}


def registered_before(tx: Tx, state: str, before_ms: int, limit: int = CHUNK, *, from_ms: int = 0) -> list[Flow]:
    """Flows that have been in that first state since before a moment (and not before `from_ms`), oldest first."""
    statement = (
        select(*_FLOW)
        .where(flows.c.state == state, flows.c.registered_ms < before_ms, flows.c.registered_ms >= from_ms)
        .order_by(flows.c.document_id)
        .limit(limit)
    )
    return [Flow(*row) for row in tx.execute(statement)]


# ---- directions ---------------------------------------------------------------------------------------------
def add_direction(tx: Tx, values: Mapping[str, Any]) -> int:
    """Write a decision down; its id."""
    return _add(tx, directions, {"at_ms": tx.now_ms, **values})


def directions_of(tx: Tx, document_id: int) -> list[Direction]:
    """The decisions on a document, oldest first."""
    statement = select(*_DIRECTION).where(directions.c.document_id == document_id).order_by(directions.c.id)
    return [Direction(*row) for row in tx.execute(statement)]


def direction(tx: Tx, direction_id: int) -> Direction:
    """Raises NotFound."""
    row = tx.execute(select(*_DIRECTION).where(directions.c.id == direction_id)).first()
    if row is None:
        raise NotFound(f"direction {direction_id}")
    return Direction(*row)


def direction_with_token(tx: Tx, token: str) -> Direction | None:
    row = tx.execute(select(*_DIRECTION).where(directions.c.token == token)).first()
    return None if row is None else Direction(*row)


def direction_of_mail(tx: Tx, content_id: int) -> Direction | None:
    """The decision that a mail tells of."""
    row = tx.execute(select(*_DIRECTION).where(directions.c.content_id == content_id)).first()
    return None if row is None else Direction(*row)


# ---- transfer lines -----------------------------------------------------------------------------------------
def add_line(tx: Tx, values: Mapping[str, Any]) -> int:
    """Add a line; its id."""
    return _add(tx, transfers, {"sent_ms": tx.now_ms, **values})


def line(tx: Tx, line_id: int) -> Line:
    """Raises NotFound."""
    row = tx.row(_LINE_BY_ID, id=line_id)
    if row is None:
        raise NotFound("Không có lượt chuyển này.")
    return Line(*row)


def lines_of(tx: Tx, document_id: int) -> list[Line]:
    """All lines of a document in the order they were made."""
    statement = select(*_LINE).where(transfers.c.document_id == document_id).order_by(transfers.c.id)
    return [Line(*row) for row in tx.execute(statement)]


def lines_of_each(tx: Tx, document_ids: Sequence[int]) -> dict[int, list[Line]]:
    """The lines of several documents, by document."""
    found: dict[int, list[Line]] = {}
    for row in sorted(_among(tx, _LINE, transfers.c.document_id, document_ids), key=lambda one: one[0]):
        found.setdefault(row[1], []).append(Line(*row))
    return found


def lines_by_direction(tx: Tx, direction_id: int) -> list[Line]:
    statement = select(*_LINE).where(transfers.c.direction_id == direction_id).order_by(transfers.c.id)
    return [Line(*row) for row in tx.execute(statement)]


def change_line(tx: Tx, line_id: int, values: Mapping[str, Any], *, version: int | None = None) -> bool:
    """Set columns; the version rises. With `version` only while the line still has it: False when it was passed."""
    condition: ColumnElement[bool] = transfers.c.id == line_id
    if version is not None:
        condition = and_(condition, transfers.c.version == version)
    wanted = {**values, "version": transfers.c.version + 1}
    return tx.execute(update(transfers).where(condition).values(wanted)).rowcount > 0


def mark_read(tx: Tx, line_id: int, *, ends: bool) -> None:
    """The receiver has seen it; with `ends` nothing else is expected. The version stays: nothing was decided."""
    values: dict[str, Any] = {"state": "read", "read_ms": tx.now_ms}
    if ends:
        values |= {"is_open": 0, "holder_id": None, "ended_ms": tx.now_ms}
    tx.execute(update(transfers).where(transfers.c.id == line_id, transfers.c.state == "unread").values(values))


def unread_but_seen(tx: Tx, document_id: int | None = None, limit: int = CHUNK) -> list[Line]:
    """Unread lines whose letter was opened in a mail client, of one document or of all."""
    statement = (
        select(*_LINE)
        .join(directions, directions.c.id == transfers.c.direction_id)
        .join(placements, placements.c.content_id == directions.c.content_id)
        .join(mailboxes, mailboxes.c.id == placements.c.mailbox_id)
        .where(
            transfers.c.is_open == 1,
            transfers.c.state == "unread",
            mailboxes.c.account_id == transfers.c.assignee_id,
            placements.c.flags.op("&")(SEEN) != 0,
        )
        .distinct()
        .limit(limit)
    )
    if document_id is not None:
        statement = statement.where(transfers.c.document_id == document_id)
    return [Line(*row) for row in tx.execute(statement)]


def held_by(tx: Tx, account_ids: Sequence[int], limit: int = CHUNK) -> list[Line]:
    """Lines on which it is the turn of one of the accounts, the most pressing first."""
    statement = (
        select(*_LINE)
        .where(transfers.c.holder_id.in_(list(account_ids)))
        .order_by(transfers.c.deadline.is_(None), transfers.c.deadline, transfers.c.id)
        .limit(limit)
    )
    return [Line(*row) for row in tx.execute(statement)]


def held_count(tx: Tx, account_ids: Sequence[int]) -> int:
    """On how many lines it is the turn of one of the accounts."""
    statement = select(func.count()).where(transfers.c.holder_id.in_(list(account_ids)))
    return int(tx.execute(statement).scalar_one())


def given_by(tx: Tx, account_ids: Sequence[int], limit: int = CHUNK) -> list[Line]:
    """Open lines that one of the accounts gave and somebody else holds, the most pressing first."""
    mine = list(account_ids)
    statement = (
        select(*_LINE)
        .where(transfers.c.assigner_id.in_(mine), transfers.c.is_open == 1, transfers.c.holder_id.not_in(mine))
        .order_by(transfers.c.deadline.is_(None), transfers.c.deadline, transfers.c.id)
        .limit(limit)
    )
    return [Line(*row) for row in tx.execute(statement)]


def open_lines(
    tx: Tx, *, due_from: str = "", due_to: str = "9999-12-31", after: tuple[str, int] = ("", 0), limit: int = CHUNK
) -> list[Line]:
    """Open lines with a deadline in that span of ISO days, by (deadline, id), which is also `after` for the next page.

    For reminders and statistics over all organisations.
    """
    later = or_(transfers.c.deadline > after[0], and_(transfers.c.deadline == after[0], transfers.c.id > after[1]))
    statement = (
        select(*_LINE)
        .where(transfers.c.is_open == 1, transfers.c.deadline.between(due_from or "0", due_to), later)
        .order_by(transfers.c.deadline, transfers.c.id)
        .limit(limit)
    )
    return [Line(*row) for row in tx.execute(statement)]


def unread_documents(tx: Tx, org_code: str, *, limit: int, before: int | None = None) -> list[int]:
    """Documents with an open line that nobody has read yet, latest first, below the id `before`."""
    condition = and_(flows.c.org_code == org_code, transfers.c.is_open == 1, transfers.c.state == "unread")
    if before is not None:
        condition = and_(condition, transfers.c.document_id < before)
    statement = (
        select(transfers.c.document_id)
        .join(flows, flows.c.document_id == transfers.c.document_id)
        .where(condition)
        .distinct()
        .order_by(transfers.c.document_id.desc())
        .limit(limit)
    )
    return list(tx.execute(statement).scalars())


def usual_leads(tx: Tx, author_id: int, limit: int) -> list[str]:
    """Keys of whom the person has put in charge lately, the most frequent first: `u:GDTRH`, `p:12`."""
    latest = (
        select(transfers.c.unit_code, transfers.c.assignee_id)
        .where(transfers.c.assigner_id == author_id, transfers.c.role == "lead")
        .order_by(transfers.c.id.desc())
        .limit(200)
    )
    found = Counter(f"u:{unit}" if unit else f"p:{person}" for unit, person in tx.execute(latest))
    return [key for key, _many in found.most_common(limit)]


def documents_of(tx: Tx, account_ids: Sequence[int], limit: int = CHUNK) -> list[int]:
    """Documents that were given to or by one of the accounts, the latest given first."""
    mine, latest = list(account_ids), func.max(transfers.c.id)
    statement = (
        select(transfers.c.document_id)
        .where(or_(transfers.c.assignee_id.in_(mine), transfers.c.assigner_id.in_(mine)))
        .group_by(transfers.c.document_id)
        .order_by(latest.desc())
        .limit(limit)
    )
    return list(tx.execute(statement).scalars())


def concerns(tx: Tx, document_id: int, account_ids: Sequence[int]) -> bool:
    """Whether one of the accounts gave or got a line of the document."""
    mine = list(account_ids)
    statement = select(transfers.c.id).where(
        transfers.c.document_id == document_id,
        or_(transfers.c.assignee_id.in_(mine), transfers.c.assigner_id.in_(mine), transfers.c.meant_for_id.in_(mine)),
    )
    return tx.execute(statement.limit(1)).first() is not None


def unread_lines(tx: Tx, sent_from_ms: int, sent_before_ms: int, limit: int = CHUNK) -> list[Line]:
    """Open lines sent in that time that their receivers have not opened, oldest first."""
    statement = (
        select(*_LINE)
        .where(
            transfers.c.is_open == 1,
            transfers.c.state == "unread",
            transfers.c.sent_ms >= sent_from_ms,
            transfers.c.sent_ms < sent_before_ms,
        )
        .order_by(transfers.c.id)
        .limit(limit)
    )
    return [Line(*row) for row in tx.execute(statement)]


# ---- requests -----------------------------------------------------------------------------------------------
def add_request(tx: Tx, values: Mapping[str, Any]) -> int:
    """Add a request; its id."""
    return _add(tx, requests, {"asked_ms": tx.now_ms, **values})


def request(tx: Tx, request_id: int) -> Request:
    """Raises NotFound."""
    row = tx.execute(select(*_REQUEST).where(requests.c.id == request_id)).first()
    if row is None:
        raise NotFound("Không có đề nghị này.")
    return Request(*row)


def requests_of(tx: Tx, document_id: int) -> list[Request]:
    statement = select(*_REQUEST).where(requests.c.document_id == document_id).order_by(requests.c.id)
    return [Request(*row) for row in tx.execute(statement)]


def requests_for(tx: Tx, account_ids: Sequence[int], limit: int = CHUNK) -> list[Request]:
    """Requests that one of the accounts is to decide, oldest first."""
    condition = and_(requests.c.decider_id.in_(list(account_ids)), requests.c.state == "asked")
    return [
        Request(*row) for row in tx.execute(select(*_REQUEST).where(condition).order_by(requests.c.id).limit(limit))
    ]


def asked_count(tx: Tx, account_ids: Sequence[int]) -> int:
    """How many requests wait for the decision of one of the accounts."""
    condition = and_(requests.c.decider_id.in_(list(account_ids)), requests.c.state == "asked")
    return int(tx.execute(select(func.count()).where(condition)).scalar_one())


def decide_request(tx: Tx, request_id: int, values: Mapping[str, Any]) -> bool:
    """Write the decision down while none was made; False when there is one."""
    condition = and_(requests.c.id == request_id, requests.c.state == "asked")
    return tx.execute(update(requests).where(condition).values(decided_ms=tx.now_ms, **values)).rowcount > 0


def restore_request(tx: Tx, request_id: int, values: Mapping[str, Any]) -> None:
    """Set columns as they were: a decision was taken back."""
    tx.execute(update(requests).where(requests.c.id == request_id).values(dict(values)))


def drop_requests(tx: Tx, line_id: int) -> None:
    """The line has ended: what was asked about it needs no answer."""
    condition = and_(requests.c.line_id == line_id, requests.c.state == "asked")
    tx.execute(update(requests).where(condition).values(state="moot", decided_ms=tx.now_ms))


# ---- opinions -----------------------------------------------------------------------------------------------
def add_opinion(tx: Tx, values: Mapping[str, Any]) -> int:
    """Add an opinion; its id."""
    return _add(tx, opinions, {"at_ms": tx.now_ms, **values})


def opinions_of(tx: Tx, document_id: int) -> list[Opinion]:
    """What was said, oldest first."""
    statement = select(*_OPINION).where(opinions.c.document_id == document_id)
    return [Opinion(*row) for row in tx.execute(statement.order_by(opinions.c.at_ms, opinions.c.id))]


# ---- shared -------------------------------------------------------------------------------------------------
def titles(tx: Tx, document_ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """(org_code, year, số đến, code, subject, issuer, urgency, arrival_date) of documents, by id."""
    names = ("org_code", "year", "arrival_number", "code", "subject", "issuer", "urgency", "arrival_date")
    columns = [documents.c.id, *(documents.c[name] for name in names)]
    return {row[0]: tuple(row[1:]) for row in _among(tx, columns, documents.c.id, document_ids)}


def _add(tx: Tx, table: Table, values: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(table).values(dict(values)).returning(table.c.id)).scalar_one())


def _among(tx: Tx, columns: Sequence[Any], column: Any, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows whose column is one of the values."""
    found: list[tuple[Any, ...]] = []
    wanted = sorted(set(values))
    for start in range(0, len(wanted), CHUNK):
        found += [tuple(row) for row in tx.execute(select(*columns).where(column.in_(wanted[start : start + CHUNK])))]
    return found


def asked_requests(tx: Tx, from_ms: int) -> list[Request]:
    """Requests of all organisations asked since that moment that nobody has decided, oldest first."""
    condition = and_(requests.c.state == "asked", requests.c.asked_ms >= from_ms)
    return [Request(*row) for row in tx.execute(select(*_REQUEST).where(condition).order_by(requests.c.id))]
