"""The receipt table: what became of an issued document at each receiver, learned from what really happened.

Outside: the fate of the queue row. In this office: the letter read (\\Seen), the entry registered, the incoming
document answered. Everywhere: a letter in the same thread is an answer. What was known once stays known.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid
from mailsvc.documents.case import Case
from mailsvc.documents.outgoing import who
from mailsvc.documents.outgoing.receivers import sender_of
from mailsvc.documents.outgoing.telling import tell
from mailsvc.documents.rights import Act
from mailsvc.mail import deliver
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.letter import from_bytes
from mailsvc.message import compose
from mailsvc.message.compose import Person
from mailsvc.store import contents, intake, outgoing, placements, queue
from mailsvc.store import documents as documents_store
from mailsvc.store import receipts as store
from mailsvc.store.documents import Document
from mailsvc.store.flags import SEEN
from mailsvc.store.outgoing import Flow
from mailsvc.store.receipts import Receipt
from mailsvc.store.tx import Tx

WATCHED_MS = 180 * 86_400_000
"""How long after issue it is looked what became of a document."""
_CANCELLED = "Thu hồi trước khi gửi"
NO_CASE = Case()  # a letter that opens no entry


def refresh(tx: Tx, document_id: int) -> int:
    """Write down what is newly known of the receivers; how many rows changed."""
    flow = outgoing.get(tx, document_id)
    if flow.content_id is None:
        return 0
    rows = [one for one in store.of_document(tx, document_id) if one.content_id is not None]
    known = _Known(tx, flow.content_id)
    changed = 0
    for one in rows:
        values = {name: value for name, value in known.of(one).items() if getattr(one, name) in (None, "")}
        if values:
            store.change(tx, one.id, values)
            changed += 1
    if changed:
        tx.wake("outgoing")
    return changed


def refresh_some(tx: Tx, limit: int = 50) -> int:
    """The same for documents that are still watched; how many rows changed."""
    ids = store.open_documents(tx, tx.now_ms - WATCHED_MS, limit)
    return sum(refresh(tx, one) for one in ids)


class _Known:
    """What the store knows about one issued letter."""

    def __init__(self, tx: Tx, content_id: int) -> None:
        self._tx = tx
        self._queued = {one.recipient: one for one in queue.of_content(tx, content_id)}
        self._registered = store.registered_at(tx, content_id)
        self._answers = store.answers_to(tx, [one[0] for one in self._registered.values()])
        self._letters = store.letters_in_thread(tx, content_id)

    def of(self, receipt: Receipt) -> dict[str, Any]:
        found = self._mailbox(receipt) if receipt.account_id is not None else self._outside(receipt)
        return found | self._register(receipt) | self._reply(receipt)

    def _outside(self, receipt: Receipt) -> dict[str, Any]:
        row = self._queued.get(receipt.address)
        if row is None or row.state == queue.WAITING:
            return {}
        if row.state == queue.SENT:
            return {"arrived_ms": row.done_ms}
        return {"failed_ms": row.done_ms, "reply": row.last_reply[:500] or _CANCELLED}

    def _mailbox(self, receipt: Receipt) -> dict[str, Any]:
        there = placements.of_content(self._tx, receipt.content_id or 0, [receipt.account_id or 0])
        return {"opened_ms": self._tx.now_ms} if any(one[2] & SEEN for one in there) else {}

    def _register(self, receipt: Receipt) -> dict[str, Any]:
        if receipt.kind != store.UNIT:
            return {}
        found = self._registered.get(receipt.code)
        if found is None:
            return self._dismissed(receipt)
        document_id, number, at_ms = found
        values: dict[str, Any] = {"registered_ms": at_ms, "registered": number, "opened_ms": at_ms}
        if document_id in self._answers:
            code, answered_ms = self._answers[document_id]
            values |= {"answered_ms": answered_ms, "answer": code}
        return values

    def _dismissed(self, receipt: Receipt) -> dict[str, Any]:
        """The receiver's clerks decided that it does not go into their register."""
        for entry in intake.of_content(self._tx, receipt.code, receipt.content_id or 0):
            if entry.status == intake.DISMISSED:
                return {"opened_ms": self._tx.now_ms, "reply": f"Không vào sổ: {entry.reason}"[:500]}
        return {}

    def _reply(self, receipt: Receipt) -> dict[str, Any]:
        mine = receipt.address.lower()
        found = next((one for one in self._letters if one[0] == mine), None)
        return {} if found is None else {"answered_ms": found[1], "answer": f"Thư: {found[2]}"[:300]}


# ---- reminding ----------------------------------------------------------------------------------------------
def unread(tx: Tx, document_id: int) -> list[Receipt]:
    """Receivers in this office who have not opened it."""
    found = store.of_document(tx, document_id)
    return [one for one in found if one.account_id is not None and one.opened_ms is None and one.failed_ms is None]


def remind(tx: Tx, actor: Actor | int, domains: Sequence[str], document_id: int) -> int:
    """Nhắc: a letter to who has not opened it yet; how many. Raises Refused; Invalid when all have."""
    flow, document = outgoing.get(tx, document_id), documents_store.get(tx, document_id)
    me = who.require(tx, actor, Act.ISSUE, flow)
    refresh(tx, document_id)
    late = unread(tx, document_id)
    if not late:
        raise Invalid("Nơi nhận nào trên hệ thống cũng đã mở văn bản.")
    subject = f"Nhắc: {document.code}: {document.subject}"
    text = f"Văn bản {document.code} gửi đến chưa được mở. Đề nghị mở xem và xử lý.\n"
    follow_up(tx, me, domains, flow, [one.address for one in late], subject, text)
    for one in late:
        store.change(tx, one.id, {"reminders": one.reminders + 1, "reminded_ms": tx.now_ms})
    tell(tx, me, document_id, "reminded", f"Nhắc {len(late)} nơi nhận chưa mở.", to=[one.name for one in late])
    return len(late)


def follow_up(
    tx: Tx, me: Actor, domains: Sequence[str], flow: Flow, receivers: Sequence[str], subject: str, text: str
) -> None:
    """A letter in the thread of the one it was issued with."""
    original = contents.get(tx, flow.content_id or 0).message_id
    sender: Person = sender_of(tx, flow.org_code)
    written = compose.compose(
        compose.Letter(
            sender=sender,
            to=(),
            subject=subject,
            text=text,
            message_id=f"<di-{secrets.token_hex(12)}@{domains[0]}>",
            date_ms=tx.now_ms,
            in_reply_to=original,
            references=(original,),
            headers=(("Auto-Submitted", "auto-generated"),),
        )
    )
    envelope = Envelope(
        id=secrets.token_hex(8),
        door="submission",
        client=Client(),
        sender=sender.address,
        recipients=tuple(Recipient(one) for one in receivers),
        received_ms=tx.now_ms,
        account_id=me.account_id,
    )
    deliver.deliver_letter(tx, list(domains), envelope, from_bytes(written), NO_CASE)


def latest(document: Document) -> str:
    """ "01/QĐ-SGDĐT ngày 24/11/2026" """
    return f"{document.code} ngày {'/'.join(reversed((document.issue_date or '').split('-')))}"
