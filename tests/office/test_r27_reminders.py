"""R27: a month of the demo office with a public holiday inside; exactly which mail goes to whom, once each."""

from __future__ import annotations

import sqlite3

import pytest

from mailsvc.core.errors import NotFound, Refused
from mailsvc.documents.following import urging
from mailsvc.documents.routing import directing, recalling
from mailsvc.documents.tasks import doing, requests
from mailsvc.store import tasks
from tests.office.following_world import actor, give, hours, tick, told
from tests.office.incoming_world import Desk, lead

REMINDERS = ("Còn ", "Đến hạn", "Quá hạn", "Quá thời hạn", "Sắp hết")


def test_r27_a_month_with_a_holiday_inside(desk: Desk) -> None:
    """Quốc khánh 2026: 31/8 to 2/9 are off, Saturday 22/8 is worked instead."""
    desk.set_time("2026-08-17 09:00")
    long = give(desk, "dungmh", "Báo cáo tổng kết", "khuetm", "hand", deadline="03/09/2026")
    short = give(desk, "lyhc", "Lịch tiếp dân", "phuongvh", deadline="24/08/2026")
    open_ended = give(desk, "dungmh", "Theo dõi thi đua", "nghiahq")
    for task, name in ((long, "khuetm"), (long, "hand"), (open_ended, "nghiahq")):
        desk.write(doing.acknowledge, actor(desk, name), task.id)
    extended = request = None
    for moment in hours("2026-08-17", "2026-09-18"):
        desk.set_time(moment)
        if moment == "2026-08-18 08:00":
            desk.write(doing.acknowledge, actor(desk, "phuongvh"), short.id)
        if moment == "2026-08-24 10:00":
            desk.write(doing.report, actor(desk, "phuongvh"), short.id, "Đã lập lịch.")
        if moment == "2026-08-27 09:00":
            extended = give(desk, "dungmh", "Kế hoạch ôn tập", "linhdtm", deadline="04/09/2026")
            desk.write(doing.acknowledge, actor(desk, "linhdtm"), extended.id)
        if moment == "2026-09-03 10:00":
            assert extended is not None
            request = desk.write(
                requests.ask_extension, actor(desk, "linhdtm"), extended.id, "10/09/2026", "Chờ số liệu."
            )
            desk.write(requests.decide_extension, actor(desk, "dungmh"), request, True)
        if moment == "2026-09-07 10:00":
            desk.write(doing.report, actor(desk, "hand"), long.id, "Phần phối hợp đã xong.")
        if moment == "2026-09-10 16:00":
            assert extended is not None
            desk.write(doing.report, actor(desk, "linhdtm"), extended.id, "Đã xong.")
        tick(desk)
    unacknowledged = "Quá thời hạn nhận việc, 15:00 ngày 17/08/2026: Chưa nhận việc: Lịch tiếp dân"
    T, S, K = "Việc được giao: Báo cáo tổng kết", "Việc được giao: Lịch tiếp dân", "Việc được giao: Kế hoạch ôn tập"
    due_t, due_s = "hạn 03/09/2026", "hạn 24/08/2026"
    assert told(desk, *REMINDERS) == sorted([
        # not taken on within four working hours: 09:00 to 11:30 and 13:30 to 15:00
        ("2026-08-17 15:00", "phuongvh", unacknowledged),
        ("2026-08-17 15:00", "lyhc", unacknowledged),
        # T-3, T-1 (the made-up Saturday), T; reported on the day
        ("2026-08-20 07:00", "phuongvh", f"Còn 3 ngày làm việc, {due_s}: {S}"),
        ("2026-08-22 07:00", "phuongvh", f"Còn 1 ngày làm việc, {due_s}: {S}"),
        ("2026-08-24 07:00", "phuongvh", f"Đến hạn hôm nay, 24/08/2026: {S}"),
        # T-3 and T-1 before the holiday, T after it, then the head, then assigner and head of the Office
        ("2026-08-26 07:00", "khuetm", f"Còn 3 ngày làm việc, {due_t}: {T}"),
        ("2026-08-26 07:00", "hand", f"Còn 3 ngày làm việc, {due_t}: {T}"),
        ("2026-08-28 07:00", "khuetm", f"Còn 1 ngày làm việc, {due_t}: {T}"),
        ("2026-08-28 07:00", "hand", f"Còn 1 ngày làm việc, {due_t}: {T}"),
        ("2026-09-03 07:00", "khuetm", f"Đến hạn hôm nay, 03/09/2026: {T}"),
        ("2026-09-03 07:00", "hand", f"Đến hạn hôm nay, 03/09/2026: {T}"),
        ("2026-09-04 07:00", "khuetm", f"Quá hạn 1 ngày làm việc, {due_t}: {T}"),
        ("2026-09-04 07:00", "hand", f"Quá hạn 1 ngày làm việc, {due_t}: {T}"),
        ("2026-09-04 07:00", "dungmh", f"Quá hạn 1 ngày làm việc, {due_t}: {T}"),
        ("2026-09-08 07:00", "khuetm", f"Quá hạn 3 ngày làm việc, {due_t}: {T}"),
        ("2026-09-08 07:00", "dungmh", f"Quá hạn 3 ngày làm việc, {due_t}: {T}"),
        ("2026-09-08 07:00", "lyhc", f"Quá hạn 3 ngày làm việc, {due_t}: {T}"),
        ("2026-09-15 07:00", "khuetm", f"Quá hạn 8 ngày làm việc, {due_t}: {T}"),
        ("2026-09-15 07:00", "dungmh", f"Quá hạn 8 ngày làm việc, {due_t}: {T}"),
        ("2026-09-15 07:00", "lyhc", f"Quá hạn 8 ngày làm việc, {due_t}: {T}"),
        # T-3 would be the day it was given on: none; T-1 of the old deadline, then all of the new one
        ("2026-09-03 07:00", "linhdtm", f"Còn 1 ngày làm việc, hạn 04/09/2026: {K}"),
        ("2026-09-07 07:00", "linhdtm", f"Còn 3 ngày làm việc, hạn 10/09/2026: {K}"),
        ("2026-09-09 07:00", "linhdtm", f"Còn 1 ngày làm việc, hạn 10/09/2026: {K}"),
        ("2026-09-10 07:00", "linhdtm", f"Đến hạn hôm nay, 10/09/2026: {K}"),
    ])  # fmt: skip


def test_r27_what_was_missed_is_told_once_when_the_service_is_back(desk: Desk) -> None:
    desk.set_time("2026-11-16 09:00")
    task = give(desk, "dungmh", "Rà soát sách", "khuetm", deadline="20/11/2026")
    desk.write(doing.acknowledge, actor(desk, "khuetm"), task.id)
    desk.set_time("2026-11-24 10:20")  # it stood still over T-3, T-1, T and T+1
    tick(desk)
    tick(desk)
    late = "Quá hạn 2 ngày làm việc, hạn 20/11/2026: Việc được giao: Rà soát sách"
    assert told(desk, *REMINDERS) == [("2026-11-24 10:20", "dungmh", late), ("2026-11-24 10:20", "khuetm", late)]


def test_r27_lines_of_incoming_documents(desk: Desk) -> None:
    desk.set_time("2026-11-16 08:00")
    document = desk.paper(issue_date="2026-11-13")
    desk.write(directing.direct, desk["nganltt"], document.id, "Làm.", [lead("u:GDTRH", "20/11/2026")], version=1)
    for moment in hours("2026-11-16", "2026-11-23"):
        desk.set_time(moment)
        tick(desk)
    title = f"Văn bản đến số 1/2026: {document.subject}"
    unread = f"Quá thời hạn mở đọc, 14:00 ngày 16/11/2026: Chưa mở đọc v{title[1:]}"
    found = [one for one in told(desk, *REMINDERS) if one[1] in ("gdtrh", "dungmh", "lyhc")]
    assert found == [
        ("2026-11-16 14:00", "gdtrh", unread),
        ("2026-11-17 07:00", "gdtrh", f"Còn 3 ngày làm việc, hạn 20/11/2026: {title}"),
        ("2026-11-19 07:00", "gdtrh", f"Còn 1 ngày làm việc, hạn 20/11/2026: {title}"),
        ("2026-11-20 07:00", "gdtrh", f"Đến hạn hôm nay, 20/11/2026: {title}"),
        ("2026-11-23 07:00", "dungmh", f"Quá hạn 1 ngày làm việc, hạn 20/11/2026: {title}"),
        ("2026-11-23 07:00", "gdtrh", f"Quá hạn 1 ngày làm việc, hạn 20/11/2026: {title}"),
    ]  # fmt: skip


def test_r27_the_clocks_of_the_decree(desk: Desk) -> None:
    """Registered on Friday afternoon: to be submitted by the end of Monday; announced two hours before."""
    desk.set_time("2026-11-20 16:00")
    document = desk.paper(issue_date="2026-11-19")
    for moment in hours("2026-11-20", "2026-11-24"):
        desk.set_time(moment)
        tick(desk)
    title = f"Chưa trình, chưa chuyển văn bản đến số 1/2026: {document.subject}"
    when = "trình, chuyển giao, 17:00 ngày 23/11/2026"
    assert told(desk, *REMINDERS) == [
        ("2026-11-23 15:00", "daonth", f"Sắp hết thời hạn {when}: {title}"),
        ("2026-11-24 07:00", "daonth", f"Quá thời hạn {when}: {title}"),
        ("2026-11-24 07:00", "lyhc", f"Quá thời hạn {when}: {title}"),
    ]


def test_r27_urging_by_hand(desk: Desk) -> None:
    desk.set_time("2026-11-24 08:00")
    task = give(desk, "dungmh", "Rà soát sách", "khuetm", deadline="30/11/2026")
    assert desk.write(urging.urge, actor(desk, "lyhc"), "task", task.id, "Lãnh đạo cần gấp.") == 1
    assert told(desk, "Đôn đốc") == [("2026-11-24 08:00", "khuetm", "Đôn đốc: Việc được giao: Rà soát sách")]
    desk.set_time("2026-11-24 13:50")  # less than four working hours later
    with pytest.raises(Refused, match=r"4 giờ làm việc.*urge.pause_hours"):
        desk.write(urging.urge, actor(desk, "dungmh"), "task", task.id)
    desk.set_time("2026-11-24 14:00")
    assert desk.write(urging.urge, actor(desk, "dungmh"), "task", task.id) == 1
    with pytest.raises(Refused, match="Quy chế Điều 8 khoản 4"):
        desk.write(urging.urge, actor(desk, "hand"), "task", task.id)
    desk.write(doing.report, actor(desk, "khuetm"), task.id, "Xong.")
    with pytest.raises(NotFound, match="đã xong"):
        desk.write(urging.urge, actor(desk, "lyhc"), "task", task.id)


def test_r27_requests_that_nobody_decides(desk: Desk) -> None:
    desk.set_time("2026-11-24 10:00")
    task = give(desk, "dungmh", "Rà soát sách", "khuetm", deadline="04/12/2026")
    desk.write(requests.ask_extension, actor(desk, "khuetm"), task.id, "08/12/2026", "Chờ số liệu.")
    document = desk.paper(issue_date="2026-11-20")
    desk.write(directing.direct, desk["nganltt"], document.id, "Làm.", [lead("u:GDTRH", "04/12/2026")], version=1)
    line = desk.line(document.id, "gdtrh")
    desk.write(recalling.ask_extension, desk["dungmh"], line.id, "08/12/2026", "Chờ số liệu.")
    for moment in ("2026-11-25 17:00", "2026-11-26 07:00", "2026-11-26 08:00"):
        desk.set_time(moment)
        tick(desk)
    found = [one for one in told(desk, "Quá thời hạn trả lời") if one[1] in ("dungmh", "nganltt")]
    assert found == [
        ("2026-11-26 07:00", "dungmh", "Quá thời hạn trả lời đề nghị gia hạn, 17:00 ngày 25/11/2026: "
                                       "Chờ quyết định gia hạn việc: Rà soát sách"),
        ("2026-11-26 07:00", "nganltt", "Quá thời hạn trả lời đề nghị, 17:00 ngày 25/11/2026: "
                                        f"Xin gia hạn, văn bản đến số 1/2026: {document.subject}"),
    ]  # fmt: skip


def test_r27_one_wrong_row_holds_up_nobody(desk: Desk) -> None:
    desk.set_time("2026-11-17 08:00")
    good, bad = (give(desk, "dungmh", f"Việc {n}", "khuetm", deadline="24/11/2026") for n in (1, 2))
    with sqlite3.connect(desk.office.settings.folder / "mailsvc.db") as connection:
        connection.execute("UPDATE tasks SET assigner_id = 999999 WHERE id = ?", [bad.id])
    desk.set_time("2026-11-24 07:00")
    tick(desk)
    tick(desk)
    assert [one[1:] for one in told(desk, "Đến hạn")] == [
        ("khuetm", "Đến hạn hôm nay, 24/11/2026: Việc được giao: Việc 1")
    ]
    assert desk.read(tasks.get, good.id).is_open


def test_r27_next_years_holidays_are_asked_for_once(desk: Desk) -> None:
    for moment in ("2026-11-30 08:00", "2026-12-01 06:00", "2026-12-01 07:00", "2026-12-02 09:00"):
        desk.set_time(moment)
        tick(desk)
    assert told(desk, "Lịch nghỉ") == [("2026-12-01 07:00", "lyhc", "Lịch nghỉ năm 2027 cần xác nhận")]
