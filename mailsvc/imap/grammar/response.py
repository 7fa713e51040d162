"""Response text: strings, names and status lines as the client may read them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from mailsvc.imap.grammar.cursor import is_utf8
from mailsvc.imap.grammar.names import encode_name

_ATOM = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\\]]+')
_LINE = re.compile(rb"[^\x00\r\n]{0,4096}")
_SPECIAL = re.compile(rb'(["\\])')
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def string(content: bytes, *, utf8: bool = False) -> bytes:
    """Quoted where it may be, else a literal. 8-bit octets are quoted only for a client that reads UTF-8."""
    if _LINE.fullmatch(content) and (content.isascii() or (utf8 and is_utf8(content))):
        return b'"%s"' % _SPECIAL.sub(rb"\\\1", content)
    return literal(content)


def astring(content: bytes, *, utf8: bool = False) -> bytes:
    """Bare where it may be: some clients take the quotes around a user's name for a part of it."""
    bare = _ATOM.fullmatch(content) and content.upper() != b"NIL"
    return content if bare else string(content, utf8=utf8)


def literal(content: bytes) -> bytes:
    return b"{%d}\r\n%s" % (len(content), content)


def mailbox_name(name: str, *, utf8: bool) -> bytes:
    """The name as this client reads it: quoted, in UTF-8 or modified UTF-7; INBOX bare."""
    return b"INBOX" if name == "INBOX" else string(encode_name(name, utf8=utf8), utf8=utf8)


@lru_cache(maxsize=1024)  # the same few sentences end nearly every command
def plain_text(text: str, *, utf8: bool) -> bytes:
    """Text for a person, on one line; UTF-8 only after ENABLE (RFC 9051 §9 text), before it without marks."""
    text = _UNSAFE.sub(" ", text)
    if utf8 or text.isascii():
        return text.encode("utf-8")
    for mark, plain in (("đ", "d"), ("Đ", "D"), ("“", '"'), ("”", '"'), ("–", "-"), ("…", "...")):
        text = text.replace(mark, plain)
    return unicodedata.normalize("NFD", text).encode("ascii", "ignore")


def status(tag: bytes, word: str, text: str, code: str = "", *, utf8: bool = False) -> bytes:
    """`tag OK [CODE] text` with its CRLF; `tag` is b"*" for an untagged one."""
    bracket = b"[%s] " % code.encode("utf-8" if utf8 else "ascii", "replace") if code else b""
    return b"%s %s %s%s\r\n" % (tag, word.encode(), bracket, plain_text(text, utf8=utf8) or b"-")
