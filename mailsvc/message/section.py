"""IMAP sections from stored bytes and stored parts, without parsing the message again (RFC 9051 §6.4.5.1)."""

import re
from collections.abc import Iterable, Sequence

from mailsvc.message.buffer import Buffer
from mailsvc.message.headers import FIELD
from mailsvc.message.parts import Part, decode_part
from mailsvc.message.transfer import KNOWN

Slice = tuple[int, int]
Partial = tuple[int, int]

_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_BLANK_LINES = (b"\r\n", b"\n", b"\r")


class UnknownEncodingError(ValueError):
    """The transfer encoding of a part is not known, so BINARY must answer UNKNOWN-CTE (RFC 9051 §7.5.2)."""


def section(
    data: Buffer,
    parts: Sequence[Part],
    numbers: tuple[int, ...] = (),
    kind: str = "",
    names: Iterable[bytes] = (),
    partial: Partial | None = None,
) -> Slice | bytes | None:
    """The section as (offset, length) into the message where it lies in one piece, else its bytes; None: no such one.

    kind: '', 'HEADER', 'HEADER.FIELDS', 'HEADER.FIELDS.NOT', 'TEXT' or 'MIME' (upper case); names: field names for
    the two FIELDS kinds, any case; partial: (first octet, count), cut to what is there.
    """
    whole = _range(data, parts, numbers, kind)
    if whole is None:
        return None
    start, end = whole
    if kind.startswith("HEADER.FIELDS"):
        chosen = header_fields(data[start:end], names, kind == "HEADER.FIELDS")
        return chosen if partial is None else chosen[partial[0] : partial[0] + partial[1]]
    if partial is not None:
        start = min(start + partial[0], end)
        end = min(start + partial[1], end)
    return start, end - start


def _range(data: Buffer, parts: Sequence[Part], numbers: tuple[int, ...], kind: str) -> Slice | None:
    """First and last offset of the section, before fields are chosen."""
    if not numbers:
        return _of_message(kind, parts[0].body_start, (0, len(data)))
    part = find_part(parts, numbers)
    if part is None:
        return None
    if not kind:
        return part.body_start, part.body_end
    if kind == "MIME":
        return part.header_start, part.body_start
    # The others ask for a message, so the number must name one (RFC 9051 §6.4.5.1).
    inner = message_in(parts, part)
    return None if inner is None else _of_message(kind, inner.body_start, (inner.header_start, inner.body_end))


def _of_message(kind: str, body_start: int, whole: Slice) -> Slice | None:
    if not kind:
        return whole
    if kind.startswith("HEADER"):
        return whole[0], body_start
    return (body_start, whole[1]) if kind == "TEXT" else None


def find_part(parts: Sequence[Part], numbers: tuple[int, ...]) -> Part | None:
    """The part with this IMAP number."""
    wanted = ".".join(map(str, numbers))
    return next((part for part in parts if part.section == wanted), None) if wanted else None


def message_in(parts: Sequence[Part], part: Part) -> Part | None:
    """The root of the message that a message/rfc822 part holds."""
    if part.type != "message" or part.index + 1 >= len(parts):
        return None
    following = parts[part.index + 1]
    return following if following.parent == part.index else None


def header_fields(block: bytes, names: Iterable[bytes], wanted: bool) -> bytes:
    """The fields of a header block that are named (or, with `wanted` false, are not), as stored, and its blank line."""
    asked = {name.lower() for name in names}
    # A header with bare CR is read as if with LF; offsets stay the same.
    readable = block if b"\n" in block else block.replace(b"\r", b"\n")
    found = (f.span() for f in FIELD.finditer(readable) if (f[1].lower() in asked) is wanted)
    return b"".join([block[start:end] for start, end in found]) + _blank_line(block)


def _blank_line(block: bytes) -> bytes:
    """The blank line that ends the block, b'' for a message without one."""
    for line_end in _BLANK_LINES:
        if block.endswith(line_end):
            before = block[: -len(line_end)]
            return line_end if not before or before.endswith(_BLANK_LINES) else b""
    return b""


def binary(
    data: Buffer, parts: Sequence[Part], numbers: tuple[int, ...], partial: Partial | None = None
) -> bytes | None:
    """The decoded octets of a leaf part, text with CRLF line ends (RFC 3516 §4.2); None when there is no such part.

    Raises UnknownEncodingError.
    """
    if not numbers:
        whole = data[:]
        return whole if partial is None else whole[partial[0] : partial[0] + partial[1]]
    part = find_part(parts, numbers)
    if part is None or part.type == "multipart" or message_in(parts, part) is not None:
        return None
    if part.encoding not in KNOWN:
        raise UnknownEncodingError(part.encoding)
    decoded = decode_part(data, part)
    if part.type == "text":
        decoded = _BARE_LINE_FEED.sub(b"\r\n", decoded)
    return decoded if partial is None else decoded[partial[0] : partial[0] + partial[1]]
