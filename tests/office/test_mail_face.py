"""Assigned work in a mail client: letters, answers, moves between the work folders."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from mailsvc.documents.mail_replies import meant
from mailsvc.documents.routing import directing, handling
from mailsvc.message.replied import own_words
from mailsvc.store import routing
from tests.office.incoming_world import DONE, RETURNED, WORK, Desk, cooperate, inform, lead

SHARED = "Dùng chung/gdtrh/"


def given(desk: Desk, *orders: object) -> int:
    """A document directed to people; its id."""
    document = desk.paper()
    desk.write(directing.direct, desk["nganltt"], document.id, "Xử lý giúp.", orders, version=1)
    return document.id


def inbox(desk: Desk, username: str) -> list[str]:
    return desk.folder(username, "INBOX")


def move(desk: Desk, username: str, source: str, target: str, *, by_copy: bool = False) -> None:
    with desk.mail(username) as client:
        client.select_folder(source)
        uids = client.search()
        if by_copy:
            client.copy(uids, target)
            client.delete_messages(uids)
            client.expunge(uids)
        else:
            client.move(uids, target)


def test_an_answer_is_an_opinion(open_desk: Desk) -> None:
    desk = open_desk
    document_id = given(desk, lead(f"p:{desk['khuetm']}"))
    letter = desk.letter_of("khuetm")
    assert "Xử lý giúp." in letter.get_body().get_content()
    desk.reply("khuetm", letter, "Đề nghị phòng KHTC cung cấp số liệu.")
    (said,) = desk.read(routing.opinions_of, document_id)
    assert (said.text, said.kind, said.author_id) == (
        "Đề nghị phòng KHTC cung cấp số liệu.", "opinion", desk["khuetm"],
    )  # fmt: skip
    assert inbox(desk, "nganltt") and not inbox(desk, "vanthu")
    assert desk.line(document_id, "khuetm").state == "read"


def test_an_answer_with_a_file_is_the_report(open_desk: Desk) -> None:
    desk = open_desk
    document_id = given(desk, lead(f"p:{desk['khuetm']}", "30/11/2026"))
    desk.reply("khuetm", desk.letter_of("khuetm"), "Gửi dự thảo.", ("Công văn trả lời.docx", b"PK\x03\x04 word"))
    line = desk.line(document_id, "khuetm")
    assert (line.state, line.holder_id) == ("reported", desk["nganltt"])
    assert desk.folder("khuetm", WORK) == [] and len(desk.folder("khuetm", DONE)) == 1
    browser = desk.browser("nganltt")
    assert "Công văn trả lời.docx" in browser.open(f"/xu-ly/{document_id}")
    assert browser.client.get(f"/xu-ly/{document_id}/tep/0").content == b"PK\x03\x04 word"
    desk.reply("khuetm", desk.letter_of("khuetm", DONE), "Kết thúc: đã trình ký.")
    assert desk.flow(document_id).state == "done"


def test_the_words_of_an_answer_tell_the_act(open_desk: Desk) -> None:
    desk = open_desk
    document_id = given(desk, lead(f"p:{desk['khuetm']}", "30/11/2026"), cooperate(f"p:{desk['hand']}"))
    desk.reply("khuetm", desk.letter_of("khuetm"), "Xin gia hạn đến 04/12/2026: chờ số liệu.")
    (asked,) = desk.read(routing.requests_of, document_id)
    assert (asked.kind, asked.wanted) == ("extension", "2026-12-04")
    desk.reply("hand", desk.letter_of("hand"), "Trả lại: không thuộc mảng của tôi.")
    line = desk.line(document_id, "hand")
    assert (line.state, line.reason) == ("returned", "không thuộc mảng của tôi.")
    assert len(desk.folder("hand", RETURNED)) == 1


def test_what_cannot_be_done_is_kept_and_told(open_desk: Desk) -> None:
    desk = open_desk
    document_id = given(desk, lead(f"p:{desk['khuetm']}"))
    desk.reply("khuetm", desk.letter_of("khuetm"), "Kết thúc: đã biết.")
    assert desk.flow(document_id).state == "directed"
    (said,) = desk.read(routing.opinions_of, document_id)
    assert said.kind == "opinion"
    assert any(one.startswith("Chưa làm được") for one in inbox(desk, "khuetm"))
    assert "Điều 9 khoản 4" in desk.letter_of("khuetm", "INBOX").get_body().get_content()


def test_only_the_receivers_own_account_answers(open_desk: Desk) -> None:
    desk = open_desk
    document_id = given(desk, lead(f"p:{desk['khuetm']}"))
    letter = desk.letter_of("khuetm")
    desk.reply("hand", letter, "Báo cáo: xong.")
    outside = EmailMessage()
    outside["From"], outside["To"] = "khuetm@sogddt.tayninh.gov.vn", str(letter["Reply-To"])
    outside["In-Reply-To"], outside["Subject"] = str(letter["Message-ID"]), "Re: việc"
    outside.set_content("Báo cáo: xong.")
    address = str(letter["Reply-To"]).rpartition("<")[2].rstrip(">")
    desk.arrive(outside.as_bytes(policy=SMTP), address)
    assert desk.read(routing.opinions_of, document_id) == []
    assert desk.line(document_id, "khuetm").state == "unread"
    assert len(inbox(desk, "vanthu")) == 2  # ordinary letters to the clerks
    assert [one for one in inbox(desk, "hand") if one.startswith("Chưa ghi vào văn bản")] == [
        "Chưa ghi vào văn bản số đến 1/2026"
    ]


def test_a_move_reports_or_comes_back(open_desk: Desk) -> None:
    desk = open_desk
    document_id = given(desk, lead(f"p:{desk['khuetm']}"), cooperate(f"p:{desk['hand']}"), inform(f"p:{desk['antc']}"))
    move(desk, "hand", WORK, DONE)
    assert desk.line(document_id, "hand").state == "reported"
    handling_folders(desk, "khuetm")
    move(desk, "khuetm", WORK, DONE)
    assert desk.line(document_id, "khuetm").state in ("unread", "read")
    assert len(desk.folder("khuetm", WORK)) == 1 and desk.folder("khuetm", DONE) == []
    told = desk.letter_of("khuetm", "INBOX")
    assert "tệp mềm" in told.get_body().get_content()


def handling_folders(desk: Desk, username: str) -> None:
    """Work folders are there from the first letter of work on."""
    with desk.mail(username) as client:
        names = [name for _, _, name in client.list_folders()]
    assert {WORK, DONE} <= set(names)


@pytest.mark.parametrize("by_copy", [False, True])
def test_clients_with_and_without_move(open_desk: Desk, by_copy: bool) -> None:
    desk = open_desk
    document_id = given(desk, lead("u:KHTC"), cooperate(f"p:{desk['hand']}"))
    move(desk, "hand", WORK, RETURNED, by_copy=by_copy)
    assert desk.line(document_id, "hand").state == "unread"
    assert len(desk.folder("hand", WORK)) == 1 and desk.folder("hand", RETURNED) == []
    assert "Trả lại phải ghi lý do" in desk.letter_of("hand", "INBOX").get_body().get_content()
    move(desk, "hand", WORK, DONE, by_copy=by_copy)
    assert desk.line(document_id, "hand").state == "reported"
    assert desk.folder("hand", WORK) == [] and len(desk.folder("hand", DONE)) == 1
    move(desk, "hand", DONE, WORK, by_copy=by_copy)
    assert desk.line(document_id, "hand").state == "progress"


def test_members_of_a_unit_do_not_end_its_work_by_moving(open_desk: Desk) -> None:
    desk = open_desk
    document_id = given(desk, lead("u:KHTC"), cooperate("u:GDTRH"))
    move(desk, "khuetm", SHARED + WORK, SHARED + DONE)
    assert desk.line(document_id, "gdtrh").state == "unread"
    assert any("Đã đưa thư về" in one for one in inbox(desk, "khuetm"))
    move(desk, "dungmh", SHARED + WORK, SHARED + DONE)
    assert desk.line(document_id, "gdtrh").state == "reported"


def test_a_letter_seen_in_a_mail_client_cannot_be_recalled(open_desk: Desk) -> None:
    from mailsvc.core.errors import Refused
    from mailsvc.documents.routing import recalling

    desk = open_desk
    document_id = given(desk, lead(f"p:{desk['khuetm']}"))
    with desk.mail("khuetm") as client:
        client.select_folder(WORK)
        client.add_flags(client.search(), [b"\\Seen"])
    line = desk.line(document_id, "khuetm")
    with pytest.raises(Refused, match="đã đọc"):
        desk.write(recalling.recall, desk["nganltt"], line.id, version=line.version)


def test_an_answer_sent_again_is_written_once(open_desk: Desk) -> None:
    desk = open_desk
    document_id = given(desk, lead(f"p:{desk['khuetm']}"))
    letter = desk.letter_of("khuetm")
    message = EmailMessage()
    message["From"], message["To"] = "khuetm@sogddt.tayninh.gov.vn", str(letter["Reply-To"])
    message["Subject"], message["Message-ID"] = "Re: việc", "<mot-thu@sogddt.tayninh.gov.vn>"
    message.set_content("Gửi số liệu.")
    message.add_attachment(
        b"PK\x03\x04 so lieu", maintype="application", subtype="octet-stream", filename="so lieu.xlsx"
    )
    for _ in range(2):  # the client did not hear the first 250
        desk.submit("khuetm", message)
    assert len(desk.read(routing.opinions_of, document_id)) == 1
    assert len(inbox(desk, "nganltt")) == 1


def test_an_answer_with_a_mark_of_secrecy_is_held(open_desk: Desk) -> None:
    desk = open_desk
    document_id = given(desk, lead(f"p:{desk['khuetm']}"))
    letter = desk.letter_of("khuetm")
    del letter["Subject"]
    letter["Subject"] = "MẬT: số liệu"
    desk.reply("khuetm", letter, "Báo cáo: như văn bản TỐI MẬT kèm theo.", ("mat.pdf", b"%PDF-1.4"))
    assert desk.read(routing.opinions_of, document_id) == []
    assert desk.line(document_id, "khuetm").state == "unread"


def test_opening_the_letter_counts_as_reading(open_desk: Desk) -> None:
    desk = open_desk
    document_id = given(desk, lead(f"p:{desk['khuetm']}"), inform(f"p:{desk['hand']}"))
    with desk.mail("khuetm") as client:
        client.select_folder(WORK)
        client.fetch(client.search(), ["BODY[TEXT]"])
    assert desk.write(handling.note_seen) == 1
    assert desk.line(document_id, "khuetm").state == "read"
    with desk.mail("hand") as client:
        client.select_folder("Văn bản/Để biết")
        client.add_flags(client.search(), [b"\\Seen"])
    assert "Đã đọc" in desk.browser("nganltt").open(f"/xu-ly/{document_id}")
    assert desk.line(document_id, "hand").is_open == 0


def test_what_one_of_a_unit_has_opened_the_unit_has_read(open_desk: Desk) -> None:
    desk = open_desk
    document_id = given(desk, lead("u:GDTRH"))
    with desk.mail("dungmh") as client:
        client.select_folder(SHARED + WORK)
        client.fetch(client.search(), ["BODY[TEXT]"])
    assert desk.write(handling.note_seen) == 1
    assert desk.line(document_id, "gdtrh").state == "read"


def test_reading_on_the_page_marks_the_letter(desk: Desk) -> None:
    document_id = given(desk, lead(f"p:{desk['khuetm']}"))
    desk.write(handling.read, desk["khuetm"], document_id)
    line = desk.line(document_id, "khuetm")
    assert line.state == "read"


@pytest.mark.parametrize(
    ("text", "act", "words"),
    [
        ("BÁO CÁO: Đã xong việc.", "report", "Đã xong việc."),
        ("bao cao ket qua\nDòng hai", "report", "ket qua\nDòng hai"),
        ("Trả lại - nhầm phòng", "return", "nhầm phòng"),
        ("Kết thúc", "close", "Kết thúc"),
        ("Tôi đề nghị báo cáo sau", "opinion", "Tôi đề nghị báo cáo sau"),
    ],
)
def test_what_is_meant(text: str, act: str, words: str) -> None:
    assert meant(text) == (act, words)


@pytest.mark.parametrize(
    "quoted",
    [
        "> cũ",
        "Vào 08:00 24/11/2026, Văn thư đã viết:\n> cũ",
        "On Tue, Nov 24, 2026 at 8:00 AM Văn thư <a@b.vn>\nwrote:\n> cũ",
        "-----Original Message-----\nFrom: Văn thư",
        "________________________________\nTừ: Văn thư",
        "From: Văn thư\nSent: Tuesday, November 24, 2026\nTo: Khuê",
        "Từ: Văn thư <a@b.vn>\nĐến: Khuê",
        "Sent from my iPhone",
        "-- \nKhuê, phòng GDTrH",
    ],
)
def test_the_quoted_letter_is_left_out(quoted: str) -> None:
    assert own_words(f"Ý kiến của tôi.\nDòng hai.\n\n{quoted}\n") == "Ý kiến của tôi.\nDòng hai."


@pytest.mark.parametrize("text", ["Từ ngày mai tôi nghỉ phép.", "Ngày 30/11 tôi gửi số liệu.", "From: nơi khác"])
def test_words_that_only_look_like_a_quote_stay(text: str) -> None:
    assert own_words(f"Kính gửi.\n{text}") == f"Kính gửi.\n{text}"
