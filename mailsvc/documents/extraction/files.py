"""`mailsvc extract FILE…`: what the rules say about a file, in the keys of the sample set's expected.json."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from mailsvc.documents.edxml_fields import edxml_fields
from mailsvc.message.addresses import addresses
from mailsvc.message.forwarded import Forwarded
from mailsvc.message.headers import first, values
from mailsvc.message.scan import Scan, scan

from . import worker
from .classify import File, Verdict, classify
from .proposal import Proposal
from .reading import kind_of

_OFFICE_ZONE = timezone(timedelta(hours=7))


def extract_path(path: Path | str) -> dict[str, Any]:
    """docx and pdf: {file, document}; eml: {file, class, is_document, message, forwarded, attachments, document,
    documents, secrecy}. Other files give a document of None. Raises OSError."""
    file = Path(path)
    data = file.read_bytes()
    if kind_of(data) or file.suffix.lower() not in (".eml", ".msg", ""):
        reading = worker.read(data)
        result: dict[str, Any] = {"file": str(path), "document": _plain(reading.proposal)}
        if reading.proposal is not None and reading.proposal.annex_of:
            result |= {"document": None, "role": "annex of another file", "annex_of": reading.proposal.annex_of}
        return result
    return {"file": str(path), **_letter(data)}


def _letter(data: bytes) -> dict[str, Any]:
    scanned = scan(data)
    verdict = classify(data, scanned)
    documents = [_plain(document.proposal) for document in verdict.documents]
    result: dict[str, Any] = {
        "class": verdict.mail_class,
        "is_document": verdict.is_document,
        "message": _message(data, scanned),
        "attachments": [_attachment(file) for file in verdict.files],
        "document": _plain(_best(verdict)) or _told(verdict),
        "secrecy": {"verdict": "hold", "why": verdict.reason} if verdict.hold else {"verdict": "none"},
    }
    if len(documents) > 1:
        result["documents"] = documents
    if verdict.origin is not None:
        result["forwarded"] = _forwarded(verdict.origin)
    return result


def _best(verdict: Verdict) -> Proposal | None:
    return next((document.proposal for document in verdict.documents if document.proposal is not None), None)


def _told(verdict: Verdict) -> dict[str, Any] | None:
    """The fields that an edXML message states itself."""
    if verdict.mail_class != "edxml_new":
        return None
    message = next(file.attachment for file in verdict.files if file.role == "edxml")
    return edxml_fields(message.read())


def _plain(proposal: Proposal | None) -> dict[str, Any] | None:
    return proposal.to_dict() if proposal is not None else None


def _message(data: bytes, scanned: Scan) -> dict[str, Any]:
    header = first(values(data[: scanned.header_end]))
    to = [address.mailbox for address in addresses(header.get(b"to", b"")) if address.mailbox]
    return {
        "from_name": scanned.from_name or None,
        "from": scanned.from_address or None,
        "to": ", ".join(to) or None,
        "subject": scanned.subject or None,
        "date": _time(scanned.sent_ms),
        "message_id": scanned.message_id or None,
    }


def _forwarded(origin: Forwarded) -> dict[str, Any]:
    return {
        "style": origin.style,
        "from_name": origin.from_name or None,
        "from": origin.from_address or None,
        "subject": origin.subject or None,
        "date": _time(origin.sent_ms),
        "message_id": origin.message_id or None,
    }


def _attachment(file: File) -> dict[str, Any]:
    one = file.attachment
    result: dict[str, Any] = {
        "name": one.name,
        "sha256": one.sha256,
        "size": one.size,
        "content_type": one.content_type,
        "role": file.role,
    }
    if one.inside:
        result["inside"] = one.inside
    if file.proposal is not None:
        result["document"] = file.proposal.to_dict()
    return result


def _time(ms: int | None) -> str | None:
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(_OFFICE_ZONE).isoformat(timespec="seconds")
