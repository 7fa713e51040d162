"""Issuing: one letter with the signed scan and the Word file to everybody in one transaction (Decree 30/2020, Article
18; Regulation, Article 3: the scan together with the original Word file, R3).

Units and people of this office get it in their mailboxes, organisations with registers of their own as an entry that
waits for their register, outside addresses through the mail queue.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, Phrase, Refused
from mailsvc.documents import intake as intake_work
from mailsvc.documents.case import Case
from mailsvc.documents.errors import Stale
from mailsvc.documents.extraction.duplicates import number_key
from mailsvc.documents.fields import NORMAL, Fields
from mailsvc.documents.labels import labels
from mailsvc.documents.outgoing import draft, linking, states, who
from mailsvc.documents.outgoing.packing import ORIGINAL, SIGNED
from mailsvc.documents.outgoing.receivers import Target, sender_of
from mailsvc.documents.outgoing.telling import tell
from mailsvc.documents.rights import Act
from mailsvc.documents.rights.units import DEPARTMENT
from mailsvc.documents.wrapping import store_ready
from mailsvc.mail import deliver
from mailsvc.mail.envelope import Client, Envelope, Outcome, Recipient
from mailsvc.mail.letter import Letter
from mailsvc.mail.office import Office
from mailsvc.message import compose
from mailsvc.message.attachments import attachments, find_attachment
from mailsvc.message.compose import File, Person
from mailsvc.message.scan import scan
from mailsvc.store import accounts, contents, intake, issued, mailboxes, outgoing, placements, receipts, units
from mailsvc.store import documents as store
from mailsvc.store.blobs import Blobs
from mailsvc.store.documents import Document
from mailsvc.store.intake import EntryFile
from mailsvc.store.outgoing import Flow, OutFile
from mailsvc.store.tx import Tx

MISSING_WORD = Phrase("Phát hành phải kèm tệp gốc Word cùng bản ký/scan PDF (Quy chế Điều 3); còn thiếu tệp Word.")
MISSING_SCAN = Phrase("Phát hành phải kèm bản ký/scan PDF cùng tệp gốc Word (Quy chế Điều 3); còn thiếu bản ký/scan.")
_ROLES = {SIGNED: "main", ORIGINAL: "original"}


@dataclass(frozen=True, slots=True)
class Parcel:
    """The letter about a document as it stood: `version` of the row and the files are looked at again when it goes."""

    document_id: int
    version: int
    letter: Letter
    sender: str
    files: tuple[OutFile, ...]


# ---- before the transaction ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Sheet:
    """What the letter is made of. `data` holds the octets of each file, in order."""

    document: Document
    flow: Flow
    files: tuple[OutFile, ...]
    sender: Person
    data: tuple[bytes, ...]


def require_complete(files: Sequence[OutFile]) -> None:
    """Scan and Word file together (R3). Raises Refused."""
    if not draft.word_files(files):
        raise Refused(MISSING_WORD)
    if not any(one.role == SIGNED for one in files):
        raise Refused(MISSING_SCAN)


def sheet(tx: Tx, blobs: Blobs, actor: Actor | int, document_id: int) -> Sheet:
    """Everything the letter needs, after a look at rights, state and files. Raises Refused."""
    flow = outgoing.get(tx, document_id)
    who.require(tx, actor, Act.ISSUE, flow)
    states.require(flow, "issue")
    files = tuple(draft.current_files(tx, flow))
    require_complete(files)
    return Sheet(store.get(tx, document_id), flow, files, sender_of(tx, flow.org_code), load(tx, blobs, files))


def load(tx: Tx, blobs: Blobs, files: Sequence[OutFile]) -> tuple[bytes, ...]:
    """The octets of files out of the letters that carry them. Raises Refused when one is no longer what it was."""
    found = []
    for one in files:
        data = contents.load(tx, blobs, one.content_id)
        attachment = find_attachment(data, scan(data), one.path)
        if attachment is None or attachment.sha256 != one.sha256:
            raise Refused("Tệp “%(one)s” không còn nguyên vẹn trong kho; xin báo quản trị.", one=one.name)
        found.append(attachment.read())
    return tuple(found)


def prepare(office: Office, made_of: Sheet, targets: Sequence[Target]) -> Parcel:
    """Write the letter and make it ready for the store. For a worker. Raises StorageFull."""
    domain = office.settings.organisation.domains[0]
    document = made_of.document
    urgent = "" if document.urgency == NORMAL else f"[{labels().urgencies[document.urgency].upper()}] "
    files = tuple(
        File(one.name, one.content_type or "application/octet-stream", data)
        for one, data in zip(made_of.files, made_of.data, strict=True)
    )
    written = compose.compose(
        compose.Letter(
            sender=made_of.sender,
            to=(),
            subject=f"{urgent}{document.code}: {document.subject}",
            text=_text(document, made_of, targets),
            message_id=f"<di-{secrets.token_hex(12)}@{domain}>",
            date_ms=office.clock.now_ms(),
            reply_to=(made_of.sender,),
            files=files,
            headers=(("Importance", "high"),) if urgent else (),
        )
    )
    letter = store_ready(office, written)
    return Parcel(document.id, document.version, letter, made_of.sender.address, made_of.files)


def _text(document: Document, made_of: Sheet, targets: Sequence[Target]) -> str:
    day = "/".join(reversed((document.issue_date or "").split("-")))
    due = "/".join(reversed(document.deadline.split("-"))) if document.deadline else ""
    rows = [
        f"{made_of.sender.name} gửi văn bản:",
        "",
        f"Số, ký hiệu: {document.code}",
        f"Ngày văn bản: {day}",
        f"Tên loại: {document.type_name}",
        f"Trích yếu: {document.subject}",
        f"Người ký: {document.signer}",
        *([f"Hạn trả lời: {due}"] if due else []),
        "",
        "Nơi nhận:",
        *(f"- {one.name}" for one in targets),
        "",
        "Kèm theo thư này:",
        *(f"- {one.name}" for one in made_of.files),
    ]
    return "\n".join(rows) + "\n"


# ---- the transaction ----------------------------------------------------------------------------------------
def issue(tx: Tx, actor: Actor | int, domains: Sequence[str], parcel: Parcel, targets: Sequence[Target]) -> Flow:
    """Phát hành: the letter to all receivers, a receipt for each, the register's column 8, one commit.

    Raises Refused (rights, state, scan without Word file), Invalid without receivers, Stale when the document changed.
    """
    flow, document = outgoing.get(tx, parcel.document_id), store.get(tx, parcel.document_id)
    me = who.require(tx, actor, Act.ISSUE, flow)
    states.require(flow, "issue")
    files = tuple(draft.current_files(tx, flow))
    require_complete(files)
    if document.version != parcel.version or files != parcel.files:
        raise Stale
    if not targets:
        raise Invalid("Chưa chọn nơi nhận nào.")
    _refuse_own_register(tx, flow, targets)
    content_id = send(tx, me, domains, parcel, targets, document)
    today = office_date(tx.now_ms).isoformat()
    store.change(tx, document.id, {"transfer_date": today, "version": document.version + 1})
    if flow.number_id is not None:
        issued.change(tx, flow.number_id, {"moved": today})
    outgoing.change(tx, document.id, {"state": states.ISSUED, "issued_ms": tx.now_ms, "content_id": content_id})
    tell(tx, me, document.id, "issued", f"Phát hành đến {len(targets)} nơi nhận.", to=[one.name for one in targets])
    linking.take_effect(tx, me, domains, document.id)
    return outgoing.get(tx, document.id)


def _refuse_own_register(tx: Tx, flow: Flow, targets: Sequence[Target]) -> None:
    """What the organisation issues does not come back into its own incoming register. Raises Invalid."""
    for one in targets:
        account = accounts.get(tx, one.account_id) if one.account_id is not None else None
        if account is not None and account.kind != "person" and account.unit_code == flow.org_code:
            raise Invalid("“%(one)s” là hộp thư văn thư của chính cơ quan; không chọn làm nơi nhận.", one=one.name)


def send(
    tx: Tx, me: Actor, domains: Sequence[str], parcel: Parcel, targets: Sequence[Target], document: Document
) -> int:
    """Deliver the letter and write the receipts; the letter's content."""
    content_id = contents.add(tx, parcel.letter.content)
    by_mail = [one for one in targets if one.address]
    outcomes = deliver.deliver_letter(
        tx, list(domains), _envelope(tx, me, parcel.sender, by_mail), parcel.letter, _case(parcel)
    )
    said = {one.address: outcome for one, outcome in zip(by_mail, outcomes, strict=True)}
    receipts.add(tx, document.id, [_receipt(tx, one, said.get(one.address), content_id) for one in targets])
    for one in by_mail:
        if said[one.address].ok and one.account_id is not None and one.kind == receipts.UNIT:
            _open_entry(tx, one, content_id, parcel, document)
    return content_id


def _envelope(tx: Tx, me: Actor, sender: str, targets: Sequence[Target]) -> Envelope:
    told = ("FAILURE", "DELAY")  # RFC 3461 §4.1
    recipients = tuple(Recipient(one.address, () if one.account_id is not None else told) for one in targets)
    return Envelope(
        id=secrets.token_hex(8),
        door="submission",
        client=Client(),
        sender=sender,
        recipients=recipients,
        received_ms=tx.now_ms,
        account_id=me.account_id,
        smtputf8=not all(one.address.isascii() for one in targets),
    )


def _receipt(tx: Tx, target: Target, outcome: Outcome | None, content_id: int) -> dict[str, Any]:
    failed = outcome is not None and not outcome.ok
    arrived = outcome is not None and outcome.ok and target.account_id is not None
    return {
        "kind": target.kind,
        "code": target.code,
        "name": target.name,
        "address": target.address,
        "account_id": target.account_id,
        "content_id": content_id if target.address else None,
        "sent_ms": tx.now_ms,
        "arrived_ms": tx.now_ms if arrived else None,
        "failed_ms": tx.now_ms if failed else None,
        "reply": f"{outcome.code} {outcome.text}" if outcome is not None and failed else "",
    }


# ---- the receiver's register --------------------------------------------------------------------------------
def _case(parcel: Parcel) -> Case:
    """What a receiving intake sees: a document with files whose roles are known."""
    roles = {one.sha256: _ROLES.get(one.role, "annex") for one in parcel.files}
    found = [one for one in attachments(parcel.letter.data, parcel.letter.scan) if not one.inside]
    files = tuple(
        EntryFile(n, one.path, one.name, one.content_type, one.size, one.sha256, roles.get(one.sha256, "other"))
        for n, one in enumerate(found)
    )
    scanned = parcel.letter.scan
    return Case(
        opens=True,
        mail_class="document",
        sender_name=scanned.from_name,
        sender_address=scanned.from_address,
        subject=scanned.subject,
        sent_ms=scanned.sent_ms,
        message_id=scanned.message_id,
        files=files,
    )


def _open_entry(tx: Tx, target: Target, content_id: int, parcel: Parcel, document: Document) -> None:
    """The receiving organisation's entry, with the metadata as they are: nothing has to be read out of the files."""
    unit = units.find(tx, target.code)
    if unit is None or unit.kind == DEPARTMENT or target.account_id is None:
        return
    if not intake.of_content(tx, unit.code, content_id):
        inbox = mailboxes.by_name(tx, target.account_id, mailboxes.INBOX)
        uid = next(one[1] for one in placements.of_content(tx, content_id, [target.account_id]) if one[0] == inbox.id)
        arrival = intake_work.Arrival(content_id, inbox.id, uid, tx.now_ms, parcel.sender, None, False)
        intake_work.arrived(tx, arrival, parcel.letter.scan, parcel.letter.data, _case(parcel))
    proposal = {"document": _proposed(document, parcel)}
    key = number_key(document.code, document.issuer, (document.issue_date or "")[:4])
    for entry in intake.of_content(tx, unit.code, content_id):
        values = {"proposal": json.dumps(proposal, ensure_ascii=False), "extract_state": intake.DONE, "code_key": key}
        intake.change(tx, entry.id, values)


def _proposed(document: Document, parcel: Parcel) -> dict[str, Any]:
    names = (
        "type_name", "number", "notation", "code", "issue_date", "issuer", "subject", "urgency", "deadline",
    )  # fmt: skip
    known = Fields.__dataclass_fields__
    found: dict[str, Any] = {name: getattr(document, name) for name in names if name in known}
    name, _, post = document.signer.partition(" (")
    found["signer"] = {"name": name, "position": post.rstrip(")"), "authority": ""}
    found["files"] = [one.path for one in attachments(parcel.letter.data, parcel.letter.scan) if not one.inside]
    return {key: value for key, value in found.items() if value}
