"""Outgoing documents through the web: the requirements of the regulation, from the front door."""

from __future__ import annotations

import pytest

from tests.documents.making_pdf import scan_pdf
from tests.office.outgoing_pages import Bureau, glance_of, original, said, scan
from tests.web.test_clerks_work import filled
from tests.web.webhouse import Site


@pytest.fixture
def pages(house: Site) -> Bureau:
    return Bureau(house)


def test_from_draft_to_receipt(pages: Bureau) -> None:
    place = pages.draft("Nội dung bản một")
    khue, clerk = pages["khuetm"], pages["daonth"]
    assert "Trình phòng" in khue.text(place) and "Nội dung bản một" in khue.text(glance_of(khue.text(place)))
    assert "Dự thảo 1/2026" in khue.text("/van-ban-di/dang-xu-ly")
    khue.does(f"{place}/trinh")
    assert "Duyệt nội dung" in pages["dungmh"].text(place)
    assert "ban hành Kế hoạch kiểm tra" in pages["dungmh"].text("/viec")
    pages["dungmh"].does(f"{place}/duyet", y_kien="Đồng ý nội dung")
    khue.does(f"{place}/chuyen-the-thuc")
    assert "Phiếu kiểm tra thể thức" in pages["lyhc"].text(place)
    pages["lyhc"].does(f"{place}/the-thuc", phieu_page="Lề trái 32 mm")
    assert "Lề trái 32 mm" in pages["nganltt"].text(place)
    pages["nganltt"].does(f"{place}/ky")
    khue.does(f"{place}/lay-so")
    assert "01/QĐ-SGDĐT" in clerk.text(place)  # what would be given
    clerk.does(f"{place}/cap-so")
    clerk.does(f"{place}/ban-ky", scan())
    clerk.does(f"{place}/phat-hanh", don_vi=["DV01", "TCCB"], ngoai="Sở Y tế <vanthu@soyte.example>")
    shown = clerk.text(place)
    assert "Đã phát hành" in shown and "Trường THPT Bàu Sen (demo)" in shown and "Sở Y tế" in shown
    listed = clerk.text("/van-ban-di?tim=ke+hoach+kiem+tra")
    assert "01/QĐ-SGDĐT" in listed and "24/11/2026" in listed and "1 dòng có" in listed
    assert pages["sonkc"].get(place).status_code == 404  # another department's
    waiting = pages["vt.thptbausen"].text("/van-ban-den/cho-vao-so")
    assert "01/QĐ-SGDĐT" in waiting and "ban hành Kế hoạch kiểm tra" in waiting


def test_r03_scan_and_word_file_together(pages: Bureau) -> None:
    place = pages.numbered()
    answer = pages["daonth"].post(f"{place}/phat-hanh", don_vi=["DV01"])
    assert answer.status_code == 422 and "còn thiếu bản ký/scan" in said(answer)
    not_pdf = [("ban_ky", ("ban-ky.pdf", b"khong phai pdf", "application/pdf"))]
    assert "phải là tệp PDF" in said(pages["daonth"].post(f"{place}/ban-ky", not_pdf))
    pages["daonth"].does(f"{place}/ban-ky", scan())
    pages["daonth"].does(f"{place}/phat-hanh", don_vi=["DV01"])


def test_r24_no_number_without_the_word_file(pages: Bureau) -> None:
    """Only a PDF: refused by page and clerk; with the Word file it lies in the clerks' mail and queue."""
    wrong = pages["khuetm"].post(
        "/van-ban-di/moi",
        [("tep_goc", ("van-ban.pdf", scan_pdf(), "application/pdf"))],
        type_name="Quyết định",
        subject="thử",
        signer=str(pages.house.account_id("nganltt")),
        recipients="- Lưu: VT.",
    )
    assert wrong.status_code == 422 and "Tệp gốc phải là tệp Word" in said(wrong)
    pdf_only = [("phu_luc", ("van-ban.pdf", scan_pdf(), "application/pdf"))]
    answer = pages["khuetm"].post(
        "/van-ban-di/moi", pdf_only, type_name="Quyết định", subject="chỉ có PDF",
        signer=str(pages.house.account_id("nganltt")), recipients="- Lưu: VT.",
    )  # fmt: skip
    place = answer.headers["location"]
    with pytest.raises(AssertionError, match="Chưa có tệp gốc Word"):
        pages.to_waiting(place)
    pages["khuetm"].does(f"{place}/phien-ban", original())
    pages["dungmh"].does(f"{place}/duyet")
    pages["khuetm"].does(f"{place}/chuyen-the-thuc")
    pages["lyhc"].does(f"{place}/the-thuc")
    pages["nganltt"].does(f"{place}/ky")
    pages["khuetm"].does(f"{place}/lay-so")
    inbox = pages.house.inbox("vanthu")
    assert "Dự thảo: chỉ có PDF" in pages["daonth"].text(f"/thu/{inbox}")
    assert "chỉ có PDF" in pages["daonth"].text("/van-ban-di/dang-xu-ly?muc=cho-cap-so")
    assert "chỉ có PDF" not in pages["daonth"].text("/van-ban-den/cho-vao-so")


def test_r25_no_number_without_the_offices_approval(pages: Bureau) -> None:
    place = pages.draft()
    pages["khuetm"].does(f"{place}/trinh")
    pages["dungmh"].does(f"{place}/duyet")
    for username, act in (("daonth", "cap-so"), ("khuetm", "lay-so"), ("nganltt", "ky"), ("dungmh", "the-thuc")):
        answer = pages[username].post(f"{place}/{act}")
        assert answer.status_code in (403, 404), (username, act)
    pages["khuetm"].does(f"{place}/chuyen-the-thuc")
    pages["lyhc"].does(f"{place}/tra-lai", ly_do="Sai lề trái, sai ký hiệu")
    assert "Sai lề trái" in pages["khuetm"].text(place)
    pages.to_waiting(place)
    pages["daonth"].does(f"{place}/cap-so")


def test_two_clerks_on_one_number(pages: Bureau) -> None:
    place = pages.draft()
    pages.to_waiting(place)
    pages["daonth"].does(f"{place}/cap-so")
    answer = pages["locpv"].post(f"{place}/cap-so")
    assert answer.status_code == 409 and "đã có số 01/QĐ-SGDĐT" in answer.text
    assert pages["daonth"].text("/van-ban-di").count("01/QĐ-SGDĐT") == 1


def test_cancelled_number_on_the_page(pages: Bureau) -> None:
    place = pages.numbered()
    assert "Phải ghi lý do" in said(pages["daonth"].post(f"{place}/huy-so", ly_do=""))
    pages["daonth"].does(f"{place}/huy-so", ly_do="Nhầm loại văn bản")
    assert "Hủy số. Nhầm loại văn bản" in pages["daonth"].text("/van-ban-di").replace("</strong>", "")
    back = pages["daonth"].post(f"{place}/cap-so", ngay="01/11/2026")
    assert back.status_code == 422 and "trước ngày ký" in back.text
    pages["daonth"].does(f"{place}/cap-so", ngay="24/11/2026")
    assert "02/QĐ-SGDĐT" in pages["daonth"].text(place)


def test_two_versions_side_by_side(pages: Bureau) -> None:
    place = pages.draft("Căn cứ Nghị định số 30", "Nộp báo cáo trước ngày 15 tháng 9", "Điều 3. Thi hành")
    new = original("Căn cứ Nghị định số 30", "Nộp báo cáo trước ngày 20 tháng 9", "Điều 3. Thi hành", "Điều 4. Mới")
    pages["khuetm"].does(f"{place}/phien-ban", new, ghi_chu="đổi hạn")
    shown = pages["khuetm"].text(f"{place}/so-sanh")
    assert "<del>15</del>" in shown and "<ins>20</ins>" in shown and "<ins>Điều 4. Mới</ins>" in shown
    assert "2 dòng khác nhau" in shown
    assert "đổi hạn" in pages["khuetm"].text(place)


def test_opinions_on_the_page(pages: Bureau) -> None:
    place = pages.draft()
    pages["khuetm"].does(f"{place}/trinh")
    pages["dungmh"].does(f"{place}/duyet")
    ids = [str(pages.house.account_id(one)) for one in ("sonkc", "hand")]
    pages["khuetm"].does(f"{place}/lay-y-kien", nguoi=ids, noi_dung="Xin góp ý", han="26/11/2026")
    assert "Cho ý kiến dự thảo" in pages["sonkc"].text("/viec")
    shown = pages["sonkc"].text(place)
    asked = shown.split('name="luot" value="')[1].split('"')[0]
    empty = pages["sonkc"].post(f"{place}/y-kien", luot=asked, ket_luan="disagree")
    assert empty.status_code == 422 and "phải ghi nội dung" in empty.text
    pages["sonkc"].does(f"{place}/y-kien", luot=asked, ket_luan="change", noi_dung="Bỏ khoản 2")
    assert "Bỏ khoản 2" in pages["khuetm"].text(place)


def test_l06_recall_on_the_page(pages: Bureau) -> None:
    place = pages.issued("DV01", "DV02")
    second = pages["vt.thptsuoilam"]
    waiting = second.text("/van-ban-den/cho-vao-so")
    entry = waiting.split('href="/van-ban-den/cho-vao-so/')[1].split('"')[0]
    form = filled(second.get(f"/van-ban-den/cho-vao-so/{entry}"))
    assert form["code"] == "01/QĐ-SGDĐT" and form["issue_date"] == "24/11/2026"
    registered = second.client.post(f"/van-ban-den/cho-vao-so/{entry}", data=form).headers["location"]
    pages["daonth"].does(f"{place}/thu-hoi", ly_do="Ban hành nhầm")
    assert "Nơi gửi thu hồi" in second.text(registered)
    assert "Đã thu hồi" in pages["daonth"].text(place)
    school = pages["vt.thptbausen"].text("/van-ban-den/cho-vao-so?muc=bo")
    assert "thu hồi" in school.lower()
    assert "Thu hồi. Lý do: Ban hành nhầm" in pages["daonth"].text("/van-ban-di")
    inbox = pages.house.inbox("thptbausen")
    assert "Thu hồi: 01/QĐ-SGDĐT" in pages["vt.thptbausen"].text(f"/thu/{inbox}")


def test_wrong_fields_keep_what_was_typed(pages: Bureau) -> None:
    answer = pages["khuetm"].post(
        "/van-ban-di/moi", type_name="Nghị định", subject="thử nghiệm", recipients="x", deadline="32/13/2026"
    )
    assert answer.status_code == 422
    for expected in ("thử nghiệm", "không ban hành loại", "không phải là ngày", "Chưa ghi người ký"):
        assert expected in answer.text


def test_r34_the_paper_version_is_followed(pages: Bureau) -> None:
    place = pages.numbered()
    pages["khuetm"].does(f"{place}/ban-giay/trinh")
    assert "01/QĐ-SGDĐT" in pages["daonth"].text("/van-ban-di/thieu-ban-giay")
    refused = pages["daonth"].post(f"{place}/ban-giay/luu", tinh_trang="stored", noi_luu="Tủ 1")
    assert refused.status_code == 403 and "chưa được Văn phòng duyệt thể thức" in refused.text
    pages["lyhc"].does(f"{place}/ban-giay/duyet")
    pages["daonth"].does(f"{place}/ban-giay/luu", tinh_trang="stored", noi_luu="Tủ 1, hộp 2")
    assert "Bản giấy đã lưu đủ" in pages["daonth"].text("/van-ban-di/thieu-ban-giay")


def test_copies_on_the_page(pages: Bureau) -> None:
    place = pages.issued("DV01")
    signer = str(pages.house.account_id("lyhc"))
    pages["daonth"].does(f"{place}/sao", hinh_thuc="SY", nguoi_ky=signer, cach_ky="TL.", so_luong="3", noi_nhan="DV01")
    assert "01/SY-SGDĐT" in pages["daonth"].text(place)
    assert "01/SY-SGDĐT" in pages["daonth"].text("/van-ban-di?so=sao")
    assert "01/SY-SGDĐT" not in pages["daonth"].text("/van-ban-di")


def test_a_school_in_its_own_register(pages: Bureau) -> None:
    """Every school has registers and series of its own, and sees only its own."""
    clerk, head = pages["vt.thptbausen"], pages["ht.thptbausen"]
    place = pages.draft(by="vt.thptbausen", signer=str(pages.house.account_id("ht.thptbausen")))
    clerk.does(f"{place}/trinh")
    head.does(f"{place}/duyet")
    clerk.does(f"{place}/chuyen-the-thuc")
    clerk.does(f"{place}/the-thuc")
    head.does(f"{place}/ky")
    clerk.does(f"{place}/lay-so")
    clerk.does(f"{place}/cap-so")
    assert "01/QĐ-THPTBS" in clerk.text("/van-ban-di")
    assert "THPTBS" not in pages["daonth"].text("/van-ban-di")
    assert pages["daonth"].get(place).status_code == 404


def test_what_waits_is_counted_beside_the_name_of_the_list(pages: Bureau) -> None:
    place = pages.draft()
    pages["khuetm"].does(f"{place}/trinh")
    page = pages["dungmh"].text("/viec")
    assert "ban hành Kế hoạch kiểm tra" in page
    assert 'data-count="/viec">1<span class="unseen-label"> việc chờ' in page
