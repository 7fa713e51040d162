"""Mailbox names on the wire: modified UTF-7 (RFC 3501 §5.1.3) and UTF-8 (RFC 9051 §5.1), both held as NFC text.

RFC 9051 Appendix A: a server of both revisions speaks modified UTF-7 until the client has enabled IMAP4rev2.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from functools import lru_cache

from mailsvc.imap.errors import BadCommand, Refused
from mailsvc.imap.grammar.cursor import Cursor

DELIMITER = "/"
MAX_NAME = 1000  # characters of a whole path
_SHIFT = re.compile(rb"&([A-Za-z0-9+,]*)(-?)")
_PLAIN = re.compile(r"[ -~]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def decode_mutf7(raw: bytes) -> str:
    """Modified UTF-7 to text; Refused when an encoded run is broken. Raw UTF-8 octets are let through."""
    text: list[str] = []
    at = 0
    for match in _SHIFT.finditer(raw):
        text.append(_utf8(raw[at : match.start()]))
        if not match[2]:
            raise _broken()
        text.append(_shifted(match[1]) if match[1] else "&")
        at = match.end()
    text.append(_utf8(raw[at:]))
    return "".join(text)


def _shifted(run: bytes) -> str:
    try:
        units = binascii.a2b_base64(run.replace(b",", b"/") + b"=" * (-len(run) % 4), strict_mode=True)
        return units.decode("utf-16-be")
    except (binascii.Error, UnicodeDecodeError):
        raise _broken() from None


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _broken() from None


def _broken() -> Refused:
    return Refused("Tên hộp thư không viết đúng UTF-7 sửa đổi hoặc UTF-8", "CANNOT")


@lru_cache(maxsize=1024)
def encode_mutf7(name: str) -> bytes:
    """Text to modified UTF-7."""
    out: list[bytes] = []
    at = 0
    for match in _PLAIN.finditer(name):
        out.append(_shift(name[at : match.start()]))
        out.append(match[0].replace("&", "&-").encode("ascii"))
        at = match.end()
    out.append(_shift(name[at:]))
    return b"".join(out)


def _shift(run: str) -> bytes:
    if not run:
        return b""
    base64 = binascii.b2a_base64(run.encode("utf-16-be", "surrogatepass"), newline=False)
    return b"&" + base64.rstrip(b"=").replace(b"/", b",") + b"-"


def canonical(name: str) -> str:
    """NFC, one trailing delimiter dropped, INBOX in capitals (RFC 9051 §5.1: the one name without case)."""
    name = unicodedata.normalize("NFC", name)
    if name.endswith(DELIMITER) and len(name) > 1:
        name = name[:-1]
    head, delimiter, rest = name.partition(DELIMITER)
    return "INBOX" + delimiter + rest if head.upper() == "INBOX" else name


def decode_name(raw: bytes, *, utf8: bool) -> str:
    """The name as text; Refused for bytes that are neither encoding, BadCommand for an over-long name."""
    if len(raw) > MAX_NAME * 4:
        raise BadCommand(f"Tên hộp thư dài quá {MAX_NAME} ký tự")
    name = canonical(_utf8(raw) if utf8 else decode_mutf7(raw))
    if "\0" in name:
        raise Refused("Tên hộp thư không được có ký tự NUL", "CANNOT")
    return name


def encode_name(name: str, *, utf8: bool) -> bytes:
    return name.encode("utf-8") if utf8 else encode_mutf7(name)


def mailbox(cursor: Cursor) -> str:
    """The mailbox name that comes next."""
    return decode_name(cursor.astring(), utf8=cursor.utf8)


def check_new_name(name: str) -> str:
    """A name that may be created or renamed to; Refused [CANNOT] with the reason otherwise."""
    if not name or len(name) > MAX_NAME:
        raise Refused(f"Tên hộp thư phải có từ 1 đến {MAX_NAME} ký tự", "CANNOT")
    if "" in name.split(DELIMITER):
        raise Refused("Tên hộp thư có một tầng để trống", "CANNOT")
    if _CONTROL.search(name) or "%" in name or "*" in name:
        raise Refused("Tên hộp thư không được có ký tự điều khiển, “%” hay “*”", "CANNOT")
    return name
