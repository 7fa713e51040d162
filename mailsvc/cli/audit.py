"""`mailsvc audit …`: the chain of all acts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mailsvc.cli import context
from mailsvc.cli.output import Json, fail, show, show_one
from mailsvc.core.clock import office_datetime
from mailsvc.documents import proof
from mailsvc.store import accounts, audit, chain
from mailsvc.store.chain import Checkpoint
from mailsvc.store.tx import Tx

audit_app = typer.Typer(help="Nhật ký: mọi việc làm và lượt xem, nối bằng mã băm.", no_args_is_help=True)

_HEAD_HELP = "Đầu chuỗi đã in hoặc cất nơi khác (dòng của lệnh audit head); dùng nhiều lần được."


@audit_app.command("verify")
def verify(
    head: Annotated[list[str] | None, typer.Option(help=_HEAD_HELP)] = None,
    json: Json = False,
) -> None:
    """Kiểm tra nhật ký: dòng bị sửa, mất, chen, đổi chỗ, cắt đuôi; sổ và tệp so với nhật ký. Mã thoát 1 khi sai."""
    try:
        given = [chain.read_checkpoint(line) for line in head or []]
    except ValueError:
        fail("--head phải là một dòng của lệnh mailsvc audit head.", 2)
    with context.office() as office:
        folder = office.settings.folder
        known = proof.checkpoints(folder) + given
        findings = office.db.read_now(proof.verify, known, proof.key_of(folder))
        rows = office.db.read_now(audit.head).count
    show_one({"ok": not findings, "findings": findings, "rows": rows, "checkpoints": len(known)}, json)
    if findings:
        raise typer.Exit(1)


@audit_app.command("head")
def head(json: Json = False) -> None:
    """Ký và ghi lại đầu chuỗi nhật ký; in ra để cất ở nơi khác (giấy, bản sao lưu)."""
    with context.office() as office:
        proof.keep_head(office)
        kept: Checkpoint = proof.checkpoints(office.settings.folder)[-1]
        if json:
            show_one(
                {"rows": kept.head.count, "last": kept.head.last_id, "hash": kept.head.hash, "line": kept.line()}, json
            )
            return
        print(kept.line())


@audit_app.command("list")
def list_acts(
    thing: Annotated[str, typer.Option(help="Chỉ việc trên vật này, như document/12.")] = "",
    action: Annotated[
        list[str] | None, typer.Option(help="Chỉ loại việc này; document. là mọi loại đầu document.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Số dòng mới nhất.")] = 50,
    json: Json = False,
) -> None:
    """In nhật ký, mới nhất trước."""
    with context.office() as office:
        show(office.db.read_now(_listing, thing, tuple(action or ()), limit), json, empty="Chưa có việc nào.")


def _listing(tx: Tx, thing: str, actions: tuple[str, ...], limit: int) -> list[dict[str, Any]]:
    rows = audit.of(tx, thing)[::-1] if thing else audit.listing(tx, actions=actions, limit=limit)
    return [_shown(tx, one) for one in rows[:limit]]


def _shown(tx: Tx, row: dict[str, Any]) -> dict[str, Any]:
    def name(account_id: int | None) -> str | None:
        return None if account_id is None else accounts.get(tx, account_id).username

    return {
        "id": row["id"],
        "at": office_datetime(row["at_ms"]).isoformat(timespec="seconds"),
        "actor": name(row["actor_id"]),
        "post": row["post"] or None,
        "on_behalf_of": name(row["on_behalf_of"]),
        "source": row["source"] or None,
        "action": row["action"],
        "object": row["object"],
        "detail": row["detail"],
        "hash": row["hash"],
    }
