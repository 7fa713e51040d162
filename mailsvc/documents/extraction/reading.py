"""One file to what was read from it, in this process: for tests, for trusted files and for the worker's child."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .head import HEAD_LINES, Head, mark_lines
from .layout import Locked, Sheet, Unreadable
from .proposal import Proposal, from_dict
from .rules import is_readable, propose

# Names with which the first entry of an Office package begins; a zip that holds a Word file begins otherwise.
_FIRST_PARTS = (b"[Content_Types].xml", b"_rels/", b"word/", b"docProps/", b"customXml/", b"mimetype")

FILE_LIMIT = 64 * 1024 * 1024  # bytes; larger files are not opened


@dataclass(frozen=True, slots=True)
class Reading:
    """kind: docx, pdf or empty (not a file we read). has_text: there is a text layer that can be trusted.

    secret: the secrecy mark that stands on the first page (`mật`, …), empty when none. proposal: None for anything that
    is no official document or whose text cannot be trusted (scan, bad text layer, TCVN3 or VNI). damaged: the file
    cannot be opened at all, or breaks a limit.
    """

    kind: str = ""
    has_text: bool = False
    secret: str = ""
    proposal: Proposal | None = None
    damaged: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "has_text": self.has_text,
            "secret": self.secret,
            "proposal": self.proposal.to_dict() if self.proposal is not None else None,
            "damaged": self.damaged,
        }


def reading_from_dict(values: Mapping[str, Any]) -> Reading:
    """The value that to_dict wrote. Raises KeyError, TypeError, ValueError for anything else."""
    proposal = values["proposal"]
    return Reading(
        str(values["kind"]),
        bool(values["has_text"]),
        str(values["secret"]),
        from_dict(proposal) if proposal is not None else None,
        bool(values["damaged"]),
    )


def kind_of(data: bytes) -> str:
    """docx, pdf, or empty: told by the content, never by the name."""
    if re.match(rb"[\s\x00\xef\xbb\xbf]{0,64}%PDF-", data[:80]) or b"%PDF-" in data[:1024]:
        return "pdf"
    if data[:4] == b"PK\x03\x04" and data[30:].startswith(_FIRST_PARTS) and b"word/document.xml" in data:
        return "docx"
    return ""


def read_file(data: bytes) -> Reading:
    """Reads a file in this process; damaged files give a Reading without text."""
    kind = kind_of(data) if len(data) <= FILE_LIMIT else ""
    if not kind:
        return Reading()
    try:
        sheet = _sheet(kind, data)
    except Locked:
        return Reading(kind)
    except Unreadable:
        return Reading(kind, damaged=True)
    marks = Head()
    mark_lines(sheet.lines[:HEAD_LINES], marks)
    return Reading(kind, is_readable(sheet), marks.secret, propose(sheet))


def _sheet(kind: str, data: bytes) -> Sheet:
    if kind == "docx":
        from .docx import read_docx

        return read_docx(data)
    from .pdf import read_pdf

    return read_pdf(data)
