"""Wake-ups after a commit: "mailbox 12 changed", nothing more. Listeners re-read by modseq, so that a lost or a
doubled wake-up costs latency, never truth."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

Topic = tuple[str, int]


class Listener(Protocol):
    """Whoever is woken; on the event loop, so it only notes that there is something to read."""

    def wake(self) -> None: ...


class Subscription:
    """One listener's interest in some topics; a context manager. Wake-ups coalesce."""

    __slots__ = ("_bus", "_event", "_topics")

    def __init__(self, bus: Bus, topics: tuple[Topic, ...]) -> None:
        self._bus = bus
        self._topics = topics
        self._event = asyncio.Event()

    def __enter__(self) -> Subscription:
        self._bus.attach(self, *self._topics)
        return self

    def __exit__(self, *_: object) -> None:
        self._bus.detach(self, *self._topics)

    async def wait(self) -> None:
        """Return once any of the topics was woken since the last call."""
        await self._event.wait()
        self._event.clear()

    def wake(self) -> None:
        self._event.set()


class Bus:
    """Carries topics from committed transactions to listeners on the event loop of this process."""

    def __init__(self) -> None:
        self._listeners: dict[Topic, set[Listener]] = {}

    def subscribe(self, *topics: Topic) -> Subscription:
        """A subscription to be used in a `with` block, on the event loop."""
        return Subscription(self, topics)

    def publish(self, topics: Iterable[Topic]) -> None:
        """Wake the listeners. To be called on the event loop, after the commit."""
        for topic in topics:
            for listener in tuple(self._listeners.get(topic, ())):
                listener.wake()

    def attach(self, listener: Listener, *topics: Topic) -> None:
        """Wake this listener for those topics until `detach`; for those who need no task of their own to wait."""
        for topic in topics:
            self._listeners.setdefault(topic, set()).add(listener)

    def detach(self, listener: Listener, *topics: Topic) -> None:
        for topic in topics:
            listeners = self._listeners.get(topic)
            if listeners is not None:
                listeners.discard(listener)
                if not listeners:
                    del self._listeners[topic]
