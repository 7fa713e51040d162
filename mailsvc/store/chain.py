"""Does the audit trail still say what was written? Finds rows that were changed, removed, put in, reordered or cut off.

Nothing is changed here. Every finding is one line of text that names the row.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text

from mailsvc.store.audit import CHAINED, START, Head, head, link
from mailsvc.store.schema import audit, document_events
from mailsvc.store.tx import Tx

_TRIGGERS = {
    True: ("audit_no_update", "audit_no_delete", "document_events_no_update", "document_events_no_delete"),
    False: ("audit_frozen", "document_events_frozen"),
}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the chain as it was at a moment, signed with the installation's key: kept outside the store."""

    at_ms: int
    head: Head
    signature: str

    def line(self) -> str:
        """`at_ms count last_id hash signature`, as written into the file of checkpoints, the log and in print."""
        return f"{self.at_ms} {self.head.count} {self.head.last_id} {self.head.hash} {self.signature}"


def checkpoint(tx: Tx, key: bytes) -> Checkpoint:
    """The signed head of now."""
    now = head(tx)
    return Checkpoint(tx.now_ms, now, _sign(key, tx.now_ms, now))


def read_checkpoint(line: str) -> Checkpoint:
    """Raises ValueError for a line that is none."""
    at_ms, count, last_id, digest, signature = line.split()
    return Checkpoint(int(at_ms), Head(int(count), int(last_id), digest), signature)


def _sign(key: bytes, at_ms: int, one: Head) -> str:
    words = f"audit {at_ms} {one.count} {one.last_id} {one.hash}"
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()


def verify(
    tx: Tx, checkpoints: Sequence[Checkpoint] = (), key: bytes = b"", look: Callable[[Any], None] | None = None
) -> list[str]:
    """Walk the whole chain, compare it with its head, the checkpoints and the timelines of the documents.

    `look` is shown every row.
    """
    wanted = {one.head.last_id: one for one in checkpoints}
    findings = list(_triggers(tx))
    count, last_id, digest = 0, 0, START
    steps: dict[int, dict[str, Any]] = {}
    seen: dict[int, str] = {}
    statement = select(audit).order_by(audit.c.id).execution_options(yield_per=1000)
    for row in tx.execute(statement):
        findings += _row_findings(row, digest, last_id)
        if look is not None:
            look(row)
        count, last_id, digest = count + 1, row.id, row.hash
        if row.id in wanted:
            seen[row.id] = row.hash
        if row.action.startswith("document.") and '"step"' in row.detail:
            steps[row.id] = {"object": row.object, "actor_id": row.actor_id, **_step_of(row.detail)}
    findings += _head_findings(head(tx), Head(count, last_id, digest))
    findings += [one for point in checkpoints for one in _checkpoint_findings(point, seen, key)]
    return findings + list(_timelines(tx, steps))


def _row_findings(row: Any, before: str, before_id: int) -> Iterator[str]:
    values = {name: getattr(row, name) for name in CHAINED}
    if row.previous != before:
        where = f"between {before_id} and {row.id}" if before_id else f"before {row.id}"
        yield f"audit {row.id}: a row {where} is missing, was put in or changed its place"
    if link(row.previous, row.id, values) != row.hash:
        yield f"audit {row.id}: was changed ({row.action} on {row.object})"


def _head_findings(kept: Head, found: Head) -> Iterator[str]:
    if kept.count > found.count:
        yield f"audit: {kept.count - found.count} rows are missing; the chain went to row {kept.last_id}"
    elif kept.count < found.count:
        yield f"audit: {found.count - kept.count} rows more than were ever written"
    elif (kept.last_id, kept.hash) != (found.last_id, found.hash):
        yield f"audit: ends with row {found.last_id}, it went to row {kept.last_id} with another hash"


def _checkpoint_findings(point: Checkpoint, seen: dict[int, str], key: bytes) -> Iterator[str]:
    if key and not hmac.compare_digest(_sign(key, point.at_ms, point.head), point.signature):
        yield f"checkpoint of row {point.head.last_id}: its signature is not ours"
    elif point.head.last_id and point.head.last_id not in seen:
        yield f"audit {point.head.last_id}: a checkpoint names it and it is gone: the end of the chain was cut off"
    elif point.head.last_id and seen[point.head.last_id] != point.head.hash:
        yield f"audit {point.head.last_id}: has another hash than its checkpoint: the chain was written anew"


def _step_of(detail: str) -> dict[str, Any]:
    try:
        step: dict[str, Any] = json.loads(detail).get("step", {})
    except ValueError:  # told already as a changed row
        return {}
    return step


def _timelines(tx: Tx, steps: dict[int, dict[str, Any]]) -> Iterator[str]:
    """Every step of a timeline is vouched for by its link, and every link has its step."""
    left = dict(steps)
    for row in tx.execute(select(document_events).order_by(document_events.c.id)):
        vouched = left.pop(row.audit_id, None)
        where = f"document {row.document_id}: step {row.id} of its timeline"
        if vouched is None:
            yield f"{where} was put in beside the audit trail"
            continue
        said = {name: getattr(row, name) for name in ("at_ms", "kind", "text", "capacity", "actor_id")}
        if said | {"object": f"document/{row.document_id}"} != vouched:
            yield f"{where} was changed"
    for audit_id, step in left.items():
        yield f"{step.get('object')}: the step of audit {audit_id} is missing from its timeline"


def _triggers(tx: Tx) -> Iterator[str]:
    """The triggers that keep rows as they are stand where the migrations put them."""
    sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    postgres = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    there = set(tx.execute(text(sqlite if tx.is_sqlite else postgres)).scalars())
    for name in _TRIGGERS[tx.is_sqlite]:
        if name not in there:
            yield f"trigger {name} is missing: rows could be changed unseen"
