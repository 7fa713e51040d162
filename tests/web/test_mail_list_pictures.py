"""The list of letters in a real browser: pictures to be looked at, and what hands do with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from mailsvc.store import mailboxes
from tests.browsing import WIDTHS, fits, open_page, shoot, sign_in
from tests.web.webhouse import Site, sample, sample_names

pytestmark = pytest.mark.browser
ADDRESS = "daonth@sogddt.tayninh.gov.vn"


def _opened(site: Site, browser: Browser, width: int = 1440, height: int = 900) -> Page:
    page = open_page(browser, width, height)
    sign_in(page, site, "daonth")
    page.goto(f"{site.url}/thu/{site.inbox('daonth')}")
    page.wait_for_selector(".all-here:not([hidden])")
    return page


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_pictures_of_the_list(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    for name in sample_names():
        site.deliver(sample(name), ADDRESS)
        site.clock.advance(47 * 60_000)
    page = _opened(site, browser, width, height)
    shoot(page, pictures, "ds-thu")
    fits(page)
    page.locator(".letter-row a.open").nth(3).click()
    page.wait_for_selector(".reading")
    shoot(page, pictures, "ds-doc")
    page.go_back()
    page.wait_for_selector("form.mail.live")
    page.locator(".letter-row .pick input").nth(1).check()
    page.locator(".letter-row .pick input").nth(2).check()
    shoot(page, pictures, "ds-thu-chon")
    fits(page)
    page.goto(f"{site.url}/thu/tim?q=khao+sat")
    shoot(page, pictures, "ds-tim")
    fits(page)
    page.goto(f"{site.url}/thu/tim")
    shoot(page, pictures, "ds-tim-trong")
    fits(page)
    page.goto(f"{site.url}/thu/thu-muc")
    page.fill("#ten", "Lưu trữ")
    page.click("form.folder-form button")
    page.wait_for_selector("#ten-loi")
    shoot(page, pictures, "ds-thu-muc")
    fits(page)
    trash = site.office.db.read_now(mailboxes.by_name, site.account_id("daonth"), "Thùng rác")
    page.goto(f"{site.url}/thu/{trash.id}/don")
    shoot(page, pictures, "ds-don")
    fits(page)
    page.goto(f"{site.url}/thu")
    page.locator(".folder-menu summary").click()
    shoot(page, pictures, "ds-trinh-don")
    page.emulate_media(color_scheme="dark")
    page.goto(f"{site.url}/thu")
    shoot(page, pictures, "ds-thu-toi")
