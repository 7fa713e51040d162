"""APPEND, read in pieces as its literals arrive (RFC 9051 §6.3.12, RFC 3502, RFC 3516 literal8).

The head `tag APPEND mailbox` comes once; before each message stand its flags, its date and its octets' announcement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.dates import parse_date_time
from mailsvc.imap.grammar.flags import Flags, parse_flag_list
from mailsvc.imap.grammar.names import mailbox

ANNOUNCED = re.compile(rb"(~?)\{([0-9]{1,19})(\+?)\}(?:\r\n)?\Z")


@dataclass(frozen=True, slots=True)
class Literal:
    """An announced literal: its octets, and whether the client waits for `+`."""

    size: int
    synchronising: bool


@dataclass(frozen=True, slots=True)
class AppendMessage:
    """What stands before one message; `date_ms` is None when the client gave no date."""

    flags: Flags
    date_ms: int | None
    literal: Literal


def announced(line: bytes) -> Literal | None:
    """The literal that a line announces at its end, or None."""
    match = ANNOUNCED.search(line)
    return Literal(int(match[2]), not match[3]) if match else None


def parse_append_mailbox(cursor: Cursor) -> str:
    """The mailbox after `APPEND`."""
    cursor.space()
    return mailbox(cursor)


def parse_append_message(cursor: Cursor) -> AppendMessage:
    """`[SP flag-list] [SP date-time] SP literal` up to the announcement; the octets themselves are not here."""
    cursor.space()
    flags = Flags()
    date_ms = None
    if cursor.peek(b"("):
        flags = parse_flag_list(cursor)
        cursor.space()
    if cursor.peek(b'"'):
        date_ms = parse_date_time(cursor)
        cursor.space()
    match = ANNOUNCED.match(cursor.data, cursor.pos)
    if match is None:
        raise cursor.error("cần nội dung thư dưới dạng literal như {310}")
    if match[1]:
        cursor.needs("BINARY", "literal8")
    cursor.pos = match.end()
    return AppendMessage(flags, date_ms, Literal(int(match[2]), not match[3]))
