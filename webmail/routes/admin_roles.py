"""Quản trị: roles of a person over time: given, put right, ended."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from mailsvc.accounts import administering, roles
from mailsvc.core.clock import office_date
from mailsvc.core.errors import AlreadyThere, Invalid, NotFound, Refused
from mailsvc.http.visits import Visit, post
from webmail.i18n import _
from webmail.pages import go
from webmail.routes.admin import with_factor
from webmail.routes.admin_accounts import PAGE, account_page, typed_term

AT = "vai-tro"
_WRONG = (Invalid, AlreadyThere, NotFound, Refused)


async def give(visit: Visit) -> Response:
    account_id = visit.whole("id")
    await visit.office.db.read(administering.person, visit.actor, account_id)
    role, unit_code = visit.field("vai_tro", 60), visit.field("don_vi", 60)
    try:
        term = typed_term(visit)
        today = office_date(visit.office.clock.now_ms()).isoformat()
        term = replace(term, valid_from=term.valid_from or today)
        await visit.office.db.write(roles.give, visit.actor, account_id, role, unit_code, term)
    except _WRONG as error:
        return await account_page(visit, account_id, at=AT, error=error)
    return go(visit, f"{PAGE}/{account_id}", _("Đã giao vai trò."))


async def correct(visit: Visit) -> Response:
    """Another unit, other days. An empty first day means that the role holds since ever."""
    account_id, role_id = visit.whole("id"), visit.whole("role")
    await visit.office.db.read(administering.person, visit.actor, account_id)
    try:
        term, unit_code, seen = typed_term(visit), visit.field("don_vi", 60), visit.field("thay", 200)
        await visit.office.db.write(roles.correct, visit.actor, account_id, role_id, seen, unit_code, term)
    except _WRONG as error:
        return await account_page(visit, account_id, at=f"{AT}-{role_id}", error=error)
    return go(visit, f"{PAGE}/{account_id}", _("Đã sửa vai trò."))


async def end(visit: Visit) -> Response:
    """The role holds no more from today on."""
    account_id, role_id = visit.whole("id"), visit.whole("role")
    await visit.office.db.read(administering.person, visit.actor, account_id)
    try:
        await visit.office.db.write(roles.end_now, visit.actor, account_id, role_id)
    except _WRONG as error:
        return await account_page(visit, account_id, at=f"{AT}-{role_id}", error=error)
    return go(visit, f"{PAGE}/{account_id}", _("Vai trò đã thôi từ hôm nay."))


ROUTES = (
    post(PAGE + "/{id}/vai-tro", with_factor(give)),
    post(PAGE + "/{id}/vai-tro/{role}", with_factor(correct)),
    post(PAGE + "/{id}/vai-tro/{role}/thoi", with_factor(end)),
)
