"""The paper main version beside the electronic one: its form approved, signed, kept somewhere (Regulation, Articles 8.5
and 9.5; R28, R34)."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import rights
from mailsvc.documents.outgoing import deciding, states, who
from mailsvc.documents.outgoing.telling import tell
from mailsvc.documents.outgoing.words import words
from mailsvc.documents.rights import Act
from mailsvc.store import documents as store
from mailsvc.store import outgoing
from mailsvc.store.documents import Document
from mailsvc.store.outgoing import Flow
from mailsvc.store.tx import Tx

NONE, SUBMITTED, SIGNED, STORED = "none", "submitted", "signed", "stored"
_ORDER = (NONE, SUBMITTED, SIGNED, STORED)


def submit_paper(tx: Tx, actor: Actor | int, document_id: int) -> Flow:
    """The unit hands the paper main version in for signing (Article 9.5). Raises Refused."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.SEND_DRAFT, flow)
    if flow.paper_state != NONE:
        raise Refused("Bản giấy đang ở bước “%(paper)s”.", paper=words().paper[flow.paper_state])
    return _set(tx, me, flow, SUBMITTED, "", "Trình ký bản giấy (văn bản chính).")


def approve_paper(tx: Tx, actor: Actor | int, document_id: int, text: str = "") -> Flow:
    """The Office approves the form of the paper main version (Article 8.5; R28). Raises Refused."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.CHECK_FORMAT, flow)
    deciding.decide(tx, me, flow, deciding.PAPER, deciding.APPROVED, text)
    tell(tx, me, document_id, "paper_approved", f"Duyệt thể thức bản giấy. {text.strip()}".strip())
    return outgoing.get(tx, document_id)


def keep_paper(tx: Tx, actor: Actor | int, document_id: int, state: str, place: str = "") -> Flow:
    """The clerks note that the paper version is signed and sealed, or stored (with its place).

    Raises Refused before the number, or to store one whose form was not approved (R28); Invalid without a place.
    """
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.KEEP_PAPER, flow)
    if state not in (SIGNED, STORED) or _ORDER.index(state) < _ORDER.index(flow.paper_state):
        raise Invalid("Bước của bản giấy không lùi lại được.")
    if flow.state not in (states.NUMBERED, states.ISSUED):
        raise Refused("Văn bản chưa có số; bản giấy đóng dấu và lưu sau khi cấp số.")
    if state == STORED and not approved(tx, document_id):
        raise Refused("Bản giấy chưa được Văn phòng duyệt thể thức nên chưa lưu được (Quy chế Điều 8 khoản 5).")
    if state == STORED and not place.strip():
        raise Invalid("Phải ghi nơi lưu (phòng, tủ, hộp).")
    said = words().paper[state] + (f": {place.strip()}" if place.strip() else "")
    return _set(tx, me, flow, state, place, f"Bản giấy: {said}.")


def approved(tx: Tx, document_id: int) -> bool:
    """Whether the Office's last word on the paper version is an approval."""
    said = [one for one in outgoing.decisions_of(tx, document_id) if one.step == deciding.PAPER]
    return bool(said) and said[-1].verdict == deciding.APPROVED


@dataclass(frozen=True, slots=True)
class Missing:
    """A numbered document whose paper main version is not stored yet; `days` since it got its number."""

    flow: Flow
    document: Document
    days: int


def missing(tx: Tx, actor: Actor | int, org_code: str, after_days: int = 0) -> list[Missing]:
    """Thiếu bản giấy: oldest first. Raises Refused."""
    rights.require(tx, rights.as_actor(actor), Act.READ_REGISTER, rights.Subject(org_code))
    found = outgoing.without_paper(tx, org_code, tx.now_ms - after_days * 86_400_000)
    return [
        Missing(one, store.get(tx, one.document_id), (tx.now_ms - (one.numbered_ms or tx.now_ms)) // 86_400_000)
        for one in found
    ]


def _set(tx: Tx, me: Actor, flow: Flow, state: str, place: str, said: str) -> Flow:
    values = {"paper_state": state, "paper_place": place.strip()[:200], "paper_ms": tx.now_ms}
    outgoing.change(tx, flow.document_id, values)
    tell(tx, me, flow.document_id, "paper", said, state=state, place=place.strip())
    return outgoing.get(tx, flow.document_id)
