"""Quản trị: the pages of accounts in a real browser, wide and narrow, as people look at them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from mailsvc.accounts.people import NewPerson, Term, add_person, give_role
from mailsvc.store import accounts
from tests.browsing import WIDTHS, fits, open_page, press, shoot, sign_in
from tests.web.test_accessibility import CHECK
from tests.web.webhouse import Site

pytestmark = pytest.mark.browser
PAGE = "/quan-tri/tai-khoan"
MORE = (
    ("trungnv", "Nguyễn Văn Trung", "KHTC", "Kế toán"), ("hoapt", "Phạm Thị Hoa", "VP", "Chuyên viên"),
    ("annt", "Nguyễn Thị An", "GDMN", "Chuyên viên"), ("dungtq", "Trần Quốc Dũng", "TCCB", "Phó Trưởng phòng"),
)  # fmt: skip


def peopled(site: Site) -> None:
    for name, full_name, unit, position in MORE:
        addresses = (f"{name}@sogddt.tayninh.gov.vn", f"{name}@tayninh.gov.vn")
        person = NewPerson(name, full_name, addresses, unit, position, "0276 3822 360", roles=("chuyen_vien",))
        site.office.db.write_now(add_person, person, None)
    who = site.account_id("dungtq")
    for role, unit, term in (
        ("pho_phong", "TCCB", Term("2024-03-01", "2026-06-30")),
        ("truong_phong", "TCCB", Term("2026-07-01", None, True)),
        ("chuyen_vien", "VP", Term("2027-01-01")),
    ):  # fmt: skip
        site.office.db.write_now(give_role, who, role, unit, term)
    site.office.db.write_now(accounts.set_active, site.account_id("annt"), False)


def looked(page: Page, pictures: Path, name: str, width: int) -> None:
    shoot(page, pictures, name, full=True)
    fits(page)
    assert page.evaluate(CHECK, width < 600) == []


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_accounts_in_pictures(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    peopled(site)
    page = open_page(browser, width, height)
    sign_in(page, site, "admin")
    for address, name in (
        (PAGE, "danh-sach"), (f"{PAGE}/moi", "moi"), (f"{PAGE}/hop-thu-moi", "hop-thu-moi"),
        (f"{PAGE}/{site.account_id('dungtq')}", "mot-nguoi"), (f"{PAGE}/{site.account_id('admin')}", "chinh-minh"),
        (f"{PAGE}/{site.account_id('vp')}", "hop-thu"),
    ):  # fmt: skip
        page.goto(site.url + address)
        looked(page, pictures, f"tai-khoan-{name}", width)


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_a_person_comes_moves_and_is_corrected_by_hand(
    site: Site, browser: Browser, pictures: Path, width: int, height: int
) -> None:
    page = open_page(browser, width, height)
    sign_in(page, site, "admin")
    page.goto(site.url + PAGE)
    press(page, "text=Thêm người")
    page.fill("#f-ho_ten", "Nguyễn Thị Lan")
    page.fill("#f-ten", "phuongvh")
    page.select_option("#f-don_vi", "VP")
    page.click("text=Tạo tài khoản")
    page.wait_for_selector("[role=alert]")
    assert page.input_value("#f-ho_ten") == "Nguyễn Thị Lan"
    looked(page, pictures, "tai-khoan-moi-sai", width)
    page.fill("#f-ten", "lannt")
    page.click("text=Tạo tài khoản")
    page.wait_for_selector(".secret code")
    looked(page, pictures, "tai-khoan-mat-khau", width)
    page.fill("#f-ten", "nganltt")
    press(page, ".acct-add button")
    assert "Lâm Thị Thu Ngân" in page.inner_text("[role=alert]")
    looked(page, pictures, "tai-khoan-dia-chi-sai", width)
    page.fill("#f-ten", "lan.nguyen")
    press(page, ".acct-add button")
    assert "lan.nguyen@sogddt.tayninh.gov.vn" in page.inner_text(".acct-lines >> nth=0")
    page.click(".acct-fold summary")
    page.fill(".acct-fold [name=den]", "hôm kia")
    press(page, ".acct-fold button")
    assert "không phải là ngày" in page.inner_text(".acct-told [role=alert]")
    looked(page, pictures, "tai-khoan-vai-tro-sai", width)
    page.fill(".acct-fold [name=den]", "31/12/2027")
    press(page, ".acct-fold button")
    assert "đến 31/12/2027" in page.inner_text("main")
    page.select_option("#f-don_vi", "KHTC")
    press(page, ".acct-part >> nth=0 >> button.first")
    assert "Đã chuyển đơn vị" in page.inner_text("#bao")
    looked(page, pictures, "tai-khoan-chuyen", width)
