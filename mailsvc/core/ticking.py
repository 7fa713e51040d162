"""What the clock starts: when each piece of work last ran, and whether it is late."""

from __future__ import annotations

from dataclasses import dataclass, replace

GRACE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Tick:
    """Work that is to run every so often. `last_ms` None: not yet since `since_ms`, when the service began."""

    name: str
    every_ms: int
    since_ms: int
    last_ms: int | None = None
    failed: bool = False

    def is_late(self, now_ms: int) -> bool:
        """Whether two rounds have passed without it."""
        return now_ms - (self.since_ms if self.last_ms is None else self.last_ms) > 2 * self.every_ms + GRACE_MS


class Ticks:
    """The ticks of one running service; empty while nothing is started by the clock."""

    def __init__(self) -> None:
        self._known: dict[str, Tick] = {}

    def expect(self, name: str, every_ms: int, now_ms: int) -> None:
        """From now on this is to run every so often."""
        self._known[name] = Tick(name, every_ms, now_ms)

    def ran(self, name: str, now_ms: int, *, failed: bool) -> None:
        """Note the end of a round."""
        self._known[name] = replace(self._known[name], last_ms=now_ms, failed=failed)

    def all(self) -> list[Tick]:
        """In the order in which they were announced."""
        return list(self._known.values())
