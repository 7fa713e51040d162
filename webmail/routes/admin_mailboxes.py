"""Quản trị: shared mailboxes of units and roles: a new one, what it is, who may use it."""

from __future__ import annotations

from starlette.responses import Response

from mailsvc.accounts import administering, shared, sheets
from mailsvc.accounts.shared import NewMailbox
from mailsvc.core.errors import AlreadyThere, Invalid, MailsvcError, NotFound, Refused
from mailsvc.http.visits import Visit, get, post
from webmail.i18n import _, said
from webmail.pages import go
from webmail.routes.admin import with_factor
from webmail.routes.admin_accounts import PAGE, account_page, typed_facts, typed_term
from webmail.routes.admin_shell import admin_page

NEW = PAGE + "/hop-thu-moi"
_WRONG = (Invalid, AlreadyThere, NotFound, Refused)


async def form(visit: Visit) -> Response:
    return await _form(visit)


async def _form(visit: Visit, error: MailsvcError | None = None) -> Response:
    await visit.office.db.read(administering.require, visit.actor)
    shown = {
        "units": await visit.office.db.read(sheets.units_of_today),
        "typed": {name: visit.field(name) for name in visit.form} if error else {},
        "problem": said(error) if error else "",
        "domains": visit.office.settings.organisation.domains,
    }
    return await admin_page(visit, "admin_mailbox_new.html", status=422 if error else 200, **shown)


async def add(visit: Visit) -> Response:
    await visit.office.db.read(administering.require, visit.actor)
    try:
        kind, intake = visit.field("loai", 10), visit.field("vao_so", 1) == "1"
        new = NewMailbox(visit.field("ten", 64), kind, visit.field("ho_ten", 200), visit.field("don_vi", 60), intake)
        domains = visit.office.settings.organisation.domains
        made = await visit.office.db.write(shared.make, visit.actor, domains, new)
    except (Invalid, AlreadyThere) as error:
        return await _form(visit, error)
    return go(visit, f"{PAGE}/{made.id}", _("Đã tạo hộp thư %(name)s.", name=made.full_name))


async def change(visit: Visit) -> Response:
    account_id = visit.whole("id")
    await visit.office.db.read(administering.account, visit.actor, account_id)
    try:
        wanted, seen, ticked = typed_facts(visit), visit.field("thay", 16), visit.field("vao_so", 1)
        intake = None if ticked == visit.field("vao_so_truoc", 1) else ticked == "1"  # what was not touched stays
        await visit.office.db.write(shared.change, visit.actor, account_id, seen, wanted, intake)
    except (Invalid, Refused) as error:
        return await account_page(visit, account_id, at="thong-tin", error=error)
    return go(visit, f"{PAGE}/{account_id}", _("Đã lưu."))


async def open_to(visit: Visit) -> Response:
    account_id = visit.whole("id")
    await visit.office.db.read(administering.account, visit.actor, account_id)
    try:
        term, send = typed_term(visit), visit.field("gui", 1) == "1"
        username = visit.field("nguoi", 320).partition("@")[0].lower()
        who = await visit.office.db.write(shared.open_to, visit.actor, account_id, username, term, can_send=send)
    except _WRONG as error:
        return await account_page(visit, account_id, at="nguoi-dung", error=error)
    return go(visit, f"{PAGE}/{account_id}", _("%(name)s dùng được hộp thư này.", name=who.full_name))


async def close_to(visit: Visit) -> Response:
    account_id, grantee_id = visit.whole("id"), visit.whole("grantee")
    await visit.office.db.read(administering.account, visit.actor, account_id)
    try:
        await visit.office.db.write(shared.close_to, visit.actor, account_id, grantee_id)
    except _WRONG as error:
        return await account_page(visit, account_id, at="nguoi-dung", error=error)
    return go(visit, f"{PAGE}/{account_id}", _("Đã rút quyền dùng hộp thư."))


ROUTES = (
    get(NEW, with_factor(form)),
    post(NEW, with_factor(add)),
    post(PAGE + "/{id}/hop-thu", with_factor(change)),
    post(PAGE + "/{id}/nguoi-dung", with_factor(open_to)),
    post(PAGE + "/{id}/nguoi-dung/{grantee}/rut", with_factor(close_to)),
)
