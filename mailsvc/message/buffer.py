"""Searching and counting in a message that is either bytes or a memory map, at memory speed and without a copy."""

import mmap

Buffer = bytes | mmap.mmap

_FIRST_WINDOW = 4 * 1024
_WINDOW = 512 * 1024


def find(data: Buffer, needle: bytes, start: int, end: int) -> int:
    """Offset of the first `needle` that lies wholly inside data[start:end], or -1."""
    if isinstance(data, bytes):
        return data.find(needle, start, end)
    # mmap.find compares byte by byte; bytes.find on a window is several times faster, copying included.
    overlap = len(needle) - 1
    window = _FIRST_WINDOW
    while start < end:
        stop = min(start + window + overlap, end)
        found = data[start:stop].find(needle)
        if found >= 0:
            return start + found
        start += window
        window = _WINDOW
    return -1


def count(data: Buffer, byte: bytes, start: int, end: int) -> int:
    """How often the single byte occurs in data[start:end]."""
    if isinstance(data, bytes):
        return data.count(byte, start, end)
    return sum(data[at : min(at + _WINDOW, end)].count(byte) for at in range(start, end, _WINDOW))


def with_line_feeds(data: Buffer) -> Buffer:
    """The same offsets, readable by a parser that knows LF and CRLF: a message with bare CR only is translated."""
    size = len(data)
    if find(data, b"\n", 0, size) >= 0 or find(data, b"\r", 0, size) < 0:
        return data
    return data[:].replace(b"\r", b"\n")
