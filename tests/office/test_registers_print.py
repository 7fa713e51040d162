"""Registers in print and as files: the exact columns, the system's mark, originals untouched, no formulas."""

from __future__ import annotations

import io
import re
import time
import zipfile

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter

from mailsvc.core.errors import Invalid
from mailsvc.reports.book import BOOKS, Book, as_report
from mailsvc.reports.book_pdf import as_pdf
from mailsvc.reports.sheets import as_csv, as_docx, as_xlsx
from mailsvc.reports.stamping import Arrival, with_arrival, with_copy_mark
from mailsvc.store import documents
from tests.documents.making import Paper
from tests.documents.making_pdf import pdf, scan_pdf
from tests.office.outgoing_pages import Bureau
from tests.web.webhouse import Site, sample

# Decree 30/2020, Appendix IV, in its own words and order.
DECREE = {
    "di": "Số, ký hiệu văn bản|Ngày tháng văn bản|Tên loại và trích yếu nội dung văn bản|Người ký|Nơi nhận văn bản|"
    "Đơn vị, người nhận bản lưu|Số lượng bản|Ngày chuyển|Ký nhận|Ghi chú",
    "den": "Ngày đến|Số đến|Tác giả|Số, ký hiệu văn bản|Ngày tháng văn bản|Tên loại và trích yếu nội dung văn bản|"
    "Đơn vị hoặc người nhận|Ngày chuyển|Ký nhận|Ghi chú",
    "giai-quyet": "Số đến|Tên loại, số, ký hiệu, ngày tháng và tên cơ quan ban hành|Đơn vị hoặc người nhận|"
    "Thời hạn giải quyết|Tiến độ giải quyết|Số, ký hiệu văn bản trả lời|Ghi chú",
    "buu-dien": "Ngày chuyển|Số, ký hiệu văn bản|Nơi nhận văn bản|Số lượng bì|Ký nhận và dấu bưu điện|Ghi chú",
}


@pytest.fixture
def pages(house: Site) -> Bureau:
    return Bureau(house)


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    found = " ".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return re.sub(r"\s+", " ", found)


def book(*rows: tuple[str, ...]) -> Book:
    mark = "In từ hệ thống văn phòng điện tử Sở, lúc 12:00 ngày 24/11/2026. Người in: Nguyễn Thị Hồng Đào."
    return Book("di", "Sở Giáo dục và Đào tạo Tây Ninh", 2026, "1", "Từ ngày …", "Từ số …", rows, mark)


def line(number: int, subject: str = "ban hành kế hoạch") -> tuple[str, ...]:
    return (f"{number:02d}/QĐ-SGDĐT", "24/11/2026", f"Quyết định {subject}", "Lâm Thị Thu Ngân (GIÁM ĐỐC)",
            "- Như Điều 3;\n- Lưu: VT.", "VT", "52", "24/11/2026", "", "")  # fmt: skip


def test_l01_registers_have_the_columns_of_the_law() -> None:
    for kind, columns in DECREE.items():
        assert "|".join(title for title, _ in BOOKS[kind].columns) == columns
        assert sum(part for _, part in BOOKS[kind].columns) == 100


def test_l01_l12_the_registers_in_print(pages: Bureau) -> None:
    pages.house.deliver(sample("01-ext-bo.eml"))
    place = pages.issued("DV01", outside="Trường tư thục A", copies="52", keeper="VT; GDTrH")
    cancelled = pages.numbered(subject="văn bản nhầm")
    pages["daonth"].does(f"{cancelled}/huy-so", ly_do="Nhầm loại")
    clerk = pages["daonth"]
    for kind in ("di", "den", "sao", "giai-quyet", "buu-dien"):
        answer = clerk.get(f"/in-so/tep?so={kind}&nam=2026&dang=pdf&quyen=1")
        assert answer.status_code == 200 and answer.content.startswith(b"%PDF"), kind
        shown = text_of(answer.content)
        assert BOOKS[kind].title in shown and "Trang 1/1" in shown and "Quyển số: 1" in shown
        assert "In từ hệ thống văn phòng điện tử" in shown and "Người in: Nguyễn Thị Hồng Đào" in shown
        assert "12:00 ngày 24/11/2026" in shown
    shown = text_of(clerk.get("/in-so/tep?so=di&nam=2026&dang=pdf").content)
    assert "01/QĐ-SGDĐT" in shown and "Hủy số. Nhầm loại" in shown and "Từ số 01/QĐ-SGDĐT đến số 02/QĐ-SGDĐT" in shown
    assert "VT; GDTrH" in shown and "52" in shown
    assert "Trường tư thục A" in text_of(clerk.get("/in-so/tep?so=buu-dien&nam=2026").content)
    assert "01/QĐ-SGDĐT" not in text_of(clerk.get("/in-so/tep?so=di&nam=2026&tu=25/11/2026").content)
    for form in ("docx", "xlsx", "csv"):
        answer = clerk.get(f"/in-so/tep?so=di&nam=2026&dang={form}")
        assert answer.status_code == 200 and f".{form}" in answer.headers["content-disposition"]
    assert pages["khuetm"].get("/in-so/tep?so=di").status_code == 403
    assert pages["vt.thptbausen"].get("/in-so/tep?so=di").status_code == 200  # its own, empty one
    assert clerk.get("/in-so/tep?so=di&tu=khong").status_code == 422
    assert "Sổ đăng ký văn bản đi" in clerk.text("/in-so?so=di")
    slip = clerk.get(f"{place}/phieu-gui")
    assert "PHIẾU GỬI" in text_of(slip.content) and "Trường tư thục A" in text_of(slip.content)


def test_the_handling_register_tells_answer_and_state(pages: Bureau) -> None:
    pages.house.deliver(sample("01-ext-bo.eml"))
    pages.house.read_files()
    clerk = pages["daonth"]
    from tests.web.test_clerks_work import filled

    form = filled(clerk.get("/van-ban-den/cho-vao-so/1"))
    clerk.client.post("/van-ban-den/cho-vao-so/1", data=form)
    shown = text_of(clerk.get("/in-so/tep?so=giai-quyet&nam=2026").content)
    assert "5120/BGDĐT-GDPT" in shown and "Từ số 1 đến số 1" in shown


def test_a_long_register_page_by_page() -> None:
    rows = [line(n, "tăng cường công tác quản lý " * (n % 5 + 1)) for n in range(1, 3001)]
    started = time.perf_counter()
    data = as_pdf(book(*rows))
    seconds = time.perf_counter() - started
    reader = PdfReader(io.BytesIO(data))
    count = len(reader.pages) - 1
    assert count > 100
    assert f"Trang {count}/{count}" in reader.pages[-1].extract_text()
    texts = [page.extract_text() for page in reader.pages[1:]]
    assert all("Người ký" in text for text in texts)  # the head on every page
    numbers = [int(one) for text in texts for one in re.findall(r"(\d+)/QĐ-SGDĐT", text)]
    assert numbers == list(range(1, 3001))
    assert seconds < 60


def test_a_cell_longer_than_a_page_goes_on() -> None:
    data = as_pdf(book(line(1, "nội dung rất dài " * 2000), line(2, "x" * 3000)))
    assert len(PdfReader(io.BytesIO(data)).pages) > 4
    assert "02/QĐ-SGDĐT" in text_of(data)


def test_text_is_never_a_formula() -> None:
    evil = '=HYPERLINK("http://xau.example";"x")'
    report = as_report(book((evil, "+1", "-2", "@SUM(A1)", "\t=1", "", "", "", "", "")))
    with zipfile.ZipFile(io.BytesIO(as_xlsx(report))) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and sheet.count('t="inlineStr"') > 10
    for cell in as_csv(report).decode("utf-8-sig").splitlines()[-1].split(","):
        assert not cell.strip('"').startswith(("=", "+", "-", "@", "\t"))


def test_the_word_register_has_cover_head_and_page_numbers() -> None:
    with zipfile.ZipFile(io.BytesIO(as_docx(as_report(book(line(1)))))) as package:
        document, footer = (package.read(f"word/{name}.xml").decode() for name in ("document", "footer1"))
    assert "SỔ ĐĂNG KÝ VĂN BẢN ĐI" in document and 'w:br w:type="page"' in document and "<w:tblHeader/>" in document
    assert "In từ hệ thống" in footer and 'w:instr="PAGE"' in footer


# ---- marks on copies ----------------------------------------------------------------------------------------
def test_the_stamp_goes_on_a_copy_only(pages: Bureau) -> None:
    pages.house.deliver(sample("01-ext-bo.eml"))
    pages.house.read_files()
    clerk = pages["daonth"]
    from tests.web.test_clerks_work import filled

    form = filled(clerk.get("/van-ban-den/cho-vao-so/1"))
    clerk.client.post("/van-ban-den/cho-vao-so/1", data=form)
    document = pages.house.office.db.read_now(documents.listing, documents.Filter("SGDDT", 2026), limit=1)[0]
    page = clerk.text(f"/van-ban-den/{document.year}/{document.arrival_number}")
    link = re.search(r"/xu-ly/\d+/dau-den/(\d+)", page)
    assert link is not None
    before = clerk.get(f"/xu-ly/{document.id}/tep/{link[1]}").content
    stamped = clerk.get(link[0])
    assert stamped.headers["content-type"] == "application/pdf"
    text = text_of(stamped.content)
    assert "ĐẾN" in text and "Số: 1" in text and "Ngày: 24/11/2026" in text
    assert clerk.get(f"/xu-ly/{document.id}/tep/{link[1]}").content == before
    assert "ĐẾN" not in text_of(before)[:200]


def test_marks_on_pages_that_are_turned_cropped_or_protected() -> None:
    plain = pdf(Paper("12/KH-UBND", "ngày 05 tháng 01 năm 2026", ("UBND",)))
    arrival = Arrival("Sở Giáo dục và Đào tạo Tây Ninh", "12", "24/11/2026", "Phòng GDTrH")
    for angle in (0, 90, 180, 270):
        writer = PdfWriter()
        writer.append(PdfReader(io.BytesIO(plain)))
        writer.pages[0].rotate(angle)
        out = io.BytesIO()
        writer.write(out)
        assert "Số: 12" in text_of(with_arrival(out.getvalue(), arrival))
    locked = PdfWriter()
    locked.append(PdfReader(io.BytesIO(plain)))
    locked.encrypt("mo", "chu")
    out = io.BytesIO()
    locked.write(out)
    with pytest.raises(Invalid, match="mật khẩu"):
        with_arrival(out.getvalue(), arrival)
    for wrong in (b"", b"%PDF-1.7 hong", scan_pdf()[:100]):
        with pytest.raises(Invalid):
            with_arrival(wrong, arrival)
    copied = text_of(with_copy_mark(plain, ("Sao y", "Sở GDĐT", "2026-11-24T12:00:00+07:00")))
    assert "Sao y" in copied and "+07:00" in copied


def test_copies_bear_their_line(pages: Bureau) -> None:
    place = pages.issued("DV01")
    pages["daonth"].does(f"{place}/sao", hinh_thuc="SY", nguoi_ky=str(pages.house.account_id("lyhc")), cach_ky="TL.")
    answer = pages["daonth"].get(f"{place}/ban-sao/1")
    assert answer.status_code == 200, answer.text[-800:]
    assert "Sao y" in text_of(answer.content) and "01/SY-SGDĐT" in text_of(answer.content)
