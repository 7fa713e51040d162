"""Copies: sao y, trích sao, sao lục, numbered in one series of their own (Decree 30/2020, Articles 25 to 27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, Phrase, Refused
from mailsvc.documents import rights
from mailsvc.documents.fields import InvalidFields, Problem
from mailsvc.documents.outgoing import who
from mailsvc.documents.outgoing.fields import signer_line
from mailsvc.documents.outgoing.packing import Packed
from mailsvc.documents.outgoing.series import copy_series
from mailsvc.documents.outgoing.telling import tell
from mailsvc.documents.outgoing.words import words
from mailsvc.documents.rights import Act, Subject
from mailsvc.store import contents, copies, issued, outgoing, units
from mailsvc.store import documents as store
from mailsvc.store.copies import Copy
from mailsvc.store.documents import Document
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import fold

FULL, PART, OF_COPY = "SY", "TrS", "SL"


@dataclass(frozen=True, slots=True)
class CopyOrder:
    """What is to be copied how. `excerpt` says which part (trích sao); `of_copy` is the id of the sao y that a sao lục
    is made of; `signer` an account id, `sign_form` KT., TL. …"""

    form: str
    signer: int
    sign_form: str = ""
    recipients: str = ""
    amount: int = 1
    purpose: str = ""
    excerpt: str = ""
    of_copy: int | None = None
    day: date | None = None


def make(tx: Tx, actor: Actor | int, document_id: int, order: CopyOrder, packed: Packed | None = None) -> Copy:
    """Number and note a copy of a document in the register, with its file when there is one.

    Raises Refused; Invalid for an order that does not hold; InvalidFields for a date that goes back.
    """
    document = store.get(tx, document_id)
    me = rights.require(tx, rights.as_actor(actor), Act.COPY, Subject(document.org_code))
    _check(tx, document, order)
    today = office_date(tx.now_ms)
    day = order.day or today
    series = copy_series(document.org_code, day)
    latest = issued.last_day(tx, document.org_code, series.key, day.year)
    if day > today or day.year < today.year or latest > day.isoformat():
        text = Phrase("Ngày sao không ở tương lai, không thuộc năm trước và không lùi trước bản sao gần nhất.")
        raise InvalidFields((Problem("day", text, True),))
    number_id = _number(tx, me, document, order, day)
    file = packed.files[0] if packed is not None and packed.files else None
    content_id = contents.add(tx, packed.letter.content) if packed is not None and file is not None else None
    values = {
        "org_code": document.org_code,
        "document_id": document_id,
        "form": order.form,
        "of_copy_id": order.of_copy,
        "number_id": number_id,
        "excerpt": order.excerpt.strip(),
        "signer": signer_line(tx, order.signer, order.sign_form),
        "purpose": order.purpose.strip(),
        "made_by": me.account_id,
        "content_id": content_id,
        **({"path": file.path, "name": file.name, "size": file.size, "sha256": file.sha256} if file else {}),
    }
    copy = copies.get(tx, copies.add(tx, values))
    code = issued.get(tx, number_id).code
    tell(tx, me, document_id, "copied", f"{words().copies[order.form]} {order.amount} bản, số {code}.", code=code)
    return copy


def _check(tx: Tx, document: Document, order: CopyOrder) -> None:
    if order.form not in words().copies:
        raise Invalid("Chưa chọn hình thức sao.")
    if document.direction == "out":
        flow = outgoing.get(tx, document.id)
        if flow.issued_ms is None or flow.recalled_ms is not None:
            raise Refused("Chỉ sao văn bản đã phát hành và chưa thu hồi.")
    if order.form == PART and not order.excerpt.strip():
        raise Invalid("Trích sao thì phải ghi phần nào của văn bản.")
    if order.form == OF_COPY:
        source = copies.find(tx, order.of_copy or 0)
        if source is None or source.document_id != document.id or source.form != FULL:
            raise Invalid("Sao lục chỉ làm từ một bản sao y của văn bản này (Nghị định 30/2020, Điều 3).")
    if not 0 < order.amount <= 9999:
        raise Invalid("Số lượng bản sao phải từ 1 đến 9999.")
    if not any(one.id == order.signer for one in who.signers(tx, document.org_code)):
        raise Invalid("Người này không có thẩm quyền ký bản sao của cơ quan.")


def _number(tx: Tx, me: Actor, document: Document, order: CopyOrder, day: date) -> int:
    series = copy_series(document.org_code, day)
    organisation = units.find(tx, document.org_code)
    if organisation is None or not organisation.notation:
        raise Invalid("Cơ quan chưa có chữ viết tắt để ghi ký hiệu bản sao.")
    number = store.next_number(tx, document.org_code, series.key, day.year)
    notation = f"{order.form}-{organisation.notation}"
    code = f"{series.written(number)}/{notation}"
    subject = f"{document.type_name} {document.code}: {document.subject}".strip()
    signer = signer_line(tx, order.signer, order.sign_form)
    return issued.add(
        tx,
        {
            "org_code": document.org_code,
            "series": series.key,
            "year": day.year,
            "number": number,
            "day": day.isoformat(),
            "code": code,
            "notation": notation,
            "document_id": document.id,
            "type_name": words().copies[order.form],
            "subject": subject,
            "signer": signer,
            "recipients": order.recipients.strip(),
            "copies": order.amount,
            "moved": day.isoformat(),
            "note": order.purpose.strip(),
            "given_by": me.account_id,
            "folded": fold(f"{code} {number} {subject} {signer} {order.recipients}"),
        },
    )
