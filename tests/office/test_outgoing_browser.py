"""Outgoing documents in a real browser: a draft and its way without scripts, pages that are accessible."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsing import open_page, press, sign_in
from tests.office.outgoing_pages import Bureau, original, scan
from tests.office.outgoing_world import word
from tests.web.axe import violations
from tests.web.test_accessibility import CHECK
from tests.web.webhouse import Site

pytestmark = pytest.mark.browser


def test_a_draft_on_a_phone_without_scripts(house: Site, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "Dự thảo kế hoạch.docx"
    file.write_bytes(word("Nội dung kế hoạch"))
    page = open_page(browser, 390, 844, scripts=False)
    sign_in(page, house, "khuetm")
    page.goto(house.url + "/van-ban-di/moi")
    page.fill("#f-type_name", "Kế hoạch")
    page.fill("#f-subject", "kiểm tra công tác chuyển đổi số")
    page.select_option("#f-signer", label="Lâm Thị Thu Ngân (Giám đốc)")
    page.fill("#f-recipients", "- Như trên;\n- Lưu: VT.")
    page.set_input_files("#f-tep_goc", str(file))
    press(page, "#du-thao button.first")
    assert page.url.endswith("/van-ban-di/2026/1")
    assert page.get_by_text("Dự thảo kế hoạch.docx").first.is_visible()
    press(page, "text=Trình phòng")
    assert page.locator(".doc-top .chip").first.inner_text() == "Trình phòng"
    assert "Đã trình lãnh đạo đơn vị" in page.content()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_are_accessible(house: Site, browser: Browser, width: int, scheme: str) -> None:
    bureau = Bureau(house)
    issued = bureau.issued("DV01", "TCCB", outside="UBND tỉnh <vanthu@ubnd.example>\nTrường tư thục A")
    waiting = bureau.draft("Bản một")
    bureau["khuetm"].does(f"{waiting}/phien-ban", original("Bản hai"))
    bureau.to_waiting(waiting)
    numbered = bureau.numbered(type_name="Thông báo")
    bureau["daonth"].does(f"{numbered}/ban-ky", scan())
    page = open_page(browser, width, 844)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page, house, "daonth")
    found = {}
    for path in (
        "/van-ban-di", "/van-ban-di/dang-xu-ly", "/van-ban-di/thieu-ban-giay", "/van-ban-di/moi", "/in-so",
        issued, waiting, f"{waiting}/so-sanh", numbered, f"{numbered}/phat-hanh",
    ):  # fmt: skip
        page.goto(house.url + path)
        found[path] = [*page.evaluate(CHECK, width < 600), *violations(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
