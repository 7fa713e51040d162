"""What one has just done with a document or a task is taken back, until somebody goes on with it; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from mailsvc.core.actor import Actor
from mailsvc.core.errors import NotFound, Refused
from mailsvc.documents import undoing
from mailsvc.documents.my_work import my_work
from mailsvc.documents.routing import assigning, closing, directing, handling, recalling
from mailsvc.documents.routing import undoing as incoming
from mailsvc.documents.tasks import deciding, doing, requests
from mailsvc.documents.tasks import undoing as given
from mailsvc.documents.tasks.giving import NewTask
from mailsvc.store import documents, mailboxes, placements, routing, tasks, ways_back
from mailsvc.store.flags import SEEN
from mailsvc.store.tx import Tx
from tests.office.following_world import actor, give, told
from tests.office.incoming_world import DONE, RETURNED, WORK, Desk, cooperate, inform, lead
from webmail import ways_back as pages

PEOPLE = ("nganltt", "dungmh", "khuetm", "huevt", "hand")


def take_back(desk: Desk, username: str, token: str) -> None:
    desk.write(pages.undo, Actor(desk[username]), token)


def do(desk: Desk, username: str, document_id: int, work: Callable[..., Any], *args: Any, **named: Any) -> str:
    """The act, as the pages do it; the token of its way back."""
    token = ways_back.new_token()
    desk.write(incoming.kept, desk[username], document_id, token, work, desk[username], *args, **named)
    return token


def offered(desk: Desk, username: str, token: str) -> bool:
    return bool(desk.read(undoing.offered, desk[username], token))


def state(desk: Desk, document_id: int) -> dict[str, Any]:
    """All that an act on the document changes for people: rows, register, work lists, letters."""

    def rows(tx: Tx) -> dict[str, Any]:
        found = documents.get(tx, document_id)
        gone = [one for one in routing.lines_of(tx, document_id) if one.state != "recalled"]
        some = {"flow": routing.flow(tx, document_id), "register": (found.recipients, found.transfer_date or "")}
        parts = [asdict(one) for one in (some["flow"], *gone, *routing.requests_of(tx, document_id))]
        return some | {"rows": [{name: one[name] for name in one if name != "version"} for one in parts], "flow": None}

    folders = {(who, name): desk.folder(who, name) for who in PEOPLE for name in (WORK, DONE, RETURNED)}
    work = {who: desk.read(my_work, desk[who]).count for who in PEOPLE}
    return {**desk.read(rows), "folders": {one: some for one, some in folders.items() if some}, "work": work}


def directed(desk: Desk) -> int:
    """A document with khuetm in charge and huevt beside; both have read it."""
    document = desk.paper()
    orders = [lead(f"p:{desk['khuetm']}", "30/11/2026"), cooperate(f"p:{desk['huevt']}")]
    flow = desk.write(directing.submit, desk["daonth"], document.id, version=1)
    desk.write(directing.direct, desk["nganltt"], document.id, "Xử lý.", orders, version=flow.version)
    for who in ("khuetm", "huevt"):
        desk.write(handling.read, desk[who], document.id)
    return document.id


def test_what_is_done_with_a_line_is_taken_back(any_desk: Desk) -> None:
    desk = any_desk
    number = directed(desk)
    line, other = desk.line(number, "khuetm"), desk.line(number, "huevt")
    asked = desk.write(recalling.ask_extension, desk["khuetm"], line.id, "04/12/2026", "Chờ số liệu.")
    noanswer = desk.write(recalling.ask_no_answer, desk["khuetm"], line.id, "Để biết.")
    acts: list[tuple[str, Callable[..., Any], tuple[Any, ...], bool]] = [
        ("khuetm", handling.report, (line.id, "Xong."), False),
        ("khuetm", handling.give_back, (line.id, "Không thuộc lĩnh vực."), True),
        ("khuetm", handling.take_up, (line.id, 40), True),
        ("khuetm", assigning.forward, (line.id, f"p:{desk['hand']}", "Đúng người."), True),
        ("nganltt", closing.close, (line.id, "Không cần trả lời."), True),
        ("nganltt", assigning.reassign, (line.id, f"p:{desk['hand']}", "Bận."), True),
        ("nganltt", recalling.extend, (line.id, "03/12/2026", "Thêm."), True),
        ("nganltt", recalling.decide, (asked.id, True), False),
        ("nganltt", recalling.decide, (noanswer.id, False, "Phải trả lời."), False),
    ]
    for who, work, args, versioned in acts:
        before = state(desk, number)
        named = {"version": desk.line(number, "khuetm").version} if versioned else {}
        token = do(desk, who, number, work, *args, **named)
        assert state(desk, number) != before and offered(desk, who, token), work
        take_back(desk, who, token)
        assert state(desk, number) == before, work
        assert not offered(desk, who, token)
        events = desk.read(documents.events_of, number)
        assert events[-1].kind == "undone" and events[-1].actor_id == desk[who]
    assert desk.line(number, "huevt").state == other.state == "read"


def test_a_direction_is_taken_back_while_nobody_has_read_it(any_desk: Desk) -> None:
    desk = any_desk
    document = desk.paper()
    desk.write(directing.submit, desk["daonth"], document.id, version=1)
    before = state(desk, document.id)
    orders = [lead(f"p:{desk['khuetm']}", "30/11/2026"), cooperate(f"p:{desk['huevt']}"), inform(f"p:{desk['hand']}")]
    token = do(desk, "nganltt", document.id, directing.direct, document.id, "A", orders, version=2)
    assert desk.flow(document.id).state == "directed" and len(desk.folder("khuetm", WORK)) == 1
    take_back(desk, "nganltt", token)
    assert state(desk, document.id) == before and desk.folder("khuetm", WORK) == []
    assert [one.text for one in desk.read(routing.directions_of, document.id)][-1] == "A"  # what was decided stays
    again = desk.flow(document.id).version
    token = do(desk, "nganltt", document.id, directing.direct, document.id, "B", orders, version=again)
    desk.write(handling.read, desk["huevt"], document.id)
    with pytest.raises(Refused, match="đã đọc lượt chuyển này"):
        take_back(desk, "nganltt", token)
    assert desk.flow(document.id).state == "directed" and len(desk.folder("khuetm", WORK)) == 1


def test_whoever_goes_on_is_named(any_desk: Desk) -> None:
    desk = any_desk
    number = directed(desk)
    line = desk.line(number, "khuetm")
    token = do(desk, "khuetm", number, handling.give_back, line.id, "Nhầm người.", version=line.version)
    with pytest.raises(NotFound):
        take_back(desk, "huevt", token)
    desk.write(handling.opine, desk["nganltt"], number, "Để tôi xem lại.")
    with pytest.raises(Refused, match=r"Lâm Thị Thu Ngân đã xử lý tiếp .“Ý kiến: Để tôi xem lại.”") as error:
        take_back(desk, "khuetm", token)
    assert "lúc" in error.value.message and desk.line(number, "khuetm").state == "returned"


def test_two_presses_at_the_same_moment(any_desk: Desk) -> None:
    desk = any_desk
    number = directed(desk)
    before, line = state(desk, number), desk.line(number, "khuetm")
    token = do(desk, "khuetm", number, handling.report, line.id, "Xong.")
    told_off: list[str] = []
    gate = threading.Barrier(2)

    def press() -> None:
        gate.wait()
        try:
            take_back(desk, "khuetm", token)
        except NotFound as error:
            told_off.append(error.message)

    hands = [threading.Thread(target=press) for _ in range(2)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert len(told_off) == 1 and "đã hoàn tác rồi" in told_off[0]
    assert state(desk, number) == before
    assert [one.kind for one in desk.read(documents.events_of, number)].count("undone") == 1


def test_it_is_for_some_minutes_and_not_for_every_act(any_desk: Desk) -> None:
    desk = any_desk
    number = directed(desk)
    line = desk.line(number, "huevt")
    token = do(desk, "nganltt", number, recalling.withdraw, line.id, "Thôi.", version=line.version)
    assert not offered(desk, "nganltt", token)  # the letter has left its receiver's mailbox
    assert not offered(desk, "khuetm", do(desk, "khuetm", number, handling.opine, number, "Ý kiến."))
    token = do(desk, "khuetm", number, handling.report, desk.line(number, "khuetm").id, "Xong.")
    desk.clock.advance(ways_back.KEPT_MS)
    with pytest.raises(NotFound, match="đã quá 15 phút"):
        take_back(desk, "khuetm", token)


def sheet(desk: Desk, task_id: int) -> Any:
    task = asdict(desk.read(tasks.get, task_id))
    people = [asdict(one) for one in desk.read(tasks.people_of, task_id)]
    del task["version"]
    folders = {(who, name): desk.folder(who, name) for who in ("khuetm", "hand") for name in (WORK, DONE, RETURNED)}
    return task, people, [asdict(one) for one in desk.read(tasks.requests_of, task_id)], folders


def on_task(desk: Desk, username: str, task_id: int, work: Callable[..., Any], *args: Any, **named: Any) -> str:
    token = ways_back.new_token()
    desk.write(given.kept, desk[username], task_id, token, work, actor(desk, username), *args, **named)
    return token


def test_what_is_done_with_a_task_is_taken_back(any_desk: Desk) -> None:
    desk = any_desk
    desk.set_time("2026-11-24 08:00")
    task = give(desk, "dungmh", "Rà soát sách", "khuetm", "hand", deadline="27/11/2026")
    token = on_task(desk, "khuetm", task.id, doing.acknowledge, task.id)
    assert not offered(desk, "khuetm", token)
    desk.write(doing.acknowledge, actor(desk, "hand"), task.id)
    asked = desk.write(requests.ask_extension, actor(desk, "khuetm"), task.id, "04/12/2026", "Chờ.")

    def there_and_back(username: str, work: Callable[..., Any], *args: Any, **named: Any) -> None:
        before = sheet(desk, task.id)
        token = on_task(desk, username, task.id, work, *args, **named)
        assert sheet(desk, task.id) != before
        take_back(desk, username, token)
        assert sheet(desk, task.id) == before, work
        with pytest.raises(NotFound):
            take_back(desk, username, token)

    there_and_back("khuetm", doing.report, task.id, "Đã xong.")
    there_and_back("khuetm", doing.refuse, task.id, "Không đúng việc.")
    there_and_back("hand", doing.report, task.id, "Phần tôi xong.")
    there_and_back("khuetm", doing.progress, task.id, 30)
    there_and_back("dungmh", requests.decide_extension, asked, True)
    there_and_back("dungmh", deciding.close, task.id, "tot", "Thôi.")
    desk.write(doing.report, actor(desk, "khuetm"), task.id, "Đã xong.")
    there_and_back("dungmh", deciding.send_back, task.id, "Thiếu.")
    there_and_back("dungmh", deciding.close, task.id, "tot")
    assert ("dungmh", "Hoàn tác: Rà soát sách") in [one[1:] for one in told(desk, "Hoàn tác")]
    token = on_task(desk, "dungmh", task.id, deciding.send_back, task.id, "Thiếu lớp 12.")
    desk.write(doing.report, actor(desk, "khuetm"), task.id, "Đã thêm.")
    with pytest.raises(Refused, match=r"Trương Minh Khuê đã xử lý tiếp .“Báo cáo: Đã thêm.”"):
        take_back(desk, "dungmh", token)


def test_the_first_report_keeps_that_it_was_taken_on(any_desk: Desk) -> None:
    desk = any_desk
    desk.set_time("2026-11-24 08:00")
    task = give(desk, "dungmh", "Việc", "khuetm")
    token = on_task(desk, "khuetm", task.id, doing.report, task.id, "Đã xong.")
    take_back(desk, "khuetm", token)
    (row,) = desk.read(tasks.people_of, task.id)
    assert desk.read(tasks.get, task.id).state == "working" and row.acknowledged_ms and row.reported_ms is None


def test_a_task_just_given_is_taken_back_while_nobody_has_opened_it(any_desk: Desk) -> None:
    desk = any_desk
    desk.set_time("2026-11-24 08:00")
    new = NewTask("Rà soát", "Nội dung.", desk["khuetm"], (desk["hand"],), "27/11/2026")
    token, again = ways_back.new_token(), ways_back.new_token()
    task = desk.write(given.given, actor(desk, "dungmh"), new, token)
    take_back(desk, "dungmh", token)
    assert desk.read(tasks.get, task.id).state == "withdrawn" and desk.folder("khuetm", WORK) == []
    assert desk.read(my_work, desk["khuetm"]).count == 0 and told(desk, "Hoàn tác", "Rút lại") == []
    second = desk.write(given.given, actor(desk, "dungmh"), new, again)
    assert second.id != task.id
    desk.write(_open_letters, desk["hand"])
    with pytest.raises(Refused, match="đã mở thư giao việc"):
        take_back(desk, "dungmh", again)
    assert desk.read(tasks.get, second.id).state == "sent"


def _open_letters(tx: Tx, account_id: int) -> None:
    box = mailboxes.by_name(tx, account_id, WORK)
    rows = placements.rows(tx, box.id, 1, 1 << 40, ("uid", "flags", "keywords"))
    placements.set_flags(tx, box.id, [(uid, old, old | SEEN, words) for uid, old, words in rows])
