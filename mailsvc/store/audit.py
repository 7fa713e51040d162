"""The audit trail: who did what to which thing. Rows are only ever added."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import insert, select

from mailsvc.store.schema import audit
from mailsvc.store.tx import Tx


def record(tx: Tx, actor_id: int | None, action: str, thing: str, **detail: Any) -> None:
    """Note an act in the transaction that does it. `thing` is "kind/id"; `detail` must hold no secret."""
    tx.execute(
        insert(audit).values(
            at_ms=tx.now_ms,
            actor_id=actor_id,
            action=action,
            object=thing,
            detail=json.dumps(detail, ensure_ascii=False, sort_keys=True),
        )
    )


def of(tx: Tx, thing: str) -> list[dict[str, Any]]:
    """The acts on a thing, oldest first."""
    statement = select(audit).where(audit.c.object == thing).order_by(audit.c.id)
    return [dict(row._mapping) | {"detail": json.loads(row.detail)} for row in tx.execute(statement)]
