"""Quản trị: people from a file with faults: a verdict for each row, the right ones written, again without harm."""

from __future__ import annotations

import csv
import io

import openpyxl

from mailsvc.store import accounts
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
    assert again.status_code == 200 and "Đã thêm" not in again.text


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
