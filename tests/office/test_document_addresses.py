"""An incoming document has one address that can be passed on, its place in the rail, and leads back to where one came
from; the registers open by their rows; a Word file keeps its tables beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mailsvc.documents.routing import directing
from tests.browsing import WIDTHS, chromium, fits, look, open_page, press, shoot, sign_in
from tests.documents.making import package, paragraph, table
from tests.office.following_world import actor
from tests.office.incoming_world import Desk, lead
from tests.office.outgoing_pages import WORD_TYPE, Bureau, glance_of
from tests.places import REPOSITORY
from tests.web.webhouse import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def pictures() -> Path:
    folder = REPOSITORY / "test-results" / "web"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_one_address_for_everybody_of_the_office(open_desk: Desk) -> None:
    desk = open_desk
    document = desk.paper()
    desk.write(
        directing.direct, desk["nganltt"], document.id, "", [lead(f"p:{desk['khuetm']}", "27/11/2026")], version=1
    )  # fmt: skip
    for username, part in (("nganltt", "Văn bản đến"), ("khuetm", "Việc của tôi")):
        browser = desk.browser(username)
        browser.open("/viec")
        browser.open(f"/xu-ly/{document.id}?mo=y-kien")
        assert browser.answer.url.path == "/van-ban-den/2026/1"
        assert browser.answer.url.query == b"mo=y-kien"
        here = browser.page.xpath("//nav[contains(@class,'rail')]//a[@aria-current='page']")
        here = here or browser.page.xpath("//*[@aria-current='page']")
        assert part in " ".join(one.text_content() for one in here)
        back = browser.page.xpath("//div[@class='back-row']/a")[0]
        assert (back.get("href"), back.text_content().strip()) == ("/viec", "Việc của tôi")
    head = desk.browser("nganltt")
    head.open("/van-ban-den?nam=2026&tim=123")
    head.open("/van-ban-den/2026/1")
    back = head.page.xpath("//div[@class='back-row']/a")[0]
    assert back.get("href") == "/van-ban-den?nam=2026&tim=123"
    assert "Đã ghi ý kiến" in head.send("/y-kien", noi_dung="Làm sớm.")
    assert head.answer.url.path == "/van-ban-den/2026/1"
    assert head.page.xpath("//div[@class='back-row']/a")[0].get("href") == "/van-ban-den?nam=2026&tim=123"
    head.client.cookies.set("danh_sach", "https://elsewhere.example/viec")
    head.open("/van-ban-den/2026/1")
    assert "elsewhere" not in head.answer.text


def test_from_the_work_list_and_after_an_act(open_desk: Desk, pictures: Path) -> None:
    desk = open_desk
    document = desk.paper()
    desk.write(directing.submit, actor(desk, "daonth"), document.id, version=1)
    with chromium() as browser:
        for width, height in WIDTHS:
            page = open_page(browser, width, height)
            sign_in(page, desk, "nganltt")
            page.goto(desk.url + "/viec")
            press(page, "a.row-main")
            page.wait_for_url("**/van-ban-den/2026/1")
            expect(page.locator(".back-row a").first).to_have_attribute("href", "/viec")
            expect(page.locator("[aria-current=page][href^='/van-ban-den']").first).to_be_attached()
            look(page, pictures, "van-ban-tu-viec")


def test_a_refused_act_keeps_its_files(open_desk: Desk, tmp_path: Path) -> None:
    desk = open_desk
    document = desk.paper()
    orders = [lead(f"p:{desk['khuetm']}", "27/11/2026")]
    desk.write(directing.direct, desk["nganltt"], document.id, "", orders, version=1)
    line = desk.line(document.id, "khuetm")
    file = tmp_path / "Kết quả.docx"
    file.write_bytes(package(paragraph("Kết quả")))
    with chromium() as browser:
        page = open_page(browser, 1440, 900)
        sign_in(page, desk, "khuetm")
        page.goto(f"{desk.url}/van-ban-den/2026/1?mo=bao-cao-{line.id}")
        page.wait_for_selector("form[action$='/bao-cao'][data-ready]")
        page.fill(f"#bc-{line.id}", " ")
        page.set_input_files(f"#tep-bc-{line.id}", str(file))
        page.click("form[action$='/bao-cao'] button.first")
        expect(page.locator("form[action$='/bao-cao'][data-again][data-ready]")).to_be_visible()
        expect(page.locator("[data-lost]")).to_have_count(0)
        page.fill(f"#bc-{line.id}", "Đã xong.")
        press(page, "form[action$='/bao-cao'] button.first")
        expect(page.locator("main")).to_contain_text("Kết quả.docx")


def _opens(page: Page, url: str) -> None:
    """The row of a register opens by a press anywhere, its link is one tab stop and large enough."""
    link = page.locator("tbody tr a").first
    assert page.locator("tbody tr").first.locator("a").count() == 1
    box = link.bounding_box()
    assert box is not None
    if page.viewport_size and page.viewport_size["width"] < 600:
        assert box["height"] >= 44
    page.wait_for_selector("table[data-js~=open_row][data-ready]")
    page.locator("tbody tr td.no").first.click()
    page.wait_for_url(url)


def test_registers_open_by_their_rows(open_desk: Desk, pictures: Path) -> None:
    desk = open_desk
    desk.paper()
    with chromium() as browser:
        for width, height in WIDTHS:
            page = open_page(browser, width, height)
            sign_in(page, desk, "daonth")
            page.goto(desk.url + "/van-ban-den")
            look(page, pictures, "so-van-ban-den-hang")
            _opens(page, "**/van-ban-den/2026/1")
            page.goto(desk.url + "/van-ban-den")
            page.wait_for_selector("table[data-js~=open_row][data-ready]")
            page.evaluate("getSelection().selectAllChildren(document.querySelector('td.c-code'))")
            page.locator("td.c-code").first.dispatch_event("click")
            expect(page).to_have_url(desk.url + "/van-ban-den")


def test_the_outgoing_register_opens_by_its_rows(house: Site, pictures: Path) -> None:
    Bureau(house).numbered()
    with chromium() as browser:
        for width, height in WIDTHS:
            page = open_page(browser, width, height)
            sign_in(page, house, "daonth")
            page.goto(house.url + "/van-ban-di")
            look(page, pictures, "so-van-ban-di-hang")
            _opens(page, "**/van-ban-di/2026/1")


def test_a_word_file_keeps_its_table(house: Site, pictures: Path) -> None:
    bureau = Bureau(house)
    cells = [[paragraph("Trường"), paragraph("Số lớp")]]
    data = package(paragraph("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") + table(cells))
    file = [("tep_goc", ("Tờ trình.docx", data, WORD_TYPE))]
    answer = bureau["khuetm"].post(
        "/van-ban-di/moi", file, type_name="Quyết định", subject="giao số lớp",
        signer=str(house.account_id("nganltt")), recipients="- Lưu: VT.",
    )  # fmt: skip
    place = answer.headers["location"]
    bureau["khuetm"].does(f"{place}/trinh")
    address = glance_of(bureau["dungmh"].text(place))
    shown = bureau["dungmh"].get(address)
    assert "<td><p>Số lớp</p></td>" in shown.text and "default-src 'none'" in shown.headers["content-security-policy"]
    assert bureau["sonkc"].get(address).status_code == 404  # another department's
    with chromium() as browser:
        for width, height in WIDTHS:
            page = open_page(browser, width, height)
            sign_in(page, house, "dungmh")
            page.goto(house.url + place)
            frame = page.frame_locator("iframe.glance")
            expect(frame.locator("td").nth(1)).to_have_text("Số lớp")
            shoot(page, pictures, "van-ban-di-word", full=True)
            fits(page)
