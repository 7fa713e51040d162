"""What somebody owes by some time, in one shape for tasks, transfer lines, opinions, problems and the law's clocks.

Each part of the office gives a `Source`: the open items that may fall due by a day, and one of them as it is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be done by a day (`deadline`) or by a moment (`limit_ms`, the clock named by `kind`).

    `owners`: accounts that are to do it, people or the mailbox of a unit; `unit_code`: theirs. `title` is a sentence
    for people, `address` the page it is done on, `content_id` the mail that told of it.
    """

    kind: str
    id: int
    title: str
    address: str
    org_code: str
    owners: tuple[int, ...]
    unit_code: str
    given_ms: int
    deadline: date | None = None
    limit_ms: int | None = None
    assigner_id: int | None = None
    content_id: int | None = None

    @property
    def thing(self) -> str:
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Source:
    """`listing(tx, last_day)`: open items due by that day, perhaps with no more than what tells when they are due;
    `find(tx, id)`: one as it is now, None when it is done."""

    kind: str
    listing: Callable[[Tx, date], Iterable[Due]]
    find: Callable[[Tx, int], Due | None]
