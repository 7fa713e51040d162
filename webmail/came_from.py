"""The list a person came from, so that a document leads back to it: kept in a cookie, since browsers are asked not to
tell where they come from. It may only name a list that is known here."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.responses import Response

from mailsvc.http.sessions import set_cookie
from mailsvc.http.visits import Visit
from webmail.i18n import N_

COOKIE = "danh_sach"
_LONGEST = 400
LISTS = {
    "/viec": N_("Việc của tôi"),
    "/van-ban-den": N_("Sổ văn bản đến"),
    "/van-ban-den/cho-vao-so": N_("Chờ vào sổ"),
    "/van-ban-den/theo-doi": N_("Theo dõi"),
    "/van-ban-di": N_("Văn bản đi"),
    "/van-ban-di/dang-xu-ly": N_("Văn bản đi"),
    "/van-ban-di/thieu-ban-giay": N_("Văn bản đi"),
    "/cong-viec": N_("Giao việc"),
    "/tim": N_("Tìm kiếm"),
}


@dataclass(frozen=True, slots=True)
class Back:
    """Where a document leads back to, and what the link says."""

    address: str
    label: str


def remember(visit: Visit, response: Response) -> None:
    """Keep the address when it is that of a list a person looks at."""
    url = visit.request.url
    address = f"{url.path}?{url.query}" if url.query else url.path
    looks = visit.request.method == "GET" and "x-nhin-lai" not in visit.request.headers
    if looks and url.path in LISTS and address.isascii() and len(address) <= _LONGEST:
        set_cookie(visit.office.settings, response, COOKIE, address)


def back(visit: Visit, otherwise: str) -> Back:
    """The list that was looked at last, else the given one of LISTS."""
    address = visit.request.cookies.get(COOKIE, "")
    path = urlsplit(address).path if address.isascii() and len(address) <= _LONGEST else ""
    known = path in LISTS and address.startswith(path)
    return Back(address, LISTS[path]) if known else Back(otherwise, LISTS[otherwise])
