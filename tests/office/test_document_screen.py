"""One document on its page: a direction in two taps, the chain of the matter on every page of it, who may not see."""

from __future__ import annotations

import pytest

from mailsvc.documents.routing import directing
from mailsvc.documents.tasks.giving import NewTask, send
from tests.browsing import WIDTHS, chromium, look, open_page, sign_in
from tests.office.following_world import actor
from tests.office.incoming_world import Browser, Desk, cooperate, lead
from tests.places import REPOSITORY


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
    url = desk.url
    with chromium() as browser:
        for width, height in WIDTHS:
            page = open_page(browser, width, height)
            sign_in(page, desk, "nganltt")
            for name, address in (("but-phe", f"/xu-ly/{new.id}"), ("duong-di", f"/xu-ly/{given.id}")):
                page.goto(url + address, wait_until="networkidle")
                look(page, pictures, f"van-ban-{name}")
