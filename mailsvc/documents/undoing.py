"""Taking back what one has just done with a document or a task, as long as nobody else has gone on with it.

What the act changed is kept for some minutes (`store.ways_back`) for who did it, and once. The history keeps both the
act and its taking back. Numbers, signatures, issuing, the register and opinions that were given are never taken back
so; each has its own way with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_datetime
from mailsvc.core.errors import NotFound, Refused
from mailsvc.store import accounts, ways_back
from mailsvc.store.tx import Tx
from mailsvc.store.ways_back import DOCUMENTS

Way = dict[str, Any]
Undo = Callable[[Tx, Actor, Way], None]


def keep(tx: Tx, account_id: int, token: str, way: Way) -> None:
    """Remember what an act changed."""
    ways_back.keep(tx, DOCUMENTS, token, account_id, way)


def offered(tx: Tx, account_id: int, token: str) -> bool:
    """Whether the act with that token can be taken back."""
    return bool(ways_back.parts(tx, DOCUMENTS, account_id, token))


def take(tx: Tx, account_id: int, token: str) -> Way:
    """What the act changed, once. Raises NotFound when it is another's, too old or was taken back already."""
    for part_id in ways_back.parts(tx, DOCUMENTS, account_id, token):
        found = ways_back.take(tx, part_id)
        if found is not None:
            return found
    raise NotFound("Không hoàn tác được nữa: đã quá 15 phút, hoặc đã hoàn tác rồi. Việc vẫn như đang thấy.")


def changes(before: Mapping[int, Any], after: Mapping[int, Any], skip: frozenset[str]) -> dict[str, dict[str, Any]]:
    """By id of the row: the columns that are different now, as they were before."""
    found: dict[str, dict[str, Any]] = {}
    for number, old in before.items():
        new = after[number]
        names = [one for one in old.__dataclass_fields__ if one not in skip]
        differing = {one: getattr(old, one) for one in names if getattr(old, one) != getattr(new, one)}
        if differing:
            found[str(number)] = differing
    return found


class Step(Protocol):
    """A step in the history of a document or a task."""

    @property
    def id(self) -> int: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def text(self) -> str: ...
    @property
    def at_ms(self) -> int: ...


def require_last(tx: Tx, steps: Iterable[Step], way: Way) -> None:
    """Nothing has happened since the act; else raises Refused, which says who did what, and when."""
    for step in steps:
        if step.id > way["event"]:
            raise Refused(
                "Không hoàn tác được nữa: lúc %(time)s %(name)s đã xử lý tiếp (“%(text)s”).",
                time=f"{office_datetime(step.at_ms):%H:%M %d/%m/%Y}",
                name=accounts.get(tx, step.actor_id).full_name if step.actor_id is not None else "Văn phòng điện tử",
                text=step.text,
            )
