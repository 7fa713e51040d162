"""Following up through the front doors: figures, boards, daily reports, problems, clerks of waiting letters."""

from __future__ import annotations

import pypdfium2

from mailsvc.documents.routing import directing
from mailsvc.documents.tasks import giving
from mailsvc.documents.tasks.giving import NewTask
from tests.office.following_world import actor, give, tick, told
from tests.office.incoming_world import Browser, Desk, lead
from tests.office.test_r29_statistics import texts_of
from tests.places import SAMPLES


def rows(browser: Browser) -> list[list[str]]:
    """The rows of all tables of the page."""
    return [[" ".join(cell.text_content().split()) for cell in row] for row in browser.page.iter("tr")]


def sums(browser: Browser) -> dict[str, str]:
    """The figures above the tables, by their words."""
    found = browser.page.xpath("//ul[@class='sums']/li")
    return {one[1].text_content(): one[0].text_content() for one in found}


def test_r29_r30_r32_figures_on_the_web(open_desk: Desk) -> None:
    desk = open_desk
    desk.set_time("2026-11-23 08:00")
    document = desk.paper()
    desk.write(directing.direct, desk["nganltt"], document.id, "Làm.", [lead("u:GDTRH", "24/11/2026")], version=1)
    give(desk, "dungmh", "Rà soát sách", "khuetm", deadline="24/11/2026")
    desk.set_time("2026-11-27 15:00")
    chief = desk.browser("lyhc")
    text = chief.open("/thong-ke")
    assert "tuần từ 23/11/2026 đến 29/11/2026" in text
    assert (sums(chief)["Văn bản đến"], sums(chief)["Quá hạn"]) == ("1", "2")
    assert ["Phòng Giáo dục Trung học", "1", "1", "0", "0", "", "2", "2", "0", "2"] in rows(chief)
    assert "Tháng 11" not in text and "tháng 11/2026" in chief.open("/thong-ke?ky=thang")
    answer = chief.client.get("/thong-ke?tu=23/11/2026&den=27/11/2026&dang=xlsx")
    assert "Phòng Giáo dục Trung học" in texts_of(answer.content, "xl/worksheets/sheet2.xml")
    assert "thong-ke-2026-11-23-2026-11-27.xlsx" in answer.headers["content-disposition"]
    text = chief.open("/thong-ke/qua-han")
    assert "Quá hạn 3 ngày làm việc" in text and "Rà soát sách" in text
    head = desk.browser("dungmh")
    text = head.open("/thong-ke/don-vi")
    assert "Phòng Giáo dục Trung học" in text
    assert ["Trương Minh Khuê Chuyên viên", "1", "1", "0", "1"] in rows(head)
    head.open("/thong-ke/don-vi?ma=KHTC", status=404)
    head.open("/thong-ke")
    assert sums(head) == {} and len(rows(head)) == 2
    officer = desk.browser("khuetm")
    for page in ("/thong-ke", "/thong-ke/don-vi", "/thong-ke/qua-han", "/thong-ke/thi-dua", "/thong-ke/giao-ban"):
        assert officer.client.get(page).status_code == 403
    evaluator = desk.browser("truccx")  # administrators read figures, never what the work is about
    text = evaluator.open("/thong-ke/don-vi?ma=GDTRH")
    assert "Quá hạn" in text and "Rà soát sách" not in text
    assert evaluator.client.get("/thong-ke/qua-han").status_code == 403
    tick(desk)
    text = chief.open("/thong-ke/giao-ban")
    assert "Tuần từ 23/11/2026 đến 29/11/2026" in text
    page = next(one.get("href") for one in chief.page.iter("a") if "/giao-ban/" in (one.get("href") or ""))
    assert "Danh sách quá hạn" in chief.open(page) and "Rà soát sách" in chief.text
    assert chief.client.get(page + "?dang=docx").content.startswith(b"PK")
    printed = pypdfium2.PdfDocument(chief.client.get(page + "?dang=pdf").content)
    shown = " ".join(printed[n].get_textpage().get_text_range() for n in range(len(printed)))
    assert "BÁO CÁO KẾT QUẢ" in shown and "Phòng Giáo dục Trung học" in shown and "Trang 1/" in shown
    assert head.client.get(page).status_code == 403


def test_r60_the_yearly_table_on_the_web(open_desk: Desk) -> None:
    desk = open_desk
    desk.set_time("2026-11-23 08:00")
    new = NewTask("Tham mưu kế hoạch", "", desk["khuetm"], (), "24/11/2026", advisory=True)
    task = desk.write(giving.send, actor(desk, "dungmh"), new)
    desk.set_time("2026-11-26 08:00")
    chief = desk.browser("lyhc")
    text = chief.open("/thong-ke/thi-dua")
    assert ["Trương Minh Khuê", "1", "0", "0", "1", "0,0 %", "0"] in rows(chief) and "Quá hạn, chưa nộp" in text
    officer = desk.browser("khuetm")
    page = f"/cong-viec/{task.id}"
    officer.open(page)
    officer.send(page + "/bao-cao", noi_dung="Đã trình.", files=[])
    officer.send(page + "/kien-nghi", noi_dung="Mất điện cả ngày.")
    chief.open(page)
    asked = next(form.get("action") for form in chief.page.forms if "/de-nghi/" in (form.get("action") or ""))
    assert "Chấp nhận kiến nghị" in chief.send(asked, dong_y="1", noi_dung="Đúng.")
    text = chief.open("/thong-ke/thi-dua")
    assert ["Trương Minh Khuê", "1", "1", "0", "0", "100,0 %", "0"] in rows(chief) and "chấp nhận kiến nghị" in text
    answer = chief.client.get("/thong-ke/thi-dua?nam=2026&dang=xlsx")
    assert "Tham mưu kế hoạch" in texts_of(answer.content, "xl/worksheets/sheet3.xml")


def test_r36_daily_reports_on_the_web(open_desk: Desk) -> None:
    desk = open_desk
    officer, head = desk.browser("khuetm"), desk.browser("dungmh")
    officer.open("/bao-cao-ngay")
    assert "hoặc chọn “không phát sinh”" in officer.send("/bao-cao-ngay", status=422)
    text = officer.send("/bao-cao-ngay", noi_dung="Đã rà soát 12 đầu sách.")
    assert "Đã ghi báo cáo ngày." in text and "Đã rà soát 12 đầu sách." in text
    other = desk.browser("hand")
    other.open("/bao-cao-ngay")
    other.send("/bao-cao-ngay", khong_phat_sinh="1")
    text = head.open("/bao-cao-ngay")
    reported = {row[0]: row[2] for row in rows(head)[1:]}
    assert reported["Trương Minh Khuê"] == "Đã rà soát 12 đầu sách."
    assert (reported["Ngô Diễm Hà"], reported["Huỳnh Quốc Nghĩa"]) == ("Không phát sinh", "Chưa báo cáo")
    assert "Võ Hoài Phượng" not in text
    assert "Ngày nghỉ." in head.open("/bao-cao-ngay?ngay=22/11/2026")
    assert "Huỳnh Quốc Nghĩa" not in officer.open("/bao-cao-ngay")


def test_r58_problems_are_told_answered_and_overdue_ones_listed(open_desk: Desk) -> None:
    desk = open_desk
    desk.set_time("2026-11-24 09:00")
    officer, chief = desk.browser("khuetm"), desk.browser("lyhc")
    officer.open("/vuong-mac")
    officer.send("/vuong-mac", tieu_de="Không ký số được", noi_dung="Thẻ hết hạn.")
    assert told(desk, "Vướng mắc") == [("2026-11-24 09:00", "lyhc", "Vướng mắc: Không ký số được")]
    page = "/vuong-mac/1"
    assert "Đang chờ Chánh Văn phòng" in officer.open(page)
    desk.browser("hand").open(page, status=404)
    desk.set_time("2026-11-30 07:00")  # three working days were Friday 27th
    tick(desk)
    assert [one for one in told(desk, "Quá hạn") if one[1] == "lyhc"] == [
        ("2026-11-30 07:00", "lyhc", "Quá hạn 1 ngày làm việc, hạn 27/11/2026: Vướng mắc của Trương Minh Khuê: "
                                     "Không ký số được")
    ]  # fmt: skip
    officer, chief = desk.browser("khuetm"), desk.browser("lyhc")  # the sessions of last week are over
    assert "Quá hạn trả lời · 27/11/2026" in chief.open("/vuong-mac")
    chief.open(page)
    assert "Đã trả lời" in chief.send(page, tra_loi="Gia hạn thẻ ở phòng KT-CNTT.")
    assert "Gia hạn thẻ ở phòng KT-CNTT." in officer.open(page)
    assert [one[1] for one in told(desk, "Trả lời vướng mắc")] == ["khuetm"]
    assert "1/1" not in officer.text and "Vướng mắc đã trả lời" in chief.open("/thong-ke")


def test_r23_a_letter_without_a_clerk_for_an_hour_is_told_to_the_head_of_the_office(open_desk: Desk) -> None:
    desk = open_desk
    desk.set_time("2026-11-24 10:45")
    desk.arrive((SAMPLES / "mail" / "01-ext-truong-scan.eml").read_bytes())
    desk.arrive((SAMPLES / "mail" / "01-ext-ubnd-tinh.eml").read_bytes())
    clerk, chief = desk.browser("daonth"), desk.browser("lyhc")
    clerk.open("/van-ban-den/phan-cong")
    action = next(one.get("action") for one in clerk.page.forms if "phan-cong/2" in (one.get("action") or ""))
    assert "Đã phân công." in clerk.send(action)  # the second letter has a clerk, the first has not
    desk.set_time("2026-11-24 13:40")  # 45 minutes before noon, 10 after
    tick(desk)
    assert told(desk, "Quá thời hạn phân công") == []
    desk.set_time("2026-11-24 13:45")
    tick(desk)
    tick(desk)
    late = "Quá thời hạn phân công văn thư, 13:45 ngày 24/11/2026: Thư chờ vào sổ chưa có văn thư nhận: Gửi Tờ trình"
    assert told(desk, "Quá thời hạn phân công") == [("2026-11-24 13:45", "lyhc", late)]
    text = chief.open("/van-ban-den/phan-cong")
    assert "Gửi Tờ trình" in text and "Chưa có văn thư" in text
    assert "Đã đổi văn thư trực." in chief.send("/van-ban-den/phan-cong/truc", van_thu=str(desk["locpv"]))
    assert "Chưa có văn thư" not in chief.open("/van-ban-den/phan-cong")
    assert "Đã phân công." in chief.send("/van-ban-den/phan-cong/1", van_thu=str(desk["daonth"]))
    assert [one[1] for one in told(desk, "Được phân công")] == ["daonth"]
    assert desk.browser("khuetm").client.get("/van-ban-den/phan-cong").status_code == 403
