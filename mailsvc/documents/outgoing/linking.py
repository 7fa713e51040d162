"""After issue: recall, correction, replacement, amendment, repeal, as relations between documents with their
consequences (Decree 30/2020, Article 18.3 and 18.4, Appendix VI; handbook §1.4). Nothing is ever removed."""

from __future__ import annotations

from collections.abc import Sequence

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents.outgoing import receipts as receipts_work
from mailsvc.documents.outgoing import states, who
from mailsvc.documents.outgoing.telling import tell
from mailsvc.documents.outgoing.words import words
from mailsvc.documents.rights import HOUSE, Act
from mailsvc.documents.routing import lines
from mailsvc.store import documents as store
from mailsvc.store import intake, issued, outgoing, queue, receipts, relations, routing
from mailsvc.store.documents import Document
from mailsvc.store.outgoing import Flow
from mailsvc.store.tx import Tx

KINDS = (relations.CORRECTS, relations.REPLACES, relations.AMENDS, relations.REPEALS, relations.RECALLS)
_DONE_TO = {
    relations.CORRECTS: "Đính chính bởi",
    relations.REPLACES: "Thay thế bởi",
    relations.AMENDS: "Sửa đổi, bổ sung bởi",
    relations.REPEALS: "Bãi bỏ bởi",
    relations.RECALLS: "Thu hồi bởi",
}


def link(tx: Tx, actor: Actor | int, document_id: int, kind: str, code: str, year: int) -> Document:
    """Say what a draft does to an issued document of the same organisation; it takes effect when the draft is issued.

    Raises Refused, Invalid.
    """
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.DRAFT, flow)
    if flow.state not in states.UNDER_WAY:
        raise Refused("Quan hệ với văn bản khác phải ghi trước khi cấp số.")
    if kind not in KINDS:
        raise Invalid("Chưa chọn quan hệ giữa hai văn bản.")
    target = _target(tx, flow, code, year)
    if not relations.add(tx, document_id, target.id, kind, me.account_id):
        raise Invalid("Đã ghi quan hệ này với %(code)s.", code=target.code)
    said = f"{words().relations[kind]} văn bản {receipts_work.latest(target)}."
    tell(tx, me, document_id, "linked", said, relation=kind, to=target.id)
    return target


def _target(tx: Tx, flow: Flow, code: str, year: int) -> Document:
    found = [one for one in issued.with_code(tx, flow.org_code, year, code.strip()) if one.state == issued.GIVEN]
    if not found or found[0].document_id is None:
        raise Invalid(
            "Trong sổ văn bản đi năm %(year)s không có %(code)s.", year=year, code=code.strip() or "văn bản này"
        )
    target = store.get(tx, found[0].document_id)
    if outgoing.get(tx, target.id).state != states.ISSUED:
        raise Invalid("Văn bản %(code)s chưa phát hành; sửa dự thảo hoặc hủy số là đủ.", code=target.code)
    return target


def take_effect(tx: Tx, me: Actor, domains: Sequence[str], document_id: int) -> None:
    """What the relations of a document cause once it is issued."""
    document = store.get(tx, document_id)
    for one in relations.of(tx, document_id):
        if one.from_id != document_id or one.kind not in KINDS:
            continue
        target = outgoing.get(tx, one.to_id)
        said = f"{_DONE_TO[one.kind]} {receipts_work.latest(document)}."
        if one.kind == relations.RECALLS and target.recalled_ms is None:
            _recall(tx, me, domains, target, said)
            continue
        _note_in_register(tx, target, said)
        tell(tx, me, one.to_id, one.kind, said, by=document_id)


def forgotten(tx: Tx, document_id: int, addresses: Sequence[str]) -> list[str]:
    """Receivers of the documents it changes that are not among its own: to be shown before it is issued."""
    chosen = {one.lower() for one in addresses}
    found: dict[str, str] = {}
    for one in relations.of(tx, document_id):
        if one.from_id == document_id and one.kind in KINDS:
            for receipt in receipts.of_document(tx, one.to_id):
                if receipt.address and receipt.address.lower() not in chosen:
                    found[receipt.address] = receipt.name
    return list(found.values())


def recall(tx: Tx, actor: Actor | int, domains: Sequence[str], document_id: int, reason: str) -> Flow:
    """Thu hồi: the document and its metadata are frozen, what was not sent yet is held back, receivers are told and
    cancel the incoming document. Raises Refused, Invalid without a reason."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.RECALL_ISSUED, flow)
    states.require(flow, "recall")
    if not reason.strip():
        raise Invalid("Phải ghi lý do thu hồi.")
    _recall(tx, me, domains, flow, f"Thu hồi. Lý do: {reason.strip()}")
    return outgoing.get(tx, document_id)


def _recall(tx: Tx, me: Actor, domains: Sequence[str], flow: Flow, said: str) -> None:
    document = store.get(tx, flow.document_id)
    receipts_work.refresh(tx, flow.document_id)
    outgoing.change(tx, flow.document_id, {"recalled_ms": tx.now_ms})
    _note_in_register(tx, flow, said)
    held = _hold_back(tx, flow)
    told = [
        one.address
        for one in receipts.of_document(tx, flow.document_id)
        if one.address and one.address not in held and one.failed_ms is None
    ]
    if told:
        subject = f"Thu hồi: {document.code}: {document.subject}"
        text = (
            f"Văn bản {receipts_work.latest(document)} được thu hồi.\n{said}\n\n"
            "Đề nghị không thực hiện; hủy văn bản đến trên hệ thống, gửi trả bản giấy nếu có.\n"
        )
        receipts_work.follow_up(tx, me, domains, flow, told, subject, text)
    _cancel_incoming(tx, flow, document, said)
    tell(tx, me, flow.document_id, "recalled", said, told=len(told), held_back=sorted(held))


def _hold_back(tx: Tx, flow: Flow) -> set[str]:
    """Rows of the queue that nobody has sent yet; their addresses."""
    waiting = [one for one in queue.of_content(tx, flow.content_id or 0) if one.state == queue.WAITING]
    queue.cancel(tx, [one.id for one in waiting], "Thu hồi trước khi gửi")
    gone = [one for one in queue.of_content(tx, flow.content_id or 0) if one.id in {row.id for row in waiting}]
    receipts_work.refresh(tx, flow.document_id)
    return {one.recipient for one in gone if one.state == queue.FAILED}


def _cancel_incoming(tx: Tx, flow: Flow, document: Document, said: str) -> None:
    """At receivers with registers here: what waits is dismissed, what was registered cancelled; both stay."""
    why = f"Nơi gửi thu hồi {receipts_work.latest(document)}. {said}"
    for receipt in receipts.of_document(tx, flow.document_id):
        if receipt.kind != receipts.UNIT or flow.content_id is None:
            continue
        for entry in intake.of_content(tx, receipt.code, flow.content_id):
            if entry.status in (intake.WAITING, intake.HELD):
                intake.change(tx, entry.id, {"status": intake.DISMISSED, "reason": why[:1000]})
                tx.wake("intake")
    for document_id, _, _ in receipts.registered_at(tx, flow.content_id or 0).values():
        _cancel_document(tx, document_id, why)


def _cancel_document(tx: Tx, document_id: int, why: str) -> None:
    if not routing.flows_of(tx, [document_id]):
        return
    for line in routing.lines_of(tx, document_id):
        if line.state in lines.OPEN:
            lines.end(tx, line, "withdrawn", why[:500])
    routing.change_flow(tx, document_id, {"state": "cancelled", "closed_ms": tx.now_ms, "closed_why": why[:500]})
    tell(tx, HOUSE, document_id, "cancelled_by_sender", why)


def _note_in_register(tx: Tx, flow: Flow, said: str) -> None:
    if flow.number_id is None:
        return
    line = issued.get(tx, flow.number_id)
    issued.change(tx, line.id, {"note": f"{line.note} {said}".strip()[:1000]})
