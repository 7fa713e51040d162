"""`mailsvc remind …`, `mailsvc calendar …`, `mailsvc statistics`: following up, without the contents of anything."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Annotated, Any

import typer

from mailsvc.cli import context
from mailsvc.cli.output import Json, fail, show, show_one
from mailsvc.core.clock import OFFICE_ZONE, office_date, office_datetime
from mailsvc.documents import calendar
from mailsvc.documents.following import digest, people, reminders, sources
from mailsvc.jobs import following as job
from mailsvc.reports import statistics
from mailsvc.reports.periods import Period, month_of, span, week_of
from mailsvc.store import accounts, following
from mailsvc.store.tx import Tx

remind_app = typer.Typer(help="Nhắc hạn, đôn đốc.", no_args_is_help=True)
calendar_app = typer.Typer(help="Lịch làm việc: ngày nghỉ, ngày làm bù.", no_args_is_help=True)


# ---- reminders ----------------------------------------------------------------------------------------------
@remind_app.command("run")
def run(
    at: Annotated[str, typer.Option(help="Thời điểm “YYYY-MM-DD HH:MM”, chỉ xem; mặc định bây giờ.")] = "",
    send: Annotated[bool, typer.Option(help="Gửi thật những gì đến lúc này phải gửi.")] = False,
    json: Json = False,
) -> None:
    """Cho biết thư nhắc nào đến lúc đó phải gửi và cho ai; không gửi gì nếu không có --send."""
    if at and send:
        fail("--send chỉ gửi cho thời điểm bây giờ, không dùng cùng --at.", 2)
    with context.office() as office:
        if send:
            asyncio.run(job.run(office))
            show_one({"sent": True}, json)
            return
        moment = _moment(at) if at else office.clock.now_ms()
        show(office.db.read_now(_falling, moment), json, empty="Không có thư nhắc nào.")


def _moment(typed: str) -> int:
    try:
        return int(datetime.fromisoformat(typed).replace(tzinfo=OFFICE_ZONE).timestamp() * 1000)
    except ValueError:
        fail(f"“{typed}” không phải thời điểm; ghi như “2026-11-24 07:00”.", 2)


def _falling(tx: Tx, at_ms: int) -> list[dict[str, Any]]:
    then = Tx(tx.connection, at_ms, writes=tx.writes)
    rows = [
        {
            "thing": one.due.thing,
            "occasion": one.occasion.name,
            "to": ", ".join(_names(then, people.told(then, due, one.occasion.to))),
        }
        for one in reminders.falling(then)
        if (due := sources.find(then, one.due.kind, one.due.id)) is not None
    ]
    waiting = len(digest.wanting(then))
    return [*rows, {"thing": "digest", "occasion": office_date(at_ms).isoformat(), "to": waiting}] if waiting else rows


def _names(tx: Tx, account_ids: list[int]) -> list[str]:
    return [accounts.get(tx, one).username for one in account_ids]


@remind_app.command("list")
def list_reminders(
    day: Annotated[str, typer.Option(help="Ngày YYYY-MM-DD; mặc định hôm nay.")] = "", json: Json = False
) -> None:
    """Liệt kê thư nhắc, đôn đốc đã gửi trong ngày."""
    with context.office() as office:
        wanted = _day(day) if day else office_date(office.clock.now_ms())
        show(office.db.read_now(_sent, wanted), json, empty="Chưa gửi thư nhắc nào trong ngày.")


def _sent(tx: Tx, day: date) -> list[dict[str, Any]]:
    found = following.reminders_between(tx, calendar.midnight(day), calendar.midnight(day) + 86_400_000)
    return [
        {
            "at": office_datetime(one.sent_ms).isoformat(timespec="minutes"),
            "thing": one.thing,
            "occasion": one.occasion,
            "person": accounts.get(tx, one.person_id).username,
            "by": accounts.get(tx, one.actor_id).username if one.actor_id is not None else "",
        }
        for one in found
        if one.content_id is not None
    ]


# ---- the working calendar -----------------------------------------------------------------------------------
@calendar_app.command("show")
def show_year(year: Annotated[int, typer.Argument(help="Năm; mặc định năm nay.")] = 0, json: Json = False) -> None:
    """In ngày nghỉ, ngày làm bù của một năm; ngày chưa có thông báo chính thức được đánh dấu."""
    wanted = year or datetime.now(OFFICE_ZONE).year
    rows = [
        {
            "day": one.day.isoformat(),
            "weekday": f"T{one.day.isoweekday() + 1}" if one.day.isoweekday() < 7 else "CN",
            "what": "làm bù" if one.works else "nghỉ",
            "name": one.name,
            "confirmed": one.confirmed,
        }
        for one in calendar.special_days(wanted)
    ]
    show(rows, json)
    if not json and not calendar.is_known_year(wanted):
        print(f"Năm {wanted} chưa có trong config/holidays.toml: chỉ tính ngày nghỉ hằng tuần và ngày lễ cố định.")


@calendar_app.command("add")
def add(
    day: Annotated[str, typer.Argument(help="Từ ngày YYYY-MM-DD.")],
    count: Annotated[int, typer.Argument(help="Số ngày làm việc.")],
    json: Json = False,
) -> None:
    """Ngày làm việc thứ bao nhiêu sau (số âm: trước) một ngày."""
    first = _day(day)
    found = calendar.add_working_days(first, count)
    show_one({"from": day, "working_days": count, "day": found.isoformat()}, json)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        fail(f"“{typed}” không phải ngày; ghi như 2026-11-24.", 2)


# ---- figures ------------------------------------------------------------------------------------------------
def figures(
    period: Annotated[str, typer.Option(help="week, month, hoặc trống khi có --from và --to.")] = "week",
    first: Annotated[str, typer.Option("--from", help="Từ ngày YYYY-MM-DD.")] = "",
    last: Annotated[str, typer.Option("--to", help="Đến ngày YYYY-MM-DD.")] = "",
    json: Json = False,
) -> None:
    """Số liệu theo đơn vị của một kỳ."""
    with context.office() as office:
        wanted = _period(period, first, last, office_date(office.clock.now_ms()))
        found = office.db.read_now(statistics.unit_figures, office.settings.organisation.code, wanted)
        fields = ("code", "documents", "tasks", "in_time", "late", "open", "waiting", "soon", "overdue")
        show([{name: getattr(one, name) for name in fields} for one in found], json, empty="Không có việc nào.")


def _period(kind: str, first: str, last: str, today: date) -> Period:
    if first and last:
        return span(_day(first), _day(last))
    return month_of(today) if kind == "month" else week_of(today)
