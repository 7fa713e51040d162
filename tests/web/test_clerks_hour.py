"""An hour of a clerk with the keyboard alone: no pointer touches the page from signing in to signing out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import open_page
from tests.web.webhouse import PASSWORD, Site, sample

pytestmark = pytest.mark.browser


_LETTER = (
    "From: Lâm Thị Thu Ngân <nganltt@sogddt.tayninh.gov.vn>\r\nTo: daonth@sogddt.tayninh.gov.vn\r\n"
    "Subject: Lịch họp tuần sau\r\nMessage-ID: <hop@sogddt.tayninh.gov.vn>\r\nDate: Wed, 25 Nov 2026 08:00:00 +0700\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nChị gửi lịch họp tuần sau giúp tôi.\r\n"
)


def _type(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _ready(page: Page, name: str) -> None:
    """The part of the page with that module takes keys."""
    page.wait_for_selector(f"[data-js~={name}][data-ready]", state="attached")


def _sign_in(page: Page, site: Site) -> None:
    page.goto(site.url + "/dang-nhap")
    page.wait_for_selector("#ten:focus")
    page.keyboard.type("daonth")
    _type(page, "Tab")
    page.keyboard.type(PASSWORD)
    _type(page, "Enter")
    page.wait_for_url("**/van-ban-den/cho-vao-so")


def test_a_clerks_hour_without_a_pointer(site: Site, browser: Browser) -> None:
    for name in ("01-ext-bo.eml", "01-hoa-toc.eml"):
        site.deliver(sample(name))
    site.deliver(_LETTER.encode(), "daonth@sogddt.tayninh.gov.vn")
    site.read_files()
    page = open_page(browser, 1440, 900)
    _sign_in(page, site)

    _ready(page, "rows")  # vào sổ: what is proposed is right, twice
    _type(page, "j", "Enter")
    page.wait_for_url(re.compile(r"/cho-vao-so/\d+$"))
    first = page.url
    expect(page.locator("#vao-so")).to_be_visible()
    _type(page, "Control+Enter")  # save, and on to the next
    page.wait_for_url(lambda url: url != first)
    expect(page.locator(".toast")).to_contain_text("1/2026")
    _type(page, "Control+Enter")
    page.wait_for_url(re.compile(r"/van-ban-den/2026/2\b"))

    _type(page, "g", "t")  # đọc và trả lời
    _ready(page, "mail_list")
    _type(page, "j", "Enter")
    page.wait_for_selector(".main-letter")
    _type(page, "r")
    page.wait_for_url("**/thu/soan?*")
    page.wait_for_selector(".rich:not([hidden])")
    page.keyboard.type("Tôi đã nhận, xin cảm ơn.")
    _type(page, "Control+Enter")
    page.wait_for_selector(".toast")

    _type(page, "Control+k")  # tìm
    page.wait_for_selector("#tim-nhanh[open]")
    page.keyboard.type("bgddt")
    page.wait_for_selector("#tim-nhanh-ra a[href^='/van-ban-den/2026/']")
    while page.locator("#tim-nhanh-ra [aria-selected=true][href^='/van-ban-den/']").count() == 0:
        _type(page, "ArrowDown")
    _type(page, "Enter")
    page.wait_for_url(re.compile(r"/van-ban-den/2026/\d+"))

    _ready(page, "key_help")
    _type(page, "?")
    page.wait_for_selector("#phim-tat[open] kbd")
    _type(page, "Escape")
    _type(page, "c")  # soạn mới
    page.wait_for_selector(".rich:not([hidden])")
    page.keyboard.type("nganltt@sogddt.tayninh.gov.vn")
    _type(page, "Enter")
    while page.evaluate("document.activeElement.id") != "s-chu_de":
        _type(page, "Tab")
    page.keyboard.type("Lịch họp sáng thứ Hai")
    _type(page, "Tab")
    while not page.evaluate("document.activeElement.classList.contains('rich')"):
        _type(page, "Tab")
    page.keyboard.type("Kính gửi chị, tôi xin gửi lịch họp.")
    _type(page, "Control+Enter")
    page.wait_for_selector(".toast")
