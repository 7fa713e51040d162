"""The number-request address (`vanthu+layso@…`): a draft sent there with its Word file enters the outgoing gate.

The letter itself carries the files of the draft: stored once. A new one goes to the head of the unit (or, sent by the
head, to the format check); with `DT 12/2026` in its subject it is a new version of that draft. The clerks see the
letter in their mailbox; it opens no entry of the incoming register (Regulation, Article 8.2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.errors import Invalid, MailsvcError
from mailsvc.documents import mail_face
from mailsvc.documents.case import Case
from mailsvc.documents.extraction.catalogue import type_of_title
from mailsvc.documents.outgoing import deciding, draft, numbers, who
from mailsvc.documents.outgoing.fields import DraftFields
from mailsvc.documents.outgoing.packing import ANNEX, ORIGINAL, PackedFile, is_word, legacy_font
from mailsvc.documents.outgoing.words import words
from mailsvc.documents.rights import Act, as_actor
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.message.attachments import attachments
from mailsvc.message.buffer import Buffer
from mailsvc.message.compose import bare_subject
from mailsvc.message.filetypes import extension, type_of
from mailsvc.message.scan import Scan
from mailsvc.store import accounts, outgoing
from mailsvc.store.documents import Document
from mailsvc.store.tx import Tx

SUBADDRESS = "layso"
_NUMBER = re.compile(r"\bDT\s*(\d{1,9})\s*/\s*(\d{4})\b", re.IGNORECASE)
_PREFIX = re.compile(r"^\s*(?:trình|xin|đề nghị)\s+(?:lấy|cấp)\s+số\s*[:\-–]?\s*", re.IGNORECASE)
_LETTER = "Công văn"


@dataclass(frozen=True, slots=True)
class Request:
    """A submitted letter to the number-request address of the sender's own organisation."""

    account_id: int
    org_code: str


def recognise(tx: Tx, account_id: int | None, addresses: Sequence[str]) -> Request | None:
    """The request that a submitted letter is; None for every other letter."""
    if account_id is None or not any(is_request_address(one) for one in addresses):
        return None
    account = accounts.get(tx, account_id)
    return Request(account_id, organisation_of_unit(tx, account.unit_code)) if account.active else None


def is_request_address(address: str) -> bool:
    """`vanthu+layso@…` in any case."""
    return address.rpartition("@")[0].lower().rpartition("+")[2] == SUBADDRESS and "+" in address


def take(tx: Tx, request: Request, content_id: int, scan: Scan, data: Buffer, case: Case) -> None:
    """Make the draft of the letter and tell the sender what became of it; the letter lies with the clerks."""
    clerks = mail_face.office_address(tx, request.org_code)
    numbers.to_clerks(tx, request.org_code, [content_id])
    try:
        if case.held:
            raise Invalid("Thư có dấu mật; văn bản mật không gửi trên hệ thống (Quy chế, Điều 7).")
        said = _enter(tx, request, content_id, scan, data)
    except MailsvcError as error:
        said = f"Chưa lập được dự thảo từ thư này: {error.message}\nSửa rồi gửi lại, hoặc lập dự thảo trên trang web."
    mail_face.tell(tx, request.account_id, clerks, f"Trình lấy số: {bare_subject(scan.subject)}"[:200], said + "\n")


def _enter(tx: Tx, request: Request, content_id: int, scan: Scan, data: Buffer) -> str:
    files = _files(scan, data)
    named = _NUMBER.search(scan.subject)
    if named is not None:
        document = draft.get_document(tx, request.org_code, int(named[2]), int(named[1]))
        draft.store_files(tx, request.account_id, document.id, content_id, files, "Gửi qua thư")
    else:
        if not any(one.role == ORIGINAL for one in files):
            raise Invalid("Thư không kèm tệp Word (docx, doc, odt, rtf).")
        document = draft.begin(tx, request.account_id, _sheet(tx, request, scan))
        draft.store_files(tx, request.account_id, document.id, content_id, files, "Gửi qua thư")
        _pass_on(tx, request.account_id, document)
    state = outgoing.get(tx, document.id).state
    return f"Dự thảo {document.arrival_number}/{document.year} đang ở bước “{words().states[state]}”."


def _pass_on(tx: Tx, account_id: int, document: Document) -> None:
    """To the head of the unit; what the head sends himself is approved with that."""
    flow = deciding.submit(tx, account_id, document.id)
    if who.may(tx, as_actor(account_id), Act.APPROVE_CONTENT, flow):
        deciding.approve_content(tx, account_id, document.id, "Gửi qua thư")
        deciding.send_to_format(tx, account_id, document.id)


def _sheet(tx: Tx, request: Request, scan: Scan) -> DraftFields:
    """What the letter says of the document; the drafter completes the rest on the page."""
    subject = _PREFIX.sub("", bare_subject(scan.subject))
    found = type_of_title(subject)
    kind, rest = (found[0].name, found[1].strip(" :-–")) if found is not None else (_LETTER, subject)
    people = who.signers(tx, request.org_code)
    heads = [one for one in people if accounts.roles_of(tx, one.id) & {"giam_doc", "thu_truong_don_vi"}]
    signer = next(iter(heads or people), None)
    return DraftFields(
        type_name=kind,
        subject=rest or subject,
        signer=str(signer.id) if signer is not None else "",
        recipients="- Như trên;\n- Lưu: VT.",
    )


def _files(scan: Scan, data: Buffer) -> tuple[PackedFile, ...]:
    found: list[PackedFile] = []
    for one in attachments(data, scan):
        if one.inside or one.role not in ("other", "container"):
            continue
        octets = one.read()
        role = ORIGINAL if is_word(one.name, octets[:8]) and not any(f.role == ORIGINAL for f in found) else ANNEX
        font = legacy_font(octets) if extension(one.name) == "docx" else ""
        found.append(PackedFile(one.path, one.name, type_of(one.name), one.size, one.sha256, role, font))
    return tuple(found)
