"""Tasks, reminders, the calendar and figures on the command line."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner

from mailsvc.cli.main import app
from mailsvc.store import tasks
from tests.office.following_world import give, told
from tests.office.incoming_world import Desk
from tests.web.webhouse import PASSWORD


def run(desk: Desk, *arguments: str, code: int = 0, password: str = PASSWORD) -> Any:
    data = str(desk.office.settings.folder)
    done = CliRunner().invoke(app, ["--data", data, *arguments, "--json"], input=password + "\n")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if code == 0 else done.output


def test_a_task_from_the_command_line(desk: Desk) -> None:
    as_head = ("--as", "dungmh", "--password-stdin")
    run(desk, "task", "give", "Rà soát", "--lead", "khuetm", *as_head, code=1, password="sai")
    assert "giao việc" in run(desk, "task", "give", "Rà soát", "--lead", "phuongvh", *as_head, code=1)
    given = run(desk, "task", "give", "Rà soát", "--lead", "khuetm", "--with", "hand", "--deadline", "3", *as_head)
    assert given["lead"] == "khuetm" and given["state"] == "Mới giao"
    as_officer = ("--as", "khuetm", "--password-stdin")
    assert [one["id"] for one in run(desk, "task", "list", *as_officer)] == [given["id"]]
    number = str(given["id"])
    assert run(desk, "task", "ack", number, *as_officer)["new"] is True
    run(desk, "task", "report", number, "Đã xong.", *as_officer)
    shown = run(desk, "task", "show", number, *as_head)
    assert shown["state"] == "Đã báo cáo, chờ đánh giá" and shown["events"][-1].endswith("Báo cáo: Đã xong.")
    assert run(desk, "task", "list", "--given", *as_head)[0]["percent"] == 100
    run(desk, "task", "show", number, "--as", "phuongvh", "--password-stdin", code=1)
    assert desk.read(tasks.get, given["id"]).state == "reported"


def test_a_dry_run_tells_what_would_be_sent_and_sends_nothing(desk: Desk) -> None:
    desk.set_time("2026-11-24 08:00")
    task = give(desk, "dungmh", "Rà soát", "khuetm", deadline="27/11/2026")
    found = run(desk, "remind", "run", "--at", "2026-11-30 07:00")
    assert [one for one in found if one["thing"] == f"task/{task.id}"] == [
        {"thing": f"task/{task.id}", "occasion": "T+1@2026-11-27", "to": "khuetm, dungmh"}
    ]
    assert "Rà soát" not in json.dumps(found, ensure_ascii=False)  # what it is about is nobody else's
    assert told(desk) == [] and run(desk, "remind", "list", "--day", "2026-11-30") == []
    assert "không phải thời điểm" in run(desk, "remind", "run", "--at", "mai", code=2)


def test_the_calendar_and_figures(desk: Desk) -> None:
    days = {one["day"]: one for one in run(desk, "calendar", "show", "2026")}
    assert days["2026-02-17"]["what"] == "nghỉ" and days["2026-08-22"]["what"] == "làm bù"
    assert run(desk, "calendar", "add", "2026-02-13", "1")["day"] == "2026-02-23"
    desk.set_time("2026-11-24 08:00")
    give(desk, "dungmh", "Rà soát", "khuetm", deadline="27/11/2026")
    found = run(desk, "statistics", "--from", "2026-11-23", "--to", "2026-11-29")
    assert [(one["code"], one["tasks"], one["open"]) for one in found] == [("GDTRH", 1, 1)]
