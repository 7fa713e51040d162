"""Submission and direction: trình, bút phê, clerks' direct transfer, filing (Decree 30/2020, Articles 23 and 24)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import calendar, register, rights
from mailsvc.documents.mail_face import Parcel
from mailsvc.documents.rights import Act, Subject
from mailsvc.documents.routing import orders as orders_module
from mailsvc.documents.routing import receivers
from mailsvc.documents.routing.lines import (
    Sending,
    Who,
    claim,
    end,
    fresh_flow,
    main_lead,
    note,
    principal,
    send,
    sentence,
    settle,
)
from mailsvc.documents.routing.orders import INFORM, LEADER, Bounds, Order, Ready
from mailsvc.documents.routing.rules import because, rules
from mailsvc.store import accounts, documents, routing
from mailsvc.store.documents import Document
from mailsvc.store.routing import Flow, Line
from mailsvc.store.tx import Tx

WAITING = ("registered", "submitted")
LONGEST = 4000  # characters of a direction


# ---- submission ---------------------------------------------------------------------------------------------
def submit(
    tx: Tx,
    who: Who,
    document_id: int,
    *,
    version: int,
    leader_id: int | None = None,
    text: str = "",
    parcel: Parcel | None = None,
) -> Flow:
    """Submit to who directs (trình); without `leader_id` to the default of config/routing.toml.

    An earlier submission that was not acted on is taken back. Raises Refused, Stale, Invalid.
    """
    document, flow = documents.get(tx, document_id), fresh_flow(tx, document_id, version)
    actor = rights.require(tx, rights.as_actor(who), Act.SUBMIT, Subject(document.org_code))
    if flow.state not in WAITING:
        raise Refused(
            "Văn bản này %(state)s, không trình lại được. %(because)s",
            state=_state(flow),
            because=because(rules().submit.rule, "submit"),
        )
    sending = submission(tx, document, leader_id, text, parcel)
    claim(tx, document_id, version, {"state": "submitted", "submitted_ms": tx.now_ms} | _paper(flow, "submitted"))
    for line in _submissions(tx, document_id):
        end(tx, line, "withdrawn", "Trình lại.")
    send(tx, actor, document, sending)
    note(tx, actor, document_id, "submitted", sentence(sending))
    _told_recipients(tx, document, sending.orders)
    return routing.flow(tx, document_id)


def submission(tx: Tx, document: Document, leader_id: int | None, text: str, parcel: Parcel | None = None) -> Sending:
    """The submission as it will be written: the leader or who stands in, due by the clock of the rule."""
    chosen = leader_id or _default(tx, document.org_code)
    allowed = {one.id for one in receivers.directors(tx, document.org_code)}
    if chosen not in allowed:
        name = accounts.get(tx, chosen).full_name
        raise Refused(
            "%(name)s không có thẩm quyền cho ý kiến chỉ đạo. %(because)s",
            name=name,
            because=because(rules().submit.rule, "submit.receivers"),
        )
    due = submission_due(document.urgency, office_date(tx.now_ms)).isoformat()
    order = Ready(receivers.person(tx, chosen), LEADER, due)
    return Sending("submission", _text(text), [order], parcel=parcel)


def submission_due(urgency: str, today: date) -> date:
    """By when a direction is due: the same day for urgent documents, else the next working day (Đ23.1)."""
    rule = rules().submit
    days = rule.working_days if urgency == "thuong" else rule.urgent_working_days
    return calendar.add_working_days(today, days) if days else calendar.working_day_from(today)


def _default(tx: Tx, org_code: str) -> int:
    found = receivers.default_director(tx, org_code)
    if found is None:
        raise Refused(
            "Chưa có ai có thẩm quyền nhận trình. %(because)s", because=because(rules().submit.rule, "submit.roles")
        )
    return found.id


def _submissions(tx: Tx, document_id: int) -> list[Line]:
    return [one for one in routing.lines_of(tx, document_id) if one.is_open and one.role == LEADER]


# ---- direction ----------------------------------------------------------------------------------------------
def direct(
    tx: Tx,
    who: Who,
    document_id: int,
    text: str,
    orders: Sequence[Order],
    *,
    version: int,
    parcel: Parcel | None = None,
) -> Flow:
    """Write the direction (bút phê): one lead, cooperating, for information. On a document that has its lead already
    it adds receivers. Raises Refused, Stale, InvalidFields."""
    document, flow = documents.get(tx, document_id), fresh_flow(tx, document_id, version)
    actor = rights.require(tx, rights.as_actor(who), Act.DIRECT, Subject(document.org_code))
    sending = direction(tx, document, flow, "direction", text, orders, parcel)
    return _given(tx, actor, document, flow, sending, version)


def transfer(
    tx: Tx,
    who: Who,
    document_id: int,
    text: str,
    orders: Sequence[Order],
    *,
    version: int,
    parcel: Parcel | None = None,
) -> Flow:
    """A clerk transfers without a direction, where the handler is obvious (Đ23.2). Raises Refused, Stale, …"""
    document, flow = documents.get(tx, document_id), fresh_flow(tx, document_id, version)
    actor = rights.require(tx, rights.as_actor(who), Act.TRANSFER, Subject(document.org_code))
    if not may_transfer(document):
        kind = document.type_name or "không ghi tên loại"
        raise Refused(
            "Văn bản loại “%(kind)s” phải trình lãnh đạo cho ý kiến, văn thư không chuyển thẳng. %(because)s",
            kind=kind,
            because=because(rules().transfer_rule, "transfer.types"),
        )
    sending = direction(tx, document, flow, "transfer", text, orders, parcel)
    return _given(tx, actor, document, flow, sending, version)


def may_transfer(document: Document) -> bool:
    """Whether the rule lets clerks transfer such a document themselves."""
    return bool({"*", document.type_name} & rules().transfer_types)


def direction(
    tx: Tx,
    document: Document,
    flow: Flow,
    kind: str,
    text: str,
    orders: Sequence[Order],
    parcel: Parcel | None = None,
) -> Sending:
    """The direction as it will be written. Raises InvalidFields; Refused once the document is closed."""
    if flow.state in ("done", "filed"):
        raise Refused(
            "Văn bản này %(state)s. %(because)s", state=_state(flow), because=because(rules().direct_rule, "direct")
        )
    lead = main_lead(routing.lines_of(tx, document.id))
    bounds = Bounds(
        date.fromisoformat(document.arrival_date), None if lead is None else lead.deadline, has_lead=lead is not None
    )
    return Sending(kind, _text(text), orders_module.ready(tx, orders, bounds), parcel=parcel)


def _given(tx: Tx, actor: Actor, document: Document, flow: Flow, sending: Sending, version: int) -> Flow:
    values: dict[str, Any] = {"state": "directed", "directed_ms": flow.directed_ms or tx.now_ms}
    claim(tx, document.id, version, values | _paper(flow, "transferred"))
    for line in _submissions(tx, document.id):
        end(tx, line, "closed")
    _let_go(tx, document.id, principal(actor))
    send(tx, actor, document, sending)
    note(tx, actor, document.id, "directed" if sending.kind == "direction" else "transferred", sentence(sending))
    _told_recipients(tx, document, sending.orders)
    return settle(tx, document.id)


def _let_go(tx: Tx, document_id: int, assigner_id: int) -> None:
    """What was returned to the assigner is dealt with by the new decision."""
    for one in routing.lines_of(tx, document_id):
        if not one.is_open and one.holder_id is not None and one.assigner_id == assigner_id:
            routing.change_line(tx, one.id, {"holder_id": None})


def _told_recipients(tx: Tx, document: Document, orders: Sequence[Ready]) -> None:
    """Columns 7 and 8 of the register, where the clerk left them empty: who got it, and when (Appendix IV)."""
    values: dict[str, str] = {}
    if not document.recipients:
        values["recipients"] = ", ".join(one.receiver.name for one in orders)[:1000]
    if not document.transfer_date:
        values["transfer_date"] = office_date(tx.now_ms).isoformat()
    if values:
        register.fill(tx, document, **values)


# ---- filing -------------------------------------------------------------------------------------------------
def file_for_information(
    tx: Tx,
    who: Who,
    document_id: int,
    text: str,
    receiver_keys: Sequence[str] = (),
    *,
    version: int,
    parcel: Parcel | None = None,
) -> Flow:
    """The leader decides that nothing is to be done (lưu để biết); some may be told. Raises Refused, Stale, Invalid."""
    document, flow = documents.get(tx, document_id), fresh_flow(tx, document_id, version)
    actor = rights.require(tx, rights.as_actor(who), Act.DIRECT, Subject(document.org_code))
    if main_lead(routing.lines_of(tx, document_id)) is not None or flow.state in ("done", "filed"):
        raise Refused(
            "Văn bản đang có người chủ trì hoặc đã kết thúc; không lưu để biết được. %(because)s",
            because=because(rules().direct_rule, "direct"),
        )
    sending = filing(tx, document, text, receiver_keys, parcel)
    closing = {"closed_ms": tx.now_ms, "closed_by": actor.account_id, "closed_how": "known", "closed_why": sending.text}
    claim(tx, document_id, version, {"state": "filed", "directed_ms": flow.directed_ms or tx.now_ms} | closing)
    for line in _submissions(tx, document_id):
        end(tx, line, "closed")
    _let_go(tx, document_id, principal(actor))
    send(tx, actor, document, sending)
    note(tx, actor, document_id, "filed", f"Lưu để biết. {sentence(sending)}")
    return routing.flow(tx, document_id)


def filing(
    tx: Tx, document: Document, text: str, receiver_keys: Sequence[str], parcel: Parcel | None = None
) -> Sending:
    """The decision as it will be written: only receivers for information. Raises InvalidFields."""
    orders = [Order(key, INFORM, field="inform") for key in receiver_keys]
    bounds = Bounds(date.fromisoformat(document.arrival_date), has_lead=True)
    ready = orders_module.ready(tx, orders, bounds) if orders else []
    return Sending("direction", _text(text) or "Lưu để biết.", ready, parcel=parcel)


# ---- shared -------------------------------------------------------------------------------------------------
def _state(flow: Flow) -> str:
    return f"đang ở trạng thái “{rules().words.states[flow.state]}”"


def _paper(flow: Flow, to: str) -> dict[str, str]:
    """The paper goes along with the document until it is stored."""
    return {"paper": to} if flow.paper not in ("none", "stored") else {}


def _text(text: str) -> str:
    if len(text) > LONGEST:
        raise Invalid("Nội dung dài quá %(longest)s ký tự.", longest=LONGEST)
    return text.strip()
