"""Contents: the bytes of each message once, with what the scanner found in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from mailsvc.core.errors import NotFound
from mailsvc.store import late_texts, letter_keys, search_texts, threads
from mailsvc.store.blobs import Blobs, Buffer
from mailsvc.store.schema import content_bytes, contents
from mailsvc.store.search_texts import SearchText
from mailsvc.store.tx import Prepared, Tx


@dataclass(frozen=True, slots=True)
class NewContent:
    """What is stored of a message.

    `data` is None when the bytes already lie in the blobs; `text` None when it is to be made later, from the data.
    """

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
    text: SearchText | None
    keys: letter_keys.LetterKeys


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
_BYTES = Prepared(select(content_bytes.c.data).where(content_bytes.c.content_id == bindparam("id")))
_DIGEST = Prepared(select(contents.c.digest).where(contents.c.id == bindparam("id")))
_PARTS = Prepared(select(contents.c.parts).where(contents.c.id == bindparam("id")))


_STORED = (
    "digest", "size", "header_end", "created_ms", "envelope", "body", "bodystructure", "parts", "sent_ms", "subject",
    "from_name", "from_address", "to_text", "message_id", "preview", "attachment_count", "thread_id",
)  # fmt: skip


def add(tx: Tx, new: NewContent) -> int:
    """Store the content unless its bytes are there already; its id."""
    found = tx.row(_BY_DIGEST, digest=new.digest)
    if found is not None:
        return int(found[0])
    return _insert(tx, [new], [threads.find_or_start(tx, new.message_id, new.references)])[new.digest]


def add_each(tx: Tx, new: Sequence[NewContent]) -> list[int]:
    """The same for several contents, in order, with few statements. Raises threads.SeveralThreads."""
    digests = [one.digest for one in new]
    found = tx.rows_among("SELECT digest, id FROM contents WHERE digest IN {among}", digests)
    known = {bytes(row[0]): int(row[1]) for row in found}
    missing = list({one.digest: one for one in new if one.digest not in known}.values())
    if missing:
        chosen = threads.find_or_start_each(tx, [(one.message_id, one.references) for one in missing])
        known |= _insert(tx, missing, chosen)
    return [known[digest] for digest in digests]


def add_all(tx: Tx, new: Sequence[NewContent]) -> list[int]:
    """The same, whatever the contents join."""
    try:
        return add_each(tx, new)
    except threads.SeveralThreads:  # nothing has been stored yet
        return [add(tx, one) for one in new]


def _insert(tx: Tx, new: Sequence[NewContent], thread_ids: Sequence[int]) -> dict[bytes, int]:
    """Store contents that are not there yet, with bytes and text; their ids by digest."""
    rows = []
    for one, thread_id in zip(new, thread_ids, strict=True):
        given = {"created_ms": tx.now_ms, "thread_id": thread_id}
        rows.append([given[name] if name in given else getattr(one, name) for name in _STORED])
    numbers = tx.insert_numbered("contents", _STORED, rows)
    ids = {one.digest: number for one, number in zip(new, numbers, strict=True)}
    inline = [(ids[one.digest], one.data) for one in new if one.data is not None]
    tx.insert_rows("content_bytes", ("content_id", "data"), inline)
    search_texts.add_each(tx, [(ids[one.digest], one.text) for one in new if one.text is not None])
    late_texts.put_off(tx, [ids[one.digest] for one in new if one.text is None])
    letter_keys.add_each(tx, [(ids[one.digest], one.keys) for one in new])
    return ids


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
