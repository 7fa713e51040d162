"""The two verbs: group commit, savepoints, wake-ups, isolation."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsvc.core.clock import FixedClock
from mailsvc.core.errors import Invalid
from mailsvc.store import meta, migrate
from mailsvc.store.engine import Database
from mailsvc.store.tx import Tx


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    migrate.upgrade(url)
    database = Database(url, FixedClock(1_000))
    yield database
    database.close()


def add_one(tx: Tx, name: str) -> int:
    value = meta.get_int(tx, name) + 1
    meta.set_int(tx, name, value)
    return value


def fail_after_writing(tx: Tx) -> None:
    meta.put(tx, "half", "written")
    raise Invalid("no")


def test_parallel_writes_each_see_the_one_before(db: Database) -> None:
    async def many() -> list[int]:
        return await asyncio.gather(*(db.write(add_one, "count") for _ in range(500)))

    assert sorted(asyncio.run(many())) == list(range(1, 501))


def test_a_failing_job_undoes_only_itself(db: Database) -> None:
    async def mixed() -> list[object]:
        jobs = [db.write(add_one, "count") for _ in range(5)]
        return await asyncio.gather(
            *jobs, db.write(fail_after_writing), db.write(add_one, "count"), return_exceptions=True
        )

    results = asyncio.run(mixed())
    assert isinstance(results[5], Invalid)
    assert results[6] == 6
    assert db.read_now(meta.get, "half") == ""


def test_a_failing_job_alone_leaves_nothing(db: Database) -> None:
    with pytest.raises(Invalid):
        db.write_now(fail_after_writing)
    assert db.read_now(meta.get, "half") == ""


def test_a_database_error_of_one_job_spares_the_others(db: Database) -> None:
    def broken(tx: Tx) -> None:
        meta.put(tx, "half", "written")
        tx.connection.exec_driver_sql("SELECT nothing FROM nowhere")

    async def mixed() -> list[object]:
        return await asyncio.gather(
            db.write(add_one, "count"), db.write(broken), db.write(add_one, "count"), return_exceptions=True
        )

    first, second, third = asyncio.run(mixed())
    assert (first, third) == (1, 2)
    assert isinstance(second, Exception)
    assert db.read_now(meta.get, "half") == ""


def test_wakeups_come_after_the_commit_and_only_then(db: Database) -> None:
    def waking(tx: Tx, fail: bool) -> None:
        meta.put(tx, "seen", "1")
        tx.wake("mailbox", 7)
        if fail:
            raise Invalid("no")

    async def listen() -> str:
        with db.bus.subscribe(("mailbox", 7)) as sub:
            waiting = asyncio.ensure_future(sub.wait())
            with pytest.raises(Invalid):
                await db.write(waking, True)
            assert not waiting.done()
            await db.write(waking, False)
            await asyncio.wait_for(waiting, 5)
            return await db.read(meta.get, "seen")

    assert asyncio.run(listen()) == "1"


def test_a_cancelled_waiter_does_not_stop_the_writer(db: Database) -> None:
    async def cancel() -> int:
        task = asyncio.create_task(db.write(add_one, "count"))
        await asyncio.sleep(0)
        task.cancel()
        return await db.write(add_one, "count")

    assert asyncio.run(cancel()) in (1, 2)


def test_the_data_is_there_after_reopening(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'again.db'}"
    migrate.upgrade(url)
    first = Database(url)
    first.write_now(add_one, "count")
    first.close()
    migrate.upgrade(url)
    second = Database(url)
    assert second.read_now(meta.get_int, "count") == 1
    second.close()
