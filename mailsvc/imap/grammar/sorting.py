"""SORT and THREAD arguments (RFC 5256 §5, RFC 5267 §3, RFC 5957 §5)."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.imap.errors import TooMuch
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.returns import Returns, parse_returns
from mailsvc.imap.grammar.search import Program, expect_fuzzy, parse_charset, parse_program

MAX_CRITERIA = 40
_NEEDS = {"DISPLAYFROM": "SORT=DISPLAY", "DISPLAYTO": "SORT=DISPLAY", "RELEVANCY": "SEARCH=FUZZY"}
SORT_KEYS = frozenset(("ARRIVAL", "CC", "DATE", "FROM", "SIZE", "SUBJECT", "TO", *_NEEDS))
ALGORITHMS = ("ORDEREDSUBJECT", "REFERENCES", "REFS")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One key to sort by, its name in capitals."""

    key: str
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """SORT and UID SORT: `returns` is None for the old `* SORT` answer."""

    program: Program
    returns: Returns | None
    uid: bool
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """THREAD and UID THREAD."""

    program: Program
    uid: bool
    algorithm: str


def parse_sort(cursor: Cursor, *, uid: bool) -> Sort:
    """The arguments after `SORT`; Refused [BADCHARSET] for an unknown charset."""
    cursor.space()
    returns = parse_returns(cursor)
    if returns is not None:
        cursor.needs("ESORT", "RETURN")
        if returns.options & {"UPDATE", "CONTEXT"}:
            cursor.needs("CONTEXT=SORT", "UPDATE")
    criteria = cursor.parenthesised(lambda: _criterion(cursor))
    if len(criteria) > MAX_CRITERIA:
        raise TooMuch(f"SORT có quá {MAX_CRITERIA} tiêu chí")
    program = _program(cursor)
    relevancy = any(one.key == "RELEVANCY" for one in criteria) or (returns is not None and "RELEVANCY" in returns)
    expect_fuzzy(cursor, program, relevancy)
    return Sort(program, returns, uid, criteria)


def _criterion(cursor: Cursor) -> Criterion:
    word = cursor.word()
    reverse = word == "REVERSE"
    if reverse:
        cursor.space()
        word = cursor.word()
    if word not in SORT_KEYS:
        raise cursor.error(f"tiêu chí SORT {word[:40]} không có")
    if word in _NEEDS:
        cursor.needs(_NEEDS[word], word)
    return Criterion(word, reverse)


def parse_thread(cursor: Cursor, *, uid: bool) -> Thread:
    """The arguments after `THREAD`; Refused [BADCHARSET] for an unknown charset."""
    cursor.space()
    algorithm = cursor.word()
    if algorithm not in ALGORITHMS:
        raise cursor.error(f"cách xếp luồng {algorithm[:40]} không có")
    cursor.needs(f"THREAD={algorithm}", algorithm)
    return Thread(_program(cursor), uid, algorithm)


def _program(cursor: Cursor) -> Program:
    """The charset, which must be there, and the keys."""
    cursor.space()
    charset = parse_charset(cursor)
    cursor.space()
    return parse_program(cursor, charset)
