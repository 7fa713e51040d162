"""Every file that comes with a message, also those inside attached messages, zip archives, winmail.dat and S/MIME."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from mailsvc.message.archives import ArchiveLimits, Budget, Member, list_zip, read_members
from mailsvc.message.buffer import Buffer
from mailsvc.message.filetypes import extension, extension_for, is_other_archive, is_runnable, is_zip, type_of
from mailsvc.message.parameters import clean_name
from mailsvc.message.parts import Part, decode_part, part_text
from mailsvc.message.scan import Scan, scan
from mailsvc.message.section import message_in
from mailsvc.message.smime import open_p7m
from mailsvc.message.tnef import is_tnef, read_tnef

INSIDE_MESSAGE = "message/rfc822"
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_CALENDARS = frozenset({"text/calendar", "application/ics"})
_OPAQUE = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_BODY_SUBTYPES = frozenset({"plain", "html", "enriched", "richtext", "x-amp-html", "watch-html"})
_UNSHOWN = frozenset({"application/applefile", "application/pgp-encrypted"})
_XML = frozenset({"xml", "edxml"})
_EDXML_MARK = b"edXML"
_HEAD = 4096
_CID = re.compile(r"""cid:([^"'<>\s)]{1,200})""")
_PAGES = 20
_HTML_READ = 512 * 1024


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file. name: NFC without folders; size and sha256 (hex) of the decoded octets.

    role: `container` (zip, winmail.dat), `inline` (a picture shown inside the text), `signature`, `calendar`, `edxml`,
    `blocked` (a program), `damaged` (the message was cut off inside it), `other`.
    path: the IMAP number of its part, then what leads to it inside containers: `2`, `2/ho so/a.docx`.
    inside: what it was found in: '' for the message itself, `message/rfc822`, or the name of the container.
    hazards: of `path`, `ratio`, `total`, `count`, `encrypted`, `unreadable`, `depth`, `executable`.
    read: gives the octets again, decoded anew.
    """

    name: str
    content_type: str
    size: int
    sha256: str
    role: str
    path: str
    inside: str
    hazards: tuple[str, ...] = ()
    content_id: str = ""
    read: Callable[[], bytes] = field(default=bytes, compare=False, repr=False)


def attachments(data: Buffer, scanned: Scan, limits: ArchiveLimits | None = None) -> tuple[Attachment, ...]:
    """All files of the message in reading order, containers before what they hold. Never raises for input."""
    collector = _Collector(Budget(limits or ArchiveLimits()))
    collector.message(data, scanned, "", "", 0)
    return tuple(collector.found)


def find_attachment(data: Buffer, scanned: Scan, path: str) -> Attachment | None:
    """The attachment with this path."""
    return next((attachment for attachment in attachments(data, scanned) if attachment.path == path), None)


@dataclass(frozen=True, slots=True)
class _File:
    """A candidate: what is known before its content is looked at."""

    name: str
    content_type: str
    path: str
    inside: str
    depth: int
    read: Callable[[], bytes]
    role: str = "other"
    content_id: str = ""


class _Collector:
    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.found: list[Attachment] = []

    def message(self, data: Buffer, scanned: Scan, prefix: str, inside: str, depth: int) -> None:
        parts = scanned.parts
        reported = _under(parts, lambda part: part.content_type == "multipart/report")
        attached = _under(parts, lambda part: part.type == "message")
        shown = _Shown(data, parts)
        for part in parts:
            if part.type == "multipart" or part.index in reported or message_in(parts, part) is not None:
                continue
            place = inside or (INSIDE_MESSAGE if part.index in attached else "")
            role = _role(data, parts, part, scanned, shown)
            if role:
                path = f"{prefix}{part.section}"
                name = part.filename or f"phan-{part.section}.{extension_for(part.content_type)}"
                read = partial(decode_part, data, part)
                shown_as = part.content_id.strip("<> ")
                self.file(_File(name, part.content_type, path, place, depth, read, role, shown_as), read())

    def file(self, file: _File, content: bytes) -> None:
        deep = file.depth >= self.budget.limits.depth
        if file.content_type == INSIDE_MESSAGE and file.role == "other" and not deep:
            self._message_file(file, content)
            return
        if file.content_type in _OPAQUE or (extension(file.name) == "p7m" and file.role == "other"):
            if not deep and self._opaque(file, content):
                return
        elif (file.content_type in _TNEF or extension(file.name) == "dat") and is_tnef(content):
            self._tnef(file, content, deep)
            return
        elif is_zip(file.name, file.content_type, content[:4]):
            self._zip(file, content, deep)
            return
        self._add(file, content, _judge(file, content))

    def _add(self, file: _File, content: bytes, role: str, hazards: tuple[str, ...] = ()) -> None:
        digest = hashlib.sha256(content).hexdigest()
        if role == "blocked":
            hazards = (*hazards, "executable")
        self.found.append(
            Attachment(
                *(file.name, file.content_type, len(content), digest, role, file.path, file.inside),
                hazards,
                file.content_id,
                file.read,
            )
        )

    def _nested(self, file: _File, content: bytes, inside: str) -> None:
        self.message(content, scan(content), f"{file.path}/", inside, file.depth + 1)

    def _message_file(self, file: _File, content: bytes) -> None:
        """An attached message is shown as what it holds; one that lies in an archive is a file besides."""
        attached = file.inside in ("", INSIDE_MESSAGE)
        if not attached:
            self._add(file, content, "container")
        self._nested(file, content, INSIDE_MESSAGE if attached else file.name)

    def _opaque(self, file: _File, content: bytes) -> bool:
        """The signed message of a p7m takes its place; an encrypted one stays a file."""
        opened = open_p7m(content)
        if opened.kind != "signed" or not opened.content:
            return False
        self._nested(file, opened.content, file.name)
        return True

    def _tnef(self, file: _File, content: bytes, deep: bool) -> None:
        packed = None if deep else read_tnef(content)
        hazards = ("depth",) if packed is None else ("unreadable",) if packed.truncated else ()
        self._add(file, content, "container", hazards)
        for number, inner in enumerate(packed.files if packed is not None else ()):
            name = clean_name(inner.name) or f"phan-{number + 1}.{extension_for(inner.content_type)}"
            read = partial(_tnef_file, file.read, number)
            kind = inner.content_type or type_of(name)
            role = "inline" if inner.content_id and kind.startswith("image/") else "other"
            path = f"{file.path}/{name}"
            self.file(_File(name, kind, path, file.name, file.depth + 1, read, role, inner.content_id), inner.data)

    def _zip(self, file: _File, content: bytes, deep: bool) -> None:
        if deep:
            self._add(file, content, "container", ("depth",))
            return
        listing = list_zip(content, self.budget)
        at = len(self.found)
        self._add(file, content, "container", listing.hazards)
        damaged = False
        for member, inner in read_members(content, listing.members):
            if inner is None:
                damaged = True
                continue
            path, again = f"{file.path}/{member.path}", partial(_zip_file, file.read, member)
            self.file(_File(member.name, type_of(member.name), path, file.name, file.depth + 1, again), inner)
        if damaged and "unreadable" not in listing.hazards:
            self.found[at] = _with_hazard(self.found[at], "unreadable")


def _judge(file: _File, content: bytes) -> str:
    """The role that the content gives a file."""
    if is_runnable(file.name, content[:4]):
        return "blocked"
    if file.role != "other":
        return file.role
    if extension(file.name) in _XML or file.content_type.endswith("/xml"):
        return "edxml" if extension(file.name) == "edxml" or _EDXML_MARK in content[:_HEAD] else "other"
    return "container" if is_other_archive(file.name) else "other"


def _with_hazard(attachment: Attachment, hazard: str) -> Attachment:
    return replace(attachment, hazards=(*attachment.hazards, hazard))


def _tnef_file(read: Callable[[], bytes], number: int) -> bytes:
    packed = read_tnef(read())
    return packed.files[number].data if packed is not None else b""


def _zip_file(read: Callable[[], bytes], member: Member) -> bytes:
    return next((content for _, content in read_members(read(), [member])), None) or b""


def _under(parts: Sequence[Part], holds: Callable[[Part], bool]) -> set[int]:
    """Indexes of all parts below one for which `holds` is true."""
    inside: set[int] = set()
    for part in parts:
        if part.parent >= 0 and (part.parent in inside or holds(parts[part.parent])):
            inside.add(part.index)
    return inside


def _role(data: Buffer, parts: Sequence[Part], part: Part, scanned: Scan, shown: "_Shown") -> str:
    """The role of a leaf part by its header fields; '' when it is text of the letter or otherwise not a file."""
    parent = parts[part.parent].content_type if part.parent >= 0 else ""
    if _is_text_of_letter(part, parent) or part.content_type in _UNSHOWN:
        return ""
    if part.type == "message" and part.subtype not in ("rfc822", "global") and not part.filename:
        return ""
    if part.content_type in _SIGNATURES:
        return "signature"
    if part.content_type in _CALENDARS or extension(part.filename) == "ics":
        return "calendar"
    if part.type == "image" and shown.holds(part, parent):
        return "inline"
    return "damaged" if _is_cut(data, part, scanned) else "other"


class _Shown:
    """The pictures that the HTML texts show, by Content-ID; the texts are read once, and only when a picture asks."""

    def __init__(self, data: Buffer, parts: Sequence[Part]) -> None:
        self.data = data
        self.parts = parts
        self.names: frozenset[str] | None = None

    def holds(self, part: Part, parent: str) -> bool:
        """True for a picture beside the HTML text in multipart/related, or named in it."""
        name = part.content_id.strip("<> ")
        if not name or part.disposition == "attachment":
            return False
        return parent == "multipart/related" or name in self._named()

    def _named(self) -> frozenset[str]:
        if self.names is None:
            pages = [part for part in self.parts if part.content_type == "text/html"][:_PAGES]
            texts = (part_text(self.data, page, _HTML_READ) for page in pages)
            self.names = frozenset(name for text in texts for name in _CID.findall(text))
        return self.names


def _is_text_of_letter(part: Part, parent: str) -> bool:
    if part.type != "text" or part.disposition == "attachment":
        return False
    if parent == "multipart/alternative":
        return part.subtype in _BODY_SUBTYPES or not part.filename
    return part.subtype in _BODY_SUBTYPES and (not part.filename or part.parent < 0)


def _is_cut(data: Buffer, part: Part, scanned: Scan) -> bool:
    """The message ends inside this part: no closing boundary, and no whole last line."""
    if "unclosed" not in scanned.defects or part.body_end < scanned.size:
        return False
    return part.size == 0 or data[part.body_end - 1] not in b"\r\n"
