"""How far a long command has come, told every some seconds (RFC 9585)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mailsvc.imap import limits
from mailsvc.imap.grammar.cursor import Cursor

if TYPE_CHECKING:
    from mailsvc.imap.session import Session


def tag_of(cursor: Cursor) -> bytes:
    """The tag of the command that is being read."""
    return cursor.data.split(b" ", 1)[0]


class Progress:
    """Counted up by whoever does the work, in whatever thread. `goal` 0: not known."""

    __slots__ = ("done", "goal")

    def __init__(self, goal: int = 0) -> None:
        self.goal = goal
        self.done = 0

    def tick(self, count: int = 1) -> None:
        self.done += count

    def code(self, tag: bytes) -> str:
        """The response code. RFC 9585 §4: what is done is never more than the goal."""
        if not self.goal:
            return f'INPROGRESS ("{tag.decode("ascii")}" {self.done} NIL)'
        return f'INPROGRESS ("{tag.decode("ascii")}" {min(self.done, self.goal)} {self.goal})'


@contextmanager
def telling(session: Session, tag: bytes, progress: Progress) -> Iterator[Progress]:
    """While the block runs the client is told, so that neither it nor a box in between hangs up."""
    loop = asyncio.get_running_loop()

    timers: list[asyncio.TimerHandle] = []

    def tell() -> None:
        session.status(b"*", "OK", "Đang làm, xin chờ", progress.code(tag))
        session.connection.flush()
        timers[:] = [loop.call_later(limits.PROGRESS_SECONDS, tell)]

    if "INPROGRESS" in session.off:
        yield progress
        return
    timers.append(loop.call_later(limits.PROGRESS_SECONDS, tell))
    try:
        yield progress
    finally:
        timers[0].cancel()
