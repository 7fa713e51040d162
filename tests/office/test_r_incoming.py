"""Incoming documents as the regulation wants them, through the front doors: SMTP, IMAP, web."""

from __future__ import annotations

import email
import io
from email import policy
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from PIL import Image

from mailsvc.documents.routing import closing, directing
from mailsvc.store import audit, documents, intake
from tests.documents.making import docx_table
from tests.documents.papers import PAPERS
from tests.office.incoming_world import CLERKS, ORG, WORK, Browser, Desk, inform, lead

INTAKE = "Văn bản đến/Chờ vào sổ"


def scan(mode: str = "RGB", dpi: int = 200, text: int = 0) -> bytes:
    """A page scanned into a PDF."""
    page = Image.new(mode, (round(8.27 * dpi), round(11.69 * dpi)), color="white" if mode == "RGB" else 240 - text)
    out = io.BytesIO()
    page.save(out, "PDF", resolution=dpi)
    return out.getvalue()


def letter(subject: str, *files: tuple[str, bytes]) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "Văn phòng <vpub@ubnd-demo.example>", CLERKS, subject
    message["Message-ID"] = f"<{abs(hash(subject))}@ubnd-demo.example>"
    message.set_content("Kính gửi văn bản.")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    return message


def enter(browser: Browser, entry_id: int, **fields: str) -> str:
    """Enter what waits in the register; the address of the document."""
    browser.open(f"/van-ban-den/cho-vao-so/{entry_id}")
    browser.send(f"/van-ban-den/cho-vao-so/{entry_id}", **fields)
    return browser.answer.url.path


def entries(desk: Desk) -> list[Any]:
    found = desk.read(intake.listing, ORG, ("waiting", "registered", "held", "dismissed"), limit=100)
    return sorted(found, key=lambda one: one.id)


def attached_files(desk: Desk, username: str) -> list[tuple[str, int]]:
    """(name, octets) of the files attached to what lies in the work folder, as a mail client fetches it."""
    found = []
    with desk.mail(username) as client:
        client.select_folder(WORK)
        for data in client.fetch(client.search(), ["BODY.PEEK[]"]).values():
            letter = email.message_from_bytes(data[b"BODY[]"], policy=policy.default)
            found += [(str(one.get_filename()), len(one.get_content())) for one in letter.iter_attachments()]
    return found


def test_r04_every_channel_leads_to_the_one_who_directs(open_desk: Desk) -> None:
    """R4: documents from every source are entered by the clerks and submitted; source and file are kept."""
    desk, clerk = open_desk, open_desk.browser("daonth")
    first, others = scan(text=1), [scan(text=n) for n in (2, 3, 4)]
    sizes = [(f"cv{n}.pdf", len(data)) for n, data in enumerate(others, 2)]
    desk.arrive(letter("CV 1", ("cv1.pdf", first)).as_bytes())  # straight to the clerks
    forwarded = EmailMessage()  # by a colleague
    forwarded["From"], forwarded["To"] = "khuetm@sogddt.tayninh.gov.vn", CLERKS
    forwarded["Subject"] = "Fwd: CV 2"
    forwarded.set_content("Kính chuyển.")
    forwarded.add_attachment(letter("CV 2", ("cv2.pdf", others[0])), filename="thu.eml")
    desk.submit("khuetm", forwarded)
    with desk.mail("daonth") as client:  # filed by a mail client
        client.append(INTAKE, letter("CV 3", ("cv3.pdf", others[1])).as_bytes())
    clerk.open("/van-ban-den/tai-len")  # scanned paper
    clerk.send("/tai-len", tieu_de="CV 4", files=[("tep", ("cv4.pdf", others[2]))])
    channels = [one.channel for one in entries(desk)]
    assert channels == ["email", "forward", "folder", "scan"]
    for number, entry in enumerate(entries(desk), 1):
        place = enter(clerk, entry.id, issuer="UBND tỉnh", subject=f"Văn bản {number}", code=f"{number}/UBND-VX")
        assert place == f"/van-ban-den/2026/{number}"
    clerk.open("/van-ban-den/moi")  # paper without a scan
    clerk.send("/van-ban-den/moi", issuer="UBND tỉnh", subject="Văn bản 5", code="5/UBND-VX")
    for number in range(1, 6):
        document = desk.read(documents.by_number, ORG, "in", 2026, number)
        clerk.open(f"/xu-ly/{document.id}/trinh")
        assert "Chờ chỉ đạo" in clerk.send("/trinh")
        files = desk.read(documents.files_of, document.id)
        assert [one.name for one in files] == ([] if number == 5 else [f"cv{number}.pdf"])
        assert desk.flow(document.id).paper == ("submitted" if number == 5 else "none")
    assert len(desk.folder("nganltt", WORK)) == 5
    assert attached_files(desk, "nganltt") == [("cv1.pdf", len(first)), *sizes]  # the one on paper has none
    clerk.open("/van-ban-den/tai-len")  # the same file on another way
    text = clerk.send("/tai-len", files=[("tep", ("ban sao.pdf", first))])
    assert "trùng với thư đã vào sổ" in text


def test_r23_what_is_not_passed_on_is_seen_and_every_hand_over_is_written_down(open_desk: Desk) -> None:
    """R23: clerks follow what comes in; each of them sees the other's work, each hand-over is logged."""
    desk, other = open_desk, open_desk.browser("locpv")
    document = desk.paper()
    assert "Chưa chuyển 1" in other.open("/van-ban-den/theo-doi")
    assert document.subject in other.text
    other.open(f"/xu-ly/{document.id}/trinh")
    other.send("/trinh", noi_dung="Đề nghị giao GDTrH.")
    assert document.subject not in other.open("/van-ban-den/theo-doi")
    assert document.subject in other.open("/van-ban-den/theo-doi?muc=cho-chi-dao")
    steps = desk.read(audit.of, f"document/{document.id}")
    handed = next(one for one in steps if one["action"] == "document.submitted")
    assert (handed["actor_id"], handed["post"]) == (desk["locpv"], "van_thu@VP")
    assert "Phạm Văn Lộc" in other.open(f"/xu-ly/{document.id}")


def test_r26_a_scan_that_is_not_as_the_rule_wants_is_flagged_and_kept(open_desk: Desk) -> None:
    """R26: paper is scanned (PDF 1.4, colour, 200 dpi) and goes on as an incoming document."""
    desk, clerk = open_desk, open_desk.browser("daonth")
    clerk.open("/van-ban-den/tai-len")
    text = clerk.send("/tai-len", files=[("tep", ("xam.pdf", scan("L", 150)))])
    assert "150 dpi; quy định ít nhất 200 dpi" in text and "quét màu" in text and "Điều 22" in text
    clerk.open("/van-ban-den/tai-len")
    text = clerk.send("/tai-len", files=[("tep", ("mau.pdf", scan("RGB", 300)))])
    assert "quy định" not in text.replace("theo quy định", "")
    clerk.open("/van-ban-den/tai-len")
    text = clerk.send("/tai-len", files=[("tep", ("hong.pdf", b"%PDF-1.4 hong"))])
    assert "không đọc được; tệp vẫn được giữ" in text
    place = enter(clerk, entries(desk)[-1].id, issuer="Bộ GDĐT", subject="Văn bản giấy", code="9/BGDĐT-VP")
    assert "hong.pdf" in clerk.open(place)
    assert "Chưa trình, chưa chuyển" in clerk.text
    clerk.open("/van-ban-den/tai-len")
    assert "rỗng" in clerk.send("/tai-len", status=422, files=[("tep", ("rong.pdf", b""))])


def test_r26_what_the_scanner_read_fills_the_form(open_desk: Desk) -> None:
    """An uploaded document is read like one that came by mail."""
    desk, clerk = open_desk, open_desk.browser("daonth")
    clerk.open("/van-ban-den/tai-len")
    clerk.send("/tai-len", files=[("tep", ("cv.docx", docx_table(next(iter(PAPERS.values())))))])
    assert entries(desk)[0].channel == "scan"


def test_r15_what_is_to_be_known_counts_as_read_only_when_it_was_opened(open_desk: Desk) -> None:
    """R15: unread counters and read receipts tell the facts."""
    desk = open_desk
    document = desk.paper()
    orders = [lead("u:GDTRH"), inform(f"p:{desk['hand']}")]
    desk.write(directing.direct, desk["nganltt"], document.id, "Để biết.", orders, version=1)
    officer, leader = desk.browser("hand"), desk.browser("nganltt")
    assert "1 việc chờ" in officer.open("/viec") and "Mới" in officer.text
    assert desk.line(document.id, "hand").read_ms is None  # a list is not the document
    officer.open(f"/xu-ly/{document.id}")
    assert desk.line(document.id, "hand").read_ms == desk.clock.now_ms()
    assert "việc chờ" not in officer.open("/viec")
    assert "· đọc 12:00" in leader.open(f"/xu-ly/{document.id}")
    assert desk.line(document.id, "gdtrh").read_ms is None


def overdue(desk: Desk, receiver: str) -> int:
    """A document whose deadline has passed unhandled; its id."""
    document = desk.paper()
    desk.write(directing.direct, desk["nganltt"], document.id, "", [lead(receiver, "25/11/2026")], version=1)
    desk.set_time("2026-11-26 08:00")
    return document.id


def test_r32_what_lies_with_a_unit_beyond_its_deadline_is_late(open_desk: Desk) -> None:
    """R32: documents in the mailbox of a unit are handled in time; what is late shows."""
    desk = open_desk
    document_id = overdue(desk, "u:GDTRH")
    head = desk.browser("dungmh")
    assert "Quá hạn 1" in head.open("/viec") and "quá hạn 1 ngày" in head.text
    clerk = desk.browser("daonth")
    assert "tăng cường phòng" in clerk.open("/van-ban-den/theo-doi?muc=qua-han")
    assert "chip stamp" in clerk.client.get(f"/xu-ly/{document_id}").text
    assert len(desk.folder("gdtrh", WORK)) == 1  # it still lies in the unit's mailbox


def test_r38_what_lies_with_a_person_is_answered_in_time(open_desk: Desk) -> None:
    """R38: the same for one's own account: the clock runs per line, an answer in time ends it."""
    desk = open_desk
    document_id = overdue(desk, f"p:{desk['khuetm']}")
    officer = desk.browser("khuetm")
    assert "Quá hạn 1" in officer.open("/viec")
    desk.reply("khuetm", desk.letter_of("khuetm"), "Báo cáo: đã gửi số liệu.")
    assert "Quá hạn 1" not in officer.open("/viec")
    line = desk.line(document_id, "khuetm")
    assert line.state == "reported" and line.reported_ms == desk.clock.now_ms()
    assert "Đã báo cáo" in desk.browser("nganltt").open("/viec")


def test_r33_a_document_is_closed_with_its_soft_file_or_a_consent(open_desk: Desk) -> None:
    """R33: heads order the closing with the processed soft document; the gate before a number asks for it."""
    desk = open_desk
    document = desk.paper()
    desk.write(directing.direct, desk["nganltt"], document.id, "", [lead("u:GDTRH")], version=1)
    head, leader = desk.browser("dungmh"), desk.browser("nganltt")
    place, line = f"/xu-ly/{document.id}", desk.line(document.id, "gdtrh")
    head.open(place)
    refused = head.send(f"/luot/{line.id}/ket-thuc", status=403, ly_do="Đã xử lý.")
    assert "Điều 9 khoản 4" in refused and "closing.needs_file" in refused
    assert not desk.read(closing.is_closed, document.id)
    head.send(f"/luot/{line.id}/xin-ket-thuc", ly_do="Chỉ để thực hiện.")
    assert "Xin kết thúc không cần văn bản trả lời" in leader.open("/viec")
    leader.open(place)
    (asked,) = (form for form in leader.page.forms if "/de-nghi/" in str(form.get("action")))
    leader.send(str(asked.get("action")), dong_y="0", ly_do="Phải trả lời UBND.")
    head.open(place)
    assert "Phải trả lời UBND." in head.text
    text = head.send(f"/luot/{line.id}/ket-thuc", files=[("tep", ("tra loi.docx", b"PK\x03\x04 tra loi"))])
    assert "Hoàn thành" in text and "Văn bản xử lý" in text
    assert desk.read(closing.is_closed, document.id)


def test_r44_the_same_gate_holds_for_an_officer(open_desk: Desk) -> None:
    """R44: officers close incoming documents with the soft document attached."""
    desk = open_desk
    document = desk.paper()
    desk.write(directing.direct, desk["nganltt"], document.id, "", [lead(f"p:{desk['khuetm']}")], version=1)
    officer, line = desk.browser("khuetm"), desk.line(document.id, "khuetm")
    officer.open(f"/xu-ly/{document.id}")
    assert "Điều 10 khoản 8" in officer.send(f"/luot/{line.id}/ket-thuc", status=403, ly_do="Xong.")
    officer.open(f"/xu-ly/{document.id}")
    version = desk.line(document.id, "khuetm").version
    text = officer.send(
        f"/luot/{line.id}/bao-cao", noi_dung="Đã trả lời.", ket_thuc="1",
        files=[("tep", ("cv tra loi.docx", b"PK\x03\x04 cv"))],
    )  # fmt: skip
    assert "Hoàn thành" in text and desk.line(document.id, "khuetm").version > version
