"""Every page through a real socket, without JavaScript."""

from __future__ import annotations

import re

from mailsvc.store import accounts
from tests.web.webhouse import Site, sample, sample_names

HELD = ("11-mat-trong-chu-de.eml", "11-toi-mat-khong-dau.eml", "13-edxml-dau-mat.eml")
"""Samples whose mark of secrecy is seen at arrival, before their files are read."""


def test_health_waits_for_every_door(site: Site) -> None:
    site.ready = False
    assert site.client().get("/healthz").status_code == 503
    site.ready = True
    answer = site.client().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_start_page_goes_by_role(site: Site) -> None:
    assert site.signed_in("daonth").get("/").headers["location"] == "/van-ban-den/cho-vao-so"
    assert site.signed_in("nganltt").get("/").headers["location"] == "/viec"
    assert site.signed_in("phuongvh").get("/").headers["location"] == "/viec"
    admin = site.signed_in("admin")
    assert admin.get("/").headers["location"] == "/quan-tri"
    site.office.db.write_now(accounts.add_role, site.account_id("admin"), "chuyen_vien", "VP")
    assert admin.get("/").headers["location"] == "/quan-tri"
    site.office.db.write_now(accounts.end_roles, site.account_id("phuongvh"), "2026-01-01")
    assert site.signed_in("phuongvh").get("/").headers["location"] == "/thu"


def test_every_sample_letter_opens(site: Site) -> None:
    client = site.signed_in("daonth")
    inbox = site.inbox("vanthu")
    for name in sample_names():
        uid = site.deliver(sample(name))
        page = client.get(f"/thu/{inbox}/{uid}")
        if name in HELD:
            assert page.status_code == 404, name  # out of everybody's sight
            continue
        assert page.status_code == 200, (name, page.text[-600:])
        if '/noi-dung"' in page.text:
            assert client.get(f"/thu/{inbox}/{uid}/noi-dung").status_code == 200, name
        assert client.get(f"/thu/{inbox}/{uid}?xem=chu").status_code == 200, name
        assert client.get(f"/thu/{inbox}/{uid}/nguon.eml").content == sample(name), name
    listed = client.get(f"/thu/{inbox}")
    assert listed.status_code == 200
    assert client.get(f"/thu/{inbox}?trang=2").status_code == 200
    site.read_files()
    waiting = client.get("/van-ban-den/cho-vao-so")
    assert waiting.status_code == 200


def test_waiting_entries_open(site: Site) -> None:
    client = site.signed_in("daonth")
    for name in sample_names():
        site.deliver(sample(name))
    site.read_files()
    for tab in ("cho", "giu", "bo", "xong"):
        page = client.get(f"/van-ban-den/cho-vao-so?muc={tab}")
        assert page.status_code == 200
        for number in set(_entry_numbers(page.text)):
            shown = client.get(f"/van-ban-den/cho-vao-so/{number}")
            assert shown.status_code == 200, (number, shown.text[-800:])


def _entry_numbers(text: str) -> list[str]:
    return re.findall(r'href="/van-ban-den/cho-vao-so/(\d+)"', text)


def test_letters_too_deep_to_clean_are_shown_as_text(site: Site) -> None:
    html = b"<div>" * 400 + "Vẫn đọc được".encode() + b"</div>" * 400
    uid = site.deliver(b"From: a@b.example\r\nSubject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html)
    client = site.signed_in("daonth")
    page = client.get(f"/thu/{site.inbox('vanthu')}/{uid}")
    assert page.status_code == 200
    assert "chỉ hiện phần chữ" in page.text and "Vẫn đọc được" in page.text and "<iframe" not in page.text
    assert client.get(f"/thu/{site.inbox('vanthu')}/{uid}/noi-dung").status_code == 404


def test_marks_that_turn_text_around_are_left_out(site: Site) -> None:
    head = "From: Nguoi \u202egui <a@b.example>\r\nSubject: bao cao \u202efdp.exe\r\n\r\n\u2066x\r\n"
    uid = site.deliver(head.encode())
    page = site.signed_in("daonth").get(f"/thu/{site.inbox('vanthu')}/{uid}")
    assert page.status_code == 200 and "fdp.exe" in page.text
    assert "\u202e" not in page.text.split("<iframe")[0].split('class="words"')[0]


def test_programs_are_not_handed_out(site: Site) -> None:
    uid = site.deliver(sample("04-tep-thuc-thi.eml"))
    client = site.signed_in("daonth")
    base = f"/thu/{site.inbox('vanthu')}/{uid}"
    page = client.get(base)
    assert "bị chặn" in page.text
    answers = {n: client.get(f"{base}/tep/{n}").status_code for n in range(6)}
    assert 403 in answers.values()


def test_messages_that_came_along_can_be_read(site: Site) -> None:
    uid = site.deliver(sample("02-fwd-dinh-kem-rfc822.eml"))
    page = site.signed_in("daonth").get(f"/thu/{site.inbox('vanthu')}/{uid}")
    assert "Thư kèm" in page.text
    assert "Văn phòng gửi văn bản." in page.text.split("Thư kèm")[-1]


def test_every_failure_has_a_reference(site: Site) -> None:
    client = site.signed_in("phuongvh")
    for path, status in (("/khong-co", 404), ("/van-ban-den", 403), ("/dang-xuat", 405)):
        page = client.get(path)
        assert page.status_code == status
        assert re.search(r"Mã để báo quản trị: <strong>[0-9A-F]{6}</strong>", page.text)
