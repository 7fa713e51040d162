"""Letting time pass in the demo office, and reading what it told to whom."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from mailsvc.core.actor import Actor
from mailsvc.core.clock import OFFICE_ZONE, office_datetime
from mailsvc.documents.tasks.giving import NewTask, send
from mailsvc.jobs import following
from mailsvc.store import accounts, mailboxes, placements
from mailsvc.store.tasks import Task
from mailsvc.store.tx import Tx
from tests.office.incoming_world import Desk

Told = tuple[str, str, str]
"""(moment at the office, username, subject)."""


def actor(desk: Desk, username: str) -> Actor:
    return Actor(desk[username], door="test")


def give(desk: Desk, assigner: str, title: str, lead: str, *cooperating: str, deadline: str = "") -> Task:
    """A task given at this moment; `deadline` dd/mm/yyyy."""
    new = NewTask(title, "Nội dung.", desk[lead], tuple(desk[one] for one in cooperating), deadline)
    found: Task = desk.write(send, actor(desk, assigner), new)
    return found


def tick(desk: Desk) -> None:
    """What the scheduler does, at this moment."""
    asyncio.run(following.run(desk.office))


def hours(first: str, last: str) -> Iterator[str]:
    """Moments of each of the days, from before work to after it, as `Desk.set_time` takes them."""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        for moment in ("06:30", *(f"{hour:02d}:00" for hour in (7, 8, 9, 10, 11, 14, 15, 16)), "17:30"):
            yield f"{day} {moment}"
        day += timedelta(1)


def told(desk: Desk, *beginnings: str) -> list[Told]:
    """All mail in all inboxes whose subject begins so, by time and name."""
    found: list[Told] = desk.read(_told)
    return sorted(one for one in found if one[2].startswith(beginnings or ("",)))


def _told(tx: Tx) -> list[Told]:
    found = []
    for account in accounts.listing(tx):
        box = mailboxes.find(tx, account.id, mailboxes.INBOX)
        if box is None:
            continue
        for subject, at_ms in placements.rows(tx, box.id, 1, 1 << 40, ("subject", "internal_ms")):
            found.append((f"{office_datetime(at_ms):%Y-%m-%d %H:%M}", account.username, subject))
    return found


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=OFFICE_ZONE).timestamp() * 1000)
