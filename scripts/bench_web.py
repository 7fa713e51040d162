"""The web face at 100,000 letters and 100,000 documents: the server's answers, and what a person feels in a browser.

A data folder of its own; the service runs as a process, the browser is Debian's Chromium. `figures` is what
bench_table.py prints. Server times are those of whole answers over HTTP on loopback; feelings are measured inside the
page, from the key or click to the change painted.
"""

from __future__ import annotations

import gzip
import random
import re
import smtplib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from mailsvc.accounts import demo  # noqa: E402
from mailsvc.auth.passwords import PasswordHasher  # noqa: E402
from mailsvc.core import settings as settings_module  # noqa: E402
from mailsvc.documents import numbering  # noqa: E402
from mailsvc.mail.deliver import deliver_letter  # noqa: E402
from mailsvc.mail.envelope import Client, Envelope, Recipient  # noqa: E402
from mailsvc.mail.letter import from_bytes  # noqa: E402
from mailsvc.opening import close_office, open_office  # noqa: E402
from mailsvc.store import accounts, search  # noqa: E402
from mailsvc.store import documents as document_store  # noqa: E402
from mailsvc.store.tx import Tx  # noqa: E402
from scripts import bench_office  # noqa: E402
from tests.live import DemoUser, Live  # noqa: E402
from tests.web.webhouse import token_of  # noqa: E402

WHO = "daonth"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
MOBILE = {"offline": False, "latency": 60, "downloadThroughput": 9e6 / 8, "uploadThroughput": 3e6 / 8}
"""A 4G phone: 60 ms, 9 Mbit/s down."""


@dataclass(frozen=True)
class Figure:
    """A measured value with its unit and what it may be at most (0: no aim)."""

    name: str
    value: float
    unit: str
    most: float


def figures(folder: Path, letters: int, documents: int, runs: int) -> list[Figure]:
    """Fill a data folder, start the service on it, measure, stop it."""
    _fill(folder / "data", letters, documents)
    live = Live(folder / "data").start()
    try:
        user = next(one for one in live.users() if one.username == WHO)
        return [*_server(live, user, runs), *_browser(live, user, runs)]
    finally:
        live.stop()


# ---- filling ------------------------------------------------------------------------------------------------
def _fill(data: Path, letters: int, documents: int) -> None:
    settings = settings_module.load(environ={}, data=str(data))
    office = open_office(settings, None, PasswordHasher())
    try:
        demo.make(office.db, settings, PasswordHasher(), ROOT / "config")
        people = [one.id for one in office.db.read_now(accounts.listing, "person")]
        units = [one.id for one in office.db.read_now(accounts.listing, "unit")][:12]
        dice = random.Random(5)
        for first in range(1, documents + 1, 5000):
            last = min(first + 4999, documents)
            office.db.write_now(bench_office.fill, first, last, documents, people, units, dice)
        office.db.write_now(
            document_store.set_last_number, bench_office.ORG, numbering.INCOMING, bench_office.YEAR, documents
        )
        for first in range(0, letters, 1000):
            office.db.write_now(_deliver, settings.organisation.domains, range(first, min(first + 1000, letters)), dice)
        while office.db.write_now(search.index_pending, 2000):  # as it stands an hour after a move
            pass
    finally:
        close_office(office)


def _deliver(tx: Tx, domains: list[str], numbers: range, dice: random.Random) -> None:
    for number in numbers:
        letter = from_bytes(_letter(number, dice))
        recipients = (Recipient(f"{WHO}@{domains[0]}"),)
        envelope = Envelope(str(number), "lmtp", Client("192.0.2.1"), "truong@example.vn", recipients, tx.now_ms)
        deliver_letter(tx, domains, envelope, letter)


def _letter(number: int, dice: random.Random) -> bytes:
    """Every third letter answers the one before it."""
    said = " ".join(dice.choices(bench_office.WORDS, k=8))
    parent = f"In-Reply-To: <{number - 1}@bench>\r\nReferences: <{number - 1}@bench>\r\n" if number % 3 == 1 else ""
    body = "\r\n".join(" ".join(dice.choices(bench_office.WORDS, k=14)) for _ in range(12))
    return (
        f"From: Trường số {number % 400} <truong{number % 400}@example.vn>\r\nTo: {WHO}@sogddt.tayninh.gov.vn\r\n"
        f"Subject: {said} {number}\r\nMessage-ID: <{number}@bench>\r\n{parent}Date: Mon, 23 Nov 2026 08:00:00 +0700\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        f"\r\n{body}\r\n"
    ).encode()


# ---- the server ---------------------------------------------------------------------------------------------
def _signed_in(live: Live, user: DemoUser) -> httpx.Client:
    client = httpx.Client(base_url=live.url, timeout=60)
    fields = {"ma": token_of(client.get("/dang-nhap")), "ten": user.username, "mat_khau": user.password, "tiep": "/"}
    answer = client.post("/dang-nhap", data=fields)
    assert answer.status_code == 303, answer.text[:500]
    return client


def _server(live: Live, user: DemoUser, runs: int) -> list[Figure]:
    """75th percentiles of whole answers, and what the inbox weighs."""
    client = _signed_in(live, user)
    found = re.search(r'href="/thu/(\d+)/(\d+)', client.get("/thu").text)
    assert found is not None
    box, last = int(found[1]), int(found[2])
    pages: list[tuple[str, Callable[[int], str], float]] = [
        ("open a letter", lambda n: f"/thu/{box}/{last - n * 7}", 80),
        ("folder, first rows", lambda n: f"/thu/{box}", 120),
        ("folder, page 500", lambda n: f"/thu/{box}?trang={500 + n}", 120),
        (
            "search in all folders",
            lambda n: f"/thu/tim?q={bench_office.WORDS[n % 20]}+{bench_office.WORDS[(n + 7) % 20]}",
            300,
        ),
        ("search, a rare word", lambda n: f"/thu/tim?q={last - n}", 300),
        ("search over everything", lambda n: f"/tim?q={bench_office.WORDS[n % 20]}", 300),
        ("quick search", lambda n: f"/tim/nhanh?q={bench_office.WORDS[n % 20][:3]}", 300),
        ("my work", lambda n: "/viec", 150),
        ("register", lambda n: "/van-ban-den", 150),
        ("a document", lambda n: f"/van-ban-den/{bench_office.YEAR}/{1000 + n}", 150),
        ("follow-up", lambda n: "/van-ban-den/theo-doi?muc=qua-han", 150),
        ("outgoing", lambda n: "/van-ban-di", 150),
        ("compose", lambda n: "/thu/soan", 120),
        ("directory", lambda n: "/danh-ba", 150),
    ]
    figures = [Figure(f"web: {name}", _p75(client, address, runs), "ms", most) for name, address, most in pages]
    page = client.get(f"/thu/{box}")
    assert page.headers.get("content-encoding") == "gzip"
    weight = len(gzip.compress(page.content, 5)) / 1024
    figures.append(Figure("web: the inbox later, compressed", round(weight, 1), "KB", 25))
    return figures


def _p75(client: httpx.Client, address: Callable[[int], str], runs: int) -> float:
    took = []
    for n in range(runs):
        begin = time.perf_counter()
        answer = client.get(address(n))
        took.append((time.perf_counter() - begin) * 1000)
        assert answer.status_code == 200, (address(n), answer.status_code)
    took.sort()
    return round(took[int(len(took) * 0.75)], 1)


# ---- the browser --------------------------------------------------------------------------------------------


def _browser(live: Live, user: DemoUser, runs: int) -> list[Figure]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        try:
            found = [*_first_visit(browser, live, user)]
            page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN").new_page()
            _sign_in(page, live, user)
            found += [_opening(page, live, runs), _switching(page, live, runs), _keys(page, live, runs)]
            return [*found, _arriving(page, live)]
        finally:
            browser.close()


def _sign_in(page: Page, live: Live, user: DemoUser) -> None:
    page.goto(live.url + "/dang-nhap?tiep=/thu")
    page.fill("#ten", user.username)
    page.fill("#mat_khau", user.password)
    page.click("button[type=submit]")
    page.wait_for_selector(".letter-row")


def _first_visit(browser: Any, live: Live, user: DemoUser) -> list[Figure]:
    """A phone with an empty cache over 4G: what comes over the line until the inbox stands, and when it is painted."""
    page = browser.new_context(viewport={"width": 390, "height": 844}, locale="vi-VN").new_page()
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", MOBILE)
    octets: list[float] = []
    line.on("Network.loadingFinished", lambda event: octets.append(event["encodedDataLength"]))
    page.goto(live.url + "/dang-nhap?tiep=/thu", wait_until="networkidle")
    page.fill("#ten", user.username)
    page.fill("#mat_khau", user.password)
    page.click("button[type=submit]")
    page.wait_for_selector(".letter-row")
    painted = page.evaluate(
        "() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))"
        ".observe({type: 'largest-contentful-paint', buffered: true}))"
    )
    page.wait_for_load_state("networkidle")
    weight = Figure("web: first visit, sign-in and inbox", round(sum(octets) / 1024, 1), "KB", 150)
    page.context.close()
    return [weight, Figure("web: inbox painted over 4G (LCP), after signing in", round(painted), "ms", 1500)]


_TIMED = """([selector, act, wanted]) => new Promise((done, fail) => {
  const began = performance.now(), start = location.href;
  const seen = () => document.querySelector(wanted) && (act !== 'click' || location.href !== start);
  const watch = () => seen() ? requestAnimationFrame(() => done(performance.now() - began))
    : performance.now() - began > 10000 ? fail(new Error('nothing changed')) : requestAnimationFrame(watch);
  document.querySelector(selector).click();
  requestAnimationFrame(watch);
})"""


def _clicks(page: Page, live: Live, runs: int, start: str, selector: str, wanted: str) -> float:
    took = []
    for n in range(runs):
        page.goto(live.url + start, wait_until="networkidle")
        took.append(page.evaluate(_TIMED, [selector.replace("{n}", str(n % 20 + 1)), "click", wanted]))
    took.sort()
    return round(took[int(len(took) * 0.75)], 1)


def _opening(page: Page, live: Live, runs: int) -> Figure:
    took = _clicks(page, live, runs, "/thu", ".letter-row:nth-child({n}) a[href^='/thu/']", ".reader, .letter")
    return Figure("web: click to the letter painted", took, "ms", 200)


def _switching(page: Page, live: Live, runs: int) -> Figure:
    took = _clicks(page, live, runs, "/viec", ".nav a[href='/thu']", ".letter-row")
    return Figure("web: click to the folder painted", took, "ms", 300)


_KEY = """(key) => new Promise((done, fail) => {
  const began = performance.now();
  const painted = () => {
    watch.disconnect();
    clearTimeout(late);
    requestAnimationFrame(() => done(performance.now() - began));
  };
  const watch = new MutationObserver(painted);
  watch.observe(document.getElementById('noi-dung'), { subtree: true, childList: true, attributes: true });
  document.addEventListener('focusin', painted, { once: true });
  for (const box of document.querySelectorAll('.pick input')) box.addEventListener('change', painted, { once: true });
  const late = setTimeout(() => fail(new Error(key + ': nothing changed')), 5000);
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
})"""


def _keys(page: Page, live: Live, runs: int) -> Figure:
    """j, x, s, e in turn: from the key to the change painted."""
    page.goto(live.url + "/thu", wait_until="networkidle")
    took = []
    for n in range(runs):
        took += [page.evaluate(_KEY, key) for key in ("j", "x", "s", "j" if n % 2 else "e")]
    took.sort()
    return Figure("web: key to the change painted", round(took[int(len(took) * 0.75)], 1), "ms", 50)


def _arriving(page: Page, live: Live) -> Figure:
    """From the 250 to the row in the list."""
    page.goto(live.url + "/thu", wait_until="networkidle")
    took = []
    for n in range(5):
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = (
            "truong@example.vn",
            f"{WHO}@sogddt.tayninh.gov.vn",
            f"Thư tới {n}",
        )
        letter.set_content("Nội dung")
        with smtplib.SMTP("127.0.0.1", live.port("mx")) as client:
            client.send_message(letter)
        began = time.perf_counter()
        page.wait_for_selector(f"text=Thư tới {n}", timeout=20_000)
        took.append((time.perf_counter() - began) * 1000)
    return Figure("web: new mail shows", round(sorted(took)[2]), "ms", 2000)
