"""One transaction, as the functions of the store and of the office see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler

from mailsvc.store.bus import Topic

AMONG = 16
"""Values in one list of a query by `rows_among` (shorter lists repeat their last one), rows in one INSERT."""


class Prepared:
    """A Core statement compiled once per dialect and then run straight on the driver's cursor.

    For the few statements that run for every letter or for every row of a large mailbox, where SQLAlchemy's own
    execution would cost more than the database. Only whole numbers, text and bytes may go in and out.
    """

    __slots__ = ("_compiled", "statement")

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any]]] = {}

    def on(self, dialect: Dialect) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
        """SQL text, the order of positional parameters (None: by name) and the parameters fixed in the statement."""
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled = self.statement.compile(dialect=dialect)  # type: ignore[attr-defined]
            assert isinstance(compiled, SQLCompiler)  # noqa: S101 - tells the type checker
            order = tuple(compiled.positiontup) if compiled.positional and compiled.positiontup is not None else None
            fixed = {key: value for key, value in compiled.params.items() if value is not None}
            found = self._compiled[dialect.name] = (str(compiled), order, fixed)
        return found


class WriteFirst(Exception):
    """Raised by what reads and finds that something must be written before: `write(tx)`, then it is run again."""

    def __init__(self, write: Callable[[Tx], object]) -> None:
        super().__init__("must write first")
        self.write = write


class Tx:
    """A transaction under way: statements, the moment, and the wake-ups that go out after the commit."""

    __slots__ = ("connection", "dialect", "now_ms", "topics", "writes")

    def __init__(self, connection: Connection, now_ms: int, *, writes: bool = False) -> None:
        self.writes = writes
        self.connection = connection
        self.dialect = connection.dialect
        self.now_ms = now_ms
        self.topics: set[Topic] = set()

    @property
    def is_sqlite(self) -> bool:
        return self.dialect.name == "sqlite"

    def looks_at(self, rows: int) -> None:
        """What follows looks at so many rows: a word of warning for transactions that must stay small."""

    def wake(self, kind: str, number: int = 0) -> None:
        """After the commit, wake those who listen for (kind, number)."""
        self.topics.add((kind, number))

    def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run a Core statement the ordinary way."""
        return self.connection.execute(statement, parameters)

    def rows(self, prepared: Prepared, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a prepared query and give plain tuples."""
        return self._all(self._run(prepared, parameters))

    def row(self, prepared: Prepared, **parameters: Any) -> tuple[Any, ...] | None:
        """The first row of a prepared query, or None."""
        cursor = self._run(prepared, parameters)
        try:
            return cursor.fetchone()  # type: ignore[no-any-return]
        finally:
            cursor.close()

    def run(self, prepared: Prepared, **parameters: Any) -> int:
        """Run a prepared change and give the number of rows it touched."""
        cursor = self._run(prepared, parameters)
        count: int = cursor.rowcount
        cursor.close()
        return count

    def run_many(self, prepared: Prepared, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run a prepared change once for each set of parameters."""
        sql, order, fixed = prepared.on(self.dialect)
        sets: list[Any]
        if order is None:
            sets = [{**fixed, **one} for one in parameters]
        else:
            sets = [tuple(one[key] if key in one else fixed[key] for key in order) for one in parameters]
        cursor = self._cursor()
        try:
            cursor.executemany(sql, sets)
        except self._errors as error:
            raise self._wrapped(sql, error) from error
        cursor.close()

    def insert_rows(self, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows (values in the order of the columns) with few statements."""
        for some in _portions(rows):
            self._insert_portion(table, columns, some, "").close()

    def insert_numbered(self, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> list[int]:
        """The same for a table that numbers its rows itself in `id`; the ids in order."""
        ids: list[int] = []
        for some in _portions(rows):
            cursor = self._insert_portion(table, columns, some, "" if self.is_sqlite else " RETURNING id")
            if self.is_sqlite:  # one writer, one statement: the numbers follow one another
                ids.extend(range(cursor.lastrowid - len(some) + 1, cursor.lastrowid + 1))
            else:
                ids.extend(sorted(row[0] for row in cursor.fetchall()))
            cursor.close()
        return ids

    def _insert_portion(self, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]], tail: str) -> Any:
        values = [value for row in rows for value in row]
        prepared = _insert(table, columns, len(rows), tail)
        return self._run_listed(prepared, values)

    def rows_among(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Rows of a query whose `{among}` stands for a list of values, compiled once for all lengths of the list."""
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(values), AMONG):
            some = values[start : start + AMONG]
            padded = [*some, *[some[-1]] * (AMONG - len(some))]
            found += self._all(self._run_listed(_among(sql), padded))
        return found

    def savepoint(self, command: str) -> None:
        """Run SAVEPOINT, RELEASE or ROLLBACK TO straight on the driver's connection."""
        self.connection.connection.driver_connection.execute(command)  # type: ignore[union-attr]

    def _run(self, prepared: Prepared, parameters: dict[str, Any]) -> Any:
        sql, order, fixed = prepared.on(self.dialect)
        cursor = self._cursor()
        try:
            if order is None:
                cursor.execute(sql, {**fixed, **parameters})
            else:
                cursor.execute(sql, [parameters[key] if key in parameters else fixed[key] for key in order])
        except self._errors as error:
            raise self._wrapped(sql, error) from error
        return cursor

    def _all(self, cursor: Any) -> list[tuple[Any, ...]]:
        try:
            return cursor.fetchall()  # type: ignore[no-any-return]
        finally:
            cursor.close()

    def _run_listed(self, prepared: Prepared, values: list[Any]) -> Any:
        """Run a statement whose parameters are v0, v1 … in the order in which they stand in it."""
        sql, order, _ = prepared.on(self.dialect)
        if order is None:
            return self._run(prepared, {f"v{number}": value for number, value in enumerate(values)})
        cursor = self._cursor()
        try:
            cursor.execute(sql, values)
        except self._errors as error:
            raise self._wrapped(sql, error) from error
        return cursor

    @property
    def _errors(self) -> type[Exception]:
        return self.dialect.loaded_dbapi.Error

    def _wrapped(self, sql: str, error: Exception) -> Exception:
        """The driver's error as SQLAlchemy would raise it, so that callers know one kind."""
        wrapped = DBAPIError.instance(sql, None, error, self.dialect.loaded_dbapi.Error)
        return wrapped

    def _cursor(self) -> Any:
        return self.connection.connection.cursor()


def _portions(rows: Sequence[Sequence[Any]]) -> Iterator[Sequence[Sequence[Any]]]:
    for start in range(0, len(rows), AMONG):
        yield rows[start : start + AMONG]


@lru_cache(maxsize=256)
def prepared(sql: str) -> Prepared:
    """A query put together from fixed pieces, compiled once."""
    return Prepared(text(sql))


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...], size: int, tail: str) -> Prepared:
    """INSERT of `size` rows. Table and columns come from the schema, never from outside."""
    count = len(columns)
    rows = ", ".join(
        "(" + ", ".join(f":v{number}" for number in range(at * count, at * count + count)) + ")" for at in range(size)
    )
    return Prepared(text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {rows}{tail}"))  # noqa: S608


@lru_cache(maxsize=64)
def _among(sql: str) -> Prepared:
    return Prepared(text(sql.format(among="(" + ", ".join(f":v{number}" for number in range(AMONG)) + ")")))
