"""Paper that a clerk scanned and uploads: checked against the rule, kept whatever it is, waiting for the register like
every other letter (Decree 30/2020, Article 22: PDF 1.4 or later, colour, 200 dpi; regulation, Article 8)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid
from mailsvc.documents import clerks, intake
from mailsvc.documents.case import Case
from mailsvc.documents.routing.rules import FILE, rules
from mailsvc.documents.uploads import Packed
from mailsvc.mail.mailboxes import INTAKE_FOLDER, set_up_intake
from mailsvc.store import contents, mailboxes, placements
from mailsvc.store import intake as store
from mailsvc.store.flags import SEEN
from mailsvc.store.intake import Entry
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Checked:
    """The file and what is to be said about it; an empty list: as the rule wants it."""

    name: str
    remarks: tuple[str, ...]


def check(name: str, measured: Mapping[str, Any]) -> Checked:
    """Compare what `extraction.scan_quality.measure` found with the rule. Remarks never refuse a file."""
    rule = rules().scan
    kind, found = measured.get("kind", ""), []
    if not kind:
        return Checked(name, ("không đọc được; tệp vẫn được giữ, hãy tự ghi các ô khi vào sổ",))
    if kind == "picture":
        found.append("là ảnh rời; nên quét thành một tệp PDF")
    if kind == "pdf" and 0 < measured["version"] < rule.pdf_version:
        found.append(f"PDF {measured['version'] / 10:.1f}; quy định từ {rule.pdf_version / 10:.1f}")
    if measured["scanned"] and 0 < measured["dpi"] < rule.dpi:
        found.append(f"{measured['dpi']} dpi; quy định ít nhất {rule.dpi} dpi")
    if measured["scanned"] and measured["grey"] and rule.colour:
        found.append("quét đen trắng hoặc xám; quy định quét màu")
    return Checked(name, tuple(found))


def sentences(checked: Sequence[Checked]) -> list[str]:
    """`cv.pdf: 150 dpi; quy định ít nhất 200 dpi (căn cứ …)` for each file with a remark."""
    why = f"Căn cứ: {rules().scan.rule}; thiết lập scan trong {FILE}."
    return [f"{one.name}: {', '.join(one.remarks)}. {why}" for one in checked if one.remarks]


def take_in(tx: Tx, actor: Actor, packed: Packed, case: Case, checked: Sequence[Checked]) -> Entry:
    """Put the upload where the clerk's letters wait for the register; its entry. Raises Refused, Invalid."""
    org_code = clerks.organisation_of(tx, actor.account_id or 0)
    clerks.require_clerk(tx, actor, org_code)
    account_id = actor.account_id or 0
    set_up_intake(tx, account_id)
    box = mailboxes.by_name(tx, account_id, INTAKE_FOLDER)
    content_id = contents.add(tx, packed.letter.content)
    new = NewPlacement(content_id, packed.letter.content.size, tx.now_ms, SEEN)
    uid = placements.add_everywhere(tx, [box.id], new)[box.id]
    arrival = intake.Arrival(content_id, box.id, uid, tx.now_ms, "", account_id, True, channel=intake.SCAN)
    insisted = case if case.held else replace(case, opens=True, files=case.files or case.enclosed)
    entry_id = intake.arrived(tx, arrival, packed.letter.scan, packed.letter.data, insisted)
    if entry_id is None:
        raise Invalid("Chưa nhận được tệp; xin gửi lại.")
    store.change(tx, entry_id, {"proposal": json.dumps({"scan": sentences(checked)}, ensure_ascii=False)})
    return store.get(tx, entry_id)
