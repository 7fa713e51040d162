"""APPEND and REPLACE, read in pieces as their literals arrive.

(RFC 9051 §6.3.12, RFC 3502, RFC 3516 literal8, RFC 4469 §5, RFC 6855 §4, RFC 8508 §3.2)

The head `tag APPEND mailbox` comes once; before each message stand its flags and its date. The message is a literal, or
several literals and URLs in the parentheses of CATENATE.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.dates import parse_date_time
from mailsvc.imap.grammar.flags import Flags, parse_flag_list
from mailsvc.imap.grammar.names import mailbox
from mailsvc.imap.grammar.sequence import SequenceSet, parse_set

ANNOUNCED = re.compile(rb"(~?)\{([0-9]{1,19})(\+?)\}(?:\r\n)?\Z")


@dataclass(frozen=True, slots=True)
class Literal:
    """An announced literal: its octets, whether the client waits for `+`, and whether NUL may come (literal8)."""

    size: int
    synchronising: bool
    binary: bool = False


@dataclass(frozen=True, slots=True)
class AppendHead:
    """What stands before one message; `date_ms` is None when the client gave no date."""

    flags: Flags
    date_ms: int | None


def announced(line: bytes) -> Literal | None:
    """The literal that a line announces at its end, or None."""
    match = ANNOUNCED.search(line)
    return Literal(int(match[2]), not match[3]) if match else None


def parse_replaced(cursor: Cursor) -> SequenceSet:
    """The message that REPLACE takes away."""
    cursor.space()
    one = parse_set(cursor)
    if not one.saved and (len(one.pairs) > 1 or one.pairs[0][0] != one.pairs[0][1]):
        raise cursor.error("REPLACE chỉ thay một thư")
    return one


def parse_append_mailbox(cursor: Cursor) -> str:
    """The mailbox after `APPEND`."""
    cursor.space()
    return mailbox(cursor)


def parse_append_head(cursor: Cursor) -> AppendHead:
    """`[SP flag-list] [SP date-time] SP` before a message."""
    cursor.space()
    flags = Flags()
    date_ms = None
    if cursor.peek(b"("):
        flags = parse_flag_list(cursor)
        cursor.space()
    if cursor.peek(b'"'):
        date_ms = parse_date_time(cursor)
        cursor.space()
    return AppendHead(flags, date_ms)


def parse_literal(cursor: Cursor) -> Literal:
    """The announcement of a literal at the end of a line; the octets themselves are not here."""
    match = ANNOUNCED.match(cursor.data, cursor.pos)
    if match is None:
        raise cursor.error("cần nội dung thư dưới dạng literal như {310}")
    if match[1]:
        cursor.needs("BINARY", "literal8")
    cursor.pos = match.end()
    return Literal(int(match[2]), not match[3], bool(match[1]))


def skip_word(cursor: Cursor, word: bytes) -> bool:
    """Step over `word SP (`, whatever its case, if it comes next."""
    end = cursor.pos + len(word)
    if cursor.data[cursor.pos : end].upper() != word or cursor.data[end : end + 2] != b" (":
        return False
    cursor.pos = end + 2
    return True
