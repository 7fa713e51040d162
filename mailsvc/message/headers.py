"""Header blocks: fields with their places, unfolding, encoded words (RFC 5322 §2.2, RFC 2047)."""

import binascii
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from mailsvc.message.charsets import clean, guess, to_text

# A field starts at a line start; continuation lines start with a blank (RFC 5322 §2.2.3). Other lines are passed over.
# Possessive, so that a header of a million continuation lines leaves nothing behind to go back to.
FIELD = re.compile(rb"^([!-9;-~]++)[ \t]*+:(.*+(?:\n[ \t].*+)*+)\n?", re.MULTILINE)
_LINE = re.compile(rb"^([!-9;-~]++)[ \t]*+:(.*)", re.MULTILINE)
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_LINE_ENDS = str.maketrans("\r\n", "  ")  # left in, they would begin fields of their own for who reads by lines
_LETTERS64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


class Field(NamedTuple):
    """One header field: name as written, and the places of the field and of its value in the header block."""

    name: bytes
    start: int
    value_start: int
    end: int


def fields(block: bytes) -> list[Field]:
    """The fields of a header block in order; `end` lies after the line break. Linear, never raises."""
    return [Field(m[1], m.start(), m.start(2), m.end()) for m in FIELD.finditer(block)]


def values(block: bytes) -> list[tuple[bytes, bytes]]:
    """(name as written, raw value on one line) of every field in order (RFC 5322 §2.2.3)."""
    lines = block.replace(b"\r\n", b"\n")
    if b"\r" in lines:
        lines = lines.replace(b"\r", b" ")
    lines = lines.replace(b"\n ", b" ").replace(b"\n\t", b"\t")
    return [(name, value.strip()) for name, value in _LINE.findall(lines)]


def first(pairs: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Lower-case name to value; of repeated fields the first counts, so that none can be pushed in later."""
    found: dict[bytes, bytes] = {}
    for name, value in pairs:
        found.setdefault(name.lower(), value)
    return found


def decode(value: bytes) -> str:
    """An unfolded value as NFC text: encoded words, raw UTF-8 (RFC 6532 §3.2) and raw 8-bit charsets decoded."""
    if value.isascii():
        text = value.decode("ascii")
        if "=?" not in text:
            return text.replace("\0", "") if "\0" in text else text
    return _remembered(value) if len(value) <= _MEMORABLE else _decoded(value)


def _decoded(value: bytes) -> str:
    return decode_words(value.decode("ascii") if value.isascii() else clean(guess(value)))


_MEMORABLE = 500
_remembered = lru_cache(maxsize=4096)(_decoded)  # one letter's fields are read for several purposes, and names recur


def decode_words(text: str) -> str:
    """Encoded words undone (RFC 2047 §6); a blank between two of them goes; letters cut between two are joined."""
    if "=?" not in text:
        return text
    pieces: list[str] = []
    held: list[bytes] = []
    held_charset = ""
    at = 0
    for word in _ENCODED_WORD.finditer(text):
        charset, form, content = word.groups()
        gap = text[at : word.start()]
        near = not gap or gap.isspace()
        if held and not (near and charset == held_charset):
            pieces.append(_held_text(held, held_charset))
            held = []
        if not (near and at):
            pieces.append(gap)
        held.append(_word_bytes(form, content))
        held_charset = charset
        at = word.end()
    if held:
        pieces.append(_held_text(held, held_charset))
    pieces.append(text[at:])
    return clean("".join(pieces)).translate(_LINE_ENDS)


def _held_text(held: list[bytes], charset: str) -> str:
    # RFC 2231 §5: a language may follow the charset.
    return to_text(b"".join(held), charset.partition("*")[0].lower())


def _word_bytes(form: str, content: str) -> bytes:
    if form in "qQ":
        # RFC 2047 §4.2: an underscore is a space whatever the charset.
        return binascii.a2b_qp(content.replace("_", " ").encode("utf-8", "surrogatepass"))
    try:
        return binascii.a2b_base64(content)
    except ValueError:
        # Letters are missing or foreign; what is there is read.
        letters = content.encode("utf-8", "surrogatepass").translate(None, _LETTERS64)
        letters = letters[:-1] if len(letters) % 4 == 1 else letters
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
