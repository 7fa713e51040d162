"""`mailsvc mailbox …`, `mailsvc message …`, `mailsvc queue …`."""

from __future__ import annotations

import dataclasses
import sys
from typing import Annotated, Any

import typer

from mailsvc.accounts import break_glass, people
from mailsvc.cli import context
from mailsvc.cli.accounts import FromStdin
from mailsvc.cli.output import Json, fail, show, show_one
from mailsvc.core.clock import office_datetime
from mailsvc.mail import mailboxes as mail_mailboxes
from mailsvc.mailauth import dkim_sign
from mailsvc.store import audit, contents, placements, private_flags, queue
from mailsvc.store.flags import join_flags
from mailsvc.store.tx import Tx

mailbox_app = typer.Typer(help="Hộp thư.", no_args_is_help=True)
message_app = typer.Typer(help="Thư.", no_args_is_help=True)
queue_app = typer.Typer(help="Hàng đợi gửi ra ngoài.", no_args_is_help=True)


@mailbox_app.command("list")
def list_mailboxes(login: str, json: Json = False) -> None:
    """Liệt kê hộp thư mà tài khoản thấy, kể cả hộp thư chung."""
    with context.office() as office:
        account = office.db.read_now(people.by_login, office.settings.organisation.domains, login)
        seen = office.db.read_now(mail_mailboxes.visible, account.id)
        show([_row(one, office.db.read_now(private_flags.unseen_by, account.id, one.mailbox)) for one in seen], json)


def _row(seen: mail_mailboxes.Seen, unseen: int) -> dict[str, Any]:
    fields = ("size", "uidvalidity", "uidnext", "special_use", "kind")
    counts = {"name": seen.name, "rights": seen.rights, "messages": seen.mailbox.messages, "unseen": unseen}
    return counts | {name: getattr(seen.mailbox, name) for name in fields}


@message_app.command("show")
def show_message(
    login: str,
    mailbox: str,
    uid: int,
    raw: Annotated[
        bool, typer.Option("--raw", help="Mở khẩn cấp và in nguyên văn; chủ thư, lãnh đạo được báo.")
    ] = False,
    admin: Annotated[str, typer.Option(help="Với --raw: tài khoản của người quản trị.")] = "",
    reason: Annotated[str, typer.Option(help="Với --raw: lý do.")] = "",
    password_stdin: FromStdin = False,
    json: Json = False,
) -> None:
    """Cho biết một thư là gì (không in nội dung, trừ khi có --raw)."""
    with context.office() as office:
        account = office.db.read_now(people.by_login, office.settings.organisation.domains, login)
        about, content_id = office.db.read_now(_about, account.id, mailbox, uid)
        if not raw:
            show_one(about, json)
            return
        if not admin:
            fail("--raw cần --admin và --reason: đọc thư của người khác là mở khẩn cấp.", 2)
        actor = context.signed_in(office, admin, password_stdin)
        glass = office.db.write_now(break_glass.open_letter, actor, content_id, reason)
        office.db.write_now(break_glass.read, actor, glass.id)
        sys.stdout.buffer.write(office.db.read_now(contents.load, office.blobs, content_id))


def _about(tx: Tx, account_id: int, mailbox: str, uid: int) -> tuple[dict[str, Any], int]:
    box = mail_mailboxes.resolve(tx, account_id, mailbox)
    columns = ("uid", "content_id", "flags", "keywords", "internal_ms", "modseq")
    rows = placements.rows(tx, box.id, uid, uid, columns)
    if not rows:
        raise typer.BadParameter(f"không có thư UID {uid}")
    _, content_id, flags, keywords, internal_ms, modseq = rows[0]
    content = contents.get(tx, content_id)
    about = {
        "uid": uid,
        "subject": content.subject,
        "from": content.from_address,
        "to": content.to_text,
        "sent": office_datetime(content.sent_ms).isoformat() if content.sent_ms is not None else None,
        "received": office_datetime(internal_ms).isoformat(),
        "size": content.size,
        "flags": join_flags(flags, keywords),
        "modseq": modseq,
        "message_id": content.message_id,
        "thread": content.thread_id,
        "sha256": content.digest.hex(),
        "placements": placements.count_of_content(tx, content_id),
    }
    return about, content_id


@queue_app.command("list")
def list_queue(json: Json = False) -> None:
    """Liệt kê thư chờ gửi ra ngoài."""
    with context.office() as office:
        rows = [dataclasses.asdict(one) for one in office.db.read_now(queue.listing)]
        show(rows, json, empty="Hàng đợi trống.")


@queue_app.command("retry")
def retry(
    domain: Annotated[str | None, typer.Option(help="Chỉ thư gửi tới miền này.")] = None,
    ids: Annotated[list[int] | None, typer.Argument(help="Số của các dòng; không có: tất cả.")] = None,
) -> None:
    """Gửi lại ngay thư đang chờ, không đợi đến giờ; dịch vụ đang chạy sẽ gửi trong vòng nửa phút."""
    with context.office() as office:
        typer.echo(f"{office.db.write_now(queue.retry_now, ids or None, domain)} dòng sẽ được gửi lại.")


@queue_app.command("cancel")
def cancel(ids: list[int]) -> None:
    """Thôi gửi những dòng này; người gửi không được báo. Dòng đang gửi dở thì không hủy được."""
    with context.office() as office:
        count = office.db.write_now(_cancel, ids)
        typer.echo(f"Đã hủy {count} trong {len(ids)} dòng.")


def _cancel(tx: Tx, ids: list[int]) -> int:
    count = queue.cancel(tx, ids, "Quản trị đã hủy")
    audit.record(tx, context.operator(), "queue.cancel", "queue", ids=ids, count=count)
    return count


def dkim() -> None:
    """In bản ghi DNS của khóa DKIM, để dán vào vùng của từng miền; lần đầu thì tạo khóa."""
    settings = context.settings()
    key = dkim_sign.load_or_make(settings.folder, settings.dkim.selector)
    typer.echo(dkim_sign.dns_text(key, settings.dkim.selector, settings.organisation.domains), nl=False)
