"""Pushing to idle sessions: those woken in the same moment are read together, in one snapshot."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from mailsvc.core.log import failure_reference
from mailsvc.imap import limits
from mailsvc.imap.sync import Changes, Wanted, changes_of_many

if TYPE_CHECKING:
    from mailsvc.imap.session import Session
    from mailsvc.store.engine import Database

log = logging.getLogger("mailsvc.imap")

TOGETHER = 64
"""Sessions read in one go: few enough that the first need not wait long for the last."""


class Pusher:
    """One task for all idle sessions of a service; they themselves need none."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: dict[Session, None] = {}
        self._event = asyncio.Event()

    def add(self, session: Session) -> None:
        """The session has something to be told."""
        self._waiting[session] = None
        self._event.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._event.wait()
            self._event.clear()
            while self._waiting:
                batch = [self._waiting.popitem()[0] for _ in range(min(TOGETHER, len(self._waiting)))]
                try:
                    await self._push(batch)
                except Exception:  # one bad reading must not end pushing for everybody
                    failure_reference(log, "push")

    async def _push(self, batch: list[Session]) -> None:
        wanted: dict[Session, Wanted] = {}
        for session in batch:
            if session.connection.congested:
                self._later(session)
                continue
            if (session.contexts or session.watch is not None) and session.idling:
                session.connection.nudge()  # more is to be read than changes: the session's own task does it
            elif session.view is not None and session.idling:
                session.view.dirty = False
                wanted[session] = session.view.asks
        if not wanted:
            return
        found = await self._db.read(changes_of_many, list(wanted.values()))
        for session, asked in wanted.items():
            self._tell(session, asked, found[asked])

    def _later(self, session: Session) -> None:
        """A client that does not read gets nothing more to hold for it, and all at once when it reads again."""
        if session.view is not None:
            session.view.dirty = True
        if not session.connection.gone:
            asyncio.get_running_loop().call_later(limits.SLOW_SECONDS, self.add, session)

    def _tell(self, session: Session, asked: Wanted, changes: Changes | None) -> None:
        """Write to the session unless it has gone on meanwhile; then its own reading tells."""
        view = session.view
        if view is None or not session.idling or view.asks != asked:
            if view is not None:
                view.dirty = True
                session.wake()
            return
        if changes is None:
            session.closing = True
            session.connection.nudge()
            return
        session.write(*view.tell(changes, session.manner, expunge=True))
        session.connection.flush()
        if view.stale:
            self.add(session)
