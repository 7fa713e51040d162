"""Flags: the five of the standard as bits, everything else as keywords (RFC 9051 §2.3.2)."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.imap.grammar.cursor import Cursor

SEEN, ANSWERED, FLAGGED, DELETED, DRAFT = 1, 2, 4, 8, 16
SYSTEM = {"\\SEEN": SEEN, "\\ANSWERED": ANSWERED, "\\FLAGGED": FLAGGED, "\\DELETED": DELETED, "\\DRAFT": DRAFT}
NAMES = ((SEEN, "\\Seen"), (ANSWERED, "\\Answered"), (FLAGGED, "\\Flagged"), (DELETED, "\\Deleted"), (DRAFT, "\\Draft"))
MAX_KEYWORD = 128


@dataclass(frozen=True, slots=True)
class Flags:
    """System flags as a bit mask and keywords in the client's spelling, without doubles."""

    system: int = 0
    keywords: tuple[str, ...] = ()


def parse_flag(cursor: Cursor) -> str:
    """One flag as written: `\\Seen` or a keyword."""
    backslash = cursor.skip(b"\\")
    name = cursor.atom().decode("ascii")
    if len(name) > MAX_KEYWORD:
        raise cursor.error(f"nhãn dài quá {MAX_KEYWORD} ký tự")
    return "\\" + name if backslash else name


def parse_keyword(cursor: Cursor) -> str:
    """A flag-keyword, as in SEARCH KEYWORD."""
    flag = parse_flag(cursor)
    if flag.startswith("\\"):
        raise cursor.error("cần một từ khoá, không phải cờ hệ thống")
    return flag


def collect(cursor: Cursor, flags: tuple[str, ...]) -> Flags:
    """The flags as one value. \\Recent is dropped as many clients echo it; other unknown system flags are refused."""
    system = 0
    keywords: dict[str, str] = {}
    for flag in flags:
        upper = flag.upper()
        if upper in SYSTEM:
            system |= SYSTEM[upper]
        elif upper == "\\RECENT":
            continue
        elif flag.startswith("\\"):
            raise cursor.error(f"cờ hệ thống {flag} không có")
        else:
            keywords.setdefault(upper, flag)
    return Flags(system, tuple(keywords.values()))


def parse_flag_list(cursor: Cursor) -> Flags:
    """`( flag SP flag … )`, also empty."""
    return collect(cursor, cursor.parenthesised(lambda: parse_flag(cursor), empty=True))


def parse_store_flags(cursor: Cursor) -> Flags:
    """A flag list, or the bare flags STORE also allows."""
    if cursor.peek(b"("):
        return parse_flag_list(cursor)
    flags = [parse_flag(cursor)]
    while cursor.skip(b" "):
        flags.append(parse_flag(cursor))
    return collect(cursor, tuple(flags))


def format_flags(system: int, keywords: tuple[str, ...] = (), *, recent: bool = False) -> bytes:
    """The flags between parentheses."""
    names = [name for bit, name in NAMES if system & bit]
    if recent:
        names.append("\\Recent")
    return b"(" + " ".join((*names, *keywords)).encode("ascii", "replace") + b")"
