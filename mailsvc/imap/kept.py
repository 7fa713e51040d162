"""What is kept of answers for whoever asks the same again: bounded in octets, the longest unused goes first.

Used from reader threads. What is kept tells by itself whether it still holds; a missing entry costs time, never truth.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key, together at most `room` octets by their owner's reckoning."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._size = 0
        self._values: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: T, size: int) -> None:
        """Keep the value in place of an older one; one that would fill half of the room is not kept."""
        with self._lock:
            old = self._values.pop(key, None)
            self._size -= old[1] if old is not None else 0
            if size > self._room // 2:
                return
            self._values[key] = (value, size)
            self._size += size
            while self._size > self._room:
                _, (_, gone) = self._values.popitem(last=False)
                self._size -= gone
