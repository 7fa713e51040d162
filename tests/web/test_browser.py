"""The office in a real browser, at the width of a desk and of a phone; pictures are kept to be looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsing import WIDTHS, fits, open_page, press, shoot, sign_in
from tests.web.webhouse import PASSWORD, Site, sample, sample_names

pytestmark = pytest.mark.browser


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
