"""Quản trị: health, accounts, the queue; and that administrators see nobody's mail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mailsvc.mail.deliver import deliver_letter
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.letter import from_bytes
from mailsvc.store import accounts, audit
from tests.browsing import WIDTHS, fits, open_page, shoot, sign_in
from tests.web.webhouse import Site, token_of

LETTER = (
    b"From: phuongvh@sogddt.tayninh.gov.vn\r\nTo: ai@xa.example\r\nSubject: Chuyen rieng tu\r\n\r\nNoi dung kin\r\n"
)


def send_out(site: Site) -> None:
    who, now = site.account_id("phuongvh"), site.clock.now_ms()
    people = (Recipient("ai@xa.example"), Recipient("daonth@sogddt.tayninh.gov.vn"))
    sender = "phuongvh@sogddt.tayninh.gov.vn"
    envelope = Envelope("1", "submission", Client("192.0.2.1"), sender, people, now, account_id=who)
    domains = site.office.settings.organisation.domains
    site.office.db.write_now(deliver_letter, domains, envelope, from_bytes(LETTER))


def test_no_page_of_administration_shows_mail(site: Site) -> None:
    send_out(site)
    client = site.signed_in("admin")
    for path in ("/quan-tri", "/quan-tri/tai-khoan", "/quan-tri/hang-doi"):
        page = client.get(path)
        assert page.status_code == 200
        assert "Chuyen rieng tu" not in page.text and "Noi dung kin" not in page.text, path
    assert "ai@xa.example" in client.get("/quan-tri/hang-doi").text
    assert "1 thư đang chờ" in client.get("/quan-tri").text
    answer = client.post("/quan-tri/hang-doi", data={"ma": token_of(client.get("/quan-tri/hang-doi"))})
    assert answer.status_code == 303


def test_a_temporary_password_must_be_changed(site: Site) -> None:
    admin, mine = site.signed_in("admin"), site.signed_in("phuongvh")
    number = site.account_id("phuongvh")
    token = token_of(admin.get("/quan-tri/tai-khoan"))
    answer = admin.post(f"/quan-tri/tai-khoan/{number}/mat-khau", data={"ma": token})
    given = re.search(r"<code>([a-z2-9]{16})</code>", answer.text)
    assert given is not None
    assert mine.get("/thu").status_code == 303  # what was signed in has ended
    client = site.client()
    data = {"ma": token_of(client.get("/dang-nhap")), "ten": "phuongvh", "mat_khau": given[1], "tiep": "/thu"}
    assert client.post("/dang-nhap", data=data).status_code == 303
    assert client.get("/thu").headers["location"] == "/cai-dat/mat-khau"
    actions = [one["action"] for one in site.office.db.read_now(audit.of, f"account/{number}")]
    assert "account.password.reset" in actions


def test_accounts_are_closed_and_opened_and_never_ones_own(site: Site) -> None:
    admin, number = site.signed_in("admin"), site.account_id("phuongvh")
    data = {"ma": token_of(admin.get("/quan-tri/tai-khoan?tim=phuong")), "mo": "0"}
    assert admin.post(f"/quan-tri/tai-khoan/{number}/khoa", data=data).status_code == 303
    assert not site.office.db.read_now(accounts.get, number).active
    assert "Đã khóa" in admin.get("/quan-tri/tai-khoan?tim=vo hoai phuong").text
    admin.post(f"/quan-tri/tai-khoan/{number}/khoa", data=data | {"mo": "1"})
    assert site.office.db.read_now(accounts.get, number).active
    assert admin.post(f"/quan-tri/tai-khoan/{site.account_id('admin')}/khoa", data=data).status_code == 403
    assert admin.post("/quan-tri/tai-khoan/999999/mat-khau", data=data).status_code == 404


def test_the_office_may_demand_a_second_factor_of_administrators(site: Site) -> None:
    web = site.office.settings.web.model_copy(update={"admins_need_second_factor": True})
    settings = site.office.settings.model_copy(update={"web": web})
    object.__setattr__(site.office, "settings", settings)
    client = site.signed_in("admin")
    for path in ("/quan-tri", "/quan-tri/tai-khoan", "/quan-tri/hang-doi"):
        assert client.get(path).headers["location"] == "/cai-dat/hai-lop", path
    assert site.signed_in("phuongvh").get("/quan-tri").status_code == 403


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_administration_in_pictures(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    send_out(site)
    page = open_page(browser, width, height)
    sign_in(page, site, "admin")
    for name in ("", "/tai-khoan", "/hang-doi"):
        page.goto(f"{site.url}/quan-tri{name}")
        shoot(page, pictures, "quan-tri" + name.replace("/", "-"))
        fits(page)
