"""One document on its page: a direction in two taps, the chain of the matter on every page of it, who may not see."""

from __future__ import annotations

import pytest

from mailsvc.documents.routing import directing
from mailsvc.documents.tasks.giving import NewTask, send
from tests.conftest import REPOSITORY
from tests.office.following_world import actor
from tests.office.incoming_world import Browser, Desk, cooperate, lead
from tests.office.test_pictures import _shoot
from tests.web.webhouse import PASSWORD


def _stages(browser: Browser) -> list[str]:
    return [" ".join(one.text_content().split()) for one in browser.page.xpath("//nav[contains(@class,'chain')]//li")]


def test_a_direction_takes_two_taps_and_learns(open_desk: Desk) -> None:
    desk = open_desk
    desk.set_time("2026-11-23 08:00")
    first, second = desk.paper(), desk.paper(subject="tổ chức hội thi", code="88/KH-UBND")
    desk.write(directing.submit, actor(desk, "daonth"), first.id, version=1)
    leader = desk.browser("nganltt")
    leader.open(f"/xu-ly/{first.id}")
    keys = leader.page.xpath("//form[contains(@class,'brief')]//input[@name='lead']/@value")
    assert "u:GDTRH" in keys and keys[0] != "u:GDTRH"
    assert "Đã chuyển" in leader.send(f"/xu-ly/{first.id}/chi-dao", lead="u:GDTRH", lead_han="27/11/2026")
    line = desk.lines(first.id)[-1]
    assert (line.role, line.unit_code, line.deadline) == ("lead", "GDTRH", "2026-11-27")
    leader.open(f"/xu-ly/{first.id}")
    assert not leader.page.xpath("//form[contains(@class,'brief')]")  # somebody is in charge
    leader.open(f"/xu-ly/{second.id}")
    assert leader.page.xpath("//form[contains(@class,'brief')]//input[@name='lead']/@value")[0] == "u:GDTRH"
    clerk = desk.browser("daonth")
    clerk.open(f"/xu-ly/{second.id}")
    assert not clerk.page.xpath("//form[contains(@class,'brief')]")


def test_the_chain_is_the_same_on_every_page_of_the_matter(open_desk: Desk) -> None:
    desk = open_desk
    desk.set_time("2026-11-23 08:00")
    document = desk.paper()
    desk.write(
        directing.direct, desk["nganltt"], document.id, "Dự thảo trả lời.",
        [lead("u:GDTRH", "27/11/2026"), cooperate(f"p:{desk['khuetm']}", "26/11/2026")], version=1,
    )  # fmt: skip
    new = NewTask("Rà soát số liệu", "", desk["khuetm"], (), "25/11/2026", document_id=document.id)
    task = desk.write(send, actor(desk, "dungmh"), new)
    head = desk.browser("dungmh")
    head.open(f"/xu-ly/{document.id}")
    stages = _stages(head)
    assert [one[:4] for one in stages] == ["Văn ", "Chủ ", "Việc", "Văn "], stages
    assert "Số đến 1/2026" in stages[0] and "1 phối hợp" in stages[1] and "Rà soát số liệu" in stages[2]
    head.open(f"/cong-viec/{task.id}")
    assert _stages(head) == stages
    stranger = desk.browser("hand")
    stranger.open(f"/xu-ly/{document.id}", status=404)


@pytest.mark.browser
def test_the_screen_looks_right(open_desk: Desk) -> None:
    from playwright.sync_api import sync_playwright

    desk, pictures = open_desk, REPOSITORY / "test-results" / "web"
    pictures.mkdir(parents=True, exist_ok=True)
    desk.set_time("2026-11-23 08:00")
    new, given = desk.paper(), desk.paper(subject="tổ chức Hội thi Khoa học kỹ thuật cấp tỉnh", code="88/KH-UBND")
    desk.write(directing.submit, actor(desk, "daonth"), new.id, version=1)
    desk.write(
        directing.direct, desk["nganltt"], given.id, "Phối hợp triển khai.",
        [lead("u:GDTRH", "27/11/2026"), cooperate(f"p:{desk['khuetm']}", "26/11/2026")], version=1,
    )  # fmt: skip
    task = NewTask("Rà soát số liệu của 12 trường", "", desk["khuetm"], (), "25/11/2026", document_id=given.id)
    desk.write(send, actor(desk, "dungmh"), task)
    assert desk.service is not None
    url = f"http://127.0.0.1:{desk.service.http.port}"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        for width, height in ((1440, 900), (390, 844)):
            page = browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN").new_page()
            page.goto(url + "/dang-nhap")
            page.fill("#ten", "nganltt")
            page.fill("#mat_khau", PASSWORD)
            with page.expect_navigation(wait_until="networkidle"):
                page.click("button[type=submit]")
            for name, address in (("but-phe", f"/xu-ly/{new.id}"), ("duong-di", f"/xu-ly/{given.id}")):
                page.goto(url + address, wait_until="networkidle")
                _shoot(page, pictures, f"van-ban-{name}", width)
        browser.close()
