"""Proof that nothing was changed behind the office's back (regulation, Article 4; Article 12.5).

The audit chain against itself and its checkpoints, the registers and files against the last link about each document,
a file against its hash whenever it is read.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Damaged
from mailsvc.documents import history
from mailsvc.mail.office import Office
from mailsvc.message.attachments import find_attachment
from mailsvc.message.scan import scan
from mailsvc.store import audit, chain, documents
from mailsvc.store.blobs import Buffer
from mailsvc.store.chain import Checkpoint
from mailsvc.store.tx import Tx

log = logging.getLogger(__name__)

HEADS = "audit-heads"
"""The file of checkpoints in the data folder; copies of it belong outside the machine."""


# ---- checkpoints --------------------------------------------------------------------------------------------
def key_of(folder: Path) -> bytes:
    """The key checkpoints are signed with, made of the installation's secret."""
    return hmac.new((folder / "secret").read_bytes(), b"audit heads", hashlib.sha256).digest()


def checkpoints(folder: Path) -> list[Checkpoint]:
    """The checkpoints kept so far, oldest first. A line that cannot be read is passed over; verify misses its row."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for line in (folder / HEADS).read_text("ascii", errors="replace").splitlines():
            with contextlib.suppress(ValueError):
                found.append(chain.read_checkpoint(line))
    return found


def keep_head(office: Office) -> Checkpoint | None:
    """Sign the head of the chain and keep it in the file and in the log; None when nothing was added since the last."""
    folder = office.settings.folder
    now = office.db.read_now(chain.checkpoint, key_of(folder))
    kept = checkpoints(folder)
    if kept and kept[-1].head == now.head:
        return None
    handle = os.open(folder / HEADS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(now.line() + "\n")
        file.flush()
        os.fsync(file.fileno())
    log.info("audit head %s", now.line())
    return now


# ---- the whole ----------------------------------------------------------------------------------------------
def verify(tx: Tx, known: list[Checkpoint], key: bytes) -> list[str]:
    """All findings about the chain, the timelines and the registers; empty when all is well."""
    last: dict[str, dict[str, Any]] = {}

    def look(row: Any) -> None:
        if row.object.startswith("document/") and '"seal"' in row.detail:
            with contextlib.suppress(ValueError):  # told already as a changed row
                last[row.object] = json.loads(row.detail)

    findings = chain.verify(tx, known, key, look)
    return findings + list(_documents(tx, last))


def _documents(tx: Tx, last: dict[str, dict[str, Any]]) -> Iterator[str]:
    for document in documents.each(tx):
        told = last.pop(f"document/{document.id}", None)
        if told is None:  # entered before there were seals
            continue
        if told["seal"] != history.seal(document):
            yield f"document {document.id}: its register entry was changed beside the audit trail"
        there = history.file_hashes(tx, document.id)
        for missing in sorted(set(told["files"]) - there):
            yield f"document {document.id}: its file {missing[:12]}… was removed or exchanged beside the audit trail"
    for thing in last:
        yield f"{thing}: the document is gone from the register"


# ---- one file -----------------------------------------------------------------------------------------------
def read_file(data: Buffer, path: str, sha256: str, name: str) -> bytes:
    """The file out of its letter, compared with its hash. Raises Damaged."""
    found = find_attachment(data, scan(data), path)
    if found is None or found.sha256 != sha256:
        raise Damaged(
            "Tệp “%(name)s” không còn đúng như khi được ghi vào hệ thống (mã băm khác), nên không mở. Việc này "
            "đã ghi vào nhật ký; xin báo quản trị và văn thư.",
            name=name,
        )
    return found.read()


def report_damage(tx: Tx, who: Actor, thing: str, path: str, sha256: str) -> None:
    """Note that a file was found damaged when somebody wanted to read it."""
    audit.record(tx, who, "file.damaged", thing, path=path, sha256=sha256)
