"""Dates as Vietnamese documents write them."""

import datetime
import re
from dataclasses import dataclass

from .layout import squeeze

_LONG = re.compile(
    r"(?P<place>[^,;:\d]{2,45}?)\s*[,.]?\s*ngày\s*(?P<day>\d{1,2}|[.…_\s]*)\s*tháng\s*(?P<month>\d{1,2}|[.…_\s]*)"
    r"\s*năm\s*(?P<year>\d{4}|20[.…_\s]*|[.…_\s]*)",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"^(?P<place>[^,;:\d]{2,45}?)\s*,\s*(?:ngày)?\s*(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>\d{4})\s*$",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"(?P<d1>\d{1,2})\s*tháng\s*(?P<m1>\d{1,2})(?:\s*năm\s*(?P<y1>\d{4}))?"
    r"|(?P<d2>\d{1,2})\s*[/.-]\s*(?P<m2>\d{1,2})(?:\s*[/.-]\s*(?P<y2>\d{4}))?(?![\d/])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PlaceDate:
    """Địa danh và thời gian ban hành. iso is empty when day or month are still blank; year 0 when it is blank."""

    place: str
    iso: str
    year: int


def make_date(year: int, month: int, day: int) -> str:
    """ISO text, empty when there is no such day."""
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""


def place_date(text: str) -> PlaceDate | None:
    """A line `Tây Ninh, ngày 05 tháng 3 năm 2026`, whole or still to be filled in; None when it is none."""
    line = squeeze(text)
    found = _LONG.search(line) or _SHORT.match(line)
    if found is None or len(line) > 90 or len(line) - found.end() > 12:
        return None
    place = _place(found["place"])
    if not place:
        return None
    day, month, year = (part.strip(" .…_") for part in (found["day"], found["month"], found["year"]))
    iso = make_date(int(year), int(month), int(day)) if day and month and len(year) == 4 else ""
    return PlaceDate(place, iso, int(year) if len(year) == 4 else 0)


def _place(text: str) -> str:
    """The name of the place, empty when the words before the date are no name."""
    words = squeeze(text).strip(" ,.-–…").split()
    if re.match(r"(?:hôm|vào|từ|đến|căn|lúc|nay|ngày|sau|kể)\b", " ".join(words).lower()):
        return ""
    if not words or len(words) > 6 or not words[0][:1].isupper():
        return ""
    small = sum(1 for word in words if word[:1].islower())
    if all(word.isupper() for word in words):
        return " ".join(word.capitalize() for word in words)
    return " ".join(words) if small <= 1 else ""


@dataclass(frozen=True, slots=True)
class Day:
    """A date in running text: where it stands, and the parts; year 0 when not written."""

    start: int
    end: int
    day: int
    month: int
    year: int

    def iso(self, issued: str, year: int = 0) -> str:
        """The date; a missing year comes from the day of issue (the next year when the date would lie before it)."""
        if self.year:
            return make_date(self.year, self.month, self.day)
        if not issued:
            return make_date(year, self.month, self.day) if year else ""
        date = make_date(int(issued[:4]), self.month, self.day)
        if date and date < issued:
            return make_date(int(issued[:4]) + 1, self.month, self.day)
        return date


def days_in(text: str) -> list[Day]:
    """Every `15/10/2026`, `15/10`, `15 tháng 10 năm 2026`, `15 tháng 10` in a text."""
    days = []
    for found in _FREE.finditer(text):
        day, month, year = (
            (found["d1"], found["m1"], found["y1"]) if found["d1"] else (found["d2"], found["m2"], found["y2"])
        )
        if 1 <= int(day) <= 31 and 1 <= int(month) <= 12:
            days.append(Day(found.start(), found.end(), int(day), int(month), int(year or 0)))
    return days
