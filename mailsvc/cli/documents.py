"""`mailsvc intake …`, `mailsvc register …`, `mailsvc extract …`."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated, Any

import typer

from mailsvc.cli import context
from mailsvc.cli.output import Json, show
from mailsvc.core.clock import office_date, office_datetime
from mailsvc.documents import intake, register
from mailsvc.documents.intake import Item
from mailsvc.store.documents import Document

intake_app = typer.Typer(help="Văn bản chờ vào sổ.", no_args_is_help=True)
_ALL = 1_000_000

register_app = typer.Typer(help="Sổ đăng ký văn bản đến.", no_args_is_help=True)


@intake_app.command("list")
def list_intake(json: Json = False) -> None:
    """Liệt kê văn bản chờ vào sổ."""
    with context.office() as office:
        waiting = office.db.read_now(intake.wait_list, office.settings.organisation.code, limit=_ALL)
        show([_entry(one) for one in waiting.items], json, empty="Chưa có văn bản nào chờ vào sổ.")


@register_app.command("list")
def list_register(
    year: Annotated[int, typer.Option(help="Năm; mặc định năm nay.")] = 0,
    query: Annotated[str, typer.Option(help="Tìm không dấu trong số, trích yếu, tác giả.")] = "",
    json: Json = False,
) -> None:
    """In sổ đăng ký văn bản đến của một năm."""
    with context.office() as office:
        wanted = year or office_date(office.clock.now_ms()).year
        page = office.db.read_now(
            register.register_rows, office.settings.organisation.code, wanted, query, limit=_ALL, oldest_first=True
        )
        show([_document(one) for one in page.rows], json, empty="Sổ chưa có văn bản nào.")


def extract(files: list[Path], json: Json = False) -> None:
    """Đọc siêu dữ liệu đề xuất của tệp docx, pdf hoặc eml (khóa như expected.json)."""
    from mailsvc.documents.extraction.files import extract_path  # lxml and PDF libraries: only this command loads them

    found = [extract_path(file) for file in files]
    print(json_module.dumps(found, ensure_ascii=False, indent=None if json else 2, default=str))


def _entry(item: Item) -> dict[str, Any]:
    entry = item.entry
    return {
        "id": entry.id,
        "received": office_datetime(entry.received_ms).isoformat(timespec="minutes"),
        "channel": entry.channel,
        "sender": entry.sender_address,
        "subject": entry.subject,
        "files": [file.name for file in item.files],
        "duplicate_of": entry.duplicate_of,
        "extract_state": entry.extract_state,
        "proposal": json_module.loads(entry.proposal) if isinstance(entry.proposal, str) else entry.proposal,
    }


def _document(one: Document) -> dict[str, Any]:
    """The columns of handbook §1.6 in their order."""
    return {
        "arrival_date": one.arrival_date,
        "arrival_number": one.arrival_number,
        "issuer": one.issuer,
        "code": one.code,
        "issue_date": one.issue_date,
        "type_name": one.type_name,
        "subject": one.subject,
        "recipients": one.recipients,
        "transfer_date": one.transfer_date,
        "receipt_signed": one.receipt_signed,
        "note": one.note,
    }
