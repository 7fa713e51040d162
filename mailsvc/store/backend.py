"""What differs between SQLite and PostgreSQL: how to connect, and how their errors are told apart."""

from __future__ import annotations

import sqlite3
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool


class Backend(Protocol):
    """A kind of database."""

    def engine(self, *, writing: bool, size: int = 1) -> Engine: ...

    errors: tuple[type[Exception], ...]
    """What the driver and SQLAlchemy raise for trouble with the database."""

    def is_full(self, error: Exception) -> bool: ...

    def is_conflict(self, error: Exception) -> bool: ...

    def is_open(self, connection: Connection) -> bool: ...


def backend_for(url: str) -> Backend:
    """The backend of a database URL (`sqlite:///path` or `postgresql+psycopg://…`)."""
    return SqliteBackend(url) if url.startswith("sqlite") else PostgresBackend(url)


class SqliteBackend:
    """SQLite in WAL mode; a commit returns after the log is on disk (`synchronous=FULL`)."""

    errors: tuple[type[Exception], ...] = (DBAPIError, sqlite3.Error)

    def __init__(self, url: str) -> None:
        self._url = url

    def engine(self, *, writing: bool, size: int = 1) -> Engine:
        engine = create_engine(
            self._url,
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=0 if writing else 8,
            pool_reset_on_return=None if writing else "rollback",
            connect_args={"check_same_thread": False, "cached_statements": 512, "timeout": 15},
        )
        begin = "BEGIN IMMEDIATE" if writing else "BEGIN"

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # transactions are begun by us, below
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
                "temp_store=MEMORY",
                f"cache_size={-65536 if writing else -32768}",
                "wal_autocheckpoint=8000",
                "journal_size_limit=67108864",
            ):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.connection.driver_connection.execute(begin)  # type: ignore[union-attr]

        return engine

    def is_full(self, error: Exception) -> bool:
        text = str(_driver_error(error))
        return "database or disk is full" in text or "disk I/O error" in text

    def is_conflict(self, error: Exception) -> bool:
        return "database is locked" in str(_driver_error(error))

    def is_open(self, connection: Connection) -> bool:
        return bool(connection.connection.driver_connection.in_transaction)  # type: ignore[union-attr]


class PostgresBackend:
    """PostgreSQL, serialisable, `synchronous_commit=on`; conflicts are run again."""

    def __init__(self, url: str) -> None:
        import psycopg  # only an office on PostgreSQL loads it

        self._url = url
        self.errors: tuple[type[Exception], ...] = (DBAPIError, psycopg.Error)

    def engine(self, *, writing: bool, size: int = 1) -> Engine:
        if writing:
            return create_engine(
                self._url,
                poolclass=QueuePool,
                pool_size=size,
                max_overflow=0,
                pool_pre_ping=True,
                isolation_level="SERIALIZABLE",
                connect_args={"options": "-c synchronous_commit=on"},
            )
        return create_engine(
            self._url,
            pool_size=size,
            max_overflow=8,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
            connect_args={"options": "-c default_transaction_read_only=on"},
        )

    def is_full(self, error: Exception) -> bool:
        return getattr(_driver_error(error), "sqlstate", None) in {"53100", "53200"}

    def is_conflict(self, error: Exception) -> bool:
        return getattr(_driver_error(error), "sqlstate", None) in {"40001", "40P01"}

    def is_open(self, connection: Connection) -> bool:
        return not connection.invalidated


def _driver_error(error: Exception) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


__all__ = ["Backend", "PostgresBackend", "SqliteBackend", "backend_for"]
