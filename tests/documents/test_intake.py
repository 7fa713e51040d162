"""Chờ vào sổ: which letters wait for the register, how they came, what repeats, and what clerks decide."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pytest
from intake_world import DOMAINS, FIELDS, ORG, OUTSIDER, World, letter, sample

from mailsvc.core.actor import Actor
from mailsvc.core.clock import FixedClock
from mailsvc.core.errors import Invalid, NotFound, Refused
from mailsvc.documents import held_decisions, intake, register
from mailsvc.documents.errors import AlreadyRegistered, Stale
from mailsvc.mail import mailboxes as mail
from mailsvc.mail.letter import from_bytes
from mailsvc.mail.mailboxes import INTAKE_FOLDER, NewMessage
from mailsvc.store import audit, mailboxes
from mailsvc.store import intake as store
from mailsvc.store.tx import Tx
from tests.places import SAMPLES

PDF = (SAMPLES / "pdf" / "cv-bgddt-khao-sat.pdf").read_bytes() if SAMPLES.exists() else b""
OTHER_PDF = (SAMPLES / "pdf" / "kh-chuyen-doi-so.pdf").read_bytes() if SAMPLES.exists() else b""

pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="needs the sample files")


def expected() -> dict[str, dict[str, Any]]:
    if not SAMPLES.exists():
        return {}
    files = json.loads((SAMPLES / "expected.json").read_text("utf-8"))["files"]
    return {path.removeprefix("mail/"): entry for path, entry in files.items() if path.startswith("mail/")}


FORWARDED = sorted(name for name, entry in expected().items() if entry.get("forwarded") and entry["is_document"])
NEVER = {"message", "bulk", "spam", "calendar", "delivery_report", "auto_reply", "read_receipt"}


# ---- the samples --------------------------------------------------------------------------------------------
def test_every_sample_opens_what_it_should(world: World) -> None:
    wrong, harmful = [], []
    for name, entry in sorted(expected().items()):
        status = status_after(world, sample(SAMPLES, name))
        wanted = "held" if entry["class"] == "hold_secrecy" else "waiting" if entry["is_document"] else None
        found_in_file = name == "11-dau-mat-trong-van-ban.eml"  # the mark is inside the file: extract_job holds it
        if status != wanted and not (found_in_file and status == "waiting"):
            wrong.append((name, status, wanted))
            if entry["class"] in NEVER and status == "waiting":
                harmful.append(name)
    assert harmful == []
    assert len(wrong) <= 0.05 * len(expected()), wrong


@pytest.mark.parametrize("name", sorted(name for name, entry in expected().items() if entry["class"] in NEVER))
def test_filing_does_not_make_a_document_of_personal_mail(world: World, name: str) -> None:
    file_message(world, sample(SAMPLES, name))
    assert world.entries() == []


def status_after(world: World, data: bytes) -> str | None:
    before = {one.id for one in world.entries()}
    world.deliver(data)
    made = [one for one in world.entries() if one.id not in before]
    return made[0].status if made else None


@pytest.mark.parametrize("name", FORWARDED)
def test_a_forwarded_letter_tells_who_wrote_it_first(world: World, name: str) -> None:
    entry = world.bring(sample(SAMPLES, name))
    origin = expected()[name]["forwarded"]
    assert entry.sender_address == origin["from"]
    assert entry.subject == origin["subject"]
    assert entry.original_message_id == (origin["message_id"] or "")
    inside = "daonth" in expected()[name]["message"]["from"]
    assert entry.channel == ("forward" if inside else "email")
    assert entry.actor_id == (world.clerk if inside else None)


def test_the_files_of_a_letter_lie_with_the_entry(world: World) -> None:
    name = "03-nhieu-van-ban.eml"
    entry = world.bring(sample(SAMPLES, name))
    files = world.office.db.read_now(store.files_of, entry.id)
    assert [(one.name, one.sha256, one.size) for one in files] == [
        (one["name"], one["sha256"], one["size"]) for one in expected()[name]["attachments"]
    ]


# ---- how it came --------------------------------------------------------------------------------------------
def test_direct_mail_from_outside(world: World) -> None:
    entry = world.bring(letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF)))
    assert (entry.channel, entry.actor_id, entry.org_code, entry.status) == ("email", None, ORG, "waiting")
    assert (entry.sender_name, entry.sender_address) == ("Văn phòng", OUTSIDER)
    assert (entry.mailbox_id, entry.uid) == (world.inbox, 1)
    assert entry.received_ms == world.office.clock.now_ms()
    assert [one["action"] for one in world.office.db.read_now(audit.of, f"intake/{entry.id}")] == ["intake.open"]


def test_mail_redirected_by_a_colleague_keeps_its_author(world: World) -> None:
    entry = world.bring(letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF)), "khuetm+vanban@tayninh.gov.vn")
    assert (entry.channel, entry.actor_id, entry.sender_address) == ("forward", world.officer, OUTSIDER)


def test_mail_of_a_school_of_ours_is_no_forward(world: World) -> None:
    sender = "vt.thptbausen@sogddt.tayninh.gov.vn"
    entry = world.bring(letter("Nộp báo cáo 15/BC-THPTBS", ("bc.pdf", PDF), sender=sender), sender)
    assert (entry.channel, entry.sender_address) == ("email", sender)


def test_filed_by_append(world: World) -> None:
    file_message(world, letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF)))
    (entry,) = world.entries()
    assert (entry.channel, entry.actor_id, entry.sender_address) == ("folder", world.clerk, OUTSIDER)


def file_message(world: World, data: bytes) -> None:
    world.office.db.write_now(append_to, world.clerk, INTAKE_FOLDER, data, world.office.clock.now_ms())


def append_to(tx: Tx, account_id: int, name: str, data: bytes, at_ms: int) -> list[int]:
    return mail.append(tx, account_id, mail.resolve(tx, account_id, name), [NewMessage(from_bytes(data), at_ms)])


def test_filed_by_copy_from_a_personal_inbox(world: World) -> None:
    data = letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF))
    world.deliver(data, to="daonth@sogddt.tayninh.gov.vn")
    assert world.entries() == []
    world.office.db.write_now(transfer, world, mail.copy, "INBOX", [1])
    (entry,) = world.entries()
    assert (entry.channel, entry.duplicate_of) == ("folder", None)


def transfer(tx: Tx, world: World, act: Any, source: str, uids: Sequence[int]) -> None:
    origin = mail.resolve(tx, world.clerk, source)
    target = mail.resolve(tx, world.clerk, INTAKE_FOLDER)
    act(tx, world.office.blobs, world.clerk, origin.id, uids, target)


def test_a_copy_of_a_letter_that_waits_is_marked(any_world: World) -> None:
    first = any_world.bring(letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF)))
    any_world.office.db.write_now(transfer, any_world, mail.copy, "Dùng chung/vanthu", [1])
    second = any_world.entries()[-1]
    assert (second.duplicate_of, second.content_id) == (first.id, first.content_id)
    any_world.office.db.write_now(transfer, any_world, mail.copy, "Dùng chung/vanthu", [1])
    assert [one.duplicate_of for one in any_world.entries()] == [None, first.id, first.id]


def test_a_moved_letter_keeps_its_entry(world: World) -> None:
    first = world.bring(letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF)))
    world.office.db.write_now(transfer, world, mail.move, "Dùng chung/vanthu", [1])
    (entry,) = world.entries()
    folder = world.office.db.read_now(mailboxes.by_name, world.clerk, INTAKE_FOLDER)
    assert (entry.id, entry.mailbox_id, entry.uid) == (first.id, folder.id, 1)


@pytest.mark.parametrize("act", [mail.move, mail.copy])
def test_a_dismissed_letter_that_is_filed_again_waits_again(world: World, act: Any) -> None:
    first = world.bring(letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF)))
    world.office.db.write_now(intake.dismiss, world.clerk, first.id, "Không phải việc của Sở", 1)
    world.office.db.write_now(transfer, world, act, "Dùng chung/vanthu", [1])
    (entry,) = world.entries()
    assert (entry.id, entry.status, entry.version) == (first.id, "waiting", 3)


# ---- the same again -----------------------------------------------------------------------------------------
def test_the_same_file_in_another_letter_is_marked_not_refused(any_world: World) -> None:
    first = any_world.bring(letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF)))
    again = any_world.bring(letter("Gửi lại công văn", ("5120.pdf", PDF), sender="khac@vanban-demo.example"))
    third = any_world.bring(letter("Gửi lần nữa", ("5120-1.pdf", PDF), sender="khac@vanban-demo.example"))
    other = any_world.bring(letter("Kế hoạch 91/KH-SGDĐT", ("kh.pdf", OTHER_PDF)))
    assert [one.duplicate_of for one in (first, again, third, other)] == [None, first.id, first.id, None]
    item = any_world.office.db.read_now(intake.get_entry, third.id)
    assert item.first is not None
    assert item.first.id == first.id


def test_a_repeated_letter_shows_the_document_made_of_the_first(world: World) -> None:
    db = world.office.db
    first = world.bring(letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF)))
    made = db.write_now(register.register, world.clerk, first.id, FIELDS, version=1)
    again = world.bring(letter("Gửi lại công văn", ("5120.pdf", PDF)))
    assert db.read_now(intake.get_entry, again.id).document == made


def test_a_logo_in_two_letters_says_nothing(world: World) -> None:
    logo = ("logo.png", b"\x89PNG\r\n\x1a\n same in all letters")
    world.bring(letter("Công văn 1/UBND-VX", ("cv.pdf", PDF), logo))
    second = world.bring(letter("Kế hoạch 91/KH-SGDĐT", ("kh.pdf", OTHER_PDF), logo))
    assert second.duplicate_of is None


# ---- decisions ----------------------------------------------------------------------------------------------
def test_a_clerk_dismisses_and_restores(any_world: World) -> None:
    db = any_world.office.db
    entry = any_world.bring(letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF)))
    with pytest.raises(Invalid):
        db.write_now(intake.dismiss, any_world.clerk, entry.id, " ", 1)
    gone = db.write_now(intake.dismiss, any_world.clerk, entry.id, "Gửi nhầm cơ quan", 1)
    assert (gone.status, gone.reason, gone.version) == ("dismissed", "Gửi nhầm cơ quan", 2)
    assert db.read_now(intake.wait_list, ORG).items == ()
    with pytest.raises(Refused):
        db.write_now(register.register, any_world.clerk, entry.id, FIELDS, version=2)
    with pytest.raises(Stale):
        db.write_now(intake.restore, any_world.other_clerk, entry.id, 1)
    back = db.write_now(intake.restore, any_world.other_clerk, entry.id, 2)
    assert (back.status, back.reason) == ("waiting", "")
    acts = [one["action"] for one in db.read_now(audit.of, f"intake/{entry.id}")]
    assert acts == ["intake.open", "intake.dismiss", "intake.restore"]


def test_only_clerks_decide(world: World) -> None:
    db = world.office.db
    entry = world.bring(letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF)))
    for person in (world.officer, world.people["vt.thptbausen"]):
        with pytest.raises(Refused):
            db.write_now(intake.dismiss, person, entry.id, "x", 1)
        with pytest.raises(Refused):
            db.write_now(intake.restore, person, entry.id, 1)
        with pytest.raises(Refused):
            db.write_now(intake.open_by_hand, person, world.inbox, 1)


def test_what_is_registered_is_not_dismissed(world: World) -> None:
    db = world.office.db
    entry = world.bring(letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF)))
    made = db.write_now(register.register, world.clerk, entry.id, FIELDS, version=1)
    for act, arguments in ((intake.dismiss, ("x", 2)), (intake.restore, (2,))):
        with pytest.raises(AlreadyRegistered) as caught:
            db.write_now(act, world.clerk, entry.id, *arguments)
        assert caught.value.document == made


def test_a_letter_on_hold_waits_for_a_person(world: World) -> None:
    db = world.office.db
    entry = world.bring(sample(SAMPLES, "11-mat-trong-chu-de.eml"))
    assert (entry.status, entry.subject) == ("held", "")
    assert entry.reason
    assert db.read_now(store.files_of, entry.id) == []
    with pytest.raises(Refused):
        db.write_now(register.register, world.clerk, entry.id, FIELDS, version=1)
    for act, arguments in ((intake.restore, (1, "x")), (intake.dismiss, ("x", 1))):
        with pytest.raises(Refused, match="hai người"):
            db.write_now(act, world.clerk, entry.id, *arguments)
    for person in (world.clerk, world.people["nganltt"]):
        db.write_now(held_decisions.decide, Actor(person), 1, "release", "Dấu ghi nhầm, đã hỏi nơi gửi")
    free = db.read_now(store.get, entry.id)
    assert (free.status, free.extract_state, free.mailbox_id) == ("waiting", "pending", world.inbox)


def test_opening_any_message_by_hand(world: World) -> None:
    db = world.office.db
    data = sample(SAMPLES, "09-thu-ca-nhan.eml")
    world.deliver(data)
    assert world.entries() == []
    entry = db.write_now(intake.open_by_hand, world.clerk, world.inbox, 1)
    assert (entry.channel, entry.status, entry.actor_id) == ("hand", "waiting", world.clerk)
    assert entry.subject == "Trưa nay đi ăn không chị?"
    assert db.write_now(intake.open_by_hand, world.other_clerk, world.inbox, 1).id == entry.id
    db.write_now(intake.dismiss, world.clerk, entry.id, "Nhầm", 1)
    again = db.write_now(intake.open_by_hand, world.clerk, world.inbox, 1)
    assert (again.id, again.status) == (entry.id, "waiting")
    made = db.write_now(register.register, world.clerk, entry.id, FIELDS, version=again.version)
    with pytest.raises(AlreadyRegistered) as caught:
        db.write_now(intake.open_by_hand, world.clerk, world.inbox, 1)
    assert caught.value.document == made
    with pytest.raises(NotFound):
        db.write_now(intake.open_by_hand, world.clerk, world.inbox, 99)


def test_a_clerk_cannot_open_from_a_mailbox_that_is_not_theirs(world: World) -> None:
    world.deliver(letter("Riêng", ("cv.pdf", PDF)), to="khuetm@sogddt.tayninh.gov.vn")
    box = world.office.db.read_now(mailboxes.by_name, world.officer, "INBOX")
    with pytest.raises(Refused):
        world.office.db.write_now(intake.open_by_hand, world.clerk, box.id, 1)


# ---- lists --------------------------------------------------------------------------------------------------
def test_the_wait_list_shows_newest_first_in_pages(any_world: World, clock: FixedClock) -> None:
    db = any_world.office.db
    for number in range(5):
        any_world.deliver(letter(f"Công văn {number}/UBND-VX", (f"{number}.pdf", PDF + bytes([number]))))
        clock.advance(1000)
    first = db.read_now(intake.wait_list, ORG, limit=3)
    second = db.read_now(intake.wait_list, ORG, limit=3, before=first.next)
    assert [one.entry.subject[9] for one in first.items + second.items] == ["4", "3", "2", "1", "0"]
    assert (first.counts, second.next) == ({"waiting": 5}, None)
    assert [one.name for one in second.items[0].files] == ["1.pdf"]
    assert db.read_now(intake.wait_list, "DV01").items == ()


def test_examining_beforehand_gives_the_same_entry(world: World) -> None:
    data = letter("Gửi công văn 5120/BGDĐT-GDPT", ("cv.pdf", PDF))
    ready = from_bytes(data)
    case = intake.examine(ready.data, ready.scan)
    assert case.opens
    assert [(one.name, one.sha256) for one in case.files] == [("cv.pdf", hashlib.sha256(PDF).hexdigest())]
    world.deliver(data)
    (entry,) = world.entries()
    assert tuple(world.office.db.read_now(store.files_of, entry.id)) == case.files
    assert DOMAINS[0].startswith("sogddt")
