"""SEARCH arguments as a tree of keys (RFC 9051 §6.4.4, RFC 3501 §6.4.4, RFC 7162 §3.1.5, RFC 5182)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from mailsvc.imap.errors import Refused, TooMuch
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.dates import parse_date
from mailsvc.imap.grammar.flags import ANSWERED, DELETED, DRAFT, FLAGGED, SEEN, parse_keyword
from mailsvc.imap.grammar.sequence import SequenceSet, parse_set

MAX_KEYS = 1000
MAX_TEXTS = 100  # each looks into the text of many letters
CHARSETS = {"UTF-8": "utf-8", "US-ASCII": "ascii"}


@dataclass(frozen=True, slots=True)
class All:
    """Every message."""


@dataclass(frozen=True, slots=True)
class Not:
    key: Key


@dataclass(frozen=True, slots=True)
class And:
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Or:
    left: Key
    right: Key


@dataclass(frozen=True, slots=True)
class HasFlag:
    """A system flag's bit (RECENT as 0: ask the session)."""

    bit: int


@dataclass(frozen=True, slots=True)
class HasKeyword:
    keyword: str


@dataclass(frozen=True, slots=True)
class Messages:
    """A sequence set, of UIDs when `uid`."""

    messages: SequenceSet
    uid: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A substring, without regard to case, in TEXT (header and body), BODY or a header field such as 'subject'
    (`field` in lower case; text '' asks only that the field is there)."""

    field: str  # 'TEXT', 'BODY' or the header's name in lower case
    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """A date key, of the Date field when `sent`, else of the internal date: `first` (None: any) to before `before`."""

    sent: bool
    first: date | None
    before: date | None


@dataclass(frozen=True, slots=True)
class Size:
    """Octets: more than `larger` or fewer than `smaller` (one of them is None)."""

    larger: int | None
    smaller: int | None


@dataclass(frozen=True, slots=True)
class ModSeq:
    """At least this mod-sequence."""

    least: int


@dataclass(frozen=True, slots=True)
class SavedDay:
    """When the message came into this mailbox: `first` (None: any) to before `before`."""

    first: date | None
    before: date | None


@dataclass(frozen=True, slots=True)
class ObjectId:
    """A letter's content or thread by its identifier; number 0 is nobody's."""

    thread: bool
    number: int


Key = All | Not | And | Or | HasFlag | HasKeyword | Messages | Text | Day | Size | ModSeq | SavedDay | ObjectId


@dataclass(frozen=True, slots=True)
class Search:
    """SEARCH and UID SEARCH: `returns` is None for the old `* SEARCH` answer, else the RETURN options (never empty)."""

    key: Key
    returns: frozenset[str] | None
    uid: bool
    modseq: bool  # a MODSEQ key stands somewhere: the answer tells the highest, and CONDSTORE is on


RECENT = 0
_FLAGS = {
    "ANSWERED": ANSWERED, "DELETED": DELETED, "DRAFT": DRAFT, "FLAGGED": FLAGGED, "SEEN": SEEN, "RECENT": RECENT,
}  # fmt: skip
_NOT_FLAGS = {"UNANSWERED": ANSWERED, "UNDELETED": DELETED, "UNDRAFT": DRAFT, "UNFLAGGED": FLAGGED, "UNSEEN": SEEN}
_TEXTS = {"BCC": "bcc", "BODY": "BODY", "CC": "cc", "FROM": "from", "SUBJECT": "subject", "TEXT": "TEXT", "TO": "to"}
_SET_STARTS = frozenset((b"*", b"$", *(b"%d" % digit for digit in range(1, 10))))
_OBJECT_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
_RETURNS = frozenset(("MIN", "MAX", "ALL", "COUNT", "SAVE"))


class _Parser:
    """Reads keys; holds the charset and counts, which all keys share."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.charset = "utf-8"
        self.count = self.texts = 0
        self.modseq = False

    def program(self) -> Key:
        keys = [self.key()]
        while self.cursor.skip(b" "):
            keys.append(self.key())
        return keys[0] if len(keys) == 1 else And(tuple(keys))

    def key(self) -> Key:
        cursor = self.cursor
        self.count += 1
        if self.count > MAX_KEYS:
            raise TooMuch(f"SEARCH có quá {MAX_KEYS} điều kiện")
        cursor.descend()
        try:
            return self._key()
        finally:
            cursor.ascend()

    def _key(self) -> Key:
        cursor = self.cursor
        if cursor.peek(b"("):
            keys = cursor.parenthesised(self.key)
            return keys[0] if len(keys) == 1 else And(keys)
        if cursor.data[cursor.pos : cursor.pos + 1] in _SET_STARTS:
            return Messages(parse_set(cursor), uid=False)
        start = cursor.pos
        word = cursor.word()
        if word in _FLAGS:
            return HasFlag(_FLAGS[word])
        if word in _NOT_FLAGS:
            return Not(HasFlag(_NOT_FLAGS[word]))
        read = _KEYS.get(word)
        if read is None:
            cursor.pos = start
            raise cursor.error(f"điều kiện tìm {word[:40]} không có")
        return read(self, word)

    def text(self) -> str:
        self.texts += 1
        if self.texts > MAX_TEXTS:
            raise TooMuch(f"SEARCH tìm quá {MAX_TEXTS} đoạn chữ")
        self.cursor.space()
        raw = self.cursor.astring()
        try:
            return unicodedata.normalize("NFC", raw.decode(self.charset))
        except UnicodeDecodeError:
            raise self.cursor.error("chữ cần tìm không đúng bảng mã đã khai") from None

    def date(self) -> date:
        self.cursor.space()
        return parse_date(self.cursor)


def _all(parser: _Parser, word: str) -> Key:
    return All()


def _new(parser: _Parser, word: str) -> Key:  # RFC 3501 §6.4.4: NEW is RECENT UNSEEN, OLD is NOT RECENT
    return Not(HasFlag(RECENT)) if word == "OLD" else And((HasFlag(RECENT), Not(HasFlag(SEEN))))


def _not(parser: _Parser, word: str) -> Key:
    parser.cursor.space()
    return Not(parser.key())


def _or(parser: _Parser, word: str) -> Key:
    parser.cursor.space()
    left = parser.key()
    parser.cursor.space()
    return Or(left, parser.key())


def _keyword(parser: _Parser, word: str) -> Key:
    parser.cursor.space()
    key = HasKeyword(parse_keyword(parser.cursor))
    return key if word == "KEYWORD" else Not(key)


def _text(parser: _Parser, word: str) -> Key:
    return Text(_TEXTS[word], parser.text())


def _header(parser: _Parser, word: str) -> Key:
    parser.cursor.space()
    name = parser.cursor.astring()
    if not name or not name.isascii() or b":" in name or any(c <= 0x20 for c in name):
        raise parser.cursor.error("tên trường đầu thư không hợp lệ")
    return Text(name.decode("ascii").lower(), parser.text())


def _uid(parser: _Parser, word: str) -> Key:
    parser.cursor.space()
    return Messages(parse_set(parser.cursor), uid=True)


def _day(parser: _Parser, word: str) -> Key:
    return Day(word.startswith("SENT"), *_days(parser, word.removeprefix("SENT")))


def _saved_day(parser: _Parser, word: str) -> Key:  # RFC 8514 §4.3
    parser.cursor.needs("SAVEDATE", word)
    return SavedDay(*_days(parser, word.removeprefix("SAVED")))


def _days(parser: _Parser, kind: str) -> tuple[date | None, date | None]:
    day = parser.date()
    after = date.fromordinal(min(day.toordinal() + 1, date.max.toordinal()))
    if kind == "BEFORE":
        return None, day
    return day, after if kind == "ON" else None


def _save_dates(parser: _Parser, word: str) -> Key:
    parser.cursor.needs("SAVEDATE", word)
    return All()


def _object_id(parser: _Parser, word: str) -> Key:  # RFC 8474 §6; an identifier that is not of ours finds nothing
    cursor = parser.cursor
    cursor.needs("OBJECTID", word)
    cursor.space()
    text = cursor.astring().decode("ascii", "replace")
    if not _OBJECT_ID.fullmatch(text):
        raise cursor.error("mã không hợp lệ")
    thread = word == "THREADID"
    number = text[1:] if text[0] == ("T" if thread else "M") else ""
    ours = number.isdigit() and not number.startswith("0") and len(number) <= 18
    return ObjectId(thread, int(number) if ours else 0)


def _size(parser: _Parser, word: str) -> Key:
    parser.cursor.space()
    octets = parser.cursor.number64()
    return Size(octets, None) if word == "LARGER" else Size(None, octets)


def _modseq(parser: _Parser, word: str) -> Key:
    """RFC 7162 §3.1.5: an entry name and type may stand before the number; we keep one mod-sequence a message."""
    cursor = parser.cursor
    cursor.needs("CONDSTORE", word)
    cursor.space()
    if cursor.quoted() is not None:
        cursor.space()
        if cursor.word() not in ("PRIV", "SHARED", "ALL"):
            raise cursor.error("cần priv, shared hay all")
        cursor.space()
    parser.modseq = True
    return ModSeq(cursor.number64())


_KEYS: dict[str, Callable[[_Parser, str], Key]] = {
    "ALL": _all, "NEW": _new, "OLD": _new, "NOT": _not, "OR": _or, "KEYWORD": _keyword, "UNKEYWORD": _keyword,
    "HEADER": _header, "UID": _uid, "LARGER": _size, "SMALLER": _size, "MODSEQ": _modseq,
    "EMAILID": _object_id, "THREADID": _object_id, "SAVEDATESUPPORTED": _save_dates,
    **dict.fromkeys(("SAVEDBEFORE", "SAVEDON", "SAVEDSINCE"), _saved_day), **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(("BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE"), _day),
}  # fmt: skip


def parse_search(cursor: Cursor, *, uid: bool) -> Search:
    """The arguments after `SEARCH`; Refused [BADCHARSET] for an unknown charset."""
    cursor.space()
    returns = parse_returns(cursor)
    parser = _Parser(cursor)
    if cursor.data[cursor.pos : cursor.pos + 8].upper() == b"CHARSET ":
        cursor.pos += 8
        parser.charset = parse_charset(cursor)
        cursor.space()
    key = parser.program()
    cursor.end()
    return Search(key, returns, uid, parser.modseq)


def parse_returns(cursor: Cursor) -> frozenset[str] | None:
    """`RETURN ( … ) SP` (RFC 9051 §6.4.4); `()` means ALL."""
    if cursor.data[cursor.pos : cursor.pos + 8].upper() != b"RETURN (":
        return None
    cursor.needs("ESEARCH", "RETURN")
    cursor.pos += 7
    options = frozenset(cursor.parenthesised(cursor.word, empty=True))
    if unknown := options - _RETURNS:
        raise cursor.error(f"tuỳ chọn RETURN {min(unknown)[:40]} không có")
    if "SAVE" in options:
        cursor.needs("SEARCHRES", "SAVE")
    cursor.space()
    return options or frozenset(("ALL",))


def parse_charset(cursor: Cursor) -> str:
    name = cursor.astring().decode("ascii", "replace").upper()
    if name not in CHARSETS:
        raise Refused("Chỉ nhận bảng mã UTF-8 hoặc US-ASCII", "BADCHARSET (US-ASCII UTF-8)")
    return CHARSETS[name]
