"""Quản trị, Hàng đợi: what waits by destination, in plain words; trying again, returning after being asked."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from mailsvc.mail.deliver import deliver_letter
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.letter import from_bytes
from mailsvc.store import audit, held_sends, mailboxes, placements, queue
from mailsvc.store.held_sends import NewHeld
from mailsvc.store.tx import Tx
from tests.browsing import WIDTHS, look, open_page, press, sign_in
from tests.web.webhouse import Site, token_of

DOMAIN = "sogddt.tayninh.gov.vn"
PAGE = "/quan-tri/hang-doi"
RETURN = PAGE + "/tra-lai"


def send(site: Site, *recipients: str, sender: str = f"phuongvh@{DOMAIN}") -> None:
    letter = f"From: {sender}\r\nTo: {recipients[0]}\r\nSubject: Chuyen rieng tu\r\n\r\nNoi dung kin {recipients}\r\n"
    who = site.account_id("phuongvh")
    people = tuple(map(Recipient, recipients))
    envelope = Envelope("1", "submission", Client("192.0.2.1"), sender, people, site.clock.now_ms(), account_id=who)
    site.office.db.write_now(deliver_letter, [DOMAIN], envelope, from_bytes(letter.encode()))


def fail(tx: Tx, domain: str, host: str, reply: str) -> None:
    for row in queue.lease(tx, "w", tx.now_ms + 1000, domain, 10):
        queue.postpone(tx, "w", row.id, host, reply, tx.now_ms + 900_000, False)


def crowd(site: Site) -> None:
    send(site, "ai@cham.example", "em@cham.example", "cu@cham.example")
    send(site, "khach@xa.example")
    site.office.db.write_now(fail, "cham.example", "mx.cham.example", "451 4.7.1 Greylisted, come back later")
    site.office.db.write_now(fail, "xa.example", "", "451 4.4.3 The name server gives no answer for xa.example")


def hold(tx: Tx, account_id: int) -> None:
    box = mailboxes.by_name(tx, account_id, mailboxes.INBOX).id
    content_id = placements.rows(tx, box, 1, 1 << 30, ("content_id",))[0][0]
    held_sends.add(
        tx,
        NewHeld(
            account_id, "<hen@x.example>", tx.now_ms + 7_200_000, 1, f"daonth@{DOMAIN}", ("hen@truong.example",), "",
            content_id, content_id, content_id, box, box, 0, 0, 0, "", "",
        ),
    )  # fmt: skip


def inbox(site: Site, username: str) -> int:
    box = site.inbox(username)
    return len(site.office.db.read_now(placements.uids, box))


def ask(client: httpx.Client, query: str) -> tuple[str, dict[str, str]]:
    """The page that asks, and the form it holds."""
    page = client.get(f"{RETURN}?{query}")
    assert page.status_code == 200
    name, value = re.findall(r'<input type="hidden" name="(thu|mien)" value="([^"]+)">', page.text)[0]
    return page.text, {"ma": token_of(page), name: value}


def test_what_waits_is_told_by_destination(site: Site) -> None:
    crowd(site)
    site.deliver(b"Subject: x\r\n\r\ny\r\n", f"daonth@{DOMAIN}")
    site.office.db.write_now(hold, site.account_id("daonth"))
    text = site.signed_in("admin").get(PAGE).text
    assert "3 người nhận" in text and "danh sách xám" in text and "451 4.7.1 Greylisted" in text
    assert "Không hỏi được DNS của miền nhận." in text
    assert "hen@truong.example" in text and "24/11/2026, 14:00" in text
    assert "Chuyen rieng tu" not in text and "Noi dung kin" not in text


def test_a_destination_is_tried_again_alone(site: Site) -> None:
    crowd(site)
    admin = site.signed_in("admin")
    admin.post(PAGE, data={"ma": token_of(admin.get(PAGE)), "mien": "xa.example"})
    assert "Đang gửi lại 1 thư." in admin.get(PAGE).text
    assert site.office.db.read_now(queue.due_domains) == [("xa.example", 1)]


def test_letters_are_returned_after_being_asked_and_once(site: Site) -> None:
    crowd(site)
    admin, before = site.signed_in("admin"), inbox(site, "phuongvh")
    text, form = ask(admin, "mien=cham.example")
    assert "Trả lại 3 thư cho người gửi?" in text and "em@cham.example" in text
    assert inbox(site, "phuongvh") == before  # asking changes nothing
    assert admin.post(RETURN, data=form).status_code == 303
    assert "Đã trả lại 3 thư cho người gửi." in admin.get(PAGE).text
    assert admin.post(RETURN, data=form).status_code == 303  # pressed twice
    page = admin.get(PAGE).text
    assert "không còn chờ" in page and "cham.example" not in page and "xa.example" in page
    assert inbox(site, "phuongvh") == before + 1
    noted = site.office.db.read_now(lambda tx: audit.listing(tx, actions=("queue.return",)))
    assert len(noted) == 3 and noted[0]["actor_id"] == site.account_id("admin")


def test_what_is_being_sent_is_not_offered_and_not_returned(site: Site) -> None:
    send(site, "ai@cham.example")
    admin = site.signed_in("admin")
    _, form = ask(admin, "mien=cham.example")
    site.office.db.write_now(queue.lease, "w", site.clock.now_ms() + 60_000, "cham.example", 10)
    page = admin.get(PAGE).text
    assert "Đang gửi" in page and "Trả lại…" not in page
    admin.post(RETURN, data=form)
    assert "đúng lúc này nên giữ nguyên" in admin.get(PAGE).text
    assert inbox(site, "phuongvh") == 0


def test_nobody_else_returns_letters(site: Site) -> None:
    crowd(site)
    client = site.signed_in("phuongvh")
    data = {"ma": token_of(client.get("/viec")), "mien": "cham.example"}
    assert client.get(f"{RETURN}?mien=cham.example").status_code == 403
    assert client.post(RETURN, data=data).status_code == 403
    assert site.office.db.read_now(queue.counts).waiting == 4


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_pictures(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    crowd(site)
    site.deliver(b"Subject: x\r\n\r\ny\r\n", f"daonth@{DOMAIN}")
    site.office.db.write_now(hold, site.account_id("daonth"))
    page = open_page(browser, width, height)
    sign_in(page, site, "admin")
    page.goto(site.url + PAGE)
    look(page, pictures, "quan-tri-hang-doi-theo-noi")
    press(page, f"a[href='{RETURN}?mien=cham.example']")
    look(page, pictures, "quan-tri-tra-lai")
    press(page, ".return-ask button.danger")
    page.wait_for_selector("text=Đã trả lại 3 thư")
    assert page.locator(".queue-way").count() == 1
