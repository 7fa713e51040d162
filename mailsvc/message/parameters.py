"""Content-Type and Content-Disposition with their parameters (RFC 2045 §5.1, RFC 2183 §2, RFC 2231 §3)."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from mailsvc.message.charsets import decode_text, mend_mojibake
from mailsvc.message.headers import decode, decode_words
from mailsvc.vietnamese.normal import nfc

Raw = tuple[tuple[bytes, bytes], ...]

_PARAMETER = re.compile(rb';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))')
_ESCAPED = re.compile(rb"\\(.)")
_TOKEN = re.compile(rb"[^\s;()]*")
_CONTINUED = re.compile(rb"(.+?)\*(\d{1,4})(\*?)\Z", re.DOTALL)
_MANY = 200


class Typed(NamedTuple):
    """A value with parameters: lower-case word, and raw (name, value) pairs with continuations joined."""

    word: bytes
    parameters: Raw


NOTHING = Typed(b"", ())


def parse(value: bytes) -> Typed:
    """`attachment; filename=x` taken apart; quoting undone, continuations joined, tolerant of what is missing."""
    return _remembered(value) if len(value) <= _MEMORABLE else _parsed(value)


def _parsed(value: bytes) -> Typed:
    word = _TOKEN.match(value.lstrip())
    parameters = [(m[1].lower(), _plain(m)) for m in _PARAMETER.finditer(value)][:_MANY]
    if any(b"*" in name for name, _ in parameters):
        parameters = _joined(parameters)
    return Typed(word[0].lower() if word else b"", tuple(parameters))


_MEMORABLE = 60
_remembered = lru_cache(maxsize=512)(_parsed)  # `text/plain; charset=utf-8`; longer ones have a boundary or a name


def _plain(match: re.Match[bytes]) -> bytes:
    quoted: bytes | None = match[2]
    if quoted is None:
        return match[3].strip().strip(b'"')
    return _ESCAPED.sub(rb"\1", quoted) if b"\\" in quoted else quoted


def _joined(parameters: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Continuations of one name become one parameter at the place of the first piece (RFC 2231 §3)."""
    pieces: dict[bytes, dict[int, tuple[bytes, bool]]] = {}
    order: list[tuple[bytes, bytes | None]] = []
    for name, value in parameters:
        piece = _CONTINUED.match(name)
        if piece is None:
            order.append((name, value))
            continue
        if piece[1] not in pieces:
            order.append((piece[1], None))
        pieces.setdefault(piece[1], {}).setdefault(int(piece[2]), (value, bool(piece[3])))
    return [(name, value) if value is not None else _glued(name, pieces[name]) for name, value in order]


def _glued(name: bytes, numbered: dict[int, tuple[bytes, bool]]) -> tuple[bytes, bytes]:
    parts = [numbered[number] for number in sorted(numbered)]
    if not any(extended for _, extended in parts):
        return name, b"".join(value for value, _ in parts)
    # A plain piece among percent-encoded ones stands for itself (RFC 2231 §4.1).
    return name + b"*", b"".join(value if extended else value.replace(b"%", b"%25") for value, extended in parts)


def texts(parameters: Raw) -> tuple[tuple[str, str], ...]:
    """The parameters decoded: lower-case names without `*`, NFC values; an extended value wins over a plain one."""
    found: dict[str, str] = {}
    for name, value in parameters:
        key = name.decode("ascii", "replace")
        if key.endswith("*"):
            found[key[:-1]] = _extended(value)
        else:
            found.setdefault(key, decode(value))
    return tuple(found.items())


def _extended(value: bytes) -> str:
    """charset'language'percent-encoded (RFC 2231 §4)."""
    charset, first, rest = value.partition(b"'")
    _, second, content = rest.partition(b"'")
    if not (first and second):
        charset, content = b"", value
    return decode_text(unquote_to_bytes(content), charset.decode("ascii", "replace"))


def filename(disposition: tuple[tuple[str, str], ...], content_type: tuple[tuple[str, str], ...]) -> str:
    """The file's name in NFC, mojibake mended, without folders and control characters; '' when there is none."""
    name = dict(disposition).get("filename") or dict(content_type).get("name") or ""
    return clean_name(name) if name else ""


def clean_name(name: str) -> str:
    """A name fit to show and to save under: no path, no controls, NFC."""
    name = nfc(mend_mojibake(decode_words(name)))
    name = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable() or c == "\u200d").strip()
