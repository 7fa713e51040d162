"""A real browser for tests: the office's pages at the width of a desk and of a phone, opened, signed in, looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.axe import violations
from tests.web.webhouse import PASSWORD

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = ((1440, 900), (390, 844))


class Door(Protocol):
    """What is signed in to."""

    @property
    def url(self) -> str: ...


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield started
        started.close()


def open_page(browser: Browser, width: int, height: int, *, scripts: bool = True) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="vi-VN", java_script_enabled=scripts, has_touch=width < 600
    )
    return context.new_page()


def sign_in(page: Page, site: Door, username: str) -> None:
    page.goto(site.url + "/dang-nhap")
    page.fill("#ten", username)
    page.fill("#mat_khau", PASSWORD)
    press(page, "button[type=submit]")


def press(page: Page, selector: str) -> None:
    """Click what leads to another page, whether it is loaded or put in, and be there."""
    page.evaluate("document.querySelector('main').dataset.before = ''")
    page.click(selector)
    page.wait_for_selector("main:not([data-before])")
    page.wait_for_load_state("load")


def shoot(page: Page, pictures: Path, name: str, *, full: bool = False) -> None:
    viewport = page.viewport_size
    assert viewport is not None
    page.screenshot(path=pictures / f"{name}-{viewport['width']}.png", full_page=full)


def fits(page: Page, *, axe: bool = True) -> None:
    """Nothing is wider than the screen, and axe-core finds nothing, light or dark."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        found = page.evaluate(
            "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".map(e => e.tagName + '.' + e.className).slice(0, 8)"
        )
        raise AssertionError(f"{page.url} is {wide} px too wide: {found}")
    found = violations(page) if axe else []
    assert not found, f"{page.url}: " + "\n".join(found)


def look(page: Page, pictures: Path, name: str) -> None:
    """A picture of the whole page, which fits."""
    shoot(page, pictures, name, full=True)
    fits(page)
