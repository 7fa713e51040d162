"""Destroying (tiêu hủy) a document's content: one person asks, a second consents (regulation, Article 12.5).

From the request on nobody opens it. After the consent the bytes of its files are gone from everywhere; its number, its
entry in the register, its history and the hashes of its files stay.
"""

from __future__ import annotations

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import history, rights
from mailsvc.documents.rights import Act
from mailsvc.mail import notice
from mailsvc.store import accounts, documents, guarding, outgoing
from mailsvc.store.documents import Document
from mailsvc.store.guarding import Purge
from mailsvc.store.tx import Tx

ASKED, REFUSED, DONE = "asked", "refused", "done"
PAGE = "/tieu-huy"
RULE = "Quy chế Điều 12 khoản 5"


def ask(tx: Tx, who: Actor, document_id: int, reason: str) -> int:
    """Ask for it. Raises NotFound, Refused, Invalid."""
    document = documents.get(tx, document_id)
    actor = rights.require(tx, who, Act.ASK_PURGE, rights.of_document(tx, document))
    if actor.account_id is None:
        raise Refused("Đề nghị tiêu hủy phải có tên người. Căn cứ: %(rule)s.", rule=RULE)
    if not reason.strip():
        raise Invalid("Phải ghi lý do, căn cứ tiêu hủy.")
    known = guarding.purge_of(tx, thing(document))
    if known is not None and known.state == DONE:
        raise Invalid("Nội dung văn bản này đã tiêu hủy.")
    _require_alone(tx, document)
    values = {"thing": thing(document), "org_code": document.org_code, "reason": reason.strip(), "state": ASKED}
    made = guarding.add_purge(tx, values | {"asked_by": actor.account_id, "asked_ms": tx.now_ms})
    words = f"Đề nghị tiêu hủy nội dung; từ lúc này không ai mở được. Lý do: {reason.strip()}"
    history.note(tx, actor, document_id, "purge_asked", words, purge=made)
    return made


def decide(tx: Tx, who: Actor, purge_id: int, consent: bool, answer: str) -> Purge:
    """The second person consents, or refuses with a reason. Raises NotFound, Refused for the one who asked, Invalid."""
    found = guarding.purge(tx, purge_id)
    document = documents.get(tx, int(found.thing.partition("/")[2]))
    actor = rights.require(tx, who, Act.CONSENT_PURGE, rights.of_organisation(found.org_code))
    if found.asked_by in (actor.account_id, actor.on_behalf_of):
        raise Refused("Phải có người thứ hai: người đề nghị không tự đồng ý. Căn cứ: %(rule)s.", rule=RULE)
    if found.state != ASKED:
        raise Invalid("Đề nghị này đã được quyết định.")
    if not consent and not answer.strip():
        raise Invalid("Phải ghi lý do không đồng ý.")
    _require_alone(tx, document)
    decided = {"decided_by": actor.account_id, "decided_ms": tx.now_ms, "answer": answer.strip()}
    guarding.change_purge(tx, purge_id, {"state": DONE if consent else REFUSED, **decided})
    digests = [guarding.destroy_content(tx, one) for one in _contents(tx, document)] if consent else []
    outcome = "Đồng ý tiêu hủy: nội dung tệp không còn" if consent else "Không đồng ý tiêu hủy"
    words = outcome + (f". {answer.strip()}" if answer.strip() else ".")
    history.note(tx, actor, document.id, "purged" if consent else "purge_refused", words, sha256=digests)
    name = accounts.get(tx, actor.account_id or 0).full_name if actor.account_id else "Hệ thống"
    notice.tell(tx, [found.asked_by], f"Đề nghị tiêu hủy số {purge_id}", f"{name}: {words}\n")
    return guarding.purge(tx, purge_id)


def thing(document: Document) -> str:
    return f"document/{document.id}"


def _contents(tx: Tx, document: Document) -> list[int]:
    """The contents that hold the document's files, of all versions."""
    found = {one.content_id for one in documents.files_of(tx, document.id)}
    found |= {one.content_id for one in outgoing.files_of(tx, document.id)}
    return sorted(found | ({document.content_id} if document.content_id is not None else set()))


def _require_alone(tx: Tx, document: Document) -> None:
    """Raises Invalid while another document has its files in the same letter."""
    others = sorted(
        {one for content in _contents(tx, document) for one in guarding.users_of(tx, content)} - {document.id}
    )
    if others:
        names = ", ".join(f"{one.arrival_number}/{one.year}" for one in (documents.get(tx, other) for other in others))
        raise Invalid("Thư chứa văn bản này còn chứa văn bản khác (%(names)s); chưa tiêu hủy riêng được.", names=names)
