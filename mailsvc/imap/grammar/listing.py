"""LIST, LSUB and STATUS arguments (RFC 9051 §6.3.9 and §6.3.11, RFC 5258, RFC 5819, RFC 6154, RFC 8438)."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.imap.errors import TooMuch
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.metadata import parse_entries
from mailsvc.imap.grammar.names import decode_name, mailbox

STATUS_ITEMS = {
    **dict.fromkeys(("MESSAGES", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "DELETED", "RECENT"), ""),
    "DELETED-STORAGE": "QUOTA=RES-STORAGE",
    "SIZE": "STATUS=SIZE", "HIGHESTMODSEQ": "CONDSTORE", "MAILBOXID": "OBJECTID", "APPENDLIMIT": "APPENDLIMIT",
}  # fmt: skip
"""Each item with the capability it belongs to."""
_SELECTS = frozenset(("SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE"))
_RETURNS = frozenset(("SUBSCRIBED", "CHILDREN", "SPECIAL-USE", "MYRIGHTS"))
_RETURNS_OF = {
    "STATUS": "LIST-STATUS",
    "METADATA": "LIST-METADATA",
    "SPECIAL-USE": "SPECIAL-USE",
    "MYRIGHTS": "LIST-MYRIGHTS",
}
"""The capabilities of return options that have one of their own."""
MAX_PATTERNS = 20


@dataclass(frozen=True, slots=True)
class ListMailboxes:
    """LIST: patterns under a reference, selection and return options; `status` is None without RETURN (STATUS (…)).
    `metadata` are the entries of RETURN (METADATA (…)). `extended` tells the RFC 5258 form, where the empty pattern is
    a plain pattern."""

    reference: str
    patterns: tuple[str, ...]
    selects: frozenset[str] = frozenset()
    returns: frozenset[str] = frozenset()
    status: tuple[str, ...] | None = None
    extended: bool = False
    metadata: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    mailbox: str
    items: tuple[str, ...]


def parse_list(cursor: Cursor) -> ListMailboxes:
    """The arguments after `LIST`."""
    cursor.space()
    extended = cursor.peek(b"(")
    selects: frozenset[str] = frozenset()
    if extended:
        selects = _selects(cursor)
        cursor.space()
    reference = _reference(cursor)
    cursor.space()
    if cursor.peek(b"("):
        extended = True
        patterns = cursor.parenthesised(lambda: _pattern(cursor))
        if len(patterns) > MAX_PATTERNS:
            raise TooMuch(f"LIST có quá {MAX_PATTERNS} mẫu tên")
    else:
        patterns = (_pattern(cursor),)
    asked = _returns(cursor)
    cursor.end()
    extended = extended or asked != _Returns()
    if extended:
        cursor.needs("LIST-EXTENDED", "LIST")
    return ListMailboxes(reference, patterns, selects, asked.options, asked.status, extended, asked.metadata)


def parse_lsub(cursor: Cursor) -> ListMailboxes:
    """The arguments after `LSUB` (RFC 3501 §6.3.9)."""
    cursor.space()
    reference = _reference(cursor)
    cursor.space()
    pattern = _pattern(cursor)
    cursor.end()
    return ListMailboxes(reference, (pattern,), frozenset(("SUBSCRIBED",)))


def parse_status(cursor: Cursor) -> Status:
    """The arguments after `STATUS`."""
    cursor.space()
    name = mailbox(cursor)
    cursor.space()
    items = _status_items(cursor)
    cursor.end()
    return Status(name, items)


def _reference(cursor: Cursor) -> str:
    raw = cursor.astring()
    name = decode_name(raw, utf8=cursor.utf8)
    return name + "/" if raw.endswith(b"/") and not name.endswith("/") else name  # the delimiter is part of a prefix


def _pattern(cursor: Cursor) -> str:
    raw = cursor.list_mailbox()
    name = decode_name(raw, utf8=cursor.utf8)
    return name + "/" if raw.endswith(b"/") and not name.endswith("/") else name


def _selects(cursor: Cursor) -> frozenset[str]:
    options = frozenset(cursor.parenthesised(cursor.word, empty=True))
    if unknown := options - _SELECTS:
        raise cursor.error(f"tuỳ chọn LIST {min(unknown)[:40]} không có")
    if "SPECIAL-USE" in options:
        cursor.needs("SPECIAL-USE", "SPECIAL-USE")
    if "RECURSIVEMATCH" in options and not options & {"SUBSCRIBED", "SPECIAL-USE"}:  # RFC 5258 §3.1
        raise cursor.error("RECURSIVEMATCH phải đi cùng một tuỳ chọn khác")
    return options


@dataclass(frozen=True, slots=True)
class _Returns:
    """The return options: plain ones, and those with arguments."""

    options: frozenset[str] = frozenset()
    status: tuple[str, ...] | None = None
    metadata: tuple[str, ...] = ()


def _returns(cursor: Cursor) -> _Returns:
    if cursor.at_end():
        return _Returns()
    cursor.space()
    if cursor.word() != "RETURN":
        raise cursor.error("cần RETURN")
    cursor.space()
    cursor.expect(b"(")
    options: set[str] = set()
    status: tuple[str, ...] | None = None
    metadata: tuple[str, ...] = ()
    while not cursor.skip(b")"):
        word = cursor.word()
        cursor.needs(_RETURNS_OF.get(word, ""), word)
        if word == "STATUS":
            cursor.space()
            status = _status_items(cursor)
        elif word == "METADATA":  # RFC 9590 §4
            cursor.space()
            metadata = parse_entries(cursor)
        elif word in _RETURNS:
            options.add(word)
        else:
            raise cursor.error(f"tuỳ chọn RETURN {word[:40]} không có")
        if not cursor.peek(b")"):
            cursor.space()
    return _Returns(frozenset(options), status, metadata)


def _status_items(cursor: Cursor) -> tuple[str, ...]:
    items = cursor.parenthesised(cursor.word, empty=True)
    for item in items:
        if item not in STATUS_ITEMS:
            raise cursor.error(f"mục STATUS {item[:40]} không có")
        cursor.needs(STATUS_ITEMS[item], item)
    return tuple(dict.fromkeys(items))
