"""The gate before a number: what must be there before the clerks may give one (Regulation, Articles 8 and 9)."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.core.errors import Phrase, Refused, together
from mailsvc.documents import rules
from mailsvc.documents.outgoing import deciding, draft
from mailsvc.store import documents, outgoing, relations, routing
from mailsvc.store.documents import Document
from mailsvc.store.outgoing import Flow
from mailsvc.store.tx import Tx

CLOSED = ("done", "filed", "cancelled")


@dataclass(frozen=True, slots=True)
class Check:
    """One condition: whether it holds, what it is, and the article that demands it.

    `setting`: the rule of the office (config/office-rules.toml) that says whether it stops or only warns.
    """

    ok: bool
    text: Phrase
    rule: str
    setting: str = ""


class GateClosed(Refused):
    """The number is refused; `checks` are the conditions that do not hold."""

    def __init__(self, checks: tuple[Check, ...]) -> None:
        reasons = [Phrase("%(check)s (%(grounds)s).", check=one.text, grounds=_grounds(one)) for one in checks]
        super().__init__(together([Phrase("Chưa lấy số được."), *reasons]))
        self.checks = checks


def checks(tx: Tx, document_id: int) -> tuple[Check, ...]:
    """All conditions in the order of the regulation, those that hold too."""
    flow = outgoing.get(tx, document_id)
    return (_word(tx, flow), _encoding(tx, flow), _format(tx, flow), _signature(flow), *_answered(tx, flow))


def require_open(tx: Tx, document_id: int) -> None:
    """Raises GateClosed for the conditions that stop by the rules of today."""
    closed = tuple(one for one in checks(tx, document_id) if not one.ok and _stops(tx, one))
    if closed:
        raise GateClosed(closed)


def _stops(tx: Tx, one: Check) -> bool:
    return not one.setting or rules.value(tx, one.setting) == "stop"


def _grounds(one: Check) -> Phrase:
    if not one.setting:
        return Phrase(one.rule)
    return Phrase("%(rule)s; thiết lập %(setting)s", rule=one.rule, setting=one.setting)


def _word(tx: Tx, flow: Flow) -> Check:
    there = bool(draft.word_files(draft.current_files(tx, flow)))
    text = Phrase("Có tệp gốc Word") if there else Phrase("Chưa có tệp gốc Word của bản đã ký")
    return Check(there, text, "Quy chế Điều 8 khoản 2", "gate.word_file")


def _encoding(tx: Tx, flow: Flow) -> Check:
    """The seam of the encoding check: what `packing.legacy_font` found when the file came (R2)."""
    found = next((one for one in draft.current_files(tx, flow) if one.encoding), None)
    if found is None:
        return Check(True, Phrase("Phông chữ Unicode"), "Quy chế Điều 3; TCVN 6909:2001")
    text = Phrase(
        "Tệp “%(file)s” dùng phông %(encoding)s, không phải Unicode", file=found.name, encoding=found.encoding
    )
    return Check(False, text, "Quy chế Điều 3; TCVN 6909:2001")


def _format(tx: Tx, flow: Flow) -> Check:
    approved = deciding.approved(tx, flow, deciding.FORMAT)
    done, open_ = Phrase("Văn phòng đã duyệt thể thức"), Phrase("Văn phòng chưa duyệt thể thức phiên bản này")
    text = done if approved else open_
    return Check(approved, text, "Quy chế Điều 8 khoản 2", "gate.format_approved")


def _signature(flow: Flow) -> Check:
    signed = flow.version > 0 and flow.signed_version == flow.version
    text = Phrase("Đã ký phiên bản này") if signed else Phrase("Bản mới nhất chưa được người có thẩm quyền ký")
    return Check(signed, text, "Nghị định 30/2020, Điều 11, 13")


def _answered(tx: Tx, flow: Flow) -> list[Check]:
    found = []
    for link in relations.from_document(tx, flow.document_id, relations.ANSWERS):
        incoming = documents.get(tx, link.to_id)
        closed = is_closed(tx, incoming)
        number = f"{incoming.arrival_number}/{incoming.year}"
        text = Phrase("Văn bản đến số %(number)s mà văn bản này trả lời chưa kết thúc", number=number)
        if closed:
            text = Phrase("Văn bản đến số %(number)s mà văn bản này trả lời đã kết thúc", number=number)
        found.append(Check(closed, text, "Quy chế Điều 9 khoản 4, Điều 10 khoản 8", "gate.answers_closed"))
    return found


def is_closed(tx: Tx, incoming: Document) -> bool:
    """Whether the work on an incoming document has ended."""
    found = routing.flows_of(tx, [incoming.id]).get(incoming.id)
    return found is not None and found.state in CLOSED
