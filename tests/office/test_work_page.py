"""Việc của tôi: what waits by when it is due, the usual act in one tap, and the way back."""

from __future__ import annotations

import pytest

from mailsvc.documents.routing import directing
from mailsvc.documents.tasks import doing, giving
from mailsvc.documents.tasks.giving import NewTask
from tests.browsing import WIDTHS, chromium, look, open_page, sign_in
from tests.office.following_world import actor, give
from tests.office.incoming_world import Desk, cooperate, inform, lead
from tests.places import REPOSITORY


def person(desk: Desk, username: str) -> str:
    """The key of a person among receivers."""
    return f"p:{desk[username]}"


def _world(desk: Desk) -> int:
    """A Tuesday with something in every part; the line that lies with khuetm."""
    desk.set_time("2026-11-23 08:00")
    late = desk.paper(subject="báo cáo tình hình thiết bị dạy học tối thiểu năm học 2026-2027", code="2101/UBND-VX")
    today = desk.paper(subject="tổ chức Hội thi Khoa học kỹ thuật cấp tỉnh dành cho học sinh trung học", code="77/KH")
    desk.write(
        directing.direct,
        desk["nganltt"],
        late.id,
        "Khẩn trương thực hiện.",
        [lead(person(desk, "khuetm"), "23/11/2026"), inform(person(desk, "hand"))],
        version=1,
    )
    desk.write(
        directing.direct,
        desk["nganltt"],
        today.id,
        "Phối hợp triển khai.",
        [lead("u:GDTRH", "26/11/2026"), cooperate(person(desk, "khuetm"), "24/11/2026")],
        version=1,
    )
    give(desk, "dungmh", "Rà soát danh mục sách tham khảo của 12 trường", "khuetm", deadline="26/11/2026")
    new = NewTask("Tổng hợp số liệu học sinh bỏ học", "", desk["khuetm"], (), "", "khan")
    urgent = desk.write(giving.send, actor(desk, "dungmh"), new)
    desk.write(doing.acknowledge, actor(desk, "khuetm"), urgent.id)
    desk.set_time("2026-11-24 08:00")
    return desk.line(late.id, "khuetm").id


def test_the_usual_act_is_one_tap_with_a_way_back(open_desk: Desk) -> None:
    desk = open_desk
    line = _world(desk)
    officer = desk.browser("khuetm")
    text = officer.open("/viec")
    for part in ("1Quá hạn", "1Hôm nay", "1Tuần này", "1Sau đó", "0Chờ người khác"):
        assert part in text.replace("1 Quá", "1Quá"), part
    assert 'data-count="/viec">4<' in officer.answer.text
    assert "quá hạn 1 ngày" in text and "còn 2 ngày" in text
    assert "Đã báo cáo xong." in officer.client.post("/viec/lam", data=_fields(officer, f"line/{line}", "done")).text
    text = officer.open("/viec")
    assert 'data-count="/viec">3<' in officer.answer.text
    undone = officer.client.post("/viec/lam", data=_fields(officer, f"line/{line}", "again"))
    assert "Đã lấy lại báo cáo." in undone.text and 'data-count="/viec">4<' in undone.text


def _fields(browser: object, key: str, act: str) -> dict[str, str]:
    token = browser.page.xpath("//input[@name='ma']/@value")[0]  # type: ignore[attr-defined]
    return {"ma": token, "viec": key, "lam": act}


def test_nobody_acts_on_what_lies_with_others(open_desk: Desk) -> None:
    desk = open_desk
    line = _world(desk)
    other = desk.browser("truccx")
    other.open("/viec")
    for key, act in ((f"line/{line}", "done"), (f"line/{line}", "close"), ("task/1", "done"), ("line/99999", "done")):
        answer = other.client.post("/viec/lam", data=_fields(other, key, act))
        assert answer.status_code in (404, 422), (key, act)
        assert "notice" in answer.text and "Traceback" not in answer.text
    assert desk.browser("khuetm").open("/viec").count("Đã xong") >= 2


def test_every_part_counts_and_acts_of_leaders(open_desk: Desk) -> None:
    desk = open_desk
    desk.set_time("2026-11-23 08:00")
    task = give(desk, "dungmh", "Báo cáo sơ kết", "khuetm", deadline="25/11/2026")
    desk.write(doing.report, actor(desk, "khuetm"), task.id, "Đã xong, gửi kèm bảng số liệu.")
    head = desk.browser("dungmh")
    assert "Hoàn thành" in head.open("/viec")
    answer = head.client.post("/viec/lam", data=_fields(head, f"task_given/{task.id}", "close"))
    assert "Đã kết thúc việc." in answer.text
    assert head.client.post("/viec/lam", data=_fields(head, f"task_given/{task.id}", "close")).status_code == 422


@pytest.mark.browser
def test_the_list_is_worked_with_keys_and_looks_right(open_desk: Desk) -> None:
    desk, pictures = open_desk, REPOSITORY / "test-results" / "web"
    pictures.mkdir(parents=True, exist_ok=True)
    _world(desk)
    url = desk.url
    with chromium() as browser:
        for width, height in WIDTHS:
            page = open_page(browser, width, height)
            sign_in(page, desk, "khuetm")
            page.goto(url + "/viec", wait_until="networkidle")
            look(page, pictures, "viec-cua-toi")
            if width == 1440:
                _keys(page)


def _keys(page: object) -> None:
    """j, j, e: the second thing is done without a mouse; z brings it back; Enter opens."""
    from playwright.sync_api import Page, expect

    assert isinstance(page, Page)
    expect(page.locator("[data-count='/viec']")).to_contain_text("4")
    page.keyboard.press("j")
    expect(page.locator("[data-row]").first.locator("a.row-main")).to_be_focused()
    page.keyboard.press("e")
    expect(page.locator("#bao")).to_contain_text("Đã báo cáo xong.")
    expect(page.locator("[data-count='/viec']")).to_contain_text("3")
    page.keyboard.press("z")
    expect(page.locator("#bao")).to_contain_text("Đã lấy lại báo cáo.")
    expect(page.locator("[data-count='/viec']")).to_contain_text("4")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/van-ban-den/2026/*")
