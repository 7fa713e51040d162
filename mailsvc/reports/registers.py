"""The registers of an organisation, put together for print and export in the columns of the law (handbook §1.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date, office_datetime
from mailsvc.core.errors import NotFound
from mailsvc.documents import rights
from mailsvc.documents.outgoing import register as outgoing_register
from mailsvc.documents.rights import Act, Subject
from mailsvc.documents.routing.rules import rules
from mailsvc.reports.book import BOOKS, COPIES, HANDLING, INCOMING, OUTGOING, POST, Book
from mailsvc.store import accounts, audit, documents, receipts, receivers, routing, units
from mailsvc.store.documents import Document, Filter
from mailsvc.store.issued import CANCELLED, Issued
from mailsvc.store.tx import Tx

MOST = 100_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which register of which year; days are inclusive ISO dates or ''; `series` of outgoing documents or ''."""

    kind: str
    year: int
    first_day: str = ""
    last_day: str = ""
    series: str = ""
    volume: str = ""


def book(tx: Tx, actor: Actor | int, org_code: str, wanted: Wanted) -> Book:
    """The register with its cover. Raises Refused, NotFound for an unknown kind."""
    me = rights.require(tx, rights.as_actor(actor), Act.PRINT, Subject(org_code))
    if wanted.kind not in BOOKS:
        raise NotFound("Không có sổ này.")
    rows, numbers = _ROWS[wanted.kind](tx, org_code, wanted)
    today = office_date(tx.now_ms).isoformat()
    name, name_then = units.name(tx, org_code), units.name(tx, org_code, min(today, _last_day(wanted)))
    printer = accounts.get(tx, me.account_id).full_name if me.account_id is not None else ""
    now = office_datetime(tx.now_ms)
    return Book(
        kind=wanted.kind,
        organisation=name_then,  # the register of a year bears the name of that year
        year=wanted.year,
        volume=wanted.volume,
        period=_period(wanted),
        numbers=numbers,
        rows=tuple(rows),
        mark=f"In từ hệ thống văn phòng điện tử {name}, lúc {now:%H:%M ngày %d/%m/%Y}. Người in: {printer}.",
    )


def _last_day(wanted: Wanted) -> str:
    return wanted.last_day or f"{wanted.year:04d}-12-31"


def note_printed(tx: Tx, actor: Actor | int, org_code: str, wanted: Wanted, form: str) -> None:
    """Who printed or exported what."""
    about = {"year": wanted.year, "from": wanted.first_day, "to": wanted.last_day, "form": form}
    audit.record(tx, rights.as_actor(actor), "register.print", f"register/{org_code}/{wanted.kind}", **about)


def _period(wanted: Wanted) -> str:
    first = wanted.first_day or f"{wanted.year}-01-01"
    last = wanted.last_day or f"{wanted.year}-12-31"
    return f"Từ ngày {day(first)} đến ngày {day(last)}"


def day(iso: str | None) -> str:
    """dd/mm/yyyy; what is no date stays as it is."""
    try:
        return f"{date.fromisoformat(iso):%d/%m/%Y}" if iso else ""
    except ValueError:
        return iso or ""


Rows = tuple[Sequence[tuple[str, ...]], str]


# ---- incoming -----------------------------------------------------------------------------------------------
def _documents(tx: Tx, org_code: str, wanted: Wanted) -> list[Document]:
    chosen = Filter(org_code, wanted.year, "in", (), "", wanted.first_day, wanted.last_day)
    return documents.listing(tx, chosen, limit=MOST, oldest_first=True)


def _incoming(tx: Tx, org_code: str, wanted: Wanted) -> Rows:
    found = _documents(tx, org_code, wanted)
    rows = [
        (
            day(one.arrival_date), str(one.arrival_number), one.issuer, one.code, day(one.issue_date),
            f"{one.type_name} {one.subject}".strip(), one.recipients, day(one.transfer_date), one.receipt_signed,
            one.note,
        )
        for one in found
    ]  # fmt: skip
    return rows, _span([str(one.arrival_number) for one in found])


def _handling(tx: Tx, org_code: str, wanted: Wanted) -> Rows:
    """Sổ theo dõi giải quyết văn bản đến: who has it, until when, how far, with what it was answered."""
    found = _documents(tx, org_code, wanted)
    ids = [one.id for one in found]
    flows, lines = routing.flows_of(tx, ids), routing.lines_of_each(tx, ids)
    names = receivers.names(tx, [one.assignee_id for some in lines.values() for one in some])
    answers = receipts.answers_to(tx, ids)
    words = rules().words
    rows = []
    for one in found:
        flow = flows.get(one.id)
        who = ", ".join(dict.fromkeys(names.get(line.assignee_id, "") for line in lines.get(one.id, ())))
        about = f"{one.type_name} {one.code} ngày {day(one.issue_date)}, {one.issuer}: {one.subject}"
        due = day(flow.deadline if flow is not None and flow.deadline else one.deadline)
        state = words.states.get(flow.state, flow.state) if flow is not None else "Đã vào sổ"
        answer = answers[one.id][0] if one.id in answers else ""
        note = flow.closed_why if flow is not None else ""
        rows.append((str(one.arrival_number), about.strip(), who or one.recipients, due, state, answer, note))
    return rows, _span([str(one.arrival_number) for one in found])


# ---- outgoing -----------------------------------------------------------------------------------------------
def _outgoing(tx: Tx, org_code: str, wanted: Wanted) -> Rows:
    days = (wanted.first_day, wanted.last_day)
    kind = "sao" if wanted.kind == COPIES else "di"
    found = outgoing_register.in_order(tx, org_code, wanted.year, kind, wanted.series, days)
    return [_line(one) for one in found], _span([one.code for one in found])


def _line(one: Issued) -> tuple[str, ...]:
    note = one.note
    if one.state == CANCELLED:
        note = f"Hủy số. {one.reason} {one.note}".strip()
    elif one.reason:
        note = f"Số chen. {one.reason} {one.note}".strip()
    return (
        one.code, day(one.day), f"{one.type_name} {one.subject}".strip(), one.signer, one.recipients, one.keeper,
        str(one.copies or ""), day(one.moved), "", note,
    )  # fmt: skip


def _post(tx: Tx, org_code: str, wanted: Wanted) -> Rows:
    """Sổ gửi văn bản đi bưu điện: what went out on paper."""
    first, last = wanted.first_day or f"{wanted.year}-01-01", wanted.last_day or f"{wanted.year}-12-31"
    found = receipts.on_paper(tx, org_code, first, last)
    return [(day(moved), code, name, "1", "", "") for moved, code, name in found], ""


def _span(numbers: list[str]) -> str:
    return f"Từ số {numbers[0]} đến số {numbers[-1]}" if numbers else "Chưa có số nào"


_ROWS = {INCOMING: _incoming, OUTGOING: _outgoing, COPIES: _outgoing, HANDLING: _handling, POST: _post}
