"""The sheet of an outgoing document as its drafter fills it in (Decree 30/2020, Appendix VI, II.1): tidied, checked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from mailsvc.core.errors import Phrase
from mailsvc.documents.case import plain
from mailsvc.documents.extraction import secrecy
from mailsvc.documents.fields import InvalidFields, Problem, iso, no_day, too_long, type_of
from mailsvc.documents.labels import labels
from mailsvc.documents.outgoing import who
from mailsvc.documents.outgoing.words import words
from mailsvc.documents.rights.units import organisation_of_unit, units_of_organisation
from mailsvc.store import accounts, documents
from mailsvc.store.tx import Tx

_BLANKS = re.compile(r"[^\S\n]+")
_LONGEST = 4000
_ANSWERED = re.compile(r"(\d{1,10})\s*/\s*(\d{4})")
NAMES_SHOWN = {
    "type_name": Phrase("Tên loại"),
    "subject": Phrase("Trích yếu"),
    "urgency": Phrase("Độ khẩn"),
    "unit_code": Phrase("Đơn vị soạn thảo"),
    "signer": Phrase("Người ký"),
    "sign_form": Phrase("Hình thức ký"),
    "recipients": Phrase("Nơi nhận"),
    "deadline": Phrase("Hạn trả lời"),
    "language": Phrase("Ngôn ngữ"),
    "file_code": Phrase("Số và ký hiệu hồ sơ"),
    "pages": Phrase("Số trang"),
    "copies": Phrase("Số lượng bản"),
    "keeper": Phrase("Đơn vị, người nhận bản lưu"),
    "note": Phrase("Ghi chú"),
    "answers": Phrase("Trả lời văn bản đến"),
    "advice_due": Phrase("Hạn tham mưu"),
}
_MISSING = {
    "type_name": Phrase("Chưa ghi tên loại."),
    "subject": Phrase("Chưa ghi trích yếu."),
    "unit_code": Phrase("Chưa ghi đơn vị soạn thảo."),
    "signer": Phrase("Chưa ghi người ký."),
    "recipients": Phrase("Chưa ghi nơi nhận."),
}
_LENGTHS = {"type_name": 100, "subject": 500, "language": 30, "file_code": 20, "note": 500}
_FOR_THE_HEAD = ("KT.", "TL.", "TUQ.")
_MOST = {"pages": 999, "copies": 9999}


@dataclass(frozen=True, slots=True)
class DraftFields:
    """The sheet. All text, as typed; dates ISO or dd/mm/yyyy.

    `signer` is an account id, `answers` the số đến of incoming documents it answers: "12/2026, 15/2026". `advice_due`
    makes it a paper for the leaders (văn bản tham mưu) that is due then.
    """

    type_name: str = ""
    subject: str = ""
    urgency: str = "thuong"
    unit_code: str = ""
    signer: str = ""
    sign_form: str = ""
    recipients: str = ""
    deadline: str = ""
    language: str = "Tiếng Việt"
    file_code: str = ""
    pages: str = ""
    copies: str = ""
    keeper: str = ""
    note: str = ""
    answers: str = ""
    advice_due: str = ""

    @property
    def answered(self) -> tuple[tuple[int, int], ...]:
        """(số đến, year) of each document it answers."""
        return tuple(dict.fromkeys((int(one[1]), int(one[2])) for one in _ANSWERED.finditer(self.answers)))


NAMES = tuple(field.name for field in fields(DraftFields))


def from_form(values: Mapping[str, str]) -> DraftFields:
    """The fields of a form; names it does not know are passed over."""
    return DraftFields(**{name: values[name] for name in NAMES if name in values})


def tidy(given: DraftFields) -> DraftFields:
    """NFC, single blanks, ISO dates, the catalogue's spelling of the type."""
    clean = {name: _plain(getattr(given, name)) for name in NAMES}
    clean["deadline"], clean["advice_due"] = iso(clean["deadline"]), iso(clean["advice_due"])
    kind = type_of(clean["type_name"])
    clean["type_name"] = kind.name if kind is not None else clean["type_name"]
    clean["urgency"] = clean["urgency"] or "thuong"
    clean["language"] = clean["language"] or "Tiếng Việt"
    return DraftFields(**clean)


def _plain(value: str) -> str:
    text = unicodedata.normalize("NFC", plain(value[:_LONGEST])).replace("\r\n", "\n")
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in text.split("\n")).strip()


def check(tx: Tx, org_code: str, given: DraftFields, today: date) -> tuple[Problem, ...]:
    """What is to be said about tidied fields, severe ones first."""
    found = [*_missing(given), *_choices(tx, org_code, given), *_values(given, today), *_answers(tx, org_code, given)]
    if secrecy.in_title(given.subject):
        text = Phrase("Trích yếu có dấu mật; văn bản mật không soạn, không gửi trên hệ thống (Quy chế, Điều 7).")
        found.append(Problem("subject", text, True))
    for name, most in _LENGTHS.items():
        if len(getattr(given, name)) > most:
            found.append(Problem(name, too_long(NAMES_SHOWN[name], len(getattr(given, name)), most), False))
    return tuple(sorted(found, key=lambda one: not one.severe))


def _missing(given: DraftFields) -> list[Problem]:
    return [Problem(name, text, True) for name, text in _MISSING.items() if not getattr(given, name)]


def _choices(tx: Tx, org_code: str, given: DraftFields) -> list[Problem]:
    found = []
    kind = type_of(given.type_name)
    if given.type_name and (kind is None or not kind.in_outgoing):
        text = Phrase("Cơ quan không ban hành loại “%(name)s”.", name=given.type_name)
        found.append(Problem("type_name", text, True))
    if given.urgency not in labels().urgencies:
        found.append(Problem("urgency", Phrase("Không có độ khẩn “%(urgency)s”.", urgency=given.urgency), True))
    if given.sign_form not in words().sign_forms:
        found.append(Problem("sign_form", Phrase("Không có hình thức ký “%(form)s”.", form=given.sign_form), True))
    if given.unit_code and given.unit_code not in units_of_organisation(tx, org_code):
        found.append(Problem("unit_code", Phrase("Cơ quan không có đơn vị “%(unit)s”.", unit=given.unit_code), True))
    if given.signer and not any(str(one.id) == given.signer for one in who.signers(tx, org_code)):
        found.append(Problem("signer", Phrase("Người này không có thẩm quyền ký văn bản của cơ quan."), True))
    return found


def _values(given: DraftFields, today: date) -> list[Problem]:
    found = []
    for name in ("deadline", "advice_due"):
        text = getattr(given, name)
        if text and _day(text) is None:
            found.append(Problem(name, no_day(NAMES_SHOWN[name], text), True))
    due = _day(given.deadline)
    if due is not None and due < today:
        found.append(Problem("deadline", Phrase("Hạn trả lời đã qua."), True))
    for name, most in _MOST.items():
        text = getattr(given, name)
        if text and not (text.isascii() and text.isdigit() and int(text) <= most):
            said = Phrase("%(field)s phải là số từ 0 đến %(most)s.", field=NAMES_SHOWN[name], most=most)
            found.append(Problem(name, said, True))
    if given.answers and _ANSWERED.sub("", given.answers).strip(" ,;."):
        found.append(Problem("answers", Phrase("Ghi số đến kèm năm, ví dụ: 12/2026, 15/2026."), True))
    return found


def _answers(tx: Tx, org_code: str, given: DraftFields) -> list[Problem]:
    """Which số đến are not in the register."""
    found = []
    for number, year in given.answered:
        if documents.by_number(tx, org_code, "in", year, number) is None:
            text = Phrase("Không có văn bản đến số %(number)s năm %(year)s để trả lời.", number=number, year=year)
            found.append(Problem("answers", text, True))
    return found


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        return None


def require_valid(tx: Tx, org_code: str, given: DraftFields, today: date) -> None:
    """Raises InvalidFields when a problem is severe."""
    severe = tuple(one for one in check(tx, org_code, given, today) if one.severe)
    if severe:
        raise InvalidFields(severe)


def _head_post(tx: Tx, unit_code: str) -> str:
    """The post for whose holder others sign: GIÁM ĐỐC, in a school HIỆU TRƯỞNG."""
    own = units_of_organisation(tx, organisation_of_unit(tx, unit_code))
    heads = [one for one, _ in accounts.holders(tx, ("giam_doc", "thu_truong_don_vi")) if one.unit_code in own]
    return heads[0].position.upper() if heads else ""


def signer_line(tx: Tx, signer_id: int | None, sign_form: str) -> str:
    """ "Đặng Hữu Phước (KT. GIÁM ĐỐC, PHÓ GIÁM ĐỐC)" as the register of incoming documents writes it."""
    if signer_id is None:
        return ""
    account = accounts.get(tx, signer_id)
    above = f"{sign_form} {_head_post(tx, account.unit_code)}".strip() if sign_form in _FOR_THE_HEAD else sign_form
    post = ", ".join(part for part in (above, account.position.upper()) if part)
    return f"{account.full_name} ({post})" if post else account.full_name
