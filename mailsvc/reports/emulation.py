"""The yearly table for the emulation: advisory documents in time and late, by person and by unit (Article 14.2).

Judged by the deadline that an extension granted in time has moved; lateness whose appeal was accepted does not count.
What is not yet due is in no percentage.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailsvc.core.clock import office_date
from mailsvc.reports.sheets import Report, Table
from mailsvc.store import receivers, units
from mailsvc.store import statistics as store
from mailsvc.store.statistics import Advice
from mailsvc.store.tx import Tx

IN_TIME, LATE, MISSING, OPEN = "in_time", "late", "missing", "open"
WORDS = {IN_TIME: "Đúng hạn", LATE: "Trễ hạn", MISSING: "Quá hạn, chưa nộp", OPEN: "Chưa đến hạn"}


@dataclass(frozen=True, slots=True)
class Row:
    """A person or a unit over the year."""

    key: str
    name: str
    in_time: int
    late: int
    missing: int
    open: int

    @property
    def total(self) -> int:
        return self.in_time + self.late + self.missing

    @property
    def percent(self) -> float | None:
        """In time of what was due, one decimal; None when nothing was."""
        return round(100 * self.in_time / self.total, 1) if self.total else None


@dataclass(frozen=True, slots=True)
class Item:
    """One advisory document and how it counts."""

    advice: Advice
    verdict: str
    person: str
    unit: str


@dataclass(frozen=True, slots=True)
class Year:
    """The table of a year. `people` and `units` by name."""

    year: int
    people: tuple[Row, ...]
    units: tuple[Row, ...]
    items: tuple[Item, ...]


def year(tx: Tx, org_code: str, number: int, only: set[str] | None = None) -> Year:
    """The table of that year, of the organisation or of some units."""
    found = store.advice(tx, org_code, f"{number:04d}-01-01", f"{number:04d}-12-31")
    shown = [one for one in found if only is None or one.unit_code in only]
    today = office_date(tx.now_ms).isoformat()
    people = receivers.names(tx, [one.person_id for one in shown])
    known = units.names(tx, min(today, f"{number:04d}-12-31"))
    items = [
        Item(one, verdict(one, today), people.get(one.person_id, ""), known.get(one.unit_code, one.unit_code))
        for one in shown
    ]
    by_person = _rows((str(one.advice.person_id), one.person, one.verdict) for one in items)
    by_unit = _rows((one.advice.unit_code, one.unit, one.verdict) for one in items)
    return Year(number, by_person, by_unit, tuple(items))


def verdict(one: Advice, today: str) -> str:
    """How the document counts on that ISO day."""
    if one.excused:
        return IN_TIME
    if one.done_ms is not None:
        return IN_TIME if office_date(one.done_ms).isoformat() <= one.deadline else LATE
    return MISSING if one.deadline < today else OPEN


def _rows(found: Iterable[tuple[str, str, str]]) -> tuple[Row, ...]:
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for key, name, how in found:
        of_key = counts.setdefault((key, name), dict.fromkeys(WORDS, 0))
        of_key[how] += 1
    rows = (Row(key, name, **of_key) for (key, name), of_key in counts.items())
    return tuple(sorted(rows, key=lambda one: one.name))


# ---- as a file ----------------------------------------------------------------------------------------------
_COLUMNS = ("Số văn bản đến hạn", "Đúng hạn", "Trễ hạn", "Quá hạn, chưa nộp", "Tỷ lệ đúng hạn (%)", "Chưa đến hạn")


def report(found: Year, organisation: str) -> Report:
    """The table as a report to be exported."""
    tables = (
        Table("Theo đơn vị", ("Đơn vị", *_COLUMNS), tuple(_cells(one) for one in found.units)),
        Table("Theo người", ("Họ và tên", *_COLUMNS), tuple(_cells(one) for one in found.people)),
        Table(
            "Từng văn bản",
            ("Văn bản tham mưu", "Người chủ trì", "Đơn vị", "Hạn", "Nộp", "Kết quả"),
            tuple(
                (
                    one.advice.title, one.person, one.unit, _day(one.advice.deadline),
                    f"{office_date(one.advice.done_ms):%d/%m/%Y}" if one.advice.done_ms else "", _result(one),
                )
                for one in found.items
            ),
        ),
    )  # fmt: skip
    heading = f"THỐNG KÊ VĂN BẢN THAM MƯU NĂM {found.year}"
    return Report(heading, (organisation, "Căn cứ: Quy chế 1581/QĐ-SGDĐT Điều 14 khoản 2"), tables)


def _cells(one: Row) -> tuple[str | int | float, ...]:
    percent = "" if one.percent is None else one.percent
    return (one.name, one.total, one.in_time, one.late, one.missing, percent, one.open)


def _result(one: Item) -> str:
    return "Đúng hạn (chấp nhận kiến nghị)" if one.advice.excused else WORDS[one.verdict]


def _day(iso: str) -> str:
    return "/".join(reversed(iso.split("-")))
