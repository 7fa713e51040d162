"""`mailsvc task …`: tasks, by somebody of the office after his password. Contents are for those they concern only."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mailsvc.cli import context
from mailsvc.cli.accounts import FromStdin
from mailsvc.cli.output import Json, show, show_one
from mailsvc.core.clock import office_datetime
from mailsvc.documents.tasks import doing, giving, looking
from mailsvc.documents.tasks.giving import NewTask
from mailsvc.documents.tasks.looking import Sheet
from mailsvc.documents.tasks.words import words
from mailsvc.store import accounts, tasks
from mailsvc.store.tasks import Task
from mailsvc.store.tx import Tx

task_app = typer.Typer(help="Giao việc.", no_args_is_help=True)
Person = Annotated[str, typer.Option("--as", help="Tài khoản của người làm việc này.")]


@task_app.command("list")
def list_tasks(
    person: Person,
    given: Annotated[bool, typer.Option(help="Việc người đó giao, thay vì việc người đó nhận.")] = False,
    done: Annotated[bool, typer.Option(help="Việc đã xong.")] = False,
    password_stdin: FromStdin = False,
    json: Json = False,
) -> None:
    """Liệt kê việc của một người."""
    with context.office() as office:
        actor = context.signed_in(office, person, password_stdin)
        found = office.db.read_now(_listing, actor.account_id or 0, given, not done)
        show(found, json, empty="Không có việc nào.")


def _listing(tx: Tx, person_id: int, given: bool, is_open: bool) -> list[dict[str, Any]]:
    if given:
        return [_row(tx, one) for one in tasks.given_by(tx, person_id, is_open=is_open)]
    return [_row(tx, one) for one, _ in tasks.done_by(tx, person_id, is_open=is_open)]


def _row(tx: Tx, task: Task) -> dict[str, Any]:
    lead = tasks.people_of(tx, task.id)[0]
    return {
        "id": task.id,
        "state": words().states[task.state],
        "deadline": task.deadline or "",
        "assigner": accounts.get(tx, task.assigner_id).username,
        "lead": accounts.get(tx, lead.person_id).username,
        "percent": lead.percent,
        "title": task.title,
    }


@task_app.command("show")
def show_task(number: int, person: Person, password_stdin: FromStdin = False, json: Json = False) -> None:
    """Xem một việc với diễn biến."""
    with context.office() as office:
        actor = context.signed_in(office, person, password_stdin)
        show_one(_sheet(office.db.read_now(looking.sheet, actor, number)), json)


def _sheet(sheet: Sheet) -> dict[str, Any]:
    task = sheet.task
    return {
        "id": task.id,
        "title": task.title,
        "content": task.content,
        "state": words().states[task.state],
        "deadline": task.deadline or "",
        "assigner": sheet.names[task.assigner_id],
        "people": [f"{words().roles[one.role]}: {sheet.names[one.person_id]}" for one in sheet.people],
        "files": [one.name for one in sheet.files],
        "events": [
            f"{office_datetime(one.at_ms):%d/%m/%Y %H:%M} {sheet.names.get(one.actor_id or 0, '')}: {one.text}"
            for one in sheet.events
        ],
    }


@task_app.command("give")
def give(
    title: Annotated[str, typer.Argument(help="Tên việc.")],
    person: Person,
    lead: Annotated[str, typer.Option(help="Người chủ trì.")],
    cooperating: Annotated[list[str] | None, typer.Option("--with", help="Người phối hợp; dùng nhiều lần.")] = None,
    content: Annotated[str, typer.Option(help="Nội dung, yêu cầu.")] = "",
    deadline: Annotated[str, typer.Option(help="Hạn: ngày/tháng/năm hoặc “3 ngày” làm việc.")] = "",
    priority: Annotated[str, typer.Option(help="thuong, khan, hoa_toc.")] = "thuong",
    advisory: Annotated[bool, typer.Option(help="Văn bản tham mưu.")] = False,
    password_stdin: FromStdin = False,
    json: Json = False,
) -> None:
    """Giao một việc; đã giao thì không sửa được, chỉ bổ sung hoặc rút lại trên web."""
    with context.office() as office:
        actor = context.signed_in(office, person, password_stdin)
        others = tuple(context.account(office, one).id for one in cooperating or ())
        chosen = context.account(office, lead).id
        new = NewTask(title, content, chosen, others, deadline, priority, advisory)
        task = office.db.write_now(giving.send, actor, new)
        show_one(office.db.read_now(_row, task), json)


@task_app.command("ack")
def acknowledge(number: int, person: Person, password_stdin: FromStdin = False, json: Json = False) -> None:
    """Nhận một việc được giao."""
    with context.office() as office:
        actor = context.signed_in(office, person, password_stdin)
        new = office.db.write_now(doing.acknowledge, actor, number)
        show_one({"id": number, "acknowledged": True, "new": new}, json)


@task_app.command("report")
def report(
    number: int,
    text: Annotated[str, typer.Argument(help="Kết quả thực hiện.")],
    person: Person,
    password_stdin: FromStdin = False,
    json: Json = False,
) -> None:
    """Báo cáo hoàn thành một việc."""
    with context.office() as office:
        actor = context.signed_in(office, person, password_stdin)
        office.db.write_now(doing.report, actor, number, text)
        show_one({"id": number, "reported": True}, json)
