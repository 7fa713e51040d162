"""What a person types to find letters, taken apart: words, phrases and operators, Vietnamese or English, with marks or
without.

    từ:|from:  đến:|to:  chủ đề:|subject:  tệp:|filename:  có:tệp|has:attachment  trước:|before:  sau:|after:
    trong:|in:  chưa đọc|is:unread  is:read  là:sao|is:starred  lớn hơn:|larger:  nhỏ hơn:|smaller:  -từ  "cụm từ"
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from mailsvc.store.flags import ANSWERED, FLAGGED, SEEN
from mailsvc.vietnamese.fold import fold

Field = Literal["text", "from", "to", "subject", "filename"]
MOST_TERMS = 12
LONGEST = 400
"""Characters of a query that are looked at."""
_NAMES = {
    "tu": "from", "from": "from", "nguoi gui": "from", "den": "to", "to": "to", "nguoi nhan": "to", "chu de": "subject",
    "tieu de": "subject", "subject": "subject", "tep": "filename", "filename": "filename", "co": "has", "has": "has",
    "truoc": "before", "before": "before", "sau": "after", "after": "after", "trong": "in", "in": "in", "la": "is",
    "is": "is", "lon hon": "larger", "larger": "larger", "nho hon": "smaller", "smaller": "smaller",
}  # fmt: skip
_PIECE = re.compile(
    r"(?P<minus>-)?(?:(?P<unread>chua\s+doc)(?![^\s])|(?:(?P<name>"
    + "|".join(sorted(_NAMES, key=len, reverse=True)).replace(" ", r"\s+")
    + r"):\s*)?(?:\"(?P<phrase>[^\"]*)(?:\"|$)|(?P<word>[^\s\"]+)))"
)
_STATES = {
    "unread": (0, SEEN), "chua doc": (0, SEEN), "chua-doc": (0, SEEN), "read": (SEEN, 0), "da doc": (SEEN, 0),
    "da-doc": (SEEN, 0), "starred": (FLAGGED, 0), "flagged": (FLAGGED, 0), "sao": (FLAGGED, 0),
    "answered": (ANSWERED, 0), "da tra loi": (ANSWERED, 0), "da-tra-loi": (ANSWERED, 0),
}  # fmt: skip
_FILES = ("attachment", "tep", "file", "dinh kem", "dinh-kem", "tep dinh kem")
_SIZE = re.compile(r"(\d{1,9})(?:[.,]\d+)?\s*(k|kb|m|mb|g|gb|b|byte)?")
_UNITS = {"b": 1, "byte": 1, "k": 1 << 10, "kb": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "g": 1 << 30, "gb": 1 << 30}
_DAY = re.compile(r"(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})|(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase to be held in that field of the letter (`wanted` False: not to be held)."""

    field: Field
    text: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """All that must hold. `since` is the first day (`sau:` counts its own day in), `before` the day after the last;
    sizes in bytes, 0: any; `problems` are (operator, value) that were not understood and left out."""

    terms: tuple[Term, ...] = ()
    folders: tuple[str, ...] = ()
    flags_set: int = 0
    flags_clear: int = 0
    attachments: bool | None = None
    since: date | None = None
    before: date | None = None
    larger: int = 0
    smaller: int = 0
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing."""
        return replace(self, problems=()) == Query()

    @property
    def words(self) -> tuple[str, ...]:
        """What is to be shown as found."""
        return tuple(term.text for term in self.terms if term.wanted)


def parse(text: str) -> Query:
    """Never fails: what is no operator is a word, a value that is none goes to `problems`."""
    text = unicodedata.normalize("NFC", text)[:LONGEST].replace("\0", " ")
    folded = "".join(plain if len(plain := fold(one)) == 1 else "?" for one in text)
    found = Query()
    for piece in _PIECE.finditer(folded):
        group = "phrase" if piece["phrase"] is not None else "word"
        value = "" if piece["unread"] else text[slice(*piece.span(group))].strip()
        name = "is" if piece["unread"] else _NAMES.get(" ".join((piece["name"] or "").split()), "")
        found = _with(found, name, "unread" if piece["unread"] else value, not piece["minus"])
    return found


def _with(query: Query, name: str, value: str, wanted: bool) -> Query:
    if not value or value == "-":
        return query
    if name in ("", "from", "to", "subject", "filename"):
        if len(query.terms) >= MOST_TERMS:
            return query
        field: Field = "text" if name == "" else name  # type: ignore[assignment]
        return replace(query, terms=(*query.terms, Term(field, value, wanted)))
    if name == "in":
        return replace(query, folders=(*query.folders, value))
    changed = _limited(query, name, value, wanted)
    return changed if changed is not None else replace(query, problems=(*query.problems, (name, value)))


def _limited(query: Query, name: str, value: str, wanted: bool) -> Query | None:
    """With a state, a date or a size; None when the value is none."""
    plain = " ".join(fold(value).split())
    if name == "has":
        return replace(query, attachments=wanted) if plain in _FILES else None
    if name == "is":
        bits, none = _STATES.get(plain, (0, 0)) if wanted else _STATES.get(plain, (0, 0))[::-1]
        if not bits and not none:
            return None
        return replace(query, flags_set=query.flags_set | bits, flags_clear=query.flags_clear | none)
    if name in ("larger", "smaller"):
        size = octets(plain)
        return replace(query, **{name: size}) if size else None  # type: ignore[arg-type]
    days = span(plain)
    if days is None:
        return None
    return replace(query, since=days[0]) if name == "after" else replace(query, before=days[0])


def octets(text: str) -> int:
    """`5`, `5MB`, `300 KB` in bytes; a number alone counts megabytes. 0 for what is no size."""
    found = _SIZE.fullmatch(text)
    return int(found[1]) * _UNITS[found[2] or "m"] if found else 0


def span(text: str) -> tuple[date, date] | None:
    """(first day, day after the last) of a day, month or year: 23/11/2026, 11/2026, 2026-11-23, 2026."""
    found = _DAY.fullmatch(text) or re.fullmatch(r"(x)?(x)?(x)?(\d{4})(x)?(x)?", text)
    if found is None:
        return None
    year = int(found[3] or found[4])
    month, day = int(found[2] or found[5] or 0), int(found[1] or found[6] or 0)
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first, date.fromordinal(first.toordinal() + 1)
        return first, date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1)
    except (ValueError, OverflowError):
        return None


def written(parts: Iterable[tuple[str, str]]) -> str:
    """A query out of the fields of a form: (operator in Vietnamese with its colon, or '', value)."""
    made = []
    for operator, value in parts:
        value = " ".join(value.replace('"', " ").split())
        if value and operator:
            made.append(f'{operator}"{value}"' if " " in value else f"{operator}{value}")
        elif value:
            made.append(value)
    return " ".join(made)
