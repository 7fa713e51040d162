"""The bounded buffer between octets as they arrive and lines as they are read. No I/O."""

from __future__ import annotations

from mailsvc.net.errors import LineTooLong

HEAD = 64
"""Octets of a line that is too long which are kept for the answer."""


class LineBuffer:
    """Octets received and not yet read."""

    __slots__ = ("_data", "_scanned", "_skipping")

    def __init__(self) -> None:
        self._data = bytearray()
        self._scanned = 0
        self._skipping = False

    def __len__(self) -> int:
        return len(self._data)

    def feed(self, data: bytes) -> None:
        """Adds octets; what belongs to a line being skipped is dropped at once."""
        if not self._skipping:
            self._data += data
            return
        end = data.find(b"\n")
        if end >= 0:
            self._skipping = False
            self._data += data[end + 1 :]

    def take_line(self, limit: int) -> bytes | None:
        """The next line without its CRLF (or bare LF), or None while it is not whole.

        Raises LineTooLong once when more than `limit` octets come without an end; the rest of that line is
        never stored, and reading goes on with the next line.
        """
        data = self._data
        end = data.find(b"\n", self._scanned)
        if end < 0:
            self._scanned = len(data)
            if len(data) > limit + 1:  # the CR of the ending may be there already
                self._skipping = True
                raise self._drop(len(data))
            return None
        stop = end - 1 if end and data[end - 1] == 13 else end
        if stop > limit:
            raise self._drop(end + 1)
        line = bytes(data[:stop])
        del data[: end + 1]
        self._scanned = 0
        return line

    def take(self, limit: int) -> bytes:
        """Up to `limit` octets, at once."""
        taken = bytes(self._data[:limit])
        del self._data[:limit]
        self._scanned = 0
        return taken

    def clear(self) -> None:
        self._data.clear()
        self._scanned = 0

    def _drop(self, count: int) -> LineTooLong:
        error = LineTooLong(bytes(self._data[:HEAD]))
        del self._data[:count]
        self._scanned = 0
        return error
