"""Quản trị: shared mailboxes: made, changed, opened to people and closed to them."""

from __future__ import annotations

import pytest

from mailsvc.accounts.people import join_unit
from mailsvc.core.errors import Invalid
from mailsvc.documents.outgoing import receivers
from mailsvc.mail import mailboxes
from mailsvc.smtp.house import OfficeHouse
from mailsvc.smtp.ports import Standing
from mailsvc.store import accounts, intake
from mailsvc.store import mailboxes as stored
from tests.web.test_admin_accounts import PAGE, Desk
from tests.web.webhouse import Site, sample, token_of

KHTC = "khtc@sogddt.tayninh.gov.vn"


def may_open(site: Site, username: str, name: str) -> bool:
    return f"Dùng chung/{name}" in {
        one.name for one in site.office.db.read_now(mailboxes.visible, site.account_id(username))
    }


def made(site: Site, **changed: str) -> Desk:
    client = site.signed_in("admin")
    form = {"ma": token_of(client.get(f"{PAGE}/hop-thu-moi")), "ho_ten": "Ban kiểm tra", "ten": "kiemtra"}
    answer = client.post(f"{PAGE}/hop-thu-moi", data=form | {"loai": "role", "don_vi": "", **changed})
    assert answer.status_code == 303, answer.text
    return Desk(site, changed.get("ten", "kiemtra"))


def test_a_mailbox_of_a_role_is_opened_to_people_one_by_one(site: Site) -> None:
    desk = made(site)
    held = site.office.db.read_now(accounts.addresses_of, desk.id)
    assert held == ["kiemtra@sogddt.tayninh.gov.vn", "kiemtra@tayninh.gov.vn"]
    assert "Chưa ai dùng được" in desk.page() and not may_open(site, "phuongvh", "kiemtra")
    answer = desk.send("/nguoi-dung", nguoi="phuongvh", tu="", den="31/12/2026", gui="1")
    assert answer.status_code == 303 and may_open(site, "phuongvh", "kiemtra")
    assert "đọc và gửi · đến 31/12/2026" in desk.page()
    domains = site.office.settings.organisation.domains
    who = site.account_id("phuongvh")
    assert site.office.db.read_now(accounts.may_send_as, who, f"kiemtra@{domains[0]}")
    assert desk.send("/nguoi-dung", nguoi="phuongvh@sogddt.tayninh.gov.vn", tu="", den="").status_code == 303
    assert not site.office.db.read_now(accounts.may_send_as, who, f"kiemtra@{domains[0]}")
    assert desk.send(f"/nguoi-dung/{who}/rut").status_code == 303
    assert not may_open(site, "phuongvh", "kiemtra")
    assert desk.send(f"/nguoi-dung/{who}/rut").status_code == 422
    acts = [one[0] for one in desk.acts()]
    assert acts == ["account.add", "account.access.give", "account.access.give", "account.access.take"]


def test_nobody_opens_a_mailbox_to_himself_or_to_nobody(site: Site) -> None:
    desk = made(site)
    own = desk.send("/nguoi-dung", nguoi="admin", tu="", den="")
    assert own.status_code == 403 and "Không tự giao quyền" in own.text
    for name in ("khong-co", "vp"):
        answer = desk.send("/nguoi-dung", nguoi=name, tu="", den="")
        assert answer.status_code == 422 and f"“{name}”" in answer.text
    older = Desk(site, "bgd")
    assert older.send("/hop-thu", **older.facts(don_vi="VP")).status_code == 403  # his own unit
    assert not may_open(site, "admin", "bgd")


def test_a_mailbox_of_a_unit_is_its_peoples(site: Site) -> None:
    desk = made(site, loai="unit", don_vi="BGD", ten="thuky")
    assert may_open(site, "nganltt", "thuky") and not may_open(site, "phuongvh", "thuky")
    site.office.db.write_now(accounts.describe, site.account_id("phuongvh"), full_name="Võ Hoài Phượng",
                             unit_code="KHTC", position="", phone="", note="")  # fmt: skip
    answer = desk.send("/hop-thu", **desk.facts(don_vi="KHTC", ho_ten="Thư ký", mb="700"))
    assert answer.status_code == 303
    assert may_open(site, "phuongvh", "thuky") and not may_open(site, "nganltt", "thuky")
    one = site.office.db.read_now(accounts.get, desk.id)
    assert (one.full_name, one.unit_code, one.quota_bytes) == ("Thư ký", "KHTC", 700_000_000)
    client = site.signed_in("admin")
    form = {"ma": token_of(client.get(PAGE)), "ho_ten": "X", "ten": "thu-x", "loai": "unit", "don_vi": ""}
    wrong = client.post(f"{PAGE}/hop-thu-moi", data=form)
    assert wrong.status_code == 422 and "phải chọn đơn vị" in wrong.text and 'value="thu-x"' in wrong.text


def test_what_comes_into_a_mailbox_may_wait_for_the_register(site: Site) -> None:
    desk = made(site, loai="unit", don_vi="VP", ten="tiepdan")
    address = "tiepdan@sogddt.tayninh.gov.vn"
    before = sum(site.office.db.read_now(intake.counts, "SGDDT").values())
    site.deliver(sample("01-ext-bo.eml"), address)
    assert sum(site.office.db.read_now(intake.counts, "SGDDT").values()) == before
    assert desk.send("/hop-thu", **desk.facts(vao_so="1")).status_code == 303
    assert "vào sổ" in desk.page()
    untouched = desk.facts(mb="10", vao_so="1", vao_so_truoc="1")
    assert desk.send("/hop-thu", **untouched).status_code == 303
    site.deliver(sample("03-nhieu-van-ban.eml"), address)
    assert sum(site.office.db.read_now(intake.counts, "SGDDT").values()) == before + 1
    assert desk.send("/hop-thu", **desk.facts(vao_so_truoc="1")).status_code == 303
    assert [one[0] for one in desk.acts()].count("account.intake") == 2


def test_a_mailbox_has_no_password_and_a_person_is_no_mailbox(site: Site) -> None:
    desk, person = Desk(site, "vp"), Desk(site, "phuongvh")
    for path in ("/mat-khau", "/vai-tro", "/hai-lop"):
        assert desk.send(path).status_code == 422, path
    for path in ("/hop-thu", "/nguoi-dung"):
        assert person.send(path).status_code == 422, path


def test_a_closed_mailbox_takes_no_mail_and_is_nobodys_until_it_is_opened(site: Site) -> None:
    desk, who = Desk(site, "khtc"), site.account_id("phuongvh")
    assert desk.send("/nguoi-dung", nguoi="phuongvh", tu="", den="", gui="1").status_code == 303
    site.deliver(b"Subject: x\r\n\r\ny\r\n", KHTC)
    letters = site.office.db.read_now(stored.by_name, desk.id, "INBOX").messages

    def how() -> tuple[Standing, bool, bool]:
        sends = site.office.db.read_now(accounts.may_send_as, who, KHTC)
        asked = OfficeHouse(site.office).standing(KHTC, "a@b.example", 10, None)
        return site.run(asked), may_open(site, "phuongvh", "khtc"), sends

    assert how() == (Standing.HERE, True, True)
    assert desk.send("/khoa", mo="0").headers["location"] == desk.address
    assert how() == (Standing.CLOSED, False, False)
    assert "Hộp thư đã khóa" in desk.page() and "Đã khóa" in desk.client.get(f"{PAGE}?loai=khoa").text
    assert "Chưa có hộp thư chung" not in desk.client.get("/quan-tri/don-vi/KHTC").text
    domains = site.office.settings.organisation.domains
    for units, line in ((("KHTC",), ""), ((), KHTC)):
        with pytest.raises(Invalid, match=f"“{KHTC}” đã khóa"):
            site.office.db.read_now(receivers.chosen, domains, units, (), line)
    assert site.office.db.read_now(stored.by_name, desk.id, "INBOX").messages == letters > 0
    assert desk.send("/khoa", mo="1").status_code == 303
    assert how() == (Standing.HERE, True, True)
    assert [one[0] for one in desk.acts()][-2:] == ["account.disable", "account.enable"]


def test_the_mailboxes_of_the_house_stay_open(site: Site) -> None:
    desk = Desk(site, "vanthu")
    answer = desk.send("/khoa", mo="0")
    assert answer.status_code == 403 and "Hệ thống cần hộp thư này" in answer.text
    assert site.office.db.read_now(accounts.get, desk.id).active


def test_who_has_left_a_unit_no_longer_reads_its_mail(site: Site) -> None:
    who = site.account_id("phuongvh")
    site.office.db.write_now(join_unit, who, "KHTC")  # a helper there, by hand
    desk = Desk(site, "phuongvh")
    assert desk.send(**desk.facts(don_vi="GDMN")).status_code == 303
    assert may_open(site, "phuongvh", "gdmn") and may_open(site, "phuongvh", "khtc")
    assert not may_open(site, "phuongvh", "vp")
