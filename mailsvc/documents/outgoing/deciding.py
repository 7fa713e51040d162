"""Approvals of a draft: the unit, opinions, the Office, the signatory; and sending it back (Decree 30/2020, Articles
10 to 13; Regulation, Articles 8 and 9)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents.outgoing import draft, states, who
from mailsvc.documents.outgoing.fields import signer_line
from mailsvc.documents.outgoing.telling import tell
from mailsvc.documents.outgoing.words import words
from mailsvc.documents.rights import Act, as_actor
from mailsvc.store import accounts, documents, outgoing
from mailsvc.store.outgoing import Flow
from mailsvc.store.tx import Tx

CONTENT, FORMAT, LEADER, PAPER = "content", "format", "leader", "paper"
APPROVED, RETURNED = "approved", "returned"
_STEP_OF = {
    states.UNIT: (Act.APPROVE_CONTENT, CONTENT),
    states.CONTENT: (Act.APPROVE_CONTENT, CONTENT),
    states.OPINIONS: (Act.APPROVE_CONTENT, CONTENT),
    states.FORMAT: (Act.CHECK_FORMAT, FORMAT),
    states.LEADER: (Act.SIGN, LEADER),
    states.SIGNED: (Act.CHECK_FORMAT, FORMAT),
    states.WAITING: (Act.TAKE_NUMBER, FORMAT),
}


def submit(tx: Tx, actor: Actor | int, document_id: int) -> Flow:
    """Trình phòng: the draft goes to the head of the drafting unit. Raises Refused, Invalid without a file."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.SEND_DRAFT, flow)
    states.require(flow, "submit")
    if not draft.current_files(tx, flow):
        raise Invalid("Dự thảo chưa có tệp nào để trình.")
    return move(tx, me, flow, states.UNIT, "submitted", "Trình lãnh đạo đơn vị duyệt nội dung.")


def approve_content(tx: Tx, actor: Actor | int, document_id: int, text: str = "") -> Flow:
    """The head of the drafting unit answers for the content (Article 12.1). Raises Refused."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.APPROVE_CONTENT, flow)
    states.require(flow, "approve_content")
    decide(tx, me, flow, CONTENT, APPROVED, text)
    return move(tx, me, flow, states.CONTENT, "content_approved", _with("Duyệt nội dung.", text))


def send_to_format(tx: Tx, actor: Actor | int, document_id: int, reason: str = "") -> Flow:
    """On to the Office for the format check. Opinions that are not in and not overdue hold it, unless a reason says why
    they are not waited for. Raises Refused, Invalid."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.SEND_DRAFT, flow)
    states.require(flow, "send_to_format")
    today = office_date(tx.now_ms).isoformat()
    open_ones = [one for one in outgoing.opinions_of(tx, document_id) if one.answered_ms is None]
    awaited = [one for one in open_ones if one.due is None or one.due >= today]
    if awaited and not reason.strip():
        names = ", ".join(accounts.get(tx, one.person_id).full_name for one in awaited)
        raise Invalid(
            "Còn chờ ý kiến của %(names)s. Chờ đủ ý kiến, hoặc ghi lý do chuyển tiếp khi chưa đủ.", names=names
        )
    return move(tx, me, flow, states.FORMAT, "to_format", _with("Chuyển Văn phòng kiểm tra thể thức.", reason))


def approve_format(
    tx: Tx, actor: Actor | int, document_id: int, sheet: Mapping[str, str] | None = None, text: str = ""
) -> Flow:
    """A person of the Office approves form and technique (Article 12.2; R25) and passes the draft to the signatory.

    `sheet`: point of config/outgoing.toml to what was found there; the automatic checker fills it in before.
    """
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.CHECK_FORMAT, flow)
    states.require(flow, "approve_format")
    decide(tx, me, flow, FORMAT, APPROVED, text, sheet)
    if flow.advice_ms is None:
        outgoing.change(tx, document_id, {"advice_ms": tx.now_ms})
    said = _with("Thể thức đạt; trình lãnh đạo ký.", text)
    return move(tx, me, flow, states.LEADER, "format_approved", said)


def sign(tx: Tx, actor: Actor | int, document_id: int, text: str = "") -> Flow:
    """The signatory signs the version he sees (Article 13). Raises Refused also when its form was not approved."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.SIGN, flow)
    states.require(flow, "sign")
    if not approved(tx, flow, FORMAT):
        raise Refused("Phiên bản này chưa được Văn phòng kiểm tra thể thức (Quy chế, Điều 8).")
    decide(tx, me, flow, LEADER, APPROVED, text)
    outgoing.change(tx, document_id, {"signed_version": flow.version, "signed_ms": tx.now_ms})
    _take_over(tx, me, flow)
    return move(tx, me, flow, states.SIGNED, "signed", _with(f"Ký phiên bản {flow.version}.", text))


def _take_over(tx: Tx, me: Actor, flow: Flow) -> None:
    """The head may sign what a deputy was to sign; then it is the head's signature that the register names."""
    if me.account_id in (None, flow.signer_id) or me.on_behalf_of == flow.signer_id:
        return
    outgoing.change(tx, flow.document_id, {"signer_id": me.account_id, "sign_form": ""})
    documents.change(tx, flow.document_id, {"signer": signer_line(tx, me.account_id, "")})


def send_back(tx: Tx, actor: Actor | int, document_id: int, reason: str) -> Flow:
    """Return the draft to its drafter, with a reason, by whoever's step it is. Raises Refused, Invalid."""
    flow = outgoing.get(tx, document_id)
    if flow.state not in states.RETURNABLE:
        raise Refused("Văn bản ở bước “%(states)s” không trả lại được.", states=words().states[flow.state])
    act, step = _STEP_OF[flow.state]
    me = who.require(tx, actor, act, flow)
    if not reason.strip():
        raise Invalid("Phải ghi lý do trả lại.")
    decide(tx, me, flow, step, RETURNED, reason)
    said = f"Trả lại ở bước “{words().states[flow.state]}”. Lý do: {reason.strip()}"
    return move(tx, me, flow, states.DRAFT, "returned", said)


# ---- opinions -----------------------------------------------------------------------------------------------
def ask_opinions(
    tx: Tx, actor: Actor | int, document_id: int, people: Sequence[int], question: str, due: str | None
) -> Flow:
    """Ask people for their opinion, all at once, until a day (ISO). Raises Refused, Invalid."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.ASK_OPINION, flow)
    states.require(flow, "ask_opinions")
    if not people:
        raise Invalid("Chưa chọn ai để lấy ý kiến.")
    if due is not None and due < office_date(tx.now_ms).isoformat():
        raise Invalid("Hạn cho ý kiến đã qua.")
    asked = {one.person_id for one in outgoing.opinions_of(tx, document_id) if one.answered_ms is None}
    new = [one for one in dict.fromkeys(people) if one not in asked]
    for person_id in new:
        values = {"document_id": document_id, "version": flow.version, "person_id": person_id}
        outgoing.ask(tx, {**values, "asked_by": me.account_id, "question": question.strip(), "due": due})
    names = ", ".join(accounts.get(tx, one).full_name for one in new)
    until = f", hạn {'/'.join(reversed(due.split('-')))}" if due else ""
    return move(tx, me, flow, states.OPINIONS, "asked", _with(f"Lấy ý kiến {names}{until}.", question))


def give_opinion(tx: Tx, actor: Actor | int, opinion_id: int, verdict: str, text: str) -> Flow:
    """Answer a question once. When all are in, the draft goes on from there. Raises Refused, Invalid."""
    asked = outgoing.opinion(tx, opinion_id)
    flow = outgoing.get(tx, asked.document_id)
    me = as_actor(actor)
    if me.account_id != asked.person_id:
        raise Refused("Ý kiến này hỏi người khác.")
    if asked.answered_ms is not None:
        raise Refused("Bạn đã cho ý kiến; ý kiến đã gửi không sửa được.")
    if flow.state not in states.UNDER_WAY:
        raise Refused("Văn bản đã có số hoặc đã bỏ; không nhận ý kiến nữa.")
    if verdict not in words().opinions:
        raise Invalid("Chưa chọn đồng ý hay không.")
    if verdict != "agree" and not text.strip():
        raise Invalid("Góp ý hoặc không đồng ý thì phải ghi nội dung.")
    outgoing.answer(tx, opinion_id, verdict, text.strip())
    said = _with(f"Ý kiến: {words().opinions[verdict]}.", text)
    if flow.state == states.OPINIONS and not any(
        one.answered_ms is None for one in outgoing.opinions_of(tx, asked.document_id)
    ):
        return move(tx, me, flow, states.CONTENT, "opinion", said + " Đã đủ ý kiến.")
    tell(tx, me, asked.document_id, "opinion", said)
    return flow


# ---- what was decided ---------------------------------------------------------------------------------------
def approved(tx: Tx, flow: Flow, step: str) -> bool:
    """Whether the last word of the step on the newest version is an approval."""
    said = [one for one in outgoing.decisions_of(tx, flow.document_id) if one.step == step]
    return bool(said) and said[-1].verdict == APPROVED and said[-1].version == flow.version


def decide(
    tx: Tx, me: Actor, flow: Flow, step: str, verdict: str, text: str, sheet: Mapping[str, str] | None = None
) -> None:
    found = {name: value.strip()[:500] for name, value in (sheet or {}).items() if value.strip()}
    post = accounts.get(tx, me.account_id).position if me.account_id is not None else ""
    outgoing.add_decision(
        tx,
        flow.document_id,
        {
            "version": flow.version,
            "step": step,
            "verdict": verdict,
            "actor_id": me.account_id,
            "post": post or me.post_label,
            "text": text.strip()[:2000],
            "sheet": json.dumps(found, ensure_ascii=False),
        },
    )


def move(tx: Tx, me: Actor, flow: Flow, state: str, act: str, said: str) -> Flow:
    outgoing.change(tx, flow.document_id, {"state": state})
    tell(tx, me, flow.document_id, act, said, was=flow.state, state=state, version=flow.version)
    return outgoing.get(tx, flow.document_id)


def _with(sentence: str, text: str) -> str:
    return f"{sentence} {text.strip()}".strip()
