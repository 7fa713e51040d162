"""The acts on incoming documents after the register, one by one."""

from __future__ import annotations

import pytest

from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents.errors import Stale
from mailsvc.documents.fields import InvalidFields
from mailsvc.documents.my_work import my_work
from mailsvc.documents.routing import assigning, closing, directing, handling, pages, recalling
from mailsvc.store import accounts
from tests.office.incoming_world import DONE, RETURNED, WORK, Desk, cooperate, inform, lead


def directed(desk: Desk, *orders: object, text: str = "Phòng GDTrH chủ trì tham mưu.") -> int:
    """A document that was submitted and directed; its id."""
    document = desk.paper()
    flow = desk.write(directing.submit, desk["daonth"], document.id, version=desk.flow(document.id).version)
    chosen = orders or (lead("u:GDTRH", "30/11/2026"), cooperate("u:KHTC"), inform(f"p:{desk['huevt']}"))
    desk.write(directing.direct, desk["nganltt"], document.id, text, chosen, version=flow.version)
    return document.id


def test_the_whole_way(desk: Desk) -> None:
    document = desk.paper()
    assert desk.flow(document.id).state == "registered"
    flow = desk.write(directing.submit, desk["daonth"], document.id, version=1)
    assert (flow.state, flow.paper) == ("submitted", "submitted")
    assert desk.folder("nganltt", WORK) == ["[Trình] Số đến 1/2026: tăng cường phòng, chống tai nạn đuối nước trẻ em"]
    orders = (lead("u:GDTRH", "30/11/2026"), cooperate("u:KHTC"), inform(f"p:{desk['huevt']}"))
    flow = desk.write(directing.direct, desk["nganltt"], document.id, "Tham mưu.", orders, version=flow.version)
    assert (flow.state, flow.deadline, flow.paper) == ("directed", "2026-11-30", "transferred")
    assert desk.folder("nganltt", WORK) == [] and len(desk.folder("nganltt", DONE)) == 1
    assert len(desk.folder("gdtrh", WORK)) == 1
    assert desk.line(document.id, "khtc").deadline == "2026-11-30"
    top = desk.line(document.id, "gdtrh")
    made = desk.write(
        assigning.assign, desk["dungmh"], top.id, "Đ/c Khuê làm.", [lead(f"p:{desk['khuetm']}", "2")],
        version=top.version,
    )  # fmt: skip
    assert made[0].deadline == "2026-11-26"
    mine = desk.read(my_work, desk["khuetm"])
    assert [one.title for one in mine.week] == ["tăng cường phòng, chống tai nạn đuối nước trẻ em"]
    done = desk.write(handling.report, desk["khuetm"], made[0].id, "Đã dự thảo công văn.")
    assert done.state == "reported" and done.holder_id == desk["dungmh"]
    assert len(desk.folder("khuetm", DONE)) == 1
    with pytest.raises(Refused, match=r"tệp mềm.*Điều 9 khoản 4"):
        desk.write(closing.close, desk["dungmh"], top.id, version=desk.line(document.id, "gdtrh").version)
    asked = desk.write(recalling.ask_no_answer, desk["dungmh"], top.id, "Chỉ để thực hiện, không phải trả lời.")
    assert asked.decider_id == desk["nganltt"]
    desk.write(recalling.decide, desk["nganltt"], asked.id, True)
    desk.write(closing.close, desk["dungmh"], top.id, version=desk.line(document.id, "gdtrh").version)
    flow = desk.flow(document.id)
    assert (flow.state, flow.closed_how) == ("done", "consent")
    assert {one.state for one in desk.lines(document.id) if one.role != "inform"} == {"closed"}


def test_exactly_one_lead(desk: Desk) -> None:
    document = desk.paper()
    two = (lead("u:GDTRH"), lead("u:KHTC"))
    none = (cooperate("u:KHTC"),)
    for orders in (two, none):
        with pytest.raises(InvalidFields, match="chủ trì"):
            desk.write(directing.direct, desk["nganltt"], document.id, "", orders, version=1)
    desk.write(directing.direct, desk["nganltt"], document.id, "", [lead("u:GDTRH")], version=1)
    with pytest.raises(InvalidFields, match="Đã có người chủ trì"):
        desk.write(directing.direct, desk["nganltt"], document.id, "", [lead("u:KHTC")], version=2)
    desk.write(directing.direct, desk["nganltt"], document.id, "Thêm.", [cooperate("u:KHTC")], version=2)
    assert [one.role for one in desk.lines(document.id)] == ["lead", "cooperate"]


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        ("24/11/2026", "đã qua"),
        ("23/11/2026", "trước ngày đến"),
        ("28/11/2026", "ngày nghỉ; hãy chọn 27/11/2026 hoặc 30/11/2026"),
        ("30/11/2062", "quá xa"),
        ("31/02/2027", "không phải là ngày"),
        ("hôm nào", "không phải là ngày"),
    ],
)
def test_wrong_deadlines_are_said_beside_the_field(desk: Desk, deadline: str, said: str) -> None:
    document = desk.paper()
    desk.set_time("2026-11-25 08:00")
    with pytest.raises(InvalidFields, match=said) as error:
        desk.write(directing.direct, desk["nganltt"], document.id, "", [lead("u:GDTRH", deadline)], version=1)
    assert [one.field for one in error.value.problems] == ["lead-deadline"]
    assert desk.lines(document.id) == [] and desk.folder("gdtrh", WORK) == []


def test_cooperating_is_not_due_after_the_lead(desk: Desk) -> None:
    document = desk.paper()
    orders = [lead("u:GDTRH", "27/11/2026"), cooperate("u:KHTC", "30/11/2026")]
    with pytest.raises(InvalidFields, match="sau hạn của chủ trì"):
        desk.write(directing.direct, desk["nganltt"], document.id, "", orders, version=1)


def test_two_leaders_at_once(desk: Desk) -> None:
    document = desk.paper()
    desk.write(directing.direct, desk["nganltt"], document.id, "A", [lead("u:GDTRH")], version=1)
    with pytest.raises(Stale):
        desk.write(directing.direct, desk["phuocdh"], document.id, "B", [lead("u:KHTC")], version=1)
    assert len(desk.lines(document.id)) == 1


def test_recall_only_while_unread(desk: Desk) -> None:
    document_id = directed(desk)
    line = desk.line(document_id, "khtc")
    desk.write(recalling.recall, desk["nganltt"], line.id, version=line.version)
    assert desk.folder("khtc", WORK) == []
    line = desk.line(document_id, "gdtrh")
    assert desk.write(handling.read, desk["dungmh"], document_id) == 1
    with pytest.raises(Refused, match=r"đã đọc.*Điều 8 khoản 1"):
        desk.write(recalling.recall, desk["nganltt"], line.id, version=line.version)
    asked = desk.write(recalling.ask_recall, desk["nganltt"], line.id, "Nhầm phòng.")
    desk.write(recalling.decide, desk["dungmh"], asked.id, True)
    assert desk.line(document_id, "gdtrh").state == "recalled"
    assert desk.flow(document_id).state == "submitted"


def test_returned_to_the_assigner_and_given_to_another(desk: Desk) -> None:
    document_id = directed(desk)
    line = desk.line(document_id, "gdtrh")
    with pytest.raises(Invalid, match="lý do"):
        desk.write(handling.give_back, desk["dungmh"], line.id, " ", version=line.version)
    desk.write(handling.give_back, desk["dungmh"], line.id, "Không thuộc lĩnh vực.", version=line.version)
    assert desk.folder("gdtrh", RETURNED)
    assert desk.flow(document_id).state == "submitted"
    back = [one for one in desk.read(my_work, desk["nganltt"]).later if one.state == "returned"]
    assert len(back) == 1
    returned = desk.line(document_id, "gdtrh")
    made = desk.write(
        assigning.reassign, desk["nganltt"], line.id, f"p:{desk['lyhc']}", "Đúng người.",
        version=returned.version,
    )  # fmt: skip
    assert (made.role, made.deadline) == ("lead", "2026-11-30")
    assert desk.flow(document_id).state == "directed"
    assert not [one for one in desk.read(my_work, desk["nganltt"]).later if one.state == "returned"]


def test_extension_asked_refused_and_granted(desk: Desk) -> None:
    document_id = directed(desk)
    line = desk.line(document_id, "gdtrh")
    with pytest.raises(Invalid, match="không sau hạn cũ"):
        desk.write(recalling.ask_extension, desk["dungmh"], line.id, "27/11/2026", "Nhiều việc.")
    asked = desk.write(recalling.ask_extension, desk["dungmh"], line.id, "04/12/2026", "Nhiều việc.")
    with pytest.raises(Invalid, match="lý do"):
        desk.write(recalling.decide, desk["nganltt"], asked.id, False)
    desk.write(recalling.decide, desk["nganltt"], asked.id, False, "Phải đúng hạn.")
    assert desk.flow(document_id).deadline == "2026-11-30"
    asked = desk.write(recalling.ask_extension, desk["dungmh"], line.id, "04/12/2026", "Chờ số liệu.")
    with pytest.raises(Refused):
        desk.write(recalling.decide, desk["huevt"], asked.id, True)
    desk.write(recalling.decide, desk["nganltt"], asked.id, True)
    assert desk.flow(document_id).deadline == "2026-12-04"
    assert desk.write(recalling.decide, desk["nganltt"], asked.id, False, "Thôi.").state == "granted"


def test_what_was_meant_for_a_leaver(desk: Desk) -> None:
    desk.write(accounts.set_active, desk["huevt"], False)
    document = desk.paper()
    with pytest.raises(InvalidFields, match="chưa có người thay") as error:
        desk.write(directing.direct, desk["nganltt"], document.id, "", [lead(f"p:{desk['huevt']}")], version=1)
    assert error.value.problems[0].field == "lead-receiver"


def test_clerks_transfer_only_what_the_rule_says(desk: Desk) -> None:
    document = desk.paper()
    with pytest.raises(Refused, match=r"transfer.types"):
        desk.write(directing.transfer, desk["daonth"], document.id, "", [lead("u:GDTRH")], version=1)
    invitation = desk.paper(type_name="Giấy mời", code="5/GM-UBND")
    desk.write(directing.transfer, desk["daonth"], invitation.id, "", [lead("u:GDTRH")], version=1)
    assert desk.flow(invitation.id).state == "directed"


def test_who_may_not(desk: Desk) -> None:
    document_id = directed(desk)
    flow, line = desk.flow(document_id), desk.line(document_id, "gdtrh")
    for username in ("khuetm", "huevt", "truccx", "vt.thptbausen"):
        with pytest.raises(Refused):
            desk.write(directing.direct, desk[username], document_id, "", [lead("u:KHTC")], version=flow.version)
        with pytest.raises(Refused):
            desk.write(handling.report, desk[username], line.id, "Xong.")
        with pytest.raises(Refused):
            desk.write(closing.close, desk[username], line.id, "Xong.", version=line.version)


def test_opinions_are_written_once(desk: Desk) -> None:
    document_id = directed(desk)
    line = desk.line(document_id, "gdtrh")
    first = desk.write(handling.opine, desk["dungmh"], document_id, "Đề nghị lùi hạn.", line.id)
    assert desk.write(handling.opine, desk["dungmh"], document_id, "Đề nghị lùi hạn.", line.id).id == first.id


def test_filed_for_information(desk: Desk) -> None:
    document = desk.paper()
    flow = desk.write(directing.submit, desk["daonth"], document.id, version=1)
    desk.write(directing.file_for_information, desk["nganltt"], document.id, "", ["u:GDTRH"], version=flow.version)
    assert desk.flow(document.id).state == "filed"
    line = desk.line(document.id, "gdtrh")
    assert (line.role, line.deadline) == ("inform", None)
    desk.write(handling.read, desk["dungmh"], document.id)
    assert desk.line(document.id, "gdtrh").is_open == 0
    flow = desk.write(
        closing.reopen, desk["nganltt"], document.id, "Phải trả lời.", version=desk.flow(document.id).version
    )
    assert flow.state == "submitted"


def test_passing_on_keeps_role_and_deadline(desk: Desk) -> None:
    document_id = directed(desk, lead(f"p:{desk['khuetm']}", "27/11/2026"))
    line = desk.line(document_id, "khuetm")
    made = desk.write(
        assigning.forward,
        desk["khuetm"],
        line.id,
        f"p:{desk['hand']}",
        "Thuộc mảng của đ/c Hà.",
        version=line.version,
    )
    assert (made.role, made.deadline, made.assigner_id) == ("lead", "2026-11-27", desk["nganltt"])
    assert desk.line(document_id, "khuetm").state == "forwarded"
    assert desk.flow(document_id).deadline == "2026-11-27"


def test_what_was_given_below_ends_with_the_line(desk: Desk) -> None:
    document_id = directed(desk)
    top = desk.line(document_id, "gdtrh")
    orders = [lead(f"p:{desk['khuetm']}")]
    desk.write(assigning.assign, desk["dungmh"], top.id, "Làm.", orders, version=top.version)
    top = desk.line(document_id, "gdtrh")
    made = desk.write(assigning.forward, desk["dungmh"], top.id, "u:TCCB", "Đúng việc.", version=top.version)
    assert desk.line(document_id, "khuetm").state == "withdrawn"
    assert desk.folder("khuetm", WORK) == []
    assert [one.id for one in desk.lines(document_id) if one.is_open and one.role == "lead"] == [made.id]
    assert desk.flow(document_id).deadline == "2026-11-30"


def test_a_document_for_all_schools(desk: Desk) -> None:
    """One letter for all of them; the page of such a document opens at once."""
    document = desk.paper()
    schools = [f"u:DV{number:02d}" for number in range(1, 46)]
    orders = [lead("u:GDTRH"), *(inform(one) for one in schools)]
    desk.write(directing.direct, desk["nganltt"], document.id, "Sao gửi.", orders, version=1)
    assert len(desk.lines(document.id)) == 46
    way = desk.read(pages.way, desk["nganltt"], document)
    assert sum("recall" in one.acts for one in way.nodes) == 46
