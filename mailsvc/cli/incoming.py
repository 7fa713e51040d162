"""`mailsvc incoming …`: where incoming documents stand, for clerks and for who runs the office."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mailsvc.cli import context
from mailsvc.cli.output import Json, fail, show
from mailsvc.core.clock import office_date, office_datetime
from mailsvc.core.errors import NotFound
from mailsvc.documents import register
from mailsvc.documents.routing import listing
from mailsvc.documents.routing.listing import Row
from mailsvc.documents.routing.rules import rules
from mailsvc.store import receivers, routing
from mailsvc.store.tx import Tx

incoming_app = typer.Typer(help="Xử lý văn bản đến: theo dõi, lượt chuyển.", no_args_is_help=True)
_ALL = 100_000


@incoming_app.command("list")
def list_incoming(
    tab: Annotated[str, typer.Option(help=f"Mục: {', '.join(listing.TABS)}.")] = listing.NOT_SUBMITTED,
    unit: Annotated[str, typer.Option(help="Mã cơ quan có sổ; mặc định cơ quan này.")] = "",
    json: Json = False,
) -> None:
    """Liệt kê văn bản chưa chuyển, chờ chỉ đạo, chưa đọc, quá hạn, đang xử lý, đã xong."""
    if tab not in listing.TABS:
        fail(f"Không có mục “{tab}”; các mục: {', '.join(listing.TABS)}.")
    with context.office() as office:
        wanted = unit or office.settings.organisation.code
        found = office.db.read_now(listing.follow_up, wanted, tab, limit=_ALL)
        show([_row(one) for one in found.rows], json, empty="Không có văn bản nào.")


@incoming_app.command("lines")
def list_lines(
    number: Annotated[int, typer.Argument(help="Số đến.")],
    year: Annotated[int, typer.Option(help="Năm; mặc định năm nay.")] = 0,
    unit: Annotated[str, typer.Option(help="Mã cơ quan có sổ; mặc định cơ quan này.")] = "",
    json: Json = False,
) -> None:
    """In các lượt chuyển của một văn bản đến."""
    with context.office() as office:
        wanted = unit or office.settings.organisation.code
        in_year = year or office_date(office.clock.now_ms()).year
        try:
            rows = office.db.read_now(_lines, wanted, in_year, number)
        except NotFound as error:
            fail(error.message)
        show(rows, json, empty="Chưa chuyển cho ai.")


def _row(one: Row) -> dict[str, Any]:
    document = one.document
    return {
        "arrival_number": document.arrival_number,
        "year": document.year,
        "arrival_date": document.arrival_date,
        "code": document.code,
        "subject": document.subject,
        "state": one.flow.state,
        "deadline": one.flow.deadline or "",
        "holders": "; ".join(f"{each.name} ({rules().words.roles[each.role]})" for each in one.holders),
        "paper": one.flow.paper,
    }


def _lines(tx: Tx, org_code: str, year: int, number: int) -> list[dict[str, Any]]:
    document = register.get_document(tx, org_code, year, number)
    lines = routing.lines_of(tx, document.id)
    names = receivers.names(tx, [account for one in lines for account in (one.assigner_id, one.assignee_id)])
    return [
        {
            "id": one.id,
            "parent": one.parent_id or "",
            "role": one.role,
            "from": names.get(one.assigner_id, ""),
            "to": names.get(one.assignee_id, ""),
            "state": one.state,
            "deadline": one.deadline or "",
            "sent": office_datetime(one.sent_ms).isoformat(timespec="minutes"),
            "read": office_datetime(one.read_ms).isoformat(timespec="minutes") if one.read_ms else "",
        }
        for one in lines
    ]
