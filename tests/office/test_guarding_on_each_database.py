"""Holding, deciding, destroying, delegating, rules and the regulation, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from mailsvc.accounts import break_glass
from mailsvc.core.actor import Actor
from mailsvc.documents import (
    destroying,
    held_decisions,
    history,
    proof,
    register,
    regulation,
    rights,
    rules,
)
from mailsvc.documents.fields import Fields
from mailsvc.documents.rights import Act, delegating, of_organisation
from mailsvc.documents.rights.delegating import Terms
from mailsvc.mail.deliver import deliver_letter
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.letter import from_bytes
from mailsvc.store import accounts, guarding, intake
from tests.office.incoming_world import CLERKS, Desk
from tests.office.test_r01_secrecy import inbox, letter

PAPER = Fields(issuer="Bộ GDĐT", subject="Văn bản thứ nhất", code="1/BGDĐT-VP")


def arrive(desk: Desk, data: bytes) -> None:
    envelope = Envelope("1", "mx", Client("192.0.2.1"), "vp@demo.example", (Recipient(CLERKS),), desk.clock.now_ms())
    desk.write(deliver_letter, desk.office.settings.organisation.domains, envelope, from_bytes(data))


def test_everything_that_guards_works_on_each_database(any_desk: Desk) -> None:
    desk = any_desk
    director, chief, clerk = (Actor(desk[name]) for name in ("nganltt", "lyhc", "daonth"))
    for decision, state in (("release", "waiting"), ("remove", "dismissed")):
        arrive(desk, letter(f"TỐI MẬT: Kế hoạch {decision}"))
        (entry,) = desk.read(intake.listing, "SGDDT", ("held",), limit=9)
        assert desk.read(inbox, "vanthu") == ([] if decision == "release" else ["TỐI MẬT: Kế hoạch release"])
        item = desk.read(guarding.held_of, f"intake/{entry.id}")
        assert item is not None
        for who in (director, chief):
            desk.write(held_decisions.decide, who, item.id, decision, "Đã xem")
        assert desk.read(intake.get, entry.id).status == state

    desk.write(
        delegating.delegate, clerk, desk["daonth"], desk["khuetm"], Terms("uy_quyen", "2026-11-24", "2026-11-30", "GUQ")
    )
    made = desk.write(register.register_paper, Actor(desk["khuetm"]), "SGDDT", PAPER)
    assert desk.read(register.timeline, made.id)[-1].actor.endswith("thừa ủy quyền của Nguyễn Thị Hồng Đào")
    assert desk.write(history.viewed, director, made.id) and not desk.write(history.viewed, director, made.id)

    desk.write(rules.set_value, chief, "glass.minutes", 5, "2026-11-25", "Ngắn hơn")
    assert (desk.read(rules.value, "glass.minutes"), desk.read(rules.value, "glass.minutes", "2026-11-25")) == (30, 5)
    admin = Actor(desk.read(accounts.with_role, "quan_tri", "2026-11-24")[0].id)
    glass = desk.write(break_glass.open_document, admin, made.id, "Sự cố hiển thị văn bản")
    assert desk.write(break_glass.read, admin, glass.id).thing == f"document/{made.id}"

    purge = desk.write(destroying.ask, clerk, made.id, "Hết thời hạn")
    assert desk.write(destroying.decide, chief, purge, True, "").state == "done"
    assert not desk.read(rights.may, admin, Act.READ, of_organisation("SGDDT"))

    first = desk.write(regulation.propose, chief, "Quy chế", "Điều 1. Phạm vi\nÁp dụng.", "Ban hành mới")
    desk.write(regulation.publish, director, first, "9/QĐ-SGDĐT", "2026-11-24")
    assert desk.write(regulation.acknowledge, director, first)
    assert not desk.write(regulation.acknowledge, director, first)
    asked = desk.write(regulation.open_round, chief, "Góp ý", "2026-11-30")
    desk.write(regulation.give_opinion, clerk, asked, "Điều 1", "Thêm phạm vi.")
    desk.write(regulation.answer, chief, 1, "tiep_thu", "")
    assert len(desk.read(regulation.synthesis, chief, asked).tables[0].rows) == 1
    assert desk.read(proof.verify, [], b"") == []
