"""Taking lines back, and what is asked of somebody else: more time, a line that was read, closing without an answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import AlreadyThere, Invalid, Refused
from mailsvc.documents import mail_face, register, rights
from mailsvc.documents.rights import Act
from mailsvc.documents.routing import receivers
from mailsvc.documents.routing.handling import mark_read
from mailsvc.documents.routing.lines import (
    Who,
    above,
    by_giver,
    by_receiver,
    end,
    main_lead,
    name_of,
    note,
    open_line,
    receiving,
    settle,
    shown,
    tell,
)
from mailsvc.documents.routing.orders import COOPERATE, LEAD, LEADER, deadline_of
from mailsvc.documents.routing.rules import because, rules
from mailsvc.store import documents, routing
from mailsvc.store.routing import Line, Request
from mailsvc.store.tx import Tx

EXTENSION, RECALL, NO_ANSWER = "extension", "recall", "no_answer"
GRANTED, REFUSED = "granted", "refused"


# ---- taking back --------------------------------------------------------------------------------------------
def recall(tx: Tx, who: Who, line_id: int, reason: str = "", *, version: int) -> Line:
    """Take a line back while the receiver has not read it (lấy lại lượt chuyển), on the page or in a mail client.

    Raises Refused, Stale.
    """
    line = open_line(tx, line_id, version)
    actor = by_giver(tx, who, Act.RECALL, line)
    if line.state == "unread" and mail_face.seen(tx, line):
        mark_read(tx, line)
        line = open_line(tx, line_id)
    if line.state != "unread":
        name = name_of(tx, line.assignee_id)
        raise Refused(
            "%(name)s đã đọc lượt chuyển này nên không tự lấy lại được; hãy gửi đề nghị lấy lại. %(because)s",
            name=name,
            because=because(rules().lines["recall_rule"], "lines"),
        )
    return _taken(tx, actor, line, "recalled", reason or "Lấy lại khi chưa đọc.", version)


def withdraw(tx: Tx, who: Who, line_id: int, reason: str, *, version: int) -> Line:
    """A leader ends a line that is under way (rút lượt chuyển), with a reason. Raises Refused, Stale, Invalid."""
    line = open_line(tx, line_id, version)
    actor = by_giver(tx, who, Act.REASSIGN, line)
    if not reason.strip():
        raise Invalid("Rút lượt chuyển phải ghi lý do.")
    tell(tx, line.assignee_id, documents.get(tx, line.document_id), "Rút lượt chuyển", reason.strip())
    return _taken(tx, actor, line, "withdrawn", reason.strip(), version)


def _taken(tx: Tx, actor: Actor, line: Line, state: str, reason: str, version: int | None) -> Line:
    ended = end(tx, line, state, reason, version=version)
    word = rules().words.lines[state]
    note(tx, actor, line.document_id, state, f"{word} lượt của {name_of(tx, line.assignee_id)}. {reason}", line=line.id)
    settle(tx, line.document_id)
    if state == "recalled" and line.role == LEADER:
        _unsubmitted(tx, line)
    return ended


def _unsubmitted(tx: Tx, line: Line) -> None:
    """What the submission wrote of itself into flow and register (columns 7 and 8) is taken back with it."""
    flow, document = routing.flow(tx, line.document_id), documents.get(tx, line.document_id)
    if flow.state != "registered":
        return
    changes: dict[str, Any] = {"submitted_ms": None} | ({"paper": "not_submitted"} if flow.paper == "submitted" else {})
    routing.change_flow(tx, line.document_id, changes)
    if document.recipients == name_of(tx, line.assignee_id):
        sent = office_date(line.sent_ms).isoformat()
        moved = "" if document.transfer_date == sent else document.transfer_date or ""
        register.fill(tx, document, recipients="", transfer_date=moved)


# ---- asking -------------------------------------------------------------------------------------------------
def ask_extension(tx: Tx, who: Who, line_id: int, wanted: str, reason: str) -> Request:
    """Ask the assigner for a later deadline (xin gia hạn). Raises Refused, Invalid, AlreadyThere."""
    line = open_line(tx, line_id)
    actor = by_receiver(tx, who, Act.ASK_EXTENSION, line)
    day = _later(tx, line, wanted)
    words = f"Xin gia hạn đến {shown(day)}: {reason.strip()}"
    return _ask(tx, actor, line, EXTENSION, line.assigner_id, reason, words, wanted=day)


def _later(tx: Tx, line: Line, wanted: str) -> str:
    """The wanted day, later than the deadline and within that of the line above. Raises Invalid."""
    why = because(rules().lines["extension_rule"], "deadlines")
    document = documents.get(tx, line.document_id)
    day = deadline_of(wanted, date.fromisoformat(document.arrival_date), office_date(tx.now_ms))
    if line.deadline is None:
        raise Invalid("Lượt này không có hạn nên không cần gia hạn. %(why)s", why=why)
    if day <= line.deadline:
        raise Invalid(
            "Hạn mới %(day)s không sau hạn cũ %(deadline)s. %(why)s",
            day=shown(day),
            deadline=shown(line.deadline),
            why=why,
        )
    above = routing.line(tx, line.parent_id) if line.parent_id is not None else None
    if above is not None and above.is_open and above.deadline and day > above.deadline:
        raise Invalid(
            "Hạn mới %(day)s sau hạn của lượt trên (%(deadline)s); xin gia hạn lượt đó. %(why)s",
            day=shown(day),
            deadline=shown(above.deadline),
            why=why,
        )
    lead = main_lead(routing.lines_of(tx, line.document_id))
    bound = lead.deadline if lead is not None and line.role == COOPERATE and line.parent_id is None else None
    if rules().deadlines.cooperate_within_lead and bound and day > bound:
        raise Invalid(
            "Hạn mới %(day)s sau hạn của chủ trì (%(bound)s). %(why)s", day=shown(day), bound=shown(bound), why=why
        )
    return day


def ask_recall(tx: Tx, who: Who, line_id: int, reason: str) -> Request:
    """Ask the receiver to give back a line that was read already. Raises Refused, Invalid, AlreadyThere."""
    line = open_line(tx, line_id)
    actor = by_giver(tx, who, Act.RECALL, line)
    return _ask(tx, actor, line, RECALL, line.assignee_id, reason, f"Đề nghị lấy lại lượt chuyển: {reason.strip()}")


def ask_no_answer(tx: Tx, who: Who, line_id: int, reason: str) -> Request:
    """Ask the leader's consent to close without an answering document (R33, R44). Raises Refused, Invalid, …"""
    line = open_line(tx, line_id)
    if line.role != LEAD:
        raise Refused(
            "Chỉ người chủ trì xin kết thúc không cần trả lời. %(because)s",
            because=because(rules().closing.rule, "closing"),
        )
    actor = by_receiver(tx, who, Act.REPORT, line)
    decider = _consenter(tx, line)
    words = f"Xin kết thúc không cần văn bản trả lời: {reason.strip()}"
    return _ask(tx, actor, line, NO_ANSWER, decider, reason, words)


def _consenter(tx: Tx, line: Line) -> int:
    """Who may consent: the assigner where he is a leader, else the default leader of the organisation."""
    if rights.may(tx, rights.as_actor(line.assigner_id), Act.CONSENT_CLOSE, above(tx, line)):
        return line.assigner_id
    document = documents.get(tx, line.document_id)
    leader = receivers.default_director(tx, document.org_code)
    if leader is None:
        raise Refused(
            "Chưa có lãnh đạo để xin ý kiến. %(because)s", because=because(rules().closing.rule, "submit.roles")
        )
    return leader.id


def _ask(
    tx: Tx, actor: Actor, line: Line, kind: str, decider_id: int, reason: str, words: str, wanted: str | None = None
) -> Request:
    if not reason.strip():
        raise Invalid("Phải ghi lý do.")
    if any(one.kind == kind and one.state == "asked" for one in _of_line(tx, line)):
        raise AlreadyThere("Đã có đề nghị như vậy đang chờ trả lời.")
    values = {
        "document_id": line.document_id,
        "line_id": line.id,
        "kind": kind,
        "asker_id": actor.account_id,
        "decider_id": decider_id,
        "wanted": wanted,
        "reason": reason.strip(),
    }
    request = routing.request(tx, routing.add_request(tx, values))
    note(tx, actor, line.document_id, f"ask_{kind}", words, line=line.id)
    document = documents.get(tx, line.document_id)
    tell(tx, decider_id, document, rules().words.requests[kind], f"{name_of(tx, actor.account_id or 0)}: {words}")
    tx.wake("work")
    return request


def _of_line(tx: Tx, line: Line) -> list[Request]:
    return [one for one in routing.requests_of(tx, line.document_id) if one.line_id == line.id]


# ---- deciding -----------------------------------------------------------------------------------------------
def decide(tx: Tx, who: Who, request_id: int, granted: bool, answer: str = "") -> Request:
    """Grant or refuse what was asked; a refusal needs a reason. A request is decided once: the second gives what was
    decided. Raises Refused, Invalid."""
    request = routing.request(tx, request_id)
    line = routing.line(tx, request.line_id)
    actor = _decider(tx, who, request, line)
    if not granted and not answer.strip():
        raise Invalid("Không đồng ý thì phải ghi lý do.")
    values = {"state": GRANTED if granted else REFUSED, "decided_by": actor.account_id, "answer": answer.strip()}
    if not routing.decide_request(tx, request_id, values):
        return routing.request(tx, request_id)
    word = "Đồng ý" if granted else "Không đồng ý"
    kind = rules().words.requests[request.kind].lower()
    words = f"{word} {kind}{f' đến {shown(request.wanted)}' if request.wanted else ''}. {answer.strip()}".strip()
    note(tx, actor, line.document_id, f"{values['state']}_{request.kind}", words, line=line.id)
    if granted:
        _carry_out(tx, actor, request, line)
    tell(tx, request.asker_id, documents.get(tx, line.document_id), word, words)
    tx.wake("work")
    return routing.request(tx, request_id)


def _decider(tx: Tx, who: Who, request: Request, line: Line) -> Actor:
    """Who was asked may answer; so may whoever else has the right."""
    actor = rights.as_actor(who)
    if request.kind == EXTENSION:
        return rights.require(tx, actor, Act.EXTEND, above(tx, line))
    if request.kind == NO_ANSWER:
        return rights.require(tx, actor, Act.CONSENT_CLOSE, above(tx, line))
    return rights.require(tx, actor, Act.RETURN, receiving(tx, line))


def _carry_out(tx: Tx, actor: Actor, request: Request, line: Line) -> None:
    if not line.is_open:
        return
    if request.kind == RECALL:
        _taken(tx, actor, line, "recalled", request.reason, None)
    elif request.kind == EXTENSION and request.wanted:
        set_deadline(tx, line, request.wanted)


def set_deadline(tx: Tx, line: Line, day: str) -> None:
    """Give the line a later deadline; the document's follows its lead."""
    routing.change_line(tx, line.id, {"deadline": day})
    settle(tx, line.document_id)


def extend(tx: Tx, who: Who, line_id: int, wanted: str, reason: str, *, version: int) -> Line:
    """The assigner gives a later deadline without being asked. Raises Refused, Stale, Invalid."""
    line = open_line(tx, line_id, version)
    if line.role not in (LEAD, COOPERATE, LEADER):
        raise Refused("Lượt này không có hạn. %(because)s", because=because(rules().deadlines.rule, "deadlines"))
    actor = by_giver(tx, who, Act.EXTEND, line)
    day = _later(tx, line, wanted)
    set_deadline(tx, line, day)
    words = f"Gia hạn cho {name_of(tx, line.assignee_id)} đến {shown(day)}. {reason.strip()}".strip()
    note(tx, actor, line.document_id, "extended", words, line=line.id)
    tell(tx, line.assignee_id, documents.get(tx, line.document_id), "Gia hạn", words)
    return routing.line(tx, line_id)
