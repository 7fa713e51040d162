"""Files of a draft, wrapped into one letter, so that they are stored once and travel as they are.

Everything here happens before the transaction: composing, hashing, writing a large letter to disk.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.errors import Invalid
from mailsvc.documents import holding, wrapping
from mailsvc.mail.letter import Letter
from mailsvc.mail.office import Office
from mailsvc.message.compose import Person
from mailsvc.message.filetypes import extension, type_of

ORIGINAL, ANNEX, SIGNED = "original", "annex", "signed"
ROLES = (ORIGINAL, ANNEX, SIGNED)
WORD_HEADS = {"docx": b"PK\x03\x04", "odt": b"PK\x03\x04", "doc": b"\xd0\xcf\x11\xe0", "rtf": b"{\\rtf"}
_LEGACY_FONT = re.compile(rb'w:(?:ascii|hAnsi|cs)="(\.Vn[^"]*|VNI-[^"]*)"')
_XML_LIMIT = 24 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it was uploaded."""

    name: str
    data: bytes
    role: str


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file inside the letter. `encoding` names a legacy font found in it, '' for none."""

    path: str
    name: str
    content_type: str
    size: int
    sha256: str
    role: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Packed:
    """The letter that carries the files, ready for the store. `mark`: that of secrecy found in them, '' for none."""

    letter: Letter
    files: tuple[PackedFile, ...]
    mark: str = ""


def is_word(name: str, head: bytes) -> bool:
    """A file a word processor wrote, by its name and its first octets."""
    start = WORD_HEADS.get(extension(name))
    return start is not None and head.startswith(start)


def pack(office: Office, sender: Person, subject: str, given: Sequence[Given]) -> Packed:
    """Check the files and wrap them. Raises Invalid with what is wrong with which file, StorageFull."""
    for one in given:
        _check(one)
    files = [(one.name, one.data) for one in given]
    letter, held = wrapping.wrap(office, sender, subject, "Tệp của dự thảo văn bản đi.\n", files)
    packed = tuple(
        PackedFile(
            path=there.path,
            name=there.name,
            content_type=type_of(one.name),
            size=there.size,
            sha256=there.sha256,
            role=one.role,
            encoding=legacy_font(one.data) if extension(one.name) == "docx" else "",
        )
        for one, there in zip(given, held, strict=True)
    )
    return Packed(letter, packed, holding.mark_of_files(files))


def _check(given: Given) -> None:
    if given.role not in ROLES:
        raise Invalid("Không rõ vai trò của tệp “%(given)s”.", given=given.name)
    wrapping.check(given.name, given.data)
    if given.role == ORIGINAL and not is_word(given.name, given.data[:8]):
        raise Invalid("Tệp gốc phải là tệp Word (docx, doc, odt, rtf); “%(given)s” không phải.", given=given.name)
    if given.role == SIGNED and not given.data[:1024].lstrip().startswith(b"%PDF-"):
        raise Invalid("Bản ký/scan phải là tệp PDF; “%(given)s” không phải.", given=given.name)


def legacy_font(data: bytes) -> str:
    """The first TCVN3 or VNI font a .docx uses, '' for none or for a file that cannot be looked into.

    The place of the automatic encoding check (R2): whatever it says beyond the font is added here.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package, package.open("word/document.xml") as part:
            xml = part.read(_XML_LIMIT)
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, NotImplementedError, RuntimeError):
        return ""
    found = _LEGACY_FONT.search(xml)
    return found[1].decode("utf-8", "replace")[:60] if found else ""
