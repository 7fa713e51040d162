""" "Hoàn tác" on the page after an act: on a line, a direction, a task, a draft at the Office."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from mailsvc.documents.routing import directing, handling
from mailsvc.documents.tasks import doing
from mailsvc.store import routing, tasks
from tests.browsing import WIDTHS, chromium, look, open_page, press, sign_in
from tests.office.following_world import actor, give
from tests.office.incoming_world import Desk, cooperate, lead
from tests.office.outgoing_pages import Bureau, Hand, said
from tests.places import REPOSITORY
from tests.web.webhouse import Site

UNDO = "/viec/hoan-tac"


@pytest.fixture
def pictures() -> Path:
    folder = REPOSITORY / "test-results" / "web"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def directed(desk: Desk) -> int:
    """A document with khuetm in charge and huevt beside."""
    document = desk.paper()
    orders = [lead(f"p:{desk['khuetm']}", "30/11/2026"), cooperate(f"p:{desk['huevt']}")]
    desk.write(directing.direct, desk["nganltt"], document.id, "A", orders, version=1)
    return document.id


def test_a_return_is_undone_once_and_where_one_was(open_desk: Desk) -> None:
    desk = open_desk
    number = directed(desk)
    officer = desk.browser("khuetm")
    officer.open("/van-ban-den/2026/1")
    line = desk.line(number, "khuetm")
    text = officer.send(f"/luot/{line.id}/tra-lai", ly_do="Nhầm người.")
    assert "Đã trả lại người giao." in text and desk.line(number, "khuetm").state == "returned"
    form = officer.form(UNDO)
    text = officer.send(UNDO)
    assert "Đã hoàn tác; lịch sử ghi cả hai việc." in text and "Lấy lại việc trả lại người giao." in text
    assert desk.line(number, "khuetm").state == "read"
    again = officer.client.post(UNDO, data=form)
    assert again.status_code == 404 and "đã hoàn tác rồi" in again.text
    other = desk.browser("huevt")
    other.open("/viec")
    stranger = other.client.post(UNDO, data=form | {"ma": str(other.page.xpath("//input[@name='ma']/@value")[0])})
    assert stranger.status_code == 404


def test_a_direction_to_the_wrong_person_is_undone_until_it_is_read(open_desk: Desk) -> None:
    desk = open_desk
    document = desk.paper()
    leader = desk.browser("nganltt")
    for reader in ("", "khuetm"):
        leader.open(f"/xu-ly/{document.id}/chi-dao")
        form = {"noi_dung": "Xử lý.", "lead": f"p:{desk['khuetm']}", "lead_han": "30/11/2026"}
        assert "Đã chuyển; người nhận" in leader.send("/chi-dao", **form)
        if reader:
            desk.write(handling.read, desk[reader], document.id)
            assert "Trương Minh Khuê đã đọc lượt chuyển này" in leader.send(UNDO, status=422)
        else:
            assert "Lấy lại chỉ đạo khi chưa ai đọc." in leader.send(UNDO)
            assert desk.line(document.id, "khuetm").state == "recalled"
            assert desk.flow(document.id).state == "registered"
    assert desk.flow(document.id).state == "directed"


def test_consent_in_the_list_is_undone(open_desk: Desk) -> None:
    desk = open_desk
    number = directed(desk)
    officer, leader = desk.browser("khuetm"), desk.browser("nganltt")
    officer.open("/van-ban-den/2026/1")
    line = desk.line(number, "khuetm")
    officer.send(f"/luot/{line.id}/xin-gia-han", han="04/12/2026", ly_do="Chờ số liệu.")
    leader.open("/viec")
    (request,) = desk.read(routing.requests_of, number)
    data = {"ma": leader.form("/viec/lam")["ma"], "viec": f"request/{request.id}", "lam": "grant"}
    leader.answer = leader.client.post("/viec/lam", data=data)
    assert "Đã đồng ý." in leader.text and desk.flow(number).deadline == "2026-12-04"
    assert "Đã hoàn tác" in leader.send(UNDO)
    assert desk.flow(number).deadline == "2026-11-30"
    assert [one.state for one in desk.read(routing.requests_of, number)] == ["asked"]
    assert "Xin gia hạn" in leader.text


def test_a_draft_comes_back_from_the_office_until_it_is_opened_there(house: Site) -> None:
    pages = Bureau(house)
    drafter, office = pages["khuetm"], pages["lyhc"]
    place = pages.draft()
    drafter.does(f"{place}/trinh")
    pages["dungmh"].does(f"{place}/duyet")
    drafter.does(f"{place}/chuyen-the-thuc")
    assert f'action="{place}/lay-lai"' in drafter.text(place)
    drafter.does(f"{place}/lay-lai")
    assert "Lấy lại dự thảo khi Văn phòng chưa mở." in drafter.text(place)
    drafter.does(f"{place}/chuyen-the-thuc")
    office.text(place)
    answer = drafter.post(f"{place}/lay-lai")
    assert answer.status_code == 403 and "đã mở dự thảo" in said(answer)


def undone(hand: Hand, place: str) -> httpx.Response:
    """Press "Hoàn tác" on the page that follows."""
    form = re.search(rf'action="{UNDO}">(.*?)</form>', hand.text(place))
    assert form is not None
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    return hand.client.post(UNDO, data=fields)


def test_a_returned_draft_and_one_given_up(house: Site) -> None:
    pages = Bureau(house)
    drafter, head = pages["khuetm"], pages["dungmh"]
    place = pages.draft()
    drafter.does(f"{place}/trinh")
    head.does(f"{place}/tra-lai", ly_do="Nhầm văn bản.")
    assert undone(head, place).status_code == 303
    assert "Lấy lại việc trả lại người soạn thảo." in head.text(place) and "Duyệt nội dung" in head.text(place)
    head.does(f"{place}/tra-lai", ly_do="Sửa mục 2.")
    page = head.text(place)
    drafter.does(f"{place}/trinh")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.split(f'action="{UNDO}">')[1].split("</form>")[0]))
    answer = head.client.post(UNDO, data=fields)
    assert answer.status_code == 422 and "Trương Minh Khuê đã xử lý tiếp" in said(answer)
    drafter.does(f"{place}/bo", ly_do="Thôi.")
    answer = undone(drafter, place)
    assert answer.headers["location"] == place
    assert "Lấy lại việc bỏ dự thảo." in drafter.text(place) and "Duyệt nội dung" in head.text(place)


def test_what_was_approved_stays(house: Site) -> None:
    pages = Bureau(house)
    place = pages.draft()
    pages["khuetm"].does(f"{place}/trinh")
    pages["dungmh"].does(f"{place}/duyet")
    assert UNDO not in pages["dungmh"].text(place)
    pages["khuetm"].does(f"{place}/chuyen-the-thuc")
    for who, act in (("lyhc", "the-thuc"), ("nganltt", "ky"), ("khuetm", "lay-so"), ("daonth", "cap-so")):
        fields = {"phieu_page": "Lề trái 32 mm"} if act == "the-thuc" else {}
        pages[who].does(f"{place}/{act}", **fields)
        assert UNDO not in pages[who].text(place), act


@pytest.mark.browser
def test_hands_take_back_what_they_pressed(open_desk: Desk, pictures: Path) -> None:
    desk = open_desk
    desk.set_time("2026-11-24 08:00")
    number = directed(desk)
    task = give(desk, "dungmh", "Rà soát sách", "khuetm", deadline="27/11/2026")
    desk.write(doing.report, actor(desk, "khuetm"), task.id, "Đã rà soát.")
    with chromium() as browser:
        for width, height in WIDTHS:
            page = open_page(browser, width, height)
            sign_in(page, desk, "dungmh")
            page.goto(f"{desk.url}/viec")
            press(page, "button[name='lam'][value='close']")
            expect(page.locator("#bao")).to_contain_text("Đã kết thúc việc.")
            look(page, pictures, "hoan-tac-viec")
            assert desk.read(tasks.get, task.id).state == "done"
            press(page, "#bao button:has-text('Hoàn tác')")
            expect(page.locator("#bao")).to_contain_text("Đã hoàn tác")
            assert desk.read(tasks.get, task.id).state == "reported"
            page.context.close()
            officer = open_page(browser, width, height)
            sign_in(officer, desk, "huevt")
            officer.goto(f"{desk.url}/van-ban-den/2026/1")
            line = desk.line(number, "huevt")
            officer.goto(f"{desk.url}/xu-ly/{number}?mo=bao-cao-{line.id}")
            officer.fill(f"#bc-{line.id}", "Đã xong phần mình.")
            press(officer, "form[action$='/bao-cao'] button.first")
            expect(officer.locator("#bao")).to_contain_text("Đã ghi báo cáo.")
            press(officer, "#bao button:has-text('Hoàn tác')")
            look(officer, pictures, "hoan-tac-van-ban")
            expect(officer.locator("main")).to_contain_text("Lấy lại báo cáo để xử lý tiếp.")
            assert desk.line(number, "huevt").state == "read"
            officer.context.close()
