"""Phiếu giải quyết văn bản đến: the page to be printed, and the same as PDF."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from mailsvc.core.clock import office_datetime
from mailsvc.core.errors import Invalid
from mailsvc.documents.routing.pages import Node
from mailsvc.documents.routing.rules import rules
from mailsvc.http.files import file_response
from mailsvc.http.helpers import HelperFailedError
from mailsvc.http.visits import Visit, get
from mailsvc.store.documents import Document
from mailsvc.store.tx import Tx
from webmail import paperwork
from webmail.pages import page
from webmail.paperwork import Paperwork
from webmail.routes.handling import PLACE, asked
from webmail.words import day, long_time

SECONDS = 30.0
_TAKEN_BACK = ("recalled", "withdrawn")


async def slip(visit: Visit) -> Response:
    """The page (Decree 30/2020, Appendix IV)."""
    found = await visit.office.db.read(paperwork.paperwork, visit.who.account.id, await asked(visit))
    return await page(visit, "slip.html", work=found, words=rules().words)


async def slip_pdf(visit: Visit) -> Response:
    """The same as a file, drawn in a child."""
    document = await asked(visit)
    values = await visit.office.db.read(_values, visit.who.account.id, document, visit.who.account.full_name)
    payload = json.dumps(values, ensure_ascii=False).encode()
    try:
        answer = await visit.state.helpers.call("print", "handling_slip", {}, payload, seconds=SECONDS)
    except HelperFailedError as error:
        raise Invalid("Chưa in được phiếu; xin thử lại hoặc in từ trang web.") from error
    name = f"phieu-giai-quyet-{document.arrival_number}-{document.year}.pdf"
    return file_response(bytes(answer.data), name, show=True)


def _values(tx: Tx, account_id: int, document: Document, printer: str) -> dict[str, Any]:
    work = paperwork.paperwork(tx, account_id, document)
    now = office_datetime(tx.now_ms)
    return {
        "organisation": work.organisation,
        "about": (
            f"Số đến: {document.arrival_number}/{document.year}. Ngày đến: {day(document.arrival_date)}.",
            f"{document.type_name or 'Văn bản'} số {document.code or '…'} ngày {day(document.issue_date) or '…'} "
            f"của {document.issuer}",
            f"Về việc: {document.subject}",
        ),
        "parts": _parts(work),
        "mark": f"In từ hệ thống văn phòng điện tử, lúc {now:%H:%M ngày %d/%m/%Y}. Người in: {printer}.",
    }


def _parts(work: Paperwork) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The three parts of the form: leader, unit, who handles it."""
    way = work.way
    top = [one for one in way.nodes if one.depth == 0]
    below = [one for one in way.nodes if one.depth > 0]
    led = [f"{one.text or '(chuyển theo quy chế làm việc)'} ({author}, {long_time(one.at_ms)})"
           for one, author in way.directions if one.kind in ("direction", "transfer")]  # fmt: skip
    assigned = [f"{one.text or '(giao xử lý)'} ({author}, {long_time(one.at_ms)})"
                for one, author in way.directions if one.kind == "assignment"]  # fmt: skip
    said = [f"{one.opinion.text} ({one.author}, {long_time(one.opinion.at_ms)})" for one in way.said]
    return (
        ("1. Ý kiến của lãnh đạo cơ quan", (*led, *_receivers(top))),
        ("2. Ý kiến của lãnh đạo đơn vị, bộ phận", (*assigned, *_receivers(below))),
        ("3. Ý kiến đề xuất của người giải quyết", tuple(said)),
    )


def _receivers(nodes: list[Node]) -> list[str]:
    found = []
    for role in ("lead", "cooperate", "inform"):
        some = [
            f"{one.name}{f' (thời hạn: {day(one.line.deadline)})' if one.line.deadline else ''}"
            for one in nodes
            if one.line.role == role and one.line.state not in _TAKEN_BACK
        ]
        if some:
            found.append(f"{rules().words.roles[role]}: {'; '.join(some)}")
    return found


ROUTES = (get(PLACE + "/phieu", slip), get(PLACE + "/phieu.pdf", slip_pdf))
