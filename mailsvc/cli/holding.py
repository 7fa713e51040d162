"""`mailsvc held …`: items on hold for a mark of secrecy."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mailsvc.cli import context
from mailsvc.cli.accounts import FromStdin
from mailsvc.cli.output import Json, show, show_one
from mailsvc.core.clock import office_datetime
from mailsvc.documents import held_decisions, holding
from mailsvc.store import accounts, guarding
from mailsvc.store.tx import Tx

held_app = typer.Typer(help="Mục tạm giữ vì có dấu hiệu bí mật nhà nước.", no_args_is_help=True)


@held_app.command("list")
def list_held(json: Json = False) -> None:
    """Liệt kê mục tạm giữ (không có nội dung) và hai người quyết định."""
    with context.office() as office:
        org_code = office.settings.organisation.code
        show(office.db.read_now(_listing, org_code), json, empty="Không có mục nào tạm giữ.")


@held_app.command("decide")
def decide(
    number: int,
    decision: Annotated[str, typer.Argument(help="release: cho đi tiếp; remove: gỡ khỏi hệ thống.")],
    person: Annotated[str, typer.Option("--as", help="Tài khoản của một trong hai người.")],
    reason: Annotated[str, typer.Option(help="Lý do.")],
    password_stdin: FromStdin = False,
    json: Json = False,
) -> None:
    """Ghi quyết định của một trong hai người; đủ hai người cùng ý thì làm."""
    with context.office() as office:
        actor = context.signed_in(office, person, password_stdin)
        item = office.db.write_now(held_decisions.decide, actor, number, decision, reason)
        show_one({"id": item.id, "state": item.state}, json)


def _listing(tx: Tx, org_code: str) -> list[dict[str, Any]]:
    names = [one.username for one in holding.holders(tx, org_code)]
    return [
        {
            "id": one.id,
            "thing": one.thing,
            "origin": one.origin,
            "held": office_datetime(one.held_ms).isoformat(timespec="minutes"),
            "state": one.state,
            "holders": names,
            "votes": {accounts.get(tx, vote.voter_id).username: vote.decision for vote in guarding.votes(tx, one.id)},
        }
        for one in guarding.held_listing(tx, org_code)
    ]
