"""Quản trị, Tìm thư: a letter's way in plain words, whatever way it took; nothing of what it says; every look noted."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mailsvc.mail.deliver import deliver_letter
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.letter import from_bytes
from mailsvc.mail.tracing import Refusals, TurnedAway
from mailsvc.store import audit, placements, queue, traces
from mailsvc.store.tx import Tx
from tests.browsing import WIDTHS, look, open_page, press, sign_in
from tests.web.webhouse import Site

DOMAIN = "sogddt.tayninh.gov.vn"
PAGE = "/quan-tri/tim-thu"
PEER = Client("192.0.2.7", 40000, "mail.noivu.example", "TLS_AES_256_GCM_SHA384")


def pass_on(site: Site, number: int, door: str, sender: str, *recipients: str, account: str = "") -> None:
    header = f"From: {sender}\r\nSubject: Chuyen rieng tu\r\nMessage-ID: <thu{number}@xa.example>\r\n"
    letter = f"{header}\r\nNoi dung kin\r\n"
    envelope = Envelope(
        f"ma{number}", door, PEER, sender, tuple(map(Recipient, recipients)), site.clock.now_ms(),
        account_id=site.account_id(account) if account else None,
    )  # fmt: skip
    site.office.db.write_now(deliver_letter, [DOMAIN, "tayninh.gov.vn"], envelope, from_bytes(letter.encode()))


def try_out(tx: Tx) -> None:
    """Two tries, as the worker writes them down."""
    (row,) = queue.lease(tx, "w", tx.now_ms + 1000, None, 1)
    for state, reply in (("waiting", "451 4.7.1 Greylisted, try again"), ("sent", "250 2.0.0 queued as 8F2")):
        traces.attempted(tx, row.content_id, row.recipient, state, "mx.ngoai.example", reply)
    queue.sent(tx, row.id, "mx.ngoai.example", "250 2.0.0 queued as 8F2")


def letters(site: Site) -> None:
    """One that came in, one that went out after a second try, one that waits, one that was refused."""
    pass_on(site, 1, "mx", "vanthu@noivu.example", f"daonth@{DOMAIN}", f"nganltt@{DOMAIN}")
    pass_on(site, 2, "submission", f"phuongvh@{DOMAIN}", "ai@ngoai.example", account="phuongvh")
    site.office.db.write_now(try_out)
    pass_on(site, 3, "web", f"daonth@{DOMAIN}", "khach@cham.example", account="daonth")
    refused = TurnedAway(
        "mx", PEER, None, "ma4", "vanthu@noivu.example", (f"khong.co@{DOMAIN}",), 0,
        "550 5.1.1 No such user here / Khong co nguoi nhan nay",
    )  # fmt: skip

    async def refuse() -> None:
        refusals = Refusals(site.office)
        refusals.note(refused)
        await refusals.write()

    site.run(refuse())


def test_a_letter_is_found_by_each_of_its_marks(site: Site) -> None:
    letters(site)
    admin = site.signed_in("admin")
    for query, told in (
        ("nguoi_gui=vanthu@noivu.example", "Máy mail.noivu.example [192.0.2.7] đưa tới, có mã hóa (TLS_AES_256"),
        (f"nguoi_nhan=daonth@{DOMAIN}", "đã vào hộp thư của Nguyễn Thị Hồng Đào"),
        ("nguoi_nhan=daonth", "đã vào hộp thư của Nguyễn Thị Hồng Đào"),
        ("nguoi_nhan=DAONTH@tayninh.gov.vn", "đã vào hộp thư của Nguyễn Thị Hồng Đào"),
        ("ma_thu=thu2@xa.example", "Võ Hoài Phượng đăng nhập và gửi bằng phần mềm thư"),
        ("ma_thu=%3Cthu2@xa.example%3E", "máy mx.ngoai.example đã nhận (lần 2)"),
        ("nguoi_nhan=ngoai.ex", "danh sách xám"),
        ("nguoi_nhan=khach@cham.example", "Nguyễn Thị Hồng Đào gửi từ trang web."),
        ("nguoi_nhan=khach@cham.example", "đang chờ, lần thử tới"),
        (f"nguoi_nhan=khong.co@{DOMAIN}", "Không có người nhận này ở nơi nhận."),
        ("tim=1", "Bị từ chối"),
    ):
        page = admin.get(f"{PAGE}?{query}")
        assert page.status_code == 200 and told in page.text, (query, page.text[-4000:])
        assert "Chuyen rieng tu" not in page.text and "Noi dung kin" not in page.text, query


def test_what_is_not_there_and_what_cannot_be_asked(site: Site) -> None:
    letters(site)
    admin = site.signed_in("admin")
    days = "tim=1&tu_ngay=2026-11-01&den_ngay=2026-11-02"
    for query in ("nguoi_gui=khong@co.example", "nguoi_nhan=%25", "nguoi_gui=_", days):
        assert "Không có thư nào khớp" in admin.get(f"{PAGE}?{query}").text, query
    wrong = admin.get(f"{PAGE}?tim=1&tu_ngay=2026-02-30&nguoi_gui=ai%40noi.example").text
    assert "Ngày không có trong lịch" in wrong and 'value="ai@noi.example"' in wrong
    for far in ("9999-12-31", "31/12/9999", "0001-01-01"):
        assert "Ngày không có trong lịch" in admin.get(f"{PAGE}?tim=1&den_ngay={far}").text
    assert "Ngày cuối đứng trước ngày đầu" in admin.get(f"{PAGE}?tim=1&tu_ngay=2026-11-24&den_ngay=2026-11-23").text
    assert "điền ít nhất một ô" in admin.get(PAGE).text


def test_every_search_is_noted_and_only_administrators_search(site: Site) -> None:
    letters(site)
    site.signed_in("admin").get(f"{PAGE}?nguoi_nhan=daonth")
    (noted,) = site.office.db.read_now(lambda tx: audit.listing(tx, actions=("mail.trace",)))
    assert noted["actor_id"] == site.account_id("admin") and noted["detail"]["recipient"] == "daonth"
    for username in ("phuongvh", "nganltt", "daonth"):
        answer = site.signed_in(username).get(f"{PAGE}?nguoi_nhan=daonth")
        assert answer.status_code == 403 and "hộp thư của" not in answer.text


def test_a_letter_that_its_reader_has_removed_is_still_told_of(site: Site) -> None:
    letters(site)
    site.office.db.write_now(_remove_all, site.inbox("daonth"))
    page = site.signed_in("admin").get(f"{PAGE}?nguoi_nhan=daonth")
    assert "đã vào hộp thư của Nguyễn Thị Hồng Đào" in page.text


def _remove_all(tx: Tx, mailbox_id: int) -> None:
    placements.expunge(tx, mailbox_id, placements.uids(tx, mailbox_id))


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_pictures(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    letters(site)
    page = open_page(browser, width, height)
    sign_in(page, site, "admin")
    page.goto(site.url + PAGE)
    look(page, pictures, "quan-tri-tim-thu-trong")
    page.fill("#t-nhan", "ai@ngoai.example")
    press(page, ".trace-form button")
    assert "danh sách xám" in page.inner_text(".trace-steps")
    look(page, pictures, "quan-tri-tim-thu-mot")
    page.goto(site.url + PAGE + "?tim=1")
    page.locator(".traces summary").first.click()
    look(page, pictures, "quan-tri-tim-thu")
    page.goto(site.url + PAGE + "?tim=1&tu_ngay=2026-11-25&den_ngay=2026-11-24")
    look(page, pictures, "quan-tri-tim-thu-sai")
