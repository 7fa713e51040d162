"""The way of an incoming document through the pages, without JavaScript."""

from __future__ import annotations

from tests.office.incoming_world import Desk


def test_from_the_register_to_the_end(open_desk: Desk) -> None:
    desk = open_desk
    document = desk.paper()
    place = f"/xu-ly/{document.id}"
    clerk, leader = desk.browser("daonth"), desk.browser("nganltt")
    clerk.open(f"/van-ban-den/{document.year}/{document.arrival_number}")
    clerk.open(f"{place}/trinh")
    assert "Lâm Thị Thu Ngân" in clerk.text
    text = clerk.send("/trinh", noi_dung="Đề nghị giao phòng GDTrH.")
    assert "Chờ chỉ đạo" in text and "Đã trình." in text

    text = leader.open("/viec")
    assert "Xin chỉ đạo" in text and "tăng cường phòng, chống" in text
    leader.open(place)
    leader.open(f"{place}/chi-dao")
    values = {"noi_dung": "Tham mưu <gấp>.", "lead": "u:GDTRH", "lead_han": "30/11/2026", "row1": "u:KHTC"}
    wrong = leader.send("/chi-dao", status=422, **values | {"lead_han": "28/11/2026", "row2": "u:KHTC"})
    assert "ngày nghỉ" in wrong and "đã được chọn ở dòng khác" in wrong
    assert leader.form("/chi-dao")["noi_dung"] == "Tham mưu <gấp>."
    text = leader.send("/chi-dao", **values | {"row2": "", "de_biet": f"p:{desk['hand']}"})
    assert "Đang giải quyết" in text and "Hạn 30/11/2026" in text

    head, officer = desk.browser("dungmh"), desk.browser("khuetm")
    assert "Chủ trì" in head.open("/viec")
    assert "Giao trong đơn vị" in head.open(place)
    top = desk.line(document.id, "gdtrh")
    assert top.state == "read"
    head.open(f"{place}/luot/{top.id}/giao")
    head.send("/giao", noi_dung="Đ/c Khuê dự thảo.", lead=f"p:{desk['khuetm']}", lead_han="2")
    assert "Đ/c Khuê dự thảo." in officer.open(place)
    mine = desk.line(document.id, "khuetm")
    text = officer.send(f"/luot/{mine.id}/ket-thuc", status=403, ly_do="Xong.")
    assert "phải đính kèm văn bản xử lý" in text and "Điều 9 khoản 4" in text
    assert officer.form(f"/luot/{mine.id}/ket-thuc")["ly_do"] == "Xong."
    text = officer.send(
        f"/luot/{mine.id}/bao-cao", noi_dung="Đã dự thảo.", files=[("tep", ("Du thao.docx", b"PK\x03\x04 docx"))]
    )
    assert "Đã ghi báo cáo." in text and "Du thao.docx" in text
    stolen = officer.client.get(f"{place}/tep/0")
    assert stolen.content == b"PK\x03\x04 docx"

    head.open(place)
    head.send(f"/luot/{top.id}/ket-thuc", ly_do="Trình ký.")
    assert "Hoàn thành" in head.text
    slip = leader.open(f"{place}/phieu")
    assert "PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN" in slip and "Đ/c Khuê dự thảo." in slip and "thời hạn: 30/11/2026" in slip
    pdf = leader.client.get(f"{place}/phieu.pdf")
    assert pdf.headers["content-type"] == "application/pdf" and pdf.content.startswith(b"%PDF-")
    assert "Không có việc nào" in officer.open("/viec")


def test_only_who_was_given_it_sees_the_document(open_desk: Desk) -> None:
    desk = open_desk
    document = desk.paper()
    for username in ("khuetm", "truccx", "ht.thptbausen"):
        browser = desk.browser(username)
        browser.open(f"/xu-ly/{document.id}", status=404)
        assert browser.client.post(f"/xu-ly/{document.id}/trinh", data={}).status_code == 403


def test_the_list_of_what_to_follow_up(open_desk: Desk) -> None:
    desk = open_desk
    desk.paper()
    clerk = desk.browser("daonth")
    assert "Chưa trình, chưa chuyển" in clerk.open("/van-ban-den/theo-doi")
    assert "Không có văn bản nào" in clerk.open("/van-ban-den/theo-doi?muc=qua-han")
    desk.browser("khuetm").open("/van-ban-den/theo-doi", status=403)


def test_two_leaders_with_the_same_page_open(open_desk: Desk) -> None:
    desk = open_desk
    document = desk.paper()
    first, second = desk.browser("nganltt"), desk.browser("phuocdh")
    for browser in (first, second):
        browser.open(f"/xu-ly/{document.id}/chi-dao")
    first.send("/chi-dao", noi_dung="A", lead="u:GDTRH")
    text = second.send("/chi-dao", status=409, noi_dung="Ý kiến của tôi", lead="u:KHTC")
    assert "Người khác vừa sửa" in text and second.form("/chi-dao")["noi_dung"] == "Ý kiến của tôi"
    assert [one.role for one in desk.lines(document.id)] == ["lead"]


def test_a_form_sent_twice(open_desk: Desk) -> None:
    desk = open_desk
    document = desk.paper()
    leader = desk.browser("nganltt")
    leader.open(f"/xu-ly/{document.id}/chi-dao")
    data = leader.form("/chi-dao") | {"noi_dung": "A", "lead": "u:GDTRH"}
    answers = [leader.client.post(f"/xu-ly/{document.id}/chi-dao", data=data).status_code for _ in range(2)]
    assert answers == [200, 409]
    assert len(desk.lines(document.id)) == 1
    assert len(desk.folder("gdtrh", "Văn bản/Việc của tôi")) == 1


def test_who_gives_it_back_no_longer_needs_the_page(open_desk: Desk) -> None:
    desk = open_desk
    document = desk.paper()
    leader, officer = desk.browser("nganltt"), desk.browser("khuetm")
    leader.open(f"/xu-ly/{document.id}/chi-dao")
    leader.send("/chi-dao", lead=f"p:{desk['khuetm']}")
    officer.open(f"/xu-ly/{document.id}")
    line = desk.line(document.id, "khuetm")
    text = officer.send(f"/luot/{line.id}/tra-lai", ly_do="Không thuộc mảng của tôi.")
    assert officer.answer.url.path == "/viec" and "Đã trả lại người giao." in text
    assert "Trương Minh Khuê, 24/11/2026" in desk.browser("daonth").open("/van-ban-den")  # ký nhận


def test_a_clerk_does_not_overwrite_what_the_office_filled_in(open_desk: Desk) -> None:
    desk = open_desk
    document = desk.paper()
    clerk, leader = desk.browser("daonth"), desk.browser("nganltt")
    clerk.open(f"/van-ban-den/2026/{document.arrival_number}/sua")
    leader.open(f"/xu-ly/{document.id}/chi-dao")
    leader.send("/chi-dao", lead="u:GDTRH")
    clerk.send("/sua", status=409, reason="Sửa trích yếu", subject="khác")
    assert "Phòng Giáo dục Trung học" in clerk.open("/van-ban-den?tim=giao+duc+trung+hoc")


def test_a_line_belongs_to_its_document(open_desk: Desk) -> None:
    desk = open_desk
    first, second = desk.paper(), desk.paper(code="9/UBND", subject="khác")
    leader = desk.browser("nganltt")
    for document in (first, second):
        leader.open(f"/xu-ly/{document.id}/chi-dao")
        leader.send("/chi-dao", lead="u:GDTRH")
    line = desk.line(second.id, "gdtrh")
    head = desk.browser("dungmh")
    head.open(f"/xu-ly/{first.id}/luot/{line.id}/giao", status=404)
