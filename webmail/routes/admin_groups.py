"""Quản trị, Nhóm địa chỉ: one address that many people and units receive."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from mailsvc.accounts import address_groups, administering
from mailsvc.accounts.address_groups import Meanwhile
from mailsvc.core.errors import AlreadyThere, Invalid
from mailsvc.http.visits import Visit, get, post
from mailsvc.store.groups import Group, Member
from webmail.i18n import _, said, told
from webmail.pages import go
from webmail.routes.admin import with_factor
from webmail.routes.admin_shell import admin_page

PAGE = "/quan-tri/nhom"


async def listing(visit: Visit) -> Response:
    found = await visit.office.db.read(address_groups.listing, visit.actor)
    return await admin_page(visit, "admin_groups.html", found=found)


async def new(visit: Visit) -> Response:
    await visit.office.db.read(administering.require, visit.actor)
    return await _form(visit, Group(0, "", "", "", 1), ())


async def one(visit: Visit) -> Response:
    found = await visit.office.db.read(address_groups.opened, visit.actor, visit.whole("id"))
    seen = address_groups.state(found.group, found.members)
    return await _form(visit, found.group, found.members, reached=found.reached, seen=seen)


async def _form(visit: Visit, group: Group, members: tuple[Member, ...], **given: Any) -> Response:
    chosen = await visit.office.db.read(address_groups.choices, visit.actor, members)
    values: dict[str, Any] = {"problems": {}, "reached": (), "status": 200, "seen": "", **given}
    return await admin_page(
        visit,
        "admin_group.html",
        group=group,
        members=set(members),
        choices=chosen,
        local=group.address.removesuffix("@" + visit.office.settings.primary_domain),
        domain=visit.office.settings.primary_domain,
        **values,
    )


async def save(visit: Visit) -> Response:
    """Add the group, or change it; what is wrong is said beside its field, with everything that was typed."""
    office, group_id = visit.office, int(visit.request.path_params.get("id", 0))
    await office.db.read(administering.require, visit.actor)
    domains = office.settings.organisation.domains
    members = tuple(address_groups.read_member(str(text)) for text in visit.form.getlist("thanh_vien"))
    inside = int(visit.field("noi_bo", 1) == "1")
    wanted = Group(group_id, visit.field("dia_chi", 200), visit.field("ten", 500), visit.field("ghi_chu"), inside)
    wrong = await office.db.read(address_groups.problems, visit.actor, domains, wanted, members)
    problems, seen = {name: told(text) for name, text in wrong.items()}, visit.field("thay", 16)
    if not problems:
        try:
            group_id = await office.db.write(address_groups.save, visit.actor, domains, wanted, members, seen)
            return go(
                visit, f"{PAGE}/{group_id}", _("Đã lưu nhóm; thư gửi tới nhóm được chuyển ngay theo danh sách mới.")
            )
        except Meanwhile as error:
            problems, seen = {"members": said(error)}, error.state
        except (AlreadyThere, Invalid) as error:
            problems = {"address": said(error)}
    return await _form(visit, wanted, members, problems=problems, seen=seen, status=422)


async def remove(visit: Visit) -> Response:
    group = await visit.office.db.write(address_groups.remove, visit.actor, visit.whole("id"))
    return go(
        visit,
        PAGE,
        _("Đã xóa nhóm “%(name)s”; thư gửi tới %(address)s bị trả lại.", name=group.name, address=group.address),
    )


ROUTES = (
    get(PAGE, with_factor(listing)),
    get(PAGE + "/moi", with_factor(new)),
    post(PAGE + "/moi", with_factor(save)),
    get(PAGE + "/{id}", with_factor(one)),
    post(PAGE + "/{id}", with_factor(save)),
    post(PAGE + "/{id}/xoa", with_factor(remove)),
)
