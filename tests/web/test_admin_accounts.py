"""Quản trị: one account: facts, addresses, roles over time; a new person; the house keeps an administrator."""

from __future__ import annotations

import re
from typing import Any

import httpx

from mailsvc.accounts.people import NewPerson, Term, add_person, give_role
from mailsvc.core.clock import office_date
from mailsvc.jobs import ticks
from mailsvc.mail import mailboxes
from mailsvc.store import accounts, audit, held_roles
from tests.web.webhouse import Site, token_of

PAGE = "/quan-tri/tai-khoan"


class Desk:
    """An administrator at the page of one account."""

    def __init__(self, site: Site, whose: str, who: str = "admin") -> None:
        self.site, self.client, self.id = site, site.signed_in(who), site.account_id(whose)
        self.address = f"{PAGE}/{self.id}"

    def page(self) -> str:
        answer = self.client.get(self.address)
        assert answer.status_code == 200
        return answer.text

    def send(self, path: str = "", **fields: str) -> httpx.Response:
        token = token_of(self.client.get(self.address))
        return self.client.post(self.address + path, data={"ma": token, **fields})

    def facts(self, **changed: str) -> dict[str, str]:
        """The form of the facts as it stands, with other values in it."""
        one = self.site.office.db.read_now(accounts.get, self.id)
        state = re.search(r'name="thay" value="([0-9a-f]{16})"', self.page())
        assert state is not None
        shown = {
            "thay": state[1],
            "ho_ten": one.full_name,
            "don_vi": one.unit_code,
            "chuc_vu": one.position,
            "dien_thoai": one.phone,
            "ghi_chu": one.note,
            "mb": str(one.quota_bytes // 1_000_000),
        }
        return shown | changed

    def acts(self) -> list[tuple[str, dict[str, Any]]]:
        rows = self.site.office.db.read_now(audit.of, f"account/{self.id}")
        return [(one["action"], one["detail"]) for one in rows]

    def state(self, role_id: int) -> str:
        return self.site.office.db.read_now(held_roles.get, self.id, role_id).state()

    def roles(self) -> list[tuple[str, str, str, str | None, int]]:
        held = self.site.office.db.read_now(held_roles.of_account, self.id)
        return [(one.role, one.unit_code, one.valid_from, one.valid_to, one.acting) for one in held]

    def may_open(self, name: str) -> bool:
        return name in {one.name for one in self.site.office.db.read_now(mailboxes.visible, self.id)}


def second_administrator(site: Site) -> None:
    person = NewPerson("khanhqt", "Lê Khánh", ("khanhqt@sogddt.tayninh.gov.vn",), "BGD", roles=("quan_tri",))
    keys = site.run(site.office.authenticator.hasher.derive("mot-mat-khau-dai"))
    site.office.db.write_now(add_person, person, keys)


def test_a_new_person_signs_in_with_the_password_shown_once(site: Site) -> None:
    admin = site.signed_in("admin")
    form = {
        "ma": token_of(admin.get(f"{PAGE}/moi")), "ho_ten": "Nguyễn  Thị Lan", "ten": "LanNT", "don_vi": "VP",
        "chuc_vu": "Chuyên viên", "dien_thoai": "0276 3822 360", "ghi_chu": "", "mb": "500", "vai_tro": "chuyen_vien",
    }  # fmt: skip
    answer = admin.post(f"{PAGE}/moi", data=form)
    given = re.search(r"<code>([a-z2-9]{16})</code>", answer.text)
    assert answer.status_code == 200 and given is not None
    desk = Desk(site, "lannt")
    assert given[1] not in desk.page()
    made = site.office.db.read_now(accounts.get, desk.id)
    assert (made.full_name, made.unit_code, made.quota_bytes, made.must_change) == (
        "Nguyễn Thị Lan",
        "VP",
        500_000_000,
        1,
    )
    held = site.office.db.read_now(accounts.addresses_of, desk.id)
    assert held == ["lannt@sogddt.tayninh.gov.vn", "lannt@tayninh.gov.vn"]
    assert [one[:2] for one in desk.roles()] == [("chuyen_vien", "VP")] and desk.may_open("Dùng chung/vp")
    client = site.client()
    data = {"ma": token_of(client.get("/dang-nhap")), "ten": "lannt", "mat_khau": given[1], "tiep": "/thu"}
    assert client.post("/dang-nhap", data=data).status_code == 303
    assert client.get("/thu").headers["location"] == "/cai-dat/mat-khau"
    again = admin.post(f"{PAGE}/moi", data=form)
    assert again.status_code == 422 and "“lannt” đã có" in again.text and "0276 3822 360" in again.text


def test_a_new_person_needs_a_name_a_unit_and_a_free_address(site: Site) -> None:
    admin = site.signed_in("admin")
    right = {"ma": token_of(admin.get(f"{PAGE}/moi")), "ho_ten": "Nguyễn Lan", "ten": "lan", "don_vi": "VP"}
    for wrong, said in (
        ({"ho_ten": " "}, "Thiếu họ tên"), ({"don_vi": ""}, "Chưa chọn đơn vị"), ({"don_vi": "PHONGX"}, "PHONGX"),
        ({"ten": "Lan Nhé"}, "không dấu"), ({"ten": "vp"}, "đã có"), ({"mb": "nhiều"}, "số MB"),
        ({"vai_tro": "sieu_nhan"}, "Chưa chọn vai trò"),
    ):  # fmt: skip
        answer = admin.post(f"{PAGE}/moi", data=right | wrong)
        assert answer.status_code == 422 and said in answer.text, wrong
    assert site.office.db.read_now(accounts.by_username, "lan") is None


def test_facts_change_and_the_units_mailbox_follows(site: Site) -> None:
    desk = Desk(site, "phuongvh")
    assert desk.may_open("Dùng chung/vp") and not desk.may_open("Dùng chung/khtc")
    answer = desk.send(**desk.facts(don_vi="KHTC", chuc_vu="Kế toán", thoi_vai_tro="1"))
    assert answer.status_code == 303
    one = site.office.db.read_now(accounts.get, desk.id)
    assert (one.unit_code, one.position) == ("KHTC", "Kế toán")
    assert desk.may_open("Dùng chung/khtc") and not desk.may_open("Dùng chung/vp")
    today = site.office.db.read_now(accounts.roles_of, desk.id)
    assert today == set() and desk.roles()[0][3] is not None  # over, and still to be seen
    assert "Trước đây" in desk.page()
    action, detail = desk.acts()[-1]
    assert action == "account.change"
    assert (detail["unit_code"], detail["position"], detail["ended"]) == (
        ["VP", "KHTC"], ["Chuyên viên", "Kế toán"], ["chuyen_vien"],
    )  # fmt: skip


def test_who_was_slower_sees_both_and_loses_nothing(site: Site) -> None:
    desk = Desk(site, "phuongvh")
    mine = desk.facts(dien_thoai="0909 111 222", ghi_chu="của tôi")
    assert desk.send(**desk.facts(dien_thoai="0909 999 999")).status_code == 303
    answer = desk.send(**mine)
    assert answer.status_code == 422
    assert "Người khác vừa sửa" in answer.text and "0909 999 999" in answer.text and "0909 111 222" in answer.text
    assert site.office.db.read_now(accounts.get, desk.id).phone == "0909 999 999"
    state = re.search(r'name="thay" value="([0-9a-f]{16})"', answer.text)
    assert state is not None and desk.send(**(mine | {"thay": state[1]})).status_code == 303
    one = site.office.db.read_now(accounts.get, desk.id)
    assert (one.phone, one.note) == ("0909 111 222", "của tôi")


def test_addresses_are_added_made_primary_and_taken_away(site: Site) -> None:
    desk = Desk(site, "phuongvh")
    assert desk.send("/dia-chi", ten="Vo.Phuong", mien="tayninh.gov.vn").status_code == 303
    assert desk.send("/dia-chi/chinh", dia_chi="vo.phuong@tayninh.gov.vn").status_code == 303
    held = site.office.db.read_now(accounts.addresses_of, desk.id)
    assert held == ["vo.phuong@tayninh.gov.vn", "phuongvh@sogddt.tayninh.gov.vn"]
    refused = desk.send("/dia-chi/bo", dia_chi="vo.phuong@tayninh.gov.vn")
    assert refused.status_code == 403 and "địa chỉ chính" in refused.text
    assert desk.send("/dia-chi/bo", dia_chi="phuongvh@sogddt.tayninh.gov.vn").status_code == 303
    assert site.office.db.read_now(accounts.addresses_of, desk.id) == ["vo.phuong@tayninh.gov.vn"]
    assert [one[0] for one in desk.acts()][-3:] == [
        "account.address.add", "account.address.primary", "account.address.remove",
    ]  # fmt: skip


def test_an_address_that_is_taken_says_whose_it_is(site: Site) -> None:
    desk = Desk(site, "phuongvh")
    for domain in ("sogddt.tayninh.gov.vn", "tayninh.gov.vn"):  # the domains are one
        answer = desk.send("/dia-chi", ten="nganltt", mien=domain)
        assert answer.status_code == 422 and "đã thuộc Lâm Thị Thu Ngân (nganltt)" in answer.text, domain
    for name, domain, said in (("a b", "tayninh.gov.vn", "không đúng"), ("phuong", "gmail.com", "không thuộc miền")):
        answer = desk.send("/dia-chi", ten=name, mien=domain)
        assert answer.status_code == 422 and said in answer.text and f'value="{name}"' in answer.text


def test_roles_are_given_corrected_and_ended_and_stay_as_history(site: Site) -> None:
    desk = Desk(site, "phuongvh")
    today = office_date(site.clock.now_ms()).isoformat()
    fields = {"vai_tro": "pho_phong", "don_vi": "KHTC", "tu": "", "den": "31/12/2026", "quyen": "1"}
    assert desk.send("/vai-tro", **fields).status_code == 303
    assert ("pho_phong", "KHTC", today, "2026-12-31", 1) in desk.roles()
    twice = desk.send("/vai-tro", **fields)
    assert twice.status_code == 422 and "đã có vai trò ấy" in twice.text
    for wrong, said in (
        ({"den": "32/1"}, "không phải là ngày"),
        ({"tu": "01/02/2027", "den": "01/01/2027"}, "sau hoặc bằng"),
    ):
        answer = desk.send("/vai-tro", **(fields | {"vai_tro": "truong_phong"} | wrong))
        assert answer.status_code == 422 and said in answer.text
    (number,) = [one.id for one in site.office.db.read_now(held_roles.of_account, desk.id) if one.role == "pho_phong"]
    seen = desk.state(number)
    answer = desk.send(f"/vai-tro/{number}", thay=seen, don_vi="KHTC", tu="01/01/2025", den="", quyen="")
    assert answer.status_code == 303 and ("pho_phong", "KHTC", "2025-01-01", None, 0) in desk.roles()
    slower = desk.send(f"/vai-tro/{number}", thay=seen, don_vi="VP", tu="02/02/2025", den="", quyen="")
    assert slower.status_code == 422 and "Người khác vừa sửa vai trò" in slower.text
    assert 'value="02/02/2025"' in slower.text and "từ 01/01/2025" in slower.text
    assert desk.send(f"/vai-tro/{number}/thoi").status_code == 303
    assert "pho_phong" not in site.office.db.read_now(accounts.roles_of, desk.id)
    page = desk.page()
    assert "Trước đây" in page and "từ 01/01/2025 đến" in page
    assert desk.send("/vai-tro/999999", don_vi="KHTC").status_code == 422
    assert [one[0] for one in desk.acts()][-3:] == ["account.role", "account.role.correct", "account.role.end"]


def test_what_a_role_opens_follows_it(site: Site) -> None:
    desk = Desk(site, "phuongvh")
    assert not desk.may_open("Dùng chung/vanthu")
    desk.send("/vai-tro", vai_tro="van_thu", don_vi="VP", tu="", den="")
    assert desk.may_open("Dùng chung/vanthu") and desk.may_open("Văn bản đến/Chờ vào sổ")
    (number,) = [one.id for one in site.office.db.read_now(held_roles.of_account, desk.id) if one.role == "van_thu"]
    desk.send(f"/vai-tro/{number}/thoi")  # given by mistake, today: as if it had never been
    assert not desk.may_open("Dùng chung/vanthu")
    assert "van_thu" not in {one[0] for one in desk.roles()}
    assert desk.acts()[-1][0] == "account.role.remove"


def test_between_two_terms_the_roles_mailbox_is_closed(site: Site) -> None:
    desk = Desk(site, "phuongvh")
    desk.send("/vai-tro", vai_tro="van_thu", don_vi="VP", tu="", den="25/11/2026")
    desk.send("/vai-tro", vai_tro="van_thu", don_vi="BGD", tu="26/11/2026", den="26/11/2026")
    desk.send("/vai-tro", vai_tro="van_thu", don_vi="VP", tu="01/12/2026", den="")
    opened = []
    for _ in range(9):  # 24/11 to 2/12
        site.run(ticks.follow_terms(site.office))
        opened.append(desk.may_open("Dùng chung/vanthu"))
        site.clock.advance(ticks.DAY_MS)
    assert opened == [True, True, True, False, False, False, False, True, True]


def test_no_day_is_without_an_administrator(site: Site) -> None:
    second_administrator(site)
    desk = Desk(site, "admin", "khanhqt")
    (number,) = [one.id for one in site.office.db.read_now(held_roles.of_account, desk.id)]
    term = {"don_vi": "VP", "tu": "", "den": "30/11/2026"}
    assert desk.send(f"/vai-tro/{number}", thay=desk.state(number), **term).status_code == 303
    given = Desk(site, "phuongvh", "khanhqt").send("/vai-tro", vai_tro="quan_tri", don_vi="VP", tu="01/06/2027", den="")
    assert given.status_code == 303
    own = Desk(site, "khanhqt", "khanhqt")
    (mine,) = [one.id for one in site.office.db.read_now(held_roles.of_account, own.id)]
    assert own.send(f"/vai-tro/{mine}/thoi").status_code == 403  # from December to May there would be nobody
    until = {"don_vi": "BGD", "tu": "", "den": "31/05/2027"}
    theirs = Desk(site, "khanhqt")
    assert theirs.send(f"/vai-tro/{mine}", thay=theirs.state(mine), **until).status_code == 303
    assert Desk(site, "phuongvh", "khanhqt").send("/khoa", mo="0").status_code == 403  # nobody after May


def test_the_last_administrator_stays(site: Site) -> None:
    desk = Desk(site, "admin")
    (number,) = [one.id for one in site.office.db.read_now(held_roles.of_account, desk.id)]
    answer = desk.send(f"/vai-tro/{number}/thoi")
    assert answer.status_code == 403 and "ít nhất một quản trị" in answer.text
    assert "quan_tri" in site.office.db.read_now(accounts.roles_of, desk.id)
    assert desk.send("/khoa", mo="0").status_code == 403
    second_administrator(site)
    other = Desk(site, "admin", "khanhqt")
    term = other.send(f"/vai-tro/{number}", thay=other.state(number), don_vi="VP", tu="", den="31/12/2030")
    assert term.status_code == 303  # khanhqt is there for good
    own = Desk(site, "khanhqt", "khanhqt")
    (mine,) = [one.id for one in site.office.db.read_now(held_roles.of_account, own.id)]
    assert own.send(f"/vai-tro/{mine}/thoi").status_code == 403
    closed = Desk(site, "khanhqt").send("/khoa", mo="0")  # the one who stays would be there until 2030 only
    assert closed.status_code == 403 and "ít nhất một quản trị" in closed.text
    assert site.office.db.read_now(accounts.get, own.id).active


def test_nobody_gives_rights_to_himself(site: Site) -> None:
    desk = Desk(site, "admin")
    for path, fields in (
        ("/vai-tro", {"vai_tro": "van_thu", "don_vi": "VP"}), ("/dia-chi", {"ten": "sep", "mien": "tayninh.gov.vn"}),
        ("", desk.facts(don_vi="BGD")),
    ):  # fmt: skip
        answer = desk.send(path, **fields)
        assert answer.status_code == 403 and "Không tự giao quyền" in answer.text, path
    assert desk.send(**desk.facts(dien_thoai="0909 000 001")).status_code == 303  # his telephone he may


def test_acts_ask_for_the_right_first(site: Site) -> None:
    site.office.db.write_now(give_role, site.account_id("locpv"), "luu_tru", "VP", Term("2026-01-01"))
    client, target = site.signed_in("locpv"), site.account_id("phuongvh")
    token = token_of(client.get("/viec"))
    (number, *_) = [one.id for one in site.office.db.read_now(held_roles.of_account, target)]
    for path in (
        "",
        "/dia-chi",
        "/dia-chi/bo",
        "/dia-chi/chinh",
        "/vai-tro",
        f"/vai-tro/{number}",
        f"/vai-tro/{number}/thoi",
    ):
        assert client.post(f"{PAGE}/{target}{path}", data={"ma": token}).status_code == 403, path


def test_the_list_is_searched_and_chosen_from(site: Site) -> None:
    client = site.signed_in("admin")
    for query, there, absent in (
        ("tim=vo hoai", "phuongvh", "nganltt"), ("tim=ban giam doc", "nganltt", "phuongvh"),
        ("loai=chung", "Văn thư Sở", "Võ Hoài Phượng"), ("loai=nguoi", "Võ Hoài Phượng", "bgd@"),
    ):  # fmt: skip
        page = client.get(f"{PAGE}?{query}").text
        assert there in page and absent not in page.partition("acct-list")[2], query
    assert "Không có tài khoản nào khớp" in client.get(f"{PAGE}?loai=khoa").text
