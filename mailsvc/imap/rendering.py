"""FETCH responses from stored rows: the columns a request needs, and one format string for all its rows.

ENVELOPE and BODYSTRUCTURE lie in the store as they go out, so a response is a join of ready bytes. Everything here runs
in a reader thread.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mailsvc.core.errors import NotFound
from mailsvc.imap.errors import Refused
from mailsvc.imap.grammar.dates import format_date_time
from mailsvc.imap.grammar.fetch import Section
from mailsvc.imap.grammar.response import literal, string
from mailsvc.imap.renderings import Piece, Rendered, Renderings, Slice
from mailsvc.imap.view import flags_text
from mailsvc.message import section as sections
from mailsvc.message.buffer import Buffer
from mailsvc.message.parts import Part, unpack_parts
from mailsvc.store import contents, placements, private_flags
from mailsvc.store.blobs import Blobs
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx

LIGHT, HEAVY, BODIES = 4000, 1000, 256
"""Rows read in one go: numbers and flags only; with one stored structure; with contents."""
FEW = 300
"""Messages of which numbers, flags or structures are put together in well under 2 ms."""
ENOUGH = 1024 * 1024
"""Octets of contents after which what is there is sent."""
INLINE = 128 * 1024
"""Octets of one section up to which it is copied; a larger one is sent in slices of the message."""
PREVIEW = 200
"""Characters of a preview (RFC 8970 §3.3)."""
WORTH_KEEPING = 200
"""Messages of one answer from which on it is kept for who asks the same again."""


@dataclass(frozen=True, slots=True)
class Item:
    """A plain FETCH item: its column, its format, and how the column's value becomes the text (None: as it is)."""

    name: str
    column: str
    text: bytes
    convert: Callable[[Any], Any] | None = None
    heavy: bool = False


def _thread_id(thread: int) -> bytes:
    """RFC 8474 §5.2; a letter without Message-ID is in no thread."""
    return b"(T%d)" % thread if thread else b"NIL"


def _preview(text: str) -> bytes:
    return string(text[:PREVIEW].encode("utf-8"))


ITEMS = (
    Item("UID", "uid", b"UID %d"),
    Item("FLAGS", "flags", b"FLAGS %s"),
    Item("INTERNALDATE", "internal_ms", b"INTERNALDATE %s", format_date_time),
    Item("RFC822.SIZE", "size", b"RFC822.SIZE %d"),
    Item("ENVELOPE", "envelope", b"ENVELOPE %s", None, True),
    Item("BODY", "body", b"BODY %s", None, True),
    Item("BODYSTRUCTURE", "bodystructure", b"BODYSTRUCTURE %s", None, True),
    Item("MODSEQ", "modseq", b"MODSEQ (%d)"),
    Item("EMAILID", "content_id", b"EMAILID (M%d)"),  # RFC 8474 §5.1
    Item("THREADID", "thread_told", b"THREADID %s", _thread_id, True),
    Item("SAVEDATE", "saved_ms", b"SAVEDATE %s", format_date_time),  # RFC 8514 §4.2
    Item("PREVIEW", "preview", b"PREVIEW %s", _preview, True),
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some messages to fetch: their sequence numbers and UIDs, side by side, rising."""

    numbers: Sequence[int]
    uids: Sequence[int]


class Plan:
    """How one FETCH is answered: the columns to read and the format of a line."""

    def __init__(
        self,
        attributes: frozenset[str],
        sections: Sequence[Section],
        mailbox: tuple[int, int],
        recent_from: int,
        guest: Guest | None = None,
        *,
        uidonly: bool = False,
    ) -> None:
        """`mailbox` is its id and UIDVALIDITY."""
        self.mailbox = mailbox
        self.mailbox_id = mailbox[0]
        self.guest = guest
        self.recent_from = recent_from
        self.sections = sections
        self.items = [item for item in ITEMS if item.name in attributes]
        self.columns = self._chosen_columns()
        plain = b" ".join(item.text for item in self.items)
        self.uidonly = uidonly
        word = b"* %d UIDFETCH (" if uidonly else b"* %d FETCH ("
        self.template = word + plain + (b")\r\n" if not self.sections else b"")
        heavy = sum(item.heavy for item in self.items)
        self.rows = BODIES if self.sections else HEAVY // heavy if heavy else LIGHT

    def _chosen_columns(self) -> tuple[str, ...]:
        names = {"uid": None} | dict.fromkeys(item.column for item in self.items)
        if "flags" in names:
            names |= {"keywords": None}
        if self.sections:
            names |= {"content_id": None, "header_end": None}
        return tuple(names)

    # ---- rows -----------------------------------------------------------------------------------------------------
    def read(self, tx: Tx, batch: Batch) -> tuple[list[tuple[Any, ...]], Sequence[int]]:
        """The rows that are there, with their sequence numbers."""
        low, high = batch.uids[0], batch.uids[-1]
        if high - low + 1 <= 2 * len(batch.uids):
            rows = placements.rows(tx, self.mailbox_id, low, high, self.columns)
            if high - low + 1 > len(batch.uids):  # there are holes, and what lies in them is not wanted
                wanted = set(batch.uids)
                rows = [row for row in rows if row[0] in wanted]
        else:
            rows = placements.rows_of(tx, self.mailbox_id, batch.uids, self.columns)
        if self.guest is not None:
            rows = private_flags.overlay(tx, self.guest, self.mailbox_id, rows, self.columns)
        if len(rows) == len(batch.uids):
            return rows, batch.numbers
        number_of = dict(zip(batch.uids, batch.numbers, strict=True))
        return rows, [number_of[row[0]] for row in rows]

    def lines(self, rows: Sequence[tuple[Any, ...]], numbers: Sequence[int]) -> Iterable[bytes]:
        """One formatted line (or its beginning, when sections follow) for each row."""
        columns = dict(zip(self.columns, zip(*rows, strict=True), strict=True))
        values: list[Iterable[Any]] = [columns["uid"] if self.uidonly else numbers]
        for item in self.items:
            column = columns[item.column]
            if item.name == "FLAGS":
                recent = map(self.recent_from.__le__, columns["uid"])
                values.append(map(flags_text, column, columns["keywords"], recent))
            else:
                values.append(column if item.convert is None else map(item.convert, column))
        return map(self.template.__mod__, zip(*values, strict=True))


    def is_small(self, batch: Batch) -> bool:
        """Whether the answer is soon made: few messages, or a letter or two as they are, without decoding."""
        if any(one.kind != "BODY" or one.part or one.text.startswith("HEADER.FIELDS") for one in self.sections):
            return False
        return len(batch.uids) <= (2 if self.sections else FEW)

    def key(self, batch: Batch) -> Hashable | None:
        """What the answer depends on besides the messages; None when it is not worth keeping, or for one guest only."""
        if self.sections or self.guest is not None or len(batch.uids) < WORTH_KEEPING:
            return None
        if not isinstance(batch.numbers, range):
            return None
        low, high = batch.uids[0], batch.uids[-1]
        recent = min(max(self.recent_from, low), high + 1) if "flags" in self.columns else 0
        whole = high - low + 1 == len(batch.uids)
        uids = (low, high) if whole else hashlib.sha256(array("I", batch.uids)).digest()
        return self.mailbox, self.template, recent, batch.numbers.start, uids


def render(tx: Tx, blobs: Blobs, renderings: Renderings, plan: Plan, batch: Batch) -> Rendered:
    """The responses for a batch, or for its beginning when contents make them large."""
    key = plan.key(batch)
    if key is None:
        return _render(tx, blobs, plan, batch)

    span = (batch.uids[0], batch.uids[-1])
    return renderings.of(tx, plan.mailbox_id, span, key, lambda: _render(tx, blobs, plan, batch))


def _render(tx: Tx, blobs: Blobs, plan: Plan, batch: Batch) -> Rendered:
    rows, numbers = plan.read(tx, batch)
    missing = len(batch.uids) - len(rows)
    if not rows:
        return Rendered([], len(batch.uids), missing)
    if not plan.sections:
        return Rendered([b"".join(plan.lines(rows, numbers))], len(batch.uids), missing)
    pieces: list[Piece] = []
    size = damaged = 0
    content_at, header_at = plan.columns.index("content_id"), plan.columns.index("header_end")
    for row, line in zip(rows, plan.lines(rows, numbers), strict=True):
        message = _Message(tx, blobs, row[content_at], row[header_at])
        try:
            size += _message_pieces(pieces, line, plan, message)
        except NotFound:  # a row without its bytes; the other messages can still be read
            damaged += 1
            pieces.append(_nothing(line, plan))
        if size >= ENOUGH and row is not rows[-1]:
            taken = sum(1 for uid in batch.uids if uid <= row[0])
            return Rendered(pieces, taken, taken - 1 - rows.index(row), damaged)
    return Rendered(pieces, len(batch.uids), missing, damaged)


def _message_pieces(pieces: list[Piece], line: bytes, plan: Plan, message: _Message) -> int:
    """Append one message's response; its octets. Raises NotFound, and then nothing was appended."""
    size = 0
    response: list[Piece] = [line]
    blank = b" " if plan.items else b""
    for section in plan.sections:
        found = message.section(section)
        response.append(blank + section.label + b" ")
        response.extend(found)
        size += sum(len(piece) if isinstance(piece, bytes) else piece.length for piece in found)
        blank = b" "
    pieces.extend(response)
    pieces.append(b")\r\n")
    return size


def _nothing(line: bytes, plan: Plan) -> bytes:
    """The response of a message that cannot be read."""
    values = (b"%s %s" % (one.label, b"0" if one.kind == "BINARY.SIZE" else b"NIL") for one in plan.sections)
    return line + (b" " if plan.items else b"") + b" ".join(values) + b")\r\n"


class _Message:
    """One message's bytes and parts, each read when first needed."""

    __slots__ = ("_blobs", "_content_id", "_data", "_parts", "_tx", "header_end")

    def __init__(self, tx: Tx, blobs: Blobs, content_id: int, header_end: int) -> None:
        self._tx = tx
        self._blobs = blobs
        self._content_id = content_id
        self._data: Buffer | None = None
        self._parts: tuple[Part, ...] | None = None
        self.header_end = header_end

    @property
    def data(self) -> Buffer:
        if self._data is None:
            self._data = contents.load(self._tx, self._blobs, self._content_id)
        return self._data

    @property
    def parts(self) -> tuple[Part, ...]:
        if self._parts is None:
            self._parts = unpack_parts(contents.packed_parts(self._tx, self._content_id))
        return self._parts

    def section(self, section: Section) -> list[Piece]:
        """The section's value as a literal, NIL when there is no such part."""
        if section.kind != "BODY":
            return [self._binary(section)]
        names = [name.encode("ascii") for name in section.fields]
        if not section.part and section.text.startswith("HEADER.FIELDS"):  # the commonest request needs no parts
            chosen = sections.header_fields(self.data[: self.header_end], names, section.text == "HEADER.FIELDS")
            return [literal(_cut(chosen, section.partial))]
        if not section.part:
            return self._run(*self._whole(section))
        found = sections.section(self.data, self.parts, section.part, section.text, names, section.partial)
        if found is None:
            return [b"NIL"]
        return [literal(found)] if isinstance(found, bytes) else self._run(*found)

    def _whole(self, section: Section) -> tuple[int, int]:
        """BODY[], BODY[HEADER] and BODY[TEXT] as start and length."""
        start = self.header_end if section.text == "TEXT" else 0
        end = self.header_end if section.text == "HEADER" else len(self.data)
        if section.partial is not None:
            start = min(start + section.partial[0], end)
            end = min(start + section.partial[1], end)
        return start, end - start

    def _run(self, start: int, length: int) -> list[Piece]:
        if length <= INLINE:
            return [b"{%d}\r\n%s" % (length, self.data[start : start + length])]
        return [b"{%d}\r\n" % length, Slice(self.data, start, length)]

    def _binary(self, section: Section) -> bytes:
        """RFC 9051 §6.4.5.1; a literal8 only where NUL makes it necessary. Raises Refused [UNKNOWN-CTE]."""
        try:
            found = sections.binary(self.data, self.parts, section.part, section.partial)
        except sections.UnknownEncodingError as error:
            raise Refused(f"Không giải được kiểu mã hóa {error}", "UNKNOWN-CTE") from None
        if section.kind == "BINARY.SIZE":
            return b"%d" % len(found or b"")
        if found is None:
            return b"NIL"
        return (b"~" if b"\x00" in found else b"") + literal(found)


def _cut(data: bytes, partial: tuple[int, int] | None) -> bytes:
    return data if partial is None else data[partial[0] : partial[0] + partial[1]]
