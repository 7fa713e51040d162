"""Taking back that a draft was returned or given up, while nobody has gone on with it. Approvals, signatures, numbers
and opinions are never taken back so; a draft that was only sent on: `taking_back`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from mailsvc.core.actor import Actor
from mailsvc.documents import undoing
from mailsvc.documents.errors import Stale
from mailsvc.documents.outgoing import states
from mailsvc.documents.outgoing.deciding import move
from mailsvc.documents.undoing import Way
from mailsvc.store import documents, outgoing
from mailsvc.store.tx import Tx

P = ParamSpec("P")
T = TypeVar("T")
ROOM = "outgoing"
WORDS = {
    "dropped": "Lấy lại việc bỏ dự thảo.",
    "returned": "Lấy lại việc trả lại người soạn thảo.",
}
_RETURNED_FROM = (states.UNIT, states.FORMAT, states.LEADER)
"""Later the return is the last word about the form, on which signing and the number depend: it stands."""


def kept(
    tx: Tx,
    account_id: int,
    document_id: int,
    token: str,
    work: Callable[Concatenate[Tx, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do it, and remember how it is taken back, when it is an act that can be."""
    before = outgoing.get(tx, document_id).state
    result = work(tx, *args, **kwargs)
    after, step = outgoing.get(tx, document_id).state, documents.events_of(tx, document_id)[-1]
    if step.kind == "dropped" or (step.kind == "returned" and before in _RETURNED_FROM):
        values: Way = {"act": step.kind, "event": step.id, "before": before, "after": after}
        undoing.keep(tx, account_id, token, {"room": ROOM, "document": document_id, **values})
    return result


def undo(tx: Tx, actor: Actor, way: dict[str, Any]) -> None:
    """Raises Refused (who has done what since), Stale."""
    document_id = int(way["document"])
    undoing.require_last(tx, documents.events_of(tx, document_id), way)
    flow = outgoing.get(tx, document_id)
    if flow.state != way["after"]:
        raise Stale
    move(tx, actor, flow, way["before"], "undone", WORDS[way["act"]])
