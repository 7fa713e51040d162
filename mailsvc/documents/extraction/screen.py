"""Stage 1 of the decision about a letter: cheap enough for the delivery itself. No Word or PDF file is opened.

What stage 1 decides for good: reports, automatic answers, bulk, junk, damaged letters, programs, dangerous archives,
calendar mail, edXML messages and their kind, letters without any file that could be a document, marks of secrecy in
subject, letter and file names. None of these ever becomes an entry (a mark puts the letter on hold).

What stage 2 (classify.py, from the worker's readings) may change: a letter that passed because it carries Word or PDF
files turns out to hold no document (a CV, lesson material), or a file bears a mark of secrecy. Stage 2 never
makes an entry of what stage 1 refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailsvc.message.attachments import Attachment
from mailsvc.message.buffer import Buffer
from mailsvc.message.filetypes import extension
from mailsvc.message.recognise import recognise
from mailsvc.message.scan import Scan
from mailsvc.vietnamese.fold import fold

from .edxml import EdXml, read_edxml
from .junk import junk_reason
from .number import numbers_in
from .secrecy import in_letter, in_title

READABLE = ("docx", "docm", "pdf")
UNREADABLE = ("doc", "rtf", "odt")  # may hold a document; only the name can tell
DEPTH = 20  # parts in parts beyond this are made by nobody in good faith
_DANGERS = ("path", "ratio", "total", "count", "depth", "executable")
_DOCUMENT_WORD = re.compile(
    r"(?<![a-z])(?:cong van|quyet dinh|thong bao|ke hoach|bao cao|to trinh|giay moi|cong dien|"
    r"huong dan|bien ban|nghi quyet|"
    r"chi thi|ket luan|thong tu|nghi dinh|van ban|phuong an|de an|chuong trinh|quy che|quy dinh|"
    r"thu moi|cv so|tb so|kh so|qd so)"
    r"(?![a-z])"
)
_PRIVATE = re.compile(
    r"(?<![a-z])(?:curriculum|resume|so yeu ly lich|ho so xin viec|don xin viec|hinh anh|photo|img|hoa don|invoice|"
    r"ve may bay|bai giang|giao an|thiep)(?![a-z])"
)
_REPLY = re.compile(r"(?:re|tra loi|tl|aw)\s*(?:\[\d+\])?\s*:")


@dataclass(frozen=True, slots=True)
class Screen:
    """mail_class as in the sample set. entry: goes to the intake (stage 2 may still take it back unless it is edXML).

    hold: a mark of secrecy; reason quotes it. candidates: paths of the files stage 2 should read.
    """

    mail_class: str
    entry: bool = False
    hold: bool = False
    reason: str = ""
    candidates: tuple[str, ...] = ()
    edxml: EdXml = field(default_factory=EdXml)


def screen(data: Buffer, scan: Scan, files: Sequence[Attachment]) -> Screen:
    """Stage 1, well under a millisecond for an ordinary letter. Never raises for input."""
    told = recognise(data, scan)
    if told.kind in ("delivery_report", "read_receipt", "auto_reply"):
        return Screen(told.kind)
    exchange = _exchange(files)
    mark = _mark(scan, files, exchange)
    if mark:
        return Screen("hold_secrecy", hold=True, reason=mark, edxml=exchange)
    damage = _damage(scan, files)
    if damage:
        return Screen("malformed", reason=damage)
    danger = _danger(files)
    if danger:
        return Screen("blocked_attachment", reason=danger)
    if exchange.kind:
        return Screen(exchange.kind, entry=exchange.kind == "edxml_new", edxml=exchange)
    junk = junk_reason(data, scan)
    if junk:
        return Screen("spam", reason=junk)
    return _ordinary(scan, files, bulk=told.kind == "bulk")


def _ordinary(scan: Scan, files: Sequence[Attachment], bulk: bool) -> Screen:
    candidates = candidate_files(scan, files)
    if bulk:
        return Screen("bulk")
    if any(file.role == "calendar" for file in files) and not any(looks_official(file.name) for file in candidates):
        return Screen("calendar")
    if not candidates:
        return Screen("malformed" if "encoding" in scan.defects else "message")
    return Screen("document", entry=True, candidates=tuple(file.path for file in candidates))


def candidate_files(scan: Scan, files: Sequence[Attachment]) -> list[Attachment]:
    """The files that may be documents by name and kind. In an answer between people the name or subject must say so."""
    official = looks_official(scan.subject)
    answer = bool(_REPLY.match(fold(scan.subject).strip())) and not official
    found = []
    for file in files:
        if file.role != "other" or not file.size:
            continue
        named = looks_official(file.name)
        kind = extension(file.name)
        if kind in READABLE or file.content_type == "application/pdf":
            if named or not (answer or _PRIVATE.search(_words(file.name))):
                found.append(file)
        elif kind in UNREADABLE and (named or official):
            found.append(file)
    return found


def looks_official(name: str) -> bool:
    """A file name or subject that names a type of document or holds a number with notation."""
    return bool(_DOCUMENT_WORD.search(_words(name)) or numbers_in(name) or numbers_in(_slashed(name)))


def _words(name: str) -> str:
    return re.sub(r"[\W_]+", " ", fold(name))


def _slashed(name: str) -> str:
    """File names write 2456-SGDĐT-GDTrH for 2456/SGDĐT-GDTrH."""
    return re.sub(r"(?<!\w)(\d{1,6}[a-zA-Z]?)-(?=[A-ZĐ])", r"\1/", name.replace("_", " "))


def _exchange(files: Sequence[Attachment]) -> EdXml:
    for file in files:
        if file.role == "edxml":
            found = read_edxml(file.read())
            if found.kind:
                return found
    return EdXml()


def _mark(scan: Scan, files: Sequence[Attachment], exchange: EdXml) -> str:
    for text in (scan.subject, exchange.subject, *(file.name for file in files[:100])):
        found = in_title(text) if text else ""
        if found:
            return found
    return in_letter(scan.body_text)


def _damage(scan: Scan, files: Sequence[Attachment]) -> str:
    """What is broken so that nobody can know what the sender wrote, empty when the letter is whole."""
    if "boundary" in scan.defects:
        return "no usable boundary"
    if any(file.role == "damaged" for file in files):
        return "cut off inside an attachment"
    if scan.opaque or _depth(scan) > DEPTH:
        return "nested too deep"
    return ""


def _depth(scan: Scan) -> int:
    depths: list[int] = []
    for part in scan.parts:
        depths.append(depths[part.parent] + 1 if 0 <= part.parent < len(depths) else 0)
    return max(depths, default=0)


def _danger(files: Sequence[Attachment]) -> str:
    for file in files:
        found = next((hazard for hazard in file.hazards if hazard in _DANGERS), "")
        if file.role == "blocked" or found:
            return f"{file.name}: {found or 'executable'}"
    return ""
