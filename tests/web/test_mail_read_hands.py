"""Reading with keyboard, fingers and without scripts, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import fits, open_page, sign_in
from tests.web.test_mail_read import OWN, letter
from tests.web.webhouse import Site, sample

pytestmark = pytest.mark.browser


def conversation(site: Site, browser: Browser, count: int = 4, *, scripts: bool = True, width: int = 1440) -> Page:
    uids = [site.deliver(letter(n, parent=n - 1 if n else None), OWN) for n in range(count)]
    page = open_page(browser, width, 844, scripts=scripts)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    sign_in(page, site, "phuongvh")
    page.goto(f"{site.url}/thu/{site.inbox('phuongvh')}/{uids[-1]}")
    page.wait_for_load_state("networkidle")
    return page


def test_folded_letters_open_in_place(site: Site, browser: Browser) -> None:
    page = conversation(site, browser)
    page.click(".fold summary >> nth=0")
    page.wait_for_selector(".fold[open] .letter")
    assert "Lời thứ 0." in page.inner_text(".fold[open] .words")
    assert page.url.endswith("/4")
    page.keyboard.press("n")
    page.wait_for_selector(".fold[open] .letter >> nth=1")


def test_without_scripts_a_folded_letter_has_a_link(site: Site, browser: Browser) -> None:
    page = conversation(site, browser, scripts=False)
    page.click(".fold summary >> nth=1")
    page.click(".fold[open] .fold-body a")
    page.wait_for_url("**/2")
    assert "Lời thứ 1." in page.inner_text(".main-letter .words")


def test_keys_go_through_letters_and_act(site: Site, browser: Browser) -> None:
    page = conversation(site, browser)
    box = site.inbox("phuongvh")
    page.keyboard.press("j")
    page.wait_for_url("**/3*")
    page.wait_for_selector(".main-letter >> text=Lời thứ 2.")
    page.keyboard.press("k")
    page.wait_for_selector(".main-letter >> text=Lời thứ 3.")
    assert page.get_attribute(".main-letter [data-key=r]", "href") == f"/thu/soan?tra_loi={box}.4"
    assert page.get_attribute(".main-letter [data-key=f]", "href") == f"/thu/soan?chuyen_tiep={box}.4"
    page.keyboard.press("v")
    page.wait_for_selector("dialog.move-dialog[open]")
    page.keyboard.type("luu")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast >> text=Đã chuyển 1 thư vào “Lưu trữ”")


def test_archive_and_unread_by_key(site: Site, browser: Browser) -> None:
    page = conversation(site, browser)
    page.keyboard.press("u")
    page.wait_for_selector(".toast")
    page.click(".letter-row.unread a >> nth=0")
    page.wait_for_selector(".main-letter")
    page.keyboard.press("e")
    page.wait_for_selector(".toast >> text=Hoàn tác")


@pytest.mark.parametrize("width", [390, 820, 1100, 1440])
def test_every_width_holds_every_letter(site: Site, browser: Browser, width: int) -> None:
    page = open_page(browser, width, 844)
    sign_in(page, site, "daonth")
    for name in ("03-nhieu-van-ban.eml", "10-lua-dao-mat-khau.eml", "08-lich-moi-hop.eml", "15-chu-de-300-ky-tu.eml"):
        page.goto(f"{site.url}/thu/{site.inbox('vanthu')}/{site.deliver(sample(name))}")
        page.wait_for_load_state("networkidle")
        fits(page)


def test_more_acts_open_above_the_thumb(site: Site, browser: Browser) -> None:
    page = conversation(site, browser, 1, width=390)
    page.click(".main-letter .further > summary")
    page.locator(".main-letter .further-card").wait_for(state="visible")
    card = page.locator(".main-letter .further-card").bounding_box()
    assert card is not None and card["y"] >= 0 and card["x"] >= 0 and card["y"] + card["height"] <= 844
    fits(page)
