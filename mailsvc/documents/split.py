"""One letter, several documents: each gets an entry of its own, so that each takes a số đến of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid
from mailsvc.documents import clerks
from mailsvc.documents import intake as acts
from mailsvc.documents.errors import Stale
from mailsvc.documents.findings import document_key
from mailsvc.store import audit, intake
from mailsvc.store.intake import DONE, WAITING, Entry, EntryFile
from mailsvc.store.tx import Tx

_COPIED = (
    "org_code", "content_id", "mailbox_id", "uid", "channel", "mail_class", "received_ms", "actor_id", "sender_name",
    "sender_address", "subject", "sent_ms", "original_message_id",
)  # fmt: skip


def split(tx: Tx, who: Actor | int, entry_id: int, version: int) -> tuple[Entry, ...]:
    """Make an entry for each document that was found in a waiting letter; the first keeps the entry there is.

    Files go with the document they belong to, annexes with the document before them. Raises NotFound, Refused, Stale,
    Invalid when there is nothing to split.
    """
    entry = intake.get(tx, entry_id)
    actor = clerks.require_clerk(tx, who, entry.org_code)
    found: list[dict[str, Any]] = entry.proposed.get("documents") or []
    if entry.status != WAITING or len(found) < 2:
        raise Invalid("Thư này không có nhiều văn bản để tách.")
    shares = _shares(intake.files_of(tx, entry_id), found)
    if not intake.change(tx, entry_id, _values(tx, entry, found[0], shares[0]), version=version):
        raise Stale
    intake.put_files(tx, entry_id, shares[0])
    copied = {name: getattr(entry, name) for name in _COPIED}
    others = [
        intake.add(tx, copied | _values(tx, entry, document, files) | {"extract_state": DONE}, files)
        for document, files in zip(found[1:], shares[1:], strict=True)
    ]
    audit.record(tx, actor, "intake.split", f"intake/{entry_id}", into=others)
    tx.wake("intake")
    return tuple(intake.get(tx, one) for one in (entry_id, *others))


def _values(tx: Tx, entry: Entry, document: dict[str, Any], files: Sequence[EntryFile]) -> dict[str, Any]:
    """What differs from document to document; duplicates are looked for among earlier letters only."""
    key = document_key(document)
    first = acts.same_files(tx, entry.org_code, files, before_id=entry.id) or intake.first_with_code(
        tx, entry.org_code, key, before_id=entry.id
    )
    return {
        "proposal": json.dumps({"document": document}, ensure_ascii=False),  # as it was stored already
        "code_key": key,
        "duplicate_of": None if first is None else acts.root(first),
    }


def _shares(files: Sequence[EntryFile], found: Sequence[dict[str, Any]]) -> list[list[EntryFile]]:
    """The files of each document, in the order of the letter."""
    owners = {path: n for n, document in enumerate(found) for path in document.get("files", ())}
    shares: list[list[EntryFile]] = [[] for _ in found]
    last = 0
    for file in files:
        last = owners.get(file.path, last)
        shares[last].append(file)
    return shares
