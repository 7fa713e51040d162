"""The report to the leaders' weekly and monthly meetings: made when its time has come, once, and kept as it was.

Weekly on Friday at 15:00 (the last working day before it when Friday is off), monthly on the last working day of the
month (config/reminders.toml, packs). The figures are stored with the pack and mailed as tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from mailsvc.core.clock import office_date, office_datetime
from mailsvc.documents import calendar
from mailsvc.documents.following import people
from mailsvc.documents.following.rules import Rules, rules_on
from mailsvc.documents.rights.units import main_organisation
from mailsvc.mail import notice
from mailsvc.mail.notice import Notice
from mailsvc.message.compose import File
from mailsvc.reports import board, sheets
from mailsvc.reports.periods import WEEK, Period, month_of, week_of
from mailsvc.reports.sheets import Report, Table
from mailsvc.reports.statistics import Figures, UnitFigures, figures
from mailsvc.store import following, units
from mailsvc.store import statistics as store
from mailsvc.store.following import Pack
from mailsvc.store.tx import Tx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LATE_SHOWN = 100
MADE_UP_MS = 8 * 86_400_000
"""A report whose hour fell into a standstill is made up for so long."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report whose time has come."""

    org_code: str
    kind: str
    first: date


# ---- when ---------------------------------------------------------------------------------------------------
def wanted(tx: Tx) -> list[Wanted]:
    """The reports whose time has come and that are not made: of this week and month, and of those before when the
    service stood still at their hour."""
    org_code = main_organisation(tx)
    begun_ms = store.begun_ms(tx)
    return [
        Wanted(org_code, period.kind, period.first)
        for period in _periods(office_date(tx.now_ms))
        if begun_ms <= (due_ms := due_at(period)) <= tx.now_ms < due_ms + MADE_UP_MS
        and following.find_pack(tx, org_code, period.kind, period.first.isoformat()) is None
    ]


def _periods(today: date) -> Iterator[Period]:
    for current in (week_of(today), month_of(today)):
        yield current.before()
        yield current


def due_at(period: Period) -> int:
    """When the report of the week or month is made, in ms; never for a week without a working day."""
    rules = rules_on(period.last)
    day = period.first + timedelta(days=rules.pack_weekday - 1) if period.kind == WEEK else period.last
    if not calendar.is_working_day(day):
        day = calendar.add_working_days(day, -1)
    if day < period.first:
        day = period.last + timedelta(days=3650)
    return calendar.moment(day, rules.pack_at)


# ---- making -------------------------------------------------------------------------------------------------
def make(tx: Tx, one: Wanted) -> bool:
    """Make the report and mail it to the leaders; False when somebody has made it."""
    if following.find_pack(tx, one.org_code, one.kind, one.first.isoformat()) is not None:
        return False
    period = week_of(one.first) if one.kind == WEEK else month_of(one.first)
    found = figures(tx, one.org_code, period)
    late = tuple(_late_cells(row) for row in board.late_rows(tx, one.org_code)[:_LATE_SHOWN])
    made = report(tx, found, late)
    told = recipients(tx, one.org_code, rules_on(office_date(tx.now_ms)))
    content_id = notice.post(tx, told, _notice(made, found))
    following.add_pack(
        tx,
        {
            "org_code": one.org_code,
            "kind": one.kind,
            "first_day": period.first.isoformat(),
            "last_day": period.last.isoformat(),
            "made_ms": tx.now_ms,
            "figures": json.dumps({"figures": asdict(found), "late": late}, ensure_ascii=False).encode(),
            "content_id": content_id,
        },
    )
    return True


def recipients(tx: Tx, org_code: str, rules: Rules) -> list[int]:
    """The leaders, the head of the Office, and the head of the department for IT."""
    found = people.with_roles(tx, org_code, rules.pack_roles)
    for unit_code in rules.pack_heads_of:
        found += people.heads_of(tx, unit_code)
    return people.present(tx, found)


def _notice(made: Report, found: Figures) -> Notice:
    name = "bao-cao-" + ("tuan" if found.kind == WEEK else "thang") + f"-{found.first_day}"
    text = "\n".join(
        [
            made.heading,
            *made.lines,
            "",
            f"Văn bản đến: {sum(found.received.values())}; văn bản đi: {sum(found.numbered.values())}.",
            f"Việc đã xong: đúng hạn {found.total('in_time')}, trễ hạn {found.total('late')}.",
            f"Đang giải quyết {found.total('open')}, trong đó quá hạn {found.total('overdue')}.",
            "",
            "Số liệu từng đơn vị ở tệp kèm theo và ở mục Thống kê trên Văn phòng điện tử (/thong-ke/giao-ban).",
        ]
    )
    files = (File(f"{name}.xlsx", XLSX, sheets.as_xlsx(made)), File(f"{name}.docx", DOCX, sheets.as_docx(made)))
    return Notice("report", made.heading.capitalize(), text + "\n", files=files)


# ---- as a report --------------------------------------------------------------------------------------------
_UNIT_COLUMNS = (
    "Đơn vị", "Văn bản nhận", "Việc được giao", "Xong đúng hạn", "Xong trễ hạn", "Tỷ lệ đúng hạn (%)",
    "Đang giải quyết", "Chưa đọc, chưa nhận", "Sắp đến hạn", "Quá hạn",
)  # fmt: skip
_LATE_COLUMNS = ("Đơn vị", "Người xử lý", "Nội dung", "Hạn", "Quá (ngày làm việc)")


def report(tx: Tx, found: Figures, late: tuple[tuple[str | int, ...], ...]) -> Report:
    """The figures as tables."""
    organisation = units.name(tx, found.org_code, min(office_date(tx.now_ms).isoformat(), found.last_day))
    made = f"Lập lúc {office_datetime(tx.now_ms):%H:%M ngày %d/%m/%Y} từ Văn phòng điện tử"
    whole = (
        ("Văn bản đến đã vào sổ", sum(found.received.values())),
        ("Văn bản đi đã cấp số", sum(found.numbered.values())),
        ("Việc đã xong đúng hạn", found.total("in_time")),
        ("Việc đã xong trễ hạn", found.total("late")),
        ("Việc đang giải quyết", found.total("open")),
        ("Việc quá hạn", found.total("overdue")),
        ("Lần đôn đốc", found.urged),
        ("Vướng mắc: đã nhận / đã trả lời / quá hạn trả lời",
         f"{found.problems_told} / {found.problems_answered} / {found.problems_overdue}"),
        ("Báo cáo ngày: phải có / còn thiếu", f"{found.daily_expected} / {found.daily_missing}"),
    )  # fmt: skip
    return Report(
        heading(found),
        (organisation, made),
        (
            Table("Số liệu chung", ("Chỉ tiêu", "Số liệu"), whole),
            Table("Theo đơn vị", _UNIT_COLUMNS, tuple(_unit_cells(one) for one in found.units)),
            Table("Văn bản đến theo loại", ("Loại", "Số lượng"), _types(found.received)),
            Table("Văn bản đi theo loại", ("Loại", "Số lượng"), _types(found.numbered)),
            Table("Danh sách quá hạn", _LATE_COLUMNS, late),
        ),
    )


def heading(found: Figures) -> str:
    return f"BÁO CÁO KẾT QUẢ THỰC HIỆN TRÊN VĂN PHÒNG ĐIỆN TỬ, {found.words.upper()}"


def _unit_cells(one: UnitFigures) -> tuple[str | int, ...]:
    percent = "" if one.percent is None else one.percent
    return (
        one.name, one.documents, one.tasks, one.in_time, one.late, percent, one.open, one.waiting, one.soon,
        one.overdue,
    )  # fmt: skip


def _types(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(((name or "(không ghi)", count) for name, count in counts.items()), key=lambda one: -one[1]))


def _late_cells(row: board.LateRow) -> tuple[str | int, ...]:
    day = "/".join(reversed(row.one.deadline.split("-")))
    return (row.unit, row.person, row.one.title, day, row.days)


def stored(tx: Tx, pack: Pack) -> tuple[Figures, Report]:
    """The figures of a pack as they were when it was made, and its tables."""
    data = json.loads(pack.figures)
    given = data["figures"]
    found = Figures(**given | {"units": tuple(UnitFigures(**one) for one in given["units"])})
    late = tuple(tuple(row) for row in data["late"])
    made = report(tx, found, late)
    shown = f"Lập lúc {office_datetime(pack.made_ms):%H:%M ngày %d/%m/%Y} từ Văn phòng điện tử"
    return found, Report(made.heading, (made.lines[0], shown), made.tables)
