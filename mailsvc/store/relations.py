"""Relations between documents: what answers, recalls, corrects, replaces which."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, or_, select

from mailsvc.store.schema import document_relations
from mailsvc.store.tx import Tx

ANSWERS, RECALLS, CORRECTS = "answers", "recalls", "corrects"
REPLACES, AMENDS, REPEALS = "replaces", "amends", "repeals"


@dataclass(frozen=True, slots=True)
class Link:
    """`from_id` does to `to_id` what `kind` says."""

    from_id: int
    to_id: int
    kind: str
    at_ms: int
    actor_id: int | None
    note: str


_COLUMNS = [document_relations.c[name] for name in Link.__dataclass_fields__]


def add(tx: Tx, from_id: int, to_id: int, kind: str, actor_id: int | None, note: str = "") -> bool:
    """Add a relation; False when it is there already."""
    if any(one.to_id == to_id and one.kind == kind for one in of(tx, from_id)):
        return False
    values = {"from_id": from_id, "to_id": to_id, "kind": kind, "at_ms": tx.now_ms, "actor_id": actor_id, "note": note}
    tx.execute(insert(document_relations).values(values))
    return True


def drop_answers(tx: Tx, from_id: int) -> None:
    """A draft's own list of what it answers is written anew while it is a draft."""
    condition = (document_relations.c.from_id == from_id) & (document_relations.c.kind == ANSWERS)
    tx.execute(delete(document_relations).where(condition))


def of(tx: Tx, document_id: int) -> list[Link]:
    """Relations of the document in both directions, oldest first."""
    either = or_(document_relations.c.from_id == document_id, document_relations.c.to_id == document_id)
    return _links(tx, either)


def from_document(tx: Tx, document_id: int, kind: str) -> list[Link]:
    return _links(tx, (document_relations.c.from_id == document_id) & (document_relations.c.kind == kind))


def to_document(tx: Tx, document_id: int, kind: str) -> list[Link]:
    return _links(tx, (document_relations.c.to_id == document_id) & (document_relations.c.kind == kind))


def _links(tx: Tx, condition: ColumnElement[bool]) -> list[Link]:
    statement = select(*_COLUMNS).where(condition).order_by(document_relations.c.id)
    return [Link(*row) for row in tx.execute(statement)]
