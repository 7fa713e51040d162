"""Vào sổ at a real screen: three letters in a row by keyboard alone, what is wrong beside its field, no JavaScript."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import WIDTHS, fits, open_page, shoot, sign_in
from tests.web.webhouse import Site, sample, sample_names

pytestmark = pytest.mark.browser
LIST = "/van-ban-den/cho-vao-so"


def _letters(site: Site) -> None:
    for name in sample_names():
        site.deliver(sample(name))
        site.clock.advance(47 * 60_000)
    site.read_files()


def _arrival(page: Page) -> str:
    return page.locator(".number-line .no").inner_text()


def test_three_letters_in_a_row_by_keyboard(site: Site, browser: Browser, pictures: Path) -> None:
    _letters(site)
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "daonth")
    page.wait_for_url("**" + LIST)
    shoot(page, pictures, "cho-vao-so-moi")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**" + LIST + "/*")
    for number in ("1", "2", "3"):
        expect(page.locator(".number-line .no")).to_have_text(number)
        expect(page.locator("#vao-so :focus")).to_have_count(1)
        for name in ("issuer", "subject"):
            if not page.input_value(f"#f-{name}"):
                page.focus(f"#f-{name}")
                page.keyboard.type("Cơ quan gửi" if name == "issuer" else "về việc thử bàn phím")
        if number == "1":
            shoot(page, pictures, "vao-so-moi")
            fits(page)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#bao")).to_contain_text(f"số đến {number}/")
    expect(page.locator(".number-line .no")).to_have_text("4")


def test_neighbours_are_a_key_away_and_marks_go_with_typing(site: Site, browser: Browser) -> None:
    _letters(site)
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "daonth")
    page.locator("a.entry").nth(1).click()
    page.wait_for_url("**" + LIST + "/*")
    first = page.url
    expect(page.locator("#vao-so :focus")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != first)
    second = page.url
    expect(page.locator("#vao-so :focus")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.wait_for_url(lambda url: url != second)
    assert page.url == first
    known = page.locator(".field.known input").first
    name = known.get_attribute("id")
    known.press("End")
    known.type("x")
    expect(page.locator(f".field.known #{name}")).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_what_is_wrong_stands_beside_its_field(
    site: Site, browser: Browser, pictures: Path, width: int, height: int
) -> None:
    _letters(site)
    page = open_page(browser, width, height)
    sign_in(page, site, "daonth")
    page.locator("a.entry").first.click()
    page.wait_for_url("**" + LIST + "/*")
    page.fill("#f-subject", "trích yếu đã gõ công phu")
    page.fill("#f-issue_date", "31/02/2026")
    page.locator("#vao-so button:has-text('Lưu vào sổ')").first.click()
    expect(page.locator("#r-issue_date .severe")).to_be_visible()
    expect(page.locator("#f-issue_date")).to_be_focused()
    expect(page.locator("#f-subject")).to_have_value("trích yếu đã gõ công phu")
    shoot(page, pictures, "vao-so-sai", full=width < 600)
    fits(page)


def test_registering_needs_no_scripts(site: Site, browser: Browser) -> None:
    _letters(site)
    page = open_page(browser, 390, 844, scripts=False)
    sign_in(page, site, "daonth")
    page.locator("a.entry").first.click()
    if not page.input_value("#f-issuer"):
        page.fill("#f-issuer", "Cơ quan gửi")
    page.locator("#vao-so button:has-text('Lưu')").first.click()
    page.wait_for_url("**moi=1")
    assert "số đến 1" in page.inner_text("main")


def test_entries_of_others_are_not_there(site: Site) -> None:
    _letters(site)
    clerk, other = site.signed_in("daonth"), site.signed_in("phuongvh")
    assert clerk.get(LIST + "/1").status_code == 200
    assert other.get(LIST + "/1").status_code == 404
    assert other.get(LIST).status_code == 403
