"""Time, place and chair of the meeting that a document calls (giấy mời, thư mời, triệu tập)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.vietnamese.fold import fold

from .dates import days_in
from .layout import squeeze
from .signer import person

_WHEN = re.compile(
    r"^\W*(?:[ivx\d]+[.)]\s*)?(?:thoi gian(?: hop| to chuc| bat dau)?|vao luc|thoi diem)\b[^:]{0,30}[:\-]?\s*"
)
_WHERE = re.compile(r"^\W*(?:[ivx\d]+[.)]\s*)?(?:dia diem|tai dia diem|noi hop)\b[^:]{0,30}:\s*")
_CHAIR = re.compile(r"^\W*(?:[ivx\d]+[.)]\s*)?(?:nguoi )?(?:chu tri|chu toa)\b[^:]{0,30}:\s*")
_HOUR = re.compile(r"(\d{1,2})\s*(?:gio|h|g|:)\s*(\d{2})?")
_SIR = re.compile(r"^(?:Đồng chí|đ/c|Đ/c|Ông|Bà|ông|bà|Thầy|Cô)\s*(?:\([^)]*\)\s*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meeting:
    """start: ISO 8601 with +07:00. place, chair: as written, empty when not told."""

    start: str
    place: str
    chair: str


def read_meeting(paragraphs: Sequence[str], issued: str) -> Meeting | None:
    """None when the text names no day and hour."""
    start = place = chair = ""
    for paragraph in paragraphs:
        text = squeeze(paragraph)
        key = fold(text)
        if len(key) != len(text):
            continue
        if not start and (found := _WHEN.match(key)):
            start = _start(text[found.end() :], key[found.end() :], issued)
        elif not place and (found := _WHERE.match(key)):
            place = _end_trimmed(text[found.end() :])
        elif not chair and (found := _CHAIR.match(key)):
            chair = _name(text[found.end() :])
    return Meeting(start, place, chair) if start else None


def _start(text: str, key: str, issued: str) -> str:
    hour = _HOUR.search(key)
    days = days_in(text)
    if hour is None or not days or int(hour[1]) > 23 or int(hour[2] or 0) > 59:
        return ""
    day = days[0].iso(issued)
    return f"{day}T{int(hour[1]):02d}:{int(hour[2] or 0):02d}:00+07:00" if day else ""


def _end_trimmed(text: str) -> str:
    return re.split(r"\./\.|(?<=\w\w)\.\s", text + " ")[0].strip(" .;")


def _name(text: str) -> str:
    """`Bà Lâm Thị Thu Ngân, Giám đốc Sở` to the name; the words as they are when they hold none."""
    first = re.split(r"[,;(]|\s-\s|\s–\s", _SIR.sub("", text.strip()))[0].strip(" .")
    return person(first) or _end_trimmed(text)
