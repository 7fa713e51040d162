"""`mailsvc regulation …`: versions of the regulation and who has acknowledged them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailsvc.cli import context
from mailsvc.cli.output import Json, show, show_one
from mailsvc.core.errors import NotFound
from mailsvc.documents import regulation
from mailsvc.store import regulations
from mailsvc.store.tx import Tx

regulation_app = typer.Typer(help="Quy chế: các bản, xác nhận.", no_args_is_help=True)


@regulation_app.command("load")
def load(
    file: Path,
    title: Annotated[str, typer.Option(help="Tên văn bản.")],
    number: Annotated[str, typer.Option(help="Số, ký hiệu quyết định ban hành.")],
    first: Annotated[str, typer.Option("--from", help="Hiệu lực từ ngày YYYY-MM-DD.")],
    json: Json = False,
) -> None:
    """Nạp bản quy chế đang có hiệu lực (chỉ khi chưa có bản nào); các bản sau do Giám đốc ban hành trên web."""
    with context.office() as office:
        text = file.read_text("utf-8")
        made = office.db.write_now(regulation.load_first, title, text, number, first)
        show_one({"id": made, "articles": len(regulation.articles(text)) - 1}, json)


@regulation_app.command("list")
def list_versions(json: Json = False) -> None:
    """Liệt kê các bản."""
    fields = ("id", "title", "number", "state", "valid_from")
    with context.office() as office:
        rows = office.db.read_now(regulations.listing)
        show([{name: getattr(one, name) for name in fields} for one in rows], json, empty="Chưa có bản nào.")


@regulation_app.command("missing")
def missing(json: Json = False) -> None:
    """Ai chưa xác nhận bản đang có hiệu lực, người đứng đầu trước."""
    with context.office() as office:
        show(office.db.read_now(_missing), json, empty="Mọi người đã xác nhận.")


def _missing(tx: Tx) -> list[dict[str, object]]:
    found = regulation.current(tx)
    if found is None:
        raise NotFound("Chưa có quy chế nào đang có hiệu lực; xem: mailsvc regulation load.")
    rows = regulation.missing(tx, found.id)
    return [{"username": one.person.username, "name": one.person.full_name, "unit": one.unit, "head": one.head}
            for one in rows]  # fmt: skip
