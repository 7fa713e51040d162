"""Quản trị, Nhóm địa chỉ: made, changed and removed on the page, and mail follows at once."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from mailsvc.store import accounts, audit, groups
from mailsvc.store.groups import ACCOUNT, PEOPLE, UNIT, Group, Member
from tests.browsing import WIDTHS, look, open_page, press, sign_in
from tests.web.test_composing import DOMAIN, lying, release, write
from tests.web.webhouse import Site, token_of

PAGE = "/quan-tri/nhom"


def sent(client: httpx.Client, path: str, *members: str, **fields: str) -> httpx.Response:
    page = client.get(path)
    page = page if page.status_code == 200 else client.get(PAGE + "/moi")
    seen = re.search(r'name="thay" value="(\w*)"', page.text)
    given = {"ma": token_of(page), "ten": "Toàn Sở", "dia_chi": "toan-so", "noi_bo": "1"}
    given |= {"thay": seen[1] if seen else ""}
    return client.post(path, data={**given, **fields, "thanh_vien": list(members)})


def test_a_group_is_made_and_mail_follows(site: Site) -> None:
    client = site.signed_in("admin")
    assert "Chưa có nhóm nào" in client.get(PAGE).text
    answer = sent(client, PAGE + "/moi", "people:VP", f"account:{site.account_id('nganltt')}", ghi_chu="cả Sở")
    assert answer.status_code == 303, answer.text[:3000]
    page = client.get(answer.headers["location"]).text
    heads = len(site.office.db.read_now(groups.accounts_of, 1))
    assert f"Thư gửi tới nhóm đến {heads} người" in page
    assert f"gửi tới {heads} người" in client.get(PAGE).text
    write(site.signed_in("phuongvh"), den=f"toan-so@{DOMAIN}", chu_de="Họp", chu="8 giờ", viec="gui")
    site.clock.advance(15_000)
    assert release(site) == 1
    assert len(lying(site, "nganltt", "INBOX")) == 1
    answer = sent(client, PAGE + "/1", f"account:{site.account_id('daonth')}", ten="Văn thư", noi_bo="")
    assert answer.status_code == 303
    assert site.office.db.read_now(groups.get, 1) == Group(1, f"toan-so@{DOMAIN}", "Văn thư", "", 0)
    assert site.office.db.read_now(groups.members, 1) == [Member(ACCOUNT, str(site.account_id("daonth")))]
    answer = client.post(PAGE + "/1/xoa", data={"ma": token_of(client.get(PAGE + "/1"))})
    assert answer.status_code == 303
    assert site.office.db.read_now(groups.listing) == []
    trail = site.office.db.read_now(audit.of, "group/1")
    assert [one["action"] for one in trail] == ["group.add", "group.change", "group.remove"]
    assert "people/VP" in str(trail[1]["detail"])


def test_what_is_wrong_stands_beside_its_field_and_everything_typed_stays(site: Site) -> None:
    client = site.signed_in("admin")
    token_of(client.get(PAGE + "/moi"))
    for typed, said in (
        ("daonth", "đã thuộc “Nguyễn Thị Hồng Đào”"),
        ("daonth@tayninh.gov.vn", "đã thuộc “Nguyễn Thị Hồng Đào”"),
        ("Phòng ban", "chỉ gồm chữ a–z"),
        ("a..b", "chỉ gồm chữ a–z"),
        ("a+b", "chỉ gồm chữ a–z"),
        ("abuse", "dành riêng"),
        ("x@ngoai.example", "trong miền của cơ quan"),
        ("", "chỉ gồm chữ a–z"),
    ):
        answer = sent(client, PAGE + "/moi", "people:VP", dia_chi=typed, ghi_chu="ghi chú của tôi")
        assert answer.status_code == 422, typed
        assert said in answer.text, typed
        assert "ghi chú của tôi" in answer.text
        assert re.search(r'value="people:VP" checked', answer.text)
    answer = sent(client, PAGE + "/moi", ten=" ")
    assert answer.status_code == 422
    assert "Chưa đặt tên nhóm." in answer.text and "Chưa chọn ai" in answer.text
    assert sent(client, PAGE + "/moi", "people:VP").status_code == 303
    answer = sent(client, PAGE + "/moi", "people:VP", ten="Khác")
    assert "Địa chỉ này đã thuộc “Toàn Sở”." in answer.text
    assert sent(client, PAGE + "/99", "people:VP").status_code in (404, 422)
    assert sent(client, PAGE + "/1", "rac").status_code == 404


def test_who_has_gone_can_be_taken_out(site: Site) -> None:
    members = [Member(ACCOUNT, str(site.account_id("locpv"))), Member(UNIT, "KHONGCO"), Member(PEOPLE, "VP")]
    site.office.db.write_now(groups.put, Group(0, f"cu@{DOMAIN}", "Nhóm cũ", "", 1))
    site.office.db.write_now(groups.set_members, 1, members)
    site.office.db.write_now(accounts.set_active, site.account_id("locpv"), False)
    page = site.signed_in("admin").get(PAGE + "/1").text
    gone = page[page.index("Không còn nhận thư") : page.index("Mọi người của đơn vị")]
    assert "Phạm Văn Lộc" in gone and "KHONGCO" in gone


def test_groups_are_for_administrators(site: Site) -> None:
    client = site.signed_in("daonth")
    assert client.get(PAGE).status_code == client.get(PAGE + "/moi").status_code == 403
    data = {"ma": token_of(client.get("/viec")), "ten": "x", "dia_chi": "x", "thanh_vien": "people:VP"}
    assert client.post(PAGE + "/moi", data=data).status_code == 403
    assert site.office.db.read_now(groups.listing) == []


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_groups_in_pictures(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    page = open_page(browser, width, height)
    sign_in(page, site, "admin")
    page.goto(site.url + PAGE)
    look(page, pictures, "nhom-trong")
    press(page, "main a.button.first >> nth=0")
    page.fill("#n-ten", "Toàn thể Văn phòng Sở")
    page.fill("#n-dia-chi", "daonth")
    page.wait_for_selector("[data-js~=pick_list][data-ready]")
    page.click("summary:has-text('Mọi người của đơn vị')")
    page.fill("details[open] [data-filter]", "van phong")
    page.check("input[value='people:VP']")
    expect(page.locator("details[open] .chip")).to_have_text("1 đã chọn")
    look(page, pictures, "nhom-moi")
    press(page, "button:has-text('Lưu nhóm')")
    assert page.input_value("#n-ten") == "Toàn thể Văn phòng Sở"
    look(page, pictures, "nhom-sai")
    page.fill("#n-dia-chi", "van-phong-so")
    press(page, "button:has-text('Lưu nhóm')")
    page.wait_for_url("**/quan-tri/nhom/1")
    page.click("summary:has-text('Xem danh sách')")
    look(page, pictures, "nhom-sua")
    page.goto(site.url + PAGE)
    look(page, pictures, "nhom")


def test_members_that_cannot_be_are_not_taken(site: Site) -> None:
    client = site.signed_in("admin")
    for member in ("account:" + "9" * 30, "account:²", "account:٣", "account:", "ai:VP"):
        assert sent(client, PAGE + "/moi", member).status_code == 404, member
    assert client.get(PAGE).status_code == 200


def test_two_administrators_at_once(site: Site) -> None:
    client = site.signed_in("admin")
    sent(client, PAGE + "/moi", "people:VP")
    seen = re.search(r'name="thay" value="(\w{16})"', client.get(PAGE + "/1").text)
    assert seen is not None
    assert sent(client, PAGE + "/1", "people:VP", "people:BGD").status_code == 303
    slower = sent(client, PAGE + "/1", "people:VP", ten="Cả Sở", thay=seen[1])
    assert slower.status_code == 422 and "Người khác vừa sửa nhóm này" in slower.text and "Cả Sở" in slower.text
    assert Member(PEOPLE, "BGD") in site.office.db.read_now(groups.members, 1)
    again = re.search(r'name="thay" value="(\w{16})"', slower.text)
    assert again is not None and again[1] != seen[1]
    assert sent(client, PAGE + "/1", "people:VP", ten="Cả Sở", thay=again[1]).status_code == 303
    assert site.office.db.read_now(groups.members, 1) == [Member(PEOPLE, "VP")]
