"""Tasks through the web's plain forms and in a mail client's folder (R31, R37)."""

from __future__ import annotations

from mailsvc.documents.tasks import doing
from mailsvc.store import tasks
from tests.office.following_world import actor, give, told
from tests.office.incoming_world import DONE, RETURNED, WORK, Desk


def test_r31_a_task_on_the_web(open_desk: Desk) -> None:
    desk = open_desk
    head = desk.browser("dungmh")
    head.open("/cong-viec/moi")
    given = {"title": "Rà soát sách", "lead": str(desk["khuetm"]), "deadline": "28/11/2026"}
    text = head.send("/cong-viec/moi", status=422, **given)
    assert "28/11/2026 là ngày nghỉ; ngày làm việc liền trước là 27/11/2026" in text
    assert head.form("/cong-viec/moi")["title"] == "Rà soát sách"
    text = head.send("/cong-viec/moi", deadline="27/11/2026", content="Lớp 10 đến 12.")
    assert "Đã giao việc" in text and "Mới giao" in text and "Trương Minh Khuê · chưa nhận" in text
    page = head.answer.url.path
    with desk.mail("khuetm") as client:
        client.select_folder(WORK)
        assert client.search(["SUBJECT", "Rà soát sách".encode()], charset="UTF-8") == [1]
    officer = desk.browser("khuetm")
    assert "Rà soát sách" in officer.open("/viec")
    assert "Tên việc" not in officer.open(page)
    assert "Đã nhận việc." in officer.send(page + "/nhan")
    assert "Đang làm, 60 %" in officer.send(page + "/tien-do", tien_do="60", noi_dung="Xong hai khối.")
    result = ("ket-qua.docx", b"PK\x03\x04 ket qua", "application/octet-stream")
    text = officer.send(page + "/bao-cao", noi_dung="Đã rà soát 12 đầu sách.", files=[("tep", result)])
    assert "Đã báo cáo, chờ đánh giá" in text and "ket-qua.docx" in text
    assert officer.client.get(page + "/tep/0").content == b"PK\x03\x04 ket qua"
    assert "Rà soát sách" in head.open("/viec")
    head.open(page)
    text = head.send(page + "/ket-thuc", muc="tot", noi_dung="Tốt.")
    assert "Đã kết thúc" in text and "Hoàn thành tốt. Tốt." in text
    assert desk.folder("khuetm", DONE) == ["[Giao việc] Rà soát sách (hạn 27/11/2026)"]
    slip = head.open(page + "/phieu")
    for words in (
        "PHIẾU GIAO VIỆC", "Người giao: Mai Hoài Dung, Trưởng phòng", "Chủ trì: Trương Minh Khuê", "Lớp 10 đến 12.",
        "Hạn hoàn thành: 27/11/2026", "Mức độ: Thường", "Báo cáo: Đã rà soát 12 đầu sách.", "chỉ đạo hành chính",
    ):  # fmt: skip
        assert words in slip
    assert [one[1] for one in told(desk, "Báo cáo hoàn thành")] == ["dungmh"]


def test_r31_a_sent_task_offers_no_way_to_change_it(open_desk: Desk) -> None:
    desk = open_desk
    head = desk.browser("dungmh")
    head.open("/cong-viec/moi")
    head.send("/cong-viec/moi", title="Việc", lead=str(desk["khuetm"]))
    page = head.answer.url.path
    actions = {form.get("action") for form in head.page.forms}
    assert {page + "/bo-sung", page + "/rut"} <= actions and not any("sua" in (one or "") for one in actions)
    assert head.client.post(page, data={"title": "Khác"}).status_code == 405
    assert "Bổ sung: Thêm lớp 9." in head.send(page + "/bo-sung", noi_dung="Thêm lớp 9.")
    task = desk.read(tasks.get, int(page.rpartition("/")[2]))
    assert (task.title, task.content) == ("Việc", "")
    other = desk.browser("phuongvh")
    other.open(page, status=404)
    other.open("/cong-viec/moi")
    assert "không có quyền giao việc" in other.text
    leader = desk.browser("nganltt")
    leader.open("/cong-viec/moi")
    assert "Trần Công Hậu" in leader.text  # a principal


def test_r37_refused_acknowledged_extended_urged_on_the_web(open_desk: Desk) -> None:
    desk = open_desk
    head, officer = desk.browser("dungmh"), desk.browser("khuetm")
    head.open("/cong-viec/moi")
    head.send("/cong-viec/moi", title="Việc", lead=str(desk["khuetm"]), deadline="27/11/2026")
    page = head.answer.url.path
    officer.open(page)
    assert "Bị từ chối, chờ người giao" in officer.send(page + "/tu-choi", noi_dung="Đang nghỉ phép.")
    head.open(page)
    assert "từ chối: Đang nghỉ phép." in head.text
    head.send(page + "/van-giao", noi_dung="Làm khi đi làm lại.")
    officer.open(page)
    officer.send(page + "/xin-gia-han", han="01/12/2026", noi_dung="Vừa đi làm lại.")
    head.open(page)
    asked = next(form.get("action") for form in head.page.forms if "/de-nghi/" in (form.get("action") or ""))
    assert "Đồng ý gia hạn đến 01/12/2026" in head.send(asked, dong_y="1")
    chief = desk.browser("lyhc")
    chief.open(page)
    assert "Đã đôn đốc." in chief.send(page + "/don-doc", noi_dung="Gấp.")
    assert "4 giờ làm việc" in chief.send(page + "/don-doc", status=403)
    assert [one[1:] for one in told(desk, "Đôn đốc")] == [("khuetm", "Đôn đốc: Việc được giao: Việc")]


def test_r31_the_mail_face_of_a_task(open_desk: Desk) -> None:
    desk = open_desk
    task = give(desk, "dungmh", "Rà soát sách", "khuetm", "hand", deadline="27/11/2026")
    letter = desk.letter_of("khuetm")
    desk.reply("khuetm", letter, "Đã nhận, em làm ngay.")
    desk.reply("khuetm", letter, "50% xong hai khối")
    desk.reply("hand", desk.letter_of("hand"), "Em gửi số liệu.", ("so-lieu.xlsx", b"PK\x03\x04 so lieu"))
    desk.reply("khuetm", letter, "Xin gia hạn đến 01/12/2026: chờ số liệu lớp 12.")
    desk.reply("khuetm", letter, "Sách nào cần rà soát ạ?")
    desk.reply("dungmh", letter, "Cả sách tham khảo.")
    desk.reply("khuetm", letter, "Báo cáo: đã rà soát 12 đầu sách.", ("ket-qua.docx", b"PK\x03\x04 ket qua"))
    desk.reply("phuongvh", letter, "Tôi cũng báo cáo.")
    events = desk.read(tasks.events_of, task.id)
    assert [(one.kind, one.text) for one in events if one.kind not in ("sent", "acknowledged")] == [
        ("progress", "Đang làm, 50 %. xong hai khối"),
        ("reported", "Báo cáo: Em gửi số liệu."),
        ("extension_asked", "Xin gia hạn đến 01/12/2026. Lý do: Xin gia hạn đến 01/12/2026: chờ số liệu lớp 12."),
        ("remark", "Sách nào cần rà soát ạ?"),
        ("remark", "Cả sách tham khảo."),
        ("reported", "Báo cáo: đã rà soát 12 đầu sách."),
    ]
    assert [one.name for one in desk.read(tasks.files_of, task.id)] == ["so-lieu.xlsx", "ket-qua.docx"]
    assert desk.read(tasks.get, task.id).state == "reported"
    assert [one[1:] for one in told(desk, "Chưa ghi vào")] == [("phuongvh", "Chưa ghi vào công việc: Rà soát sách")]
    head = desk.browser("dungmh")
    head.open(f"/cong-viec/{task.id}")
    assert head.client.get(f"/cong-viec/{task.id}/tep/1").content == b"PK\x03\x04 ket qua"
    desk.reply("khuetm", letter, "Từ chối: bận.")
    assert [one[1] for one in told(desk, "Chưa làm được")] == ["khuetm"]
    assert desk.read(tasks.events_of, task.id)[-1].text == "Từ chối: bận."


def test_r31_moving_the_letter_of_a_task(open_desk: Desk) -> None:
    desk = open_desk
    task = give(desk, "dungmh", "Rà soát sách", "khuetm")
    other = give(desk, "dungmh", "Việc khác", "khuetm")
    desk.write(doing.report, actor(desk, "khuetm"), other.id, "Xong.")  # the folder comes with what is done first
    with desk.mail("khuetm") as client:
        client.select_folder(WORK)
        client.move(client.search(), DONE)
    assert desk.read(tasks.get, task.id).state == "reported"
    assert "Báo cáo: Đã xong (chuyển thư sang “Văn bản/Đã xong”)." in [
        one.text for one in desk.read(tasks.events_of, task.id)
    ]
    again = give(desk, "dungmh", "Việc nữa", "khuetm")
    refused = give(desk, "dungmh", "Việc bị từ chối", "khuetm")
    desk.write(doing.refuse, actor(desk, "khuetm"), refused.id, "Bận.")
    with desk.mail("khuetm") as client:
        client.select_folder(WORK)
        client.move(client.search(["SUBJECT", "Việc nữa".encode()], charset="UTF-8"), RETURNED)
    assert desk.read(tasks.get, again.id).state == "sent"
    assert "[Giao việc] Việc nữa" in desk.folder("khuetm", WORK)
    assert [one[1:] for one in told(desk, "Chưa làm được")] == [("khuetm", "Chưa làm được: Việc nữa")]


def test_a_task_from_a_document(open_desk: Desk) -> None:
    desk = open_desk
    document = desk.paper()
    leader = desk.browser("nganltt")
    leader.open(f"/xu-ly/{document.id}")
    link = next(one.get("href") for one in leader.page.iter("a") if "/cong-viec/moi" in (one.get("href") or ""))
    assert document.subject in leader.open(link)
    leader.send("/cong-viec/moi", lead=str(desk["dungmh"]), deadline="3 ngày")
    page = leader.answer.url.path
    task = desk.read(tasks.get, int(page.rpartition("/")[2]))
    assert (task.document_id, task.title, task.deadline) == (document.id, document.subject, "2026-11-27")
    assert "123/UBND-VX" in leader.open(page + "/phieu")
    head = desk.browser("dungmh")
    head.open(f"/cong-viec/moi?van_ban={document.id + 1000}", status=404)
    assert "Từ văn bản" in head.open(page) and document.subject in head.open(f"/xu-ly/{document.id}")
    desk.browser("khuetm").open(f"/xu-ly/{document.id}", status=404)
