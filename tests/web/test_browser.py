"""The office in a real browser, at the width of a desk and of a phone; pictures are kept to be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.axe import violations
from tests.web.webhouse import PASSWORD, Site, sample, sample_names

pytestmark = pytest.mark.browser
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = ((1440, 900), (390, 844))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield started
        started.close()


def open_page(browser: Browser, width: int, height: int, *, scripts: bool = True) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="vi-VN", java_script_enabled=scripts, has_touch=width < 600
    )
    return context.new_page()


def sign_in(page: Page, site: Site, username: str) -> None:
    page.goto(site.url + "/dang-nhap")
    page.fill("#ten", username)
    page.fill("#mat_khau", PASSWORD)
    press(page, "button[type=submit]")


def press(page: Page, selector: str) -> None:
    """Click what leads to another page, whether it is loaded or put in, and be there."""
    page.evaluate("document.querySelector('main').dataset.before = ''")
    page.click(selector)
    page.wait_for_selector("main:not([data-before])")
    page.wait_for_load_state("load")


def shoot(page: Page, pictures: Path, name: str, *, full: bool = False) -> None:
    viewport = page.viewport_size
    assert viewport is not None
    page.screenshot(path=pictures / f"{name}-{viewport['width']}.png", full_page=full)


def fits(page: Page, *, axe: bool = True) -> None:
    """Nothing is wider than the screen, and axe-core finds nothing, light or dark."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        found = page.evaluate(
            "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".map(e => e.tagName + '.' + e.className).slice(0, 8)"
        )
        raise AssertionError(f"{page.url} is {wide} px too wide: {found}")
    found = violations(page) if axe else []
    assert not found, f"{page.url}: " + "\n".join(found)


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_clerk_reads_registers_and_finds(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    for name in sample_names():
        site.deliver(sample(name))
        site.clock.advance(47 * 60_000)
    site.read_files()
    page = open_page(browser, width, height)
    page.goto(site.url + "/")
    shoot(page, pictures, "dang-nhap")
    fits(page)
    page.fill("#ten", "daonth")
    page.fill("#mat_khau", "sai-mat-khau")
    press(page, "button[type=submit]")
    shoot(page, pictures, "dang-nhap-sai")
    page.fill("#mat_khau", PASSWORD)
    press(page, "button[type=submit]")
    assert page.url.endswith("/van-ban-den/cho-vao-so")
    shoot(page, pictures, "cho-vao-so")
    fits(page)
    page.goto(f"{site.url}/thu/{site.inbox('vanthu')}")
    shoot(page, pictures, "thu")
    fits(page)
    page.goto(f"{site.url}/thu/{site.inbox('vanthu')}?tim=khao+sat")
    shoot(page, pictures, "thu-tim")
    press(page, ".letter-row a >> nth=-1")
    shoot(page, pictures, "doc-thu")
    fits(page)
    press(page, "text=Vào sổ >> nth=-1" if width < 600 else "button:has-text('Vào sổ')")
    shoot(page, pictures, "vao-so")
    shoot(page, pictures, "vao-so-ca-trang", full=True)
    fits(page)
    press(page, "#vao-so button:has-text('Lưu vào sổ')")
    shoot(page, pictures, "van-ban")
    shoot(page, pictures, "van-ban-ca-trang", full=True)
    fits(page)
    page.goto(site.url + "/van-ban-den?tim=bgddt")
    shoot(page, pictures, "so")
    fits(page)


@pytest.mark.parametrize(("width", "height"), [*WIDTHS, (820, 1180), (1100, 800)])
def test_pictures_of_the_other_pages(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    """Empty states, errors, hostile and held letters: made to be looked at, and none is too wide."""
    page = open_page(browser, width, height)
    sign_in(page, site, "daonth")
    shown = {
        "trong-cho-vao-so": "/van-ban-den/cho-vao-so",
        "trong-so": "/van-ban-den",
        "trong-thu": "/thu",
        "khong-co": "/khong-co-trang-nay",
    }
    for name, path in shown.items():
        page.goto(site.url + path)
        shoot(page, pictures, name)
        fits(page)
    inbox = site.inbox("vanthu")
    names = (
        "17-html-doc-hai.eml", "02-fwd-gmail.eml", "10-ban-tin.eml", "07-anh-noi-dong.eml", "04-zip.eml",
        "09-tra-loi-thu.eml", "15-chu-de-300-ky-tu.eml",
        "02-fwd-dinh-kem-rfc822.eml", "04-tep-thuc-thi.eml",
    )  # fmt: skip
    for name in names:
        uid = site.deliver(sample(name))
        page.goto(f"{site.url}/thu/{inbox}/{uid}")
        shoot(page, pictures, f"thu-{name[:-4]}")
        fits(page)
    for name in ("11-mat-trong-chu-de.eml", "03-nhieu-van-ban.eml", "01-ext-truong-scan.eml", "01-hoa-toc.eml"):
        site.deliver(sample(name))
    site.read_files()
    for number in range(1, 6):
        page.goto(f"{site.url}/van-ban-den/cho-vao-so/{number}")
        page.wait_for_load_state("networkidle")
        shoot(page, pictures, f"muc-{number}")
        fits(page)
    page.goto(f"{site.url}/thu/{inbox}")
    page.check(".pick input >> nth=1")
    shoot(page, pictures, "thu-chon")
    page.click("button[value=luu-tru]")
    page.wait_for_selector(".toast")
    shoot(page, pictures, "thu-da-chuyen")
    page.click(".toast button")
    shoot(page, pictures, "thu-hoan-tac")
    page.goto(f"{site.url}/van-ban-den/moi")
    shoot(page, pictures, "van-ban-giay")
    page.emulate_media(color_scheme="dark")
    for name, path in (("cho-vao-so", "/van-ban-den/cho-vao-so"), ("muc-5", "/van-ban-den/cho-vao-so/5")):
        page.goto(site.url + path)
        page.wait_for_load_state("networkidle")
        shoot(page, pictures, f"toi-{name}")
    page.goto(f"{site.url}/thu/{inbox}/1")
    shoot(page, pictures, "toi-thu")
