"""What all pages of Quản trị have in common: their tabs, of which "Nhật ký" is only for those who may read it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.documents import rights
from mailsvc.documents.rights import Act
from mailsvc.documents.rights.units import main_organisation
from mailsvc.http.visits import Visit
from mailsvc.store.tx import Tx
from webmail.i18n import N_, _
from webmail.pages import page

# The tabs in their order: address, name. A page of administration adds its line here.
TABS = (
    ("/quan-tri", N_("Sức khỏe")),
    ("/quan-tri/tai-khoan", N_("Tài khoản")),
    ("/quan-tri/nhap", N_("Nhập từ tệp")),
    ("/quan-tri/don-vi", N_("Đơn vị")),
    ("/quan-tri/nhom", N_("Nhóm địa chỉ")),
    ("/quan-tri/hang-doi", N_("Hàng đợi")),
    ("/quan-tri/tim-thu", N_("Tìm thư")),
)
AUDIT = ("/nhat-ky", N_("Nhật ký"))


async def admin_page(visit: Visit, template: str, **values: Any) -> Response:
    """A page of administration with its tabs; the audit trail is one for those who may read it."""
    audits = await visit.office.db.read(_audits, visit.actor)
    tabs = [(address, _(name)) for address, name in (*TABS, AUDIT) if audits or address != AUDIT[0]]
    return await page(visit, template, tabs=tabs, **values)


def _audits(tx: Tx, actor: Actor) -> bool:
    return rights.may(tx, actor, Act.READ_AUDIT, rights.of_organisation(main_organisation(tx)))
