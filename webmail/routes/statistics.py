"""Thống kê: figures of a period, the board of a unit, late work, the yearly table, the packs for the leaders."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, NotFound
from mailsvc.documents.rights import Act
from mailsvc.http.files import file_response
from mailsvc.http.helpers import HelperFailedError
from mailsvc.http.visits import Visit, get
from mailsvc.reports import board, emulation, packs, sheets, statistics
from mailsvc.reports.board import Board, LateRow
from mailsvc.reports.emulation import Year
from mailsvc.reports.periods import Period, month_of, span, week_of
from mailsvc.reports.sheets import Report
from mailsvc.reports.statistics import Figures
from mailsvc.store import following
from mailsvc.store.following import Pack
from mailsvc.store.tx import Tx
from webmail import forms
from webmail.house_words import titles
from webmail.i18n import N_
from webmail.pages import page

PLACE = "/thong-ke"
PERIODS = {
    "tuan": N_("Tuần này"),
    "tuan-truoc": N_("Tuần trước"),
    "thang": N_("Tháng này"),
    "thang-truoc": N_("Tháng trước"),
}
PRINT_SECONDS = 30.0
_FORMS: dict[str, Callable[[Report], bytes]] = {"xlsx": sheets.as_xlsx, "docx": sheets.as_docx, "csv": sheets.as_csv}


async def _file(visit: Visit, made: Report, name: str) -> Response | None:
    """The report as the file that `?dang=` asks for; None for the page. Raises Invalid when it cannot be drawn."""
    kind = visit.query("dang")
    if kind == "pdf":
        payload = json.dumps(asdict(made), ensure_ascii=False).encode()
        try:
            answer = await visit.state.helpers.call("print", "report", {}, payload, seconds=PRINT_SECONDS)
        except HelperFailedError as error:
            raise Invalid("Chưa vẽ được tệp PDF; xin lấy tệp DOCX hoặc thử lại.") from error
        return file_response(bytes(answer.data), f"{name}.pdf", show=False)
    return file_response(_FORMS[kind](made), f"{name}.{kind}", show=False) if kind in _FORMS else None


def _period(visit: Visit) -> tuple[Period, str]:
    """The period of the address and its key; this week when there is none."""
    today = office_date(visit.office.clock.now_ms())
    first, last = (forms.calendar_day(visit.query(name)) for name in ("tu", "den"))
    if first is not None and last is not None:
        return span(first, last), ""
    key = visit.query("ky") if visit.query("ky") in PERIODS else "tuan"
    current = month_of(today) if key.startswith("thang") else week_of(today)
    return (current.before() if key.endswith("truoc") else current), key


# ---- figures ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Figures:
    figures: Figures
    whole: bool
    report: Report


def _figures(tx: Tx, actor: Actor, period: Period) -> _Figures:
    org_code = statistics.organisation_of_reader(tx, actor)
    only = statistics.readable_units(tx, actor, org_code)
    found = statistics.figures(tx, org_code, period, only)
    return _Figures(found, only is None, packs.report(tx, found, ()))


async def figures(visit: Visit) -> Response:
    """The figures of a period by unit; `?ky=` or `?tu=&den=`; `?dang=xlsx` as a file."""
    period, key = _period(visit)
    found = await visit.office.db.read(_figures, visit.actor, period)
    name = f"thong-ke-{period.first}-{period.last}"
    made = await _file(visit, found.report, name)
    if made is not None:
        return made
    return await page(
        visit, "statistics.html", found=found, figures=found.figures, period=period, key=key, periods=PERIODS
    )


# ---- the board of a unit, late work -------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _BoardView:
    board: Board
    units: tuple[tuple[str, str], ...]
    urges: bool


def _board(tx: Tx, actor: Actor, wanted: str) -> _BoardView:
    org_code = statistics.organisation_of_reader(tx, actor)
    only = statistics.readable_units(tx, actor, org_code)
    known = board.units_of(tx, org_code, only)
    codes = [code for code, _ in known]
    if not codes or (wanted and wanted not in codes):
        raise NotFound("Không có đơn vị này.")
    code = wanted or codes[0]
    found = board.board(tx, org_code, code)
    reads = statistics.reads_titles(tx, actor, org_code, code)
    shown = found if reads else board.without_titles(found)
    return _BoardView(shown, tuple(known), reads)


async def unit_board(visit: Visit) -> Response:
    """What waits, is due and late in a unit, with the load of each person; `?ma=GDTRH`."""
    found = await visit.office.db.read(_board, visit.actor, visit.query("ma"))
    return await page(visit, "unit_board.html", found=found, board=found.board)


def _late(tx: Tx, actor: Actor) -> tuple[LateRow, ...]:
    org_code = statistics.organisation_of_reader(tx, actor)
    only = statistics.readable_units(tx, actor, org_code, Act.URGE)
    return tuple(one for one in board.late_rows(tx, org_code) if only is None or one.one.unit_code in only)


async def late(visit: Visit) -> Response:
    """All overdue work the person may urge about, the longest overdue first."""
    return await page(visit, "late_list.html", rows=await visit.office.db.read(_late, visit.actor))


# ---- the yearly table ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _YearView:
    year: Year
    report: Report
    titles: bool


def _year(tx: Tx, actor: Actor, number: int, organisation: str) -> _YearView:
    org_code = statistics.organisation_of_reader(tx, actor)
    only = statistics.readable_units(tx, actor, org_code)
    found = emulation.year(tx, org_code, number, only)
    titles = statistics.reads_titles(tx, actor, org_code, "" if only is None else min(only))
    shown = found if titles else Year(found.year, found.people, found.units, ())
    return _YearView(shown, emulation.report(shown, organisation), titles)


async def year(visit: Visit) -> Response:
    """Advisory documents in time and late, by unit and person; `?nam=2026`."""
    this_year = office_date(visit.office.clock.now_ms()).year
    typed = visit.query("nam")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else this_year
    organisation = visit.office.settings.organisation.name
    found = await visit.office.db.read(_year, visit.actor, number, organisation)
    made = await _file(visit, found.report, f"tham-muu-{number}")
    if made is not None:
        return made
    words = titles(emulation.WORDS)
    return await page(visit, "emulation.html", found=found, year=found.year, words=words, this_year=this_year)


# ---- packs --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _PackView:
    pack: Pack
    figures: Figures
    report: Report


def _packs(tx: Tx, actor: Actor) -> list[Pack]:
    org_code = statistics.organisation_of_reader(tx, actor)
    statistics.require_whole(tx, actor, org_code)
    return following.packs(tx, org_code)


def _pack(tx: Tx, actor: Actor, pack_id: int) -> _PackView:
    pack = following.get_pack(tx, pack_id)
    if pack.org_code != statistics.organisation_of_reader(tx, actor):
        raise NotFound("Không có báo cáo này.")
    statistics.require_whole(tx, actor, pack.org_code)
    return _PackView(pack, *packs.stored(tx, pack))


async def pack_list(visit: Visit) -> Response:
    """The weekly and monthly reports, the latest first."""
    found = await visit.office.db.read(_packs, visit.actor)
    return await page(visit, "pack_list.html", packs=found)


async def pack(visit: Visit) -> Response:
    """One of them, with the figures as they were; `?dang=docx` as a file."""
    found = await visit.office.db.read(_pack, visit.actor, visit.whole("pack"))
    made = await _file(visit, found.report, f"bao-cao-{found.pack.kind}-{found.pack.first_day}")
    return made or await page(visit, "pack.html", found=found, report=found.report)


ROUTES = (
    get(PLACE, figures),
    get(PLACE + "/don-vi", unit_board),
    get(PLACE + "/qua-han", late),
    get(PLACE + "/thi-dua", year),
    get(PLACE + "/giao-ban", pack_list),
    get(PLACE + "/giao-ban/{pack}", pack),
)
