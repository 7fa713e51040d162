"""Danh bạ: the tree of units, people found without marks, by given name, and what leads from there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mailsvc.accounts import directory
from mailsvc.accounts.people import NewPerson, add_person
from mailsvc.store import accounts, groups
from mailsvc.store.groups import Group, Member
from mailsvc.store.tx import Tx
from tests.browsing import WIDTHS, fits, open_page, shoot, sign_in
from tests.web.webhouse import Site

NAME = re.compile(r'<strong>([^<]+)</strong><span class="soft small">')


def more_people(tx: Tx) -> None:
    for username, name, unit, phone in (
        ("anhdt", "Đặng Thị Ánh", "GDTH", "0276 3 822 111"),
        ("anln", "Lê Ngọc An", "GDTH", ""),
        ("xuanpv", "Phan Văn Xuân", "GDTRH", "+84 913 000 222"),
    ):
        address = (f"{username}@sogddt.tayninh.gov.vn",)
        add_person(tx, NewPerson(username, name, address, unit, "Chuyên viên", phone), None)
    group = groups.put(tx, Group(0, "phong-so@sogddt.tayninh.gov.vn", "Tất cả phòng của Sở", "", 1))
    groups.set_members(tx, group, [Member(groups.PEOPLE, "GDTH"), Member(groups.UNIT, "VP")])


def test_people_stand_by_given_name_and_are_found_without_marks(site: Site) -> None:
    site.office.db.write_now(more_people)
    client = site.signed_in("phuongvh")
    page = client.get("/danh-ba?dv=GDTH").text
    assert NAME.findall(page) == ["Lê Ngọc An", "Đặng Thị Ánh"]
    assert 'href="tel:02763822111"' in page
    assert "/thu/soan?toi=gdth%40sogddt.tayninh.gov.vn" in page
    assert NAME.findall(client.get("/danh-ba?tim=dang anh").text) == ["Đặng Thị Ánh"]
    assert NAME.findall(client.get("/danh-ba?tim=913000222").text) == ["Phan Văn Xuân"]
    assert "Không ai khớp" in client.get("/danh-ba?tim=khong-co-ai").text
    assert client.get("/danh-ba?dv=KHONGCO").status_code == 404


def test_units_show_who_is_below_and_closed_accounts_are_gone(site: Site) -> None:
    site.office.db.write_now(more_people)
    client = site.signed_in("phuongvh")
    assert "Lê Ngọc An" in client.get("/danh-ba?dv=SGDDT").text
    site.office.db.write_now(accounts.set_active, site.account_id("anln"), False)
    assert "Lê Ngọc An" not in client.get("/danh-ba?dv=SGDDT").text


def test_lists_tell_how_many_they_reach(site: Site) -> None:
    site.office.db.write_now(more_people)
    page = site.signed_in("phuongvh").get("/danh-ba").text
    assert "Tất cả phòng của Sở" in page
    assert "3 hộp thư" in page  # two people of GDTH and the mailbox of VP


def test_the_palette_finds_people(site: Site) -> None:
    site.office.db.write_now(more_people)
    found = site.office.db.read_now(directory.find_people, "anh", 5)
    assert [one.name for one in found][:1] == ["Đặng Thị Ánh"]
    assert site.office.db.read_now(directory.find_people, "a", 2).__len__() == 2
    assert site.office.db.read_now(directory.find_people, "  ", 5) == []
    page = site.signed_in("phuongvh").get("/tim/nhanh?q=phan xuan").text
    assert "Văn" in page
    assert "/danh-ba?tim=xuanpv" in page


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_the_directory_in_pictures(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    site.office.db.write_now(more_people)
    page = open_page(browser, width, height)
    sign_in(page, site, "phuongvh")
    for name, path in (
        ("danh-ba", "/danh-ba"),
        ("danh-ba-don-vi", "/danh-ba?dv=GDTH"),
        ("danh-ba-trong", "/danh-ba?tim=zz"),
    ):
        page.goto(site.url + path)
        shoot(page, pictures, name)
        fits(page)
