"""What the files of a letter say: the documents in them, the role of each file, a mark of secrecy.

For a worker thread: decodes attachments and waits for the children that read them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from mailsvc.documents.case import Case, case_of, plain
from mailsvc.documents.edxml_fields import edxml_fields
from mailsvc.documents.extraction import worker
from mailsvc.documents.extraction.classify import Verdict, classify
from mailsvc.documents.extraction.duplicates import number_key
from mailsvc.documents.extraction.reading import Reading
from mailsvc.documents.extraction.screen import Screen, candidate_files, screen
from mailsvc.message.attachments import Attachment, attachments
from mailsvc.message.scan import Scan, scan
from mailsvc.store.blobs import Buffer
from mailsvc.store.intake import EntryFile

SECONDS = 60.0  # for all files of one letter


@dataclass(frozen=True, slots=True)
class Findings:
    """`case`: the letter judged as a whole, files with their final roles.

    `documents`: what was read of each document of the letter in the keys of extraction.proposal, with `files`, the
    paths that belong to it; `document`: the first one that could be read. `code_key`: its key for duplicates.
    """

    case: Case
    documents: tuple[dict[str, Any], ...] = ()
    document: dict[str, Any] | None = None
    code_key: str = ""


def read_letter(data: Buffer, *, insisted: bool = False, released: bool = False) -> Findings:
    """Read the files of a letter. `insisted`: a person says that it holds a document; `released`: and that a mark of
    secrecy is none.

    Raises Busy when the readers stay busy.
    """
    scanned = scan(data)
    found = attachments(data, scanned)
    first = screen(data, scanned, found)
    if released or (insisted and not (first.entry or first.hold)):
        first = _all_of(scanned, found)
    verdict = classify(data, scanned, found, first, _reader(released))
    files = tuple(
        EntryFile(
            *(n, plain(file.attachment.path), plain(file.attachment.name), plain(file.attachment.content_type)),
            *(file.attachment.size, file.attachment.sha256, file.role),
        )
        for n, file in enumerate(verdict.files)
    )
    case = case_of(
        scanned,
        verdict.origin,
        opens=verdict.is_document,
        held=verdict.hold,
        mail_class=verdict.mail_class,
        reason=verdict.reason,
        files=() if verdict.hold else files,
    )
    return Findings(case) if verdict.hold else _with_documents(case, verdict)


def _all_of(scanned: Scan, found: tuple[Attachment, ...]) -> Screen:
    """A person has decided instead of stage 1: whatever may be a document is read."""
    candidates = candidate_files(scanned, found)
    return Screen("document", entry=True, candidates=tuple(file.path for file in candidates))


def _reader(released: bool) -> Callable[[bytes], Reading]:
    """Reads one file after another within the time of the whole letter; what comes after that stays unread."""
    end = time.monotonic() + SECONDS

    def read(data: bytes) -> Reading:
        left = end - time.monotonic()
        reading = worker.read(data, min(worker.TIMEOUT, left)) if left > 0 else Reading()
        return replace(reading, secret="") if released else reading

    return read


def _with_documents(case: Case, verdict: Verdict) -> Findings:
    documents = tuple(
        (one.proposal.to_dict() if one.proposal is not None else {}) | {"files": list(one.files)}
        for one in verdict.documents
    )
    documents = documents or tuple(
        edxml_fields(file.attachment.read()) | {"files": [file.attachment.path]}
        for file in verdict.files
        if file.role == "edxml" and case.opens
    )
    best = next((one for one in documents if one.get("subject") or one.get("code")), None)
    return Findings(case, documents, best, document_key(best) if best is not None else "")


def document_key(document: dict[str, Any]) -> str:
    """Of a proposed document: equal for the same number, notation, issuer and year; '' when one is missing."""
    notation = str(document.get("notation") or "")
    head = notation.split("/")[0]
    year = head if head.isdigit() and len(head) == 4 else str(document.get("issue_date") or "")[:4]
    return plain(number_key(str(document.get("code") or ""), str(document.get("issuer") or ""), year))
