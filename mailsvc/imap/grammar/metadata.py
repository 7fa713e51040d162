"""GETMETADATA and SETMETADATA (RFC 5464 §5), and entry names."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.imap.errors import TooMuch
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.names import mailbox

MAX_ENTRIES = 200
_VENDOR_LEVELS = 4
EVERYTHING = 1 << 16


@dataclass(frozen=True, slots=True)
class GetMetadata:
    """`mailbox` is '' for the server. `depth` counts the levels below an entry; `max_size` None is without limit."""

    mailbox: str
    entries: tuple[str, ...]
    max_size: int | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class SetMetadata:
    """A value of None takes the entry away."""

    mailbox: str
    values: tuple[tuple[str, bytes | None], ...]


def parse_get_metadata(cursor: Cursor) -> GetMetadata:
    """The options stand before the mailbox (RFC 5464 §5) or after it, as in all examples there."""
    cursor.space()
    options: dict[str, int | None] = {}
    if cursor.peek(b"("):
        options = _options(cursor)
        cursor.space()
    name = mailbox(cursor)
    cursor.space()
    if not options and _options_come(cursor):
        options = _options(cursor)
        cursor.space()
    depth = options.get("DEPTH") or 0
    entries = parse_entries(cursor, depth)
    cursor.end()
    return GetMetadata(name, entries, options.get("MAXSIZE"), depth)


def parse_entries(cursor: Cursor, depth: int = 0) -> tuple[str, ...]:
    """One entry, or several in parentheses."""
    if not cursor.peek(b"("):
        return (parse_entry(cursor, depth),)
    entries = cursor.parenthesised(lambda: parse_entry(cursor, depth))
    if len(entries) > MAX_ENTRIES:
        raise TooMuch(f"Quá {MAX_ENTRIES} mục trong một lệnh")
    return tuple(dict.fromkeys(entries))


def _options_come(cursor: Cursor) -> bool:
    return cursor.data[cursor.pos : cursor.pos + 9].upper().startswith((b"(MAXSIZE ", b"(DEPTH "))


def _options(cursor: Cursor) -> dict[str, int | None]:
    found: dict[str, int | None] = {}

    def one() -> None:
        word = cursor.word()
        cursor.space()
        if word == "MAXSIZE":
            found[word] = cursor.number()
        elif word == "DEPTH":
            found[word] = _depth(cursor)
        else:
            raise cursor.error("chỉ nhận tuỳ chọn MAXSIZE và DEPTH")

    cursor.parenthesised(one)
    return found


def _depth(cursor: Cursor) -> int:
    depths = {"0": 0, "1": 1, "INFINITY": EVERYTHING}
    word = cursor.word()
    if word not in depths:
        raise cursor.error("DEPTH là 0, 1 hoặc infinity")
    return depths[word]


def parse_set_metadata(cursor: Cursor) -> SetMetadata:
    cursor.space()
    name = mailbox(cursor)
    cursor.space()

    def one() -> tuple[str, bytes | None]:
        entry = parse_entry(cursor)
        cursor.space()
        return entry, cursor.nstring()

    values = cursor.parenthesised(one)
    cursor.end()
    if len(values) > MAX_ENTRIES:
        raise TooMuch(f"Quá {MAX_ENTRIES} mục trong một lệnh")
    return SetMetadata(name, values)


def parse_entry(cursor: Cursor, depth: int = 0) -> str:
    """An entry name in lower case (RFC 5464 §3.2). With a depth it may also be a level that only holds others."""
    raw = cursor.astring()
    name = raw.decode("ascii", "replace").lower()
    levels = name.split("/")[1:]
    if not raw.isascii() or any(not 0x20 <= octet < 0x7F for octet in raw) or "*" in name or "%" in name:
        raise cursor.error("tên mục chỉ gồm ký tự ASCII in được, không có * và %")
    if not name.startswith("/") or "" in levels or levels[0] not in ("private", "shared"):
        raise cursor.error("tên mục phải bắt đầu bằng /private/ hoặc /shared/, không có tầng trống")
    least = _VENDOR_LEVELS if levels[1:2] == ["vendor"] else 2
    if not depth and len(levels) < least:
        raise cursor.error(f"tên mục này cần ít nhất {least} tầng")
    if len(name) > 500:
        raise TooMuch("Tên mục dài quá 500 ký tự")
    return name
