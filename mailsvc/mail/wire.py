"""A stored letter as it goes over the wire: CRLF line ends only, dots doubled, its signature in front. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailsvc.store.blobs import Buffer

CHUNK = 64 * 1024
_BARE = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is sent: `prefix`, then the octets of `data` from `start` on. `size` counts both, without doubled dots.

    `eight_bit`: octets above 127 occur; `utf8_header`: in the header too. `header_end` is where the header ends, the
    empty line not included.
    """

    data: Buffer
    start: int
    header_end: int
    size: int
    eight_bit: bool
    utf8_header: bool
    prefix: bytes = b""

    @property
    def header(self) -> bytes:
        return bytes(self.data[self.start : self.header_end])

    def body(self) -> Iterator[bytes]:
        """The body in pieces, the empty line in front of it not included."""
        return _pieces(self.data, self.header_end + 2)

    def signed(self, field: bytes) -> Outgoing:
        """The same with a field in front."""
        return replace(self, prefix=field + self.prefix, size=self.size + len(field))

    def octets(self) -> Iterator[bytes]:
        """Everything that follows the reply to DATA, the final dot included. RFC 5321 §4.5.2"""
        fresh = True
        for piece in self._pieces():
            stuffed = piece.replace(b"\r\n.", b"\r\n..")
            yield b"." + stuffed if fresh and piece.startswith(b".") else stuffed
            fresh = piece.endswith(b"\r\n")
        yield b".\r\n"

    def _pieces(self) -> Iterator[bytes]:
        if self.prefix:
            yield self.prefix
        yield from _pieces(self.data, self.start)


def outgoing(data: Buffer, start: int) -> Outgoing:
    """The letter without its first `start` octets. Bare CR and LF become CRLF, and the end is one (RFC 5321 §2.3.8)."""
    if not _is_clean(data, start):
        data, start = _cleaned(bytes(data[start:])), 0
    header_end = _header_end(data, start)
    return Outgoing(
        data=data,
        start=start,
        header_end=header_end,
        size=len(data) - start,
        eight_bit=not all(piece.isascii() for piece in _pieces(data, start)),
        utf8_header=not bytes(data[start:header_end]).isascii(),
    )


def _is_clean(data: Buffer, start: int) -> bool:
    """Whether CR and LF occur only together, the end is CRLF, and an empty line ends the header."""
    if bytes(data[-2:]) != b"\r\n" or _header_end(data, start) < 0:
        return False
    for piece in _pieces(data, start):
        pairs = piece.count(b"\r\n")
        if piece.count(b"\n") != pairs or piece.count(b"\r") != pairs:
            return False
    return True


def _cleaned(data: bytes) -> bytes:
    text = _BARE.sub(b"\r\n", data)
    if text and not text.endswith(b"\r\n"):
        text += b"\r\n"
    return text if _header_end(text, 0) >= 0 else text + b"\r\n"


def _header_end(data: Buffer, start: int) -> int:
    """Where the empty line begins that ends the header; -1 without one."""
    if bytes(data[start : start + 2]) == b"\r\n":
        return start
    found = data.find(b"\r\n\r\n", start)
    return found + 2 if found >= 0 else -1


def _pieces(data: Buffer, start: int) -> Iterator[bytes]:
    """The octets from `start` on; no piece ends between a CR and its LF."""
    end = len(data)
    while start < end:
        stop = min(start + CHUNK, end)
        if stop < end and data[stop - 1 : stop] == b"\r":
            stop += 1
        yield bytes(data[start:stop])
        start = stop
