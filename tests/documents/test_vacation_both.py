"""Answers about absence on each kind of database: kept, given once, ended, forgotten."""

from __future__ import annotations

from datetime import date

from intake_world import DOMAINS, OUTSIDER, World, letter

from mailsvc.core.actor import Actor
from mailsvc.mail import vacation, vacation_answers
from mailsvc.mail.vacation import Terms
from mailsvc.store import queue, vacations
from mailsvc.store.vacations import Vacation

ME = f"khuetm@{DOMAINS[0]}"


def test_an_absence_from_beginning_to_end(any_world: World) -> None:
    world, db = any_world, any_world.office.db
    terms = Terms(True, date(2026, 11, 1), date(2027, 1, 31), "Đi học", "Tôi đi học.", True)
    db.write_now(vacation.save, Actor(world.officer), terms)
    data = letter("Hỏi").replace(b"To: ", b"X-To: ", 1)
    data = f"To: {ME}\r\n".encode() + data
    world.deliver(data, to=ME)
    assert db.read_now(queue.counts).waiting == 0  # only the house is told
    db.write_now(vacation.save, Actor(world.officer), Terms(True, terms.first, terms.last, "", "Tôi đi học.", False))
    world.deliver(data, to=ME)
    world.deliver(data + b"\r\n", to=ME)
    (row,) = db.read_now(queue.listing)
    assert (row.sender, row.recipient, row.subject) == ("", OUTSIDER, "Vắng mặt: Hỏi")
    found = db.read_now(vacations.find, world.officer)
    assert found == Vacation(1, "2026-11-01", "2027-01-31", "", "Tôi đi học.", 0, 7, 2)
    assert db.read_now(vacations.away_on, "2027-01-31") == {world.officer: "2027-01-31"}
    assert db.read_now(vacations.told_since, world.officer, 0) == 1
    db.write_now(vacations.end_past, "2027-02-01")
    assert db.read_now(vacations.away_on, "2027-01-31") == {}
    db.write_now(vacations.forget, 1 << 50)
    db.write_now(vacation_answers.keep_house)
    assert db.read_now(vacations.told_since, world.officer, 0) == 0
