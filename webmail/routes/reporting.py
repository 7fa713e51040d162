"""Daily reports, the box “Vướng mắc”, and who takes care of letters that wait for the register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, NotFound, Refused
from mailsvc.documents import calendar, rights
from mailsvc.documents.following import daily, entry_clerks, people, problems
from mailsvc.documents.following.daily import Attendance
from mailsvc.documents.rights import Act, Subject
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.http.visits import Visit, get, post
from mailsvc.reports import statistics
from mailsvc.store import accounts, following, intake
from mailsvc.store.accounts import Account
from mailsvc.store.following import DailyReport, TroubleReport
from mailsvc.store.intake import HELD, WAITING, Entry
from mailsvc.store.tx import Tx
from webmail import forms
from webmail.i18n import _, said
from webmail.pages import go, page

DAILY, PROBLEMS, CLERKS = "/bao-cao-ngay", "/vuong-mac", "/van-ban-den/phan-cong"


# ---- daily reports ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Day:
    """`mine`: own reports, latest first; `everybody`: who has and has not reported on `day`, for heads."""

    day: date
    expected: bool
    mine: tuple[DailyReport, ...]
    everybody: tuple[Attendance, ...]
    leads: bool


def _day(tx: Tx, actor: Actor, day: date) -> _Day:
    me = actor.account_id or 0
    mine = tuple(following.daily_of(tx, me))
    expected = daily.is_expected(tx, me, office_date(tx.now_ms))
    org_code = statistics.organisation_of_reader(tx, actor)
    try:
        only = statistics.readable_units(tx, actor, org_code, Act.URGE)
    except Refused:
        return _Day(day, expected, mine, (), False)
    shown = tuple(one for one in daily.of_day(tx, org_code, day) if only is None or one.person.unit_code in only)
    return _Day(day, expected, mine, shown, True)


async def day(visit: Visit) -> Response:
    """The form for today, own reports, and (for heads, `?ngay=`) who has not reported."""
    return await _day_page(visit)


async def _day_page(visit: Visit, typed: str = "", problem: str = "", status: int = 200) -> Response:
    wanted = forms.calendar_day(visit.query("ngay")) or office_date(visit.office.clock.now_ms())
    found = await visit.office.db.read(_day, visit.actor, wanted)
    values = {"found": found, "typed": typed, "problem": problem, "works": calendar.is_working_day(wanted)}
    return await page(visit, "daily.html", status=status, **values)


async def report_day(visit: Visit) -> Response:
    """Report of today, or of a day before that was forgotten."""
    text = visit.field("noi_dung", 20_000)
    wanted = forms.calendar_day(visit.field("ngay", 40)) if visit.field("ngay", 40) else None
    try:
        nothing = visit.field("khong_phat_sinh", 3) == "1"
        await visit.office.db.write(daily.report, visit.actor, text, nothing=nothing, day=wanted)
    except (Invalid, Refused) as error:
        return await _day_page(visit, text, said(error), 422)
    return go(visit, DAILY, _("Đã ghi báo cáo ngày."))


# ---- problems -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Problems:
    """Own problems, and for the head of the Office those of everybody. `names`: people by id."""

    mine: tuple[TroubleReport, ...]
    all: tuple[TroubleReport, ...]
    answers: bool
    names: dict[int, str]


def _problems(tx: Tx, account_id: int) -> _Problems:
    org_code = organisation_of_unit(tx, accounts.get(tx, account_id).unit_code)
    answers = problems.is_answerer(tx, account_id, org_code)
    mine = following.problems_of(tx, org_code, person_id=account_id)
    everybody = following.problems_of(tx, org_code) if answers else []
    return _Problems(tuple(mine), tuple(everybody), answers, _names(tx, [*mine, *everybody]))


def _names(tx: Tx, found: list[TroubleReport]) -> dict[int, str]:
    ids = {one.person_id for one in found} | {one.answered_by for one in found if one.answered_by is not None}
    return {one: accounts.get(tx, one).full_name for one in ids}


async def problem_list(visit: Visit) -> Response:
    """The form, own problems, and for the head of the Office all of them, overdue ones first."""
    return await _problem_page(visit)


async def _problem_page(
    visit: Visit, typed: tuple[str, str] = ("", ""), problem: str = "", status: int = 200
) -> Response:
    found = await visit.office.db.read(_problems, visit.who.account.id)
    return await page(visit, "problem_list.html", status=status, found=found, typed=typed, problem=problem)


async def tell_problem(visit: Visit) -> Response:
    title, text = visit.field("tieu_de", 2000), visit.field("noi_dung", 20_000)
    try:
        await visit.office.db.write(problems.tell, visit.actor, title, text)
    except (Invalid, Refused) as error:
        return await _problem_page(visit, (title, text), said(error), 422)
    return go(visit, PROBLEMS, _("Đã gửi Chánh Văn phòng; câu trả lời sẽ đến bằng thư."))


@dataclass(frozen=True, slots=True)
class _One:
    problem: TroubleReport
    answers: bool
    names: dict[int, str]


def _one(tx: Tx, account_id: int, problem_id: int) -> _One:
    found = problems.visible(tx, account_id, problem_id)
    return _One(found, problems.is_answerer(tx, account_id, found.org_code), _names(tx, [found]))


async def one_problem(visit: Visit) -> Response:
    found = await visit.office.db.read(_one, visit.who.account.id, visit.whole("problem"))
    return await page(visit, "problem.html", found=found, one=found.problem, typed="", problem="")


async def answer_problem(visit: Visit) -> Response:
    """The head of the Office answers; the asker gets it by mail."""
    problem_id, text = visit.whole("problem"), visit.field("tra_loi", 20_000)
    found = await visit.office.db.read(_one, visit.who.account.id, problem_id)
    try:
        await visit.office.db.write(problems.answer, visit.actor, problem_id, text)
    except (Invalid, Refused) as error:
        values = {"one": found.problem, "typed": text, "problem": said(error)}
        return await page(visit, "problem.html", status=422, found=found, **values)
    return go(visit, f"{PROBLEMS}/{problem_id}", _("Đã trả lời; người hỏi được báo bằng thư."))


# ---- clerks of waiting letters ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Waiting:
    """A letter that waits for the register, and the clerk who takes care of it ('' for nobody)."""

    entry: Entry
    clerk: str


@dataclass(frozen=True, slots=True)
class _Clerks:
    rows: tuple[_Waiting, ...]
    clerks: tuple[Account, ...]
    duty: int | None
    mine: int | None  # the person's own id when he is a clerk


def _clerks(tx: Tx, actor: Actor) -> _Clerks:
    org_code = organisation_of_unit(tx, accounts.get(tx, actor.account_id or 0).unit_code)
    rights.require(tx, actor, Act.SUBMIT, Subject(org_code))
    waiting = intake.listing(tx, org_code, (WAITING, HELD), limit=200)
    given = following.clerk_of_entries(tx, [one.id for one in waiting])
    keepers = people.clerks_of(tx, org_code)
    names = {one: accounts.get(tx, one).full_name for one in keepers}
    rows = [
        _Waiting(one, names.get(entry_clerks.keeper(tx, one, given.get(one.id)) or 0, "")) for one in reversed(waiting)
    ]
    clerks = tuple(accounts.get(tx, one) for one in keepers)
    mine = actor.account_id if actor.account_id in keepers else None
    return _Clerks(tuple(rows), clerks, entry_clerks.on_duty(tx, org_code), mine)


async def clerk_list(visit: Visit) -> Response:
    """Letters that wait for the register with the clerk of each; naming the clerk on duty."""
    return await page(visit, "entry_clerks.html", found=await visit.office.db.read(_clerks, visit.actor))


async def give_entry(visit: Visit) -> Response:
    """Give a waiting letter to a clerk."""
    clerk = _account(visit.field("van_thu", 16))
    await visit.office.db.write(
        entry_clerks.give, visit.actor, visit.whole("entry"), clerk, visit.field("ghi_chu", 500)
    )
    return go(visit, CLERKS, _("Đã phân công."))


async def set_duty(visit: Visit) -> Response:
    """Name the clerk who has what was given to nobody; nobody when the choice is empty."""
    typed = visit.field("van_thu", 16)
    await visit.office.db.write(_set_duty, visit.actor, _account(typed) if typed else None)
    return go(visit, CLERKS, _("Đã đổi văn thư trực."))


def _set_duty(tx: Tx, actor: Actor, clerk_id: int | None) -> None:
    org_code = organisation_of_unit(tx, accounts.get(tx, actor.account_id or 0).unit_code)
    entry_clerks.set_duty(tx, actor, org_code, clerk_id)


def _account(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise NotFound("Chưa chọn văn thư.")
    return int(text)


ROUTES = (
    get(DAILY, day),
    post(DAILY, report_day),
    get(PROBLEMS, problem_list),
    post(PROBLEMS, tell_problem),
    get(PROBLEMS + "/{problem}", one_problem),
    post(PROBLEMS + "/{problem}", answer_problem),
    get(CLERKS, clerk_list),
    post(CLERKS + "/truc", set_duty),
    post(CLERKS + "/{entry}", give_entry),
)
