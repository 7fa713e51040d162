"""Drafting: the sheet and the files of an outgoing document, in versions that are never overwritten.

A draft has a working number of its own in the year it was begun (`documents.arrival_number`, direction "out"); the
number in the register comes later, from the clerks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, NotFound, Refused
from mailsvc.documents import holding
from mailsvc.documents.errors import Stale
from mailsvc.documents.extraction.catalogue import type_named
from mailsvc.documents.outgoing import states, who
from mailsvc.documents.outgoing.fields import NAMES_SHOWN, DraftFields, require_valid, signer_line, tidy
from mailsvc.documents.outgoing.packing import ORIGINAL, SIGNED, WORD_HEADS, Packed, PackedFile
from mailsvc.documents.outgoing.telling import tell
from mailsvc.documents.rights import Act, Party, Relation, Subject, as_actor, require
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.message.filetypes import extension
from mailsvc.store import accounts, contents, outgoing, relations, units
from mailsvc.store import documents as store
from mailsvc.store.documents import Document
from mailsvc.store.outgoing import Flow, OutFile
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import fold

OUT = "out"
SERIES = "draft"  # of working numbers
_FLOW_FIELDS = ("unit_code", "sign_form", "language", "file_code", "keeper")


def begin(tx: Tx, actor: Actor | int, fields: DraftFields, packed: Packed | None = None) -> Document:
    """Begin a draft in the drafter's organisation, with the files of its first version when there are some.

    Raises InvalidFields, also for an unknown số đến; Refused for who belongs to no organisation.
    """
    me = as_actor(actor)
    if me.account_id is None:
        raise Refused("Dự thảo phải có người soạn thảo.")
    account = accounts.get(tx, me.account_id)
    org_code = organisation_of_unit(tx, account.unit_code)
    me = require(tx, me, Act.DRAFT, Subject(org_code, (Party(Relation.DRAFTER, account.id),)))
    ready = tidy(fields if fields.unit_code else replace(fields, unit_code=account.unit_code or org_code))
    require_valid(tx, org_code, ready, office_date(tx.now_ms))
    document = _write(tx, account.id, org_code, ready)
    _link_answers(tx, me, document.id, org_code, ready)
    said = f"Bắt đầu dự thảo {document.arrival_number}/{document.year}."
    tell(tx, me, document.id, "drafted", said, fields=_shown(ready))
    if packed is not None and packed.files:
        content_id = contents.add(tx, packed.letter.content)
        _store_version(tx, me, outgoing.get(tx, document.id), content_id, packed.files, (), "Bản đầu")
    return _screened(tx, me, document.id, "" if packed is None else packed.mark)


def _write(tx: Tx, drafter_id: int, org_code: str, ready: DraftFields) -> Document:
    """The rows of a new draft, under the next working number of the year."""
    today = office_date(tx.now_ms)
    organisation = units.find(tx, org_code)
    values = {
        "org_code": org_code,
        "direction": OUT,
        "year": today.year,
        "arrival_number": store.next_number(tx, org_code, SERIES, today.year),
        "arrival_date": today.isoformat(),
        "issuer": organisation.name if organisation else org_code,
        "registered_ms": tx.now_ms,
        "registered_by": drafter_id,
        **_columns(tx, ready),
    }
    document_id = store.add(tx, values)
    flow = {"document_id": document_id, "org_code": org_code, "state": states.DRAFT, "drafter_id": drafter_id}
    outgoing.add(tx, {**flow, **_flow_columns(ready)})
    return store.get(tx, document_id)


def _screened(tx: Tx, me: Actor, document_id: int, mark: str) -> Document:
    """The draft, held for two people when a file of it bears a mark of secrecy (R1)."""
    found = store.get(tx, document_id)
    if not mark:
        return found
    holding.hold_draft(tx, me, found, mark)
    return store.get(tx, document_id)


def change_fields(
    tx: Tx, actor: Actor | int, document_id: int, fields: DraftFields, *, version: int | None = None
) -> Document:
    """Change the sheet while the draft lies with its unit; afterwards it must be sent back first.

    Raises Refused, InvalidFields; Stale when the document is no longer that of `version`.
    """
    flow, old = outgoing.get(tx, document_id), store.get(tx, document_id)
    me = who.require(tx, actor, Act.DRAFT, flow)
    if flow.state not in (states.DRAFT, states.UNIT):
        raise Refused("Dự thảo đã trình; muốn sửa phiếu thì bước đang xử lý phải trả lại trước.")
    if version is not None and version != old.version:
        raise Stale
    ready = tidy(fields if fields.unit_code else replace(fields, unit_code=flow.unit_code))
    require_valid(tx, flow.org_code, ready, office_date(tx.now_ms))
    before = fields_of(tx, document_id)
    changed = [name for name in NAMES_SHOWN if getattr(before, name) != getattr(ready, name)]
    if not changed:
        return old
    store.change(tx, document_id, {**_columns(tx, ready), "version": old.version + 1})
    outgoing.change(tx, document_id, _flow_columns(ready))
    _link_answers(tx, me, document_id, flow.org_code, ready)
    parts = [f"{NAMES_SHOWN[one]}: “{getattr(before, one)}” thành “{getattr(ready, one)}”" for one in changed]
    tell(tx, me, document_id, "redrafted", f"Sửa {'; '.join(parts)}.", changed=changed)
    return store.get(tx, document_id)


def add_version(
    tx: Tx, actor: Actor | int, document_id: int, packed: Packed, note: str = "", drop: Collection[str] = ()
) -> Flow:
    """A new version of the files: a new Word file takes the place of the old one, annexes are added, `drop` (sha256)
    leaves some out. Versions before it stay as they are.

    After the content was approved a change goes back: the drafter's to the head of the unit, a head's or the Office's
    to the format check; the signatory sees it again (Decree 30/2020, Article 11.2). Raises Refused, Invalid.
    """
    content_id = contents.add(tx, packed.letter.content) if packed.files else 0
    return store_files(tx, actor, document_id, content_id, packed.files, note, drop, mark=packed.mark)


def store_files(
    tx: Tx,
    actor: Actor | int,
    document_id: int,
    content_id: int,
    files: Sequence[PackedFile],
    note: str = "",
    drop: Collection[str] = (),
    *,
    mark: str = "",
) -> Flow:
    """The same with files of a letter that is in the store already; `mark`: the mark of secrecy found in them."""
    flow = outgoing.get(tx, document_id)
    office = flow.state == states.FORMAT and who.may(tx, actor, Act.CHECK_FORMAT, flow)
    me = who.require(tx, actor, Act.CHECK_FORMAT if office else Act.DRAFT, flow)
    if flow.state not in states.UNDER_WAY or flow.recalled_ms is not None:
        raise Refused("Văn bản đã có số; không thay tệp được nữa. Sai thì hủy số, hoặc đính chính sau khi phát hành.")
    if not files and not drop:
        raise Invalid("Chưa chọn tệp nào.")
    changed = _store_version(tx, me, flow, content_id, files, drop, note)
    _screened(tx, me, document_id, mark)
    return _fall_back(tx, me, changed, head=who.may(tx, me, Act.APPROVE_CONTENT, flow), office=office)


def _store_version(
    tx: Tx, me: Actor, flow: Flow, content_id: int, given: Sequence[PackedFile], drop: Collection[str], note: str
) -> Flow:
    new = [
        OutFile(0, 0, content_id, one.path, one.name, one.content_type, one.size, one.sha256, one.role, one.encoding)
        for one in given
    ]
    replaced = {one.role for one in new if one.role in (ORIGINAL, SIGNED)}
    old = outgoing.files_of(tx, flow.document_id, flow.version)
    kept = [one for one in old if one.role not in replaced and one.sha256 not in drop and one.role != SIGNED]
    known = {one.sha256 for one in new}
    files = [*(one for one in new if one.role == ORIGINAL), *(one for one in kept if one.sha256 not in known)]
    files += [one for one in new if one.role != ORIGINAL]
    version = flow.version + 1
    outgoing.add_version(tx, flow.document_id, version, me.account_id or 0, note.strip()[:500])
    outgoing.add_files(
        tx, flow.document_id, [replace(one, version=version, position=n) for n, one in enumerate(files, 1)]
    )
    outgoing.change(tx, flow.document_id, {"version": version})
    names = ", ".join(one.name for one in new) or "bỏ bớt tệp"
    tell(tx, me, flow.document_id, "version", f"Phiên bản {version}: {names}.", version=version)
    return replace(flow, version=version)


def _fall_back(tx: Tx, me: Actor, flow: Flow, *, head: bool, office: bool) -> Flow:
    """Where a changed draft goes on from."""
    if flow.state in (states.DRAFT, states.UNIT) or (office and flow.state == states.FORMAT):
        return outgoing.get(tx, flow.document_id)
    if head and flow.state in (states.CONTENT, states.OPINIONS):
        return outgoing.get(tx, flow.document_id)
    state = states.FORMAT if head else states.UNIT
    outgoing.change(tx, flow.document_id, {"state": state})
    again = "kiểm tra lại thể thức và trình người ký lại" if head else "trình lại lãnh đạo đơn vị và người ký"
    tell(tx, me, flow.document_id, "changed", f"Dự thảo đã sửa sau khi duyệt: phải {again}.", was=flow.state)
    return outgoing.get(tx, flow.document_id)


def attach_signed(tx: Tx, actor: Actor | int, document_id: int, packed: Packed) -> None:
    """Put the signed scan (PDF) beside the Word file (R3); a newer one is added, the older stays. Raises Refused."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.ISSUE, flow)
    states.require(flow, "attach_signed")
    if flow.state == states.ISSUED:
        raise Refused("Văn bản đã phát hành; bản ký không thay được nữa. Sai thì đính chính hoặc thu hồi.")
    content_id = contents.add(tx, packed.letter.content)
    last = max((one.position for one in outgoing.files_of(tx, document_id, flow.version)), default=0)
    files = [
        OutFile(
            *(flow.version, last + n, content_id, one.path, one.name, one.content_type, one.size, one.sha256),
            *(SIGNED, ""),
        )
        for n, one in enumerate(packed.files, 1)
    ]
    outgoing.add_files(tx, document_id, files)
    names = ", ".join(one.name for one in files)
    tell(tx, me, document_id, "signed_scan", f"Đưa bản ký/scan: {names}.")


def drop(tx: Tx, actor: Actor | int, document_id: int, reason: str) -> None:
    """Give a draft up; it stays to be seen. Raises Refused, Invalid without a reason."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.DRAFT, flow)
    if flow.state not in states.UNDER_WAY:
        raise Refused("Văn bản đã có số thì không bỏ được; hãy hủy số hoặc thu hồi.")
    if not reason.strip():
        raise Invalid("Phải ghi lý do bỏ dự thảo.")
    outgoing.change(tx, document_id, {"state": states.DROPPED})
    tell(tx, me, document_id, "dropped", f"Bỏ dự thảo. Lý do: {reason.strip()}", was=flow.state)


# ---- what is there ------------------------------------------------------------------------------------------
def fields_of(tx: Tx, document_id: int) -> DraftFields:
    """The sheet as it stands."""
    document, flow = store.get(tx, document_id), outgoing.get(tx, document_id)
    answered = [store.get(tx, one.to_id) for one in relations.from_document(tx, document_id, relations.ANSWERS)]
    return DraftFields(
        type_name=document.type_name,
        subject=document.subject,
        urgency=document.urgency,
        unit_code=flow.unit_code,
        signer=str(flow.signer_id or ""),
        sign_form=flow.sign_form,
        recipients=document.recipients,
        deadline=document.deadline or "",
        language=flow.language,
        file_code=flow.file_code,
        pages=str(flow.pages or ""),
        copies=str(flow.copies or ""),
        keeper=flow.keeper,
        note=document.note,
        answers=", ".join(f"{one.arrival_number}/{one.year}" for one in answered),
        advice_due=flow.advice_due or "",
    )


def current_files(tx: Tx, flow: Flow) -> list[OutFile]:
    """The files of the newest version; of several signed scans the newest."""
    found = outgoing.files_of(tx, flow.document_id, flow.version)
    scans = [one for one in found if one.role == SIGNED]
    return [one for one in found if one.role != SIGNED] + scans[-1:]


def word_files(files: Sequence[OutFile]) -> list[OutFile]:
    """The originals of a word processor; that they are such was seen when they came."""
    return [one for one in files if one.role == ORIGINAL and extension(one.name) in WORD_HEADS]


def get_document(tx: Tx, org_code: str, year: int, number: int) -> Document:
    """The outgoing document with that working number. Raises NotFound."""
    found = store.by_number(tx, org_code, OUT, year, number)
    if found is None:
        raise NotFound("Không có văn bản đi %(number)s/%(year)s.", number=number, year=year)
    return found


def _columns(tx: Tx, ready: DraftFields) -> dict[str, Any]:
    kind = type_named(ready.type_name)
    signer = signer_line(tx, int(ready.signer), ready.sign_form)
    words = (ready.type_name, ready.subject, signer, ready.recipients, ready.note)
    return {
        "type_name": kind.name,
        "type_abbr": kind.abbreviation,
        "subject": ready.subject,
        "signer": signer,
        "urgency": ready.urgency,
        "deadline": ready.deadline or None,
        "recipients": ready.recipients,
        "note": ready.note,
        "folded": fold(" ".join(words)),
    }


def _flow_columns(ready: DraftFields) -> dict[str, Any]:
    return {
        **{name: getattr(ready, name) for name in _FLOW_FIELDS},
        "signer_id": int(ready.signer),
        "pages": int(ready.pages or 0),
        "copies": int(ready.copies or 0),
        "advisory": int(bool(ready.advice_due)),
        "advice_due": ready.advice_due or None,
    }


def _link_answers(tx: Tx, me: Actor, document_id: int, org_code: str, ready: DraftFields) -> None:
    """Which incoming documents it answers (Regulation, Article 9); that they are there has been checked."""
    found = [store.by_number(tx, org_code, "in", year, number) for number, year in ready.answered]
    relations.drop_answers(tx, document_id)
    for incoming in found:
        if incoming is not None:
            relations.add(tx, document_id, incoming.id, relations.ANSWERS, me.account_id)


def _shown(ready: DraftFields) -> dict[str, str]:
    return {name: value for name in NAMES_SHOWN if (value := getattr(ready, name))}
