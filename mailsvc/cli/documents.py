"""`mailsvc intake …`, `mailsvc register …`, `mailsvc extract …`."""

from __future__ import annotations

import dataclasses
import json as json_module
from pathlib import Path
from typing import Annotated, Any

import typer

from mailsvc.cli import context
from mailsvc.cli.output import Json, show
from mailsvc.core.clock import office_date
from mailsvc.documents import intake, register
from mailsvc.documents.extraction.files import extract_path

intake_app = typer.Typer(help="Văn bản chờ vào sổ.", no_args_is_help=True)
register_app = typer.Typer(help="Sổ đăng ký văn bản đến.", no_args_is_help=True)


@intake_app.command("list")
def list_intake(json: Json = False) -> None:
    """Liệt kê văn bản chờ vào sổ."""
    with context.office() as office:
        entries = office.db.read_now(intake.wait_list, office.settings.organisation.code)
        show([_plain(one) for one in entries], json, empty="Chưa có văn bản nào chờ vào sổ.")


@register_app.command("list")
def list_register(
    year: Annotated[int, typer.Option(help="Năm; mặc định năm nay.")] = 0,
    query: Annotated[str, typer.Option(help="Tìm không dấu trong số, trích yếu, tác giả.")] = "",
    json: Json = False,
) -> None:
    """In sổ đăng ký văn bản đến của một năm."""
    with context.office() as office:
        wanted = year or office_date(office.clock.now_ms()).year
        rows = office.db.read_now(register.register_rows, office.settings.organisation.code, wanted, query)
        show([_plain(one) for one in rows], json, empty="Sổ chưa có văn bản nào.")


def extract(files: list[Path], json: Json = False) -> None:
    """Đọc siêu dữ liệu đề xuất của tệp docx, pdf hoặc eml (khóa như expected.json)."""
    found = [extract_path(file) for file in files]
    print(json_module.dumps(found, ensure_ascii=False, indent=None if json else 2, default=str))


def _plain(one: Any) -> dict[str, Any]:
    return dataclasses.asdict(one) if dataclasses.is_dataclass(one) and not isinstance(one, type) else dict(one)
