"""Quản trị: a new person, and who somebody is: name, unit, position, telephone, note, quota."""

from __future__ import annotations

from starlette.responses import Response

from mailsvc.accounts import administering, facts, newcomers, sheets
from mailsvc.accounts.newcomers import Newcomer
from mailsvc.core.errors import AlreadyThere, Invalid, MailsvcError, Refused
from mailsvc.documents.rights.matrix import matrix
from mailsvc.http.visits import Visit, get, post
from webmail.house_words import titles
from webmail.i18n import _, said
from webmail.pages import go
from webmail.routes.admin import with_factor
from webmail.routes.admin_accounts import PAGE, account_page, temporary_password, typed_facts
from webmail.routes.admin_shell import admin_page

NEW = PAGE + "/moi"
_MOST_USUAL = "chuyen_vien"


async def form(visit: Visit) -> Response:
    return await _form(visit)


async def _form(visit: Visit, error: MailsvcError | None = None) -> Response:
    await visit.office.db.read(administering.require, visit.actor)
    shown = {
        "units": await visit.office.db.read(sheets.units_of_today),
        "roles": titles(matrix().roles),
        "typed": {name: visit.field(name) for name in visit.form} if error else {"vai_tro": _MOST_USUAL},
        "problem": said(error) if error else "",
        "domains": visit.office.settings.organisation.domains,
    }
    return await admin_page(visit, "admin_account_new.html", status=422 if error else 200, **shown)


async def add(visit: Visit) -> Response:
    """Make the account; its page opens with the temporary password, shown this once."""
    await visit.office.db.read(administering.require, visit.actor)
    domains = visit.office.settings.organisation.domains
    try:
        new = Newcomer(visit.field("ten", 64), typed_facts(visit), visit.field("vai_tro", 60))
        await visit.office.db.read(newcomers.check, visit.actor, domains, new)
        made, keys = await temporary_password(visit)
        account = await visit.office.db.write(newcomers.make, visit.actor, domains, new, keys)
    except (Invalid, AlreadyThere) as error:
        return await _form(visit, error)
    return await account_page(visit, account.id, made=made)


async def change(visit: Visit) -> Response:
    account_id, end_roles = visit.whole("id"), visit.field("thoi_vai_tro", 1) == "1"
    person = await visit.office.db.read(administering.person, visit.actor, account_id)
    try:
        wanted, seen = typed_facts(visit), visit.field("thay", 16)
        changed = await visit.office.db.write(facts.change, visit.actor, account_id, seen, wanted, end_roles=end_roles)
    except (Invalid, Refused) as error:
        return await account_page(visit, account_id, at="thong-tin", error=error)
    if "unit_code" in changed and end_roles:
        told = _("Đã chuyển đơn vị; vai trò ở đơn vị cũ đã thôi. Xin giao vai trò ở đơn vị mới.")
    else:
        told = _("Đã lưu.") if changed else _("Không có gì khác trước.")
    return go(visit, f"{PAGE}/{person.id}", told)


ROUTES = (
    get(NEW, with_factor(form)),
    post(NEW, with_factor(add)),
    post(PAGE + "/{id}", with_factor(change)),
)
