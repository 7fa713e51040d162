"""Quản trị: addresses of an account: one more, another primary one, one less."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from mailsvc.accounts import addressing, administering
from mailsvc.core.actor import Actor
from mailsvc.core.errors import AlreadyThere, Invalid, NotFound, Refused
from mailsvc.http.visits import Visit, post
from mailsvc.store.tx import Tx
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
    address, refused = await _changed(visit, addressing.make_primary)
    told = _("Từ nay thư gửi đi mang địa chỉ %(address)s.", address=address)
    return refused or go(visit, f"{PAGE}/{visit.whole('id')}", told)


async def remove(visit: Visit) -> Response:
    address, refused = await _changed(visit, addressing.remove)
    local, _at, domain = address.rpartition("@")
    undo = (("ten", local), ("mien", domain))
    told, here = _("Đã bỏ %(address)s.", address=address), f"{PAGE}/{visit.whole('id')}"
    return refused or go(visit, here, told, f"{here}/dia-chi", undo)


async def _changed(visit: Visit, change: Callable[[Tx, Actor, int, str], None]) -> tuple[str, Response | None]:
    """Change the address that the form names; with it the account's page saying why, when it is refused."""
    account_id, address = visit.whole("id"), visit.field("dia_chi", 320)
    await visit.office.db.read(administering.account, visit.actor, account_id)
    try:
        await visit.office.db.write(change, visit.actor, account_id, address)
    except (NotFound, Refused) as error:
        return address, await account_page(visit, account_id, at=AT, error=error)
    return address, None


ROUTES = (
    post(PAGE + "/{id}/dia-chi", with_factor(add)),
    post(PAGE + "/{id}/dia-chi/chinh", with_factor(make_primary)),
    post(PAGE + "/{id}/dia-chi/bo", with_factor(remove)),
)
