"""Ways back: what an act on letters changed, kept for some minutes so that one press undoes it, however many they are.

Kept in memory: after a restart nothing can be undone any more, and whoever tries is told so; the letters stay where
they are.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass

from mailsvc.core.errors import MailsvcError, NotFound, Phrase
from mailsvc.mail import bulk
from mailsvc.mail.bulk import Chosen, Done
from mailsvc.mail.office import Office

KEPT_MS = 15 * 60_000
MOST = 1000
MOST_LETTERS = 1_000_000
"""Letters remembered for everybody together; the oldest ways back go first."""


@dataclass(frozen=True, slots=True)
class Way:
    """What was done, by whom, and the flag bits to add and take away to undo it."""

    account_id: int
    at_ms: int
    done: Done
    added: int
    removed: int


class Undoing:
    """The ways back of the process."""

    def __init__(self) -> None:
        self._ways: OrderedDict[str, Way] = OrderedDict()
        self._letters = 0

    def keep(self, way: Way) -> str:
        """A name for the way back, to be given to the person who did it."""
        name = secrets.token_urlsafe(12)
        self._ways[name] = way
        self._letters += way.done.count
        while len(self._ways) > MOST or (self._letters > MOST_LETTERS and len(self._ways) > 1):
            self._drop(next(iter(self._ways)))
        return name

    def take(self, name: str, account_id: int, now_ms: int) -> Way:
        """The way back, once. Raises NotFound when it is another's, too old or gone."""
        way = self._ways.get(name)
        if way is None or way.account_id != account_id or now_ms - way.at_ms > KEPT_MS:
            raise NotFound("Không hoàn tác được nữa: đã quá lâu, hoặc đã hoàn tác rồi. Thư vẫn nằm ở chỗ mới.")
        self._drop(name)
        return way

    def _drop(self, name: str) -> None:
        self._letters -= self._ways.pop(name).done.count


async def undo(office: Office, way: Way) -> Done:
    """Do the opposite. Letters that somebody has moved on since are left where they are."""
    back = await bulk.mark_all(office, way.account_id, way.done.marked, way.added, way.removed)
    by_target: dict[int, Chosen] = {}
    for (came_from, lies_in), uids in way.done.moved.items():
        by_target.setdefault(came_from, {})[lies_in] = uids
    for target, chosen in by_target.items():
        try:
            part = await bulk.move_all(office, way.account_id, chosen, target)
        except MailsvcError as error:
            if not back.count:
                raise
            back.stopped = Phrase(error.text, **error.values)
            return back
        back.moved |= part.moved
        back.stopped = back.stopped or part.stopped
    return back
