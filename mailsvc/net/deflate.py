"""COMPRESS=DEFLATE as a layer (RFC 4978): raw deflate, flushed at every send, small while nothing is said.

zlib's state for both directions is some 300 KiB. A compressor may be dropped at any flush, because what a new one
writes refers to nothing before it; `rest` drops it, and the few octets that are pushed to a resting client go through a
small one that is dropped at once. The other direction needs what the peer may refer back to: its last 32 KiB in clear.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from mailsvc.net.errors import TlsFailed

if TYPE_CHECKING:
    from zlib import _Compress, _Decompress

_LEVEL = 3
"""Most of the gain for a third of the time of zlib's usual 6."""
_INFLATED = 65_536
"""Octets that one call may inflate to; the rest is held until they have been read."""
_WINDOW = 32_768
_SMALL = 2_048
"""Octets that do not wake a resting compressor."""
_FLUSHED = b"\x00\x00\xff\xff"
"""How a flushed stream ends: an empty block, on whole octets (RFC 1951 §3.2.4)."""


class DeflateLayer:
    """One side of a compressed connection."""

    __slots__ = ("_busy", "_deflate", "_history", "_inflate", "_tail", "ended", "held")

    ready = True

    def __init__(self) -> None:
        self._deflate: _Compress | None = None
        self._inflate: _Decompress | None = None
        self._history = b""
        self._tail = b""  # the last octets received, compressed
        self._busy = False
        self.ended = False
        self.held = False

    def receive(self, data: bytes) -> bytes:
        inflate = self._inflate
        if inflate is None:
            if not data:
                return b""
            inflate = self._inflate = zlib.decompressobj(-15, zdict=self._history)
        try:
            plain = inflate.decompress(inflate.unconsumed_tail + data, _INFLATED)
        except zlib.error as error:
            raise TlsFailed("broken deflate data") from error
        self.held = len(plain) == _INFLATED or bool(inflate.unconsumed_tail)
        self.ended = inflate.eof
        self._history = (self._history + plain)[-_WINDOW:]
        self._tail = (self._tail + data)[-len(_FLUSHED) :]
        self._busy = True
        return plain

    def send(self, data: bytes) -> bytes:
        if self._deflate is None and len(data) <= _SMALL:
            small = zlib.compressobj(_LEVEL, zlib.DEFLATED, -9, 1)
            return small.compress(data) + small.flush(zlib.Z_SYNC_FLUSH)
        if self._deflate is None:
            self._deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, 8)
        self._busy = True
        return self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)

    def rest(self) -> None:
        """Give the memory back, unless something was said since the last call."""
        if self._busy:
            self._busy = False
            return
        self._deflate = None
        if not self.held and self._tail == _FLUSHED:
            self._inflate = None

    def reply(self) -> bytes:
        return b""

    def close(self) -> bytes:
        return (self._deflate or zlib.compressobj(_LEVEL, zlib.DEFLATED, -9, 1)).flush(zlib.Z_FINISH)
