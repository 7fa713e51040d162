"""The two verbs by which everybody reaches the data: `await db.read(fn, …)` and `await db.write(fn, …)`.

`fn` is a plain function whose first argument is a transaction. One writer thread takes whatever waits, runs each
function in a savepoint of its own and commits once: a group pays one fsync. Nothing is acknowledged before that
commit is on disk. Functions may be run again (a conflict on PostgreSQL), so they must not act outside the transaction.
"""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from mailsvc.core.clock import Clock, SystemClock
from mailsvc.core.errors import Busy, StorageFull
from mailsvc.store.backend import Backend, backend_for
from mailsvc.store.bus import Bus, Topic
from mailsvc.store.glance import Glances, TooMuch
from mailsvc.store.tx import Tx, WriteFirst

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")

GROUP_LIMIT = 256
READERS = 4
RETRIES = 12


Together = Callable[[Tx, list[Any]], list[Any]]
"""Does the same act for many items at once; a result, or an exception, for each in order."""


class _Job:
    """A function waiting for the writer. With `together` the same act for `item` may be done along with others."""

    __slots__ = ("call", "done", "error", "item", "loop", "result", "together")

    def __init__(self, call: Callable[[Tx], Any], loop: asyncio.AbstractEventLoop | None, done: Any) -> None:
        self.call = call
        self.loop = loop
        self.done = done  # asyncio.Future with a loop, concurrent Future without
        self.result: Any = None
        self.error: BaseException | None = None
        self.together: Together | None = None
        self.item: Any = None

    def settle(self) -> None:
        if self.done.done():
            return
        if self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.result)


class _Apart(Exception):
    """What was tried in common failed; the transaction is undone and each job runs by itself."""


class Database:
    """The store of one process: a writer thread with group commit and a pool of readers."""

    def __init__(self, url: str, clock: Clock | None = None, bus: Bus | None = None, readers: int = READERS) -> None:
        self.clock: Clock = clock or SystemClock()
        self.bus = bus or Bus()
        self.backend: Backend = backend_for(url)
        self._write_engine: Engine = self.backend.engine(writing=True)
        self._read_engine: Engine = self.backend.engine(writing=False, size=readers)
        self._glances = Glances(self._read_engine) if url.startswith("sqlite") else None
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="store-read")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connection: Connection | None = None
        self._closing = threading.Lock()
        self._closed = False
        self.written = 0  # jobs done; background work looks at it and gives way
        self._writer = threading.Thread(target=self._write_loop, name="store-write", daemon=True)
        self._writer.start()

    # ---- the verbs ------------------------------------------------------------------------------------------
    async def read(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(tx, …)` on a snapshot, in a reader thread, in the context of the caller. It must not write; what
        it finds missing it may have written first (`WriteFirst`), and is then run again.
        """
        loop = self._loop = asyncio.get_running_loop()
        run = contextvars.copy_context().run
        return await loop.run_in_executor(self._readers, lambda: run(self.read_now, fn, *args, **kwargs))

    async def glance(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The same as `read` for what looks at a few rows by their keys: on SQLite at once, on the event loop.

        `fn` may be run again in a reader thread, when it was more than that.
        """
        if self._glances is not None:
            self._loop = asyncio.get_running_loop()
            try:
                return self._glances.take(fn, self.clock.now_ms(), *args, **kwargs)
            except (TooMuch, WriteFirst):
                pass
        return await self.read(fn, *args, **kwargs)

    async def write(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(tx, …)` in the next group and return its result once the commit is on disk.

        Raises what `fn` raised (its savepoint is undone, the group goes on), StorageFull when the disk has no room
        (nothing of the group is kept), Busy when conflicts did not end.
        """
        loop = self._loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._submit(_Job(lambda tx: fn(tx, *args, **kwargs), loop, done))
        # Whoever waits may be cancelled (a client hangs up); the work is not, and its outcome is then dropped.
        return await done

    async def write_together(self, item: Any, together: Together, /) -> Any:
        """Run `together(tx, [item, …])` in the next group, with the other items that wait; the item's result.

        For letters: those that wait at the same moment share statements as well as the commit. When the common run
        fails each item is run by itself. Raises what `together` raised, an exception that it gave as the item's
        result, and what `write` does.
        """
        loop = self._loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        job = _Job(lambda tx: _only(together(tx, [item])), loop, done)
        job.item, job.together = item, together
        self._submit(job)
        return await done

    def read_now(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The same as `read`, from a plain thread."""
        while True:
            with self._read_engine.connect() as connection:
                try:
                    return fn(Tx(connection, self.clock.now_ms()), *args, **kwargs)
                except WriteFirst as needed:
                    write = needed.write
                finally:
                    connection.rollback()
            self.write_now(write)

    def write_now(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The same as `write`, from a plain thread (never from the event loop)."""
        done: Future[T] = Future()
        self._submit(_Job(lambda tx: fn(tx, *args, **kwargs), None, done))
        return done.result()

    def close(self) -> None:
        """Finish what waits, then close. Idempotent."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._writer.join()
        if self._connection is not None:
            self._connection.close()
        self._readers.shutdown()
        if self._glances is not None:
            self._glances.close()
        self._write_engine.dispose()
        self._read_engine.dispose()

    # ---- the writer -----------------------------------------------------------------------------------------
    def _submit(self, job: _Job) -> None:
        with self._closing:
            if self._closed:
                raise Busy("Hệ thống đang dừng, xin thử lại sau.")
            self._jobs.put(job)

    def _write_loop(self) -> None:
        while True:
            first = self._jobs.get()
            if first is None:
                return
            group, stop = self._take_group(first)
            topics = self._run_group(group)
            self.written += len(group)
            self._settle(group, topics)
            if stop:
                return

    def _take_group(self, first: _Job) -> tuple[list[_Job], bool]:
        group = [first]
        while len(group) < GROUP_LIMIT:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _run_group(self, group: list[_Job]) -> set[Topic]:
        """Run and commit the group. A conflict or a lost transaction runs the jobs one by one."""
        try:
            return self._attempt(group)
        except _Apart:
            pass
        except self.backend.errors as error:
            if self.backend.is_full(error):
                return self._fail(group, StorageFull("Đĩa đã đầy; chưa ghi gì. Xin báo quản trị."))
            if not self.backend.is_conflict(error):
                return self._fail(group, error)
        except BaseException as error:
            return self._fail(group, error)
        topics: set[Topic] = set()
        for job in group:
            topics |= self._run_alone(job)
        return topics

    def _run_alone(self, job: _Job) -> set[Topic]:
        for attempt in range(RETRIES):
            job.result = job.error = None
            try:
                return self._attempt([job])
            except self.backend.errors as error:
                if self.backend.is_full(error):
                    return self._fail([job], StorageFull("Đĩa đã đầy; chưa ghi gì. Xin báo quản trị."))
                if not self.backend.is_conflict(error):
                    return self._fail([job], error)
                time.sleep(0.002 * 2 ** min(attempt, 6))
            except BaseException as error:
                return self._fail([job], error)
        return self._fail([job], Busy("Hệ thống đang bận, xin thử lại."))

    def _attempt(self, group: list[_Job]) -> set[Topic]:
        topics: set[Topic] = set()
        connection = self._writing_connection()
        try:
            with connection.begin() as transaction:
                for job in self._run_together(group, connection, topics):
                    tx = Tx(connection, self.clock.now_ms(), writes=True)
                    self._run_job(job, tx, alone=len(group) == 1)
                    if job.error is None:
                        topics |= tx.topics
                    elif len(group) == 1:
                        transaction.rollback()
        except BaseException:
            self._connection = None  # whatever state it is in, the next group gets a fresh one
            connection.close()
            raise
        return topics

    def _run_together(self, group: list[_Job], connection: Connection, topics: set[Topic]) -> list[_Job]:
        """Do what can be done in common; the jobs that remain to be run one by one."""
        common = [job for job in group if job.together is not None]
        if len(common) < 2 or any(job.together is not common[0].together for job in common):
            return group
        tx = Tx(connection, self.clock.now_ms(), writes=True)
        batch = _Job(lambda tx: common[0].together(tx, [job.item for job in common]), None, None)  # type: ignore[misc]
        self._run_job(batch, tx, alone=len(common) == len(group))
        if batch.error is not None:
            if len(common) == len(group):
                raise _Apart
            return group
        topics |= tx.topics
        for job, result in zip(common, batch.result, strict=True):
            job.result, job.error = (None, result) if isinstance(result, BaseException) else (result, None)
        return [job for job in group if job.together is None]

    def _writing_connection(self) -> Connection:
        """The writer's own connection, kept from group to group."""
        if self._connection is None:
            self._connection = self._write_engine.connect()
        return self._connection

    def _run_job(self, job: _Job, tx: Tx, alone: bool) -> None:
        raw = tx.savepoint
        if not alone:
            raw("SAVEPOINT job")
        try:
            job.result = job.call(tx)
        except DBAPIError as error:
            # Of these the transaction as a whole may be gone; the caller decides.
            if (
                self.backend.is_full(error)
                or self.backend.is_conflict(error)
                or not self.backend.is_open(tx.connection)
            ):
                raise
            job.error = error
        except BaseException as error:
            job.error = error
        if not alone:
            raw("ROLLBACK TO SAVEPOINT job" if job.error is not None else "RELEASE SAVEPOINT job")

    @staticmethod
    def _fail(group: list[_Job], error: BaseException) -> set[Topic]:
        for job in group:
            job.error = error
        return set()

    def _settle(self, group: list[_Job], topics: set[Topic]) -> None:
        """Publish, then answer, on the loop: who is answered finds the wake-ups already on their way."""
        loops = {job.loop for job in group if job.loop is not None}
        for job in group:
            if job.loop is None:
                job.settle()
        home = self._loop
        if home is not None and topics and home not in loops:
            loops.add(home)
        for loop in loops:
            mine = [job for job in group if job.loop is loop]
            try:
                loop.call_soon_threadsafe(self._settle_on_loop, mine, topics if loop is home else set())
            except RuntimeError:  # the loop is closed: nobody waits any more
                continue

    def _settle_on_loop(self, group: list[_Job], topics: set[Topic]) -> None:
        self.bus.publish(topics)
        for job in group:
            job.settle()


def _only(results: list[Any]) -> Any:
    """The one result; raised when it is an exception."""
    (result,) = results
    if isinstance(result, BaseException):
        raise result
    return result
