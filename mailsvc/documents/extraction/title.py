"""Type name and trích yếu: under the head block, or `V/v` under the number (handbook §2.2, F16 to F18)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .catalogue import LETTER, DocumentType, type_named, type_of_abbreviation, type_of_title
from .head import Head
from .layout import WHOLE, Line, join, squeeze
from .number import number_line

_ABOUT = re.compile(r"^\s*(?:V\s*/\s*v|VV)\s*[:.]?\s*", re.IGNORECASE)
_BODY = re.compile(
    r"^(?:kinh gui|kinh moi|dong kinh gui|can cu |xet |theo de nghi|thuc hien |hom nay|hom qua|"
    r"ngay \d|chung toi|toi ten|"
    r"dieu \d|[ivx]+\. |\d+\. |phan |chuong |so gd|trong thoi gian|tren tinh than|nham |de |sau khi|"
    r"\(?kem theo|\(?ban hanh kem|tran trong)"
)
_AUTHORITY = re.compile(
    r"^(?:quyen )?(?:giam doc|hieu truong|chu tich|bo truong|thu tuong|chinh phu|uy ban nhan dan|"
    r"hoi dong nhan dan|quoc hoi|tong giam doc|"
    r"cuc truong|vu truong|truong phong|truong ban|chanh|vien truong|tong cuc truong|ban chap hanh|"
    r"ban thuong vu|uy ban|hoi dong|"
    r"thu truong|chi cuc truong|bi thu|ban giam hieu|bch)\b"
)
_SEPARATOR = re.compile(r"^[\W_]+$")
SUBJECT_LINES = 8


@dataclass(frozen=True, slots=True)
class Title:
    """kind None when unknown. printed: the type name stands on the page. end: index of the first body line."""

    kind: DocumentType | None
    subject: str
    printed: bool
    end: int


def read_title(lines: Sequence[Line], head: Head) -> Title:
    """Type and subject of the document whose head block has been read."""
    brief = join(line.text for line in head.brief)
    at = _title_line(lines, head)
    if at >= 0:
        return _named(lines, at, brief)
    kind = _kind_of_number(head)
    if kind is None and (brief or _looks_like_letter(head)):
        kind = type_named(LETTER)
    return Title(kind, brief, False, head.end)


def _title_line(lines: Sequence[Line], head: Head) -> int:
    """Index of the type line, -1 when there is none."""
    for n in range(min(len(lines), head.end + 12)):
        line = lines[n]
        if re.match(r"^(?:kinh gui|can cu )", line.key):
            return -1
        found = type_of_title(line.text)
        if found is None or line in head.names or line in head.brief:
            continue
        if n < head.number_at and line.side != WHOLE:
            continue
        if line.capitals or (not found[1] and (line.centred or line.bold)):
            return n
    return -1


def _named(lines: Sequence[Line], at: int, brief: str) -> Title:
    found = type_of_title(lines[at].text)
    kind, rest = found if found is not None else (None, "")
    parts, end = _subject_lines(lines, at)
    subject = _ABOUT.sub("", join([rest.strip(" :"), *parts]))
    return Title(kind, subject or brief, True, end)


def _subject_lines(lines: Sequence[Line], at: int) -> tuple[list[str], int]:
    title = lines[at]
    parts: list[str] = []
    first: Line | None = None
    for n in range(at + 1, min(len(lines), at + 1 + SUBJECT_LINES)):
        line = lines[n]
        if _SEPARATOR.match(line.text) or (len(line.text) < 70 and number_line(line.text) is not None):
            if parts:
                return parts, n + 1
            continue
        if not _belongs(line, first, title):
            return parts, n
        first = first or line
        parts.append(squeeze(line.text))
    return parts, min(len(lines), at + 1 + SUBJECT_LINES)


def _belongs(line: Line, first: Line | None, title: Line) -> bool:
    """The line is (still) part of the trích yếu under the type name."""
    if line.side != WHOLE and line.side != title.side:
        return False
    if _BODY.match(line.key) and not (first is not None and line.centred and line.bold):
        return False
    if (
        line.capitals
        and _AUTHORITY.match(line.key)
        and (first is None or not first.capitals or first.bold == line.bold)
    ):
        return False
    if line.text.rstrip().endswith((":", ";")) or line.page != title.page:
        return False
    if first is None:
        return (
            line.centred or line.bold or bool(_ABOUT.match(line.text)) or (not title.centred and len(line.text) < 120)
        )
    if line.bold != first.bold or (line.italic and not first.italic):
        return False
    return line.bold or line.centred == first.centred or not line.starts


def _kind_of_number(head: Head) -> DocumentType | None:
    if head.number is None or not head.number.groups:
        return None
    groups = head.number.groups
    return type_of_abbreviation(groups[0]) if len(groups) > 1 else None


def _looks_like_letter(head: Head) -> bool:
    """Organisation and unit in the notation (`SGDĐT-VP`) and a motto: a công văn without a subject line."""
    return head.motto and head.number is not None and len(head.number.groups) >= 2
