"""Schools with registers of their own, substitutes, leavers, and who sees what."""

from __future__ import annotations

import pytest

from mailsvc.core.errors import NotFound, Refused
from mailsvc.documents.my_work import my_work
from mailsvc.documents.register import register_paper
from mailsvc.documents.routing import assigning, closing, directing, handling, pages
from mailsvc.store import accounts, delegations
from tests.office.incoming_world import FIELDS, WORK, Desk, inform, lead


def stand_in(desk: Desk, principal: str, delegate: str, kind: str = delegations.SUBSTITUTE, acts: str = "") -> None:
    values = {"principal_id": desk[principal], "delegate_id": desk[delegate], "kind": kind, "role": "", "unit_code": ""}
    more = {"acts": acts, "valid_from": "2026-11-01", "valid_to": "2026-12-31", "posts_of_day": "", "basis": "QĐ 1"}
    desk.write(delegations.add, **values, **more, created_by=None)


def test_a_school_keeps_its_own_register_and_flow(desk: Desk) -> None:
    clerk, head = desk["vt.thptbausen"], desk["ht.thptbausen"]
    document = desk.write(register_paper, clerk, "DV01", FIELDS)
    assert document.arrival_number == 1 and document.org_code == "DV01"
    flow = desk.write(directing.submit, clerk, document.id, version=1)
    assert desk.line(document.id, "ht.thptbausen").role == "leader"
    desk.write(directing.direct, head, document.id, "Làm.", [lead(f"p:{clerk}", "2")], version=flow.version)
    line = desk.line(document.id, "vt.thptbausen")
    desk.write(handling.report, clerk, line.id, "Xong.")
    line = desk.line(document.id, "vt.thptbausen")
    desk.write(closing.close, head, line.id, "Không cần trả lời.", version=line.version)
    assert desk.flow(document.id).state == "done"
    for username in ("nganltt", "daonth"):  # the Sở has nothing to say in the school's register
        with pytest.raises(Refused):
            desk.write(closing.reopen, desk[username], document.id, "Mở.", version=desk.flow(document.id).version)
        with pytest.raises(NotFound):
            desk.read(pages.seen_document, desk[username], document.id)


def test_what_the_so_gives_to_a_school_is_handled_there(desk: Desk) -> None:
    document = desk.paper()
    desk.write(directing.direct, desk["nganltt"], document.id, "Trường làm.", [lead("u:DV01", "30/11/2026")], version=1)
    head, clerk = desk["ht.thptbausen"], desk["vt.thptbausen"]
    assert [one.title for one in desk.read(my_work, head).later] == [document.subject]
    line = next(one for one in desk.lines(document.id) if one.unit_code == "DV01")
    (made,) = desk.write(assigning.assign, head, line.id, "Đ/c làm.", [lead(f"p:{clerk}")], version=line.version)
    assert made.deadline == "2026-11-30"
    desk.write(handling.report, clerk, made.id, "Đã làm.")
    line = next(one for one in desk.lines(document.id) if one.unit_code == "DV01")
    desk.write(handling.report, head, line.id, "Trường báo cáo.")
    assert desk.read(my_work, desk["nganltt"]).count == 1


def test_a_substitute_receives_and_acts_for_who_is_away(desk: Desk) -> None:
    stand_in(desk, "nganltt", "phuocdh")
    stand_in(desk, "khuetm", "hand")
    document = desk.paper()
    flow = desk.write(directing.submit, desk["daonth"], document.id, version=1)
    line = desk.line(document.id, "phuocdh")
    assert (line.role, line.meant_for_id) == ("leader", desk["nganltt"])
    assert desk.folder("nganltt", WORK) == [] and len(desk.folder("phuocdh", WORK)) == 1
    desk.write(directing.direct, desk["phuocdh"], document.id, "", [lead(f"p:{desk['khuetm']}")], version=flow.version)
    line = desk.line(document.id, "hand")
    assert line.meant_for_id == desk["khuetm"]
    desk.write(handling.report, desk["hand"], line.id, "Xong.")
    seen = desk.read(pages.seen_document, desk["khuetm"], document.id)  # he sees it when he is back
    assert seen.id == document.id


def test_work_given_before_somebody_went_away_is_on_the_substitutes_desk(desk: Desk) -> None:
    document = desk.paper()
    desk.write(directing.direct, desk["nganltt"], document.id, "", [lead(f"p:{desk['khuetm']}", "2")], version=1)
    stand_in(desk, "khuetm", "hand")
    assert [one.title for one in desk.read(my_work, desk["hand"]).week] == [document.subject]
    line = desk.line(document.id, "khuetm")
    desk.write(handling.report, desk["hand"], line.id, "Làm thay xong.")
    assert desk.line(document.id, "khuetm").state == "reported"


def test_a_leaver_with_a_successor_and_one_without(desk: Desk) -> None:
    stand_in(desk, "huevt", "uykh", delegations.HANDOVER)
    desk.write(accounts.set_active, desk["huevt"], False)
    document = desk.paper()
    desk.write(directing.direct, desk["nganltt"], document.id, "", [lead(f"p:{desk['huevt']}")], version=1)
    assert desk.line(document.id, "uykh").meant_for_id == desk["huevt"]


def test_who_only_has_to_know_reads_and_is_done(desk: Desk) -> None:
    document = desk.paper()
    orders = [lead("u:GDTRH"), inform(f"p:{desk['hand']}")]
    desk.write(directing.direct, desk["nganltt"], document.id, "", orders, version=1)
    assert desk.read(my_work, desk["hand"]).count == 1
    line = desk.line(document.id, "hand")
    with pytest.raises(Refused, match="không phải lượt xử lý"):
        desk.write(handling.report, desk["hand"], line.id, "Xong.")
    desk.write(handling.read, desk["hand"], document.id)
    assert desk.read(my_work, desk["hand"]).count == 0
    assert desk.line(document.id, "hand").read_ms == desk.clock.now_ms()


def test_a_delegation_of_single_acts_does_not_show_the_principals_work(desk: Desk) -> None:
    stand_in(desk, "nganltt", "lyhc", delegations.AUTHORITY, "sign")
    document = desk.paper()
    desk.write(directing.submit, desk["daonth"], document.id, version=1)
    assert desk.read(my_work, desk["nganltt"]).count == 1
    assert desk.read(my_work, desk["lyhc"]).count == 0
