"""A letter made 7-bit for servers without 8BITMIME: its 8-bit parts become quoted-printable or base64. RFC 6152 §3"""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple

from mailsvc.message.headers import fields
from mailsvc.message.parts import Part
from mailsvc.message.scan import scan

_CLEAR = frozenset({"", "7bit", "8bit", "binary"})
_SEALED = frozenset({"signed", "encrypted"})
"""Multiparts that a change of their octets would break."""


class _Edit(NamedTuple):
    start: int
    end: int
    new: bytes


def seven_bit(data: bytes) -> bytes | None:
    """The same letter in 7-bit octets; None when that cannot be had.

    It cannot when a header has other letters than ASCII, when something is signed or encrypted, and when the
    structure is too odd to be sure of it. Line ends are CRLF.
    """
    found = scan(data)
    if found.opaque or any(one.type == "multipart" and one.subtype in _SEALED for one in found.parts):
        return None
    containers = {one.parent for one in found.parts}
    edits: list[_Edit] = []
    for part in found.parts:
        if part.index in containers:
            if part.encoding in ("8bit", "binary"):
                edits.append(_encoding(data, part, b"7bit"))
            continue
        body = data[part.body_start : part.body_end]
        if body.isascii():
            continue
        if part.encoding not in _CLEAR:
            return None
        text = part.type == "text"
        edits.append(_encoding(data, part, b"quoted-printable" if text else b"base64"))
        edits.append(_Edit(part.body_start, part.body_end, _quoted(body) if text else _base64(body)))
    result = _edited(data, edits)
    return result if result.isascii() else None


def _encoding(data: bytes, part: Part, name: bytes) -> _Edit:
    """Sets the Content-Transfer-Encoding in the header of a part."""
    known = fields(data[part.header_start : part.body_start])
    line = b"Content-Transfer-Encoding: " + name + b"\r\n"
    for one in known:
        if one.name.lower() == b"content-transfer-encoding":
            return _Edit(part.header_start + one.start, part.header_start + one.end, line)
    at = part.header_start + (known[-1].end if known else 0)
    return _Edit(at, at, line)


def _quoted(body: bytes) -> bytes:
    return binascii.b2a_qp(body, istext=True)


def _base64(body: bytes) -> bytes:
    return base64.encodebytes(body).replace(b"\n", b"\r\n").removesuffix(b"\r\n")


def _edited(data: bytes, edits: list[_Edit]) -> bytes:
    pieces: list[bytes] = []
    at = 0
    for edit in sorted(edits):
        pieces += [data[at : edit.start], edit.new]
        at = edit.end
    return b"".join((*pieces, data[at:]))
