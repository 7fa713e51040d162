"""Handing a line on: assigning inside a unit, passing on (chuyển tiếp), giving it to somebody else (giao lại)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import mail_face, rights
from mailsvc.documents.mail_face import Parcel
from mailsvc.documents.rights import Act
from mailsvc.documents.routing import orders as orders_module
from mailsvc.documents.routing import receivers
from mailsvc.documents.routing.handling import require_read
from mailsvc.documents.routing.lines import (
    Sending,
    Who,
    by_giver,
    change,
    end,
    main_lead,
    note,
    open_line,
    receiving,
    send,
    sentence,
    settle,
)
from mailsvc.documents.routing.orders import INFORM, LEAD, LEADER, Bounds, Order, Ready
from mailsvc.documents.routing.rules import because, rules
from mailsvc.store import accounts, documents, routing
from mailsvc.store.documents import Document
from mailsvc.store.routing import Line
from mailsvc.store.tx import Tx

_ENDED_FOR_OTHERS = ("returned", "recalled", "withdrawn")


def assign(
    tx: Tx, who: Who, line_id: int, text: str, orders: Sequence[Order], *, version: int, parcel: Parcel | None = None
) -> list[Line]:
    """Give the work of a line to people below: its receiver stays answerable, deadlines lie within its own.

    Raises Refused, Stale, InvalidFields.
    """
    line = open_line(tx, line_id, version)
    document = documents.get(tx, line.document_id)
    actor = rights.require(tx, rights.as_actor(who), Act.DIRECT, receiving(tx, line))
    sending = assignment(tx, document, line, text, orders, parcel)
    line = require_read(tx, line)
    moved = change(tx, line, version, state="progress", holder_id=line.assignee_id)
    made = send(tx, actor, document, sending)
    note(tx, actor, document.id, "assigned", sentence(sending))
    mail_face.follow(tx, moved)
    return made


def assignment(
    tx: Tx, document: Document, line: Line, text: str, orders: Sequence[Order], parcel: Parcel | None = None
) -> Sending:
    """The assignment as it will be written. Raises InvalidFields, Refused for a line that is only for information."""
    if line.role in (INFORM, LEADER):
        raise Refused(
            "Lượt này không phải lượt xử lý nên không giao tiếp được. %(because)s",
            because=because(rules().direct_rule, "lines"),
        )
    below = [one for one in routing.lines_of(tx, document.id) if one.parent_id == line.id and one.is_open]
    has_lead = any(one.role == LEAD for one in below)
    bounds = Bounds(date.fromisoformat(document.arrival_date), line.deadline, has_lead)
    ready = [_due(one, line) for one in orders_module.ready(tx, orders, bounds)]
    return Sending("assignment", text.strip(), ready, line, parcel)


def _due(one: Ready, line: Line) -> Ready:
    """Who is in charge below is due with the line itself unless told otherwise."""
    return replace(one, deadline=line.deadline) if one.role != INFORM and one.deadline is None else one


def forward(
    tx: Tx, who: Who, line_id: int, receiver_key: str, reason: str, *, version: int, parcel: Parcel | None = None
) -> Line:
    """Pass the line on to who is really concerned (chuyển tiếp): same role, same deadline, nothing stays behind.

    Raises Refused, Stale, Invalid.
    """
    line = open_line(tx, line_id, version)
    actor = rights.require(tx, rights.as_actor(who), Act.RETURN, receiving(tx, line))
    return _replaced(tx, actor, line, receiver_key, reason, "forward", "forwarded", version, parcel)


def reassign(
    tx: Tx, who: Who, line_id: int, receiver_key: str, reason: str, *, version: int, parcel: Parcel | None = None
) -> Line:
    """The assigner gives the line (also one that was returned) to somebody else. Raises Refused, Stale, Invalid."""
    line = routing.line(tx, line_id)
    if not line.is_open and not (line.state in _ENDED_FOR_OTHERS and line.holder_id is not None):
        line = open_line(tx, line_id, version)
    actor = by_giver(tx, who, Act.REASSIGN, line)
    return _replaced(tx, actor, line, receiver_key, reason, "reassignment", "reassigned", version, parcel)


def replacement(tx: Tx, line: Line, receiver_key: str, reason: str, kind: str, parcel: Parcel | None = None) -> Sending:
    """The new line as it will be written. Raises Invalid, Refused."""
    if not reason.strip():
        raise Invalid("Phải ghi lý do.")
    receiver = receivers.find(tx, receiver_key)
    if receiver.account_id == line.assignee_id and receiver.unit_code == line.unit_code:
        raise Invalid("%(receiver)s đang giữ lượt này.", receiver=receiver.name)
    assigner_id = line.assigner_id if kind == "forward" else None  # who passes it on does not get the reports
    return Sending(kind, reason.strip(), [Ready(receiver, line.role, line.deadline)], line, parcel, assigner_id)


def _replaced(
    tx: Tx,
    actor: rights.Actor,
    line: Line,
    receiver_key: str,
    reason: str,
    kind: str,
    state: str,
    version: int,
    parcel: Parcel | None,
) -> Line:
    document = documents.get(tx, line.document_id)
    sending = replacement(tx, line, receiver_key, reason, kind, parcel)
    _require_no_other_lead(tx, line)
    end(tx, line, state, reason.strip(), version=version)
    (made,) = send(tx, actor, document, sending)
    old = accounts.get(tx, line.assignee_id).full_name
    note(tx, actor, document.id, state, f"{old}: {sentence(sending)}")
    settle(tx, document.id)
    return made


def _require_no_other_lead(tx: Tx, line: Line) -> None:
    """A returned lead may only be given anew while nobody else is in charge."""
    lead = main_lead([one for one in routing.lines_of(tx, line.document_id) if one.id != line.id])
    if line.role == LEAD and not line.is_open and lead is not None:
        raise Refused(
            "Đã có người khác chủ trì văn bản này. %(because)s", because=because(rules().direct_rule, "direct")
        )
