"""A form with something wrong: what was typed stays, the first wrong field is in view and focused, a list on top leads
to each, files that were chosen are still chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import WIDTHS, fits, look, open_page, press, sign_in
from tests.office.outgoing_world import word
from tests.web.webhouse import Site, sample, sample_names

pytestmark = pytest.mark.browser
OUT = "/van-ban-di/moi"


def _at_fault(page: Page, name: str) -> None:
    """The field is wrong, said so beside it and on top, focused and in view with its remark."""
    expect(page.locator(f"#f-{name}")).to_be_focused()
    expect(page.locator(f"#f-{name}")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(f"#f-{name}")).to_be_in_viewport(ratio=1)
    expect(page.locator(f"#r-{name} .severe")).to_be_in_viewport()
    expect(page.locator(f".wrong-list a[href='#f-{name}']")).to_have_count(1)


def _sheet(page: Page, site: Site, folder: Path) -> None:
    file = folder / "Dự thảo kế hoạch.docx"
    file.write_bytes(word("Nội dung kế hoạch"))
    page.goto(site.url + OUT)
    page.fill("#f-type_name", "Kế hoạch")
    page.fill("#f-subject", "kiểm tra công tác chuyển đổi số")
    page.select_option("#f-signer", label="Lâm Thị Thu Ngân (Giám đốc)")
    page.fill("#f-recipients", "- Như trên;\n- Lưu: VT.")
    page.set_input_files("#f-tep_goc", str(file))
    page.fill("#f-answers", "99/2026")


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_a_wrong_draft_keeps_its_files(
    site: Site, browser: Browser, pictures: Path, tmp_path: Path, width: int, height: int
) -> None:
    page = open_page(browser, width, height)
    sign_in(page, site, "phuongvh")
    _sheet(page, site, tmp_path)
    press(page, "#du-thao button.first")
    _at_fault(page, "answers")
    assert "99 năm 2026" in page.inner_text("#r-answers")
    expect(page.locator("[data-lost]")).to_have_count(0)
    assert page.evaluate("document.querySelector('#f-tep_goc').files[0].name") == "Dự thảo kế hoạch.docx"
    look(page, pictures, "soan-van-ban-sai")
    page.fill("#f-answers", "số 99")
    page.click("#du-thao button.first")  # the browser itself says so, nothing is sent
    expect(page.locator("#f-answers:invalid")).to_be_focused()
    page.fill("#f-answers", "")
    page.fill("#f-deadline", "32/13/2026")
    press(page, "#du-thao button.first")
    _at_fault(page, "deadline")
    page.fill("#f-deadline", "")
    press(page, "#du-thao button.first")
    page.wait_for_url("**/van-ban-di/2026/1")
    assert page.get_by_text("Dự thảo kế hoạch.docx").first.is_visible()


def test_without_scripts_the_file_is_asked_for_again(site: Site, browser: Browser, tmp_path: Path) -> None:
    page = open_page(browser, 390, 844, scripts=False)
    sign_in(page, site, "phuongvh")
    _sheet(page, site, tmp_path)
    press(page, "#du-thao button.first")
    assert "chọn lại: Dự thảo kế hoạch.docx" in page.inner_text("[data-lost]")
    assert "99 năm 2026" in page.inner_text("#r-answers")


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_a_wrong_date_in_the_register(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    for name in sample_names():
        site.deliver(sample(name))
    site.read_files()
    page = open_page(browser, width, height)
    sign_in(page, site, "daonth")
    page.goto(site.url + "/van-ban-den/cho-vao-so")
    known = page.locator(".field.known #f-issue_date")
    for number in range(page.locator("a.entry").count()):
        page.goto(site.url + "/van-ban-den/cho-vao-so")
        press(page, f"a.entry >> nth={number}")
        if known.count():
            break
    page.wait_for_selector("#vao-so[data-ready]")
    page.fill("#f-issuer", "Cơ quan gửi")
    page.fill("#f-subject", "trích yếu đã gõ")
    page.fill("#f-deadline", "32/13/2026")
    press(page, "#vao-so button:has-text('Lưu')")
    _at_fault(page, "deadline")
    said = page.inner_text("#r-deadline")
    assert "“32/13/2026” không phải là ngày" in said and "ví dụ 30/11/2026" in said
    expect(page.locator("#f-deadline")).to_have_value("32/13/2026")
    expect(known).to_have_count(1)
    look(page, pictures, "vao-so-sai-han")
    page.evaluate("scrollTo(0, 0)")
    page.focus("#f-issuer")
    page.click(".wrong-list a[href='#f-deadline']")
    expect(page.locator("#f-deadline")).to_be_focused()


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_a_wrong_task(site: Site, browser: Browser, width: int, height: int) -> None:
    page = open_page(browser, width, height)
    sign_in(page, site, "nganltt")
    page.goto(site.url + "/cong-viec/moi")
    page.fill("#f-title", "Rà soát")
    page.select_option("#f-lead", index=1)
    page.fill("#f-deadline", "32/13/2026")
    press(page, "form[action='/cong-viec/moi'] button.first")
    _at_fault(page, "deadline")
    assert "30/11/2026" in page.inner_text("#r-deadline")
    fits(page)
