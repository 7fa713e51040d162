"""Quản trị, Đơn vị: the organisation over time. What is changed from a day on leaves the days before as they were."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from mailsvc.accounts import unit_leavings
from mailsvc.accounts.people import NewPerson, add_person
from mailsvc.jobs import ticks
from mailsvc.store import accounts, audit, groups, units
from mailsvc.store.groups import PEOPLE, UNIT, Group, Member
from mailsvc.store.tx import Tx
from tests.browsing import WIDTHS, look, open_page, press, sign_in
from tests.web.test_composing import DOMAIN
from tests.web.webhouse import Site, token_of

PAGE = "/quan-tri/don-vi"
FIELDS = {"loai": "phong", "cap_tren": "SGDDT", "ky_hieu": "GDTH", "email": f"gdth@{DOMAIN}", "ghi_chu": ""}


def post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    data = {"ma": token_of(client.get(PAGE + "/moi"))}
    if path.endswith("/sua"):
        data["thay"] = state(client, path.removesuffix("/sua"), fields["dong"])
    return client.post(PAGE + path, data={**data, **fields})


def state(client: httpx.Client, path: str, row: str) -> str:
    """The state of the row as the page of the unit shows it."""
    found = re.search(
        rf'name="dong" value="{row}"><input type="hidden" name="thay" value="(\w+)"', client.get(PAGE + path).text
    )
    return found[1] if found else ""


def names(site: Site, code: str, *days: str) -> list[str | None]:
    found = [site.office.db.read_now(units.find, code, day) for day in days]
    return [None if one is None else one.name for one in found]


def test_a_renamed_unit_keeps_its_old_name_before(site: Site) -> None:
    client = site.signed_in("admin")
    answer = post(client, "/GDTH/doi", **FIELDS, ten="Phòng Tiểu học", tu="01/01/2027")
    assert answer.status_code == 303, answer.text[-3000:]
    before, after = "Phòng Giáo dục Tiểu học", "Phòng Tiểu học"
    assert names(site, "GDTH", "2020-05-05", "2026-12-31", "2027-01-01", "2030-01-01") == [before, before, after, after]
    page = client.get(PAGE + "/GDTH").text
    assert "từ 01/01/2027" in page and "đến 31/12/2026" in page
    assert "đổi từ 01/01/2027" in client.get(PAGE).text
    assert after in client.get(PAGE + "?ngay=01/02/2027").text
    assert after not in client.get(PAGE + "?ngay=01/02/2024").text
    again = post(client, "/GDTH/doi", **FIELDS, ten="Tên nữa", tu="01/12/2026")
    assert again.status_code == 422
    assert "Đã ghi thay đổi từ 01/01/2027" in again.text and "Tên nữa" in again.text
    assert "xin sửa dòng ấy" in post(client, "/GDTH/doi", **FIELDS, ten="Tên nữa", tu="01/01/2027").text
    assert post(client, "/GDTH/bo", dong="2027-01-01").status_code == 303
    assert names(site, "GDTH", "2027-01-01") == [before]
    assert post(client, "/GDTH/bo", dong="2016-01-01").status_code == 422
    trail = [one["action"] for one in site.office.db.read_now(audit.of, "unit/GDTH")]
    assert trail == ["unit.change", "unit.take_back"]


def test_what_is_wrong_is_said_above_its_form(site: Site) -> None:
    client = site.signed_in("admin")
    for wrong, said in (
        ({"ten": " "}, "Thiếu tên đơn vị"),
        ({"tu": "31/02/2027"}, "không phải là ngày"),
        ({"tu": "01/01/0001"}, "không phải là ngày"),
        ({"tu": "31/12/9999"}, "không phải là ngày"),
        ({"tu": "01/01/1990"}, "Ngày 01/01/1990 không có đơn vị"),
        ({"cap_tren": "KHONGCO"}, "Đơn vị cấp trên “KHONGCO” không có trong ngày"),
        ({"cap_tren": "GDTH"}, "không được nằm dưới chính"),
        ({"email": f"vp@{DOMAIN}"}, "đã là của “Văn phòng”"),
        ({"email": "a b@ngoai.example"}, "không đúng"),
        ({"loai": "rac"}, "Chưa chọn loại"),
        ({"ten": "Phòng Giáo dục Tiểu học", "ghi_chu": "demo"}, "Không có gì khác trước"),
    ):
        answer = post(client, "/GDTH/doi", **{**FIELDS, "ten": "Tên vừa gõ", "tu": "01/01/2027", **wrong})
        assert answer.status_code == 422, wrong
        assert said in answer.text, wrong
    assert len(site.office.db.read_now(units.history, "GDTH")) == 1
    assert post(client, "/KHONGCO/doi", **FIELDS, ten="x", tu="01/01/2027").status_code == 404


def test_the_shared_mailbox_follows_the_name_once_it_holds(site: Site) -> None:
    client = site.signed_in("admin")
    box = site.account_id("gdth")
    assert post(client, "/GDTH/doi", **FIELDS, ten="Phòng Tiểu học", tu="24/11/2026").status_code == 303
    assert site.office.db.read_now(accounts.get, box).full_name == "Phòng Tiểu học"
    assert post(client, "/GDTH/doi", **FIELDS, ten="Phòng Mầm non và Tiểu học", tu="26/11/2026").status_code == 303
    assert site.office.db.read_now(accounts.get, box).full_name == "Phòng Tiểu học"
    site.clock.advance(3 * 86_400_000)
    assert "mang tên khác đơn vị" in site.signed_in("admin").get(PAGE + "/GDTH").text
    site.run(ticks.follow_unit_names(site.office))
    assert site.office.db.read_now(accounts.get, box).full_name == "Phòng Mầm non và Tiểu học"
    client = site.signed_in("admin")
    assert "mang tên khác đơn vị" not in client.get(PAGE + "/GDTH").text
    assert post(client, "/GDTH/bo", dong="2026-11-26").status_code == 303  # written down by mistake
    assert site.office.db.read_now(accounts.get, box).full_name == "Phòng Tiểu học"
    days = {"dong": "2026-11-24", "tu": "24/11/2026", "den": ""}
    assert post(client, "/GDTH/sua", **FIELDS, ten="Phòng Bậc Tiểu học", **days).status_code == 303
    assert site.office.db.read_now(accounts.get, box).full_name == "Phòng Bậc Tiểu học"


def test_a_new_unit_and_its_code(site: Site) -> None:
    client = site.signed_in("admin")
    new = {**FIELDS, "ten": "Phòng Chuyển đổi số", "ky_hieu": "CĐS", "email": "cds", "tu": "15/12/2026"}
    answer = post(client, "/moi", ma_dv="CDS", **new)
    assert answer.status_code == 303, answer.text[-3000:]
    unit = site.office.db.read_now(units.latest, "CDS")
    assert unit is not None and (unit.email, unit.valid_from) == (f"cds@{DOMAIN}", "2026-12-15")
    assert names(site, "CDS", "2026-12-14", "2026-12-15") == [None, "Phòng Chuyển đổi số"]
    assert "Sắp có" in client.get(PAGE).text
    page = client.get(PAGE + "/CDS").text
    assert "từ 15/12/2026" in page
    for code, said in (("cds", "đã dùng cho “Phòng Chuyển đổi số”"), ("Phòng mới", "chỉ gồm chữ không dấu")):
        again = post(client, "/moi", ma_dv=code, **new)
        assert again.status_code == 422
        assert said in again.text and 'value="Phòng Chuyển đổi số"' in again.text


def members(tx: Tx) -> None:
    for username, name in (("anhdt", "Đặng Thị Ánh"), ("anln", "Lê Ngọc An")):
        person = NewPerson(username, name, (f"{username}@{DOMAIN}",), "GDTH", "Chuyên viên", roles=("chuyen_vien",))
        add_person(tx, person, None)
    group = groups.put(tx, Group(0, f"phong-so@{DOMAIN}", "Các phòng", "", 1))
    groups.set_members(tx, group, [Member(PEOPLE, "GDTH"), Member(UNIT, "GDTH")])


def test_a_merged_unit_says_what_is_left_and_its_people_move(site: Site) -> None:
    site.office.db.write_now(members)
    client = site.signed_in("admin")
    assert "Chưa chọn đơn vị nhận" in post(client, "/GDTH/sap-nhap", tu="24/11/2026", vao="").text
    assert post(client, "/GDTH/sap-nhap", tu="24/11/2026", vao="GDTRH").status_code == 303
    assert names(site, "GDTH", "2026-11-23", "2026-11-24") == ["Phòng Giáo dục Tiểu học", None]
    page = client.get(PAGE + "/GDTH").text
    for left in ("Đặng Thị Ánh", "Lê Ngọc An", "Các phòng", "phải chuyển", "sáp nhập vào Phòng Giáo dục Trung học"):
        assert left in page, left
    answer = post(client, "/GDTH/chuyen", vao="GDTH")
    assert answer.status_code == 422 and "Chưa chọn đúng đơn vị" in answer.text
    assert post(client, "/GDTH/chuyen", vao="GDTRH", thoi_vai_tro="1").status_code == 303
    moved = site.office.db.read_now(accounts.by_username, "anhdt")
    assert moved is not None and moved.unit_code == "GDTRH"
    assert site.office.db.read_now(groups.members, 1) == [Member(PEOPLE, "GDTRH"), Member(UNIT, "GDTRH")]
    left_over = site.office.db.read_now(unit_leavings.leavings, "GDTH")
    assert not left_over.people and not left_over.lists and not left_over.roles
    assert [one.username for one in left_over.mailboxes] == ["gdth"]
    trail = [one["action"] for one in site.office.db.read_now(audit.of, "unit/GDTH")]
    assert trail == ["unit.merge", "unit.move"]
    assert "Đã thôi" in client.get(PAGE).text
    assert "Phòng Giáo dục Tiểu học" in client.get(PAGE + "?ngay=23/11/2026").text


def test_a_unit_with_others_below_and_the_office_itself_are_not_dissolved(site: Site) -> None:
    client = site.signed_in("admin")
    assert post(client, "/moi", ma_dv="TO1", **{**FIELDS, "cap_tren": "GDTH", "email": ""}, ten="Tổ 1", tu="24/11/2026")
    answer = post(client, "/GDTH/giai-the", tu="01/12/2026")
    assert answer.status_code == 422 and "Còn đơn vị trực thuộc: Tổ 1." in answer.text
    assert "không giải thể hay sáp nhập được" in post(client, "/SGDDT/giai-the", tu="01/12/2026").text
    assert post(client, "/TO1/giai-the", tu="01/12/2026").status_code == 303
    assert post(client, "/GDTH/giai-the", tu="01/12/2026").status_code == 303
    assert "đến hết 30/11/2026" in client.get(PAGE + "/GDTH").text


def test_rows_are_corrected_and_never_overlap(site: Site) -> None:
    client = site.signed_in("admin")
    assert post(client, "/GDTH/doi", **FIELDS, ten="Phòng Tiểu học", tu="01/01/2025").status_code == 303
    fixed = {**FIELDS, "ten": "Phòng GD Tiểu học", "dong": "2016-01-01", "tu": "01/01/2016"}
    answer = post(client, "/GDTH/sua", **fixed, den="01/01/2025")
    assert answer.status_code == 422 and "Trùng thời gian với dòng “Phòng Tiểu học” (từ 01/01/2025)" in answer.text
    assert "Trùng thời gian" in post(client, "/GDTH/sua", **fixed, den="").text
    assert "Ngày cuối phải sau" in post(client, "/GDTH/sua", **fixed, den="01/01/2015").text
    assert post(client, "/GDTH/sua", **fixed, den="31/12/2024").status_code == 303
    found = names(site, "GDTH", "2020-01-01", "2024-12-31", "2025-01-01")
    assert found == ["Phòng GD Tiểu học", "Phòng GD Tiểu học", "Phòng Tiểu học"]
    assert post(client, "/GDTH/sua", **{**fixed, "dong": "2001-01-01"}).status_code == 404
    seen = state(client, "/GDTH", "2016-01-01")
    assert post(client, "/GDTH/sua", **{**fixed, "ten": "Phòng Giáo dục"}, den="31/12/2024").status_code == 303
    slower = post(client, "/GDTH/sua", **{**fixed, "ghi_chu": "ghi chú của tôi", "thay": seen}, den="31/12/2024")
    assert slower.status_code == 422 and "Người khác vừa sửa dòng này" in slower.text
    assert "ghi chú của tôi" in slower.text and names(site, "GDTH", "2020-01-01") == ["Phòng Giáo dục"]


def test_names_of_units_that_are_no_more(site: Site) -> None:
    client = site.signed_in("admin")
    post(client, "/GDTH/doi", **FIELDS, ten="Phòng Tiểu học", tu="01/01/2025")
    post(client, "/GDTH/giai-the", tu="01/06/2026")
    assert site.office.db.read_now(units.find, "GDTH") is None
    for day, name in (("2010-01-01", "Phòng Giáo dục Tiểu học"), ("2024-01-01", "Phòng Giáo dục Tiểu học"),
                      ("2025-03-01", "Phòng Tiểu học"), (None, "Phòng Tiểu học")):  # fmt: skip
        assert site.office.db.read_now(units.name, "GDTH", day) == name
        assert site.office.db.read_now(units.names, day)["GDTH"] == name
    assert site.office.db.read_now(units.name, "KHONGCO") == "KHONGCO"


def test_units_are_for_administrators(site: Site) -> None:
    client = site.signed_in("nganltt")
    assert client.get(PAGE).status_code == client.get(PAGE + "/GDTH").status_code == 403
    data = {"ma": token_of(client.get("/viec")), **FIELDS, "ten": "x", "tu": "01/01/2027"}
    assert client.post(PAGE + "/GDTH/doi", data=data).status_code == 403
    assert len(site.office.db.read_now(units.history, "GDTH")) == 1


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_units_in_pictures(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    site.office.db.write_now(members)
    page = open_page(browser, width, height)
    sign_in(page, site, "admin")
    page.goto(site.url + PAGE + "/GDTH")
    page.click("summary:has-text('Thay đổi từ một ngày')")
    page.fill("#doi-ten", "Phòng Tiểu học")
    page.fill("#doi-tu", "01/01/2027")
    look(page, pictures, "don-vi-doi")
    press(page, "button:has-text('Ghi thay đổi')")
    page.click("summary:has-text('Giải thể')")
    press(page, "main button.danger:visible:has-text('Giải thể')")
    look(page, pictures, "don-vi-sai")
    page.goto(site.url + PAGE + "/GDTX")
    page.click("summary:has-text('Sáp nhập')")
    page.fill("#sap-nhap-tu", "01/10/2026")
    page.select_option("#sap-nhap-vao", "GDTRH")
    press(page, "button.danger:has-text('Sáp nhập')")
    look(page, pictures, "don-vi-da-thoi")
    page.goto(site.url + PAGE)
    look(page, pictures, "don-vi")
    page.goto(site.url + PAGE + "/moi")
    look(page, pictures, "don-vi-moi")


def test_the_last_day_of_all_does_not_close_the_page(site: Site) -> None:
    client = site.signed_in("admin")
    answer = post(client, "/GDTH/sua", **FIELDS, ten="Phòng", dong="2016-01-01", tu="01/01/2016", den="31/12/9999")
    assert answer.status_code == 422 and "không phải là ngày" in answer.text
    assert post(client, "/GDTH/giai-the", tu="0001-01-01").status_code == 422
    found = site.office.db.read_now(units.find, "GDTH", "2026-11-24")
    assert found is not None
    site.office.db.write_now(units.put, replace(found, valid_to="9999-12-31"))  # as files write "always"
    assert client.get(PAGE).status_code == client.get(PAGE + "/GDTH").status_code == 200
