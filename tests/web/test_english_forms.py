"""Forms of the registers for who reads English: labels, remarks, words from configuration; what is stored stays."""

from __future__ import annotations

import html
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from mailsvc.documents import register
from mailsvc.documents.fields import Fields
from mailsvc.store import preferences
from tests.browsing import WIDTHS, fits, open_page, press, shoot, sign_in
from tests.web.webhouse import Site, token_of

PAPER, DRAFT = "/van-ban-den/moi", "/van-ban-di/moi"


def english(site: Site, username: str) -> httpx.Client:
    site.office.db.write_now(preferences.put, site.account_id(username), {"language": "en"})
    return site.signed_in(username)


def test_remarks_of_the_register_are_english(site: Site) -> None:
    client = english(site, "daonth")
    given = {
        "arrival_date": "24/11/2026", "issue_date": "40/40/2026", "deadline": "01/11/2026", "type_name": "Bài thơ",
        "subject": "x" * 501, "urgency": "khan",
    }  # fmt: skip
    answer = client.post(PAPER, data=given | {"ma": token_of(client.get(PAPER))})
    said = html.unescape(answer.text)
    assert answer.status_code == 422
    for wanted in (
        "The issuing organisation is missing.",
        "There is no type “Bài thơ” in the catalogue.",
        "Date of the document “40/40/2026” is no date",
        "The deadline was over before the document came.",
        "Summary has 501 characters, the regulation allows 500.",
        '<option value="khan" selected>Urgent</option>',
    ):
        assert wanted in said, wanted
    assert "Chưa ghi" not in said and "Hạn xử lý" not in said


def test_remarks_of_a_draft_are_english(site: Site) -> None:
    client = english(site, "phuongvh")
    page = client.get(DRAFT)
    assert "TL. (by order)" in page.text and "Most urgent" in page.text
    fields = {"ma": token_of(page), "deadline": "01/11/2026", "pages": "nhiều", "answers": "abc"}
    said = html.unescape(client.post(DRAFT, data=fields).text)
    for wanted in ("The type is missing.", "The deadline for the answer is over.", "must be a number from 0 to 999"):
        assert wanted in said, wanted


def test_vietnamese_stays_as_it_was(site: Site) -> None:
    client = site.signed_in("daonth")
    page = client.post(PAPER, data={"ma": token_of(client.get(PAPER)), "arrival_date": "24/11/2026"})
    assert "Chưa ghi tác giả." in page.text and "Chưa ghi trích yếu." in page.text and ">Khẩn<" in page.text


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_english_in_pictures(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    english(site, "daonth")
    clerk = site.account_id("daonth")
    fields = Fields(type_name="Công văn", code="12/UBND-VX", issuer="UBND tỉnh", subject="Về việc thử", urgency="khan")
    site.office.db.write_now(register.register_paper, clerk, "SGDDT", fields)
    page = open_page(browser, width, height)
    sign_in(page, site, "daonth")
    page.goto(site.url + PAPER)
    page.fill("#f-deadline", "01/11/2026")
    page.fill("#f-type_name", "Bài thơ")
    page.fill("#f-issuer", "UBND")
    page.fill("#f-subject", "x")
    press(page, "main button.first[type=submit]")
    shoot(page, pictures, "english-so", full=True)
    fits(page)
    page.goto(f"{site.url}/van-ban-den/2026/1")
    shoot(page, pictures, "english-van-ban", full=True)
    fits(page)
    page.goto(site.url + DRAFT)
    shoot(page, pictures, "english-du-thao", full=True)
    fits(page)
