"""Numbers of outgoing documents: asked for by the unit, given by the clerks, cancelled with a reason, never twice.

The number is taken in the transaction that writes the register's line: it neither doubles nor leaves a gap (Decree
30/2020, Article 15; handbook §1.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import AlreadyThere, Invalid, Phrase, Refused
from mailsvc.documents import clerks, numbering
from mailsvc.documents.extraction.catalogue import type_named
from mailsvc.documents.fields import InvalidFields, Problem
from mailsvc.documents.outgoing import deciding, draft, gate, states, who
from mailsvc.documents.outgoing.series import Series, notation_of, series_of
from mailsvc.documents.outgoing.telling import tell
from mailsvc.documents.rights import Act, as_actor
from mailsvc.store import accounts, contents, issued, mailboxes, outgoing, placements, units
from mailsvc.store import documents as store
from mailsvc.store.documents import Document
from mailsvc.store.issued import CANCELLED, Issued
from mailsvc.store.outgoing import Flow
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit
from mailsvc.vietnamese.fold import fold

_LETTERS = "abcdđeghiklmnopqrstuvxy"  # the order of the Vietnamese alphabet


# ---- asking -------------------------------------------------------------------------------------------------
def request_number(tx: Tx, actor: Actor | int, document_id: int) -> Flow:
    """Trình lấy số: the gate is looked at, the document joins the clerks' queue and the letter with the Word file lies
    in the clerks' mailbox, all in one transaction (Regulation, Article 8.2; R24). Raises GateClosed, Refused."""
    flow = outgoing.get(tx, document_id)
    me = who.require(tx, actor, Act.SEND_DRAFT, flow)
    states.require(flow, "request_number")
    gate.require_open(tx, document_id)
    to_clerks(tx, flow.org_code, [one.content_id for one in draft.current_files(tx, flow)])
    return deciding.move(tx, me, flow, states.WAITING, "number_requested", "Trình lấy số; tệp Word đã gửi văn thư.")


def to_clerks(tx: Tx, org_code: str, content_ids: Sequence[int]) -> None:
    """Put letters that carry drafts into the clerks' mailbox; they open no intake entry."""
    owners = _clerks_accounts(tx, org_code)
    boxes = [box for owner in owners for box in mailboxes.of_account(tx, owner)]
    inboxes = [box.id for box in boxes if box.name == mailboxes.INBOX]
    for content_id in dict.fromkeys(content_ids):
        there = {one[0] for one in placements.of_content(tx, content_id, owners)}
        missing = [one for one in inboxes if one not in there]
        size = contents.get(tx, content_id).size
        placements.add_everywhere(tx, missing, NewPlacement(content_id, size, tx.now_ms, keywords="$TrinhLaySo"))


def _clerks_accounts(tx: Tx, org_code: str) -> list[int]:
    """The clerks' shared mailbox of the organisation; without one, that of the organisation's unit."""
    shared = [one for kind in ("role", "unit") for one in accounts.listing(tx, kind) if one.unit_code == org_code]
    return [one.id for one in shared[:1]]


# ---- giving -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Offer:
    """What would be given now: the series and the code, what stands in the way, what is only to be noted."""

    series: Series
    code: str
    day: date
    checks: tuple[gate.Check, ...]
    problems: tuple[Problem, ...]


def offer(tx: Tx, document_id: int, day: date | None = None) -> Offer:
    """The number the document would get; another clerk may be faster."""
    flow, document = outgoing.get(tx, document_id), store.get(tx, document_id)
    on = day or office_date(tx.now_ms)
    series = series_of(flow.org_code, type_named(document.type_name), on)
    number = store.last_number(tx, flow.org_code, series.key, on.year) + 1
    code = f"{series.written(number)}/{_notation(tx, flow, document)}"
    return Offer(series, code, on, gate.checks(tx, document_id), check_day(tx, flow, series, on))


def check_day(tx: Tx, flow: Flow, series: Series, day: date) -> tuple[Problem, ...]:
    """What is to be said about the date of the document; severe ones stop the number."""
    today = office_date(tx.now_ms)
    found = []
    if day > today:
        found.append(Problem("day", Phrase("Ngày văn bản ở tương lai."), True))
    if day.year < today.year:
        text = Phrase("Số lấy năm nay mang ngày năm nay; văn bản ký cuối năm trước lấy số và ngày của tháng 01.")
        found.append(Problem("day", text, True))
    latest = issued.last_day(tx, flow.org_code, series.key, day.year)
    if latest > day.isoformat():
        text = Phrase(
            "Dãy “%(series)s” đã có văn bản ngày %(day)s; ngày không được lùi (Nghị định 30/2020, Điều 15).",
            series=series.name,
            day=_shown(latest),
        )
        found.append(Problem("day", text, True))
    signed = office_date(flow.signed_ms) if flow.signed_ms is not None else today
    if day < signed:
        text = Phrase("Ngày văn bản trước ngày ký (%(day)s).", day=f"{signed:%d/%m/%Y}")
        found.append(Problem("day", text, True))
    elif signed < day:
        days = {"signed": f"{signed:%d/%m/%Y}", "day": f"{day:%d/%m/%Y}"}
        text = Phrase("Ký ngày %(signed)s nhưng văn bản mang ngày %(day)s.", **days)
        found.append(Problem("day", text, False))
    if day < today and latest != today.isoformat() and day >= signed:
        text = Phrase("Ngày văn bản trước hôm nay; lấy số chậm nhất ngày làm việc sau ngày ký.")
        found.append(Problem("day", text, False))
    return tuple(found)


def give_number(tx: Tx, actor: Actor | int, document_id: int, day: date | None = None) -> Issued:
    """Cấp số: the next number of the series of the year. A document that has its number gives that one.

    Raises Refused, GateClosed, InvalidFields for a date that goes back.
    """
    flow, document = outgoing.get(tx, document_id), store.get(tx, document_id)
    me = who.require(tx, actor, Act.TAKE_NUMBER, flow)
    if flow.state == states.NUMBERED and flow.number_id is not None:
        raise AlreadyThere("Văn bản đã có số %(code)s.", code=document.code)
    states.require(flow, "give_number")
    gate.require_open(tx, document_id)
    on = day or office_date(tx.now_ms)
    series = series_of(flow.org_code, type_named(document.type_name), on)
    _require_day(check_day(tx, flow, series, on))
    number = store.next_number(tx, flow.org_code, series.key, on.year)
    return _write(tx, me, flow, document, series, number, "", on)


def insert_number(tx: Tx, actor: Actor | int, document_id: int, after: int, day: date, reason: str) -> Issued:
    """Số chen: a number with a letter behind an earlier one (`123a`), by the head of the Office with a reason.

    The date lies between its neighbours'. Raises Refused, GateClosed, Invalid, InvalidFields.
    """
    flow, document = outgoing.get(tx, document_id), store.get(tx, document_id)
    me = as_actor(actor)
    if not who.is_office_head(tx, me, flow.org_code):
        raise Refused("Số chen phải do Chánh Văn phòng (thủ trưởng đơn vị) quyết định; văn thư không tự lấy.")
    states.require(flow, "give_number")
    gate.require_open(tx, document_id)
    if not reason.strip():
        raise Invalid("Phải ghi lý do lấy số chen.")
    series = series_of(flow.org_code, type_named(document.type_name), day)
    given = issued.of_series(tx, flow.org_code, series.key, day.year)
    same = [one for one in given if one.number == after]
    if not same:
        raise Invalid(
            "Trong dãy “%(series)s” năm %(year)s không có số %(written)s.",
            series=series.name,
            year=day.year,
            written=series.written(after),
        )
    before, later = same[-1], [one for one in given if one.number > after]
    if day.isoformat() < before.day or (later and day.isoformat() > later[0].day):
        first = _shown(before.day)
        text = Phrase("Ngày của số chen phải từ %(first)s.", first=first)
        if later:
            text = Phrase("Ngày của số chen phải từ %(first)s đến %(last)s.", first=first, last=_shown(later[0].day))
        raise InvalidFields((Problem("day", text, True),))
    used = {one.suffix for one in same}
    suffix = next((letter for letter in _LETTERS if letter not in used), None)
    if suffix is None:
        raise Invalid("Sau số này không còn chữ cái nào để chen.")
    return _write(tx, me, flow, document, series, after, suffix, day, reason.strip())


def _write(
    tx: Tx,
    me: Actor,
    flow: Flow,
    document: Document,
    series: Series,
    number: int,
    suffix: str,
    day: date,
    reason: str = "",
) -> Issued:
    notation = _notation(tx, flow, document)
    written = series.written(number, suffix)
    code = f"{written}/{notation}"
    if issued.with_code(tx, flow.org_code, day.year, code):
        raise Refused(
            "Số, ký hiệu %(code)s đã có trong sổ năm %(year)s; xem lại chữ viết tắt và dãy số.",
            code=code,
            year=day.year,
        )
    line = {"series": series.key, "year": day.year, "number": number, "suffix": suffix, "day": day.isoformat()}
    line |= {"code": code, "notation": notation, "given_by": me.account_id, "reason": reason}
    number_id = issued.add(tx, line | _columns(flow, document, code))
    values = {"number": written, "notation": notation, "code": code, "issue_date": day.isoformat()}
    store.change(tx, document.id, {**values, "version": document.version + 1})
    outgoing.change(tx, document.id, {"number_id": number_id, "numbered_ms": tx.now_ms, "state": states.NUMBERED})
    between = f" (số chen, lý do: {reason})" if reason else ""
    said = f"Cấp số {code}, ngày {day:%d/%m/%Y}{between}."
    tell(tx, me, document.id, "numbered", said, series=series.key, year=day.year, number=number, suffix=suffix)
    return issued.get(tx, number_id)


def _columns(flow: Flow, document: Document, code: str) -> dict[str, Any]:
    """What the line says of the document; it stays when the number is cancelled."""
    words = (code, document.type_name, document.subject, document.signer, document.recipients, document.note)
    return {
        "org_code": flow.org_code,
        "document_id": document.id,
        "type_name": document.type_name,
        "subject": document.subject,
        "signer": document.signer,
        "recipients": document.recipients,
        "keeper": flow.keeper,
        "copies": flow.copies,
        "note": document.note,
        "folded": fold(" ".join(words)),
    }


def _require_day(problems: Sequence[Problem]) -> None:
    severe = tuple(one for one in problems if one.severe)
    if severe:
        raise InvalidFields(severe)


def _notation(tx: Tx, flow: Flow, document: Document) -> str:
    organisation = units.find(tx, flow.org_code) or Unit(flow.org_code, flow.org_code, "", "", "", "", "", None, "")
    unit = units.find(tx, flow.unit_code) or units.latest(tx, flow.unit_code)  # its last notation, if it is no more
    return notation_of(type_named(document.type_name), organisation, unit)


# ---- cancelling ---------------------------------------------------------------------------------------------
def cancel_number(tx: Tx, actor: Actor | int, document_id: int, reason: str) -> Issued:
    """Hủy số: the line stays in the register with the reason, the number is not used again, the document waits for
    another one. Raises Refused (also for an issued document), Invalid without a reason."""
    flow, document = outgoing.get(tx, document_id), store.get(tx, document_id)
    me = who.require(tx, actor, Act.CANCEL_NUMBER, flow)
    if flow.state == states.ISSUED:
        raise Refused("Văn bản đã phát hành thì không hủy số; hãy đính chính, thay thế hoặc thu hồi.")
    if flow.state != states.NUMBERED or flow.number_id is None:
        raise Refused("Văn bản chưa có số để hủy.")
    if not reason.strip():
        raise Invalid("Phải ghi lý do hủy số.")
    number = issued.get(tx, flow.number_id)
    issued.change(tx, number.id, {"state": CANCELLED, "reason": reason.strip()})
    store.change(
        tx, document_id, {"number": "", "notation": "", "code": "", "issue_date": None, "version": document.version + 1}
    )
    outgoing.change(tx, document_id, {"number_id": None, "numbered_ms": None, "state": states.WAITING})
    tell(tx, me, document_id, "number_cancelled", f"Hủy số {number.code}. Lý do: {reason.strip()}", number=number.code)
    return issued.get(tx, number.id)


def begin_after(tx: Tx, actor_id: int, org_code: str, type_name: str, year: int, last_on_paper: int) -> Series:
    """Let the series of a type go on after the last number of the paper book. Raises Refused, Invalid."""
    clerks.require_clerk(tx, actor_id, org_code)
    series = series_of(org_code, type_named(type_name), date(year, 12, 31))
    if issued.of_series(tx, org_code, series.key, year):
        raise Invalid(
            "Dãy “%(series)s” năm %(year)s đã có số; không đổi số bắt đầu được nữa.", series=series.name, year=year
        )
    numbering.begin_series(tx, actor_id, org_code, series.key, year, last_on_paper)
    return series


def _shown(day: str) -> str:
    return "/".join(reversed(day.split("-")))
