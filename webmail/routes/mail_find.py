"""Tìm thư: over all folders, with operators, and the form that writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from starlette.responses import RedirectResponse, Response

from mailsvc.http.visits import Visit, get
from mailsvc.mail import query
from webmail import mail_search
from webmail.i18n import N_, _
from webmail.pages import page

_FIELDS = (
    ("tu", N_("từ:")),
    ("den", N_("đến:")),
    ("chu_de", N_("chủ đề:")),
    ("tep", N_("tệp:")),
    ("trong", N_("trong:")),
)
OPERATORS = (
    (N_("từ:lan"), N_("người gửi có chữ “lan”")),
    (N_("đến:phòng"), N_("gửi đến")),
    (N_("chủ đề:\"tuyển sinh\""), N_("cụm từ trong chủ đề")),
    (N_("có:tệp"), N_("có tệp kèm theo")),
    (N_("tệp:xlsx"), N_("tên tệp có chữ “xlsx”")),
    (N_("sau:01/11/2026"), N_("từ ngày đó về sau")),
    (N_("trước:11/2026"), N_("trước tháng đó")),
    (N_("trong:\"Lưu trữ\""), N_("chỉ trong thư mục đó")),
    (N_("chưa đọc"), N_("thư chưa đọc")),
    (N_("là:sao"), N_("thư có sao")),
    (N_("lớn hơn:5MB"), N_("thư nặng hơn 5 MB")),
    (N_("-quảng"), N_("không có chữ “quảng”")),
)  # fmt: skip
PROBLEMS = {
    "before": N_("Không hiểu ngày “%(value)s”; viết như 23/11/2026, 11/2026 hoặc 2026."),
    "after": N_("Không hiểu ngày “%(value)s”; viết như 23/11/2026, 11/2026 hoặc 2026."),
    "larger": N_("Không hiểu cỡ “%(value)s”; viết như 5MB hoặc 300KB."),
    "smaller": N_("Không hiểu cỡ “%(value)s”; viết như 5MB hoặc 300KB."),
    "is": N_("Không có trạng thái “%(value)s”; có: chưa-đọc, đã-đọc, sao, đã-trả-lời."),
    "has": N_("Không hiểu “có:%(value)s”; viết có:tệp."),
}


async def find(visit: Visit) -> Response:
    """What was found for `q`; the fields of the form become operators of `q` first."""
    given = visit.request.query_params
    if given.get("ky") == "1":
        words = written(given)
        return RedirectResponse(mail_search.more(words), 303)
    text = visit.query("q", query.LONGEST)
    after = mail_search.place_of(visit.query("sau"))
    shown = await visit.office.db.read(mail_search.search_page, visit.who.account.id, text, after)
    values: dict[str, Any] = {"operators": OPERATORS, "reasons": PROBLEMS}
    return await page(visit, "mail_find.html", found=shown, shelves=shown.shelves, current=None, uid=None, **values)


def written(fields: Mapping[str, str]) -> str:
    """The query that the form means. Days come as 2026-11-23 and count themselves in."""

    def ticked(name: str, words: str) -> tuple[str, str]:
        return "", _(words) if fields.get(name) else ""

    parts = [("", fields.get("chua", "")), *((_(operator), fields.get(name, "")) for name, operator in _FIELDS)]
    parts += [(_("sau:"), fields.get("tu_ngay", "")), (_("trước:"), _day_after(fields.get("den_ngay", "")))]
    parts += [(_("lớn hơn:"), fields.get("lon_hon", "")), ticked("co_tep", N_("có:tệp"))]
    parts += [ticked("chua_doc", N_("là:chưa-đọc")), ticked("sao", N_("là:sao"))]
    without = fields.get("khong", "").split()
    return query.written([*parts, *(("-", one) for one in without)])


def _day_after(iso: str) -> str:
    try:
        return (date.fromisoformat(iso) + timedelta(days=1)).isoformat() if iso else ""
    except (ValueError, OverflowError):
        return iso


ROUTES = (get(mail_search.ADDRESS, find),)
