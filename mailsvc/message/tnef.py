"""winmail.dat (TNEF): the text and the attachments that Outlook hides in it (MS-OXTNEF §2.1, MS-OXCDATA §2.11.1)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from mailsvc.message.charsets import decode_text

_SIGNATURE = 0x223E9F78
_HEADER = struct.Struct("<BII")
_ATTACH_START = 0x9002
_ATTACH_TITLE = 0x8010
_ATTACH_DATA = 0x800F
_ATTACH_PROPERTIES = 0x9005
_MESSAGE_PROPERTIES = 0x9003
_BODY = 0x800C
_SUBJECT = 0x8004
_CODE_PAGE = 0x9007
_FIXED = {0x1: 0, 0x2: 4, 0x3: 4, 0x4: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING8, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_MULTIPLE = 0x1000
_NAMED_FROM = 0x8000
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _MIME_TYPE, _CONTENT_ID, _CONTENT = (
    0x3707,
    0x3704,
    0x3001,
    0x370E,
    0x3712,
    0x3701,
)
_PLAIN_BODY, _HTML_BODY, _TOPIC = 0x1000, 0x1013, 0x0037
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class TnefFile:
    """An attachment: long name in NFC ('' when it has none), MIME type ('' when not told), content."""

    name: str
    content_type: str
    content_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Tnef:
    """What a winmail.dat holds; `truncated` when it ends in the middle of something."""

    subject: str
    text: str
    html: str
    files: tuple[TnefFile, ...]
    truncated: bool


Properties = dict[int, bytes | str]


def is_tnef(data: bytes) -> bool:
    """True for data that starts as TNEF does."""
    return data[:4] == _SIGNATURE.to_bytes(4, "little")


def read_tnef(data: bytes) -> Tnef | None:
    """The contents, as far as they can be read; None when it is no TNEF. Never raises for input."""
    return _Reader(data).read() if is_tnef(data) else None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.truncated = False
        self.charset = "windows-1252"
        self.message: Properties = {}
        self.subject = b""
        self.body = b""
        self.open: list[_Open] = []

    def read(self) -> Tnef:
        for attribute, value in self._attributes():
            self._take(attribute, value)
        message = self.message
        html = message.get(_HTML_BODY, "")
        return Tnef(
            _text(message.get(_TOPIC), self.charset) or decode_text(self.subject.rstrip(b"\0"), self.charset),
            _text(message.get(_PLAIN_BODY), self.charset) or decode_text(self.body.rstrip(b"\0"), self.charset),
            html if isinstance(html, str) else decode_text(html),
            tuple(attachment.file(self.charset) for attachment in self.open),
            self.truncated,
        )

    def _attributes(self) -> Iterator[tuple[int, bytes]]:
        at = 6
        while at + _HEADER.size <= len(self.data):
            _level, attribute, length = _HEADER.unpack_from(self.data, at)
            at += _HEADER.size
            value = self.data[at : at + length]
            if len(value) < length:
                self.truncated = True
            yield attribute & 0xFFFF, value
            # A checksum of two octets follows; nobody relies on it.
            at += length + 2

    def _take(self, attribute: int, value: bytes) -> None:
        if attribute == _ATTACH_START:
            if len(self.open) < _MOST:
                self.open.append(_Open())
        elif attribute == _MESSAGE_PROPERTIES:
            self.message |= properties(value, self.charset)
        elif attribute == _BODY:
            self.body = value
        elif attribute == _SUBJECT:
            self.subject = value
        elif attribute == _CODE_PAGE and len(value) >= 4:
            self.charset = f"cp{int.from_bytes(value[:4], 'little')}"
        elif self.open:
            self.open[-1].take(attribute, value, self.charset)


class _Open:
    """An attachment while its attributes come in."""

    def __init__(self) -> None:
        self.title = b""
        self.content = b""
        self.properties: Properties = {}

    def take(self, attribute: int, value: bytes, charset: str) -> None:
        if attribute == _ATTACH_TITLE:
            self.title = value
        elif attribute == _ATTACH_DATA:
            self.content = value
        elif attribute == _ATTACH_PROPERTIES:
            self.properties |= properties(value, charset)

    def file(self, charset: str) -> TnefFile:
        told = self.properties
        names = (_text(told.get(key), charset) for key in (_LONG_NAME, _SHORT_NAME))
        name = next((n for n in names if n), "") or decode_text(self.title.rstrip(b"\0"), charset)
        content = told.get(_CONTENT)
        data = self.content or (content if isinstance(content, bytes) else b"")
        # A message inside the message: the interface identifier, then TNEF again (MS-OXTNEF §2.1.3.3.15).
        data = data[16:] if is_tnef(data[16:20]) else data
        return TnefFile(
            name or _text(told.get(_DISPLAY_NAME), charset),
            _text(told.get(_MIME_TYPE), charset).lower(),
            _text(told.get(_CONTENT_ID), charset),
            data,
        )


def _text(value: bytes | str | None, charset: str) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else decode_text(value.rstrip(b"\0"), charset)


def properties(data: bytes, charset: str) -> Properties:
    """MAPI properties by id: strings as text, other variable ones as octets; the first value of many."""
    found: Properties = {}
    try:
        for kind, number, value in _properties(data):
            if kind == _UNICODE:
                found.setdefault(number, decode_text(value, "utf-16-le").rstrip("\0"))
            elif kind == _STRING8:
                found.setdefault(number, decode_text(value.rstrip(b"\0"), charset))
            elif kind in (_BINARY, _OBJECT):
                found.setdefault(number, value)
    except struct.error:
        # The list is cut off; what came before is kept.
        pass
    return found


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(min(count, _MOST)):
        kind, number = struct.unpack_from("<HH", data, at)
        at += 4
        if number >= _NAMED_FROM:
            at = _after_name(data, at)
        plain = kind & ~_MULTIPLE
        if plain in _FIXED and not kind & _MULTIPLE:
            size = _FIXED[plain]
            yield kind, number, data[at : at + size]
            at += size
            continue
        (values,) = struct.unpack_from("<I", data, at)
        at += 4
        for _ in range(min(values, _MOST)):
            size = _FIXED.get(plain, -1)
            if size < 0:
                (size,) = struct.unpack_from("<I", data, at)
                at += 4
            yield plain, number, data[at : at + size]
            at += size + -size % 4


def _after_name(data: bytes, at: int) -> int:
    """A named property carries a GUID and a number or a name (MS-OXTNEF §2.1.3.4)."""
    (by_name,) = struct.unpack_from("<I", data, at + 16)
    if not by_name:
        return at + 24
    (length,) = struct.unpack_from("<I", data, at + 20)
    return at + 24 + int(length) + -int(length) % 4
