"""Quản trị: addresses of an account: one more, another primary one, one less."""

from __future__ import annotations

from starlette.responses import Response

from mailsvc.accounts import addressing, administering
from mailsvc.core.errors import AlreadyThere, Invalid, NotFound, Refused
from mailsvc.http.visits import Visit, post
from webmail.i18n import _
from webmail.pages import go
from webmail.routes.admin import with_factor
from webmail.routes.admin_accounts import PAGE, account_page

AT = "dia-chi"


async def add(visit: Visit) -> Response:
    account_id = visit.whole("id")
    await visit.office.db.read(administering.account, visit.actor, account_id)
    domains = visit.office.settings.organisation.domains
    try:
        address = f"{visit.field('ten', 64)}@{visit.field('mien', 255)}"
        made = await visit.office.db.write(addressing.add, visit.actor, domains, account_id, address)
    except (Invalid, AlreadyThere, Refused) as error:
        return await account_page(visit, account_id, at=AT, error=error)
    return go(visit, f"{PAGE}/{account_id}", _("Đã thêm %(address)s.", address=made))


async def make_primary(visit: Visit) -> Response:
    account_id = visit.whole("id")
    await visit.office.db.read(administering.account, visit.actor, account_id)
    address = visit.field("dia_chi", 320)
    try:
        await visit.office.db.write(addressing.make_primary, visit.actor, account_id, address)
    except NotFound as error:
        return await account_page(visit, account_id, at=AT, error=error)
    return go(visit, f"{PAGE}/{account_id}", _("Từ nay thư gửi đi mang địa chỉ %(address)s.", address=address))


async def remove(visit: Visit) -> Response:
    account_id = visit.whole("id")
    await visit.office.db.read(administering.account, visit.actor, account_id)
    address = visit.field("dia_chi", 320)
    try:
        await visit.office.db.write(addressing.remove, visit.actor, account_id, address)
    except (NotFound, Refused) as error:
        return await account_page(visit, account_id, at=AT, error=error)
    local, _at, domain = address.rpartition("@")
    undo = (("ten", local), ("mien", domain))
    told = _("Đã bỏ %(address)s.", address=address)
    return go(visit, f"{PAGE}/{account_id}", told, f"{PAGE}/{account_id}/dia-chi", undo)


ROUTES = (
    post(PAGE + "/{id}/dia-chi", with_factor(add)),
    post(PAGE + "/{id}/dia-chi/chinh", with_factor(make_primary)),
    post(PAGE + "/{id}/dia-chi/bo", with_factor(remove)),
)
