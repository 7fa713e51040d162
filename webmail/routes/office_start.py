"""Văn phòng: what the office offers the person besides papers and mail: rules, regulation, guarding."""

from __future__ import annotations

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.documents import clerks, holding, rights
from mailsvc.documents.rights import Act
from mailsvc.http.visits import Visit, get
from mailsvc.store.tx import Tx
from webmail.i18n import N_, _
from webmail.pages import page

PAGE = "/van-phong"
_FOR_ALL = (
    ("/quy-che", N_("Quy chế"), N_("Bản đang có hiệu lực, xác nhận, góp ý")),
    ("/quy-dinh", N_("Quy định vận hành"), N_("Thời hạn, điều kiện, mẫu câu và ngày hiệu lực")),
    ("/uy-quyen", N_("Ủy quyền, người thay"), N_("Ai làm thay ai, từ ngày nào đến ngày nào")),
)
_BY_RIGHT = (
    (("ask_purge", "consent_purge"), "/tieu-huy", N_("Tiêu hủy"), N_("Hai người cùng quyết định")),
    (("break_glass",), "/mo-khan-cap", N_("Mở khẩn cấp"), N_("Đọc một nội dung khi có sự cố, có báo")),
    (("read_audit",), "/nhat-ky", N_("Nhật ký"), N_("Mọi việc làm và lượt xem")),
)


def _links(tx: Tx, actor: Actor) -> list[tuple[str, str, str]]:
    """(address, name, what it is for) of all that the person may open."""
    org_code = clerks.organisation_of(tx, actor.account_id or 0)
    subject = rights.of_organisation(org_code)
    found = list(_FOR_ALL)
    if holding.seats(tx, actor, org_code):
        found.append((holding.PAGE, _("Tạm giữ"), _("Mục có dấu hiệu bí mật nhà nước, chờ bạn quyết định")))
    found += [
        (address, name, about)
        for acts, address, name, about in _BY_RIGHT
        if any(rights.may(tx, actor, Act(one), subject) for one in acts)
    ]
    return found


async def start(visit: Visit) -> Response:
    return await page(visit, "office_start.html", links=await visit.office.db.read(_links, visit.actor))


ROUTES = (get(PAGE, start),)
