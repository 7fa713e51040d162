"""`mailsvc outgoing …`: the register of outgoing documents, series after the paper book, registers as files."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated, Any

import typer

from mailsvc.accounts.people import by_login
from mailsvc.cli import context
from mailsvc.cli.output import Json, show
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid
from mailsvc.documents.outgoing import numbers, register
from mailsvc.mail.office import Office
from mailsvc.reports import registers
from mailsvc.reports.printing import printed
from mailsvc.reports.registers import Wanted
from mailsvc.store.issued import Issued

outgoing_app = typer.Typer(help="Văn bản đi.", no_args_is_help=True)
Year = Annotated[int, typer.Option(help="Năm; mặc định năm nay.")]
Clerk = Annotated[str, typer.Option("--by", help="Văn thư làm việc này (tên đăng nhập hoặc địa chỉ).")]


@outgoing_app.command("list")
def list_register(
    year: Year = 0,
    kind: Annotated[str, typer.Option(help="di (văn bản đi) hoặc sao (bản sao).")] = "di",
    json: Json = False,
) -> None:
    """In sổ đăng ký văn bản đi của một năm, theo dãy số và số."""
    with context.office() as office:
        wanted = year or office_date(office.clock.now_ms()).year
        org_code = office.settings.organisation.code
        found = office.db.read_now(register.in_order, org_code, wanted, kind, "", ("", ""))
        show([_line(one) for one in found], json, empty="Sổ chưa có dòng nào.")


@outgoing_app.command("begin")
def begin_series(
    type_name: Annotated[str, typer.Argument(help="Tên loại, ví dụ “Quyết định”.")],
    last: Annotated[int, typer.Argument(help="Số cuối cùng trong sổ giấy.")],
    by: Clerk,
    year: Year = 0,
) -> None:
    """Cho dãy số của một loại đi tiếp sau số cuối trong sổ giấy (chỉ khi dãy chưa cấp số nào)."""
    with context.office() as office:
        wanted = year or office_date(office.clock.now_ms()).year
        clerk = _account(office, by)
        org_code = office.settings.organisation.code
        series = office.db.write_now(numbers.begin_after, clerk, org_code, type_name, wanted, last)
        print(f"Dãy “{series.name}” năm {wanted}: số tiếp theo là {series.written(last + 1)}.")


@outgoing_app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Tệp .pdf, .docx, .xlsx hoặc .csv.")],
    by: Clerk,
    kind: Annotated[str, typer.Option(help="den, di, sao, giai-quyet, buu-dien.")] = "di",
    year: Year = 0,
    first: Annotated[str, typer.Option(help="Từ ngày (năm-tháng-ngày).")] = "",
    last: Annotated[str, typer.Option(help="Đến ngày (năm-tháng-ngày).")] = "",
) -> None:
    """Xuất một sổ ra tệp, có bìa, số trang và dòng “In từ hệ thống”."""
    with context.office() as office:
        wanted = Wanted(kind, year or office_date(office.clock.now_ms()).year, first, last)
        clerk = _account(office, by)
        org_code = office.settings.organisation.code
        form = file.suffix.lower().lstrip(".")
        book = office.db.read_now(registers.book, clerk, org_code, wanted)
        payload = json_module.dumps(book.to_dict(), ensure_ascii=False).encode()
        if form not in ("pdf", "docx", "xlsx", "csv"):
            raise Invalid("Tên tệp phải kết thúc bằng .pdf, .docx, .xlsx hoặc .csv.")
        data = printed("book", {"form": form}, payload)
        office.db.write_now(registers.note_printed, clerk, org_code, wanted, form)
        file.write_bytes(data)
        print(f"Đã ghi {len(book.rows)} dòng vào {file}.")


def _account(office: Office, login: str) -> int:
    return office.db.read_now(by_login, office.settings.organisation.domains, login).id


def _line(one: Issued) -> dict[str, Any]:
    return {
        "code": one.code,
        "day": one.day,
        "type": one.type_name,
        "subject": one.subject,
        "signer": one.signer,
        "moved": one.moved,
        "state": one.state,
        "reason": one.reason,
    }
