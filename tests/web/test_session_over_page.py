"""A session that ends while somebody is at work: signing in over the page, and what was being done goes on."""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from mailsvc.store.tx import Tx
from tests.browsing import fits, open_page, sign_in
from tests.web.webhouse import PASSWORD, Site, sample


def _end_sessions(site: Site) -> None:
    def end(tx: Tx) -> None:
        tx.connection.exec_driver_sql("UPDATE web_sessions SET expires_ms = 1")

    site.office.db.write_now(end)


def _sign_in_again(page: Page, password: str) -> None:
    page.fill("#vao-lai-ma", password)
    page.keyboard.press("Enter")


def test_a_form_sent_too_late_is_sent_after_signing_in(site: Site, browser: Browser) -> None:
    site.deliver(sample("01-ext-bo.eml"))
    site.read_files()
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "daonth")
    page.goto(site.url + "/van-ban-den/cho-vao-so/1")
    page.fill("[name=subject]", "Trích yếu gõ trước khi hết phiên")
    _end_sessions(site)
    page.click("#vao-so .button.first")
    page.wait_for_selector("#vao-lai[open]")
    assert page.input_value("[name=subject]") == "Trích yếu gõ trước khi hết phiên"
    _sign_in_again(page, "sai-mat-khau")
    page.wait_for_selector("#vao-lai [role=alert]:not([hidden])")
    fits(page)
    _sign_in_again(page, PASSWORD)
    page.wait_for_url("**/van-ban-den/2026/1*")
    assert page.get_by_text("Trích yếu gõ trước khi hết phiên").count() > 0


def test_a_link_followed_too_late_is_followed_after_signing_in(site: Site, browser: Browser) -> None:
    page = open_page(browser, 390, 844)
    sign_in(page, site, "daonth")
    _end_sessions(site)
    page.click(".nav a[href='/van-ban-di']")
    page.wait_for_selector("#vao-lai[open]")
    assert not page.url.endswith("/van-ban-di")
    fits(page)
    _sign_in_again(page, PASSWORD)
    page.wait_for_url("**/van-ban-di")
