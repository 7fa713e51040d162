"""A draft that went on by mistake is taken back as long as nobody there has opened it: from the head of the unit to its
drafter, from the Office to the step before."""

from __future__ import annotations

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Refused
from mailsvc.documents import history
from mailsvc.documents.outgoing import states, who
from mailsvc.documents.outgoing.deciding import move
from mailsvc.documents.rights import Act, as_actor
from mailsvc.store import documents, outgoing
from mailsvc.store.outgoing import Flow
from mailsvc.store.tx import Tx

_THERE = {
    states.UNIT: (Act.APPROVE_CONTENT, "submitted", "Lấy lại dự thảo khi lãnh đạo đơn vị chưa mở."),
    states.FORMAT: (Act.CHECK_FORMAT, "to_format", "Lấy lại dự thảo khi Văn phòng chưa mở."),
}
"""Where the draft lies: what those do there, the step that brought it there, and the one that takes it back."""


def take_back(tx: Tx, actor: Actor | int, document_id: int) -> Flow:
    """Lấy lại: the draft lies where it was. Raises Refused, also when somebody whose turn it is has opened it."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.SEND_DRAFT, flow)
    states.require(flow, "take_back")
    reader = _reader(tx, me, flow)
    if reader:
        raise Refused("%(name)s đã mở dự thảo nên không tự lấy lại được; hãy đề nghị trả lại.", name=reader)
    return move(tx, me, flow, _before(tx, flow), "taken_back", _THERE[flow.state][2])


def _before(tx: Tx, flow: Flow) -> str:
    if flow.state == states.UNIT:
        return states.DRAFT
    open_ones = any(one.answered_ms is None for one in outgoing.opinions_of(tx, flow.document_id))
    return states.OPINIONS if open_ones else states.CONTENT


def may_take_back(tx: Tx, actor: Actor | int, flow: Flow) -> bool:
    """Whether the page offers it."""
    me = as_actor(actor)
    return flow.state in _THERE and who.may(tx, me, Act.SEND_DRAFT, flow) and not _reader(tx, me, flow)


def _reader(tx: Tx, me: Actor, flow: Flow) -> str:
    """Somebody else whose turn it is and who has opened the document since it came there; '' for nobody."""
    act, step, _words = _THERE[flow.state]
    came = [one.at_ms for one in documents.events_of(tx, flow.document_id) if one.kind == step]
    since_ms = came[-1] if came else 0
    for one in history.viewers(tx, flow.document_id):
        another = one.account_id != me.account_id and one.last_ms >= since_ms
        if another and who.may(tx, one.account_id, act, flow):
            return one.name
    return ""
