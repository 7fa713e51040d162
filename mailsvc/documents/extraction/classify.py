"""Stage 2 of the decision about a letter: the candidates are read by the worker, then the letter is judged as a whole.

Runs outside the delivery transaction. Only three things change against stage 1 (screen.py): a letter that turns out
to hold no document becomes an ordinary message, a mark of secrecy inside a file puts it on hold, and the files get
their roles.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailsvc.core.errors import Busy
from mailsvc.message.attachments import Attachment, attachments
from mailsvc.message.buffer import Buffer
from mailsvc.message.forwarded import Forwarded, forwarded
from mailsvc.message.scan import Scan

from . import worker
from .groups import Document, arrange
from .proposal import Proposal
from .reading import Reading
from .screen import Screen, looks_official, screen

FILES = 30  # of one letter are read; the others stay annexes

Reader = Callable[[bytes], Reading]


@dataclass(frozen=True, slots=True)
class File:
    """An attachment with its role in the letter: main, original (Word file of the PDF), scan, annex, container, inline,
    signature, calendar, edxml, other, blocked, damaged."""

    attachment: Attachment
    role: str
    proposal: Proposal | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """mail_class as in the sample set. is_document: holds at least one document for the intake (edXML included).

    hold: a mark of secrecy stands in the letter or in a file; reason quotes it. origin: who wrote it first when it was
    forwarded. documents: the main file first in each.
    """

    mail_class: str
    is_document: bool
    hold: bool
    reason: str
    documents: tuple[Document, ...]
    files: tuple[File, ...]
    origin: Forwarded | None

    @property
    def proposal(self) -> Proposal | None:
        """Of the first document."""
        return self.documents[0].proposal if self.documents else None


def classify(
    data: Buffer,
    scan: Scan,
    files: Sequence[Attachment] | None = None,
    first: Screen | None = None,
    read: Reader = worker.read,
) -> Verdict:
    """Both stages. files and first may be passed when stage 1 was done before. Never raises for input.

    Raises Busy when the readers stay busy: then ask again later.
    """
    found = tuple(attachments(data, scan) if files is None else files)
    early = screen(data, scan, found) if first is None else first
    readings = _readings(found, early, read)
    documents, roles = arrange(found, readings, early.candidates)
    mark = next((reading.secret for reading in readings.values() if reading.secret), "")
    broken = any(reading.damaged for reading in readings.values())
    mail_class, is_document = _final(early, documents, scan, mark, broken)
    if not is_document and not (early.hold or mark):
        documents, roles = arrange(found, {}, ())
    return Verdict(
        mail_class,
        is_document,
        early.hold or bool(mark),
        early.reason or mark.upper(),
        documents if is_document else (),
        tuple(File(file, roles[file.path], _proposal(readings.get(file.path), is_document)) for file in found),
        forwarded(data, scan),
    )


def _proposal(reading: Reading | None, wanted: bool) -> Proposal | None:
    return reading.proposal if reading is not None and wanted else None


def _readings(files: Sequence[Attachment], early: Screen, read: Reader) -> dict[str, Reading]:
    wanted = [file for file in files if file.path in early.candidates][:FILES]
    readings: dict[str, Reading] = {}
    for file in wanted:
        try:
            readings[file.path] = read(file.read())
        except Busy:
            if not readings:
                raise
    return readings


def _final(early: Screen, documents: Sequence[Document], scan: Scan, mark: str, broken: bool) -> tuple[str, bool]:
    if mark and early.mail_class == "document":
        return "hold_secrecy", False
    if early.mail_class != "document":
        return early.mail_class, early.entry
    if any(document.proposal is not None for document in documents):
        return "document", True
    if broken and not documents:
        return "malformed", False
    # Only scans or old files: a letter to the clerk with a scan is a document unless everything about it is private.
    return ("document", True) if documents and _is_plausible(documents, scan) else ("message", False)


def _is_plausible(documents: Sequence[Document], scan: Scan) -> bool:
    return any(document.files for document in documents) or looks_official(scan.subject)
