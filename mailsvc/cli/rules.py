"""`mailsvc rule …`: rules of the office with their days."""

from __future__ import annotations

from typing import Annotated

import typer

from mailsvc.cli import context
from mailsvc.cli.accounts import FromStdin
from mailsvc.cli.output import Json, show, show_one
from mailsvc.documents import rules
from mailsvc.store.tx import Tx

rule_app = typer.Typer(help="Quy định vận hành của cơ quan.", no_args_is_help=True)


@rule_app.command("list")
def list_rules(
    day: Annotated[str, typer.Option(help="Ngày YYYY-MM-DD; mặc định hôm nay.")] = "", json: Json = False
) -> None:
    """In các quy định và giá trị của ngày."""
    with context.office() as office:
        show(office.db.read_now(_listing, day or None), json)


@rule_app.command("set")
def set_rule(
    name: str,
    value: Annotated[str, typer.Argument(help="Giá trị; nhiều dòng thì cách nhau bằng dấu |.")],
    first: Annotated[str, typer.Option("--from", help="Hiệu lực từ ngày YYYY-MM-DD.")],
    reason: Annotated[str, typer.Option(help="Lý do.")],
    person: Annotated[str, typer.Option("--as", help="Tài khoản của người có quyền.")],
    password_stdin: FromStdin = False,
    json: Json = False,
) -> None:
    """Đổi một quy định từ một ngày; việc trước ngày đó vẫn theo quy định cũ."""
    with context.office() as office:
        actor = context.signed_in(office, person, password_stdin)
        new = rules.read_text(name, value.replace("|", "\n"))
        office.db.write_now(rules.set_value, actor, name, new, first, reason)
        show_one({"name": name, "value": new, "from": first}, json)


@rule_app.command("history")
def history(name: str, json: Json = False) -> None:
    """In những lần đổi một quy định, mới nhất trước."""
    with context.office() as office:
        rows = office.db.read_now(rules.history, name)
        fields = ("valid_from", "value", "reason", "set_by")
        show([{field: getattr(one, field) for field in fields} for one in rows], json, empty="Chưa đổi lần nào.")


def _listing(tx: Tx, day: str | None) -> list[dict[str, object]]:
    return [
        {"name": name, "value": rules.value(tx, name, day), "about": rule.about, "article": rule.article}
        for name, rule in rules.known().items()
    ]
