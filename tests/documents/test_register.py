"""Vào sổ văn bản đến: numbers without gap or double, rights, corrections, looking up."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from datetime import date

import pytest
from intake_world import FIELDS, ORG, World, letter

from mailsvc.core.clock import FixedClock
from mailsvc.core.errors import Invalid, NotFound, Refused
from mailsvc.documents import intake, numbering, register
from mailsvc.documents.errors import AlreadyRegistered, Stale
from mailsvc.documents.fields import Fields, InvalidFields
from mailsvc.store import accounts, audit, documents, placements
from mailsvc.store.engine import Database
from mailsvc.store.tx import Tx

PDF = b"%PDF-1.4 test"
NEW_YEAR_MS = 1_798_736_400_000  # 1 January 2027, 00:00 at the office


def bring(world: World, number: int) -> int:
    return world.bring(letter(f"Công văn {number}", (f"cv-{number}.pdf", PDF + str(number).encode()))).id


def test_a_letter_gets_the_next_number_and_is_linked_both_ways(any_world: World) -> None:
    db = any_world.office.db
    entry = any_world.entries()[0] if any_world.entries() else intake_entry(any_world)
    made = db.write_now(register.register, any_world.clerk, entry.id, FIELDS, version=entry.version)
    assert (made.year, made.arrival_number, made.arrival_date) == (2026, 1, "2026-11-24")
    assert (made.number, made.notation, made.code, made.type_abbr) == ("123", "SGDĐT-VP", "123/SGDĐT-VP", "")
    assert (made.entry_id, made.content_id, made.registered_by) == (entry.id, entry.content_id, any_world.clerk)
    after = db.read_now(intake.get_entry, entry.id)
    assert (after.entry.status, after.entry.document_id) == ("registered", made.id)
    assert after.document == made
    assert [one.name for one in db.read_now(register.files_of, made.id)] == ["cv-1.pdf"]
    assert [one["action"] for one in db.read_now(audit.of, f"document/{made.id}")] == [
        "document.received",
        "document.registered",
    ]


def intake_entry(world: World):  # type: ignore[no-untyped-def]
    bring(world, 1)
    return world.entries()[0]


def test_paper_sent_twice_takes_one_number(any_world: World, clock: FixedClock) -> None:
    db = any_world.office.db
    paper = replace(FIELDS, code="7/UBND-VX")

    def enter(fields: Fields) -> int:
        return db.write_now(register.register_paper, any_world.clerk, ORG, fields).arrival_number

    assert [enter(paper), enter(paper)] == [1, 1]
    assert enter(replace(paper, subject="Về việc khác")) == 2
    assert enter(paper) == 3
    clock.advance(120_000)
    assert enter(paper) == 4  # not a double click any more: the form has warned of the same document
    assert db.read_now(numbering.verify_series) == []


def test_the_timeline_tells_receipt_and_entering(world: World, clock: FixedClock) -> None:
    db = world.office.db
    entry_id = bring(world, 1)
    clock.advance(60_000)
    made = db.write_now(register.register, world.clerk, entry_id, FIELDS, version=1)
    steps = db.read_now(register.timeline, made.id)
    assert [(one.kind, one.actor) for one in steps] == [("received", ""), ("registered", "Nguyễn Thị Hồng Đào")]
    assert "vpub.demo@vanban-demo.example" in steps[0].text
    assert "Công văn 1" in steps[0].text
    assert steps[1].text == "Vào sổ văn bản đến, số đến 1/2026."
    assert steps[1].at_ms - steps[0].at_ms == 60_000


def test_the_mail_shows_the_number(world: World) -> None:
    db = world.office.db
    entry_id = bring(world, 1)
    before = db.read_now(mailbox_modseq, world.inbox)
    db.write_now(register.register, world.clerk, entry_id, FIELDS, version=1)
    rows = db.read_now(placements.rows, world.inbox, 1, 10, ("uid", "flags", "keywords"))
    assert rows == [(1, 0, "$VaoSo SoDen-1-2026")]
    changed = db.read_now(placements.changed_since, world.inbox, before)
    assert [row[0] for row in changed] == [1]


def mailbox_modseq(tx: Tx, mailbox_id: int) -> int:
    from mailsvc.store import mailboxes

    return mailboxes.get(tx, mailbox_id).modseq


def test_an_entered_letter_is_not_entered_again(world: World) -> None:
    db = world.office.db
    entry_id = bring(world, 1)
    made = db.write_now(register.register, world.clerk, entry_id, FIELDS, version=1)
    for version in (1, 2):
        with pytest.raises(AlreadyRegistered) as caught:
            db.write_now(register.register, world.other_clerk, entry_id, FIELDS, version=version)
        assert caught.value.document == made
    assert db.read_now(numbering.proposed, ORG, 2026) == 2


def test_two_clerks_press_at_once(any_world: World) -> None:
    entry_id = bring(any_world, 1)
    start = threading.Barrier(2)
    made: list[int] = []
    refused: list[int] = []

    def press(clerk: int) -> None:
        start.wait()
        try:
            made.append(any_world.office.db.write_now(register.register, clerk, entry_id, FIELDS, version=1).id)
        except AlreadyRegistered as error:
            refused.append(error.document.id)

    run_together([lambda: press(any_world.clerk), lambda: press(any_world.other_clerk)])
    assert len(made) == 1
    assert refused == made
    assert any_world.office.db.read_now(documents.numbers, ORG, "in", 2026) == [1]


def test_fifty_clerks_at_once_leave_no_gap_and_no_double(any_world: World) -> None:
    db = any_world.office.db
    entries = [bring(any_world, number) for number in range(50)]
    spoiled = set(random.Random(7).sample(entries, 10))
    start = threading.Barrier(len(entries))
    numbers: list[int] = []

    def press(entry_id: int) -> None:
        start.wait()
        if entry_id in spoiled:
            with pytest.raises(RuntimeError):
                db.write_now(register_then_fail, any_world.clerk, entry_id)
        numbers.append(db.write_now(register.register, any_world.clerk, entry_id, FIELDS, version=1).arrival_number)

    run_together([lambda one=one: press(one) for one in entries])
    assert sorted(numbers) == list(range(1, 51))
    assert db.read_now(numbering.verify_series) == []


def register_then_fail(tx: Tx, clerk: int, entry_id: int) -> None:
    register.register(tx, clerk, entry_id, FIELDS, version=1)
    raise RuntimeError("the transaction is undone after the number was taken")


def run_together(jobs) -> None:  # type: ignore[no-untyped-def]
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


def test_only_clerks_of_the_organisation_may_enter(world: World) -> None:
    db = world.office.db
    entry_id = bring(world, 1)
    for person in (world.officer, world.people["nganltt"], world.people["vt.thptbausen"]):
        with pytest.raises(Refused):
            db.write_now(register.register, person, entry_id, FIELDS, version=1)
    assert db.read_now(documents.numbers, ORG, "in", 2026) == []


def test_a_member_of_the_role_mailbox_is_a_clerk(world: World) -> None:
    db = world.office.db
    entry_id = bring(world, 1)
    db.write_now(join_role_mailbox, world.officer)
    assert db.write_now(register.register, world.officer, entry_id, FIELDS, version=1).arrival_number == 1


def join_role_mailbox(tx: Tx, account_id: int) -> None:
    shared = accounts.by_username(tx, "vanthu")
    assert shared is not None
    accounts.grant(tx, shared.id, account_id, can_read=True, can_send=False)


def test_a_stale_form_is_told_so(world: World) -> None:
    db = world.office.db
    entry_id = bring(world, 1)
    db.write_now(intake.dismiss, world.clerk, entry_id, "Nhầm", 1)
    db.write_now(intake.restore, world.clerk, entry_id, 2)
    with pytest.raises(Stale):
        db.write_now(register.register, world.clerk, entry_id, FIELDS, version=1)
    assert db.write_now(register.register, world.clerk, entry_id, FIELDS, version=3).arrival_number == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": "  "}, "subject"),
        ({"issuer": ""}, "issuer"),
        ({"issue_date": "2026-11-25"}, "issue_date"),
        ({"issue_date": "31/02/2026"}, "issue_date"),
        ({"transfer_date": "2026-12-01"}, "transfer_date"),
        ({"type_name": "Công vụ"}, "type_name"),
        ({"urgency": "mat"}, "urgency"),
    ],
)
def test_what_cannot_stand_in_a_register(world: World, change: dict[str, str], field: str) -> None:
    entry_id = bring(world, 1)
    with pytest.raises(InvalidFields) as caught:
        world.office.db.write_now(register.register, world.clerk, entry_id, replace(FIELDS, **change), version=1)
    assert [one.field for one in caught.value.problems] == [field]
    assert world.entries()[0].status == "waiting"


def test_the_arrival_day_is_not_in_the_future(world: World) -> None:
    entry_id = bring(world, 1)
    with pytest.raises(InvalidFields):
        world.office.db.write_now(
            register.register, world.clerk, entry_id, FIELDS, version=1, on_date=date(2026, 11, 25)
        )


def test_a_text_longer_than_the_law_provides_is_kept_with_a_warning(world: World) -> None:
    db = world.office.db
    entry_id = bring(world, 1)
    long = replace(FIELDS, subject="dài " * 200)
    advice = db.read_now(register.advise, ORG, long)
    assert [(one.field, one.severe) for one in advice.problems] == [("subject", False)]
    made = db.write_now(register.register, world.clerk, entry_id, long, version=1)
    assert len(made.subject) == 799


def test_numbers_begin_again_with_the_year_of_the_office(any_world: World, clock: FixedClock) -> None:
    """One minute before and after midnight at +07:00, where UTC is still in the old year."""
    db = any_world.office.db
    entries = [bring(any_world, number) for number in range(4)]
    clock.advance(NEW_YEAR_MS - 60_000 - clock.now_ms())
    first = db.write_now(register.register, any_world.clerk, entries[0], FIELDS, version=1)
    clock.advance(120_000)
    second = db.write_now(register.register, any_world.clerk, entries[1], FIELDS, version=1)
    late = db.write_now(register.register, any_world.clerk, entries[2], FIELDS, version=1, on_date=date(2026, 12, 31))
    third = db.write_now(register.register, any_world.clerk, entries[3], FIELDS, version=1)
    given = [(one.year, one.arrival_number) for one in (first, second, late, third)]
    assert given == [(2026, 1), (2027, 1), (2026, 2), (2027, 2)]
    assert db.read_now(numbering.verify_series) == []


def test_the_series_goes_on_after_the_paper_book(world: World) -> None:
    db = world.office.db
    db.write_now(numbering.begin_after, world.clerk, ORG, 2026, 1233)
    made = db.write_now(register.register, world.clerk, bring(world, 1), FIELDS, version=1)
    assert made.arrival_number == 1234
    assert db.read_now(numbering.verify_series) == []
    with pytest.raises(Invalid):
        db.write_now(numbering.begin_after, world.clerk, ORG, 2026, 2000)


def test_verify_finds_a_number_that_is_missing(any_world: World) -> None:
    db = any_world.office.db
    for number in range(3):
        db.write_now(register.register, any_world.clerk, bring(any_world, number), FIELDS, version=1)
    db.write_now(spoil)
    assert [one.text for one in db.read_now(numbering.verify_series)] == [
        "thiếu số 2",
        "có số ngoài dãy đã cấp (đến 3): 9",
    ]


def spoil(tx: Tx) -> None:
    document = documents.by_number(tx, ORG, "in", 2026, 2)
    assert document is not None
    documents.change(tx, document.id, {"arrival_number": 9})


def test_paper_takes_its_number_from_the_same_series(world: World) -> None:
    db = world.office.db
    db.write_now(register.register, world.clerk, bring(world, 1), FIELDS, version=1)
    paper = db.write_now(register.register_paper, world.clerk, ORG, replace(FIELDS, code="7/UBND-VX"))
    assert (paper.arrival_number, paper.entry_id) == (2, None)
    assert [one.kind for one in db.read_now(register.timeline, paper.id)] == ["received", "registered"]


def test_the_form_warns_of_a_document_that_is_there(any_world: World) -> None:
    db = any_world.office.db
    made = db.write_now(register.register, any_world.clerk, bring(any_world, 1), FIELDS, version=1)
    same = replace(FIELDS, code="0123/sgdđt-vp", issuer="UỶ BAN NHÂN DÂN TỈNH TÂY NINH", issue_date="1/2/2026")
    assert db.read_now(register.same_documents, ORG, same) == [made]
    advice = db.read_now(register.advise, ORG, same)
    assert advice.duplicates == (made,)
    assert advice.number == 2
    for other in ({"issue_date": "2025-11-20"}, {"issuer": "UBND xã X"}, {"code": "124/SGDĐT-VP"}):
        assert db.read_now(register.same_documents, ORG, replace(same, **other)) == []
    again = db.write_now(register.register, any_world.clerk, bring(any_world, 2), same, version=1)
    assert again.arrival_number == 2  # a warning, not a refusal


def test_a_correction_keeps_what_was_written(any_world: World) -> None:
    db = any_world.office.db
    made = db.write_now(register.register, any_world.clerk, bring(any_world, 1), FIELDS, version=1)
    right = replace(register.fields_of(made), subject="phòng, chống đuối nước", deadline="2026-12-01")
    with pytest.raises(Invalid):
        db.write_now(register.correct, any_world.clerk, made.id, right, " ")
    with pytest.raises(Refused):
        db.write_now(register.correct, any_world.officer, made.id, right, "Gõ nhầm")
    after = db.write_now(register.correct, any_world.other_clerk, made.id, right, "Gõ nhầm", version=1)
    assert (after.subject, after.deadline, after.version) == ("phòng, chống đuối nước", "2026-12-01", 2)
    assert (after.arrival_number, after.year, after.arrival_date) == (1, 2026, "2026-11-24")
    last = db.read_now(register.timeline, made.id)[-1]
    assert last.kind == "corrected"
    assert "“tăng cường phòng, chống tai nạn đuối nước trẻ em” thành “phòng, chống đuối nước”" in last.text
    assert last.text.endswith("Lý do: Gõ nhầm")
    acts = db.read_now(audit.of, f"document/{made.id}")
    assert acts[-1]["detail"]["changes"]["deadline"] == ["", "2026-12-01"]
    with pytest.raises(Stale):
        db.write_now(register.correct, any_world.clerk, made.id, FIELDS, "Khác", version=1)
    assert db.read_now(register.register_rows, ORG, 2026, "duoi nuoc tre em").total == 0


def test_the_register_is_searched_without_marks(any_world: World) -> None:
    db = any_world.office.db
    rows = [
        FIELDS,
        replace(FIELDS, code="1581/QĐ-SGDĐT", type_name="Quyết định", subject="Quy chế văn phòng điện tử"),
        replace(FIELDS, code="7/SGD&ĐT-VP", issuer="Sở Giáo dục và Đào tạo Long An", subject="chấn chỉnh thể thức"),
        replace(FIELDS, code="67-KL/TU", issuer="Ban Thường vụ Tỉnh uỷ Tây Ninh", subject="vùng biên giới 100%"),
    ]
    for number, fields in enumerate(rows):
        db.write_now(register.register, any_world.clerk, bring(any_world, number), fields, version=1)

    def found(query: str) -> list[int]:
        return [one.arrival_number for one in db.read_now(register.register_rows, ORG, 2026, query).rows]

    assert found("") == [4, 3, 2, 1]
    assert found("123/sgddt-vp") == [1]
    assert found("123 / SGDĐT - vp") == [1]
    assert found("1581") == [2]
    assert found("quyet dinh van phong") == [2]
    assert found("07/sgddt-vp") == [3]
    assert found("67-kl/tu") == [4]
    assert found("thường vụ tỉnh ủy") == [4]
    assert found("DUOI NUOC") == [1]
    assert found("100%") == [4]
    assert found("_") == []
    assert found("đào tạo long an") == [3]


def test_pages_of_the_register(any_world: World) -> None:
    db = any_world.office.db
    for number in range(7):
        db.write_now(register.register_paper, any_world.clerk, ORG, replace(FIELDS, code=f"{number}/UBND-VX"))
    first = db.read_now(register.register_rows, ORG, 2026, limit=3)
    assert ([one.arrival_number for one in first.rows], first.total, first.next) == ([7, 6, 5], 7, 5)
    second = db.read_now(register.register_rows, ORG, 2026, limit=3, before=first.next)
    third = db.read_now(register.register_rows, ORG, 2026, limit=3, before=second.next)
    assert [one.arrival_number for one in second.rows + third.rows] == [4, 3, 2, 1]
    assert third.next is None
    printed = db.read_now(register.register_rows, ORG, 2026, limit=100, oldest_first=True)
    assert [one.arrival_number for one in printed.rows] == list(range(1, 8))
    none = db.read_now(register.register_rows, ORG, 2026, first_day="2026-11-25")
    assert none.total == 0


def test_looking_up_one_document(world: World) -> None:
    db = world.office.db
    made = db.write_now(register.register_paper, world.clerk, ORG, FIELDS)
    assert db.read_now(register.get_document, ORG, 2026, 1) == made
    with pytest.raises(NotFound):
        db.read_now(register.get_document, ORG, 2026, 2)
    with pytest.raises(NotFound):
        db.read_now(register.get_document, "DV01", 2026, 1)


def test_each_organisation_has_its_own_series(world: World) -> None:
    db = world.office.db
    school_clerk = world.people["vt.thptbausen"]
    ours = db.write_now(register.register_paper, world.clerk, ORG, FIELDS)
    theirs = db.write_now(register.register_paper, school_clerk, "DV01", FIELDS)
    assert (ours.arrival_number, theirs.arrival_number) == (1, 1)
    with pytest.raises(Refused):
        db.write_now(register.register_paper, school_clerk, ORG, FIELDS)


def test_fields_of_a_proposal() -> None:
    from mailsvc.documents.fields import from_proposal

    fields = from_proposal(
        {"type_name": "Quyết định", "code": "1/QĐ-X", "subject": "a", "issue_date": None,
         "signer": {"authority": "KT. GIÁM ĐỐC", "position": "PHÓ GIÁM ĐỐC", "name": "Đặng Hữu Phước"},
         "addressed_to": ["X"], "urgency": "khan"}
    )  # fmt: skip
    assert fields == Fields(
        type_name="Quyết định", code="1/QĐ-X", subject="a", urgency="khan",
        signer="Đặng Hữu Phước (KT. GIÁM ĐỐC, PHÓ GIÁM ĐỐC)",
    )  # fmt: skip
    assert from_proposal(None) == Fields()


def test_two_processes_share_one_register(any_world: World) -> None:
    """Fifty presses from two databases' writers at once, as from two processes: no gap, no double, one number each."""
    entries = [bring(any_world, number) for number in range(25)]
    second = Database(any_world.office.settings.database_url, any_world.office.clock)
    numbers: list[int] = []
    refused: list[int] = []

    def press(db: Database, clerk: int, entry_id: int) -> None:
        try:
            numbers.append(db.write_now(register.register, clerk, entry_id, FIELDS, version=1).arrival_number)
        except AlreadyRegistered as error:
            refused.append(error.document.arrival_number)

    pairs = [(any_world.office.db, any_world.clerk), (second, any_world.other_clerk)]
    run_together([lambda a=db, b=clerk, c=one: press(a, b, c) for one in entries for db, clerk in pairs])
    second.close()
    assert sorted(numbers) == sorted(refused) == list(range(1, 26))
    assert any_world.office.db.read_now(numbering.verify_series) == []
