"""Writing a letter in a real browser, at the width of a desk and of a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import WIDTHS, fits, open_page, press, shoot, sign_in
from tests.web.test_composing import DOMAIN, box, letter, lying, original, placed, release
from tests.web.test_session_over_page import _end_sessions
from tests.web.webhouse import PASSWORD, Site

pytestmark = pytest.mark.browser
HOSTILE = """<p onclick="alert(1)">Chữ <b>đậm</b><script>window.hacked = 1</script>
<img src="x" onerror="window.hacked = 1"><a href="javascript:alert(1)">x</a><svg onload="window.hacked = 1"></svg>
<iframe src="https://evil.example"></iframe></p>"""
PASTE = """([html, text]) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/html", html);
  clipboardData.setData("text/plain", text);
  const event = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
  document.querySelector("[data-rich]").dispatchEvent(event);
}"""
DROP = """(name) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(3000)], name, {type: "application/pdf"}));
  for (const kind of ["dragover", "drop"]) {
    const event = new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true});
    document.querySelector("[data-drop]").dispatchEvent(event);
  }
}"""
PASTE_PICTURE = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 40;
  canvas.getContext("2d").fillRect(0, 0, 40, 40);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([blob], "chup.png", {type: "image/png"}));
  const event = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
  document.querySelector("[data-rich]").dispatchEvent(event);
}"""


def open_form(page: Page, site: Site, path: str = "/thu/soan") -> list[str]:
    """The form with its scripts at work; what the browser complains of from here on."""
    complaints: list[str] = []
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: complaints.append(str(one)))
    page.goto(site.url + path)
    page.wait_for_selector("#soan[data-ready]")
    return complaints


def saved(page: Page) -> None:
    expect(page.locator("p[data-saved]")).to_contain_text("Đã lưu nháp", timeout=10_000)


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_type_paste_drop_send_and_undo(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    page = open_page(browser, width, height)
    sign_in(page, site, "phuongvh")
    complaints = open_form(page, site)
    expect(page.locator("#s-den")).to_be_focused()
    page.keyboard.type("ngan")
    page.wait_for_selector(".suggest:not([hidden]) li")
    shoot(page, pictures, "soan-goi-y")
    page.keyboard.press("Enter")
    expect(page.locator(".to-chip")).to_have_text("Lâm Thị Thu Ngân")
    page.fill("[name=chu_de]", "Báo cáo tháng 11")
    page.click("[data-rich]")
    page.keyboard.type("Kính gửi chị, ")
    page.keyboard.press("Control+b")
    page.keyboard.type("gấp")
    page.keyboard.press("Control+b")
    page.keyboard.press("Enter")
    page.evaluate(PASTE, [HOSTILE, "x"])
    page.evaluate(PASTE_PICTURE)
    page.wait_for_selector("[data-rich] img[src^='/anh/']")
    page.evaluate(DROP, "kế hoạch.pdf")
    page.wait_for_selector(".file[data-key]:not([data-key=''])")
    page.keyboard.type(" xong")
    saved(page)
    fits(page)
    shoot(page, pictures, "soan")
    (draft,) = lying(site, "phuongvh", "Thư nháp")
    html = draft.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "<b>gấp</b>" in html and "<b>đậm</b>" in html
    assert not [word for word in ("script", "onerror", "onclick", "javascript:", "iframe", "svg") if word in html]
    assert "cid:" in html and [one.get_filename() for one in draft.iter_attachments()] == ["kế hoạch.pdf"]
    assert page.evaluate("window.hacked") is None
    # The browser tells of each handler in what was pasted that it has blocked; more it must not say.
    assert all("inline event handler" in one for one in complaints), complaints
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".toast:has-text('Đang gửi')")
    shoot(page, pictures, "soan-hoan-tac")
    assert not lying(site, "phuongvh", "Thư nháp")
    page.click(".toast button:has-text('Hoàn tác')")
    page.wait_for_selector("#soan[data-ready]")
    expect(page.locator("[data-rich]")).to_contain_text("gấp")
    expect(page.locator(".file strong")).to_have_text("kế hoạch.pdf")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".toast:has-text('Đang gửi')")
    site.clock.advance(15_000)
    assert release(site) == 1
    (got,) = lying(site, "nganltt", "INBOX")
    assert got["subject"] == "Báo cáo tháng 11" and "Kính gửi chị, gấp" in got.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert b"PNG" in next(one.get_content() for one in got.walk() if one.get_content_type() == "image/png")


def test_without_network_nothing_is_lost(site: Site, browser: Browser) -> None:
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "phuongvh")
    open_form(page, site)
    page.fill("[name=chu_de]", "Trước khi rớt mạng")
    saved(page)
    page.context.set_offline(True)
    page.click("[data-rich]")
    page.keyboard.type("Chữ lúc mất mạng")
    expect(page.locator("p[data-saved]")).to_contain_text("Mất mạng", timeout=10_000)
    page.context.set_offline(False)
    saved(page)
    (draft,) = lying(site, "phuongvh", "Thư nháp")
    assert "Chữ lúc mất mạng" in draft.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_closed_tab_leaves_a_copy_that_is_offered(site: Site, browser: Browser, pictures: Path) -> None:
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "phuongvh")
    open_form(page, site)
    page.context.set_offline(True)
    page.fill("[name=chu_de]", "Còn trong máy")
    page.click("[data-rich]")
    page.keyboard.type("chưa kịp lưu")
    page.close()
    again = page.context.new_page()
    page.context.set_offline(False)
    open_form(again, site)
    again.wait_for_selector("[data-notes] [data-yes]")
    shoot(again, pictures, "soan-ban-trong-may")
    again.click("[data-notes] [data-yes]")
    expect(again.locator("[name=chu_de]")).to_have_value("Còn trong máy")
    expect(again.locator("[data-rich]")).to_contain_text("chưa kịp lưu")
    saved(again)
    assert [one["subject"] for one in lying(site, "phuongvh", "Thư nháp")] == ["Còn trong máy"]


def test_two_tabs_show_both(site: Site, browser: Browser, pictures: Path) -> None:
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "phuongvh")
    open_form(page, site)
    page.fill("[name=chu_de]", "Gốc")
    saved(page)
    ((uid, _),) = placed(site, "phuongvh", "Thư nháp")
    other = page.context.new_page()
    open_form(other, site, f"/thu/soan?nhap={box(site, 'phuongvh', 'Thư nháp').id}.{uid}")
    page.fill("[name=chu_de]", "Cửa sổ một")
    expect(page.locator("p[data-saved]")).to_contain_text("Chưa lưu")
    saved(page)
    other.fill("[name=chu_de]", "Cửa sổ hai")
    other.wait_for_selector("[data-notes] [data-other]")
    shoot(other, pictures, "soan-hai-cua-so")
    assert {one["subject"] for one in lying(site, "phuongvh", "Thư nháp")} == {"Cửa sổ một", "Cửa sổ hai"}


def test_an_ended_session_keeps_the_page(site: Site, browser: Browser, pictures: Path) -> None:
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "phuongvh")
    open_form(page, site)
    _end_sessions(site)
    page.fill("[name=chu_de]", "Viết lúc hết phiên")
    page.wait_for_selector("#vao-lai[open]")
    shoot(page, pictures, "soan-het-phien")
    fill_again(page)
    saved(page)
    assert [one["subject"] for one in lying(site, "phuongvh", "Thư nháp")] == ["Viết lúc hết phiên"]


def fill_again(page: Page) -> None:
    page.fill("#vao-lai [type=password]", PASSWORD)
    page.click("#vao-lai [type=submit]")


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_reply_all_schedule_and_hints(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    at = original(site)
    page = open_page(browser, width, height)
    sign_in(page, site, "phuongvh")
    complaints = open_form(page, site, f"/thu/soan?tra_loi_tat_ca={at}")
    expect(page.locator("[data-rich]")).to_be_focused()
    page.keyboard.type("Gửi chị bản đính kèm.")
    shoot(page, pictures, "soan-tra-loi")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-notes] [data-what]")
    asked = page.inner_text("[data-what]")
    assert "đính kèm" in asked and "ngoài cơ quan" not in asked
    expect(page.locator("[data-hint]")).to_contain_text("người nhận ngoài cơ quan cùng với")
    shoot(page, pictures, "soan-hoi-lai")
    fits(page)
    page.click("[data-notes] [data-no]")
    page.click("summary:has-text('Hẹn giờ')")
    shoot(page, pictures, "soan-hen-gio")
    page.click("[data-time] >> nth=0")
    page.click("[data-notes] [data-yes]")
    page.wait_for_selector(".toast:has-text('Thư sẽ gửi lúc')")
    page.goto(site.url + "/thu/hen-gio")
    expect(page.locator(".held-line strong")).to_have_text("Re: Hỏi")
    shoot(page, pictures, "hen-gio")
    fits(page)
    for path, name in (("/cai-dat/chu-ky", "chu-ky"), ("/cai-dat/mau-thu", "mau-thu")):
        page.goto(site.url + path)
        page.wait_for_selector("[data-rich]:not([hidden])")
        shoot(page, pictures, name, full=True)
        fits(page)
    assert not complaints, complaints


def test_a_file_too_large_is_refused_before_it_is_sent(site: Site, browser: Browser) -> None:
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "phuongvh")
    open_form(page, site)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.evaluate(
        """() => { const data = new DataTransfer(); data.items.add(new File([new Uint8Array(27 << 20)], "phim.mp4"));
        const input = document.querySelector("[data-attach]"); input.files = data.files;
        input.dispatchEvent(new Event("change", {bubbles: true})); }"""
    )
    expect(page.locator("[data-problem=tep]")).to_contain_text("“phim.mp4” quá nặng")
    assert not sent


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_wrong_addresses_are_marked_and_refused_first(
    site: Site, browser: Browser, pictures: Path, width: int, height: int
) -> None:
    page = open_page(browser, width, height)
    sign_in(page, site, "phuongvh")
    open_form(page, site)
    page.keyboard.type(f"sai dia chi@@x, khong-co-ai, a@truong.example, nganltt@{DOMAIN},")
    expect(page.locator(".to-chip.wrong")).to_have_count(2)
    expect(page.locator(".to-chip.wrong .reason").nth(0)).to_have_text("“sai dia chi@@x” không phải là địa chỉ thư.")
    expect(page.locator(".to-chip.wrong .reason").nth(1)).to_contain_text(f"khong-co-ai@{DOMAIN}")
    expect(page.locator("[data-problem=den]")).to_contain_text(f"khong-co-ai@{DOMAIN}")
    expect(page.locator("[data-hint]")).to_have_text(re.compile("trong cơ quan: a@truong.example.$"))
    fits(page)
    shoot(page, pictures, "soan-sai-dia-chi")
    page.keyboard.press("Control+Enter")
    expect(page.locator("p[data-saved]")).to_contain_text("Chưa gửi được")
    expect(page.locator("#s-den")).to_be_focused()
    expect(page.locator("[data-notes]")).to_be_empty()
    for _ in range(2):
        page.locator(".to-chip.wrong .out").first.click()
    expect(page.locator("[data-problem=den]")).to_be_hidden()
    page.fill("[name=chu_de]", "Cho cả hai")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".toast:has-text('Đang gửi')")


TIDY = """() => new Promise((done) => {
  const root = document.querySelector("[data-rich]");
  const line = document.createElement("div");
  line.append(document.createElement("br"));
  root.append(line);
  for (const one of root.querySelectorAll("b")) one.style.cssText = "color: red";
  setTimeout(() => done(Object.keys(localStorage).filter((one) => one.startsWith("nhap:"))), 0);
})"""


def test_what_nobody_wrote_is_not_kept(site: Site, browser: Browser) -> None:
    """Neither what the editor does to its own text, nor walking through it, is writing."""
    at = original(site)
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "phuongvh")
    posted: list[str] = []
    page.on("request", lambda one: posted.append(one.url) if one.method == "POST" else None)
    saves = f"{site.url}/thu/soan"
    for way in ("tra_loi", "chuyen_tiep", "tra_loi"):
        open_form(page, site, f"/thu/soan?{way}={at}")
        assert page.evaluate(TIDY) == []
        page.click("[data-rich]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("End")
        assert page.evaluate(TIDY) == []
        expect(page.locator("[data-notes]")).to_be_empty()
        press(page, "[data-leave]")
    assert saves not in posted and not lying(site, "phuongvh", "Thư nháp")


def test_what_was_written_is_kept_once_the_page_is_left(site: Site, browser: Browser) -> None:
    at = original(site)
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "phuongvh")
    open_form(page, site, f"/thu/soan?tra_loi={at}")
    page.evaluate(TIDY)
    page.click("[data-rich]")
    page.keyboard.type("Vâng ạ")
    with page.expect_response("**/thu/soan"):
        press(page, "[data-leave]")
    (draft,) = lying(site, "phuongvh", "Thư nháp")
    assert "Vâng ạ" in draft.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    open_form(page, site, f"/thu/soan?tra_loi={at}")
    assert page.evaluate(TIDY) == []
    expect(page.locator("[data-notes]")).to_be_empty()


def test_a_typed_signature_outlives_saving_something_else(site: Site, browser: Browser, pictures: Path) -> None:
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "daonth")
    page.goto(site.url + "/cai-dat/chu-ky")
    page.wait_for_selector(".rich:not([hidden])")
    for number, text in enumerate(("Đào, Văn thư", "Bộ phận Văn thư")):
        page.locator(".rich").nth(number).click()
        page.keyboard.type(text)
    page.fill("#hoan_tac", "25")
    press(page, "main button.first")
    page.wait_for_selector(".toast:has-text('Đã lưu')")
    expect(page.locator("#hoan_tac")).to_have_value("25")
    page.wait_for_selector(".rich:not([hidden])")
    assert page.locator(".rich").all_inner_texts()[:2] == ["Đào, Văn thư", "Bộ phận Văn thư"]
    shoot(page, pictures, "chu-ky-da-luu", full=True)


def test_on_a_phone_fields_do_not_zoom_and_tools_can_be_hit(site: Site, browser: Browser) -> None:
    page = open_page(browser, 390, 844)
    sign_in(page, site, "phuongvh")
    open_form(page, site)
    sizes = page.eval_on_selector_all(
        "#soan :is(input:not([type=file]), select, textarea, .rich)",
        "all => all.filter((one) => one.offsetParent)"
        ".map((one) => [one.className, parseFloat(getComputedStyle(one).fontSize)])",
    )
    assert sizes and not [one for one in sizes if one[1] < 16], sizes
    tools = page.eval_on_selector_all(
        ".tools :is(button, select)",
        "all => all.map((one) => [one.className, one.offsetWidth, one.offsetHeight])",
    )
    assert len(tools) > 10 and not [one for one in tools if min(one[1:]) < 44], tools


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_two_hundred_recipients_leave_room_to_write(
    site: Site, browser: Browser, pictures: Path, width: int, height: int
) -> None:
    people = ", ".join(f"Trường số {number} <truong{number}@truong.example>" for number in range(1, 200))
    data = letter(
        From="Trường A <a@truong.example>", To=f"phuongvh@{DOMAIN}, {people}", Subject="Hỏi tất cả",
        Message_ID="<nhieu@truong.example>", Date="Thu, 26 Nov 2026 08:05:00 +0700",
    )  # fmt: skip
    at = f"{site.inbox('phuongvh')}.{site.deliver(data, f'phuongvh@{DOMAIN}')}"
    page = open_page(browser, width, height)
    sign_in(page, site, "phuongvh")
    page.goto(f"{site.url}/thu/{at.replace('.', '/')}")
    page.click("details.to > summary")
    lines = page.locator(".to-people li")
    expect(lines).to_have_count(200)
    expect(lines.nth(1)).to_have_text("Trường số 1 <truong1@truong.example>")
    assert page.eval_on_selector(".to-people", "one => one.offsetHeight < 250 && one.scrollHeight > 1000")
    fits(page)
    shoot(page, pictures, "doc-200-nguoi")
    open_form(page, site, f"/thu/soan?tra_loi_tat_ca={at}")
    row = page.locator("[data-row=cc]" if page.locator("[data-row=cc] .to-chip").count() else "[data-row=den]")
    chips = row.locator(".to-chip")
    expect(chips).to_have_count(3)
    expect(page.locator("[data-hint]")).to_contain_text("Thư sẽ tới 200 người nhận")
    assert page.eval_on_selector("[data-rich]", "one => one.getBoundingClientRect().top < innerHeight * .7")
    fits(page)
    shoot(page, pictures, "soan-200-nguoi")
    row.locator(".to-more").click()
    expect(row.locator(".to-more")).to_have_text("Thu gọn")
    assert chips.count() > 190
    row.locator(".to-more").click()
    row.locator(".to-input").fill("nganltt,")
    expect(chips).to_have_count(4)
    page.click("[data-rich]")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-what]")).to_contain_text("201 người nhận")


def test_groups_stand_above_the_schools_while_typing(site: Site, browser: Browser, pictures: Path) -> None:
    page = open_page(browser, 1440, 900)
    sign_in(page, site, "phuongvh")
    open_form(page, site)
    page.keyboard.type("truong thpt")
    first = page.locator(".suggest li").first
    expect(first).to_contain_text("Tất cả trường THPT")
    expect(first.locator(".chip")).to_contain_text("người")
    shoot(page, pictures, "soan-nhom")
