"""The page of an outgoing document in English: states, the gate, its whole history, as a page and as a picture."""

from __future__ import annotations

import html
import re

import pytest

from mailsvc.store import preferences
from tests.browsing import WIDTHS, chromium, look, open_page, sign_in
from tests.office.outgoing_pages import Bureau
from tests.places import REPOSITORY
from tests.web.webhouse import Site

STEP = re.compile(r"</time>([^<]*)</li>")
OWN_WORDS = re.compile(r"“[^”]*”|\d+/QĐ-SGDĐT|Reason: .*|Tủ 1|[\w-]+\.(?:docx|pdf)|Lề trái 32 mm")
VIETNAMESE = re.compile("[ăđơưà-ãèéêìíò-õùúýẠ-ỹ]", re.IGNORECASE)


@pytest.fixture
def pages(house: Site) -> Bureau:
    return Bureau(house)


def in_english(house: Site, username: str) -> None:
    house.office.db.write_now(preferences.put, house.account_id(username), {"language": "en"})


def whole_way(pages: Bureau) -> str:
    """A document that was issued, its paper filed; the address of its page."""
    place = pages.issued("GDTH")
    pages["khuetm"].does(f"{place}/ban-giay/trinh")
    pages["lyhc"].does(f"{place}/ban-giay/duyet")
    pages["daonth"].does(f"{place}/ban-giay/luu", tinh_trang="stored", noi_luu="Tủ 1")
    return place


def test_every_step_of_the_way_is_said_in_english(pages: Bureau) -> None:
    place = whole_way(pages)
    in_english(pages.house, "khuetm")
    page = pages["khuetm"].get(place).text
    steps = [html.unescape(one) for one in STEP.findall(page)]
    assert len(steps) > 10
    assert not [one for one in steps if VIETNAMESE.search(OWN_WORDS.sub("", one))]
    for wanted in ("Issued to 1 receivers.", "Number 01/QĐ-SGDĐT given, dated", "Version 1 signed.", "Issued</span>"):
        assert wanted in page, wanted


@pytest.mark.browser
def test_outgoing_in_english_pictures(pages: Bureau) -> None:
    pictures = REPOSITORY / "test-results" / "web"
    pictures.mkdir(parents=True, exist_ok=True)
    place = pages.draft()
    pages.to_waiting(place)
    in_english(pages.house, "daonth")
    with chromium() as browser:
        for width, height in WIDTHS:
            page = open_page(browser, width, height)
            sign_in(page, pages.house, "daonth")
            page.goto(pages.house.url + place)
            look(page, pictures, "english-van-ban-di")
