"""The bytes of a letter on their way in: the end of DATA, chunks of BDAT, bare line ends, and the spool."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from mailsvc.core.errors import MailsvcError
from mailsvc.smtp import header as headers
from mailsvc.store.blobs import Spool

_END = b"\r\n.\r\n"


class DotReader:
    """Finds the end of DATA and undoes dot-stuffing, for any cutting of the stream. Pure.

    The end is CRLF.CRLF and nothing else, whatever other ends of lines stand around a dot. RFC 5321 §4.1.1.4
    """

    __slots__ = ("_fresh", "_held", "bare", "done")

    def __init__(self) -> None:
        self._held = b"\r\n"  # the CRLF of the DATA command counts: a first line of "." ends an empty letter
        self._fresh = True
        self.bare = False
        self.done = False

    def feed(self, chunk: bytes) -> tuple[bytes, bytes]:
        """(content, rest): `rest` is what follows the end, not empty only when `done`."""
        data = self._held + chunk
        end = data.find(_END)
        rest = b""
        if end >= 0:
            self.done = True
            rest = data[end + 5 :]
            data = data[: end + 2]
        else:
            keep = _overlap(data)
            self._held = data[len(data) - keep :]
            data = data[: len(data) - keep]
        if not data:
            return b"", rest
        self.bare = self.bare or has_bare_line_ends(data)
        if b"\r\n." in data:
            data = data.replace(b"\r\n.", b"\r\n")  # RFC 5321 §4.5.2
        if self._fresh:
            self._fresh = False
            data = data[2:]
        return data, rest


class ChunkReader:
    """Looks for bare line ends in BDAT chunks; a CRLF may be cut by the end of a chunk. Pure. RFC 3030 §2"""

    __slots__ = ("_held", "bare")

    def __init__(self) -> None:
        self._held = b""
        self.bare = False

    def feed(self, chunk: bytes) -> bytes:
        data = self._held + chunk
        self._held = b""
        if data.endswith(b"\r"):
            data, self._held = data[:-1], b"\r"
        self.bare = self.bare or has_bare_line_ends(data)
        return data

    def finish(self) -> bytes:
        """What was held back; a CR at the very end is bare."""
        held, self._held = self._held, b""
        self.bare = self.bare or bool(held)
        return held


def has_bare_line_ends(data: bytes) -> bool:
    pairs = data.count(b"\r\n")
    return data.count(b"\n") != pairs or data.count(b"\r") != pairs


def _overlap(data: bytes) -> int:
    """How many bytes at the end could be the beginning of the end of DATA."""
    for size in (4, 3, 2, 1):
        if data.endswith(_END[:size]):
            return size
    return 0


class Flaw(Enum):
    """Why the letter will be refused although its sender goes on sending. The first one found stays."""

    NONE = "none"
    TOO_LARGE = "too large"
    BARE_LINE_ENDS = "bare line ends"
    LOOP = "loop"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Terms:
    """How a letter is taken in. `head` gives the fields to put in front, when it is shown the letter's own header."""

    size: int
    received_fields: int
    head: Callable[[bytes], bytes]


class Intake:
    """One letter growing in its spool, behind its trace fields. Never holds more than the header and a little."""

    __slots__ = ("_backlog", "_backlog_size", "_hash", "_header", "_seen", "_terms", "error", "flaw", "size", "spool")

    def __init__(self, spool: Spool, terms: Terms) -> None:
        self.spool = spool
        self.size = 0
        self.flaw = Flaw.NONE
        self.error: MailsvcError | OSError | None = None
        self._terms = terms
        self._header: bytearray | None = bytearray()
        self._seen = 0
        self._backlog: list[bytes] = []
        self._backlog_size = 0
        self._hash = hashlib.sha256()

    def feed(self, data: bytes) -> None:
        """Take content, dots and chunks already undone. Call `flush` when `backlog` has grown."""
        self.size += len(data)
        if self.size > self._terms.size:
            self.refuse(Flaw.TOO_LARGE)
        if self.flaw is not Flaw.NONE or not data:
            return
        if self._header is None:
            self._put(data)
            return
        self._header += data
        self._look_at_header(complete=False)

    @property
    def backlog(self) -> int:
        return self._backlog_size

    async def flush(self) -> None:
        """Write the backlog, in a thread: the disk may be slow."""
        await asyncio.to_thread(self._write)

    async def finish(self) -> bytes:
        """The digest of the finished letter; look at `flaw` first thing after."""
        if self._header is not None and self.flaw is Flaw.NONE:
            self._look_at_header(complete=True)
        if self.flaw is Flaw.NONE:
            if self.spool.in_file or self._backlog_size > 65536:
                await self.flush()
            else:
                self._write()
        return self._hash.digest()

    def close(self) -> None:
        self._backlog = []
        self._header = None
        self.spool.close()

    def _look_at_header(self, complete: bool) -> None:
        """Once the whole header is there (or too much of it), put the trace in front and let it pass."""
        header = self._header if self._header is not None else bytearray()
        end = headers.header_end(header, self._seen)
        self._seen = len(header)
        if end < 0:
            if not complete and len(header) < headers.HEADER_MAX:
                return
            end = len(header)
        data = bytes(header)
        self._header = None
        own = data[:end]
        if headers.hops(own) > self._terms.received_fields:
            self.refuse(Flaw.LOOP)
            return
        self._put(self._terms.head(own))
        self._put(headers.without_return_path(own))
        self._put(data[end:])

    def _put(self, data: bytes) -> None:
        if data:
            self._backlog.append(data)
            self._backlog_size += len(data)

    def refuse(self, flaw: Flaw) -> None:
        """Forget the bytes; what still comes is only counted."""
        if self.flaw is Flaw.NONE:
            self.flaw = flaw
        self._header = None
        self._backlog = []
        self._backlog_size = 0

    def _write(self) -> None:
        data = b"".join(self._backlog)
        self._backlog = []
        self._backlog_size = 0
        self._hash.update(data)
        try:
            self.spool.write(data)
        except (MailsvcError, OSError) as error:  # the sender is told at the end of its data
            self.error = error
            self.refuse(Flaw.ERROR)
