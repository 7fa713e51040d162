"""Issuing and what follows: receipts, reminders, recall, relations, paper, copies."""

from __future__ import annotations

from datetime import date

import pytest

from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import register
from mailsvc.documents.errors import Stale
from mailsvc.documents.fields import from_proposal
from mailsvc.documents.outgoing import copying, deciding, draft, issue, linking, numbers, paper, receipts, states
from mailsvc.documents.outgoing.copying import CopyOrder
from mailsvc.mail.deliver import deliver_letter
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.letter import from_bytes
from mailsvc.store import accounts, contents, documents, intake, issued, mailboxes, outgoing, placements, queue, routing
from mailsvc.store import receipts as store
from mailsvc.store.flags import SEEN
from mailsvc.store.tx import Tx
from tests.documents.making_pdf import scan_pdf
from tests.office.outgoing_world import ORG, ORIGINAL, SCHOOL, SIGNED, World, word

OUTSIDE = "UBND tỉnh <vanthu@tayninh-ubnd.example>\nvanthu@soyte.example"


def schools(bureau: World) -> list[str]:
    from mailsvc.store import units

    kinds = ("truong", "trung_tam")
    return [one.code for one in bureau.office.db.read_now(units.listing) if one.kind in kinds]


def placed(tx: Tx, username: str, content_id: int) -> list[tuple[int, int, int, str]]:
    account = accounts.by_username(tx, username)
    assert account is not None
    return placements.of_content(tx, content_id, [account.id])


# ---- scan and Word file -------------------------------------------------------------------------------------
def test_r03_the_scan_alone_is_not_issued(bureau: World) -> None:
    document, _ = bureau.numbered()
    with pytest.raises(Refused, match="còn thiếu bản ký/scan"):
        bureau.issue(document, SCHOOL)
    bureau.attach_scan(document)
    files = bureau.office.db.read_now(outgoing.files_of, document.id, 1)
    with pytest.raises(Refused, match="còn thiếu tệp Word"):
        issue.require_complete([one for one in files if one.role == SIGNED])
    bureau.issue(document, SCHOOL)
    flow = bureau.flow(document)
    assert flow.state == states.ISSUED and flow.content_id is not None
    entry = bureau.office.db.read_now(intake.of_content, SCHOOL, flow.content_id)[0]
    roles = {one.name: one.role for one in bureau.office.db.read_now(intake.files_of, entry.id)}
    assert roles == {"du-thao.docx": "original", "ban-ky.pdf": "main"}


def test_a_newer_scan_takes_the_place_and_the_older_stays(bureau: World) -> None:
    document, _ = bureau.numbered()
    bureau.attach_scan(document)
    packed = bureau.packed(("ban-ky-2.pdf", scan_pdf() + b"\n% again", SIGNED))
    bureau.office.db.write_now(draft.attach_signed, bureau["daonth"], document.id, packed)
    current = bureau.office.db.read_now(draft.current_files, bureau.flow(document))
    assert [one.name for one in current] == ["du-thao.docx", "ban-ky-2.pdf"]
    assert len(bureau.office.db.read_now(outgoing.files_of, document.id)) == 3


def test_what_changed_meanwhile_is_not_sent(bureau: World) -> None:
    document, _ = bureau.numbered()
    bureau.attach_scan(document)
    read, write = bureau.office.db.read_now, bureau.office.db.write_now
    domains = bureau.office.settings.organisation.domains
    from mailsvc.documents.outgoing import receivers

    targets = read(receivers.chosen, domains, (SCHOOL,), (), "")
    parcel = issue.prepare(
        bureau.office, read(issue.sheet, bureau.office.blobs, bureau["daonth"], document.id), targets
    )
    bureau.attach_scan(document)
    with pytest.raises(Stale):
        write(issue.issue, bureau["daonth"], domains, parcel, targets)


# ---- sending ------------------------------------------------------------------------------------------------
def test_issue_to_45_schools_and_outside_addresses(bureau: World) -> None:
    read = bureau.office.db.read_now
    codes = schools(bureau)
    assert len(codes) == 45
    document = bureau.issued(
        *codes, "TCCB", outside=OUTSIDE + "\nTrường mầm non tư thục (bản giấy)", type_name="Công văn"
    )
    flow = bureau.flow(document)
    assert flow.content_id is not None
    rows = read(store.of_document, document.id)
    assert len(rows) == 49
    assert [one.kind for one in rows].count("unit") == 46
    assert all(one.arrived_ms for one in rows if one.kind == "unit")
    assert {one.recipient for one in read(queue.of_content, flow.content_id)} == {
        "vanthu@tayninh-ubnd.example", "vanthu@soyte.example",
    }  # fmt: skip
    assert read(placements.count_of_content, flow.content_id) == 46  # content once, a placement each
    entries = [read(intake.of_content, code, flow.content_id) for code in codes]
    assert all(len(one) == 1 and one[0].status == "waiting" for one in entries)
    assert read(intake.of_content, ORG, flow.content_id) == []  # a department has no register of its own
    proposed = from_proposal(entries[0][0].proposed["document"])
    assert proposed.code == document.code == "01/SGDĐT-GDTrH"
    assert proposed.issuer == "Sở Giáo dục và Đào tạo Tây Ninh" and proposed.issue_date == "2026-11-24"
    line = read(issued.get, flow.number_id or 0)
    assert (line.moved, line.copies) == ("2026-11-24", 52)


def test_receipts_follow_what_really_happens(bureau: World) -> None:
    read, write = bureau.office.db.read_now, bureau.office.db.write_now
    document = bureau.issued(SCHOOL, "DV02", "TCCB", outside=OUTSIDE)
    content_id = bureau.flow(document).content_id or 0
    write(receipts.refresh, document.id)
    by_name = {one.name: one for one in read(store.of_document, document.id)}
    assert all(one.opened_ms is None for one in by_name.values())
    bureau.clock.advance(3_600_000)

    write(see, "tccb", content_id)  # the department opens the letter
    entry = read(intake.of_content, SCHOOL, content_id)[0]
    fields = from_proposal(entry.proposed["document"])
    incoming = write(register.register, bureau["vt.thptbausen"], entry.id, fields, version=entry.version)
    write(sent, content_id, "vanthu@soyte.example")
    write(lost, content_id, "vanthu@tayninh-ubnd.example")
    reply(bureau, content_id, "thptsuoilam@sogddt.tayninh.gov.vn")
    assert write(receipts.refresh_some) == 5

    rows = {one.address.partition("@")[0]: one for one in read(store.of_document, document.id)}
    now = bureau.clock.now_ms()
    assert rows["tccb"].opened_ms == now and rows["tccb"].registered_ms is None
    assert (rows["thptbausen"].registered, rows["thptbausen"].opened_ms) == (f"{incoming.arrival_number}/2026", now)
    assert rows["thptsuoilam"].answer == "Thư: Re: đã nhận" and rows["thptsuoilam"].answered_ms == now
    outside = {one.address: one for one in read(store.of_document, document.id) if one.kind == "outside"}
    assert outside["vanthu@soyte.example"].arrived_ms == now
    assert "550" in outside["vanthu@tayninh-ubnd.example"].reply
    assert write(receipts.refresh, document.id) == 0  # known once


def see(tx: Tx, username: str, content_id: int) -> None:
    mailbox_id, uid, flags, keywords = placed(tx, username, content_id)[0]
    placements.set_flags(tx, mailbox_id, [(uid, flags, flags | SEEN, keywords)])


def sent(tx: Tx, content_id: int, address: str) -> None:
    _settle(tx, content_id, address, True)


def lost(tx: Tx, content_id: int, address: str) -> None:
    _settle(tx, content_id, address, False)


def _settle(tx: Tx, content_id: int, address: str, good: bool) -> None:
    """What the outbound worker writes when the other server has answered."""
    row = next(one for one in queue.of_content(tx, content_id) if one.recipient == address)
    taken = queue.lease(tx, "test", tx.now_ms + 60_000, row.recipient.partition("@")[2], 10)
    assert any(one.id == row.id for one in taken)
    if good:
        assert queue.sent(tx, row.id, "mx.example", "250 ok")
    else:
        assert queue.failed(tx, "test", row.id, "mx.example", "550 no such user")


def reply(bureau: World, content_id: int, sender: str) -> None:
    original = bureau.office.db.read_now(contents.get, content_id).message_id
    domains = bureau.office.settings.organisation.domains
    data = (
        f"From: {sender}\r\nTo: vanthu@{domains[0]}\r\nSubject: Re: =?utf-8?q?=C4=91=C3=A3_nh=E1=BA=ADn?=\r\n"
        f"Message-ID: <tra-loi@x>\r\nIn-Reply-To: {original}\r\n\r\nDa nhan.\r\n"
    ).encode()
    envelope = Envelope("1", "lmtp", Client(), sender, (Recipient(f"vanthu@{domains[0]}"),), bureau.clock.now_ms())
    bureau.office.db.write_now(deliver_letter, domains, envelope, from_bytes(data))


def test_r33_the_answer_waits_for_its_incoming_document(bureau: World) -> None:
    """External → incoming → draft → outgoing: the school's answer closes the receipt."""
    read, write = bureau.office.db.read_now, bureau.office.db.write_now
    document = bureau.issued(SCHOOL)
    entry = read(intake.of_content, SCHOOL, bureau.flow(document).content_id or 0)[0]
    clerk, head = bureau["vt.thptbausen"], bureau["ht.thptbausen"]
    incoming = write(
        register.register, clerk, entry.id, from_proposal(entry.proposed["document"]), version=entry.version
    )
    fields = bureau.fields(signer=str(head), type_name="Báo cáo", answers=f"{incoming.arrival_number}/2026")
    answer = write(draft.begin, clerk, fields, bureau.packed(("bc.docx", word(), ORIGINAL)))
    write(deciding.submit, clerk, answer.id)
    write(deciding.approve_content, head, answer.id)
    write(deciding.send_to_format, clerk, answer.id)
    write(deciding.approve_format, clerk, answer.id)
    write(deciding.sign, head, answer.id)
    with pytest.raises(Refused, match="số 1/2026 mà văn bản này trả lời chưa kết thúc"):
        write(numbers.request_number, clerk, answer.id)
    write(routing.change_flow, incoming.id, {"state": "done"})
    write(numbers.request_number, clerk, answer.id)
    assert write(numbers.give_number, clerk, answer.id).code == "01/BC-THPTBS"
    packed = bureau.packed(("ky.pdf", scan_pdf(), SIGNED))
    write(draft.attach_signed, clerk, answer.id, packed)
    bureau.issue(answer, outside="vanthu@sogddt.tayninh.gov.vn", by="vt.thptbausen")
    write(receipts.refresh, document.id)
    assert read(store.of_document, document.id)[0].answer == "01/BC-THPTBS"
    assert len(read(intake.listing, ORG, ("waiting",), limit=9)) == 1  # and it waits for the Sở's own register


def test_the_unread_are_reminded(bureau: World) -> None:
    read, write = bureau.office.db.read_now, bureau.office.db.write_now
    document = bureau.issued(SCHOOL, "DV02")
    write(see, "thptbausen", bureau.flow(document).content_id or 0)
    domains = bureau.office.settings.organisation.domains
    assert write(receipts.remind, bureau["daonth"], domains, document.id) == 1
    rows = {one.code: one for one in read(store.of_document, document.id)}
    assert (rows[SCHOOL].reminders, rows["DV02"].reminders) == (0, 1)
    assert read(inbox_size, "thptsuoilam") == 2 and read(inbox_size, "thptbausen") == 1
    with pytest.raises(Refused):
        write(receipts.remind, bureau["khuetm"], domains, document.id)


def inbox_size(tx: Tx, username: str) -> int:
    account = accounts.by_username(tx, username)
    assert account is not None
    return mailboxes.by_name(tx, account.id, "INBOX").messages


def test_a_full_mailbox_is_said_in_the_table(bureau: World) -> None:
    write = bureau.office.db.write_now
    account = bureau.office.db.read_now(accounts.by_username, "thptsuoilam")
    assert account is not None
    write(accounts.set_quota, account.id, 10)
    document = bureau.issued(SCHOOL, "DV02")
    rows = {one.code: one for one in bureau.office.db.read_now(store.of_document, document.id)}
    assert rows["DV02"].failed_ms and "full" in rows["DV02"].reply and rows[SCHOOL].failed_ms is None


@pytest.mark.parametrize("line", ["sai địa chỉ@x.vn", "a@b.vn, c@d.vn", "a@b", "x@sogddt.tayninh.gov.vn"])
def test_wrong_receivers_are_said(bureau: World, line: str) -> None:
    from mailsvc.documents.outgoing import receivers

    with pytest.raises(Invalid):
        bureau.office.db.read_now(receivers.chosen, bureau.office.settings.organisation.domains, (), (), line)


# ---- recall and relations -----------------------------------------------------------------------------------
def test_l06_recall_freezes_tells_and_keeps(bureau: World) -> None:
    read, write = bureau.office.db.read_now, bureau.office.db.write_now
    document = bureau.issued(SCHOOL, "DV02", outside="a@cho.example")
    content_id = bureau.flow(document).content_id or 0
    entry = read(intake.of_content, SCHOOL, content_id)[0]
    fields = from_proposal(entry.proposed["document"])
    incoming = write(register.register, bureau["vt.thptbausen"], entry.id, fields, version=entry.version)
    domains = bureau.office.settings.organisation.domains
    with pytest.raises(Refused):
        write(linking.recall, bureau["khuetm"], domains, document.id, "sai")
    with pytest.raises(Invalid):
        write(linking.recall, bureau["daonth"], domains, document.id, " ")
    write(linking.recall, bureau["daonth"], domains, document.id, "Sai thẩm quyền")

    assert bureau.flow(document).recalled_ms is not None
    assert read(routing.flow, incoming.id).state == "cancelled"
    assert read(documents.get, incoming.id).subject == document.subject  # metadata stay
    waiting = read(intake.of_content, "DV02", content_id)[0]
    assert waiting.status == "dismissed" and "thu hồi" in waiting.reason
    assert [one.state for one in read(queue.of_content, content_id)] == ["failed"]  # not sent: held back
    assert read(inbox_size, "thptbausen") == 2  # the document and the news
    assert read(placements.count_of_content, content_id) == 2  # nothing is taken away
    assert "Thu hồi. Lý do: Sai thẩm quyền" in read(issued.of_document, document.id)[0].note
    for act in (draft.drop, linking.recall):
        arguments = (domains, document.id, "x") if act is linking.recall else (document.id, "x")
        with pytest.raises(Refused):
            write(act, bureau["daonth"], *arguments)
    kinds = [one.kind for one in read(documents.events_of, incoming.id)]
    assert "cancelled_by_sender" in kinds


def test_a_correction_is_seen_on_the_corrected_document(bureau: World) -> None:
    read, write = bureau.office.db.read_now, bureau.office.db.write_now
    wrong = bureau.issued(SCHOOL, "DV02")
    correction = bureau.begin(type_name="Công văn", subject="đính chính Quyết định")
    with pytest.raises(Invalid, match="không có 99"):
        write(linking.link, bureau["khuetm"], correction.id, "corrects", "99/QĐ-SGDĐT", 2026)
    write(linking.link, bureau["khuetm"], correction.id, "corrects", wrong.code, 2026)
    bureau.to_waiting(correction)
    number = write(numbers.give_number, bureau["daonth"], correction.id)
    assert read(linking.forgotten, correction.id, ["thptbausen@sogddt.tayninh.gov.vn"]) == [
        "Trường THPT Suối Lam (demo)"
    ]
    bureau.attach_scan(correction)
    bureau.issue(correction, SCHOOL, "DV02")
    said = f"Đính chính bởi {number.code} ngày 24/11/2026."
    assert read(documents.events_of, wrong.id)[-1].text == said
    assert said in read(issued.of_document, wrong.id)[0].note


def test_a_recalling_document_recalls(bureau: World) -> None:
    wrong = bureau.issued(SCHOOL)
    recalling = bureau.begin(type_name="Công văn", subject="thu hồi Quyết định")
    bureau.office.db.write_now(linking.link, bureau["khuetm"], recalling.id, "recalls", wrong.code, 2026)
    bureau.to_waiting(recalling)
    bureau.office.db.write_now(numbers.give_number, bureau["daonth"], recalling.id)
    bureau.attach_scan(recalling)
    assert bureau.flow(wrong).recalled_ms is None
    bureau.issue(recalling, SCHOOL)
    assert bureau.flow(wrong).recalled_ms is not None


# ---- paper --------------------------------------------------------------------------------------------------
def test_r28_r34_the_paper_version(bureau: World) -> None:
    read, write = bureau.office.db.read_now, bureau.office.db.write_now
    document, _ = bureau.numbered()
    write(paper.submit_paper, bureau["khuetm"], document.id)
    bureau.clock.advance(3 * 86_400_000)
    listed = read(paper.missing, bureau["daonth"], ORG)
    assert [(one.document.id, one.days) for one in listed] == [(document.id, 3)]
    assert read(paper.missing, bureau["daonth"], ORG, 5) == []
    with pytest.raises(Refused, match="chưa được Văn phòng duyệt thể thức"):
        write(paper.keep_paper, bureau["daonth"], document.id, "stored", "Tủ 3, hộp 12")
    with pytest.raises(Refused):
        write(paper.approve_paper, bureau["khuetm"], document.id)
    write(paper.approve_paper, bureau["lyhc"], document.id)
    with pytest.raises(Invalid, match="nơi lưu"):
        write(paper.keep_paper, bureau["daonth"], document.id, "stored", "")
    write(paper.keep_paper, bureau["daonth"], document.id, "stored", "Tủ 3, hộp 12")
    with pytest.raises(Invalid, match="không lùi"):
        write(paper.keep_paper, bureau["daonth"], document.id, "signed")
    assert read(paper.missing, bureau["daonth"], ORG) == []


# ---- copies -------------------------------------------------------------------------------------------------
def test_copies_share_one_series(bureau: World) -> None:
    write, read = bureau.office.db.write_now, bureau.office.db.read_now
    document = bureau.issued(SCHOOL)
    signer = bureau["lyhc"]
    first = write(copying.make, bureau["daonth"], document.id, CopyOrder("SY", signer, "TL.", "Trường", 3))
    part = write(copying.make, bureau["daonth"], document.id, CopyOrder("TrS", signer, excerpt="Điều 2"))
    third = write(copying.make, bureau["daonth"], document.id, CopyOrder("SL", signer, of_copy=first.id))
    codes = [read(issued.get, one.number_id).code for one in (first, part, third)]
    assert codes == ["01/SY-SGDĐT", "02/TrS-SGDĐT", "03/SL-SGDĐT"]
    wrong = (
        CopyOrder("XX", signer), CopyOrder("TrS", signer), CopyOrder("SL", signer, of_copy=part.id),
        CopyOrder("SY", bureau["khuetm"]), CopyOrder("SY", signer, amount=0),
        CopyOrder("SY", signer, day=date(2026, 12, 1)),
    )  # fmt: skip
    for order in wrong:
        with pytest.raises(Invalid):
            write(copying.make, bureau["daonth"], document.id, order)
    with pytest.raises(Refused):
        write(copying.make, bureau["khuetm"], document.id, CopyOrder("SY", signer))
    draft_only = bureau.begin()
    with pytest.raises(Refused, match="đã phát hành"):
        write(copying.make, bureau["daonth"], draft_only.id, CopyOrder("SY", signer))


def test_r09_the_whole_way_verifies_and_a_change_beside_it_is_found(bureau: World) -> None:
    from mailsvc.documents import proof

    db, domains = bureau.office.db, bureau.office.settings.organisation.domains
    document = bureau.issued(SCHOOL)
    cancelled, _ = bureau.numbered()
    db.write_now(numbers.cancel_number, bureau["daonth"], cancelled.id, "nhầm")
    db.write_now(linking.recall, bureau["daonth"], domains, document.id, "nhầm")
    assert db.read_now(proof.verify, [], b"") == []
    db.write_now(documents.change, document.id, {"subject": "khác"})
    assert len(db.read_now(proof.verify, [], b"")) == 1
    db.write_now(exchange_files, cancelled.id)
    assert len(db.read_now(proof.verify, [], b"")) == 2


def exchange_files(tx: Tx, document_id: int) -> None:
    """What somebody with the database could do."""
    tx.connection.exec_driver_sql(f"UPDATE outgoing_files SET sha256 = 'x' WHERE document_id = {document_id}")


def test_l02_a_number_that_is_gone_is_reported(bureau: World) -> None:
    from mailsvc.documents import numbering

    for _ in range(3):
        bureau.numbered()
    assert bureau.office.db.read_now(numbering.verify_series) == []
    bureau.office.db.write_now(issued.change, 2, {"number": 9})
    faults = bureau.office.db.read_now(numbering.verify_series)
    assert {one.series for one in faults} == {"di/quyet-dinh"}
    assert [one.text for one in faults] == ["thiếu số 2", "có số ngoài dãy đã cấp (đến 3): 9"]


def test_r34_the_head_of_the_office_is_reminded_of_missing_paper(bureau: World) -> None:
    from mailsvc.documents.following import sources

    document, _ = bureau.numbered()
    read, write = bureau.office.db.read_now, bureau.office.db.write_now
    due = read(sources.find, "paper", document.id)
    assert due is not None and due.owners == (bureau["lyhc"],) and due.deadline == date(2026, 12, 1)
    write(paper.approve_paper, bureau["lyhc"], document.id)
    write(paper.keep_paper, bureau["daonth"], document.id, "stored", "Tủ 3")
    assert read(sources.find, "paper", document.id) is None


def test_the_whole_way_on_each_database(any_bureau: World) -> None:
    """SQLite and PostgreSQL: numbers, issue, receipts, recall, registers."""
    bureau = any_bureau
    read, write = bureau.office.db.read_now, bureau.office.db.write_now
    document = bureau.issued(SCHOOL, "TCCB", outside=OUTSIDE)
    write(receipts.refresh_some)
    write(linking.recall, bureau["daonth"], bureau.office.settings.organisation.domains, document.id, "nhầm")
    from mailsvc.documents.outgoing import register as out_register
    from mailsvc.reports import registers
    from mailsvc.reports.book import BOOKS

    assert read(out_register.rows, ORG, 2026, query="ke hoach").total == 1
    for kind in BOOKS:
        read(registers.book, bureau["daonth"], ORG, registers.Wanted(kind, 2026))
    assert read(store.on_paper, ORG, "2026-01-01", "2026-12-31") == []


def test_receivers_are_each_one_and_never_the_own_register(bureau: World) -> None:
    document, _ = bureau.numbered()
    bureau.attach_scan(document)
    with pytest.raises(Invalid, match="chính cơ quan"):
        bureau.issue(document, outside="vanthu+layso@sogddt.tayninh.gov.vn")
    outside = "Trường A\nTrường A\nTrường B\nvanthu@SOYTE.example\nSở Y tế <vanthu@soyte.example>\nđơn@vị.example"
    bureau.issue(document, SCHOOL, outside=f"thptbausen@tayninh.gov.vn\n{outside}")
    rows = bureau.office.db.read_now(store.of_document, document.id)
    assert [(one.kind, one.name) for one in rows] == [
        ("unit", "Trường THPT Bàu Sen (demo)"),
        ("paper", "Trường A"),
        ("paper", "Trường B"),
        ("outside", "vanthu@SOYTE.example"),
        ("outside", "đơn@vị.example"),
    ]


def test_the_head_signs_what_a_deputy_was_to_sign(bureau: World) -> None:
    document = bureau.begin(signer=str(bureau["phuocdh"]), sign_form="KT.")
    bureau.to_format(document)
    write, read = bureau.office.db.write_now, bureau.office.db.read_now
    assert read(documents.get, document.id).signer == "Đặng Hữu Phước (KT. GIÁM ĐỐC, PHÓ GIÁM ĐỐC)"
    write(deciding.approve_format, bureau["lyhc"], document.id)
    write(deciding.sign, bureau["nganltt"], document.id)
    assert read(documents.get, document.id).signer == "Lâm Thị Thu Ngân (GIÁM ĐỐC)"


def test_an_urgent_document_says_so(bureau: World) -> None:
    document = bureau.issued(SCHOOL, urgency="hoa_toc")
    content = bureau.office.db.read_now(contents.get, bureau.flow(document).content_id or 0)
    assert content.subject == f"[HỎA TỐC] {document.code}: {document.subject}"
    data = bytes(bureau.office.db.read_now(contents.load, bureau.office.blobs, content.id))
    assert b"\r\nImportance: high\r\n" in data
    entry = bureau.office.db.read_now(intake.of_content, SCHOOL, content.id)[0]
    assert from_proposal(entry.proposed["document"]).urgency == "hoa_toc"


def test_a_receiver_who_does_not_register_it_is_seen(bureau: World) -> None:
    from mailsvc.documents.intake import dismiss

    document = bureau.issued(SCHOOL)
    entry = bureau.office.db.read_now(intake.of_content, SCHOOL, bureau.flow(document).content_id or 0)[0]
    bureau.office.db.write_now(dismiss, bureau["vt.thptbausen"], entry.id, "Gửi nhầm nơi nhận", entry.version)
    bureau.office.db.write_now(receipts.refresh, document.id)
    (row,) = bureau.office.db.read_now(store.of_document, document.id)
    assert row.reply == "Không vào sổ: Gửi nhầm nơi nhận" and row.opened_ms and not row.failed_ms
