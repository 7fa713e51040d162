"""The one search where there is little room: long names take nothing from the subject."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.browsing import WIDTHS, look, open_page, sign_in
from tests.web.webhouse import Site

SENDER = "Phòng Quản lý chất lượng giáo dục và Công nghệ thông tin Trường THPT Nguyễn Phương Bích Phượng"
SUBJECT = "Phương án tổ chức kiểm tra cuối học kỳ I năm học 2026 - 2027 của Phòng Giáo dục Trung học"


def test_a_hits_subject_keeps_the_width(site: Site, browser: Browser, pictures: Path) -> None:
    letter = f"From: {SENDER} <x@truong.example>\r\nSubject: {SUBJECT}\r\n\r\nKính gửi\r\n"
    site.deliver(letter.encode(), "phuongvh@sogddt.tayninh.gov.vn")
    for width, height in WIDTHS:
        page = open_page(browser, width, height)
        sign_in(page, site, "phuongvh")
        page.goto(site.url + "/tim?q=phuong")
        look(page, pictures, "tim-chung")
        hit = page.locator(".hit", has_text=SUBJECT)
        subject, note = hit.locator(".about").bounding_box(), hit.locator(".small").bounding_box()
        assert subject is not None and note is not None
        assert subject["width"] >= (260 if width == 390 else width * 0.3), subject
        assert subject["height"] < 110, subject
        if width == 390:
            assert note["y"] >= subject["y"] + subject["height"] - 1
        page.context.close()
