"""Files of a draft, wrapped into one letter, so that they are stored once and travel as they are.

Everything here happens before the transaction: composing, hashing, writing a large letter to disk.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.errors import Invalid
from mailsvc.documents import holding
from mailsvc.mail import letter as letters
from mailsvc.mail.letter import Letter
from mailsvc.mail.office import Office
from mailsvc.message import compose
from mailsvc.message.attachments import attachments
from mailsvc.message.compose import File, Person
from mailsvc.message.filetypes import extension, is_runnable, type_of
from mailsvc.store.blobs import Spool

ORIGINAL, ANNEX, SIGNED = "original", "annex", "signed"
ROLES = (ORIGINAL, ANNEX, SIGNED)
WORD_HEADS = {"docx": b"PK\x03\x04", "odt": b"PK\x03\x04", "doc": b"\xd0\xcf\x11\xe0", "rtf": b"{\\rtf"}
_MACROS = frozenset({"docm", "dotm", "xlsm", "xltm", "pptm", "xlam"})
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
    domain = office.settings.organisation.domains[0]
    written = compose.compose(
        compose.Letter(
            sender=sender,
            to=(sender,),
            subject=subject,
            text="Tệp của dự thảo văn bản đi.\n",
            message_id=f"<{secrets.token_hex(12)}@{domain}>",
            date_ms=office.clock.now_ms(),
            files=tuple(File(one.name, _carried_as(one.name), one.data) for one in given),
        )
    )
    letter = store_ready(office, written)
    return Packed(letter, _found(letter, given), holding.mark_of_files([(one.name, one.data) for one in given]))


def store_ready(office: Office, written: bytes) -> Letter:
    """A composed letter ready for the store; a large one lies on disk afterwards. Raises StorageFull."""
    with Spool(office.spool_folder, office.settings.store.inline_limit) as spool:
        spool.write(written)
        return letters.from_spool(spool, office.blobs)


def _check(given: Given) -> None:
    if given.role not in ROLES:
        raise Invalid(f"Không rõ vai trò của tệp “{given.name}”.")
    if not given.data:
        raise Invalid(f"Tệp “{given.name}” rỗng; xin chọn lại tệp.")
    if is_runnable(given.name, given.data[:8]) or extension(given.name) in _MACROS:
        raise Invalid(f"Tệp “{given.name}” là chương trình hoặc có macro; không nhận (Quy chế, Điều 7).")
    if given.role == ORIGINAL and not is_word(given.name, given.data[:8]):
        raise Invalid(f"Tệp gốc phải là tệp Word (docx, doc, odt, rtf); “{given.name}” không phải.")
    if given.role == SIGNED and not given.data[:1024].lstrip().startswith(b"%PDF-"):
        raise Invalid(f"Bản ký/scan phải là tệp PDF; “{given.name}” không phải.")


def _carried_as(name: str) -> str:
    """The type in the letter; a mail inside it would be taken apart on the way, so it travels as plain octets."""
    kind = type_of(name)
    return "application/octet-stream" if kind.startswith(("message/", "text/calendar")) else kind


def _found(letter: Letter, given: Sequence[Given]) -> tuple[PackedFile, ...]:
    """Each file where the letter holds it. Raises Invalid for a file that a letter cannot carry whole."""
    by_digest = {one.sha256: one for one in attachments(letter.data, letter.scan) if not one.inside}
    packed = []
    for one in given:
        there = by_digest.get(hashlib.sha256(one.data).hexdigest())
        if there is None:
            raise Invalid(f"Không nhận được tệp “{one.name}” ở dạng này; xin lưu sang docx hoặc pdf.")
        packed.append(
            PackedFile(
                path=there.path,
                name=there.name,
                content_type=type_of(one.name),
                size=there.size,
                sha256=there.sha256,
                role=one.role,
                encoding=legacy_font(one.data) if extension(one.name) == "docx" else "",
            )
        )
    return tuple(packed)


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
