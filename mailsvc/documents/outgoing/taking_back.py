"""A draft that went to the head of the unit by mistake is taken back as long as nobody there has opened it."""

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


def take_back(tx: Tx, actor: Actor | int, document_id: int) -> Flow:
    """Lấy lại: the draft lies with its drafter again. Raises Refused, also when who approves it has opened it."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.SEND_DRAFT, flow)
    states.require(flow, "take_back")
    reader = _reader(tx, me, flow)
    if reader:
        raise Refused("%(name)s đã mở dự thảo nên không tự lấy lại được; hãy đề nghị trả lại.", name=reader)
    return move(tx, me, flow, states.DRAFT, "taken_back", "Lấy lại dự thảo khi lãnh đạo đơn vị chưa mở.")


def may_take_back(tx: Tx, actor: Actor | int, flow: Flow) -> bool:
    """Whether the page offers it."""
    me = as_actor(actor)
    return flow.state == states.UNIT and who.may(tx, me, Act.SEND_DRAFT, flow) and not _reader(tx, me, flow)


def _reader(tx: Tx, me: Actor, flow: Flow) -> str:
    """Somebody else who may approve the content and has opened the document since it was submitted; '' for nobody."""
    submitted = [one.at_ms for one in documents.events_of(tx, flow.document_id) if one.kind == "submitted"]
    since_ms = submitted[-1] if submitted else 0
    for one in history.viewers(tx, flow.document_id):
        another = one.account_id != me.account_id and one.last_ms >= since_ms
        if another and who.may(tx, one.account_id, Act.APPROVE_CONTENT, flow):
            return one.name
    return ""
