"""Large message bytes as files named by their SHA-256, and the spool where they grow.

A blob is on disk, its folder too, before any row names it. Rows never point to missing blobs; a blob without a row
(a crash between the two) is collected later. An object store takes this place behind the same five methods.
"""

from __future__ import annotations

import errno
import mmap
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from mailsvc.core.errors import Busy, NotFound, StorageFull

Buffer = bytes | mmap.mmap

MEMORY = 128 * 1024
"""Octets up to which a message stays in memory and then lies in the database: a file, its two folders and their fsyncs
cost more than that many pages of the log."""


class Blobs(Protocol):
    """Where large contents lie, by digest (32 bytes)."""

    def adopt(self, path: Path, digest: bytes) -> None:
        """Take over the finished, fsynced file. Raises StorageFull."""

    def load(self, digest: bytes) -> Buffer:
        """The bytes. Raises NotFound."""

    def size(self, digest: bytes) -> int | None:
        """The size in bytes, or None when there is no such blob."""

    def delete(self, digest: bytes) -> None: ...

    def digests(self) -> Iterator[tuple[bytes, int]]:
        """All digests with the time of their writing in milliseconds."""


class FileBlobs:
    """Blobs in a folder, two levels deep: ab/abcdef…"""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._durable: set[Path] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def adopt(self, path: Path, digest: bytes) -> None:
        target = self._path(digest)
        if target.exists():
            os.utime(target)  # young again, so that a collection under way leaves it
            path.unlink()
            self._sync(target.parent)  # whoever put it there may not have come to that yet
            return
        try:
            target.parent.mkdir(exist_ok=True)
            os.replace(path, target)
            self._sync(target.parent)
        except OSError as error:
            raise as_storage_full(error) from error

    def _sync(self, folder: Path) -> None:
        """Make a blob's name durable; its folder's own only until that has been done once."""
        sync_folder(folder)
        if folder not in self._durable:
            sync_folder(self._folder)
            self._durable.add(folder)

    def load(self, digest: bytes) -> Buffer:
        try:
            with open(self._path(digest), "rb") as file:
                if os.fstat(file.fileno()).st_size == 0:
                    return b""
                return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError as error:
            raise NotFound(f"blob {digest.hex()}") from error

    def size(self, digest: bytes) -> int | None:
        try:
            return self._path(digest).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, digest: bytes) -> None:
        self._path(digest).unlink(missing_ok=True)

    def digests(self) -> Iterator[tuple[bytes, int]]:
        for file in self._folder.glob("??/*"):
            try:
                yield bytes.fromhex(file.name), file.stat().st_mtime_ns // 1_000_000
            except (ValueError, FileNotFoundError):
                continue

    def _path(self, digest: bytes) -> Path:
        name = digest.hex()
        return self._folder / name[:2] / name


class Spool:
    """Bytes that grow while they are received: in memory up to a limit, then in a file. A context manager.

    `digest` is not kept here: who writes hashes as it goes or once at the end.
    """

    def __init__(self, folder: Path, memory_limit: int = MEMORY) -> None:
        self._folder = folder
        self._memory_limit = memory_limit
        self._chunks: list[bytes] = []
        self._file: tempfile._TemporaryFileWrapper[bytes] | None = None
        self._map: mmap.mmap | None = None
        self._closed = False
        self.size = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def in_file(self) -> bool:
        return self._file is not None

    def write(self, data: bytes) -> None:
        """Append. Raises StorageFull."""
        self.size += len(data)
        if self._file is None and self.size <= self._memory_limit:
            self._chunks.append(data)
            return
        try:
            if self._file is None:
                self._open()
            assert self._file is not None  # noqa: S101 - tells the type checker
            self._file.write(data)
        except OSError as error:
            raise as_storage_full(error) from error

    def view(self) -> Buffer:
        """All bytes written so far; nothing may be written after this. Raises Busy once closed: they are gone."""
        data = self._bytes()
        if self._closed:  # looked at last: `close` may come from another thread, and says so before it forgets
            raise Busy("Đường truyền đã đóng trước khi thư được nhận xong.")
        return data

    def _bytes(self) -> Buffer:
        if self._file is None:
            if len(self._chunks) > 1:
                self._chunks = [b"".join(self._chunks)]
            return self._chunks[0] if self._chunks else b""
        if self._map is None:
            try:
                self._file.flush()
            except OSError as error:
                raise as_storage_full(error) from error
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return self._map

    def finish(self) -> Path:
        """The spooled file, fsynced, ready for `Blobs.adopt` (only when `in_file`). Raises StorageFull."""
        assert self._file is not None  # noqa: S101 - a mistake of the caller
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise as_storage_full(error) from error
        return Path(self._file.name)

    def close(self) -> None:
        """Forget the bytes; a file that was not adopted goes away."""
        self._closed = True
        self._chunks = []
        self._map = None  # views that others still hold keep the mapping alive
        if self._file is not None:
            name = self._file.name
            try:
                self._file.close()
            except OSError:  # a full disk shows again when the rest is flushed; the file goes anyway
                pass
            finally:
                Path(name).unlink(missing_ok=True)
            self._file = None

    def _open(self) -> None:
        self._file = tempfile.NamedTemporaryFile(dir=self._folder, prefix="in-", delete=False)  # noqa: SIM115
        for chunk in self._chunks:
            self._file.write(chunk)
        self._chunks = []


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def as_storage_full(error: OSError) -> Exception:
    """StorageFull for a disk or quota without room, otherwise the error itself."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull("Đĩa đã đầy; chưa ghi gì. Xin báo quản trị.")
    return error
