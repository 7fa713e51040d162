"""What a clerk writes into the register of incoming documents: tidied, checked, and compared with what is there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from mailsvc.core.errors import Invalid, Phrase, together
from mailsvc.documents.case import plain
from mailsvc.documents.extraction.catalogue import DocumentType, document_types
from mailsvc.documents.extraction.duplicates import number_key
from mailsvc.documents.extraction.number import Number, parse_number
from mailsvc.documents.labels import labels
from mailsvc.vietnamese.fold import canon, fold

NORMAL = "thuong"
DATES = ("issue_date", "deadline", "transfer_date")
REQUIRED = {"issuer": Phrase("Chưa ghi tác giả."), "subject": Phrase("Chưa ghi trích yếu.")}
_BLANKS = re.compile(r"\s+")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_LOOSE = re.compile(r"(\d{1,6}[a-zA-Z]?)([/-])(\S+)")
_LONGEST = 4000  # characters in one field, against a pasted document


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns a clerk fills in (Decree 30/2020, Appendix IV; handbook §1.6). All text; dates ISO or dd/mm/yyyy."""

    type_name: str = ""
    number: str = ""
    notation: str = ""
    code: str = ""
    issue_date: str = ""
    issuer: str = ""
    subject: str = ""
    signer: str = ""
    urgency: str = NORMAL
    deadline: str = ""
    recipients: str = ""
    transfer_date: str = ""
    receipt_signed: str = ""
    note: str = ""

    @property
    def key(self) -> str:
        """For duplicates: number, notation, issuer and year; '' without all of them."""
        first = self.notation.split("/")[0]
        year = first if first.isdigit() and len(first) == 4 else self.issue_date[:4]
        return number_key(self.code, self.issuer, year) if self.number and self.notation else ""


NAMES = tuple(field.name for field in fields(Fields))


@dataclass(frozen=True, slots=True)
class Problem:
    """A remark on a field. One that is `severe` stops the registration, the others are only shown."""

    field: str
    text: Phrase
    severe: bool


class InvalidFields(Invalid):
    """The form cannot be registered as it is; `problems` says why, field by field."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(together(one.text for one in problems))
        self.problems = problems


def from_form(values: Mapping[str, str]) -> Fields:
    """The fields of a form; names it does not know are passed over."""
    return Fields(**{name: values[name] for name in NAMES if name in values})


def from_proposal(document: Mapping[str, Any] | None) -> Fields:
    """The fields as documents.extraction proposes them (`document` of a proposal), empty where it is silent."""
    if not document:
        return Fields()
    taken = {name: str(document[name]) for name in NAMES if name != "signer" and document.get(name)}
    return Fields(**taken, signer=_signer(document.get("signer")))


def _signer(value: Any) -> str:
    """ "Đặng Hữu Phước (KT. GIÁM ĐỐC, PHÓ GIÁM ĐỐC)" """
    if not isinstance(value, Mapping):
        return ""
    post = ", ".join(str(value[key]) for key in ("authority", "position") if value.get(key))
    name = str(value.get("name") or "")
    return f"{name} ({post})" if name and post else name or post


# ---- tidying ------------------------------------------------------------------------------------------------
def tidy(given: Fields) -> Fields:
    """NFC, single blanks, ISO dates; number and notation taken from the code, or the code put together from them."""
    plain = {name: _plain(getattr(given, name)) for name in NAMES}
    for name in DATES:
        plain[name] = iso(plain[name])
    kind = type_of(plain["type_name"])
    plain["type_name"] = kind.name if kind is not None else plain["type_name"]
    plain["urgency"] = plain["urgency"] or NORMAL
    return _with_code(Fields(**plain))


def _plain(value: str) -> str:
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", plain(value[:_LONGEST]))).strip()


def iso(value: str) -> str:
    """`5/1/2026` as `2026-01-05`; what is no day stays as it was typed."""
    found = _DAY_FIRST.fullmatch(value)
    if found is None:
        return value
    turned = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    return turned if _day(turned) is not None else value


def _with_code(given: Fields) -> Fields:
    """What the clerk typed decides: number and notation, else the code."""
    if given.number and given.notation:
        parsed = _parsed(given.code)
        if parsed is not None and (parsed.number, parsed.notation) == (given.number, given.notation):
            return given
        between = "-" if parsed is not None and parsed.party else "/"
        return replace(given, code=f"{given.number}{between}{given.notation}")
    parsed = _parsed(given.code)
    if parsed is None:
        return replace(given, code=given.code or given.number or given.notation)
    return replace(given, number=parsed.number, notation=parsed.notation, code=parsed.code or given.code)


def _parsed(code: str) -> Number | None:
    """The number in what was typed, also where its letters have the wrong case."""
    found = _LOOSE.fullmatch(code)
    return parse_number(code) or (Number(found[1], found[3], code, found[2] == "-") if found else None)


def type_of(name: str) -> DocumentType | None:
    """The document type of that name in any spelling, or None."""
    wanted = fold(canon(name))
    return next((kind for kind in document_types() if name and fold(kind.name) == wanted), None)


# ---- checking -----------------------------------------------------------------------------------------------
def check(given: Fields, arrival: date, today: date) -> tuple[Problem, ...]:
    """What is to be said about tidied fields, severe ones first."""
    words = labels()
    found = [Problem(name, text, True) for name, text in REQUIRED.items() if not getattr(given, name)]
    if given.type_name and type_of(given.type_name) is None:
        text = Phrase("Không có tên loại “%(name)s” trong danh mục.", name=given.type_name)
        found.append(Problem("type_name", text, True))
    if given.urgency not in words.urgencies:
        found.append(Problem("urgency", Phrase("Không có độ khẩn “%(urgency)s”.", urgency=given.urgency), True))
    found += _check_dates(given, arrival, today)
    for name, most in words.lengths.items():
        if len(getattr(given, name)) > most:
            found.append(Problem(name, too_long(words.fields[name], len(getattr(given, name)), most), False))
    if given.code and not given.number:
        found.append(Problem("code", Phrase("Không tách được số và ký hiệu từ “%(code)s”.", code=given.code), False))
    return tuple(sorted(found, key=lambda one: not one.severe))


def too_long(title: str, length: int, most: int) -> Phrase:
    """What is said of a field with more characters than the law provides for."""
    return Phrase(
        "%(field)s dài %(length)s ký tự, quy định nhiều nhất %(most)s.", field=Phrase(title), length=length, most=most
    )


def no_day(title: str, typed: str) -> Phrase:
    """What is said of a field that should hold a day."""
    return Phrase(
        "%(field)s “%(typed)s” không phải là ngày; ghi ngày/tháng/năm, ví dụ 30/11/2026.",
        field=Phrase(title),
        typed=typed,
    )


def _check_dates(given: Fields, arrival: date, today: date) -> list[Problem]:
    words = labels().fields
    days = {name: _day(getattr(given, name)) for name in DATES}
    found = [
        Problem(name, no_day(words[name], getattr(given, name)), True)
        for name in DATES
        if getattr(given, name) and days[name] is None
    ]
    if arrival > today:
        found.append(Problem("arrival_date", Phrase("Ngày đến ở tương lai."), True))
    for name in ("issue_date", "transfer_date"):
        day = days[name]
        if day is not None and day > today:
            found.append(Problem(name, Phrase("%(field)s ở tương lai.", field=Phrase(words[name])), True))
    issued, deadline, moved = days["issue_date"], days["deadline"], days["transfer_date"]
    if issued is not None and arrival < issued <= today:
        found.append(Problem("issue_date", Phrase("Ngày văn bản sau ngày đến."), False))
    if deadline is not None and deadline < arrival:
        found.append(Problem("deadline", Phrase("Hạn xử lý đã qua trước ngày đến."), False))
    if moved is not None and moved < arrival:
        found.append(Problem("transfer_date", Phrase("Ngày chuyển trước ngày đến."), True))
    return found


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        return None


def require_valid(given: Fields, arrival: date, today: date) -> None:
    """Raises InvalidFields when a problem is severe."""
    severe = tuple(one for one in check(given, arrival, today) if one.severe)
    if severe:
        raise InvalidFields(severe)
