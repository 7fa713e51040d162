"""From draft to number: states, versions, opinions, returns, the gate."""

from __future__ import annotations

from datetime import date

import pytest

from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents.errors import Stale
from mailsvc.documents.fields import InvalidFields
from mailsvc.documents.outgoing import deciding, draft, gate, numbers, states
from mailsvc.documents.outgoing.gate import GateClosed
from mailsvc.store import audit, documents, issued, outgoing, placements
from tests.documents.making import package
from tests.office.outgoing_world import ANNEX, ORG, ORIGINAL, SIGNED, World, word

DAY_MS = 86_400_000


def test_a_document_goes_its_way_to_a_number(bureau: World) -> None:
    read = bureau.office.db.read_now
    document, number = bureau.numbered()
    assert (number.code, number.number, number.day) == ("01/QĐ-SGDĐT", 1, "2026-11-24")
    shown = read(documents.get, document.id)
    assert (shown.number, shown.notation, shown.code) == ("01", "QĐ-SGDĐT", "01/QĐ-SGDĐT")
    assert shown.signer == "Lâm Thị Thu Ngân (GIÁM ĐỐC)"
    steps = [one.kind for one in read(documents.events_of, document.id)]
    assert steps == [
        "drafted", "version", "submitted", "content_approved", "to_format", "format_approved", "signed",
        "number_requested", "numbered",
    ]  # fmt: skip
    acts = [one["action"] for one in read(audit.of, f"document/{document.id}")]
    assert acts == [f"document.{one}" for one in steps]
    said = [(one.step, one.verdict, one.version) for one in read(outgoing.decisions_of, document.id)]
    assert said == [("content", "approved", 1), ("format", "approved", 1), ("leader", "approved", 1)]


def test_notations_and_series(bureau: World) -> None:
    """Handbook §1.3: a công văn carries the unit; each type counts for itself; numbers below ten get a zero."""
    codes = [
        bureau.numbered(type_name=kind)[1].code
        for kind in ("Công văn", "Quyết định", "Thông báo", "Công văn", "Tờ trình")
    ]
    assert codes == ["01/SGDĐT-GDTrH", "01/QĐ-SGDĐT", "01/TB-SGDĐT", "02/SGDĐT-GDTrH", "01/TTr-SGDĐT"]


def test_every_step_belongs_to_somebody(bureau: World) -> None:
    write = bureau.office.db.write_now
    document = bureau.begin()
    with pytest.raises(Refused):
        write(deciding.submit, bureau["sonkc"], document.id)
    write(deciding.submit, bureau["khuetm"], document.id)
    for stranger in ("khuetm", "sonkc", "daonth", "hientk"):
        with pytest.raises(Refused):
            write(deciding.approve_content, bureau[stranger], document.id)
    write(deciding.approve_content, bureau["dungmh"], document.id)
    write(deciding.send_to_format, bureau["khuetm"], document.id)
    for stranger in ("khuetm", "dungmh", "hientk", "vt.thptbausen"):
        with pytest.raises(Refused):
            write(deciding.approve_format, bureau[stranger], document.id)
    write(deciding.approve_format, bureau["daonth"], document.id)
    with pytest.raises(Refused):
        write(deciding.sign, bureau["phuocdh"], document.id)
    write(deciding.sign, bureau["nganltt"], document.id)
    with pytest.raises(Refused):
        write(numbers.give_number, bureau["daonth"], document.id)  # not asked for yet
    write(numbers.request_number, bureau["khuetm"], document.id)
    for stranger in ("khuetm", "nganltt", "vt.thptbausen", "hientk"):
        with pytest.raises(Refused):
            write(numbers.give_number, bureau[stranger], document.id)


def test_acts_out_of_turn_say_where_the_document_stands(bureau: World) -> None:
    document = bureau.begin()
    with pytest.raises(Refused, match="đang ở bước “Dự thảo”"):
        bureau.office.db.write_now(deciding.approve_content, bureau["dungmh"], document.id)


def test_versions_are_kept_and_an_annex_stays(bureau: World) -> None:
    write, read = bureau.office.db.write_now, bureau.office.db.read_now
    document = bureau.begin("Bản một")
    write(
        draft.add_version,
        bureau["khuetm"],
        document.id,
        bureau.packed(("phu-luc.xlsx", b"PK\x03\x04x", ANNEX)),
        "phụ lục",
    )
    write(draft.add_version, bureau["khuetm"], document.id, bureau.packed(("ban-hai.docx", word("Bản hai"), ORIGINAL)))
    files = {n: [one.name for one in read(outgoing.files_of, document.id, n)] for n in (1, 2, 3)}
    assert files == {1: ["du-thao.docx"], 2: ["du-thao.docx", "phu-luc.xlsx"], 3: ["ban-hai.docx", "phu-luc.xlsx"]}
    assert [one.note for one in read(outgoing.versions_of, document.id)] == ["Bản đầu", "phụ lục", ""]


def test_a_changed_draft_is_shown_to_the_signatory_again(bureau: World) -> None:
    """Decree 30/2020, Article 11.2."""
    write = bureau.office.db.write_now
    document = bureau.begin()
    bureau.to_signed(document)
    write(draft.add_version, bureau["dungmh"], document.id, bureau.packed(("sua.docx", word("Đã sửa"), ORIGINAL)))
    assert bureau.flow(document).state == states.FORMAT
    with pytest.raises(Refused):
        write(numbers.request_number, bureau["khuetm"], document.id)
    write(deciding.approve_format, bureau["lyhc"], document.id)
    write(deciding.sign, bureau["nganltt"], document.id)
    write(draft.add_version, bureau["khuetm"], document.id, bureau.packed(("sua2.docx", word("Sửa nữa"), ORIGINAL)))
    assert bureau.flow(document).state == states.UNIT  # the drafter's own change goes through the head


def test_sent_back_with_a_reason_from_every_step(bureau: World) -> None:
    write = bureau.office.db.write_now
    document = bureau.begin()
    write(deciding.submit, bureau["khuetm"], document.id)
    with pytest.raises(Invalid, match="lý do"):
        write(deciding.send_back, bureau["dungmh"], document.id, " ")
    write(deciding.send_back, bureau["dungmh"], document.id, "Thiếu căn cứ")
    assert bureau.flow(document).state == states.DRAFT
    bureau.to_format(document)
    write(deciding.send_back, bureau["lyhc"], document.id, "Sai lề")
    bureau.to_format(document)
    write(deciding.approve_format, bureau["lyhc"], document.id)
    write(deciding.send_back, bureau["nganltt"], document.id, "Chưa đạt yêu cầu")
    bureau.to_waiting(document)
    write(deciding.send_back, bureau["daonth"], document.id, "Thiếu phụ lục")
    assert bureau.flow(document).state == states.DRAFT
    texts = [one.text for one in bureau.office.db.read_now(documents.events_of, document.id) if one.kind == "returned"]
    assert [one.partition("Lý do: ")[2] for one in texts] == [
        "Thiếu căn cứ", "Sai lề", "Chưa đạt yêu cầu", "Thiếu phụ lục",
    ]  # fmt: skip


def test_opinions_in_parallel_with_a_deadline(bureau: World) -> None:
    write, read = bureau.office.db.write_now, bureau.office.db.read_now
    document = bureau.begin()
    write(deciding.submit, bureau["khuetm"], document.id)
    write(deciding.approve_content, bureau["dungmh"], document.id)
    people = [bureau["sonkc"], bureau["hand"]]
    write(deciding.ask_opinions, bureau["khuetm"], document.id, people, "Xin ý kiến", "2026-11-26")
    with pytest.raises(Invalid, match="Kiều Công Sơn, Ngô Diễm Hà"):
        write(deciding.send_to_format, bureau["khuetm"], document.id)
    first, second = read(outgoing.opinions_of, document.id)
    with pytest.raises(Refused):
        write(deciding.give_opinion, bureau["hand"], first.id, "agree", "")
    write(deciding.give_opinion, bureau["sonkc"], first.id, "change", "Bỏ khoản 2")
    with pytest.raises(Refused):
        write(deciding.give_opinion, bureau["sonkc"], first.id, "agree", "")
    assert bureau.flow(document).state == states.OPINIONS
    write(deciding.give_opinion, bureau["hand"], second.id, "agree", "")
    assert bureau.flow(document).state == states.CONTENT
    write(deciding.send_to_format, bureau["khuetm"], document.id)


def test_overdue_opinions_do_not_hold_the_draft(bureau: World) -> None:
    write = bureau.office.db.write_now
    document = bureau.begin()
    write(deciding.submit, bureau["khuetm"], document.id)
    write(deciding.approve_content, bureau["dungmh"], document.id)
    write(deciding.ask_opinions, bureau["khuetm"], document.id, [bureau["sonkc"]], "", "2026-11-25")
    bureau.clock.advance(2 * DAY_MS)
    write(deciding.send_to_format, bureau["khuetm"], document.id)
    assert bureau.flow(document).state == states.FORMAT


def test_the_sheet_is_checked(bureau: World) -> None:
    write = bureau.office.db.write_now
    wrong = {
        "type_name": "Nghị định",
        "subject": "TỐI MẬT về việc nọ",
        "signer": str(bureau["khuetm"]),
        "deadline": "31/02/2026",
        "copies": "nhiều",
    }
    for name, value in wrong.items():
        with pytest.raises(InvalidFields) as error:
            write(draft.begin, bureau["khuetm"], bureau.fields(**{name: value}))
        assert {one.field for one in error.value.problems} == {name}
    with pytest.raises(InvalidFields, match="số 7 năm 2026"):
        write(draft.begin, bureau["khuetm"], bureau.fields(answers="7/2026"))


def test_two_people_on_one_sheet(bureau: World) -> None:
    write = bureau.office.db.write_now
    document = bureau.begin()
    write(draft.change_fields, bureau["khuetm"], document.id, bureau.fields(note="một"), version=document.version)
    with pytest.raises(Stale):
        write(draft.change_fields, bureau["dungmh"], document.id, bureau.fields(note="hai"), version=document.version)


@pytest.mark.parametrize(
    ("name", "data", "role"),
    [
        ("virus.exe", b"MZ..", ANNEX),
        ("doi-ten.docx", b"%PDF-1.4", ORIGINAL),
        ("macro.docm", b"PK\x03\x04", ANNEX),
        ("scan.pdf", b"not a pdf", SIGNED),
        ("rong.docx", b"", ORIGINAL),
    ],
)
def test_files_that_are_not_taken(bureau: World, name: str, data: bytes, role: str) -> None:
    with pytest.raises(Invalid, match=name):
        bureau.packed((name, data, role))


def test_large_files_are_kept_whole(bureau: World) -> None:
    data = word("Dài") + b"\0" * 300_000
    packed = bureau.packed(("lon.docx", data, ORIGINAL), ("thu.eml", b"Subject: x\r\n\r\ny", ANNEX))
    assert [one.size for one in packed.files] == [len(data), 15]


# ---- the gate -----------------------------------------------------------------------------------------------
def test_r24_the_word_file_lies_in_the_clerks_mailbox_and_opens_no_entry(bureau: World) -> None:
    document = bureau.begin()
    bureau.to_waiting(document)
    read = bureau.office.db.read_now
    content_id = read(outgoing.files_of, document.id, 1)[0].content_id
    account = read(_vanthu)
    there = read(placements.of_content, content_id, [account])
    assert len(there) == 1 and "$TrinhLaySo" in there[0][3]
    from mailsvc.store import intake

    assert read(intake.counts, ORG) == {}


def _vanthu(tx: object) -> int:
    from mailsvc.store import accounts

    found = accounts.by_username(tx, "vanthu")  # type: ignore[arg-type]
    assert found is not None
    return found.id


def test_r02_a_legacy_font_stops_the_number(bureau: World) -> None:
    """R2: outgoing with .VnTime cannot get a number."""
    body = '<w:p><w:r><w:rPr><w:rFonts w:ascii=".VnTime" w:hAnsi=".VnTime"/></w:rPr><w:t>C«ng v¨n</w:t></w:r></w:p>'
    packed = bureau.packed(("cu.docx", package(body), ORIGINAL))
    document = bureau.office.db.write_now(draft.begin, bureau["khuetm"], bureau.fields(), packed)
    bureau.to_signed(document)
    with pytest.raises(GateClosed, match=r"phông \.VnTime"):
        bureau.office.db.write_now(numbers.request_number, bureau["khuetm"], document.id)
    assert [one.ok for one in bureau.office.db.read_now(gate.checks, document.id)] == [True, False, True, True]


# ---- numbers ------------------------------------------------------------------------------------------------
def test_two_clerks_number_one_draft(bureau: World) -> None:
    document = bureau.begin()
    bureau.to_waiting(document)
    bureau.office.db.write_now(numbers.give_number, bureau["daonth"], document.id)
    with pytest.raises(Exception, match="đã có số 01/QĐ-SGDĐT"):
        bureau.office.db.write_now(numbers.give_number, bureau["locpv"], document.id)
    assert len(bureau.office.db.read_now(issued.of_series, ORG, "di/quyet-dinh", 2026)) == 1


def test_l02_a_cancelled_number_stays_and_is_not_used_again(bureau: World) -> None:
    write, read = bureau.office.db.write_now, bureau.office.db.read_now
    document, first = bureau.numbered()
    with pytest.raises(Invalid):
        write(numbers.cancel_number, bureau["daonth"], document.id, "")
    write(numbers.cancel_number, bureau["daonth"], document.id, "Sai loại văn bản")
    assert read(documents.get, document.id).code == ""
    second = write(numbers.give_number, bureau["daonth"], document.id)
    assert second.code == "02/QĐ-SGDĐT"
    lines = read(issued.of_series, ORG, "di/quyet-dinh", 2026)
    assert [(one.code, one.state, one.reason) for one in lines] == [
        ("01/QĐ-SGDĐT", "cancelled", "Sai loại văn bản"),
        ("02/QĐ-SGDĐT", "given", ""),
    ]
    assert first.subject in lines[0].subject


def test_dates_do_not_go_back(bureau: World) -> None:
    write = bureau.office.db.write_now
    bureau.numbered()
    document = bureau.begin()
    bureau.to_waiting(document)
    for day in (date(2026, 11, 23), date(2026, 11, 25), date(2025, 12, 31)):
        with pytest.raises(InvalidFields):
            write(numbers.give_number, bureau["daonth"], document.id, day)
    bureau.clock.advance(2 * DAY_MS)
    offered = bureau.office.db.read_now(numbers.offer, document.id)
    assert [(one.severe, "Ký ngày" in one.text) for one in offered.problems] == [(False, True)]
    assert write(numbers.give_number, bureau["daonth"], document.id).code == "02/QĐ-SGDĐT"
    other = bureau.begin()
    bureau.to_waiting(other)
    with pytest.raises(InvalidFields, match="không được lùi"):
        write(numbers.give_number, bureau["daonth"], other.id, date(2026, 11, 25))


def test_l02_a_new_year_begins_at_one(bureau: World) -> None:
    write = bureau.office.db.write_now
    bureau.numbered()
    document = bureau.begin()
    bureau.to_waiting(document)  # signed in November
    bureau.clock.advance(40 * DAY_MS)
    with pytest.raises(InvalidFields, match="tháng 01"):
        write(numbers.give_number, bureau["daonth"], document.id, date(2026, 12, 31))
    number = write(numbers.give_number, bureau["daonth"], document.id)
    assert (number.code, number.year) == ("01/QĐ-SGDĐT", 2027)


def test_a_number_between_two_others_needs_the_head_of_the_office(bureau: World) -> None:
    write = bureau.office.db.write_now
    bureau.numbered()
    bureau.numbered()
    document = bureau.begin()
    bureau.to_waiting(document)
    today = date(2026, 11, 24)
    with pytest.raises(Refused, match="Chánh Văn phòng"):
        write(numbers.insert_number, bureau["daonth"], document.id, 1, today, "quên")
    with pytest.raises(Invalid, match="lý do"):
        write(numbers.insert_number, bureau["lyhc"], document.id, 1, today, "")
    with pytest.raises(Invalid, match="không có số 09"):
        write(numbers.insert_number, bureau["lyhc"], document.id, 9, today, "quên")
    with pytest.raises(InvalidFields, match="từ 24/11/2026 đến 24/11/2026"):
        write(numbers.insert_number, bureau["lyhc"], document.id, 1, date(2026, 11, 20), "quên")
    number = write(numbers.insert_number, bureau["lyhc"], document.id, 1, today, "Văn bản ký hôm qua, quên lấy số")
    assert number.code == "01a/QĐ-SGDĐT"
    assert bureau.numbered()[1].code == "03/QĐ-SGDĐT"  # the series itself goes on


def test_l02_every_school_has_its_own_series(bureau: World) -> None:
    write = bureau.office.db.write_now
    packed = bureau.packed(("qd.docx", word(), ORIGINAL))
    fields = bureau.fields(signer=str(bureau["ht.thptbausen"]))
    document = write(draft.begin, bureau["vt.thptbausen"], fields, packed)
    write(deciding.submit, bureau["vt.thptbausen"], document.id)
    write(deciding.approve_content, bureau["ht.thptbausen"], document.id)
    write(deciding.send_to_format, bureau["vt.thptbausen"], document.id)
    write(deciding.approve_format, bureau["vt.thptbausen"], document.id)
    write(deciding.sign, bureau["ht.thptbausen"], document.id)
    write(numbers.request_number, bureau["vt.thptbausen"], document.id)
    with pytest.raises(Refused):
        write(numbers.give_number, bureau["daonth"], document.id)
    assert write(numbers.give_number, bureau["vt.thptbausen"], document.id).code == "01/QĐ-THPTBS"
    assert bureau.numbered()[1].code == "01/QĐ-SGDĐT"


def test_a_series_goes_on_after_the_paper_book(bureau: World) -> None:
    bureau.office.db.write_now(numbers.begin_after, bureau["daonth"], ORG, "Quyết định", 2026, 1580)
    assert bureau.numbered()[1].code == "1581/QĐ-SGDĐT"
    from mailsvc.documents import numbering

    assert bureau.office.db.read_now(numbering.verify_series) == []
    with pytest.raises(Invalid, match="đã có số"):
        bureau.office.db.write_now(numbers.begin_after, bureau["daonth"], ORG, "Quyết định", 2026, 10)


def test_whose_place_is_signed_in(bureau: World) -> None:
    from mailsvc.documents.outgoing.fields import signer_line

    def line(username: str, form: str) -> str:
        return bureau.office.db.read_now(signer_line, bureau[username], form)

    assert line("phuocdh", "KT.") == "Đặng Hữu Phước (KT. GIÁM ĐỐC, PHÓ GIÁM ĐỐC)"
    assert line("lyhc", "TL.") == "Huỳnh Công Lý (TL. GIÁM ĐỐC, CHÁNH VĂN PHÒNG)"
    assert line("vt.thptbausen", "TUQ.").endswith("(TUQ. HIỆU TRƯỞNG, VĂN THƯ)")
    assert line("nganltt", "") == "Lâm Thị Thu Ngân (GIÁM ĐỐC)"


def test_a_draft_belongs_to_a_unit_of_its_organisation(bureau: World) -> None:
    with pytest.raises(InvalidFields, match="không có đơn vị"):
        bureau.begin(unit_code="DV01")
