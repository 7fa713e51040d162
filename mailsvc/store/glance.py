"""Glances: readings of a few rows, done on the event loop itself.

A hop to a reader thread and back costs several times what a few rows do, so that an office with many clients would be
busy with little else. What turns out to be no glance is read again in a thread: more rows than `MOST`, or a statement
that is not `Prepared`. On SQLite only, whose pages lie in memory; a database server would be waited for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.sql.base import Executable

from mailsvc.store.tx import Tx

P = ParamSpec("P")
T = TypeVar("T")

MOST = 400
"""Rows that one query of a glance gives, at most."""


class TooMuch(Exception):
    """This is no glance: read it in a thread."""


class GlanceTx(Tx):
    """A transaction that only reads, and little. Raises TooMuch."""

    __slots__ = ("_raw",)

    def __init__(self, connection: Connection, raw: Any, now_ms: int) -> None:
        super().__init__(connection, now_ms)
        self._raw = raw

    def execute(self, statement: Executable, parameters: Any = None) -> Any:
        raise TooMuch

    def looks_at(self, rows: int) -> None:
        if rows > MOST:
            raise TooMuch

    def _all(self, cursor: Any) -> list[tuple[Any, ...]]:
        try:
            found: list[tuple[Any, ...]] = cursor.fetchmany(MOST + 1)
        finally:
            cursor.close()
        if len(found) > MOST:
            raise TooMuch
        return found

    def _cursor(self) -> Any:
        return self._raw.cursor()


class Glances:
    """A connection of its own to SQLite, for one glance at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    def take(self, fn: Callable[Concatenate[Tx, P], T], now_ms: int, /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(tx, …)` on a snapshot. Raises TooMuch, and what `fn` raises."""
        if not self._lock.acquire(blocking=False):  # a loop of another thread has it
            raise TooMuch
        try:
            connection = self._connection = self._connection or self._engine.connect()
            raw: Any = connection.connection.driver_connection
            raw.execute("BEGIN")
            try:
                return fn(GlanceTx(connection, raw, now_ms), *args, **kwargs)
            finally:
                raw.execute("ROLLBACK")
        finally:
            self._lock.release()

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
