"""Every act is told: a step of the timeline, a link of the audit chain, and a wake-up for those who look."""

from __future__ import annotations

from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.documents import history
from mailsvc.store.tx import Tx


def tell(tx: Tx, actor: Actor, document_id: int, act: str, words: str, **detail: Any) -> None:
    """Note what was done with the document, after it was done in the same transaction."""
    history.note(tx, actor, document_id, act, words, **detail)
    tx.wake("outgoing")
