"""Writing to an address list from the web: offered by name, delivered to each member once, found by search."""

from __future__ import annotations

import re

from mailsvc.store import accounts, groups, intake, queue
from mailsvc.store.groups import ACCOUNT, PEOPLE, UNIT, Group, Member
from mailsvc.store.tx import Tx
from tests.places import SAMPLES
from tests.web.test_composing import DOMAIN, lying, release, write
from tests.web.webhouse import Site

ADDRESS = f"toan-so@{DOMAIN}"


def make_list(tx: Tx, *members: Member) -> int:
    made = groups.put(tx, Group(0, ADDRESS, "Toàn Sở", "", 1))
    groups.set_members(tx, made, members)
    return made


def test_a_list_is_offered_while_typing_with_its_head_count(site: Site) -> None:
    made = site.office.db.write_now(make_list, Member(PEOPLE, "VP"))
    client = site.signed_in("phuongvh")
    found = client.get("/thu/soan/nguoi-nhan?q=toan so").json()
    heads = len(site.office.db.read_now(groups.accounts_of, made))
    assert [(one["ten"], one["thu"], one["so"]) for one in found if one["thu"] == ADDRESS] == [
        ("Toàn Sở", ADDRESS, heads)
    ]


def test_a_scheduled_letter_reaches_each_member_once_and_is_found(site: Site) -> None:
    site.office.db.write_now(make_list, Member(PEOPLE, "VP"), Member(ACCOUNT, str(site.account_id("nganltt"))))
    client = site.signed_in("phuongvh")
    files = {"tep": ("lịch.txt", b"0123456789 lich cong tac\r\n" * 20_000)}  # larger than what lies in the database
    answer = write(
        client, files=files, den=f"Toàn Sở <{ADDRESS}>, nganltt", chu_de="Lịch toàn Sở", chu="Kính gửi",
        viec="hen", gui_luc="25/11/2026 07:30",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text[:3000]
    assert not lying(site, "daonth", "INBOX")
    site.clock.advance(24 * 3_600_000)
    assert release(site) == 1
    assert release(site) == 0
    (listed,), (named,) = lying(site, "daonth", "INBOX"), lying(site, "nganltt", "INBOX")
    assert listed["list-id"].endswith(f"<toan-so.{DOMAIN}>") and named["list-id"] is None
    for message in (listed, named):
        assert [one.get_filename() for one in message.iter_attachments()] == ["lịch.txt"]
    assert len(lying(site, "locpv", "INBOX")) == 1
    assert len(lying(site, "phuongvh", "Đã gửi")) == 1
    found = site.signed_in("daonth").get("/tim?q=lich toan so").text
    assert "Lịch toàn Sở" in re.sub(r"<[^>]+>", "", found)


def test_an_empty_list_is_told_while_it_can_still_be_mended(site: Site) -> None:
    site.office.db.write_now(make_list)
    answer = write(site.signed_in("phuongvh"), den=ADDRESS, chu_de="Thử", chu="x", viec="gui")
    assert answer.status_code == 422
    assert "Nhóm “Toàn Sở” chưa có ai nhận thư." in answer.text


def test_a_list_emptied_meanwhile_gives_the_letter_back(site: Site) -> None:
    made = site.office.db.write_now(make_list, Member(ACCOUNT, str(site.account_id("nganltt"))))
    answer = write(site.signed_in("phuongvh"), den=ADDRESS, chu_de="Thử", chu="x", viec="gui")
    assert answer.status_code == 303
    site.office.db.write_now(accounts.set_active, site.account_id("nganltt"), False)
    assert len(site.office.db.read_now(groups.members, made)) == 1
    site.clock.advance(15_000)
    assert release(site) == 0
    assert len(lying(site, "phuongvh", "Thư nháp")) == 1
    (told,) = lying(site, "phuongvh", "INBOX")
    assert "nhóm chưa có ai nhận thư" in told.get_content()
    assert not site.office.db.read_now(queue.listing)


def test_a_list_with_the_clerks_among_its_members_opens_an_entry(site: Site) -> None:
    site.office.db.write_now(make_list, Member(UNIT, "SGDDT"), Member(ACCOUNT, str(site.account_id("nganltt"))))
    files = {"tep": ("kl-tinh-uy.docx", (SAMPLES / "docx" / "kl-tinh-uy.docx").read_bytes())}
    write(site.signed_in("phuongvh"), files=files, den=ADDRESS, chu_de="Kết luận", chu="x", viec="gui")
    site.clock.advance(15_000)
    assert release(site) == 1
    assert sum(site.office.db.read_now(intake.counts, "SGDDT").values()) == 1
    assert len(lying(site, "nganltt", "INBOX")) == 1
