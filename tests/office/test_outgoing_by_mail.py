"""A draft sent to the number-request address from a mail client."""

from __future__ import annotations

from email.message import EmailMessage

from mailsvc.documents.outgoing import deciding, states
from mailsvc.mail.deliver import deliver_letter
from mailsvc.mail.envelope import Client, Envelope, Outcome, Recipient
from mailsvc.mail.letter import from_bytes
from mailsvc.store import contents, documents, intake, mailboxes, outgoing, placements
from tests.office.outgoing_world import ORG, World, word

TO = "vanthu+layso@sogddt.tayninh.gov.vn"


def send(bureau: World, username: str, subject: str, *files: tuple[str, bytes], to: str = TO) -> list[Outcome]:
    """Submit a letter as that person, as the submission door does."""
    message = EmailMessage()
    message["From"] = f"{username}@sogddt.tayninh.gov.vn"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = f"<{abs(hash((username, subject, len(files))))}@may>"
    message.set_content("Kính gửi văn thư.")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    envelope = Envelope(
        "1", "submission", Client(), f"{username}@sogddt.tayninh.gov.vn", (Recipient(to),), bureau.clock.now_ms(),
        account_id=bureau[username],
    )  # fmt: skip
    domains = bureau.office.settings.organisation.domains
    return bureau.office.db.write_now(deliver_letter, domains, envelope, from_bytes(message.as_bytes()))


def last_letter(bureau: World, username: str) -> str:
    box = bureau.office.db.read_now(mailboxes.by_name, bureau[username], "INBOX")
    rows = bureau.office.db.read_now(placements.rows, box.id, 1, box.uidnext, ("content_id",))
    data = bytes(bureau.office.db.read_now(contents.load, bureau.office.blobs, rows[-1][0]))
    import email
    import email.policy

    found = email.message_from_bytes(data, policy=email.policy.default)
    return str(found.get_content())


def test_r24_a_draft_by_mail_enters_the_gate(bureau: World) -> None:
    read = bureau.office.db.read_now
    files = (("quyet-dinh.docx", word("Nội dung")), ("phu-luc.pdf", b"%PDF-1.4 x"))
    assert send(bureau, "khuetm", "Trình lấy số: Quyết định ban hành Kế hoạch kiểm tra", *files)[0].ok
    document = read(documents.listing, documents.Filter(ORG, 2026, "out"), limit=1)[0]
    assert (document.type_name, document.subject) == ("Quyết định", "ban hành Kế hoạch kiểm tra")
    assert bureau.flow(document).state == states.UNIT
    roles = {one.name: one.role for one in read(outgoing.files_of, document.id, 1)}
    assert roles == {"quyet-dinh.docx": "original", "phu-luc.pdf": "annex"}
    assert "Dự thảo 1/2026 đang ở bước “Trình phòng”" in last_letter(bureau, "khuetm")
    content_id = read(outgoing.files_of, document.id, 1)[0].content_id
    assert read(placements.count_of_content, content_id) == 1  # with the clerks
    assert read(intake.counts, ORG) == {}  # and not in the incoming register


def test_a_head_sends_what_he_approves(bureau: World) -> None:
    send(bureau, "dungmh", "Công văn về việc tập huấn", ("cv.docx", word()))
    document = bureau.office.db.read_now(documents.listing, documents.Filter(ORG, 2026, "out"), limit=1)[0]
    assert bureau.flow(document).state == states.FORMAT


def test_a_new_version_by_mail(bureau: World) -> None:
    document = bureau.begin()
    bureau.office.db.write_now(deciding.submit, bureau["khuetm"], document.id)
    send(bureau, "khuetm", f"DT {document.arrival_number}/2026 bản sửa", ("sua.docx", word("sửa")))
    assert bureau.flow(document).version == 2
    send(bureau, "sonkc", f"DT {document.arrival_number}/2026", ("la.docx", word("lạ")))  # not his
    assert bureau.flow(document).version == 2
    assert "Chưa lập được dự thảo" in last_letter(bureau, "sonkc")


def test_without_a_word_file_nothing_begins(bureau: World) -> None:
    send(bureau, "khuetm", "Trình lấy số: thử", ("van-ban.pdf", b"%PDF-1.4 x"))
    assert bureau.office.db.read_now(documents.count, documents.Filter(ORG, 2026, "out")) == 0
    assert "không kèm tệp Word" in last_letter(bureau, "khuetm")


def test_from_outside_it_is_ordinary_mail(bureau: World) -> None:
    domains = bureau.office.settings.organisation.domains
    data = b"From: la@ngoai.example\r\nTo: " + TO.encode() + b"\r\nSubject: x\r\nMessage-ID: <1@n>\r\n\r\nx\r\n"
    envelope = Envelope("1", "mx", Client(), "la@ngoai.example", (Recipient(TO),), bureau.clock.now_ms())
    assert bureau.office.db.write_now(deliver_letter, domains, envelope, from_bytes(data))[0].ok
    assert bureau.office.db.read_now(documents.count, documents.Filter(ORG, 2026, "out")) == 0
