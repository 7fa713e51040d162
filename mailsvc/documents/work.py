"""What waits for a person, in one shape for every part of the office, and the sections of "Việc của tôi".

Each part (incoming documents, tasks, approvals of outgoing documents) gives its own items; `my_work` puts them
together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

HERE, ELSEWHERE = "here", "elsewhere"


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing to be done.

    `kind`: incoming, request, task, approval …; `key` is unique over all kinds (`line/12`). `title` and `about` are
    sentences for people, `address` is the page it is done on. `deadline` is an ISO day or ''. `sender` is who gave it.
    `turn`: HERE when the person is to act, ELSEWHERE when it is `waiting_for` somebody else.
    """

    kind: str
    key: str
    title: str
    about: str
    address: str
    role: str = ""
    state: str = ""
    deadline: str = ""
    since_ms: int = 0
    unread: bool = False
    sender: str = ""
    turn: str = HERE
    waiting_for: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Sections:
    """Quá hạn · Hôm nay · Tuần này · Sau đó (later or without a deadline) · Chờ người khác."""

    overdue: tuple[WorkItem, ...]
    today: tuple[WorkItem, ...]
    week: tuple[WorkItem, ...]
    later: tuple[WorkItem, ...]
    waiting: tuple[WorkItem, ...]

    @property
    def count(self) -> int:
        """How many of them are the person's own turn."""
        return len(self.overdue) + len(self.today) + len(self.week) + len(self.later)


def sections(items: Iterable[WorkItem], today: date) -> Sections:
    """Items by when they are due; within a section the most pressing first. The week ends on Sunday."""
    sunday = today + timedelta(days=7 - today.isoweekday())
    parts: dict[str, list[WorkItem]] = {name: [] for name in ("overdue", "today", "week", "later", "waiting")}
    for one in sorted(items, key=_pressing):
        parts[_section(one, today.isoformat(), sunday.isoformat())].append(one)
    return Sections(**{name: tuple(found) for name, found in parts.items()})


def _section(one: WorkItem, today: str, sunday: str) -> str:
    if one.turn == ELSEWHERE:
        return "waiting"
    if not one.deadline:
        return "later"
    if one.deadline < today:
        return "overdue"
    if one.deadline == today:
        return "today"
    return "week" if one.deadline <= sunday else "later"


def _pressing(one: WorkItem) -> tuple[str, bool, int]:
    return (one.deadline or "9999", not one.urgent, one.since_ms)
