"""Hạn: the day until which the addressee must act, from the running text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.vietnamese.fold import fold

from .dates import Day, days_in
from .layout import squeeze

_TIME = r"(?:\s*(?:luc\s*)?\d{1,2}\s*(?:gio|h|g|:)\s*(?:\d{2})?\s*(?:phut|')?\s*,?)?"
_WEEKDAY = r"(?:\s*\(?\s*(?:thu\s+(?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat)\s*\)?\s*,?)?"
_LEAD = (
    r"truoc|cham nhat|muon nhat|tre nhat|khong muon hon|khong qua|khong cham hon|han chot|han cuoi(?: cung)?|thoi han|"
    r"han nop|han gui|han|den het|het|hoan thanh (?:xong )?trong|ve .{3,60}\btrong(?= ngay)"
)
_LINKS = r"la|den|vao|het|truoc|trong|cuoi|bao cao|nop|gui|dang ky|hoan thanh|nhan|:|ngay"
_DAY = rf"{_TIME}{_WEEKDAY}{_TIME}(?:\s*(?:,|cua))?\s*\(?\s*(?:ngay)?\s*(?=\d)"
_PHRASE = re.compile(rf"\b(?P<lead>{_LEAD})(?:\s+(?:{_LINKS}))*\s*:?\s*{_DAY}")
# "Hạn cuối gửi bài dự thi là …", "Thời gian nộp báo cáo: …"
_NAMED = re.compile(
    r"\b(?P<lead>han(?: chot| cuoi(?: cung)?)?|thoi han|thoi gian)\s+"
    r"(?:nop|gui|nhan|bao cao|dang ky|hoan thanh|tra loi|phan hoi)[^.;:]{0,40}?(?::|\bla\b)\s*"
    rf"(?:(?:truoc|cham nhat|la|den|het|vao)\s+)*{_DAY}"
)
_AGAIN = re.compile(r"^\W*(?:hang|hằng|moi|cua (?:hang|moi))\s*(?:thang|nam|quy|tuan)")
_EVERY = re.compile(r"(?:hang|moi)\s+(?:thang|nam|quy|tuan|ngay)")
_NOT = re.compile(
    r"(?:sinh|tuyen dung|co hieu luc|ban hanh|ky|vao nganh|cap|tot nghiep|trung tuyen|bo nhiem|"
    r"thanh lap|phat sinh|hinh thanh|xay dung|"
    r"cong tac|nghi huu|nhap hoc|ket hop dong|ap dung|tu|da (?:nop|gui|dang ky))\s*$"
)
_ACT = re.compile(
    r"bao cao|gui|nop|hoan thanh|phan hoi|dang ky|danh sach|gop y|tham gia y kien|tra loi|cung cap|"
    r"tong hop|ho so|thuc hien|xac nhan|de xuat|lap|"
    r"nhap|cap nhat|trinh|chuyen|thong bao|kiem tra|ra soat|du toan|hoan tat|xong|quyet toan|thanh toan|ke khai"
)
_HAND_IN = re.compile(r"bao cao|gui|nop|phan hoi|dang ky|gop y|\bnhan\b|hoan thanh|tra loi")
_BACK = re.compile(r"\bve\b|qua he thong|qua (?:dia chi )?(?:email|hop thu)|vanthu|bang van ban")
_FUTURE_DAYS = 800


@dataclass(frozen=True, slots=True)
class Deadline:
    """day: ISO date, empty when there is none. text: the words of the document. certain: one candidate stood out."""

    day: str
    text: str
    certain: bool = True


def read_deadline(paragraphs: Sequence[str], issued: str, year: int) -> Deadline:
    """The most binding deadline of the body; a year left out comes from the day of issue, or from year in a draft."""
    found: list[tuple[int, str, str]] = []
    for paragraph in paragraphs:
        found += _in_paragraph(squeeze(paragraph), issued, year)
    if not found:
        return Deadline("", "")
    best = max(score for score, _, _ in found)
    days = sorted({(day, text) for score, day, text in found if score == best})
    return Deadline(days[0][0], days[0][1], certain=len({day for day, _ in days}) == 1)


def _in_paragraph(text: str, issued: str, year: int) -> list[tuple[int, str, str]]:
    key = fold(text)
    if len(key) != len(text) or key.startswith("can cu "):
        return []
    days = days_in(text)
    found = []
    for phrase in (*_PHRASE.finditer(key), *_NAMED.finditer(key)):
        day = next((one for one in days if one.start == phrase.end()), None)
        if day is None or _AGAIN.match(key[day.end :]) or _EVERY.search(key[day.end : day.end + 25]):
            continue
        date = day.iso(issued, year)
        before = key[max(0, phrase.start() - 30) : phrase.start()]
        if not date or _NOT.search(before) or not _plausible(date, issued):
            continue
        sentence = _sentence(key, phrase.start(), day.end)
        if not _asks(phrase["lead"], sentence):
            continue
        found.append((_score(sentence, phrase["lead"]), date, _words(text, key, phrase.start(), day)))
    return found


def _asks(lead: str, sentence: str) -> bool:
    """The sentence asks for something to be done by the day, not only names a span of time."""
    if lead in ("het", "den het"):
        return bool(_HAND_IN.search(sentence))
    if lead in ("truoc", "khong qua", "thoi han", "han"):
        return bool(_ACT.search(sentence))
    return not lead.startswith("ve ") or bool(_HAND_IN.search(sentence))


def _plausible(date: str, issued: str) -> bool:
    """Not before the day of issue and not years after it."""
    if not issued:
        return True
    return date >= issued and int(date[:4]) - int(issued[:4]) <= _FUTURE_DAYS // 365


def _sentence(key: str, start: int, end: int) -> str:
    begin = max(key.rfind(". ", 0, start), key.rfind("; ", 0, start), 0)
    stop = min((at for at in (key.find(". ", end), key.find(";", end)) if at >= 0), default=len(key))
    return key[begin:stop]


def _score(sentence: str, lead: str) -> int:
    score = 2 if _BACK.search(sentence) else 0
    score += 1 if _HAND_IN.search(sentence) else 0
    return score + (1 if lead not in ("truoc", "thoi han", "het") else 0)


def _words(text: str, key: str, start: int, day: Day) -> str:
    """The phrase, with a short `gửi … ` before it that belongs to it."""
    begin = max(key.rfind(mark, 0, start) for mark in (",", ";", ".", ":", "(", ")")) + 1
    clause = text[begin : day.end].strip()
    if fold(clause).startswith("gui ") and len(text[begin:start].split()) <= 7:
        return clause
    return text[start : day.end].strip()
