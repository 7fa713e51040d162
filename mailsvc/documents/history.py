"""The history of a document: every act and every view as a step of its timeline and a link of the audit chain.

A view is noted once for each person, document and hour: enough to say who has seen it and when, without a row for
every reload (Decree 30/2020, Appendix VI; handbook §1.9).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.documents.rights.posts import DELEGATION_WORDS, as_actor
from mailsvc.store import accounts, audit, documents, outgoing
from mailsvc.store.documents import Document
from mailsvc.store.tx import Tx

VIEW = "document.view"
VIEW_MS = 3_600_000

# What stands in the register of a document and changes by a noted act only.
_SEALED = (
    "org_code", "direction", "year", "arrival_number", "arrival_date", "type_name", "number", "notation", "code",
    "issue_date", "issuer", "subject", "signer",
)  # fmt: skip


def note(
    tx: Tx,
    actor: Actor | int | None,
    document_id: int,
    kind: str,
    text: str,
    *,
    at_ms: int | None = None,
    **detail: Any,
) -> int:
    """Write an act down, after it was done in the same transaction: the step people see and its link of the chain.

    `kind` is a short name (`registered`, `directed`): the link's action is `document.` and the kind. `text`: a sentence
    for people. `at_ms` only for what happened before the transaction. The id of the link.
    """
    who = as_actor(actor)
    moment = tx.now_ms if at_ms is None else at_ms
    detail |= {"seal": seal(documents.get(tx, document_id)), "files": _hashes(tx, document_id)}
    step = {"at_ms": moment, "kind": kind, "text": text, "capacity": capacity(tx, who)}
    audit_id = audit.record(tx, who, f"document.{kind}", f"document/{document_id}", step=step, **detail)
    documents.add_event(tx, document_id, actor_id=who.account_id, post=who.post_label, audit_id=audit_id, **step)
    return audit_id


def capacity(tx: Tx, who: Actor) -> str:
    """ "thừa ủy quyền của Lâm Thị Thu Ngân" for who acts in another's place; '' in his own right."""
    if who.post is None or who.post.on_behalf_of is None:
        return ""
    principal = accounts.get(tx, who.post.on_behalf_of).full_name
    return f"{DELEGATION_WORDS.get(who.post.kind, '')} {principal}".strip()


def seal(document: Document) -> str:
    """SHA-256 over what stands in the register: compared with the last link when the store is verified."""
    values = [getattr(document, name) for name in _SEALED]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _hashes(tx: Tx, document_id: int) -> list[str]:
    """SHA-256 of the files a document is made of; of an outgoing one those of all its versions."""
    return sorted(file_hashes(tx, document_id))


def file_hashes(tx: Tx, document_id: int) -> set[str]:
    """What there is now, to be compared with the last link."""
    received = {one.sha256 for one in documents.files_of(tx, document_id)}
    return received | {one.sha256 for one in outgoing.files_of(tx, document_id)}


# ---- views --------------------------------------------------------------------------------------------------
def viewed(tx: Tx, actor: Actor | int, document_id: int, what: str = "page") -> bool:
    """Note that the person looks at the document (`what`: page, or file and its name); whether it was the first time
    within the hour."""
    who = as_actor(actor)
    thing = f"document/{document_id}"
    if not is_new_view(tx, who, document_id, what):
        return False
    audit.record(tx, who, VIEW, thing, what=what)
    return True


def is_new_view(tx: Tx, actor: Actor | int, document_id: int, what: str = "page") -> bool:
    """Whether `viewed` would add a row: readers ask this first and leave the writer in peace."""
    who = as_actor(actor)
    recent = audit.latest(tx, f"document/{document_id}", VIEW, who.account_id, tx.now_ms - VIEW_MS)
    return not any(one["detail"].get("what") == what for one in recent)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who has looked at a document: first and last time, in how many different hours."""

    account_id: int
    name: str
    first_ms: int
    last_ms: int
    times: int


def viewers(tx: Tx, document_id: int) -> list[Viewer]:
    """Who has seen the document, first viewer first."""
    found: dict[int, Viewer] = {}
    for one in audit.of(tx, f"document/{document_id}"):
        if one["action"] != VIEW or one["actor_id"] is None:
            continue
        actor_id = int(one["actor_id"])
        known = found.get(actor_id)
        name = accounts.get(tx, actor_id).full_name if known is None else known.name
        first_ms, times = (one["at_ms"], 0) if known is None else (known.first_ms, known.times)
        found[actor_id] = Viewer(actor_id, name, first_ms, one["at_ms"], times + 1)
    return list(found.values())
