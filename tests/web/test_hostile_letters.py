"""HTML from strangers in a real browser: nothing runs, nothing is fetched, what is harmless stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, Route, sync_playwright

from tests.conftest import SAMPLES
from tests.web.test_browser import FLAGS, open_page, sign_in
from tests.web.webhouse import Site, sample

pytestmark = pytest.mark.browser
HOSTILE = "17-html-doc-hai.eml"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def rules() -> dict[str, Any]:
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
    html: dict[str, Any] = expected["files"][f"mail/{HOSTILE}"]["html"]
    return html


class Watch:
    """What the page asks for beyond our own host; nothing of it is let out."""

    def __init__(self, page: Page, site: Site) -> None:
        self.foreign: list[str] = []
        self.own: list[str] = []
        self._site = site
        page.context.route("**/*", self._seen)
        page.on("dialog", lambda dialog: self.foreign.append(f"dialog {dialog.message}"))

    def _seen(self, route: Route) -> None:
        url = route.request.url
        if url.startswith((self._site.url, "data:", "blob:")):
            self.own.append(url)
            route.continue_()
        else:
            self.foreign.append(url)
            route.abort()


def opened(site: Site, browser: Browser, data: bytes) -> tuple[Page, Watch, Frame | None]:
    uid = site.deliver(data)
    page = open_page(browser, 1440, 900)
    watch = Watch(page, site)
    sign_in(page, site, "daonth")
    page.goto(f"{site.url}/thu/{site.inbox('vanthu')}/{uid}")
    page.wait_for_load_state("networkidle")
    return page, watch, next((frame for frame in page.frames if frame.url.endswith("/noi-dung")), None)


def test_the_hostile_sample_is_harmless(site: Site, browser: Browser, rules: dict[str, Any]) -> None:
    page, watch, frame = opened(site, browser, sample(HOSTILE))
    assert frame is not None
    shown = frame.content()  # read through the debugger: no script runs in the frame
    body = shown.split("<body")[1].lower()
    assert [piece for piece in rules["must_not_contain_after_cleaning"] if piece in body] == []
    assert [piece for piece in rules["must_remain"] if piece not in shown] == []
    for one in page.frames:
        assert one.evaluate(f"typeof window.{rules['marker_variable']}") == "undefined"
    assert watch.foreign == []
    assert page.locator("h1").inner_text() == 'Thư <b>có mã</b> "><script>alert(1)</script>'
    assert page.locator(".file strong").first.inner_text().startswith('tep">')
    assert "Đã chặn" in page.content()


def test_the_cleaned_page_by_itself_is_harmless_too(site: Site, browser: Browser, rules: dict[str, Any]) -> None:
    page, watch, _ = opened(site, browser, sample(HOSTILE))
    page.goto(page.url.split("#")[0] + "/noi-dung")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(f"typeof window.{rules['marker_variable']}") == "undefined"
    assert watch.foreign == []


def test_walls_hold_without_the_cleaner(site: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sandbox and policy alone: the letter goes to the browser as it came."""
    from mailsvc.http.helpers import Answer, Helpers

    async def uncleaned(self: Helpers, lane: str, task: str, arguments: Any, payload: bytes, **_: Any) -> Answer:
        return Answer({"blocked": 0, "height": 20}, payload)

    monkeypatch.setattr(Helpers, "call", uncleaned)
    page, watch, frame = opened(site, browser, sample(HOSTILE))
    assert frame is not None and "onerror" in frame.content()
    for one in page.frames:
        assert one.evaluate("typeof window.XSSMAU") == "undefined"
    assert watch.foreign == []


def test_pictures_inside_a_letter_are_shown(site: Site, browser: Browser) -> None:
    _, watch, frame = opened(site, browser, sample("07-anh-noi-dong.eml"))
    assert frame is not None
    sizes = frame.evaluate("[...document.images].map(i => i.naturalWidth)")
    assert sizes and all(width > 0 for width in sizes)
    assert any("/anh/" in url for url in watch.own)
    assert watch.foreign == []


def test_links_open_elsewhere_without_telling(site: Site, browser: Browser) -> None:
    html = b'<p><a href="https://vi-du.example/x" onclick="window.XSSMAU=1">ngo\xc3\xa0i</a></p>'
    data = b"From: a@b.example\r\nSubject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html
    page, watch, frame = opened(site, browser, data)
    assert frame is not None
    with page.context.expect_page() as popup:
        frame.click("a")
    popup.value.close()
    assert watch.foreign == ["https://vi-du.example/x"]
    assert frame.locator("a").get_attribute("rel") == "noopener noreferrer nofollow"
