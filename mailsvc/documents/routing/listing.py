"""What waits: the incoming part of "Việc của tôi", and the clerks' and leaders' list of what to follow up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailsvc.core.clock import office_date
from mailsvc.core.errors import HouseWord, Phrase
from mailsvc.documents.routing import receivers
from mailsvc.documents.routing.orders import INFORM, LEADER
from mailsvc.documents.routing.rules import rules
from mailsvc.documents.work import ELSEWHERE, HERE, WorkItem
from mailsvc.store import documents, routing
from mailsvc.store import receivers as store
from mailsvc.store.documents import Document
from mailsvc.store.routing import Flow, Line, Request
from mailsvc.store.tx import Tx

MOST = 200  # of each kind in one list


# ---- my work ------------------------------------------------------------------------------------------------
def items(tx: Tx, account_id: int) -> list[WorkItem]:
    """Lines that lie with the person (and the desks he works at), requests he is to decide, lines others hold."""
    desks = receivers.desks_of(tx, account_id)
    mine, given = routing.held_by(tx, desks, MOST), routing.given_by(tx, desks, MOST)
    asked = routing.requests_for(tx, desks, MOST)
    ids = [one.document_id for one in (*mine, *given)] + [one.document_id for one in asked]
    titles = routing.titles(tx, ids)
    who = [one for line in (*mine, *given) for one in (line.assigner_id, line.assignee_id)]
    names = store.names(tx, [*who, *(one.asker_id for one in asked)])
    found = [_item(one, titles[one.document_id], names, HERE) for one in mine]
    found += [_item(one, titles[one.document_id], names, ELSEWHERE) for one in given]
    return found + [_request(tx, one, titles[one.document_id], names) for one in asked]


def _item(line: Line, title: tuple[Any, ...], names: dict[int, str], turn: str) -> WorkItem:
    words = rules().words
    role, state = HouseWord(words.roles[line.role]), HouseWord(words.lines[line.state])
    about = Phrase(
        "Số đến %(number)s/%(year)s · %(role)s · %(state)s", number=title[2], year=title[1], role=role, state=state
    )
    back = turn == HERE and line.state in ("returned", "reported")
    return WorkItem(
        kind="incoming",
        key=f"line/{line.id}",
        title=title[4],
        about=about,
        address=f"/xu-ly/{line.document_id}",
        role=line.role,
        state=line.state,
        deadline=line.deadline or "",
        since_ms=line.sent_ms,
        unread=line.state == "unread" and turn == HERE,
        sender=names.get(line.assignee_id if back else line.assigner_id, ""),
        turn=turn,
        waiting_for=names.get(line.assignee_id, "") if turn == ELSEWHERE else "",
        urgent=title[6] != "thuong",
    )


def _request(tx: Tx, one: Request, title: tuple[Any, ...], names: dict[int, str]) -> WorkItem:
    words = rules().words
    return WorkItem(
        kind="request",
        key=f"request/{one.id}",
        title=Phrase("%(request)s: %(subject)s", request=HouseWord(words.requests[one.kind]), subject=title[4]),
        about=Phrase("Số đến %(number)s/%(year)s · %(reason)s", number=title[2], year=title[1], reason=one.reason),
        address=f"/xu-ly/{one.document_id}#de-nghi-{one.id}",
        state=one.state,
        deadline=routing.line(tx, one.line_id).deadline or "",
        since_ms=one.asked_ms,
        unread=True,
        sender=names.get(one.asker_id, ""),
    )


# ---- following up -------------------------------------------------------------------------------------------
NOT_SUBMITTED, UNDIRECTED, UNREAD, OVERDUE, OPEN, CLOSED = (
    "chua-chuyen", "cho-chi-dao", "chua-doc", "qua-han", "dang-xu-ly", "da-xong",
)  # fmt: skip
TABS = (NOT_SUBMITTED, UNDIRECTED, UNREAD, OVERDUE, OPEN, CLOSED)
_STATES = {
    NOT_SUBMITTED: ("registered",),
    UNDIRECTED: ("submitted",),
    OPEN: ("directed",),
    CLOSED: ("done", "filed"),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """A receiver in a row of the list."""

    name: str
    role: str
    state: str
    deadline: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """A document that is followed up, with who has it now."""

    document: Document
    flow: Flow
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A page of the list; `next` goes into `before`, '' at the end. `counts` by state of the flow."""

    rows: tuple[Row, ...]
    counts: dict[str, int]
    next: str


def follow_up(tx: Tx, org_code: str, tab: str, *, before: str = "", limit: int = 50) -> FollowUp:
    """Documents of the organisation: not passed on yet, waiting for a direction, unread, overdue, open, closed."""
    ids = _ids(tx, org_code, tab, before, limit + 1)
    shown = ids[:limit]
    rows = _rows(tx, shown)
    more = _mark(rows[-1], tab) if len(ids) > limit and rows else ""
    return FollowUp(tuple(rows), routing.counts(tx, org_code), more)


def _ids(tx: Tx, org_code: str, tab: str, before: str, limit: int) -> list[int]:
    day, _, number = before.rpartition("_")
    last = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else None
    if tab == OVERDUE:
        today = office_date(tx.now_ms).isoformat()
        return routing.overdue_documents(tx, org_code, today, limit=limit, after=(day, last or 0))
    if tab == UNREAD:
        return routing.unread_documents(tx, org_code, limit=limit, before=last)
    return routing.documents_in_state(tx, org_code, _STATES.get(tab, ("directed",)), limit=limit, before=last)


def _mark(row: Row, tab: str) -> str:
    return f"{row.flow.deadline if tab == OVERDUE else ''}_{row.document.id}"


def _rows(tx: Tx, ids: Sequence[int]) -> list[Row]:
    flows, lines = routing.flows_of(tx, ids), routing.lines_of_each(tx, ids)
    names = store.names(tx, [one.assignee_id for some in lines.values() for one in some])
    return [
        Row(documents.get(tx, one), flows[one], tuple(_holders(lines.get(one, []), names)))
        for one in ids
        if one in flows
    ]


def _holders(lines: Sequence[Line], names: dict[int, str]) -> list[Holder]:
    shown = [one for one in lines if one.is_open or (one.role != INFORM and one.state in ("closed", "returned"))]
    return [
        Holder(names.get(one.assignee_id, ""), one.role, one.state, one.deadline)
        for one in shown
        if one.role != LEADER or one.is_open
    ]
