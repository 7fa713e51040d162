"""`mailsvc mailbox acl …`: who may do what in a mailbox."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from mailsvc.accounts import people
from mailsvc.cli import context
from mailsvc.cli.output import Json, show, show_one
from mailsvc.core.actor import Actor
from mailsvc.mail import sharing
from mailsvc.store import mailbox_rights, mailboxes
from mailsvc.store.mailboxes import INBOX, Mailbox
from mailsvc.store.tx import Tx

acl_app = typer.Typer(help="Quyền của người khác trong một hộp thư.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Tên hộp thư như chủ nó thấy.")]
Who = Annotated[
    str, typer.Argument(help="Tên đăng nhập, anyone, $vai_tro, $vai_tro@ĐƠN_VỊ, $don_vi@ĐƠN_VỊ hoặc $thanh_vien.")
]


def _box(tx: Tx, domains: list[str], owner: str, name: str) -> Mailbox:
    return mailboxes.by_name(tx, people.by_login(tx, domains, owner).id, name)


@acl_app.command("list")
def list_acl(owner: str, mailbox: Name = INBOX, json: Json = False) -> None:
    """Ai có quyền gì trong hộp thư, kể cả quyền mặc định."""

    def read(tx: Tx) -> list[dict[str, str | None]]:
        box = _box(tx, office.settings.organisation.domains, owner, mailbox)
        ends = mailbox_rights.last_days(tx, box.id)
        return [{"who": who, "rights": given, "until": ends.get(who)} for who, given in sharing.entries_on(tx, box)]

    with context.office() as office:
        show(office.db.read_now(read), json)


@acl_app.command("set")
def set_acl(
    owner: str,
    mailbox: Name,
    who: Who,
    rights: Annotated[str, typer.Argument(help="Các chữ trong lrswipkxtea.")],
    until: Annotated[str | None, typer.Option(help="Ngày cuối cùng còn quyền (YYYY-MM-DD).")] = None,
    json: Json = False,
) -> None:
    """Cho một người hoặc nhóm đúng các quyền này; được ghi vào nhật ký."""
    last_day = _day(until)

    def write(tx: Tx) -> str:
        box = _box(tx, office.settings.organisation.domains, owner, mailbox)
        identifier = sharing.known(tx, sharing.prepared(who))
        sharing.write(tx, Actor(None, door="cli"), box, identifier, sharing.letters(rights), last_day)
        return identifier

    with context.office() as office:
        identifier = office.db.write_now(write)
        show_one({"who": identifier, "rights": sharing.letters(rights), "until": last_day}, json)


@acl_app.command("remove")
def remove_acl(owner: str, mailbox: Name, who: Who) -> None:
    """Bỏ các quyền của một người hoặc nhóm; được ghi vào nhật ký."""

    def write(tx: Tx) -> None:
        box = _box(tx, office.settings.organisation.domains, owner, mailbox)
        sharing.write(tx, Actor(None, door="cli"), box, sharing.known(tx, sharing.prepared(who)), "")

    with context.office() as office:
        office.db.write_now(write)
        typer.echo(f"Đã bỏ quyền của {who}.")


def _day(text: str | None) -> str | None:
    try:
        return None if text is None else date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter(f"ngày “{text}” không đúng dạng YYYY-MM-DD") from None
