"""The way back of an act on a document or a task, as the next page offers it."""

from __future__ import annotations

from mailsvc.core.actor import Actor
from mailsvc.documents import undoing
from mailsvc.documents.outgoing import undoing as outgoing
from mailsvc.documents.routing import undoing as incoming
from mailsvc.documents.tasks import undoing as tasks
from mailsvc.documents.undoing import Undo
from mailsvc.http.visits import Visit
from mailsvc.store.tx import Tx

ADDRESS = "/viec/hoan-tac"
_ROOMS: dict[str, Undo] = {incoming.ROOM: incoming.undo, outgoing.ROOM: outgoing.undo, tasks.ROOM: tasks.undo}


async def form(visit: Visit, token: str, back: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Address and fields of the form that takes the act with that token back, to be at `back` then; ('', ()) when
    nothing does."""
    if not await visit.office.db.read(undoing.offered, visit.who.account.id, token):
        return "", ()
    return ADDRESS, (("lan", token), ("noi", back))


def undo(tx: Tx, actor: Actor, token: str) -> None:
    """Take it back. Raises NotFound, Refused, Stale."""
    way = undoing.take(tx, actor.account_id or 0, token)
    _ROOMS[way["room"]](tx, actor, way)
