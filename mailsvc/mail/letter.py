"""A letter made ready for the store: scanned, its texts folded, its large bytes already on disk.

All of this happens before the transaction and off the event loop.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from mailsvc.message.scan import Scan, pack_parts, scan
from mailsvc.store.blobs import Blobs, Buffer, Spool
from mailsvc.store.contents import NewContent
from mailsvc.store.letter_keys import keys_of
from mailsvc.store.search_texts import searchable

QUICK_SIZE = 16_384
QUICK_PARTS = 64


@dataclass(frozen=True, slots=True)
class Letter:
    """`data` is the whole message, trace fields included; `found` is None where the texts are made later."""

    content: NewContent
    found: Scan | None
    data: Buffer

    @property
    def scan(self) -> Scan:
        """What is in the message, texts included."""
        return self.found or scan(self.data)


def from_bytes(data: bytes) -> Letter:
    """A letter whose bytes will lie in the database. For small messages and those the office writes itself."""
    return _letter(data, hashlib.sha256(data).digest(), data)


def from_spool(spool: Spool, blobs: Blobs, digest: bytes = b"", *, hurry: bool = False) -> Letter:
    """A letter from the spool; a large one becomes a blob here, fsynced. Raises StorageFull.

    In a `hurry` a small one gets the text it is searched by later.
    """
    data = spool.view()
    digest = digest or hashlib.sha256(data).digest()
    if not spool.in_file:
        return _letter(data, digest, bytes(data), hurry=hurry)
    letter = _letter(data, digest, None)
    blobs.adopt(spool.finish(), digest)
    return letter


def from_stored(data: Buffer) -> Letter:
    """A letter whose bytes the store has already, to be delivered again. For a worker thread when it is large."""
    return _letter(data, hashlib.sha256(data).digest(), None)


def is_quick(spool: Spool) -> bool:
    """Whether `from_spool` takes well under 5 ms and touches no disk: a small letter of few parts, however made."""
    if spool.in_file or spool.size > QUICK_SIZE:
        return False
    data = spool.view()
    return isinstance(data, bytes) and data.count(b"\n--") <= QUICK_PARTS


def _letter(data: Buffer, digest: bytes, inline: bytes | None, *, hurry: bool = False) -> Letter:
    found = scan(data, bodies=not hurry)
    text = searchable(found.head_text, found.body_text)
    content = NewContent(
        digest=digest,
        size=found.size,
        header_end=found.header_end,
        data=inline,
        envelope=found.envelope,
        body=found.body,
        bodystructure=found.bodystructure,
        parts=pack_parts(found.parts),
        sent_ms=found.sent_ms,
        subject=found.subject.replace("\0", " "),
        from_name=found.from_name.replace("\0", " "),
        from_address=found.from_address.replace("\0", " "),
        to_text=found.to_text.replace("\0", " "),
        message_id=found.message_id.replace("\0", " "),
        references=tuple(one.replace("\0", " ") for one in found.references),
        preview=found.preview.replace("\0", " "),
        attachment_count=sum(1 for part in found.parts if part.filename or part.disposition == "attachment"),
        text=None if hurry else text,
        keys=keys_of(found.sorting, found.sent_ms, text),
    )
    return Letter(content, None if hurry else found, data)


# ---- between processes ----------------------------------------------------------------------------------------
Packed = tuple[Any, ...]
"""The values of a content without its data."""
_PACKED = attrgetter(*(field.name for field in fields(NewContent) if field.name != "data"))
_DATA = [field.name for field in fields(NewContent)].index("data")


def packed(data: bytes) -> Packed:
    """A small letter made ready in a hurry, as plain values."""
    values: Packed = _PACKED(_letter(data, hashlib.sha256(data).digest(), data, hurry=True).content)
    return values


def unpacked(values: Packed, data: bytes) -> Letter:
    """The letter of those values."""
    return Letter(NewContent(*(*values[:_DATA], data, *values[_DATA:])), None, data)
