"""Copies made of documents (sao y, trích sao, sao lục). Their numbers and register lines are in store.issued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from mailsvc.core.errors import NotFound
from mailsvc.store.schema import document_copies
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Copy:
    """`form`: SY, TrS, SL; `of_copy_id` is the sao y that a sao lục was made of. The file, when there is one, lies in
    `content_id` at `path`."""

    id: int
    org_code: str
    document_id: int
    form: str
    of_copy_id: int | None
    number_id: int
    excerpt: str
    signer: str
    purpose: str
    made_ms: int
    made_by: int | None
    content_id: int | None
    path: str
    name: str
    size: int
    sha256: str


_COLUMNS = [document_copies.c[name] for name in Copy.__dataclass_fields__]


def add(tx: Tx, values: Mapping[str, Any]) -> int:
    """Add a copy; its id."""
    statement = insert(document_copies).values({"made_ms": tx.now_ms, **values}).returning(document_copies.c.id)
    return int(tx.execute(statement).scalar_one())


def find(tx: Tx, copy_id: int) -> Copy | None:
    row = tx.execute(select(*_COLUMNS).where(document_copies.c.id == copy_id)).first()
    return None if row is None else Copy(*row)


def get(tx: Tx, copy_id: int) -> Copy:
    """Raises NotFound."""
    found = find(tx, copy_id)
    if found is None:
        raise NotFound("Không có bản sao này.")
    return found


def of_document(tx: Tx, document_id: int) -> list[Copy]:
    """In the order they were made."""
    statement = select(*_COLUMNS).where(document_copies.c.document_id == document_id).order_by(document_copies.c.id)
    return [Copy(*row) for row in tx.execute(statement)]
