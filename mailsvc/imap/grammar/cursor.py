"""The reader of one command's bytes: a position that moves over atoms, strings and numbers.

The bytes are the whole command without its last CRLF; a literal stands in them as it came: `{3}` CRLF and its octets.
Every method takes what it names from the position on, and raises BadCommand with a reason when it is not there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from mailsvc.imap.errors import BadCommand, TooMuch

T = TypeVar("T")

MAX_NUMBER = 0xFFFF_FFFF  # RFC 9051 §9: number is 32 bits, number64 63 bits
MAX_NUMBER64 = 0x7FFF_FFFF_FFFF_FFFF
MAX_DEPTH = 64  # parentheses, NOT and OR within each other

_ATOM = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\\]]+')
_ASTRING_ATOM = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\]+')
_LIST_ATOM = re.compile(rb'[^\x00-\x20\x7f(){"\\]+')
_TAG = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\+]{1,128}')
_QUOTED = re.compile(rb'"([^"\\\r\n\x00]*(?:\\["\\][^"\\\r\n\x00]*)*)"')
_LITERAL = re.compile(rb"(~?)\{([0-9]{1,19})(\+?)\}\r\n")
_NUMBER = re.compile(rb"[0-9]{1,19}")
_ESCAPE = re.compile(rb"\\(.)")


def is_utf8(octets: bytes) -> bool:
    if octets.isascii():
        return True
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class Cursor:
    """A position in the bytes of one command."""

    __slots__ = ("data", "depth", "off", "pos", "utf8")

    def __init__(self, data: bytes, *, utf8: bool = False, off: frozenset[str] = frozenset()) -> None:
        self.data = data
        self.pos = 0
        self.depth = 0
        self.off = off  # capabilities whose syntax is refused as unknown
        self.utf8 = utf8  # names are UTF-8, not modified UTF-7: after ENABLE IMAP4rev2 or UTF8=ACCEPT

    def peek(self, text: bytes) -> bool:
        """Whether these very bytes come next."""
        return self.data.startswith(text, self.pos)

    def at_end(self) -> bool:
        return self.pos >= len(self.data)

    def skip(self, text: bytes) -> bool:
        """Step over these bytes if they come next."""
        if self.data.startswith(text, self.pos):
            self.pos += len(text)
            return True
        return False

    def expect(self, text: bytes) -> None:
        if not self.skip(text):
            raise self.error(f"cần “{text.decode()}”")

    def space(self) -> None:
        if not self.skip(b" "):
            raise self.error("thiếu tham số" if self.at_end() else "cần một dấu cách")

    def end(self) -> None:
        """The command is over; one trailing space is forgiven, some clients send it."""
        if self.data[self.pos :] not in (b"", b" "):
            raise self.error("thừa ký tự ở cuối lệnh")

    def error(self, reason: str) -> BadCommand:
        found = self.data[self.pos : self.pos + 16]
        shown = "".join(chr(c) if 0x20 <= c < 0x7F else "?" for c in found)
        return BadCommand(f"Sai cú pháp: {reason} tại ký tự {self.pos + 1}" + (f" (“{shown}”)" if shown else ""))

    def needs(self, capability: str, what: str) -> None:
        """What was just read belongs to a capability: unknown where that is switched off."""
        if capability in self.off:
            raise self.error(f"{what[:40]} không có")

    def numbers(self) -> None:
        """Sequence numbers come next: not after ENABLE UIDONLY (RFC 9586 §3)."""
        if "MSN" in self.off:
            raise BadCommand("Đã bật UIDONLY: chỉ dùng UID, không dùng số thứ tự thư", "UIDREQUIRED")

    def _take(self, pattern: re.Pattern[bytes], what: str) -> bytes:
        match = pattern.match(self.data, self.pos)
        if match is None:
            raise self.error(f"cần {what}")
        self.pos = match.end()
        return match[0]

    def tag(self) -> bytes:
        return self._take(_TAG, "nhãn lệnh (tag)")

    def atom(self) -> bytes:
        return self._take(_ATOM, "một từ (atom)")

    def word(self) -> str:
        """An atom in upper case: the name of a command, item or option."""
        return self.atom().decode("ascii").upper()

    def quoted(self) -> bytes | None:
        """A quoted string's content, or None when none starts here."""
        if not self.peek(b'"'):
            return None
        match = _QUOTED.match(self.data, self.pos)
        if match is None:
            raise self.error("chuỗi trong dấu ngoặc kép không đóng hoặc có ký tự cấm")
        content = match[1]
        if self.utf8 and not is_utf8(content):  # RFC 6855 §3
            raise self.error("chữ không phải UTF-8")
        self.pos = match.end()
        return _ESCAPE.sub(rb"\1", content) if b"\\" in content else content

    def literal(self) -> bytes | None:
        """A literal's octets, or None when none starts here."""
        if not (self.peek(b"{") or self.peek(b"~{")):
            return None
        match = _LITERAL.match(self.data, self.pos)
        if match is None:
            raise self.error("phần literal viết sai")
        start, size = match.end(), int(match[2])
        if start + size > len(self.data):
            raise self.error("phần literal bị thiếu")
        octets = self.data[start : start + size]
        if not match[1] and b"\x00" in octets:  # RFC 9051 §9: NUL only in literal8
            raise self.error("phần literal có ký tự NUL")
        self.pos = start + size
        return octets

    def string(self) -> bytes:
        for read in (self.quoted, self.literal):
            content = read()
            if content is not None:
                return content
        raise self.error("cần một chuỗi")

    def astring(self) -> bytes:
        if self.data[self.pos : self.pos + 1] in (b'"', b"{", b"~"):
            content = self.quoted()
            if content is None and (self.peek(b"{") or self.peek(b"~{")):
                content = self.literal()
            if content is not None and b"\x00" in content:  # RFC 9051 §9: an astring is no literal8
                raise self.error("chuỗi có ký tự NUL")
            if content is not None:
                return content
        return self._take(_ASTRING_ATOM, "một chuỗi")

    def nstring(self) -> bytes | None:
        if self.data[self.pos : self.pos + 3].upper() == b"NIL":
            self.pos += 3
            return None
        return self.string()

    def list_mailbox(self) -> bytes:
        """A mailbox pattern: `%` and `*` may stand in it unquoted."""
        if self.peek(b'"') or self.peek(b"{"):
            return self.string()
        return self._take(_LIST_ATOM, "một tên hoặc mẫu tên hộp thư")

    def number(self, most: int = MAX_NUMBER, least: int = 0) -> int:
        value = int(self._take(_NUMBER, "một số"))
        if not least <= value <= most:
            raise self.error(f"số {value} ngoài khoảng {least}–{most}")
        return value

    def number64(self) -> int:
        return self.number(MAX_NUMBER64)

    def descend(self) -> None:
        """Enter one level of nesting; RFC 9051 sets no bound, so we do."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooMuch(f"Lệnh lồng nhau quá {MAX_DEPTH} tầng")

    def ascend(self) -> None:
        self.depth -= 1

    def parenthesised(self, item: Callable[[], T], *, empty: bool = False) -> tuple[T, ...]:
        """`( item SP item … )`; `()` only where the rule allows it."""
        self.expect(b"(")
        if empty and self.skip(b")"):
            return ()
        items = [item()]
        while not self.skip(b")"):
            self.space()
            items.append(item())
        return tuple(items)
