"""Quản trị, Đơn vị: the organisation as it is, was and will be; each change holds from a day on."""

from __future__ import annotations

from starlette.responses import Response

from mailsvc.accounts import administering, unit_leavings, units_over_time
from mailsvc.accounts.units_over_time import Facts
from mailsvc.core.clock import office_date
from mailsvc.core.errors import AlreadyThere, Invalid, MailsvcError, Refused
from mailsvc.documents.rights.matrix import matrix
from mailsvc.http.visits import Page, Visit, get, post
from mailsvc.store import units
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit
from mailsvc.vietnamese.sort import sort_key
from webmail.forms import calendar_day
from webmail.house_words import titles
from webmail.i18n import N_, _, said
from webmail.pages import go
from webmail.routes.admin import with_factor
from webmail.routes.admin_shell import admin_page

PAGE = "/quan-tri/don-vi"
_WRONG = (Invalid, AlreadyThere, Refused)
KINDS = {"phong": N_("Phòng, ban"), "truong": N_("Trường"), "trung_tam": N_("Trung tâm"), "so": N_("Cơ quan (sở)")}


def _today(visit: Visit) -> str:
    return office_date(visit.office.clock.now_ms()).isoformat()


async def listing(visit: Visit) -> Response:
    """The tree of today, or of the day asked for (`?ngay=`)."""
    typed = visit.query("ngay", 40)
    chosen = calendar_day(typed)
    day = chosen.isoformat() if chosen else _today(visit)
    found = await visit.office.db.read(unit_leavings.on_day, visit.actor, day)
    wrong = typed if typed and chosen is None else ""
    return await admin_page(
        visit, "admin_units.html", found=found, on=day, is_today=day == _today(visit), wrong=wrong, kinds=_kinds()
    )


def _kinds() -> dict[str, str]:
    return {code: _(name) for code, name in KINDS.items()}


# ---- a new one ----------------------------------------------------------------------------------------------
async def new(visit: Visit) -> Response:
    return await _new(visit)


async def _new(visit: Visit, error: MailsvcError | None = None) -> Response:
    await visit.office.db.read(administering.require, visit.actor)
    return await admin_page(
        visit,
        "admin_unit_new.html",
        status=422 if error else 200,
        typed={name: visit.field(name) for name in visit.form} if error else {},
        problem=said(error) if error else "",
        units=await visit.office.db.read(_choices),
        kinds=_kinds(),
    )


def _choices(tx: Tx) -> list[Unit]:
    """The units of today, by name."""
    return sorted(units.listing(tx), key=lambda one: sort_key(one.name))


async def add(visit: Visit) -> Response:
    await visit.office.db.read(administering.require, visit.actor)
    domains = visit.office.settings.organisation.domains
    try:
        made = await visit.office.db.write(
            units_over_time.add, visit.actor, domains, visit.field("ma_dv", 60), _facts(visit), _day(visit, "tu")
        )
    except _WRONG as error:
        return await _new(visit, error)
    return go(visit, f"{PAGE}/{made.code}", _("Đã thêm “%(name)s”.", name=made.name))


def _facts(visit: Visit) -> Facts:
    return Facts(
        visit.field("ten", 500),
        visit.field("loai", 20),
        visit.field("cap_tren", 60),
        visit.field("ky_hieu", 100),
        visit.field("email", 300),
        visit.field("ghi_chu", 1000),
    )


def _day(visit: Visit, name: str) -> str:
    """The day typed there as ISO. Raises Invalid."""
    text = visit.field(name, 40)
    day = calendar_day(text)
    if day is None:
        raise Invalid("“%(day)s” không phải là ngày; xin viết ngày/tháng/năm.", day=text)
    return day.isoformat()


# ---- one unit -----------------------------------------------------------------------------------------------
async def one(visit: Visit) -> Response:
    return await _sheet(visit)


async def _sheet(visit: Visit, at: str = "", error: MailsvcError | None = None) -> Response:
    """The page of a unit. `at` is the form that could not be done, with what is wrong."""
    code = str(visit.request.path_params["code"])
    found = await visit.office.db.read(unit_leavings.sheet, visit.actor, code)
    return await admin_page(
        visit,
        "admin_unit.html",
        status=422 if error else 200,
        sheet=found,
        at=at,
        problem=said(error) if error else "",
        typed={name: visit.field(name) for name in visit.form} if error else {},
        units=[one for one in await visit.office.db.read(_choices) if one.code != code],
        kinds=_kinds(),
        roles=titles(matrix().roles),
        domains=visit.office.settings.organisation.domains,
        on=_today(visit),
    )


def _act(at: str, done: Page) -> Page:
    """A form of the page: done, or shown again with what is wrong above it."""

    async def act(visit: Visit) -> Response:
        await visit.office.db.read(administering.require, visit.actor)
        try:
            return await done(visit)
        except _WRONG as error:
            row = visit.field("dong", 10)
            return await _sheet(visit, f"{at}-{row}" if row else at, error)

    return act


def _code(visit: Visit) -> str:
    return str(visit.request.path_params["code"])


async def _change(visit: Visit) -> Response:
    domains, day = visit.office.settings.organisation.domains, _day(visit, "tu")
    made = await visit.office.db.write(units_over_time.change, visit.actor, domains, _code(visit), _facts(visit), day)
    told = _(
        "Từ %(day)s: “%(name)s”. Văn bản trước ngày ấy giữ tên cũ.", day=units_over_time.shown(day), name=made.name
    )
    return go(visit, f"{PAGE}/{made.code}", told)


async def _dissolve(visit: Visit) -> Response:
    day = _day(visit, "tu")
    await visit.office.db.write(units_over_time.dissolve, visit.actor, _code(visit), day)
    return go(visit, f"{PAGE}/{_code(visit)}", _("Giải thể từ %(day)s.", day=units_over_time.shown(day)))


async def _merge(visit: Visit) -> Response:
    day, into = _day(visit, "tu"), visit.field("vao", 60)
    if not into:
        raise Invalid("Chưa chọn đơn vị nhận.")
    await visit.office.db.write(units_over_time.dissolve, visit.actor, _code(visit), day, into)
    return go(visit, f"{PAGE}/{_code(visit)}", _("Sáp nhập từ %(day)s.", day=units_over_time.shown(day)))


async def _correct(visit: Visit) -> Response:
    last = _day(visit, "den") if visit.field("den", 40) else None
    term = (_day(visit, "tu"), last)
    domains, row, seen = visit.office.settings.organisation.domains, visit.field("dong", 10), visit.field("thay", 16)
    await visit.office.db.write(
        units_over_time.correct, visit.actor, domains, _code(visit), row, _facts(visit), term, seen=seen
    )
    return go(visit, f"{PAGE}/{_code(visit)}", _("Đã sửa dòng."))


async def _take_back(visit: Visit) -> Response:
    await visit.office.db.write(units_over_time.take_back, visit.actor, _code(visit), visit.field("dong", 10))
    return go(visit, f"{PAGE}/{_code(visit)}", _("Đã bỏ thay đổi; dòng trước nó lại có hiệu lực."))


async def _move(visit: Visit) -> Response:
    end_roles = visit.field("thoi_vai_tro", 1) == "1"
    moved = await visit.office.db.write(
        unit_leavings.move, visit.actor, _code(visit), visit.field("vao", 60), end_roles=end_roles
    )
    told = _("Đã chuyển %(people)s người, %(lists)s nhóm địa chỉ.", people=moved.people, lists=moved.lists)
    if moved.stayed:
        told += " " + _("Chưa chuyển %(names)s: nhờ quản trị khác chuyển.", names=", ".join(moved.stayed))
    return go(visit, f"{PAGE}/{_code(visit)}", told)


ROUTES = (
    get(PAGE, with_factor(listing)),
    get(PAGE + "/moi", with_factor(new)),
    post(PAGE + "/moi", with_factor(add)),
    get(PAGE + "/{code}", with_factor(one)),
    post(PAGE + "/{code}/doi", with_factor(_act("doi", _change))),
    post(PAGE + "/{code}/giai-the", with_factor(_act("giai-the", _dissolve))),
    post(PAGE + "/{code}/sap-nhap", with_factor(_act("sap-nhap", _merge))),
    post(PAGE + "/{code}/sua", with_factor(_act("sua", _correct))),
    post(PAGE + "/{code}/bo", with_factor(_act("bo", _take_back))),
    post(PAGE + "/{code}/chuyen", with_factor(_act("chuyen", _move))),
)
