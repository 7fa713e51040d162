"""Quản trị: people from a file with faults: a verdict for each row, the right ones written, again without harm."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser

from mailsvc.store import accounts
from tests.browsing import WIDTHS, fits, open_page, shoot, sign_in
from tests.places import SAMPLES
from tests.web.webhouse import Site, token_of

FAULTY = SAMPLES / "org" / "accounts-loi.csv"


def sent(site: Site, name: str, data: bytes) -> tuple[str, str]:
    """(the page of verdicts, what it would apply)"""
    client = site.signed_in("admin")
    token = token_of(client.get("/quan-tri/nhap"))
    answer = client.post("/quan-tri/nhap", data={"ma": token}, files={"tep": (name, data)})
    assert answer.status_code == 200
    return answer.text, token


def test_a_faulty_file_is_checked_and_its_right_rows_written(site: Site) -> None:
    data = FAULTY.read_bytes()
    page, _ = sent(site, "nguoi.csv", data)
    for said in ("Trùng dòng", "gmail.com", "PHONGX", "Thiếu họ tên", "sieu_nhan", "công thức"):
        assert said in page, said
    assert site.office.db.read_now(accounts.by_username, "moinv") is None  # nothing yet
    client = site.signed_in("admin")
    token = token_of(client.get("/quan-tri/nhap"))
    form = {"ma": token, "van_ban": data.decode("utf-8-sig")}
    done = client.post("/quan-tri/nhap/ghi", data=form)
    assert done.status_code == 200 and "moinv" in done.text
    made = site.office.db.read_now(accounts.by_username, "moinv")
    assert made is not None and made.must_change
    assert site.office.db.read_now(accounts.by_username, "ngoai") is None
    again = client.post("/quan-tri/nhap/ghi", data=form)
    assert again.status_code == 200 and "Đã thêm 0 tài khoản, cập nhật 0." in again.text
    assert site.office.db.read_now(accounts.by_username, "moinv") == made


def test_who_is_there_is_updated_and_keeps_his_password(site: Site) -> None:
    data = FAULTY.read_text("utf-8-sig").splitlines()[0] + "\n"
    data += "phuongvh;phuongvh@sogddt.tayninh.gov.vn;;Võ Hoài Phượng;KHTC;Kế toán;chuyen_vien;;1;\n"
    data += "locpv;locpv@sogddt.tayninh.gov.vn;;Phạm Văn Lộc;VP;Văn thư;van_thu;;1;\n"
    page, token = sent(site, "nguoi.csv", data.encode())
    assert "0 dòng thêm mới, 1 cập nhật, 1 không đổi, 0 có lỗi" in page
    assert "Thuộc đơn vị: VP → KHTC" in page and "Chức vụ: Chuyên viên → Kế toán" in page
    assert "thôi Chuyên viên; thêm Chuyên viên" in page
    mine, client = site.signed_in("phuongvh"), site.signed_in("admin")
    token = token_of(client.get("/quan-tri/nhap"))
    done = client.post("/quan-tri/nhap/ghi", data={"ma": token, "van_ban": data})
    assert "Đã thêm 0 tài khoản, cập nhật 1." in done.text and "<code>" not in done.text
    assert mine.get("/viec").status_code == 200  # still signed in
    one = site.office.db.read_now(accounts.by_username, "phuongvh")
    assert one is not None and (one.unit_code, one.position, one.must_change) == ("KHTC", "Kế toán", 0)
    page, _ = sent(site, "nguoi.csv", data.encode())
    assert "0 cập nhật, 2 không đổi" in page


def passwords(page: str) -> dict[str, str]:
    """Of each person on the page."""
    return dict(re.findall(r'<span class="soft small">(\w+) · [^<]*</span></span><code>([a-z2-9]{16})</code>', page))


def test_hundreds_come_in_at_once_and_an_answer_that_was_lost_is_made_up(site: Site) -> None:
    data = FAULTY.read_text("utf-8-sig").splitlines()[0] + "\n"
    data += "".join(f"m{n};m{n}@sogddt.tayninh.gov.vn;;Người {n};VP;;chuyen_vien;;1;\n" for n in range(300))
    client = site.signed_in("admin")
    form = {"ma": token_of(client.get("/quan-tri/nhap")), "van_ban": data}
    first = passwords(client.post("/quan-tri/nhap/ghi", data=form).text)
    assert len(first) == 300 == len(set(first.values()))
    assert opens(site, "m7", first["m7"]) and opens(site, "m299", first["m299"])
    own = site.run(site.office.authenticator.hasher.derive("mat-khau-cua-toi"))
    site.office.db.write_now(accounts.set_password, site.account_id("m7"), own)
    page, _ = sent(site, "nguoi.csv", data.encode())
    assert "0 dòng thêm mới, 0 cập nhật, 300 không đổi" in page and "cho 299 người đã có" in page
    assert page.count("chưa đặt mật khẩu riêng</span>") == 299
    assert not passwords(client.post("/quan-tri/nhap/ghi", data=form).text)
    answer = client.post("/quan-tri/nhap/ghi", data=form | {"cap_lai": "1"}).text
    again = passwords(answer)
    assert "Cấp lại mật khẩu tạm cho 299 người." in answer and set(first) - set(again) == {"m7"}
    assert opens(site, "m299", again["m299"]) and not opens(site, "m299", first["m299"])
    assert opens(site, "m7", "mat-khau-cua-toi")


def opens(site: Site, username: str, password: str) -> bool:
    client = site.client()
    data = {"ma": token_of(client.get("/dang-nhap")), "ten": username, "mat_khau": password, "tiep": "/thu"}
    return client.post("/dang-nhap", data=data).status_code == 303


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_a_file_in_pictures(
    site: Site, browser: Browser, pictures: Path, tmp_path: Path, width: int, height: int
) -> None:
    file = tmp_path / "nguoi.csv"
    more = "phuongvh;phuongvh@sogddt.tayninh.gov.vn;v.phuong@tayninh.gov.vn;Vo Hoài Phượng;KHTC;Kế toán;pho_phong;;1;\n"
    more += "locpv;locpv@sogddt.tayninh.gov.vn;;Phạm Văn Lộc;VP;Văn thư;van_thu;;1;\n"
    file.write_text(FAULTY.read_text("utf-8-sig") + more, "utf-8")
    page = open_page(browser, width, height)
    sign_in(page, site, "admin")
    page.goto(site.url + "/quan-tri/nhap")
    shoot(page, pictures, "nhap-trong", full=True)
    fits(page)
    page.set_input_files("#tep", file)
    page.click("text=Kiểm tra")
    page.wait_for_selector(".acct-rows")
    shoot(page, pictures, "nhap-ket-luan", full=True)
    fits(page)
    page.click(".acct-verdict button")
    page.wait_for_selector(".acct-made code")
    shoot(page, pictures, "nhap-da-ghi", full=True)
    fits(page)
    page.set_input_files("#tep", file)
    page.click("text=Kiểm tra")
    page.check("input[name=cap_lai]")
    shoot(page, pictures, "nhap-cap-lai", full=True)
    fits(page)


def test_a_spreadsheet_is_read_like_csv(site: Site) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in csv.reader(io.StringIO(FAULTY.read_text("utf-8-sig")), delimiter=";"):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    page, _ = sent(site, "nguoi.xlsx", out.getvalue())
    assert "Nguyễn Văn Mới" in page and "PHONGX" in page


def test_what_is_no_list_is_refused_in_words(site: Site) -> None:
    client = site.signed_in("admin")
    token = token_of(client.get("/quan-tri/nhap"))
    for data in (b"PK\x03\x04hong", b"\xff\xfe\x00", b"a,b\n1,2\n"):
        answer = client.post("/quan-tri/nhap", data={"ma": token}, files={"tep": ("x.csv", data)})
        assert answer.status_code == 422, data


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('moi;moi@sogddt.tayninh.gov.vn;;"' + "A" * 140_000 + "\n", "không đúng dạng CSV"),
        ("moi;moi@sogddt.tayninh.gov.vn;;" + "A" * 201 + ";VP;;;;1;\n", "Có ô dài quá 200 ký tự."),
        (";\n" * 2100, "Tệp có quá 2000 dòng"),
    ],
)
def test_what_no_page_could_show_is_not_taken(site: Site, row: str, said: str) -> None:
    data = FAULTY.read_text("utf-8-sig").splitlines()[0] + "\n" + row
    client = site.signed_in("admin")
    token = token_of(client.get("/quan-tri/nhap"))
    answer = client.post("/quan-tri/nhap", data={"ma": token}, files={"tep": ("nguoi.csv", data.encode())})
    assert answer.status_code in (200, 422) and said in answer.text
    client.post("/quan-tri/nhap/ghi", data={"ma": token, "van_ban": data})
    assert site.office.db.read_now(accounts.by_username, "moi") is None
