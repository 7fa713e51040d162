"""Zip archives looked into safely: counts, sizes, ratios and nesting are bounded before anything is unpacked."""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mailsvc.message.charsets import mend_mojibake
from mailsvc.vietnamese.legacy import decode_tcvn3
from mailsvc.vietnamese.normal import nfc
from mailsvc.vietnamese.syllable import likeness

_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_UNICODE_PATH = 0x7075
_END_RECORD = b"PK\x05\x06"
_DIRECTORY_ENTRY = 1024
_LONGEST_COMMENT = 65_535
_JUNK_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_READ_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, lzma.LZMAError, NotImplementedError, EOFError, OSError),
    *(RuntimeError, ValueError, IndexError, OverflowError),
)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Most members, octets unpacked in all and per member, unpacked size over packed size, archives in archives."""

    members: int = 2_000
    total: int = 200 * 1024 * 1024
    member: int = 100 * 1024 * 1024
    ratio: int = 100
    depth: int = 3


@dataclass(slots=True)
class Budget:
    """What may still be unpacked; shared by an archive and those inside it."""

    limits: ArchiveLimits = field(default_factory=ArchiveLimits)
    members: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its name without folders in NFC, its whole path in NFC, its place, its unpacked size."""

    name: str
    path: str
    index: int
    size: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What an archive holds. `hazards` tells why members are left out, of `path` (a name leaves the archive), `ratio`,
    `total`, `count`, `encrypted`, `unreadable`; with path, ratio, total or count no member is listed at all."""

    members: tuple[Member, ...]
    hazards: tuple[str, ...]


# A ratio says nothing about small files: a page of blanks packs very well.
_RATIO_FROM = 1024 * 1024


def list_zip(data: bytes, budget: Budget) -> Listing:
    """The files worth showing, without folders, Thumbs.db and the shadow files of macOS. Never raises for input."""
    if _too_many(data, budget.limits.members):
        return Listing((), ("count",))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _listed(archive.infolist(), budget)
    except _READ_ERRORS:
        return Listing((), ("unreadable",))


def _too_many(data: bytes, most: int) -> bool:
    """Judged by the end record, before the directory is read into objects: by its count and by its size."""
    end = data.rfind(_END_RECORD, max(0, len(data) - _LONGEST_COMMENT - 22))
    if end < 0:
        return False
    count = int.from_bytes(data[end + 10 : end + 12], "little")
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    return count > most or size > most * _DIRECTORY_ENTRY


def _listed(infos: list[zipfile.ZipInfo], budget: Budget) -> Listing:
    hazards = dict.fromkeys(_hazards(infos, budget))
    if hazards:
        return Listing((), tuple(hazards))
    members: list[Member] = []
    encrypted = False
    for index, info in enumerate(infos):
        path = member_name(info)
        name = path.rpartition("/")[2]
        if info.filename.endswith("/") or not name or _is_junk(path, name):
            continue
        if info.flag_bits & _ENCRYPTED_FLAG:
            encrypted = True
            continue
        members.append(Member(name, path, index, info.file_size))
    budget.members += len(infos)
    budget.total += sum(info.file_size for info in infos)
    return Listing(tuple(members), ("encrypted",) if encrypted else ())


def _hazards(infos: list[zipfile.ZipInfo], budget: Budget) -> Iterator[str]:
    limits = budget.limits
    if len(infos) + budget.members > limits.members:
        yield "count"
    if sum(info.file_size for info in infos) + budget.total > limits.total:
        yield "total"
    for info in infos:
        if leaves_archive(info.filename):
            yield "path"
        if info.file_size > limits.member:
            yield "total"
        if info.file_size > _RATIO_FROM and info.file_size > limits.ratio * max(info.compress_size, 1):
            yield "ratio"


def leaves_archive(path: str) -> bool:
    """True for names that would be written outside the folder they are unpacked to."""
    parts = path.replace("\\", "/").split("/")
    return path.startswith(("/", "\\")) or ".." in parts or (len(parts[0]) == 2 and parts[0][1] == ":")


def _is_junk(path: str, name: str) -> bool:
    return name.lower() in _JUNK_NAMES or name.startswith("._") or "__MACOSX/" in path


def read_members(data: bytes, members: Iterable[Member]) -> Iterator[tuple[Member, bytes | None]]:
    """The octets of listed members; None for one that is damaged or packed in a way this house cannot read."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _READ_ERRORS:
        return
    with archive:
        infos = archive.infolist()
        for member in members:
            yield member, _read(archive, infos[member.index], member.size)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> bytes | None:
    try:
        with archive.open(info) as stream:
            # The size in the directory may lie; the reader stops there, and so does the memory.
            content = stream.read(size)
    except _READ_ERRORS:
        return None
    return content if len(content) == size else None


def member_name(info: zipfile.ZipInfo) -> str:
    """The member's path in NFC with / between folders, whatever code page the packer wrote it in."""
    told = _unicode_path(info.extra)
    if told is not None:
        return _tidy(told)
    if info.flag_bits & _UTF8_FLAG:
        return _tidy(mend_mojibake(info.filename))
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return _tidy(info.filename)
    return _tidy(guess_name(raw))


def _unicode_path(extra: bytes) -> str | None:
    """The name in the Info-ZIP Unicode path field."""
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind == _UNICODE_PATH and size > 5:
            try:
                return extra[9 : 4 + size].decode("utf-8")
            except UnicodeDecodeError:
                return None
        extra = extra[4 + size :]
    return None


def guess_name(raw: bytes) -> str:
    """A name in an unknown code page: UTF-8 when it is that, else what reads most like Vietnamese, else cp437."""
    if raw.isascii():
        return raw.decode("ascii")
    try:
        return mend_mojibake(raw.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    readings = (raw.decode("cp437"), decode_tcvn3(raw), nfc(raw.decode("cp1258", "replace")))
    known = [reading for reading in readings if reading is not None]
    # Of equals the first: nothing in it reads as Vietnamese, so the old rule of zip stands.
    return max(known, key=likeness)


def _tidy(path: str) -> str:
    clean = "".join(c for c in nfc(path).replace("\\", "/") if c.isprintable())
    return clean.strip("/")
