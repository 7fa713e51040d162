"""Files packed into a zip archive that is sent while it grows: memory holds one file at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from mailsvc.message.attachments import Attachment

_PIECE = 256 * 1024


class _Growing(io.RawIOBase):
    """What the archive writes, until it is taken. It cannot be gone back in, so sizes follow the data (ZIP §4.4.4)."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def packed(files: Sequence[Attachment]) -> Iterator[bytes]:
    """The archive in pieces. Most files are compressed in themselves, so nothing is compressed; names are made
    different where they are the same, and lie in no folder."""
    growing = _Growing()
    names: set[str] = set()
    with ZipFile(growing, "w", ZIP_STORED) as archive:
        for one in files:
            data = one.read()
            with archive.open(ZipInfo(_own_name(one.name, names)), "w", force_zip64=len(data) > 1 << 31) as entry:
                for at in range(0, len(data), _PIECE):
                    entry.write(data[at : at + _PIECE])
                    yield growing.take()
    yield growing.take()


def _own_name(given: str, taken: set[str]) -> str:
    plain = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in given).strip(" .") or "tep"
    stem, dot, last = plain.rpartition(".")
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem} ({number}).{last}" if dot and stem else f"{plain} ({number})"
    taken.add(name.casefold())
    return name
