"""Pages of incoming documents in a real browser, at the width of a desk and of a phone: they fit, and can be used by
all."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from mailsvc.documents.routing import assigning, directing, handling, recalling
from tests.conftest import REPOSITORY
from tests.office.incoming_world import Desk, cooperate, inform, lead
from tests.web.axe import violations
from tests.web.webhouse import PASSWORD

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
    from playwright.sync_api import sync_playwright

    desk, pictures = open_desk, REPOSITORY / "test-results" / "web"
    pictures.mkdir(parents=True, exist_ok=True)
    document_id = under_way(desk)
    assert desk.service is not None
    url = f"http://127.0.0.1:{desk.service.http.port}"
    found: dict[str, object] = {}
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        for width, height in ((1440, 900), (390, 844)):
            for username, pages in _PAGES.items():
                page = browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN").new_page()
                page.goto(url + "/dang-nhap")
                page.fill("#ten", username)
                page.fill("#mat_khau", PASSWORD)
                with page.expect_navigation(wait_until="networkidle"):
                    page.click("button[type=submit]")
                for name, address in pages:
                    page.goto(url + address.format(document=document_id), wait_until="networkidle")
                    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
                    found[f"{name} {username} {width}"] = page.evaluate(CHECK, width < 600)
                    page.goto(url + address.format(document=document_id), wait_until="networkidle")
                    _shoot(page, pictures, f"vb-{name}-{username}", width)
        browser.close()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


_PAGES = {
    "nganltt": (("viec", "/viec"), ("van-ban", "/xu-ly/{document}"), ("chi-dao", "/xu-ly/{document}/chi-dao")),
    "dungmh": (("viec", "/viec"), ("van-ban", "/xu-ly/{document}"), ("phieu", "/xu-ly/{document}/phieu")),
    "daonth": (("theo-doi", "/van-ban-den/theo-doi?muc=dang-xu-ly"), ("tai-len", "/van-ban-den/tai-len")),
}


def _shoot(page: Page, pictures: Path, name: str, width: int) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.screenshot(path=pictures / f"{name}-{width}.png", full_page=True)
    assert wide <= 0, f"{name} at {width}: {wide} pixels too wide"
    found = violations(page)
    assert not found, f"{name} at {width}: " + "\n".join(found)
