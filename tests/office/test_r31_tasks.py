"""R31, R37: tasks are administrative directions: never changed once sent, acknowledged, refused only with a reason."""

from __future__ import annotations

import pytest

from mailsvc.core.errors import Invalid, NotFound, Refused
from mailsvc.documents.errors import Stale
from mailsvc.documents.fields import InvalidFields
from mailsvc.documents.following import daily, problems
from mailsvc.documents.my_work import my_work
from mailsvc.documents.rights import delegating
from mailsvc.documents.rights.delegating import Terms
from mailsvc.documents.tasks import deciding, doing, giving, looking, requests
from mailsvc.documents.tasks.giving import NewTask
from mailsvc.store import audit, tasks
from tests.office.following_world import actor, give, tick, told
from tests.office.incoming_world import DONE, RETURNED, WORK, Desk


def test_r31_the_whole_way_of_a_task(desk: Desk) -> None:
    desk.set_time("2026-11-24 08:00")
    task = give(desk, "dungmh", "Rà soát sách giáo khoa", "khuetm", "hand", deadline="27/11/2026")
    subject = "[Giao việc] Rà soát sách giáo khoa (hạn 27/11/2026)"
    assert desk.folder("khuetm", WORK) == desk.folder("hand", WORK) == [subject]
    assert [one.title for one in desk.read(my_work, desk["khuetm"]).week] == ["Rà soát sách giáo khoa"]
    assert [one.waiting_for for one in desk.read(my_work, desk["dungmh"]).waiting] == ["Trương Minh Khuê"]
    desk.write(doing.acknowledge, actor(desk, "khuetm"), task.id)
    desk.write(doing.progress, actor(desk, "hand"), task.id, 40, "Đã có danh sách.")
    desk.write(doing.report, actor(desk, "hand"), task.id, "Phần phối hợp xong.")
    assert desk.folder("hand", DONE) == [subject] and desk.folder("khuetm", WORK) == [subject]
    desk.write(doing.report, actor(desk, "khuetm"), task.id, "Đã rà soát 12 đầu sách.")
    with pytest.raises(Refused, match="đang chờ người giao đánh giá"):
        desk.write(doing.report, actor(desk, "khuetm"), task.id, "Lần nữa.")
    assert [one.title for one in desk.read(my_work, desk["dungmh"]).week] == ["Rà soát sách giáo khoa"]
    desk.write(deciding.send_back, actor(desk, "dungmh"), task.id, "Thiếu lớp 12.")
    assert desk.read(tasks.get, task.id).reported_ms is None and desk.folder("khuetm", WORK) == [subject]
    desk.write(doing.report, actor(desk, "khuetm"), task.id, "Đã bổ sung lớp 12.")
    seen = desk.read(tasks.get, task.id).version
    with pytest.raises(Stale):
        desk.write(deciding.close, actor(desk, "dungmh"), task.id, "tot", version=seen - 1)
    desk.write(deciding.close, actor(desk, "dungmh"), task.id, "tot", "Tốt.", version=seen)
    closed = desk.read(tasks.get, task.id)
    assert (closed.state, closed.grade, closed.is_open) == ("done", "tot", 0)
    assert desk.folder("khuetm", DONE) == [subject] and desk.read(my_work, desk["khuetm"]).count == 0
    kinds = [one.kind for one in desk.read(tasks.events_of, task.id)]
    assert kinds == [
        "sent", "acknowledged", "acknowledged", "progress", "reported", "reported", "sent_back", "reported", "closed",
    ]  # fmt: skip
    reports = [one[1:] for one in told(desk, "Báo cáo")]
    done = ("dungmh", "Báo cáo hoàn thành: Rà soát sách giáo khoa")
    assert reports == [done, done, ("dungmh", "Báo cáo phần phối hợp: Rà soát sách giáo khoa")]


def test_r31_what_was_sent_cannot_be_changed_only_supplemented_or_withdrawn(desk: Desk) -> None:
    task = give(desk, "dungmh", "Rà soát sách", "khuetm", deadline="30/11/2026")
    for name in ("title", "content", "first_deadline", "assigner_id"):
        with pytest.raises(ValueError, match=name):
            desk.write(tasks.change, task.id, {name: "khác"})
    desk.write(giving.supplement, actor(desk, "dungmh"), task.id, "Thêm sách tham khảo.")
    with pytest.raises(Refused, match="Quy chế Điều 9 khoản 2"):
        desk.write(giving.supplement, actor(desk, "hand"), task.id, "Tôi cũng thêm.")
    with pytest.raises(Invalid, match="lý do"):
        desk.write(giving.withdraw, actor(desk, "dungmh"), task.id, " ")
    desk.write(giving.withdraw, actor(desk, "dungmh"), task.id, "Đã có đơn vị khác làm.")
    sheet = desk.read(looking.sheet, actor(desk, "khuetm"), task.id)
    assert (sheet.task.title, sheet.task.content, sheet.task.state) == ("Rà soát sách", "Nội dung.", "withdrawn")
    assert desk.folder("khuetm", WORK) == []
    with pytest.raises(Refused, match="đã rút lại"):
        desk.write(doing.acknowledge, actor(desk, "khuetm"), task.id)
    actions = [one["action"] for one in desk.read(audit.of, f"task/{task.id}")]
    assert actions == ["task.send", "task.supplement", "task.withdraw"]


def test_r31_who_may_give_tasks_to_whom(desk: Desk) -> None:
    for assigner, lead in (("khuetm", "hand"), ("dungmh", "phuongvh"), ("ht.thptbausen", "khuetm"), ("truccx", "uycn")):
        with pytest.raises(Refused, match="giao việc"):
            give(desk, assigner, "Việc", lead)
    give(desk, "nganltt", "Việc của Sở", "ht.thptbausen", "dungmh")
    give(desk, "ht.thptbausen", "Việc của trường", "vt.thptbausen")
    with pytest.raises(Refused, match="chính mình"):
        give(desk, "nganltt", "Việc", "nganltt")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": " "}, "Phải ghi tên việc"),
        ({"lead_id": None}, "đúng một người chủ trì"),
        ({"deadline": "23/11/2026"}, "đã qua"),
        ({"deadline": "28/11/2026"}, "ngày nghỉ; ngày làm việc liền trước là 27/11/2026"),
        ({"deadline": "30/11/2062"}, "xem lại năm"),
        ({"deadline": "31/02/2027"}, "không phải là ngày"),
        ({"advisory": True}, "phải có hạn"),
        ({"priority": "mat"}, "không có"),
    ],
)
def test_r31_what_is_wrong_is_said_beside_the_field(desk: Desk, changes: dict[str, object], said: str) -> None:
    new = NewTask(**({"title": "Việc", "lead_id": desk["khuetm"]} | changes))  # type: ignore[arg-type]
    with pytest.raises(InvalidFields, match=said):
        desk.write(giving.send, actor(desk, "dungmh"), new)


def test_r31_a_form_sent_twice_gives_one_task(desk: Desk) -> None:
    first, second = (give(desk, "dungmh", "Việc", "khuetm", deadline="3 ngày") for _ in range(2))
    assert first.id == second.id and first.deadline == "2026-11-27"
    assert len(desk.folder("khuetm", WORK)) == 1
    assert give(desk, "dungmh", "Việc", "hand", deadline="3 ngày").id != first.id


def test_r31_others_do_not_see_a_task(desk: Desk) -> None:
    task = give(desk, "dungmh", "Việc", "khuetm")
    for name in ("khuetm", "dungmh", "toancm", "nganltt", "lyhc"):
        assert desk.read(looking.sheet, actor(desk, name), task.id).task.id == task.id
    for name in ("phuongvh", "truccx", "ht.thptbausen"):
        with pytest.raises(NotFound):
            desk.read(looking.sheet, actor(desk, name), task.id)


def test_r37_refusing_needs_a_reason_and_goes_to_the_assigner(desk: Desk) -> None:
    desk.set_time("2026-11-24 08:00")
    task = give(desk, "dungmh", "Việc khó", "khuetm", deadline="30/11/2026")
    with pytest.raises(Invalid, match="Điều 10 khoản 3"):
        desk.write(doing.refuse, actor(desk, "khuetm"), task.id, "")
    desk.write(doing.refuse, actor(desk, "khuetm"), task.id, "Đang đi công tác.")
    assert told(desk, "Từ chối") == [("2026-11-24 08:00", "dungmh", "Từ chối việc được giao: Việc khó")]
    assert len(desk.folder("khuetm", RETURNED)) == 1
    assert [one.about for one in desk.read(my_work, desk["dungmh"]).later] == [
        "Giao việc cho Trương Minh Khuê · Bị từ chối, chờ người giao"
    ]
    with pytest.raises(Refused, match="chờ người giao"):
        desk.write(doing.acknowledge, actor(desk, "khuetm"), task.id)
    desk.write(deciding.insist, actor(desk, "dungmh"), task.id, "Làm khi về.")
    assert len(desk.folder("khuetm", WORK)) == 1
    assert desk.write(doing.acknowledge, actor(desk, "khuetm"), task.id)
    assert not desk.write(doing.acknowledge, actor(desk, "khuetm"), task.id)


def test_an_extension_moves_the_deadline_and_in_time_the_judgement(desk: Desk) -> None:
    desk.set_time("2026-11-24 08:00")
    task = give(desk, "dungmh", "Việc", "khuetm", deadline="26/11/2026")
    with pytest.raises(Invalid, match="phải sau hạn"):
        desk.write(requests.ask_extension, actor(desk, "khuetm"), task.id, "25/11/2026", "Chờ.")
    asked = desk.write(requests.ask_extension, actor(desk, "khuetm"), task.id, "30/11/2026", "Chờ số liệu.")
    with pytest.raises(Refused):
        desk.write(requests.decide_extension, actor(desk, "hand"), asked, True)
    found = desk.write(requests.decide_extension, actor(desk, "dungmh"), asked, True)
    assert (found.deadline, found.judged_deadline, found.first_deadline) == ("2026-11-30", "2026-11-30", "2026-11-26")
    with pytest.raises(Refused, match="đã được quyết định"):
        desk.write(requests.decide_extension, actor(desk, "dungmh"), asked, False, answer="Không.")
    again = desk.write(requests.ask_extension, actor(desk, "khuetm"), task.id, "04/12/2026", "Vẫn chờ.")
    desk.set_time("2026-12-01 08:00")
    found = desk.write(requests.decide_extension, actor(desk, "dungmh"), again, True)
    assert (found.deadline, found.judged_deadline) == ("2026-12-04", "2026-11-30")


def test_r37_what_is_not_taken_on_within_four_working_hours_is_told(desk: Desk) -> None:
    desk.set_time("2026-11-27 15:30")  # Friday: an hour and a half of work is left
    task = give(desk, "dungmh", "Việc gấp", "khuetm", "hand")
    desk.write(doing.acknowledge, actor(desk, "hand"), task.id)
    for moment in ("2026-11-27 17:30", "2026-11-28 10:00", "2026-11-30 09:29"):
        desk.set_time(moment)
        tick(desk)
        assert told(desk, "Quá thời hạn nhận việc") == []
    desk.set_time("2026-11-30 09:30")
    tick(desk)
    tick(desk)
    late = "Quá thời hạn nhận việc, 09:30 ngày 30/11/2026: Chưa nhận việc: Việc gấp"
    assert told(desk, "Quá thời hạn nhận việc") == [
        ("2026-11-30 09:30", "dungmh", late), ("2026-11-30 09:30", "khuetm", late),
    ]  # fmt: skip


def test_what_is_meant_for_somebody_away_goes_to_the_substitute(desk: Desk) -> None:
    desk.set_time("2026-11-24 08:00")
    task = give(desk, "dungmh", "Việc", "khuetm", deadline="26/11/2026")
    desk.write(doing.acknowledge, actor(desk, "khuetm"), task.id)
    terms = Terms("thay_the", "2026-11-25", "2026-11-30", "Nghỉ phép")
    desk.write(delegating.delegate, actor(desk, "khuetm"), desk["khuetm"], desk["hand"], terms)
    desk.set_time("2026-11-25 07:00")
    tick(desk)
    assert [one[1] for one in told(desk, "Còn 1 ngày")] == ["hand"]
    other = give(desk, "dungmh", "Việc mới", "khuetm")
    assert [one.person_id for one in desk.read(tasks.people_of, other.id)] == [desk["hand"]]
    assert "nhận thay Trương Minh Khuê" in desk.read(tasks.events_of, other.id)[0].text


def test_r01_a_mark_of_secrecy_is_not_taken_into_a_task_or_a_report(desk: Desk) -> None:
    with pytest.raises(InvalidFields, match="bí mật nhà nước"):
        give(desk, "dungmh", "Kế hoạch (TỐI MẬT) kiểm tra", "khuetm")
    task = give(desk, "dungmh", "Đổi mật khẩu, bảo mật thông tin", "khuetm")
    for words in ("Độ mật: Tối mật", "[MẬT]"):
        with pytest.raises(Refused, match="Quy chế Điều 7 khoản 2"):
            desk.write(doing.report, actor(desk, "khuetm"), task.id, words)
        with pytest.raises(Refused, match="bí mật nhà nước"):
            desk.write(daily.report, actor(desk, "khuetm"), words)
        with pytest.raises(Refused, match="bí mật nhà nước"):
            desk.write(problems.tell, actor(desk, "khuetm"), "Vướng mắc", words)
    desk.write(doing.report, actor(desk, "khuetm"), task.id, "Đã đổi mật khẩu, giữ bí mật.")


def test_who_stands_in_sees_and_does_the_tasks_of_who_is_away(desk: Desk) -> None:
    desk.set_time("2026-11-24 08:00")
    task = give(desk, "dungmh", "Việc", "khuetm", deadline="26/11/2026")
    terms = Terms("thay_the", "2026-11-25", "2026-11-30", "Nghỉ phép")
    desk.write(delegating.delegate, actor(desk, "khuetm"), desk["khuetm"], desk["hand"], terms)
    assert desk.read(my_work, desk["hand"]).count == 0
    desk.set_time("2026-11-25 08:00")
    assert [one.title for one in desk.read(my_work, desk["hand"]).week] == ["Việc"]
    desk.write(doing.report, actor(desk, "hand"), task.id, "Làm thay.")
    assert desk.read(tasks.people_of, task.id)[0].reported_ms is not None
    acts = [one for one in desk.read(audit.of, f"task/{task.id}") if one["action"] == "task.report"]
    assert [(one["actor_id"], one["on_behalf_of"]) for one in acts] == [(desk["hand"], desk["khuetm"])]
