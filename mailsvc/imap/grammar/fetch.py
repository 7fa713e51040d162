"""FETCH arguments (RFC 9051 §6.4.5, RFC 3501 §6.4.5, RFC 7162 §3.1.4, RFC 8474 §5.3, RFC 8514 §4.2, RFC 8970 §3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailsvc.imap.errors import TooMuch
from mailsvc.imap.grammar.cursor import MAX_NUMBER64, Cursor
from mailsvc.imap.grammar.partial import Partial, parse_partial
from mailsvc.imap.grammar.sequence import SequenceSet, parse_set

MAX_SECTION_DEPTH = 100
MAX_ITEMS = 200
MAX_HEADER_FIELDS = 500
MACROS = {
    "ALL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"),
    "FAST": ("FLAGS", "INTERNALDATE", "RFC822.SIZE"),
    "FULL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"),
}
ATTRIBUTES = {
    **dict.fromkeys(("UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY", "BODYSTRUCTURE"), ""),
    "MODSEQ": "CONDSTORE", "EMAILID": "OBJECTID", "THREADID": "OBJECTID", "SAVEDATE": "SAVEDATE", "PREVIEW": "PREVIEW",
}  # fmt: skip
"""Each plain item with the capability it belongs to."""
_WHOLE = {"RFC822": ("", False), "RFC822.HEADER": ("HEADER", True), "RFC822.TEXT": ("TEXT", False)}
_NAME = re.compile(rb"[A-Za-z0-9.]+")
_MODIFIERS = {"CHANGEDSINCE": "CONDSTORE", "VANISHED": "QRESYNC", "PARTIAL": "PARTIAL"}


@dataclass(frozen=True, slots=True)
class Section:
    """One BODY[…], BINARY[…], BINARY.SIZE[…] or RFC822… item.

    `part` is the part's path, () for the whole message; `text` is '' (the content), HEADER, HEADER.FIELDS,
    HEADER.FIELDS.NOT, TEXT or MIME; `partial` is (offset, octets).
    """

    kind: str  # BODY, BINARY, BINARY.SIZE
    part: tuple[int, ...] = ()
    text: str = ""
    fields: tuple[str, ...] = ()
    partial: tuple[int, int] | None = None
    peek: bool = False
    label: bytes = b"BODY[]"  # how the response names it, with <offset> when partial


@dataclass(frozen=True, slots=True)
class Fetch:
    """FETCH and UID FETCH: messages, plain attributes, sections, and CHANGEDSINCE (None when absent); `partial` is the
    page of the messages that is wanted (RFC 9394 §3.4)."""

    messages: SequenceSet
    attributes: frozenset[str]
    sections: tuple[Section, ...]
    changed_since: int | None = None
    vanished: bool = False
    uid: bool = False
    partial: Partial | None = None

    @property
    def marks_seen(self) -> bool:
        return any(not section.peek for section in self.sections)


def parse_fetch(cursor: Cursor, *, uid: bool) -> Fetch:
    """The arguments after `FETCH`."""
    cursor.space()
    messages = parse_set(cursor)
    cursor.space()
    attributes, sections = parse_items(cursor)
    changed_since, vanished, partial = _modifiers(cursor)
    cursor.end()
    if changed_since is not None:
        attributes |= {"MODSEQ"}  # RFC 7162 §3.1.4.1
    if vanished and (changed_since is None or not uid):  # RFC 7162 §3.2.6
        raise cursor.error("VANISHED chỉ dùng với UID FETCH và CHANGEDSINCE")
    if partial is not None and not uid:  # RFC 9394 §3.4
        raise cursor.error("PARTIAL chỉ dùng với UID FETCH")
    attributes |= {"UID"} if uid else set()
    return Fetch(messages, attributes, sections, changed_since, vanished, uid, partial)


def parse_items(cursor: Cursor) -> tuple[frozenset[str], tuple[Section, ...]]:
    """Plain items and sections, in parentheses or one alone."""
    items = _items(cursor)
    plain = frozenset(item for item in items if isinstance(item, str))
    return plain, tuple(dict.fromkeys(item for item in items if isinstance(item, Section)))


def _items(cursor: Cursor) -> tuple[str | Section, ...]:
    if cursor.peek(b"("):
        items = cursor.parenthesised(lambda: _item(cursor))
        if len(items) > MAX_ITEMS:
            raise TooMuch(f"FETCH hỏi quá {MAX_ITEMS} mục")
        return items
    match = _NAME.match(cursor.data, cursor.pos)
    if match and (macro := MACROS.get(match[0].decode().upper())):
        cursor.pos = match.end()
        return macro
    return (_item(cursor),)


def _item(cursor: Cursor) -> str | Section:
    match = _NAME.match(cursor.data, cursor.pos)
    if match is None:
        raise cursor.error("cần tên mục FETCH")
    name = match[0].decode().upper()
    start, cursor.pos = cursor.pos, match.end()
    if name in ("BODY", "BODY.PEEK") and cursor.peek(b"["):
        return parse_section(cursor, peek=name != "BODY")
    if name in ("BINARY", "BINARY.PEEK", "BINARY.SIZE"):
        cursor.needs("BINARY", name)
        return _binary(cursor, name)
    if name in ATTRIBUTES:
        cursor.needs(ATTRIBUTES[name], name)
        if name == "PREVIEW" and cursor.data[cursor.pos : cursor.pos + 7].upper() == b" (LAZY)":
            cursor.pos += 7  # RFC 8970 §4.1: previews are made at arrival, so nothing is ever delayed
        return name
    if name in _WHOLE:
        text, peek = _WHOLE[name]
        return Section("BODY", text=text, peek=peek, label=name.encode())
    cursor.pos = start
    raise cursor.error(f"mục FETCH {name} không có")


def parse_section(cursor: Cursor, *, peek: bool) -> Section:
    """`[ … ]` and the partial range after it, as BODY has them."""
    start = cursor.pos
    cursor.expect(b"[")
    part = _part(cursor)
    text = ""
    fields: tuple[str, ...] = ()
    if cursor.skip(b".") if part else not cursor.peek(b"]"):
        text, fields = _section_text(cursor, nested=bool(part))
    cursor.expect(b"]")
    label = _label(b"BODY", part, text, fields) if fields else b"BODY" + cursor.data[start : cursor.pos].upper()
    partial = _partial(cursor)
    if partial:
        label += b"<%d>" % partial[0]
    return Section("BODY", part, text, fields, partial, peek, label)


def _label(word: bytes, part: tuple[int, ...], text: str, fields: tuple[str, ...]) -> bytes:
    """The name of a HEADER.FIELDS section; a field name that came as a literal is echoed between quotes."""
    path = b".".join((*(b"%d" % number for number in part), text.encode()))
    names = b" ".join(_field_name(field) for field in fields)
    return b"%s[%s (%s)]" % (word, path, names)


def _field_name(field: str) -> bytes:
    plain = re.fullmatch(r"[!#-'+-\[^-z|}~]+", field)  # an atom; anything else goes between quotes
    return field.encode() if plain else b'"%s"' % field.replace("\\", "\\\\").replace('"', '\\"').encode()


def _part(cursor: Cursor) -> tuple[int, ...]:
    numbers: list[int] = []
    while cursor.data[cursor.pos : cursor.pos + 1].isdigit():
        numbers.append(cursor.number(least=1))
        if len(numbers) > MAX_SECTION_DEPTH:
            raise TooMuch(f"Phần thư lồng nhau quá {MAX_SECTION_DEPTH} tầng")
        follows = cursor.data[cursor.pos + 1 : cursor.pos + 2]
        if not (cursor.peek(b".") and follows.isdigit()):
            break
        cursor.pos += 1
    return tuple(numbers)


def _section_text(cursor: Cursor, *, nested: bool) -> tuple[str, tuple[str, ...]]:
    match = _NAME.match(cursor.data, cursor.pos)
    text = match[0].decode().upper() if match else ""
    allowed = ("HEADER", "TEXT", "HEADER.FIELDS", "HEADER.FIELDS.NOT", *(("MIME",) if nested else ()))
    if match is None or text not in allowed:
        raise cursor.error("cần HEADER, HEADER.FIELDS, TEXT hay MIME")
    cursor.pos = match.end()
    if not text.startswith("HEADER.FIELDS"):
        return text, ()
    cursor.space()
    fields = cursor.parenthesised(lambda: _header_field(cursor))
    if len(fields) > MAX_HEADER_FIELDS:
        raise TooMuch(f"FETCH hỏi quá {MAX_HEADER_FIELDS} trường đầu thư")
    return text, fields


def _header_field(cursor: Cursor) -> str:
    raw = cursor.astring()
    if not raw or not raw.isascii() or any(c < 0x20 for c in raw):
        raise cursor.error("tên trường đầu thư không hợp lệ")
    return raw.decode("ascii")


def _partial(cursor: Cursor) -> tuple[int, int] | None:
    if not cursor.skip(b"<"):
        return None
    offset = cursor.number64()
    cursor.expect(b".")
    octets = cursor.number(MAX_NUMBER64, least=1)
    cursor.expect(b">")
    return offset, octets


def _binary(cursor: Cursor, name: str) -> Section:  # RFC 9051 §6.4.5.1: transfer encoding undone
    cursor.expect(b"[")
    part = _part(cursor)
    cursor.expect(b"]")
    kind = "BINARY.SIZE" if name == "BINARY.SIZE" else "BINARY"
    label = kind.encode() + b"[%s]" % b".".join(b"%d" % number for number in part)
    partial = None if kind == "BINARY.SIZE" else _partial(cursor)
    if partial:
        label += b"<%d>" % partial[0]
    return Section(kind, part, "", (), partial, name != "BINARY", label)


def _modifiers(cursor: Cursor) -> tuple[int | None, bool, Partial | None]:
    if not cursor.skip(b" ("):
        return None, False, None
    changed_since, vanished, partial = None, False, None
    while True:
        word = cursor.word()
        cursor.needs(_MODIFIERS.get(word, ""), word)
        if word == "CHANGEDSINCE":
            cursor.space()
            changed_since = cursor.number64()
        elif word == "VANISHED":
            vanished = True
        elif word == "PARTIAL":
            cursor.space()
            partial = parse_partial(cursor)
        else:
            raise cursor.error(f"tuỳ chọn FETCH {word} không có")
        if cursor.skip(b")"):
            return changed_since, vanished, partial
        cursor.space()
