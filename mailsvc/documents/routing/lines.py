"""What the acts on transfer lines share: who may, sending, ending, and where the document stands afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Refused
from mailsvc.documents import history, mail_face, rights
from mailsvc.documents.errors import Stale
from mailsvc.documents.mail_face import Parcel
from mailsvc.documents.rights import Act, Party, Relation, Subject
from mailsvc.documents.rights.subjects import of_line
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.documents.routing.orders import COOPERATE, INFORM, LEAD, LEADER, Ready
from mailsvc.documents.routing.rules import because, rules
from mailsvc.store import accounts, documents, receivers, routing
from mailsvc.store.documents import Document
from mailsvc.store.routing import Flow, Line
from mailsvc.store.tx import Tx

Who = Actor | int
OPEN = ("unread", "read", "progress", "reported")


# ---- who may ------------------------------------------------------------------------------------------------
def receiving(tx: Tx, line: Line) -> Subject:
    """The line as its receiver sees it: within the receiving unit's own organisation."""
    document = documents.get(tx, line.document_id)
    org_code = organisation_of_unit(tx, line.unit_code) if line.unit_code else document.org_code
    return Subject(org_code, of_line(line), f"transfer/{line.id}")


def above(tx: Tx, line: Line) -> Subject:
    """The line as those above see it: who gave it, who has the line it was given under, the leaders of the
    organisation; not its receiver, who does not judge his own work."""
    assigner: tuple[Party, ...] = (Party(Relation.ASSIGNER, line.assigner_id),)
    if line.parent_id is not None:
        assigner += of_line(routing.line(tx, line.parent_id))
    return Subject(documents.get(tx, line.document_id).org_code, assigner, f"transfer/{line.id}")


def by_receiver(tx: Tx, who: Who, act: Act, line: Line) -> Actor:
    """The receiver of the line in the post that fits. Raises Refused."""
    return rights.require(tx, rights.as_actor(who), act, receiving(tx, line))


def by_giver(tx: Tx, who: Who, act: Act, line: Line) -> Actor:
    """Who gave the line, or whoever else may do that in the organisation. Raises Refused."""
    return rights.require(tx, rights.as_actor(who), act, above(tx, line))


def principal(actor: Actor) -> int:
    """Whose act it is: the person's, or of whom he acts for."""
    assert actor.account_id is not None  # noqa: S101 - the office itself gives no work
    return actor.on_behalf_of or actor.account_id


# ---- versions -----------------------------------------------------------------------------------------------
def fresh_flow(tx: Tx, document_id: int, version: int) -> Flow:
    """The flow that the person saw. Raises Stale before anything else is looked at, NotFound."""
    flow = routing.flow(tx, document_id)
    if flow.version != version:
        raise Stale
    return flow


def claim(tx: Tx, document_id: int, version: int, values: dict[str, Any]) -> None:
    """Change the flow that the person saw. Raises Stale when somebody was faster."""
    if not routing.change_flow(tx, document_id, values, version=version):
        raise Stale


def change(tx: Tx, line: Line, version: int | None, **values: Any) -> Line:
    """Change the line that the person saw; the line as it is now. Raises Stale."""
    if not routing.change_line(tx, line.id, values, version=version):
        raise Stale
    return routing.line(tx, line.id)


def open_line(tx: Tx, line_id: int, version: int | None = None) -> Line:
    """The line. Raises NotFound, Stale when somebody was faster, Refused when it has ended."""
    line = routing.line(tx, line_id)
    if version is not None and line.version != version:
        raise Stale
    if not line.is_open:
        ended = rules().words.lines.get(line.state, line.state).lower()
        raise Refused(
            "Lượt chuyển này đã %(ended)s; không làm tiếp được. %(line_rule)s",
            ended=ended.removeprefix("đã "),
            line_rule=_line_rule(),
        )
    return line


def _line_rule() -> str:
    return because(rules().direct_rule, "lines")


# ---- sending ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Sending:
    """One decision: `kind` of directions, its words, its receivers, the line it is made under. `assigner_id`: who gets
    the reports, when that is not its author."""

    kind: str
    text: str
    orders: Sequence[Ready]
    parent: Line | None = None
    parcel: Parcel | None = None
    assigner_id: int | None = None


def send(tx: Tx, actor: Actor, document: Document, sending: Sending) -> list[Line]:
    """Write the decision down, make its lines, put the letter before the receivers. One commit with the act."""
    told = account_of(tx, actor.account_id, sending)
    parcel = sending.parcel or mail_face.plain_parcel(
        document, mail_face.office_address(tx, document.org_code), told, tx.now_ms
    )
    where = [
        (one.receiver.account_id, mail_face.INFO if one.role == INFORM else mail_face.WORK) for one in sending.orders
    ]
    content_id = mail_face.deliver(tx, parcel, where)
    values = {
        "document_id": document.id,
        "line_id": None if sending.parent is None else sending.parent.id,
        "kind": sending.kind,
        "author_id": actor.account_id,
        "text": sending.text,
        "token": parcel.token,
        "content_id": content_id,
    }
    direction_id = routing.add_direction(tx, values)
    assigner_id = sending.assigner_id or principal(actor)
    ids = [_add(tx, assigner_id, document, direction_id, sending.parent, one) for one in sending.orders]
    tx.wake("work")
    return [routing.line(tx, one) for one in ids]


def account_of(tx: Tx, author_id: int | None, sending: Sending) -> mail_face.Account:
    """What the letter and the timeline say of the decision."""
    author = "" if author_id is None else accounts.get(tx, author_id).full_name
    rows = tuple((one.role, one.receiver.name, one.deadline or "") for one in sending.orders)
    return mail_face.Account(author, sending.kind, sending.text, rows)


def _add(tx: Tx, assigner_id: int, document: Document, direction_id: int, parent: Line | None, one: Ready) -> int:
    values = {
        "document_id": document.id,
        "direction_id": direction_id,
        "parent_id": None if parent is None else parent.id,
        "role": one.role,
        "assigner_id": assigner_id,
        "assignee_id": one.receiver.account_id,
        "unit_code": one.receiver.unit_code,
        "meant_for_id": one.receiver.meant_for,
        "holder_id": one.receiver.account_id,
        "deadline": one.deadline,
    }
    return routing.add_line(tx, values)


def sentence(sending: Sending) -> str:
    """The decision in a sentence for the timeline: `Bút phê: “…”. Chủ trì: A (hạn 30/11/2026). Phối hợp: B, C.`"""
    words = rules().words
    parts = [f"{words.kinds[sending.kind]}: “{sending.text}”." if sending.text else f"{words.kinds[sending.kind]}."]
    for role in (LEADER, LEAD, COOPERATE, INFORM):
        some = [f"{one.receiver.name}{_due(one.deadline)}" for one in sending.orders if one.role == role]
        if some:
            parts.append(f"{words.roles[role]}: {', '.join(some)}.")
    parts += [one.receiver.remark for one in sending.orders if one.receiver.remark]
    return " ".join(parts)


def _due(deadline: str | None) -> str:
    return f" (hạn {shown(deadline)})" if deadline else ""


def shown(day: str | None) -> str:
    """An ISO day as 30/11/2026."""
    return "/".join(reversed(day.split("-"))) if day else ""


# ---- ending -------------------------------------------------------------------------------------------------
def end(
    tx: Tx, line: Line, state: str, reason: str = "", *, version: int | None = None, holder: int | None = None
) -> Line:
    """End the line and what was given under it; its letter follows. `holder`: whose turn it is now. Raises Stale."""
    ended = change(tx, line, version, state=state, is_open=0, holder_id=holder, ended_ms=tx.now_ms, reason=reason)
    routing.drop_requests(tx, line.id)
    mail_face.follow(tx, ended)
    for child in routing.lines_of(tx, line.document_id):
        if child.parent_id == line.id and child.is_open:
            end(tx, child, "closed" if state == "closed" else "withdrawn", reason)
    tx.wake("work")
    return ended


def main_lead(lines: Sequence[Line]) -> Line | None:
    """The open line of who is in charge of the whole document: an open lead without an open line above it."""
    by_id = {one.id: one for one in lines}
    for one in lines:
        if one.is_open and one.role == LEAD and not _has_open_above(one, by_id):
            return one
    return None


def _has_open_above(line: Line, by_id: dict[int, Line]) -> bool:
    above = by_id.get(line.parent_id or 0)
    while above is not None:
        if above.is_open:
            return True
        above = by_id.get(above.parent_id or 0)
    return False


def settle(tx: Tx, document_id: int) -> Flow:
    """Bring the flow in line with its transfer lines after one of them changed: its deadline is that of the lead;
    without a lead the document waits for a direction again."""
    flow = routing.flow(tx, document_id)
    if flow.state not in ("directed", "submitted", "registered"):
        return flow
    lead = main_lead(routing.lines_of(tx, document_id))
    if lead is not None:
        state, deadline = "directed", lead.deadline
    else:
        waits = any(one.is_open and one.role == LEADER for one in routing.lines_of(tx, document_id))
        was_directed = flow.directed_ms is not None and flow.submitted_ms is not None
        state, deadline = "submitted" if waits or was_directed else "registered", None
    if (state, deadline) != (flow.state, flow.deadline):
        routing.change_flow(tx, document_id, {"state": state, "deadline": deadline})
    return routing.flow(tx, document_id)


def note(tx: Tx, actor: Actor, document_id: int, kind: str, words: str, **detail: Any) -> None:
    """The act in the timeline and in the audit trail."""
    history.note(tx, actor, document_id, kind, words, **detail)


def tell(tx: Tx, account_id: int, document: Document, what: str, words: str) -> None:
    """A notice to somebody about the document, by mail."""
    address = mail_face.office_address(tx, document.org_code)
    title = f"[{what}] Số đến {document.arrival_number}/{document.year}: {document.subject}"
    mail_face.tell(tx, account_id, address, title, words + f"\n\nVăn bản: {document.code} {document.subject}\n")


def name_of(tx: Tx, account_id: int) -> str:
    return receivers.names(tx, [account_id]).get(account_id, "")
