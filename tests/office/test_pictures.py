"""Pages of incoming documents in a real browser, at the width of a desk and of a phone: they fit, and can be used by
all."""

from __future__ import annotations

import pytest

from mailsvc.documents.routing import assigning, directing, handling, recalling
from tests.browsing import WIDTHS, chromium, look, open_page, sign_in
from tests.office.incoming_world import Desk, cooperate, inform, lead
from tests.places import REPOSITORY

pytestmark = pytest.mark.browser
CHECK = (REPOSITORY / "tests" / "web" / "accessibility.js").read_text("utf-8")


def under_way(desk: Desk) -> int:
    """A document with a tree of lines, an opinion and a request; its id."""
    document = desk.paper()
    orders = [lead("u:GDTRH", "30/11/2026"), cooperate("u:KHTC"), inform(f"p:{desk['hand']}")]
    desk.write(directing.direct, desk["nganltt"], document.id, "Phòng GDTrH tham mưu.", orders, version=1)
    top = desk.line(document.id, "gdtrh")
    below = [lead(f"p:{desk['khuetm']}", "27/11/2026")]
    desk.write(assigning.assign, desk["dungmh"], top.id, "Đ/c Khuê dự thảo.", below, version=top.version)
    mine = desk.line(document.id, "khuetm")
    desk.write(handling.opine, desk["khuetm"], document.id, "Cần số liệu của phòng KHTC.", mine.id)
    desk.write(recalling.ask_extension, desk["dungmh"], top.id, "04/12/2026", "Chờ số liệu các trường.")
    return document.id


def test_pages_fit_desks_and_phones(open_desk: Desk) -> None:
    desk, pictures = open_desk, REPOSITORY / "test-results" / "web"
    pictures.mkdir(parents=True, exist_ok=True)
    document_id = under_way(desk)
    url = desk.url
    found: dict[str, object] = {}
    with chromium() as browser:
        for width, height in WIDTHS:
            for username, pages in _PAGES.items():
                page = open_page(browser, width, height)
                sign_in(page, desk, username)
                for name, address in pages:
                    page.goto(url + address.format(document=document_id), wait_until="networkidle")
                    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
                    found[f"{name} {username} {width}"] = page.evaluate(CHECK, width < 600)
                    page.goto(url + address.format(document=document_id), wait_until="networkidle")
                    look(page, pictures, f"vb-{name}-{username}")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


_PAGES = {
    "nganltt": (("viec", "/viec"), ("van-ban", "/xu-ly/{document}"), ("chi-dao", "/xu-ly/{document}/chi-dao")),
    "dungmh": (("viec", "/viec"), ("van-ban", "/xu-ly/{document}"), ("phieu", "/xu-ly/{document}/phieu")),
    "daonth": (("theo-doi", "/van-ban-den/theo-doi?muc=dang-xu-ly"), ("tai-len", "/van-ban-den/tai-len")),
}


