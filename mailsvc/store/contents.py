"""Contents: the bytes of each message once, with what the scanner found in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select

from mailsvc.core.errors import NotFound
from mailsvc.store import search, threads
from mailsvc.store.blobs import Blobs, Buffer
from mailsvc.store.schema import content_bytes, contents
from mailsvc.store.tx import Prepared, Tx


@dataclass(frozen=True, slots=True)
class NewContent:
    """What is stored of a message. `data` is None when the bytes already lie in the blobs."""

    digest: bytes
    size: int
    header_end: int
    data: bytes | None
    envelope: bytes
    body: bytes
    bodystructure: bytes
    parts: bytes
    sent_ms: int | None
    subject: str
    from_name: str
    from_address: str
    to_text: str
    message_id: str
    references: tuple[str, ...]
    preview: str
    attachment_count: int
    text: search.SearchText


@dataclass(frozen=True, slots=True)
class Content:
    """A stored message without its bytes and structures."""

    id: int
    digest: bytes
    size: int
    header_end: int
    sent_ms: int | None
    subject: str
    from_name: str
    from_address: str
    to_text: str
    message_id: str
    preview: str
    attachment_count: int
    thread_id: int


_COLUMNS = [contents.c[name] for name in Content.__dataclass_fields__]
_BY_ID = Prepared(select(*_COLUMNS).where(contents.c.id == bindparam("id")))
_BY_DIGEST = Prepared(select(contents.c.id).where(contents.c.digest == bindparam("digest")))
_INSERT = Prepared(
    insert(contents)
    .values(
        {
            name: bindparam(name)
            for name in (
                "digest", "size", "header_end", "created_ms", "envelope", "body", "bodystructure", "parts", "sent_ms",
                "subject", "from_name", "from_address", "to_text", "message_id", "preview", "attachment_count",
                "thread_id",
            )
        }
    )
    .returning(contents.c.id)
)  # fmt: skip
_INSERT_BYTES = Prepared(insert(content_bytes).values(content_id=bindparam("content_id"), data=bindparam("data")))
_BYTES = Prepared(select(content_bytes.c.data).where(content_bytes.c.content_id == bindparam("id")))
_DIGEST = Prepared(select(contents.c.digest).where(contents.c.id == bindparam("id")))
_PARTS = Prepared(select(contents.c.parts).where(contents.c.id == bindparam("id")))


def add(tx: Tx, new: NewContent) -> int:
    """Store the content unless its bytes are there already; its id."""
    found = tx.row(_BY_DIGEST, digest=new.digest)
    if found is not None:
        return int(found[0])
    row = tx.row(
        _INSERT,
        digest=new.digest,
        size=new.size,
        header_end=new.header_end,
        created_ms=tx.now_ms,
        envelope=new.envelope,
        body=new.body,
        bodystructure=new.bodystructure,
        parts=new.parts,
        sent_ms=new.sent_ms,
        subject=new.subject,
        from_name=new.from_name,
        from_address=new.from_address,
        to_text=new.to_text,
        message_id=new.message_id,
        preview=new.preview,
        attachment_count=new.attachment_count,
        thread_id=threads.find_or_start(tx, new.message_id, new.references),
    )
    assert row is not None  # noqa: S101 - RETURNING gives a row
    content_id = int(row[0])
    if new.data is not None:
        tx.run(_INSERT_BYTES, content_id=content_id, data=new.data)
    search.add(tx, content_id, new.text)
    return content_id


def get(tx: Tx, content_id: int) -> Content:
    """The content's record. Raises NotFound."""
    row = tx.row(_BY_ID, id=content_id)
    if row is None:
        raise NotFound(f"content {content_id}")
    return Content(*row)


def packed_parts(tx: Tx, content_id: int) -> bytes:
    """The part tree as message.scan.pack_parts made it. Raises NotFound."""
    return bytes(_one(tx, _PARTS, content_id))


def load(tx: Tx, blobs: Blobs, content_id: int) -> Buffer:
    """The bytes of the message. Raises NotFound."""
    row = tx.row(_BYTES, id=content_id)
    if row is not None:
        return bytes(row[0])
    return blobs.load(bytes(_one(tx, _DIGEST, content_id)))


def _one(tx: Tx, prepared: Prepared, content_id: int) -> Any:
    row = tx.row(prepared, id=content_id)
    if row is None:
        raise NotFound(f"content {content_id}")
    return row[0]
