"""SEARCH arguments as a tree of keys (RFC 9051 §6.4.4, RFC 3501 §6.4.4, RFC 7162 §3.1.5, RFC 5182)."""

from __future__ import annotations

import codecs
import contextlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from mailsvc.imap.errors import BadCommand, Refused, TooMuch
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.dates import parse_date
from mailsvc.imap.grammar.flags import ANSWERED, DELETED, DRAFT, FLAGGED, SEEN, parse_keyword
from mailsvc.imap.grammar.returns import Returns, parse_returns
from mailsvc.imap.grammar.sequence import SequenceSet, parse_set

MAX_KEYS = 1000
MAX_TEXTS = 100  # each looks into the text of many letters
FUZZY_WEIGHT = 10  # a loose text is looked for in many ways
_CHARSETS = frozenset((
    "utf-8", "ascii", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "iso8859-1", "cp1252", "cp1258", "koi8-r", "koi8-u",
    "big5", "gb2312", "gbk", "gb18030", "euc_jp", "iso2022_jp", "shift_jis", "euc_kr", "cp874", "tis-620", "cp437",
    *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    *(f"cp{number}" for number in range(1250, 1258)),
))  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Age:
    """The internal date lies at least (`older`) or at most so many seconds back (RFC 5032 §2)."""

    older: bool
    seconds: int


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """The key taken loosely, with a score for each message (RFC 6203 §3)."""

    key: Key


@dataclass(frozen=True, slots=True)
class Filter:
    """A search kept under a name (RFC 5466 §3.1)."""

    name: str


Key = (
    All | Not | And | Or | HasFlag | HasKeyword | Messages | Text | Day | Size | ModSeq | SavedDay | ObjectId | Age
    | Fuzzy | Filter
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Program:
    """Search keys as one. `modseq`: a MODSEQ key stands somewhere, so the answer tells the highest and CONDSTORE is on;
    `fuzzy`: a FUZZY key stands somewhere; `filters`: a FILTER key does. `texts`: how much there is to be looked for."""

    key: Key
    modseq: bool = False
    fuzzy: bool = False
    filters: bool = False
    texts: int = 0


@dataclass(frozen=True, slots=True)
class Search:
    """SEARCH and UID SEARCH: `returns` is None for the old `* SEARCH` answer."""

    program: Program
    returns: Returns | None
    uid: bool


RECENT = 0
_FLAGS = {
    "ANSWERED": ANSWERED, "DELETED": DELETED, "DRAFT": DRAFT, "FLAGGED": FLAGGED, "SEEN": SEEN, "RECENT": RECENT,
}  # fmt: skip
_NOT_FLAGS = {"UNANSWERED": ANSWERED, "UNDELETED": DELETED, "UNDRAFT": DRAFT, "UNFLAGGED": FLAGGED, "UNSEEN": SEEN}
_TEXTS = {"BCC": "bcc", "BODY": "BODY", "CC": "cc", "FROM": "from", "SUBJECT": "subject", "TEXT": "TEXT", "TO": "to"}
_SET_STARTS = frozenset((b"*", b"$", *(b"%d" % digit for digit in range(1, 10))))
_OBJECT_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
_FILTER_NAME = re.compile(r"[^/]{1,255}")


class _Parser:
    """Reads keys; holds the charset and counts, which all keys share."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.charset = "utf-8"
        self.count = self.texts = 0
        self.weight = 1
        self.modseq = self.fuzzy = self.filters = False

    def program(self) -> Program:
        keys = [self.key()]
        while self.cursor.skip(b" "):
            keys.append(self.key())
        self.cursor.end()
        key = keys[0] if len(keys) == 1 else And(tuple(keys))
        return Program(key, self.modseq, self.fuzzy, self.filters, self.texts)

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
            if not cursor.peek(b"$"):
                cursor.numbers()
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
        self.texts += self.weight
        if self.texts > MAX_TEXTS:
            raise TooMuch(f"SEARCH tìm quá {MAX_TEXTS} đoạn chữ")
        self.cursor.space()
        raw = self.cursor.astring()
        try:
            return unicodedata.normalize("NFC", raw.decode(self.charset))
        except UnicodeError:
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


def _age(parser: _Parser, word: str) -> Key:
    parser.cursor.needs("WITHIN", word)
    parser.cursor.space()
    return Age(word == "OLDER", parser.cursor.number(least=1))


def _fuzzy(parser: _Parser, word: str) -> Key:
    parser.cursor.needs("SEARCH=FUZZY", word)
    parser.cursor.space()
    parser.fuzzy = True
    before, parser.weight = parser.weight, FUZZY_WEIGHT
    try:
        return Fuzzy(parser.key())
    finally:
        parser.weight = before


def _filter(parser: _Parser, word: str) -> Key:
    parser.cursor.needs("FILTERS", word)
    parser.cursor.space()
    name = parser.cursor.atom().decode("ascii")
    if not _FILTER_NAME.fullmatch(name):
        raise parser.cursor.error("tên bộ lọc không hợp lệ")
    parser.filters = True
    return Filter(name)


_KEYS: dict[str, Callable[[_Parser, str], Key]] = {
    "ALL": _all, "NEW": _new, "OLD": _new, "NOT": _not, "OR": _or, "KEYWORD": _keyword, "UNKEYWORD": _keyword,
    "HEADER": _header, "UID": _uid, "LARGER": _size, "SMALLER": _size, "MODSEQ": _modseq,
    "EMAILID": _object_id, "THREADID": _object_id, "SAVEDATESUPPORTED": _save_dates,
    "OLDER": _age, "YOUNGER": _age, "FUZZY": _fuzzy, "FILTER": _filter,
    **dict.fromkeys(("SAVEDBEFORE", "SAVEDON", "SAVEDSINCE"), _saved_day), **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(("BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE"), _day),
}  # fmt: skip


def parse_search(cursor: Cursor, *, uid: bool) -> Search:
    """The arguments after `SEARCH`; Refused [BADCHARSET] for an unknown charset."""
    cursor.space()
    program, returns = parse_arguments(cursor)
    return Search(program, returns, uid)


def parse_arguments(cursor: Cursor) -> tuple[Program, Returns | None]:
    """Return options, charset and keys."""
    returns = parse_returns(cursor)
    charset = ""
    if cursor.data[cursor.pos : cursor.pos + 8].upper() == b"CHARSET ":
        cursor.needs("CHARSET", "CHARSET")
        cursor.pos += 8
        charset = parse_charset(cursor)
        cursor.space()
    program = parse_program(cursor, charset)
    expect_fuzzy(cursor, program, returns is not None and "RELEVANCY" in returns.options)
    return program, returns


def parse_program(cursor: Cursor, charset: str) -> Program:
    """Search keys to the end of the command; `charset` is Python's name of it, '' for none given."""
    parser = _Parser(cursor)
    parser.charset = charset or "utf-8"
    program = parser.program()
    if program.filters and charset not in ("", "utf-8", "ascii"):  # RFC 5466 §3.1
        raise BadCommand("FILTER chỉ đi với bảng mã UTF-8", "BADCHARSET (US-ASCII UTF-8)")
    return program


def expect_fuzzy(cursor: Cursor, program: Program, relevancy: bool) -> None:
    """RFC 6203 §4: scores are asked for only together with a FUZZY key; a FILTER may hold one."""
    if relevancy and not (program.fuzzy or program.filters):
        raise cursor.error("RELEVANCY cần điều kiện FUZZY")


def parse_charset(cursor: Cursor) -> str:
    """Python's name of a charset that its decoder reads without surprises. Raises Refused [BADCHARSET]."""
    name = cursor.astring().decode("ascii", "replace")
    with contextlib.suppress(LookupError, ValueError):
        found = codecs.lookup(name).name
        if found in _CHARSETS:
            return found
    raise Refused("Không biết bảng mã này; nên dùng UTF-8", "BADCHARSET (US-ASCII UTF-8)")
