"""Pages for who reads English: the words of the house are said, what people wrote and named themselves stays."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mailsvc.core.actor import Actor
from mailsvc.documents import register
from mailsvc.documents.fields import Fields
from mailsvc.documents.routing import directing
from mailsvc.documents.routing.orders import COOPERATE, LEAD, Order
from mailsvc.mail import mailboxes
from mailsvc.store import preferences, regulations
from tests.browsing import WIDTHS, look, open_page, sign_in
from tests.web.webhouse import Site

GIVEN = "Bút phê riêng"


@pytest.fixture
def directed(site: Site) -> int:
    """The id of an urgent công văn that the director has given to daonth and phuongvh; all three read English."""
    clerk, leader, other = (site.account_id(one) for one in ("daonth", "nganltt", "phuongvh"))
    fields = Fields(type_name="Công văn", issuer="UBND", subject="Về việc thử", code="1/UBND", urgency="khan")
    document = site.office.db.write_now(register.register_paper, clerk, "SGDDT", fields)
    orders = [Order(f"p:{clerk}", LEAD, "30/11/2026", "lead"), Order(f"p:{other}", COOPERATE, "", "cooperate")]
    site.office.db.write_now(directing.direct, Actor(leader), document.id, "Làm ngay.", orders, version=1)
    for one in (clerk, leader, other):
        site.office.db.write_now(preferences.put, one, {"language": "en"})
    return document.id


def test_work_says_where_it_stands(site: Site, directed: int) -> None:
    page = html.unescape(site.signed_in("daonth").get("/viec").text)
    assert "Arrival number 1/2026 · Lead · Unread" in page and "Về việc thử" in page
    page = html.unescape(site.signed_in("nganltt").get("/viec").text)
    assert "waiting for Nguyễn Thị Hồng Đào" in page and "Số đến" not in page and "Chủ trì" not in page


def test_a_document_is_said_in_english(site: Site, directed: int) -> None:
    page = site.signed_in("daonth").get(f"/xu-ly/{directed}", follow_redirects=True).text
    for word in (">Official letter<", ">Urgent<", ">In progress<", ">Lead<"):
        assert word in page, word
    for word in ("Công văn", "Khẩn", "Đang giải quyết", "Chủ trì"):
        assert word not in page, word
    assert "Official letter" in site.signed_in("daonth").get("/van-ban-den").text


def test_spans_of_reports_are_said_in_english(site: Site, directed: int) -> None:
    client = site.signed_in("nganltt")
    assert "week from 23/11/2026 to 29/11/2026" in client.get("/thong-ke").text
    assert "month 11/2026" in client.get("/thong-ke?ky=thang").text


def test_folders_of_the_house_have_english_names_and_a_persons_own_stay(site: Site, directed: int) -> None:
    mine = site.account_id("daonth")
    site.office.db.write_now(mailboxes.make, mine, mine, GIVEN)
    page = site.signed_in("daonth").get("/thu").text
    for word in ("Drafts", "Sent", "Junk", "Trash", "Archive", GIVEN):
        assert f">{word}<" in page, word
    for word in ("Thư nháp", "Đã gửi", "Thùng rác"):
        assert word not in page, word


def test_the_head_of_a_regulation_is_said_in_english(site: Site, directed: int) -> None:
    director = site.account_id("nganltt")
    text = "Phần mở đầu.\n\nĐiều 1. Phạm vi\nÁp dụng."
    values = {"title": "Quy chế", "text": text, "state": "published", "number": "9/QĐ", "valid_from": "2026-11-01",
              "grounds": "Thử", "proposed_by": director, "proposed_ms": 1}  # fmt: skip
    number = site.office.db.write_now(regulations.add, values)
    page = site.signed_in("daonth").get(f"/quy-che/{number}").text
    assert "<h2>Whole text</h2>" in page and "<h2>Điều 1. Phạm vi</h2>" in page


@pytest.mark.browser
def test_english_pages_in_pictures(site: Site, browser: Browser, pictures: Path, directed: int) -> None:
    for width, height in WIDTHS:
        page = open_page(browser, width, height)
        sign_in(page, site, "daonth")
        for path in ("/viec", f"/xu-ly/{directed}", "/thong-ke", "/thu"):
            page.goto(site.url + path)
            look(page, pictures, "english-" + path.split("/")[1])
        page.context.close()
