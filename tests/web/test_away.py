"""Trả lời khi vắng mặt: written in the form, told by a real letter through SMTP, seen on every page and turned off."""

from __future__ import annotations

import re
import smtplib
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mailsvc.smtp.server import SmtpDoor
from mailsvc.store import audit, placements, queue, vacations
from tests.browsing import WIDTHS, fits, open_page, press, shoot, sign_in
from tests.web.webhouse import Site, token_of

PAGE = "/cai-dat/vang-mat"
TEXT = "Tôi đi công tác đến hết tuần.\nViệc gấp xin gọi văn thư 0276 3 822 111 <b>gấp</b>."
FORM = {
    "bat": "1", "tu_ngay": "2026-11-24", "den_ngay": "2026-11-28", "chu_de": "", "chu": TEXT, "ai": "tat-ca",
}  # fmt: skip


def test_on_seen_on_every_page_and_off(site: Site) -> None:
    client = site.signed_in("phuongvh")
    assert PAGE in client.get("/cai-dat").text
    page = client.get(PAGE)
    assert "Võ Hoài Phượng" in page.text and 'value="2026-11-24"' in page.text and "away-bar" not in page.text
    answer = client.post(PAGE, data=FORM | {"ma": token_of(page)})
    assert answer.status_code == 303
    page = client.get("/thu")
    page = client.get(page.headers["location"]) if page.status_code == 303 else page
    assert "vắng mặt đến hết 28/11/2026" in page.text and "Đã bật; tự tắt sau ngày 28/11/2026" in page.text
    assert "&lt;b&gt;gấp" in client.get(PAGE).text
    colleague = site.signed_in("daonth")
    assert "Vắng đến hết 28/11/2026" in colleague.get("/danh-ba").text
    assert "away-bar" not in colleague.get("/danh-ba").text
    off = client.post(PAGE + "/tat", data={"ma": token_of(page), "ve": "/danh-ba"})
    assert off.headers["location"] == "/danh-ba"
    page = client.get("/danh-ba")
    assert "away-bar" not in page.text and "Vắng đến" not in page.text and PAGE + "/bat" in page.text
    client.post(PAGE + "/bat", data={"ma": token_of(page), "ve": "/danh-ba"})
    assert "away-bar" in client.get("/danh-ba").text
    site.clock.advance(5 * 86_400_000)  # 29 November
    client = site.signed_in("phuongvh")
    page = client.get("/danh-ba")
    assert page.status_code == 200 and "away-bar" not in page.text and "Vắng đến" not in page.text
    assert "Những ngày vắng đã qua" in client.post(PAGE + "/bat", data={"ma": token_of(page)}).text
    trail = site.office.db.read_now(audit.of, f"account/{site.account_id('phuongvh')}")
    assert [one["action"] for one in trail if one["action"].startswith("vacation")] == [
        "vacation.on", "vacation.off", "vacation.on",
    ]  # fmt: skip


def test_what_was_typed_stays_and_each_fault_stands_at_its_field(site: Site) -> None:
    client = site.signed_in("phuongvh")
    token = token_of(client.get(PAGE))
    wrong = client.post(PAGE, data=FORM | {"ma": token, "den_ngay": "2026-11-20", "chu": "x" * 4001, "ai": "co-quan"})
    assert wrong.status_code == 422 and "Ngày này đã qua" in wrong.text and "dài quá 4000" in wrong.text
    assert "x" * 4001 in wrong.text and 'value="2026-11-20"' in wrong.text
    assert re.search(r'id="den_ngay"[^>]*aria-invalid="true" aria-describedby="loi-den_ngay"', wrong.text)
    assert re.search(r'value="co-quan" checked', wrong.text)
    assert site.office.db.read_now(vacations.find, site.account_id("phuongvh")) is None
    seen = client.post(PAGE, data=FORM | {"ma": token, "viec": "xem"})
    assert seen.status_code == 200 and "Vắng mặt: (chủ đề của thư nhận được)" in seen.text
    assert site.office.db.read_now(vacations.find, site.account_id("phuongvh")) is None
    half = client.post(PAGE, data=FORM | {"ma": token, "bat": "0", "den_ngay": "", "chu": "Nháp"})
    assert half.status_code == 303 and "Nháp" in client.get(PAGE).text
    client.post("/cai-dat/giao-dien", data={"ma": token, "language": "en", "ve": "/"})
    english = client.post(PAGE, data=FORM | {"ma": token, "den_ngay": ""})
    assert "Please choose the last day" in english.text and "Who gets the answer" in english.text


def test_a_letter_through_smtp_is_answered_whole(site: Site) -> None:
    """From the form to the queue: what a stranger wrote to the MX port is answered once, nothing of it repeated."""
    client = site.signed_in("phuongvh")
    client.post(PAGE, data=FORM | {"ma": token_of(client.get(PAGE))})
    me = f"phuongvh@{site.office.settings.organisation.domains[0]}"
    before = site.office.db.read_now(queue.counts).waiting
    for _ in range(2):
        _write(site, me)
    assert site.office.db.read_now(queue.counts).waiting == before + 1
    box = site.inbox("phuongvh")
    assert len(site.office.db.read_now(placements.rows, box, 1, 99, ("uid",))) == 2


def _write(site: Site, to: str) -> None:
    door = SmtpDoor(site.office, site.office.tls)
    site.run(door.start())
    try:
        text = f"From: ha@ngoai.example\r\nTo: {to}\r\nSubject: =?utf-8?q?H=E1=BB=8Dp?=\r\n\r\nRiêng\r\n"
        with smtplib.SMTP("127.0.0.1", door.ports["mx"]) as program:
            program.sendmail("ha@ngoai.example", [to], text.encode())
    finally:
        site.run(door.stop())


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_absence_in_pictures(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    page = open_page(browser, width, height)
    sign_in(page, site, "phuongvh")
    page.goto(site.url + PAGE)
    shoot(page, pictures, "vang-mat-moi", full=True)
    fits(page)
    page.check("input[name=bat][value='1']")
    page.fill("#den_ngay", "2026-11-20")
    page.fill("#chu", "")
    press(page, "button:has-text('Lưu')")
    shoot(page, pictures, "vang-mat-sai", full=True)
    fits(page)
    page.fill("#den_ngay", "2026-11-28")
    page.fill("#chu", TEXT)
    press(page, "button:has-text('Xem trước')")
    assert page.input_value("#chu") == TEXT
    press(page, "button:has-text('Lưu')")
    shoot(page, pictures, "vang-mat-bat", full=True)
    fits(page)
    for name, path in (("danh-ba", "/danh-ba?tim=phuong"), ("thu", "/thu"), ("cai-dat", "/cai-dat")):
        page.goto(site.url + path)
        page.wait_for_selector(".away-bar")
        shoot(page, pictures, f"vang-mat-{name}")
        fits(page)
    press(page, ".away-bar button")
    assert page.query_selector(".away-bar") is None
    press(page, ".toast button")
    page.wait_for_selector(".away-bar")
