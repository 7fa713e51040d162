"""Streams of news to browsers (server-sent events): which mailboxes changed, never what is in them.

A stream holds no database connection: it waits on the bus and reads only to see whether its session still counts and
which mailboxes its person may read. What it may have missed while it was away it makes up by saying "everything".
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from mailsvc.auth.sessions import token_hash
from mailsvc.mail import mailboxes
from mailsvc.mail.office import Office
from mailsvc.store import sessions
from mailsvc.store.bus import Topic
from mailsvc.store.tx import Tx

HEARTBEAT_SECONDS = 25.0
GATHER_SECONDS = 0.1
"""What changes within this time is told together."""
PER_SESSION = 4
"""Streams of one session; the oldest ends when another one comes."""
MOST = 1500
"""Streams of everybody; who comes later asks every half minute instead."""
_COUNTERS = ("work", "tasks", "intake", "outgoing")
"""Topics after which the numbers in the rail may be others."""


class Full(Exception):
    """There are as many streams as the door holds."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a stream listens for: mailboxes the person may read."""

    account_id: int
    boxes: frozenset[int]


class Stream:
    """One browser's stream."""

    def __init__(self, office: Office, token: str) -> None:
        self._office = office
        self._hash = token_hash(token)
        self._woken = asyncio.Event()
        self._changed: set[Topic] = set()
        self._listening: list[tuple[Topic, _Ear]] = []
        self._number = 0
        self.ended = False

    def end(self) -> None:
        """Let it end at its next step, which is now."""
        self.ended = True
        self._woken.set()

    def hear(self, topic: Topic) -> None:
        """Something of that topic changed."""
        self._changed.add(topic)
        self._woken.set()

    async def events(self, missed: bool) -> AsyncIterator[str]:
        """The text of the stream. `missed`: the browser was away, so that anything may have changed."""
        try:
            known = await self._office.db.read(_known, self._hash)
            if known is not None:
                self._listen(known)
            yield "retry: 3000\n\n" + (self._event([], everything=True) if missed else ": bắt đầu\n\n")
            while known is not None and not self.ended:
                if not await self._wait():
                    known = await self._office.db.read(_known, self._hash)
                    if known is not None and not self.ended:
                        yield ": nhịp\n\n"
                    continue
                changed, self._changed = self._changed, set()
                if any(kind in ("account", "rights", "session") for kind, _ in changed):
                    known = await self._office.db.read(_known, self._hash)
                    if known is None:
                        return
                    self._listen(known)
                yield self._event(sorted(number for kind, number in changed if kind == "mailbox"))
        finally:
            self._forget()

    async def _wait(self) -> bool:
        """Whether something changed before the next heartbeat."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), HEARTBEAT_SECONDS)
        if not self._woken.is_set() or self.ended:
            return False
        await asyncio.sleep(GATHER_SECONDS)  # letters that come together are one piece of news
        self._woken.clear()
        return bool(self._changed)

    def _event(self, boxes: Iterable[int], *, everything: bool = False) -> str:
        self._number += 1
        data = json.dumps({"thu": list(boxes), "het": everything})
        return f"id: {self._office.clock.now_ms()}-{self._number}\nevent: doi\ndata: {data}\n\n"

    def _listen(self, known: _Known) -> None:
        self._forget()
        topics: list[Topic] = [("mailbox", box) for box in known.boxes]
        topics += [("account", known.account_id), ("rights", 0), ("session", sessions.topic(self._hash))]
        topics += [(kind, 0) for kind in _COUNTERS]
        self._listening = [(topic, _Ear(self, topic)) for topic in topics]
        for topic, ear in self._listening:
            self._office.db.bus.attach(ear, topic)

    def _forget(self) -> None:
        for topic, ear in self._listening:
            self._office.db.bus.detach(ear, topic)
        self._listening = []


class _Ear:
    """A listener that knows its topic."""

    __slots__ = ("_stream", "_topic")

    def __init__(self, stream: Stream, topic: Topic) -> None:
        self._stream = stream
        self._topic = topic

    def wake(self) -> None:
        self._stream.hear(self._topic)


class Streams:
    """All streams of the door."""

    def __init__(self) -> None:
        self._of_session: dict[str, list[Stream]] = {}
        self._count = 0
        self._closed = False

    def events(self, office: Office, token: str, *, missed: bool) -> AsyncIterator[str]:
        """The text of a new stream of the session. Raises Full."""
        if self._closed or self._count >= MOST:
            raise Full
        return self._run(Stream(office, token), token, missed)

    async def _run(self, stream: Stream, token: str, missed: bool) -> AsyncIterator[str]:
        mine = self._of_session.setdefault(token, [])
        mine.append(stream)
        self._count += 1
        for old in mine[:-PER_SESSION]:
            old.end()
        try:
            async for some in stream.events(missed):
                yield some
        finally:
            self._count -= 1
            mine.remove(stream)
            if not mine and self._of_session.get(token) is mine:
                del self._of_session[token]

    def close(self) -> None:
        """End all of them: the door stops."""
        self._closed = True
        for mine in self._of_session.values():
            for stream in mine:
                stream.end()


def _known(tx: Tx, hashed: bytes) -> _Known | None:
    """None when the session is over."""
    session = sessions.find(tx, hashed)
    if session is None:
        return None
    boxes = frozenset(seen.mailbox.id for seen in mailboxes.readable(tx, session.account_id))
    return _Known(session.account_id, boxes)
