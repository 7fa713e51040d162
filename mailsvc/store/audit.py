"""The audit trail: who did what to which thing, in which post, from where. Rows are only ever added.

Every row carries the SHA-256 of the row before it and its own, over `canonical`. The head of the chain is one row of
its own, taken in the transaction that adds the next link: one chain for all threads and processes. Triggers refuse to
change or remove a row; whoever goes around them is found by `store.chain.verify`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, select, update

from mailsvc.core.actor import Actor
from mailsvc.store.schema import audit, audit_head
from mailsvc.store.tx import Prepared, Tx

START = "0" * 64
"""What the first row carries as the hash before it."""

CHAINED = ("at_ms", "actor_id", "post", "on_behalf_of", "source", "action", "object", "detail")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: how many rows, the id and the hash of the last one."""

    count: int
    last_id: int
    hash: str


_COLUMNS = ("id", *CHAINED, "previous", "hash")
_HEAD = select(audit_head.c.count, audit_head.c.last_id, audit_head.c.hash).where(audit_head.c.id == 1)
_LOCKED = Prepared(_HEAD.with_for_update())  # SQLite has one writer and leaves the words out
_MOVE = Prepared(
    update(audit_head)
    .where(audit_head.c.id == 1)
    .values(count=bindparam("new_count"), last_id=bindparam("new_id"), hash=bindparam("new_hash"))
)


def record(tx: Tx, actor: Actor | int | None, action: str, thing: str, **detail: Any) -> int:
    """Note an act in the transaction that does it; the row's id. `thing` is "kind/id"; `detail` holds no secret."""
    who = actor if isinstance(actor, Actor) else Actor(actor)
    row = tx.row(_LOCKED)
    if row is None:
        raise RuntimeError("audit_head has no row: the chain cannot go on")
    last = Head(*row)
    values: dict[str, Any] = {
        "at_ms": tx.now_ms,
        "actor_id": who.account_id,
        "post": who.post_label,
        "on_behalf_of": who.on_behalf_of,
        "source": who.source,
        "action": action,
        "object": thing,
        "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True),
    }
    new_id = last.last_id + 1
    digest = link(last.hash, new_id, values)
    tx.insert_rows("audit", _COLUMNS, [[new_id, *values.values(), last.hash, digest]])
    tx.run(_MOVE, new_count=last.count + 1, new_id=new_id, new_hash=digest)
    return new_id


def link(previous: str, row_id: int, values: dict[str, Any]) -> str:
    """The hash of a row: SHA-256 over `canonical`, in hexadecimal digits."""
    return hashlib.sha256(canonical(previous, row_id, values)).hexdigest()


def canonical(previous: str, row_id: int, values: dict[str, Any]) -> bytes:
    """What a row is hashed over: a JSON list of the hash before, the id and the columns in the order of CHAINED."""
    listed = [previous, row_id, *(values[name] for name in CHAINED)]
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()


def head(tx: Tx) -> Head:
    """The end of the chain as the store knows it."""
    row = tx.execute(_HEAD).first()
    return Head(0, 0, START) if row is None else Head(*row)


def of(tx: Tx, thing: str) -> list[dict[str, Any]]:
    """The acts on a thing, oldest first."""
    statement = select(audit).where(audit.c.object == thing).order_by(audit.c.id)
    return [_row(one) for one in tx.execute(statement)]


def latest(tx: Tx, thing: str, action: str, actor_id: int | None, since_ms: int) -> list[dict[str, Any]]:
    """The acts of that kind by that person on the thing since the moment, latest first."""
    statement = (
        select(audit)
        .where(audit.c.object == thing, audit.c.action == action, audit.c.actor_id == actor_id)
        .where(audit.c.at_ms >= since_ms)
        .order_by(audit.c.id.desc())
    )
    return [_row(one) for one in tx.execute(statement)]


def listing(
    tx: Tx, *, actions: tuple[str, ...] = (), actor_id: int | None = None, before: int | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Acts, latest first; an action that ends in "." stands for all that begin so."""
    statement = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if actions:
        exact = [one for one in actions if not one.endswith(".")]
        wanted: ColumnElement[bool] = audit.c.action.in_(exact)
        for prefix in (one for one in actions if one.endswith(".")):
            wanted = wanted | audit.c.action.startswith(prefix, autoescape=True)
        statement = statement.where(wanted)
    if actor_id is not None:
        statement = statement.where(audit.c.actor_id == actor_id)
    if before is not None:
        statement = statement.where(audit.c.id < before)
    return [_row(one) for one in tx.execute(statement)]


def _row(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping) | {"detail": json.loads(row.detail)}
