"""The list under keys, ticks and fingers in a real browser: what is pressed shows at once, can be undone, and is so on
the server; new letters come by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mailsvc.mail import bulk
from mailsvc.store import flags as flags_of
from mailsvc.store import listing, mailboxes
from tests.browsing import open_page, sign_in
from tests.web.webhouse import Site

pytestmark = pytest.mark.browser
ADDRESS = "daonth@sogddt.tayninh.gov.vn"
QUICK_MS = 50
"""From the key to the change, without a word from the server."""
NEW_MS = 2000
"""From the commit of a letter to its row on the screen."""
# Presses a key and gives the milliseconds until the selector is there (with ! in front: is not there).
TIMED = """
async ([key, shift, selector]) => {
  const gone = selector.startsWith('!'), wanted = gone ? selector.slice(1) : selector;
  const holds = () => Boolean(document.querySelector(wanted)) !== gone;
  const begun = performance.now();
  const press = new KeyboardEvent('keydown', { key, shiftKey: shift, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(press);
  while (!holds() && performance.now() - begun < 3000) await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}
"""
SEEN = """
window.seen = new Promise((done) => new MutationObserver(() => document.getElementById('t41') && done(Date.now()))
  .observe(document.body, { childList: true, subtree: true })), 0
"""


def fill(site: Site, count: int, first: int = 0) -> None:
    for n in range(first, first + count):
        site.deliver(
            b"From: a%d@b.example\r\nMessage-ID: <n%d@b>\r\nSubject: Thu so %d\r\n\r\nx\r\n" % (n, n, n), ADDRESS
        )


def opened(site: Site, browser: Browser, width: int = 1440, height: int = 900, tail: str = "") -> Page:
    page = open_page(browser, width, height)
    sign_in(page, site, "daonth")
    page.goto(f"{site.url}/thu/{site.inbox('daonth')}{tail}")
    page.wait_for_selector("form.mail.live")
    return page


def flags(site: Site, uid: int) -> int:
    return site.office.db.read_now(listing.line, site.inbox("daonth"), uid).flags


def count_in(site: Site, use: str) -> int:
    box = site.office.db.read_now(mailboxes.with_special_use, site.account_id("daonth"), use)
    assert box is not None
    return box.messages


def timed(page: Page, key: str, condition: str, *, shift: bool = False) -> float:
    taken: Any = page.evaluate(TIMED, [key, shift, condition])
    return float(taken)


def test_keys_show_at_once_and_are_done(site: Site, browser: Browser) -> None:
    fill(site, 12)
    page = opened(site, browser)
    slow: list[Route] = []
    page.route("**/viec", lambda route: slow.append(route))  # the server does not answer yet
    took = {
        "j": timed(page, "j", "#t12.at"),
        "j again": timed(page, "j", "#t11.at"),
        "k": timed(page, "k", "#t12.at"),
        "x": timed(page, "x", "#t12 input:checked"),
        "x again": timed(page, "x", "#t12 input:not(:checked)"),
        "s": timed(page, "s", "#t12.starred"),
        "Shift+i": timed(page, "I", "#t12:not(.unread)", shift=True),
        "e": timed(page, "e", "!#t12"),
    }
    assert max(took.values()) < QUICK_MS, took
    assert page.locator("#t11.at").count() == 1  # the hand stands on the next letter
    assert len(slow) == 1  # the others wait for it
    page.unroute("**/viec")
    expect(page.locator("#bao")).to_contain_text("Lưu trữ")
    assert count_in(site, "\\Archive") == 1
    page.keyboard.press("z")
    expect(page.locator("#bao")).to_contain_text("Đã hoàn tác")
    expect(page.locator(".letter-row")).to_have_count(12)
    assert count_in(site, "\\Archive") == 0
    expect(page.locator("#t13.starred")).to_have_count(1)


def test_what_the_server_refuses_stands_as_before(site: Site, browser: Browser) -> None:
    fill(site, 3)
    page = opened(site, browser)
    told = {"loi": "Không được <b>phép</b>", "text": "", "lan": ""}
    answers = [lambda route: route.abort(), lambda route: route.fulfill(status=403, json=told)]
    page.route("**/viec", lambda route: answers.pop(0)(route))  # one route: taking it off and on lets requests through
    page.keyboard.press("j")
    page.keyboard.press("#")
    expect(page.locator("#bao .toast.bad")).to_be_visible()
    assert [row.get_attribute("id") for row in page.locator(".letter-row").all()] == ["t3", "t2", "t1"]
    page.keyboard.press("s")
    expect(page.locator("#bao .toast.bad")).to_contain_text("Không được <b>phép</b>")
    assert page.locator(".letter-row.starred").count() == 0


def test_many_are_ticked_and_moved_by_name(site: Site, browser: Browser) -> None:
    fill(site, 6)
    page = opened(site, browser)
    page.keyboard.press("*")
    page.keyboard.press("a")
    expect(page.locator(".picked-count")).to_have_text("Đã chọn 6")
    page.keyboard.press("v")
    page.keyboard.type("luu")
    expect(page.locator(".move-dialog [aria-selected=true]")).to_have_text("Lưu trữ")
    page.keyboard.press("Enter")
    expect(page.locator("#bao")).to_contain_text("Đã chuyển 6 thư")
    expect(page.locator("#danh-sach .empty")).to_be_visible()
    assert count_in(site, "\\Archive") == 6


def test_the_list_beside_an_open_letter_is_live_too(site: Site, browser: Browser) -> None:
    fill(site, 3)
    page = opened(site, browser)
    page.wait_for_selector("html[data-live]")
    page.locator("#t2 a.open").click()
    beside = page.locator(".beside .letter-row")
    expect(beside).to_have_count(3)
    expect(page.locator(".talk-head .chip")).to_have_count(0)
    answer = b"From: b@b.example\r\nMessage-ID: <t@b>\r\nReferences: <n1@b>\r\nSubject: Re: Thu so 1\r\n\r\ny\r\n"
    site.deliver(answer, ADDRESS)
    expect(page.locator(".talk-head .chip.accent")).to_have_text("Xem thư mới nhất")
    expect(page.locator(".beside #t4.unread")).to_be_visible()
    expect(page.locator(".beside [aria-current=true]")).to_have_attribute("id", "t4")  # its conversation
    site.office.db.write_now(bulk.mark, site.account_id("daonth"), site.inbox("daonth"), [2], 0, flags_of.SEEN)
    fill(site, 1, first=4)
    expect(page.locator(".beside #t5.unread")).to_be_visible()
    assert not flags(site, 2) & flags_of.SEEN  # looking again is not reading


def test_new_letters_come_by_themselves(site: Site, browser: Browser) -> None:
    fill(site, 40)
    page = opened(site, browser)
    badge = page.locator(".nav [data-count='/thu']")
    expect(badge).to_contain_text("40")
    page.evaluate(SEEN)
    page.wait_for_selector("html[data-live]")
    before = page.evaluate("Date.now()")
    fill(site, 1, first=40)
    assert page.evaluate("window.seen") - before < NEW_MS
    expect(badge).to_contain_text("41")
    assert page.locator(".letter-row").first.get_attribute("id") == "t41"
    page.keyboard.press("j")
    page.evaluate("scrollTo(0, 900)")
    fill(site, 2, first=41)
    bar = page.locator("#thu-moi")
    expect(bar).to_have_text("2 thư mới")
    assert page.locator(".letter-row").count() == 41  # nothing jumped
    bar.click()
    expect(page.locator(".letter-row")).to_have_count(43)


def test_a_dialog_has_the_keys_to_itself(site: Site, browser: Browser) -> None:
    fill(site, 3)
    page = opened(site, browser)
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("#phim-tat")).to_be_visible()
    keys = page.locator("#phim-tat .keys").inner_text()
    assert "↓" in keys and "Esc" in keys and "Arrow" not in keys
    page.keyboard.press("e")
    page.keyboard.press("*")
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(page.locator("#phim-tat")).to_be_hidden()
    expect(page.locator(".letter-row")).to_have_count(3)
    assert page.locator("[name=thu]:checked").count() == 0 and not count_in(site, "\\Archive")
    page.keyboard.press("Control+k")
    page.keyboard.type("thu")
    page.keyboard.press("Escape")
    expect(page.locator("#tim-nhanh")).to_be_hidden()
    page.keyboard.press("e")  # the hand is where it was
    expect(page.locator("#bao")).to_contain_text("Lưu trữ")
    assert count_in(site, "\\Archive") == 1


def test_the_hand_stays_in_the_list_after_an_undo(site: Site, browser: Browser) -> None:
    for n in range(5):
        fill(site, 1, first=n)
        site.clock.advance(60_000)
    page = opened(site, browser)
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("#bao")).to_contain_text("Đã chuyển 1 thư")
    page.keyboard.press("z")
    expect(page.locator("#bao")).to_contain_text("Đã hoàn tác")
    expect(page.locator("#t6")).to_be_visible()  # it came back as a new message, to where it was
    assert [row.get_attribute("id") for row in page.locator(".letter-row").all()] == ["t5", "t4", "t6", "t2", "t1"]
    assert page.evaluate("Boolean(document.activeElement.closest('.letter-row'))")


def test_the_reader_acts_on_the_conversation_it_shows(site: Site, browser: Browser) -> None:
    fill(site, 2)
    for number in (2, 3):
        head = b"From: a@b.example\r\nMessage-ID: <n%d@b>\r\nReferences: <n1@b>\r\nSubject: Re: Thu so 1\r\n\r\nx\r\n"
        site.deliver(head % number, ADDRESS)
    page = opened(site, browser)
    page.locator("#t4 a.open").click()
    bar = page.locator(".reader-bar .acts-on").first
    bar.wait_for()
    top = page.locator("section.top").bounding_box()
    box = bar.bounding_box()
    assert top and box and box["y"] >= top["y"] + top["height"]  # nothing lies over the letter's buttons
    assert page.evaluate("scrollY") == 0
    page.keyboard.press("e")
    expect(page.locator("#bao")).to_contain_text("Đã chuyển 3 thư")
    expect(page.locator("#danh-sach .letter-row")).to_have_count(1)
    assert count_in(site, "\\Archive") == 3


def test_one_stream_for_all_tabs(site: Site, browser: Browser) -> None:
    fill(site, 1)
    page = opened(site, browser)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("form.mail.live")
    third = page.context.new_page()
    third.goto(site.url + "/van-phong")
    streams = site.door._app.state.streams  # how many the door holds shows nowhere else
    page.wait_for_selector("html[data-live]")
    fill(site, 1, first=1)
    expect(third.locator(".nav [data-count='/thu']")).to_contain_text("2")
    other.bring_to_front()
    expect(other.locator(".letter-row")).to_have_count(2)
    assert streams._count == 1


def test_a_finger_archives_and_brings_back(site: Site, browser: Browser) -> None:
    fill(site, 3)
    page = opened(site, browser, 390, 844)
    for selector in (".pick", ".star", "a.open"):
        box = page.locator(f".letter-row {selector}").first.bounding_box()
        assert box is not None and box["width"] >= 44 and box["height"] >= 44, (selector, box)
    page.evaluate(
        """
        () => {
          const row = document.querySelector('#t3 a.open');
          const finger = (x) => new Touch({ identifier: 1, target: row, clientX: x, clientY: 300 });
          const at = (type, x) => row.dispatchEvent(new TouchEvent(type, { bubbles: true, cancelable: true,
            touches: type === 'touchend' ? [] : [finger(x)] }));
          at('touchstart', 60); at('touchmove', 90); at('touchmove', 200); at('touchend', 200);
        }
        """
    )
    expect(page.locator(".letter-row")).to_have_count(2)
    expect(page.locator("#bao")).to_contain_text("Lưu trữ")
    page.locator("#bao button").click()
    expect(page.locator(".letter-row")).to_have_count(3)


def test_the_keys_are_taught(site: Site, browser: Browser) -> None:
    fill(site, 1)
    page = opened(site, browser)
    page.keyboard.press("?")
    expect(page.locator("#phim-tat .keys")).to_be_visible()
    taught = page.locator("#phim-tat .keys").inner_text()
    for words in ("Thư dưới", "Lưu trữ", "Xóa", "Gắn sao", "Đã đọc", "Chuyển", "Trả lời"):
        assert words in taught


def test_buttons_do_the_same_and_the_list_lives_on_after_reading(site: Site, browser: Browser) -> None:
    fill(site, 5)
    page = opened(site, browser)
    loads: list[str] = []
    page.on("load", lambda one: loads.append(one.url))
    page.locator("#t5 .star").click()
    expect(page.locator("#t5.starred")).to_have_count(1)
    expect(page.locator("#bao")).to_contain_text("Đã gắn sao 1 thư")
    page.locator("#t4 input").check()
    page.locator("#t2 input").check(force=True)
    page.locator(".acts [value=thung-rac]").click()
    expect(page.locator("#bao")).to_contain_text("Đã chuyển 2 thư vào “Thùng rác”")
    assert count_in(site, "\\Trash") == 2 and flags(site, 5) & 4
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_selector(".reading")
    page.go_back()
    page.wait_for_selector("form.mail.live")
    page.wait_for_selector("html[data-live]")
    fill(site, 1, first=5)
    expect(page.locator(".letter-row")).to_have_count(4)
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".picked-count")).to_have_text("Đã chọn 1")
    page.keyboard.press("Escape")
    expect(page.locator(".acts")).to_be_hidden()
    page.locator(".folders a", has_text="Thùng rác").first.click()
    expect(page.locator(".letter-row")).to_have_count(2)
    assert not loads  # nothing was loaded as a whole


def test_the_search_page_is_under_the_hand_too(site: Site, browser: Browser) -> None:
    fill(site, 60)
    page = opened(site, browser)
    page.goto(site.url + "/thu/tim?q=thu+so")
    page.wait_for_selector("form.mail.live")
    page.locator("[data-all]").check()
    page.locator("[name=tat-ca]").check()
    page.keyboard.press("e")
    expect(page.locator("#bao")).to_contain_text("Đã chuyển 60 thư vào “Lưu trữ”")
    assert count_in(site, "\\Archive") == 60
    page.keyboard.press("z")
    expect(page.locator("#bao")).to_contain_text("Đã hoàn tác 60 thư")


def test_without_scripts_everything_is_a_form(site: Site, browser: Browser) -> None:
    fill(site, 4)
    page = open_page(browser, 1440, 900, scripts=False)
    sign_in(page, site, "daonth")
    page.goto(f"{site.url}/thu/{site.inbox('daonth')}")
    page.locator("#t4 .star").click()
    expect(page.locator("#t4.starred")).to_have_count(1)
    page.locator("#t3 input").check()
    page.locator("#den").select_option(label="Lưu trữ")
    page.locator(".acts [value=chuyen]").click()
    expect(page.locator(".letter-row")).to_have_count(3)
    assert count_in(site, "\\Archive") == 1
    page.locator("#bao button").click()
    expect(page.locator(".letter-row")).to_have_count(4)
    assert count_in(site, "\\Archive") == 0
    page.locator(".mail-tools [name=tat-ca]").check()
    page.locator(".acts [value=da-doc]").click()
    expect(page.locator(".letter-row.unread")).to_have_count(0)
