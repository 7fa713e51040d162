"""Messages with binary parts made fit for readers of lines (RFC 3516 §4.4, RFC 2045 §6.8)."""

import binascii
import re
from collections.abc import Sequence

from mailsvc.message.buffer import Buffer
from mailsvc.message.parts import Part

_ENCODING_FIELD = re.compile(
    rb"^content-transfer-encoding[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)
_AS_THEY_ARE = frozenset({"", "7bit", "8bit", "binary"})
_LINE = 57  # octets that make a line of 76 letters


def without_nul(data: Buffer, parts: Sequence[Part]) -> bytes:
    """The message with every part that holds NUL in base64; all other octets stay, NUL outside of parts too."""
    holders = {part.parent for part in parts}
    pieces: list[bytes] = []
    at = 0
    for part in sorted(parts, key=lambda part: part.header_start):
        if part.index in holders or part.encoding not in _AS_THEY_ARE:
            continue
        body = data[part.body_start : part.body_end]
        if b"\x00" in body:
            header = _ENCODING_FIELD.sub(b"", data[part.header_start : part.body_start])
            pieces += [data[at : part.header_start], b"Content-Transfer-Encoding: base64\r\n", header, _base64(body)]
            at = part.body_end
    return b"".join([*pieces, data[at : len(data)]])


def _base64(data: bytes) -> bytes:
    rows = (data[start : start + _LINE] for start in range(0, len(data), _LINE))
    return b"\r\n".join(binascii.b2a_base64(row, newline=False) for row in rows)
