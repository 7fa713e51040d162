"""`mailsvc delegation …`: who acts in whose place."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mailsvc.cli import context
from mailsvc.cli.output import Json, show, show_one
from mailsvc.documents.rights import delegating
from mailsvc.documents.rights.delegating import Terms
from mailsvc.store import accounts
from mailsvc.store.tx import Tx

delegation_app = typer.Typer(help="Ủy quyền, người thay, bàn giao.", no_args_is_help=True)

Basis = Annotated[str, typer.Option(help="Căn cứ: số văn bản, lý do.")]


@delegation_app.command("list")
def list_delegations(
    day: Annotated[str, typer.Option(help="Ngày YYYY-MM-DD; mặc định hôm nay.")] = "", json: Json = False
) -> None:
    """Liệt kê ủy quyền có hiệu lực trong ngày."""
    with context.office() as office:
        show(office.db.read_now(_listing, day or None), json, empty="Không có ủy quyền nào.")


@delegation_app.command("give")
def give(
    principal: Annotated[str, typer.Argument(help="Người ủy quyền.")],
    delegate: Annotated[str, typer.Argument(help="Người được ủy quyền.")],
    first: Annotated[str, typer.Option("--from", help="Từ ngày YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--to", help="Đến ngày YYYY-MM-DD.")],
    basis: Basis,
    kind: Annotated[str, typer.Option(help="uy_quyen hoặc thay_the.")] = "uy_quyen",
    role: Annotated[str, typer.Option(help="Chỉ chức danh này; trống: mọi chức danh.")] = "",
    act: Annotated[list[str] | None, typer.Option(help="Chỉ việc này; dùng nhiều lần được.")] = None,
    json: Json = False,
) -> None:
    """Ghi một ủy quyền hoặc người thay; hai người được báo bằng thư."""
    with context.office() as office:
        ids = [context.account(office, one).id for one in (principal, delegate)]
        terms = Terms(kind, first, last or None, basis, role=role, acts=" ".join(act or ()))
        made = office.db.write_now(delegating.delegate, context.operator(), ids[0], ids[1], terms)
        show_one({"id": made, "principal": principal, "delegate": delegate}, json)


@delegation_app.command("revoke")
def revoke(number: int, reason: Annotated[str, typer.Option(help="Lý do.")], json: Json = False) -> None:
    """Thôi một ủy quyền ngay."""
    with context.office() as office:
        office.db.write_now(delegating.revoke, context.operator(), number, reason)
        show_one({"id": number, "revoked": True}, json)


@delegation_app.command("leave")
def leave(
    person: Annotated[str, typer.Argument(help="Người nghỉ hoặc chuyển công tác.")],
    substitute: Annotated[str, typer.Argument(help="Người nhận bàn giao.")],
    last: Annotated[str, typer.Option("--last-day", help="Ngày làm việc cuối YYYY-MM-DD.")],
    basis: Basis,
    json: Json = False,
) -> None:
    """Ghi người nghỉ: vai trò hết sau ngày cuối, việc còn lại thuộc người nhận bàn giao."""
    with context.office() as office:
        ids = [context.account(office, one).id for one in (person, substitute)]
        made = office.db.write_now(delegating.leave, context.operator(), ids[0], last, ids[1], basis)
        show_one({"id": made, "person": person, "substitute": substitute}, json)


def _listing(tx: Tx, day: str | None) -> list[dict[str, Any]]:
    def name(account_id: int) -> str:
        return accounts.get(tx, account_id).username

    return [
        {
            "id": one.id,
            "kind": one.kind,
            "principal": name(one.principal_id),
            "delegate": name(one.delegate_id),
            "role": one.role or None,
            "acts": one.acts or None,
            "from": one.valid_from,
            "to": one.valid_to,
            "basis": one.basis,
        }
        for one in delegating.in_force(tx, day)
    ]
