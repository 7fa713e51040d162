"""R29, R30, R32, R60: figures against an independent count over the raw rows of the same database."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from lxml import etree

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Refused
from mailsvc.documents.following import daily
from mailsvc.documents.routing import assigning, directing, handling
from mailsvc.documents.tasks import deciding, doing, giving, requests
from mailsvc.documents.tasks.giving import NewTask
from mailsvc.reports import board, emulation, packs, sheets, statistics
from mailsvc.reports.periods import month_of, week_of
from mailsvc.store import contents, following
from tests.office.following_world import actor, give, hours, tick, told
from tests.office.incoming_world import ORG, Desk, cooperate, lead

FRIDAY = "2026-11-27 15:00"
NAMES = ("documents", "tasks", "in_time", "late", "open", "overdue")


def rows(desk: Desk, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(desk.office.settings.folder / "mailsvc.db") as connection:
        return connection.execute(sql).fetchall()


def day_of(at_ms: int) -> str:
    return (datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(hours=7)).date().isoformat()


def a_week(desk: Desk) -> None:
    """Monday 23 to Friday 27 November: five documents, four tasks; some in time, some late, some open."""
    desk.set_time("2026-11-23 08:00")
    documents = [desk.paper(code=f"{n}/UBND-VX", subject=f"Việc số {n}") for n in range(1, 6)]
    due = ("24/11/2026", "24/11/2026", "25/11/2026", "30/11/2026", "")
    for document, day in zip(documents, due, strict=True):
        orders = [lead("u:GDTRH", day), cooperate("u:KHTC", day)]
        desk.write(directing.direct, desk["nganltt"], document.id, "Làm.", orders, version=1)
    give(desk, "dungmh", "Rà soát sách", "khuetm", deadline="24/11/2026")
    late = give(desk, "dungmh", "Thống kê lớp", "hand", deadline="24/11/2026")
    good = give(desk, "lyhc", "Lịch tiếp dân", "phuongvh", deadline="26/11/2026")
    gone = give(desk, "lyhc", "Việc thừa", "thuyvtt", deadline="26/11/2026")
    desk.write(giving.withdraw, actor(desk, "lyhc"), gone.id, "Thừa.")
    line = desk.line(documents[0].id, "gdtrh")
    below = desk.write(assigning.assign, desk["dungmh"], line.id, "Làm.", [lead(f"p:{desk['khuetm']}")], version=1)
    desk.set_time("2026-11-24 15:00")
    desk.write(handling.report, desk["khuetm"], below[0].id, "Xong.")
    desk.write(handling.report, desk["dungmh"], line.id, "Đã xong.")
    desk.set_time("2026-11-26 10:00")
    desk.write(handling.report, desk["dungmh"], desk.line(documents[1].id, "gdtrh").id, "Xong muộn.")
    desk.write(doing.report, actor(desk, "hand"), late.id, "Xong muộn.")
    desk.write(doing.report, actor(desk, "phuongvh"), good.id, "Đã lập lịch.")
    desk.write(deciding.close, actor(desk, "lyhc"), good.id, "tot")
    desk.write(daily.report, actor(desk, "khuetm"), "Đã rà soát.")
    desk.set_time(FRIDAY)


def counted(desk: Desk) -> dict[str, dict[str, int]]:
    """The figures by unit, counted row by row in Python."""
    first, last, today = "2026-11-23", "2026-11-29", "2026-11-27"
    units: dict[str, dict[str, int]] = {}

    def add(unit: str, name: str) -> None:
        units.setdefault(unit, dict.fromkeys(NAMES, 0))[name] += 1

    homes = dict(rows(desk, "SELECT id, unit_code FROM accounts"))
    columns = "unit_code, assignee_id, role, parent_id, state, is_open, deadline, sent_ms, reported_ms, ended_ms"
    lines = rows(desk, f"SELECT {columns} FROM transfers")
    for unit, person, role, parent, state, is_open, deadline, sent, reported, ended in lines:
        if role not in ("lead", "cooperate") or parent is not None:
            continue
        unit = unit or homes[person]
        if first <= day_of(sent) <= last and state not in ("recalled", "withdrawn"):
            add(unit, "documents")
        finished = reported or ended if state in ("reported", "closed") else None
        if finished and first <= day_of(finished) <= last:
            add(unit, "late" if deadline and day_of(finished) > deadline else "in_time")
        if is_open and state != "reported":
            add(unit, "open")
            if deadline and deadline < today:
                add(unit, "overdue")
    columns = "p.unit_code, state, t.is_open, judged_deadline, deadline, sent_ms, t.reported_ms, ended_ms"
    tasks = rows(desk, f"SELECT {columns} FROM tasks t JOIN task_people p ON p.task_id = t.id WHERE p.role = 'lead'")
    for unit, state, is_open, judged, deadline, sent, reported, ended in tasks:
        if first <= day_of(sent) <= last and state != "withdrawn":
            add(unit, "tasks")
        finished = reported or ended if state in ("reported", "done") else None
        if finished and first <= day_of(finished) <= last:
            add(unit, "late" if judged and day_of(finished) > judged else "in_time")
        if is_open and state in ("sent", "working"):
            add(unit, "open")
            if deadline and deadline < today:
                add(unit, "overdue")
    return units


def test_r29_the_figures_equal_an_independent_count(desk: Desk) -> None:
    a_week(desk)
    found = desk.read(statistics.figures, ORG, week_of(date(2026, 11, 27)))
    assert {one.code: {name: getattr(one, name) for name in NAMES} for one in found.units} == counted(desk)
    by_code = {one.code: one for one in found.units}
    assert (by_code["GDTRH"].documents, by_code["GDTRH"].tasks) == (5, 2)
    assert (by_code["GDTRH"].in_time, by_code["GDTRH"].late, by_code["GDTRH"].percent) == (1, 2, 33)
    assert (by_code["KHTC"].open, by_code["KHTC"].overdue) == (5, 3)
    assert found.received == {"Công văn": 5}
    assert rows(desk, "SELECT COUNT(*) FROM documents WHERE direction = 'in'") == [(5,)]


def test_r29_the_pack_comes_on_friday_and_on_the_last_working_day_once(desk: Desk) -> None:
    a_week(desk)
    for moment in (*hours("2026-11-27", "2026-11-30"), "2026-12-01 09:00"):
        if moment >= "2026-11-27 14:00":
            desk.set_time(moment)
            tick(desk)
    subjects = sorted({(one[0], one[2]) for one in told(desk, "Báo cáo kết quả thực hiện")})
    assert subjects == [
        ("2026-11-27 15:00", "Báo cáo kết quả thực hiện trên văn phòng điện tử, tuần từ 23/11/2026 đến 29/11/2026"),
        ("2026-11-30 15:00", "Báo cáo kết quả thực hiện trên văn phòng điện tử, tháng 11/2026"),
    ]
    people = [one[1] for one in told(desk, "Báo cáo kết quả thực hiện") if one[0].startswith("2026-11-27")]
    assert people == ["khanhdt", "lyhc", "nganltt", "phuocdh", "phuonglt", "uyennk", "vinhpt"]
    week = desk.read(following.find_pack, ORG, "week", "2026-11-23")
    assert week is not None
    figures, _ = desk.read(packs.stored, week)
    assert {one.code: one.open for one in figures.units} == {
        code: one["open"] for code, one in _as_of_friday(desk).items()
    }
    mail = message_from_bytes(desk.read(contents.load, desk.office.blobs, week.content_id), policy=policy.default)
    files = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
    assert sorted(files) == ["bao-cao-tuan-2026-11-23.docx", "bao-cao-tuan-2026-11-23.xlsx"]
    assert "Phòng Giáo dục Trung học" in texts_of(files["bao-cao-tuan-2026-11-23.xlsx"], "xl/worksheets/sheet2.xml")
    assert "Phòng Giáo dục Trung học" in texts_of(files["bao-cao-tuan-2026-11-23.docx"], "word/document.xml")


def _as_of_friday(desk: Desk) -> dict[str, dict[str, int]]:
    """Nothing was done after Friday 15:00: the open work is what it was."""
    return counted(desk)


def texts_of(package: bytes, part: str) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        assert files.testzip() is None
        for name in files.namelist():
            etree.fromstring(files.read(name))
        return [text for text in etree.fromstring(files.read(part)).itertext() if text.strip()]


@pytest.mark.parametrize(
    ("period", "moment"),
    [
        (week_of(date(2026, 11, 25)), "2026-11-27 15:00"),
        (week_of(date(2026, 5, 1)), "2026-04-29 15:00"),  # Thursday 30/4 and Friday 1/5 are off
        (month_of(date(2026, 11, 1)), "2026-11-30 15:00"),
        (month_of(date(2026, 2, 1)), "2026-02-27 15:00"),
        (month_of(date(2026, 8, 1)), "2026-08-28 15:00"),  # Monday 31/8 is off
        (week_of(date(2026, 8, 22)), "2026-08-21 15:00"),
    ],
)
def test_r29_when_a_pack_is_due(period: Any, moment: str) -> None:
    shown = datetime.fromtimestamp(packs.due_at(period) / 1000, UTC) + timedelta(hours=7)
    assert f"{shown:%Y-%m-%d %H:%M}" == moment


def test_r29_a_week_without_a_working_day_has_no_report() -> None:
    assert packs.due_at(week_of(date(2026, 2, 17))) > packs.due_at(week_of(date(2030, 1, 1)))


def test_r30_the_board_of_a_unit(desk: Desk) -> None:
    a_week(desk)
    found = desk.read(board.board, ORG, "GDTRH")
    assert (found.open.count, found.open.waiting, found.open.late, found.open.soon) == (4, 4, 2, 1)
    loads = {one.name: (one.open.count, one.open.late) for one in found.people}
    assert loads["Trương Minh Khuê"] == (1, 1) and loads["Ngô Diễm Hà"] == (0, 0)
    assert found.people[0].name == "Trương Minh Khuê" and len(found.people) == 9
    own = desk.read(statistics.readable_units, actor(desk, "dungmh"), ORG)
    assert own == {"GDTRH"}
    assert desk.read(statistics.readable_units, actor(desk, "lyhc"), ORG) is None
    with pytest.raises(Refused, match="thống kê"):
        desk.read(statistics.readable_units, actor(desk, "khuetm"), ORG)


def test_r32_r38_late_work_is_listed_until_it_is_done(desk: Desk) -> None:
    a_week(desk)
    found = desk.read(board.late_rows, ORG)
    assert [(one.one.kind, one.one.title, one.one.unit_code, one.days) for one in found] == [
        ("line", "Việc số 1", "KHTC", 3),
        ("line", "Việc số 2", "KHTC", 3),
        ("task", "Rà soát sách", "GDTRH", 3),
        ("line", "Việc số 3", "GDTRH", 2),
        ("line", "Việc số 3", "KHTC", 2),
    ]
    task = next(one for one in found if one.one.kind == "task")
    desk.write(doing.report, actor(desk, "khuetm"), task.one.number, "Xong.")
    assert len(desk.read(board.late_rows, ORG)) == 4


def test_r60_the_yearly_table(desk: Desk) -> None:
    desk.set_time("2026-11-16 08:00")

    def advise(title: str, who: str, deadline: str) -> int:
        new = NewTask(title, "", desk[who], (), deadline, advisory=True)
        return int(desk.write(giving.send, actor(desk, "dungmh"), new).id)

    in_time, late, extended = (advise(f"Tham mưu {n}", "khuetm", "18/11/2026") for n in (1, 2, 3))
    excused, missing, early = (advise(f"Tham mưu {n}", "hand", "19/11/2026") for n in (4, 5, 6))
    advise("Tham mưu 7", "hand", "30/11/2026")
    give(desk, "dungmh", "Việc thường", "khuetm", deadline="18/11/2026")
    desk.set_time("2026-11-18 16:00")
    desk.write(doing.report, actor(desk, "khuetm"), in_time, "Đã trình.")
    asked = desk.write(requests.ask_extension, actor(desk, "khuetm"), extended, "24/11/2026", "Chờ số liệu.")
    desk.write(requests.decide_extension, actor(desk, "dungmh"), asked, True)
    desk.write(doing.report, actor(desk, "hand"), early, "Sớm.")
    desk.set_time("2026-11-20 08:00")
    for number, who in ((late, "khuetm"), (excused, "hand")):
        desk.write(doing.report, actor(desk, who), number, "Trình muộn.")
    contested = desk.write(requests.appeal, actor(desk, "hand"), excused, "Mất điện cả ngày.")
    with pytest.raises(Refused):
        desk.write(requests.decide_appeal, actor(desk, "dungmh"), contested, True, "Được.")
    desk.write(requests.decide_appeal, actor(desk, "lyhc"), contested, True, "Đúng có mất điện.")
    desk.set_time("2026-11-24 09:00")
    desk.write(doing.report, actor(desk, "khuetm"), extended, "Trong hạn mới.")
    found = desk.read(emulation.year, ORG, 2026)
    table = {one.name: (one.in_time, one.late, one.missing, one.open, one.percent) for one in found.people}
    assert table == {"Trương Minh Khuê": (2, 1, 0, 0, 66.7), "Ngô Diễm Hà": (2, 0, 1, 1, 66.7)}
    assert [(one.key, one.in_time, one.late, one.missing, one.percent) for one in found.units] == [
        ("GDTRH", 4, 1, 1, 66.7)
    ]
    assert {one.advice.number for one in found.items if one.verdict == "missing"} == {missing}
    made = emulation.report(found, "Sở Giáo dục và Đào tạo Tây Ninh")
    assert "Tham mưu 3" in texts_of(sheets.as_docx(made), "word/document.xml")
    assert "66.7" in texts_of(sheets.as_xlsx(made), "xl/worksheets/sheet2.xml")
    assert sheets.as_csv(made).startswith(b"\xef\xbb\xbf") and desk.read(emulation.year, ORG, 2025).people == ()


def test_r36_daily_reports_and_who_has_not(desk: Desk) -> None:
    desk.set_time("2026-11-24 16:00")
    me = actor(desk, "khuetm")
    desk.write(daily.report, me, "Đã rà soát sách.")
    desk.write(daily.report, actor(desk, "hand"), "", nothing=True)
    with pytest.raises(Refused):
        desk.write(daily.report, Actor(desk["nganltt"]), "Lãnh đạo không phải báo cáo ngày.")
    found = desk.read(daily.of_day, ORG, date(2026, 11, 24), "GDTRH")
    assert [(one.person.username, one.report is not None) for one in found] == [
        ("antc", False), ("datln", False), ("hand", True), ("khuetm", True), ("linhdtm", False), ("myttm", False),
        ("nghiahq", False), ("toancm", False),
    ]  # fmt: skip
    assert desk.read(daily.of_day, ORG, date(2026, 11, 22)) == []  # Sunday
    desk.set_time("2026-11-25 07:00")
    tick(desk)
    digest = [one for one in told(desk, "Việc ngày 25/11/2026") if one[1] == "dungmh"]
    assert digest == [("2026-11-25 07:00", "dungmh", "Việc ngày 25/11/2026: chưa có báo cáo ngày của 6 người")]
