"""Ủy quyền: who acts in whose place, given and ended by the person or his leaders."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, NotFound
from mailsvc.documents import rights
from mailsvc.documents.rights import Act, delegating
from mailsvc.documents.rights.delegating import Terms
from mailsvc.http.visits import Visit, get, post
from mailsvc.store import accounts, delegations
from mailsvc.store.accounts import Account
from mailsvc.store.delegations import Delegation
from mailsvc.store.tx import Tx
from webmail.forms import calendar_day
from webmail.house_words import titles
from webmail.i18n import _
from webmail.i18n import said as i18n_said
from webmail.pages import go, page

PAGE = "/uy-quyen"


@dataclass(frozen=True, slots=True)
class Row:
    """A delegation with the names in it; `mine`: the person may end it."""

    one: Delegation
    principal: str
    delegate: str
    current: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class _Page:
    rows: tuple[Row, ...]
    principals: tuple[Account, ...]
    people: tuple[Account, ...]


def _page(tx: Tx, actor: Actor) -> _Page:
    account_id = actor.account_id or 0
    today = office_date(tx.now_ms).isoformat()
    people = [one for one in accounts.listing(tx, "person") if one.active]
    principals = [one for one in people if rights.may(tx, actor, Act.DELEGATE, delegating.subject_of(tx, one))]
    mine = {one.id for one in principals}
    shown = {one.id: one for one in [*delegations.of_account(tx, account_id), *delegating.in_force(tx)]}
    rows = [
        Row(
            one,
            accounts.get(tx, one.principal_id).full_name,
            accounts.get(tx, one.delegate_id).full_name,
            one.revoked_ms is None and (one.valid_to is None or one.valid_to >= today),
            one.principal_id in mine,
        )
        for one in sorted(shown.values(), key=lambda one: -one.id)
        if one.principal_id in mine or account_id in (one.principal_id, one.delegate_id)
    ]
    principals.sort(key=lambda one: one.id != account_id)
    return _Page(tuple(rows), tuple(principals), tuple(people))


async def listing(visit: Visit) -> Response:
    found = await visit.office.db.read(_page, visit.actor)
    return await page(visit, "delegations.html", found=found, kinds=titles(delegating.KINDS), given={}, problem="")


async def give(visit: Visit) -> Response:
    """Enter a delegation; what is wrong is said above the form, with everything that was typed."""
    try:
        principal, delegate, terms = await visit.office.db.read(_given, visit)
        await visit.office.db.write(delegating.delegate, visit.actor, principal, delegate, terms)
    except (Invalid, NotFound) as error:
        found = await visit.office.db.read(_page, visit.actor)
        given = {name: visit.field(name, 500) for name in visit.form}
        return await page(
            visit, "delegations.html", status=422, found=found, kinds=titles(delegating.KINDS), given=given,
            problem=i18n_said(error),
        )  # fmt: skip
    return go(visit, PAGE, _("Đã ghi; hai người được báo bằng thư."))


def _given(tx: Tx, visit: Visit) -> tuple[int, int, Terms]:
    principal, delegate = (_person(tx, visit.field(name, 100), name) for name in ("principal", "delegate"))
    first, last = (calendar_day(visit.field(name, 40)) for name in ("valid_from", "valid_to"))
    if first is None:
        raise Invalid("Từ ngày: “%(typed)s” không phải là ngày.", typed=visit.field("valid_from", 40))
    if last is None and visit.field("valid_to", 40):
        raise Invalid("Đến ngày: “%(typed)s” không phải là ngày.", typed=visit.field("valid_to", 40))
    terms = Terms(
        visit.field("kind", 20), first.isoformat(), last.isoformat() if last else None, visit.field("basis", 500)
    )
    return principal.id, delegate.id, terms


def _person(tx: Tx, username: str, name: str) -> Account:
    found = accounts.by_username(tx, username)
    if found is None:
        what = _("người ủy quyền") if name == "principal" else _("người được ủy quyền")
        raise NotFound("Chưa chọn đúng %(what)s.", what=what)
    return found


async def revoke(visit: Visit) -> Response:
    await visit.office.db.write(delegating.revoke, visit.actor, visit.whole("number"), visit.field("reason", 500))
    return go(visit, PAGE, _("Đã thôi ủy quyền."))


ROUTES = (get(PAGE, listing), post(PAGE, give), post(PAGE + "/{number}/thoi", revoke))
