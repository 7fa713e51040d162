"""R27: each reminder once, though the sender is killed (-9) again and again, though two of them run at once."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from mailsvc.documents.following import reminders
from mailsvc.documents.tasks import doing
from mailsvc.mail.office import Office
from mailsvc.reports import board, statistics
from mailsvc.reports.periods import week_of
from mailsvc.store import verify
from tests.office.following_world import actor, give, ms, tick, told
from tests.office.incoming_world import ORG, Desk
from tests.places import REPOSITORY

MORNING = "2026-11-24 07:00"
OFFICERS = ("khuetm", "hand", "nghiahq", "linhdtm", "myttm", "antc", "datln", "toancm")


def prepare(desk: Desk) -> int:
    """Tasks that fall due on the 24th; how many reminders that makes."""
    desk.set_time("2026-11-17 09:00")
    for number in range(24):
        lead, other = OFFICERS[number % 8], OFFICERS[(number + 3) % 8]
        give(desk, "dungmh", f"Việc {number}", lead, other, deadline="24/11/2026")
    return 48


def start(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.office.reminding", str(folder), str(ms(MORNING))]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)


def reminded(desk: Desk) -> Counter[tuple[str, str]]:
    return Counter((one[1], one[2]) for one in told(desk, "Đến hạn hôm nay"))


@pytest.mark.crash
def test_r27_killed_again_and_again(desk: Desk, office: Office) -> None:
    expected = prepare(desk)
    folder = office.settings.folder
    chance = random.Random(27)
    killed = 0
    for _ in range(8):
        process = start(folder)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        try:
            process.wait(chance.uniform(0.0, 0.3))  # the power fails somewhere in between
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
    last = start(folder)
    assert last.communicate(timeout=120)[0].endswith("done\n")
    found = reminded(desk)
    assert killed > 0 and len(found) == expected and set(found.values()) == {1}
    digests = Counter(one[1] for one in told(desk, "Việc ngày 24/11/2026"))
    assert set(OFFICERS) <= set(digests) and set(digests.values()) == {1}
    assert desk.read(verify.structure) == []


@pytest.mark.crash
def test_r27_two_at_once(desk: Desk, office: Office) -> None:
    expected = prepare(desk)
    both = [start(office.settings.folder) for _ in range(2)]
    for process in both:
        assert process.communicate(timeout=120)[0].endswith("done\n")
    found = reminded(desk)
    assert len(found) == expected and set(found.values()) == {1}


def test_r27_on_each_database(any_desk: Desk) -> None:
    desk = any_desk
    expected = prepare(desk)
    desk.set_time(MORNING)
    for _ in range(2):
        tick(desk)
    found = reminded(desk)
    assert len(found) == expected and set(found.values()) == {1}
    assert desk.read(reminders.falling) == []
    desk.set_time("2026-11-26 10:00")
    desk.write(doing.report, actor(desk, "khuetm"), 1, "Xong muộn.")
    figures = desk.read(statistics.figures, ORG, week_of(date(2026, 11, 24)))
    found_units = [(one.code, one.in_time, one.late, one.open, one.overdue, one.waiting) for one in figures.units]
    assert found_units == [("GDTRH", 0, 1, 23, 23, 23)]
    assert (figures.daily_expected > 0, figures.daily_missing) == (True, figures.daily_expected)
    assert len(desk.read(board.late_rows, ORG)) == 23
    loads = {one.name: one.open.count for one in desk.read(board.board, ORG, "GDTRH").people}
    assert loads["Trương Minh Khuê"] == 5 and loads["Mai Hoài Dung"] == 0


