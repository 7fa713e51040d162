"""What can be measured of accessibility: names, labels, headings, contrast, sizes to touch, focus, keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsing import open_page, sign_in
from tests.web.webhouse import Site, sample

pytestmark = pytest.mark.browser

CHECK = (Path(__file__).parent / "accessibility.js").read_text("utf-8")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "light"), (390, "dark")])
def test_pages_are_accessible(site: Site, browser: Browser, width: int, scheme: str) -> None:
    for name in ("01-ext-bo.eml", "17-html-doc-hai.eml", "03-nhieu-van-ban.eml", "11-mat-trong-chu-de.eml"):
        site.deliver(sample(name))
    site.read_files()
    page = open_page(browser, width, 844)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    box = site.inbox("vanthu")
    found = {}
    page.goto(site.url + "/dang-nhap")
    found["/dang-nhap"] = page.evaluate(CHECK, width < 600)
    sign_in(page, site, "daonth")
    for path in (
        "/van-ban-den/cho-vao-so", "/van-ban-den/cho-vao-so/1", "/van-ban-den/cho-vao-so/2",
        "/van-ban-den/cho-vao-so/3", "/van-ban-den/cho-vao-so?muc=giu",
        "/van-ban-den/moi", "/van-ban-den", f"/thu/{box}", f"/thu/{box}/1", f"/thu/{box}/2", f"/thu/{box}/1/tep/0/xem",
        "/thu", "/khong-co",
    ):  # fmt: skip
        page.goto(site.url + path)
        found[path] = page.evaluate(CHECK, width < 600)
    page.goto(site.url + "/van-ban-den/cho-vao-so/1")
    page.click("#vao-so button:has-text('Lưu vào sổ')")
    page.wait_for_url("**/van-ban-den/2026/1*")
    for path in ("/van-ban-den/2026/1", "/van-ban-den", "/van-ban-den/2026/1/sua"):
        page.goto(site.url + path)
        found[path + " (1)"] = page.evaluate(CHECK, width < 600)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_keyboard_reaches_content_and_shows_where_it_is(site: Site, browser: Browser) -> None:
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "daonth")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().height") > 30
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "noi-dung"
    page.keyboard.press("Tab")
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"


def test_tab_order_is_that_of_the_stamp(site: Site, browser: Browser) -> None:
    site.deliver(sample("01-ext-bo.eml"))
    site.read_files()
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "daonth")
    page.goto(site.url + "/van-ban-den/cho-vao-so/1")
    page.focus("#f-arrival_date")
    names = []
    for _ in range(12):
        names.append(page.evaluate("document.activeElement.name || document.activeElement.innerText.trim()"))
        page.keyboard.press("Tab")
    assert names == [
        "arrival_date", "issuer", "code", "issue_date", "type_name", "subject", "signer", "urgency", "deadline",
        "recipients", "note", "Lưu vào sổ\nEnter",
    ]  # fmt: skip


def test_enter_in_a_field_saves(site: Site, browser: Browser) -> None:
    site.deliver(sample("01-ext-bo.eml"))
    site.read_files()
    page = open_page(browser, 1440, 900, scripts=False)
    sign_in(page, site, "daonth")
    page.goto(site.url + "/van-ban-den/cho-vao-so/1")
    page.press("#f-code", "Enter")
    page.wait_for_url("**/van-ban-den/2026/1?moi=1")
