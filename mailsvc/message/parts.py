"""The parts of a message as values, their storage form, and reading one of them from the stored bytes."""

import json
import re
from dataclasses import dataclass

from mailsvc.message.buffer import Buffer
from mailsvc.message.charsets import decode_text
from mailsvc.message.text import html_to_text
from mailsvc.message.transfer import decode_transfer

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?\s{0,4}([\w-]{1,40})", re.IGNORECASE)
_META_WITHIN = 2048


@dataclass(frozen=True, slots=True)
class Part:
    """One MIME entity, with offsets into the message.

    `section` is its IMAP number: '' for a multipart root, '1', '1.2'; the multipart directly inside a message part
    '2' has no number of its own and is called '2.TEXT'. The header is data[header_start:body_start] with its blank
    line, the body data[body_start:body_end]. `lines` is counted for text and message parts, else 0.
    `type`, `subtype`, `encoding`, `disposition` and parameter names are lower case, values decoded NFC text.
    """

    index: int
    parent: int
    section: str
    type: str
    subtype: str
    params: tuple[tuple[str, str], ...]
    encoding: str
    disposition: str
    filename: str
    content_id: str
    header_start: int
    body_start: int
    body_end: int
    lines: int

    @property
    def content_type(self) -> str:
        """type/subtype."""
        return f"{self.type}/{self.subtype}"

    @property
    def charset(self) -> str:
        """The declared charset as written, '' when there is none."""
        return self.param("charset")

    @property
    def size(self) -> int:
        """Octets of the body as stored, transfer encoding included."""
        return self.body_end - self.body_start

    def param(self, name: str) -> str:
        """The decoded Content-Type parameter, '' when absent."""
        return next((value for key, value in self.params if key == name), "")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def pack_parts(parts: tuple[Part, ...]) -> bytes:
    """The parts as compact UTF-8 JSON for storing."""
    rows = [
        (
            part.parent,
            part.section,
            part.type,
            part.subtype,
            part.params,
            part.encoding,
            part.disposition,
            part.filename,
            part.content_id,
            part.header_start,
            part.body_start,
            part.body_end,
            part.lines,
        )
        for part in parts
    ]
    return _ENCODER.encode(rows).encode()


def unpack_parts(packed: bytes) -> tuple[Part, ...]:
    """What pack_parts stored."""
    return tuple(
        Part(index, row[0], row[1], row[2], row[3], tuple((name, value) for name, value in row[4]), *row[5:])
        for index, row in enumerate(json.loads(packed))
    )


def decode_part(data: Buffer, part: Part) -> bytes:
    """The octets of the part with its transfer encoding undone; damaged encodings give what can be read."""
    return decode_transfer(data[part.body_start : part.body_end], part.encoding)


def part_text(data: Buffer, part: Part, limit: int | None = None) -> str:
    """A text part as NFC text with LF line ends; HTML stays HTML. `limit` bounds the encoded octets that are read."""
    end = part.body_end if limit is None else min(part.body_end, part.body_start + limit)
    raw = decode_transfer(data[part.body_start : end], part.encoding)
    charset = part.charset
    if not charset and part.subtype == "html":
        meta = _META_CHARSET.search(raw, 0, _META_WITHIN)
        charset = meta[1].decode("ascii", "replace") if meta else ""
    text = decode_text(raw, charset)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def plain_text(data: Buffer, part: Part, limit: int | None = None) -> str:
    """As part_text, with HTML turned into what a reader sees."""
    text = part_text(data, part, limit)
    return html_to_text(text) if part.subtype in ("html", "xhtml", "enriched", "richtext") else text
