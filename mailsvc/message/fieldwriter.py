"""Header fields written out: folding, encoded words, quoted names (RFC 5322 §2.2.3, RFC 2047 §2)."""

import re
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import quote

from mailsvc.vietnamese.normal import nfc

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_NEEDS_QUOTES = re.compile(r'(["\\])')
_LINE = 76
# 45 octets make 60 letters of base64, and an encoded word may have 75 characters (RFC 2047 §2).
_WORD_OCTETS = 45
_PIECE = 54
# No piece ends inside a percent sign with its two figures.
_PERCENT_PIECES = re.compile(r"(?:%[0-9A-F]{2}|[^%]){1,18}")
_LONGEST_WORD = 900


def plain_line(value: str) -> str:
    """A header value that cannot start another field: NFC, no control characters."""
    return _CONTROLS.sub(" ", nfc(storable(value))).strip()


def storable(text: str) -> str:
    """The text without lone surrogates, which no charset can carry."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def text_field(name: str, value: str, utf8: bool = False) -> bytes:
    """An unstructured field with CRLF, such as Subject; raw UTF-8 when `utf8` is set (RFC 6532 §3.2)."""
    line = plain_line(value)
    return _field(name, line.split(" ") if utf8 else encoded(line))


def people_field(name: str, people: Iterable[tuple[str, str]], utf8: bool = False) -> bytes:
    """An address field with CRLF of (display name, local@domain) pairs; a name without an address is an empty group
    (RFC 5322 §3.4): its members are told to nobody."""
    words: list[str] = []
    for display, address in people:
        if words:
            words[-1] += ","
        place = plain_line(address).replace(" ", "")
        words += [*phrase(display, utf8), f"<{place}>" if place else ":;"] if display else [place]
    return _field(name, words)


def phrase(display: str, utf8: bool) -> list[str]:
    """A display name as words to be joined by blanks (RFC 5322 §3.2.5)."""
    line = plain_line(display)
    if not line.isascii() and not utf8:
        return _encoded_words(line)
    if _ATOMS.fullmatch(line) and "=?" not in line:
        return line.split()
    return ['"' + _NEEDS_QUOTES.sub(r"\\\1", line) + '"']


def encoded(line: str) -> list[str]:
    """The words of a line; from the first to the last that is not plain ASCII they become encoded words."""
    words = line.split(" ")
    foreign = [i for i, word in enumerate(words) if not word.isascii() or "=?" in word or len(word) > _LONGEST_WORD]
    if not foreign:
        return words
    first, last = foreign[0], foreign[-1] + 1
    return [*words[:first], *_encoded_words(" ".join(words[first:last])), *words[last:]]


def parameter(name: str, value: str) -> list[str]:
    """A MIME parameter as pieces to be set between semicolons: quoted ASCII, else RFC 2231 §4."""
    line = plain_line(value)
    if line.isascii() and len(line) <= _PIECE:
        return [f'{name}="' + _NEEDS_QUOTES.sub(r"\\\1", line) + '"']
    quoted = quote(line, safe="")
    if len(quoted) <= _PIECE:
        return [f"{name}*=utf-8''{quoted}"]
    pieces = _PERCENT_PIECES.findall("utf-8''" + quoted)
    return [f"{name}*{number}*={piece}" for number, piece in enumerate(pieces)]


def _encoded_words(text: str) -> list[str]:
    pieces: list[bytes] = []
    held = b""
    for character in text:
        octets = character.encode()
        if len(held) + len(octets) > _WORD_OCTETS:
            pieces.append(held)
            held = b""
        held += octets
    return [f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in (*pieces, held)]


def _field(name: str, words: list[str]) -> bytes:
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _LINE and not lines[-1].endswith(":"):
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines).encode() + b"\r\n"


def list_fields(name: str, address: str) -> bytes:
    """The fields of an address list: List-Id (RFC 2919 §3) and where to write to it (RFC 2369 §3.4)."""
    local, _, domain = address.partition("@")
    post = quote(address, safe="@!$'*+-._~")
    return _field("List-Id", [*phrase(name, False), f"<{local}.{domain}>"]) + f"List-Post: <mailto:{post}>\r\n".encode()
