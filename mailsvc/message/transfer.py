"""Content-Transfer-Encoding undone, tolerantly: what can be read is read, damage is passed over."""

import binascii
import re

_BASE64_JUNK = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_BASE64_CLEAN = bytes(set(range(256)) - set(_BASE64_JUNK) | set(b" \t\r\n"))
_PADDING = re.compile(rb"=+")
# The look-behind makes each run of blanks be tried once only.
_SOFT_BLANKS = re.compile(rb"(?<![ \t])[ \t]+(?=\r?\n|\Z)")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)
KNOWN = frozenset({"", "7bit", "8bit", "binary", "base64", "quoted-printable", "x-uuencode", "uuencode", "x-uue"})


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """The octets behind `encoding` (lower case); an unknown encoding leaves them as they are (RFC 2045 §6)."""
    if encoding == "base64":
        return decode_base64(data)
    if encoding == "quoted-printable":
        return decode_quoted_printable(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue"):
        return decode_uu(data)
    return data


def decode_base64(data: bytes) -> bytes:
    """Base64 with foreign bytes skipped, missing padding added and joined blocks (`…==…`) read on (RFC 2045 §6.8)."""
    clean = data.translate(None, _BASE64_JUNK)
    if b"=" not in clean.rstrip(b"="):
        return _base64_block(clean.rstrip(b"="))
    return b"".join(_base64_block(block) for block in _PADDING.sub(b"=", clean).split(b"="))


def is_soiled(data: bytes) -> bool:
    """True for base64 with bytes in it that are neither letters of base64 nor blanks."""
    return bool(data.translate(None, _BASE64_CLEAN))


def _base64_block(block: bytes) -> bytes:
    # A single left-over letter holds six bits, less than any octet: it is dropped.
    whole = block if len(block) % 4 != 1 else block[:-1]
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def decode_quoted_printable(data: bytes) -> bytes:
    """Quoted-printable; a stray `=` stays, blanks at the end of a line go (RFC 2045 §6.7)."""
    if b" \n" in data or b" \r" in data or b"\t\n" in data or b"\t\r" in data or data.endswith((b" ", b"\t")):
        data = _SOFT_BLANKS.sub(b"", data)
    return binascii.a2b_qp(data)


def decode_uu(data: bytes) -> bytes:
    """The first uuencoded block; lines that cannot be read are skipped."""
    begin = _UU_BEGIN.search(data)
    if begin is None:
        return data
    decoded = []
    for line in data[begin.end() :].splitlines():
        if line.startswith((b"end", b"`")) or not line:
            break
        decoded.append(_uu_line(line))
    return b"".join(decoded)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders count the length of the last line too low.
        length = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            return b""
