"""Trình by mistake: the next page offers to undo it, and "Lấy lại" stays while the next person has not opened it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browsing import WIDTHS, chromium, look, open_page, press, sign_in
from tests.office.incoming_world import Browser, Desk
from tests.office.outgoing_pages import Bureau, said
from tests.places import REPOSITORY
from tests.web.webhouse import Site


def _submitted(desk: Desk) -> tuple[Browser, int]:
    document = desk.paper()
    clerk = desk.browser("daonth")
    clerk.open(f"/xu-ly/{document.id}/trinh")
    assert "Đã trình." in clerk.send("/trinh", noi_dung="Xin ý kiến.")
    return clerk, document.id


def test_a_submission_is_undone(open_desk: Desk) -> None:
    desk = open_desk
    clerk, document_id = _submitted(desk)
    assert clerk.page.xpath("//*[@id='bao']//form[contains(@action, '/lay-lai')]")
    assert "Đã lấy lại lượt chuyển." in clerk.send("/lay-lai")
    flow = desk.flow(document_id)
    assert (flow.state, flow.submitted_ms, flow.paper) == ("registered", None, "not_submitted")
    assert desk.line(document_id, "nganltt").state == "recalled"
    assert "Không có việc nào" in desk.browser("nganltt").open("/viec")
    assert desk.folder("nganltt", "Văn bản/Việc của tôi") == []
    row = clerk.open("/van-ban-den")
    assert "Lâm Thị Thu Ngân" not in row  # columns 7 and 8 are as they were
    clerk.open("/van-ban-den/2026/1")
    assert "chưa chuyển" in clerk.text and "Đã lấy lại" in clerk.text
    clerk.open(f"/xu-ly/{document_id}/trinh")
    assert "Chờ chỉ đạo" in clerk.send("/trinh")


def test_a_submission_stays_on_offer_until_it_is_read(open_desk: Desk) -> None:
    desk = open_desk
    clerk, document_id = _submitted(desk)
    line = desk.line(document_id, "nganltt")
    place = f"/luot/{line.id}/lay-lai"
    assert "Lấy lại (chưa đọc)" in clerk.open("/van-ban-den/2026/1")
    form = clerk.form(place)
    desk.browser("nganltt").open("/van-ban-den/2026/1")
    answer = clerk.client.post(f"/xu-ly/{document_id}{place}", data=form)
    assert answer.status_code == 403 and "đã đọc lượt chuyển này" in answer.text
    text = clerk.open("/van-ban-den/2026/1")
    assert "Lấy lại (chưa đọc)" not in text and "Đề nghị lấy lại" in text


def test_a_draft_is_taken_back_until_the_head_opens_it(house: Site) -> None:
    pages = Bureau(house)
    drafter, head = pages["khuetm"], pages["dungmh"]
    place = pages.draft()
    drafter.does(f"{place}/trinh")
    assert f'action="{place}/lay-lai"' in drafter.text(place)
    assert f'action="{place}/lay-lai"' not in pages["nganltt"].text(place)
    assert pages["nganltt"].post(f"{place}/lay-lai").status_code == 403
    drafter.does(f"{place}/lay-lai")
    shown = drafter.text(place)
    assert "Đã lấy lại dự thảo." in shown and "Lấy lại dự thảo khi lãnh đạo đơn vị chưa mở." in shown
    assert "ban hành Kế hoạch kiểm tra" not in head.text("/viec")
    drafter.does(f"{place}/trinh")
    assert "Duyệt nội dung" in head.text(place)
    assert f'action="{place}/lay-lai"' not in drafter.text(place).split('id="noi-dung"')[1].split('id="bao"')[0]
    answer = drafter.post(f"{place}/lay-lai")
    assert answer.status_code == 403 and "đã mở dự thảo" in said(answer)


@pytest.mark.browser
def test_one_press_in_the_list_has_a_way_back(house: Site) -> None:
    pictures = REPOSITORY / "test-results" / "web"
    pictures.mkdir(parents=True, exist_ok=True)
    place = Bureau(house).draft()
    with chromium() as browser:
        for width, height in WIDTHS:
            page = open_page(browser, width, height)
            sign_in(page, house, "khuetm")
            page.goto(house.url + "/viec")
            press(page, "button:has-text('Trình phòng')")
            expect(page.locator("#bao")).to_contain_text("Đã trình lãnh đạo đơn vị.")
            press(page, "#bao button:has-text('Hoàn tác')")
            expect(page.locator("#bao")).to_contain_text("Đã lấy lại dự thảo.")
            page.goto(house.url + place)
            press(page, "button:has-text('Trình phòng')")
            look(page, pictures, "trinh-nham")
            press(page, "#bao button:has-text('Hoàn tác')")
            expect(page.locator("button:has-text('Trình phòng')")).to_be_visible()
