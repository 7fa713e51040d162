"""Glances: small readings on the loop, everything else in a thread, the answer the same."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from mailsvc.core.clock import FixedClock
from mailsvc.core.errors import NotFound
from mailsvc.store import meta, migrate
from mailsvc.store.engine import Database
from mailsvc.store.glance import MOST
from mailsvc.store.schema import meta as meta_table
from mailsvc.store.tx import Prepared, Tx

_ALL = Prepared(select(meta_table.c.key).where(meta_table.c.key.like("row-%")))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    migrate.upgrade(url)
    database = Database(url, FixedClock(1_000))
    yield database
    database.close()


def fill(tx: Tx, count: int) -> None:
    for number in range(count):
        meta.put(tx, f"row-{number}", "x")


def names(tx: Tx) -> tuple[int, int]:
    """How many rows there are, and the thread that has read them."""
    return len(tx.rows(_ALL)), threading.get_ident()


def names_the_ordinary_way(tx: Tx) -> tuple[int, int]:
    return len(tx.execute(select(meta_table.c.key).where(meta_table.c.key.like("row-%"))).all()), threading.get_ident()


def looks_at_much(tx: Tx) -> int:
    tx.looks_at(MOST + 1)
    return threading.get_ident()


def test_a_few_rows_are_read_on_the_loop(db: Database) -> None:
    db.write_now(fill, MOST)
    assert asyncio.run(db.glance(names)) == (MOST, threading.get_ident())


def test_more_rows_are_read_in_a_thread_and_all_of_them(db: Database) -> None:
    db.write_now(fill, MOST + 1)
    count, thread = asyncio.run(db.glance(names))
    assert count == MOST + 1
    assert thread != threading.get_ident()


def test_what_is_not_prepared_or_looks_at_much_goes_to_a_thread(db: Database) -> None:
    db.write_now(fill, 3)
    count, thread = asyncio.run(db.glance(names_the_ordinary_way))
    assert count == 3
    assert thread != threading.get_ident()
    assert asyncio.run(db.glance(looks_at_much)) != threading.get_ident()


def test_a_glance_sees_one_moment(db: Database) -> None:
    """What is committed while it reads belongs to the next one."""

    def twice(tx: Tx) -> tuple[int, int]:
        before, _ = names(tx)
        db.write_now(fill, 5)
        return before, names(tx)[0]

    async def both() -> tuple[tuple[int, int], int]:
        return await db.glance(twice), (await db.glance(names))[0]

    assert asyncio.run(both()) == ((0, 0), 5)


def test_after_a_failure_the_next_one_reads(db: Database) -> None:
    def fails(tx: Tx) -> None:
        names(tx)
        raise NotFound("no")

    async def both() -> int:
        with pytest.raises(NotFound):
            await db.glance(fails)
        await db.write(fill, 2)
        return (await db.glance(names))[0]

    assert asyncio.run(both()) == 2


def test_two_loops_do_not_disturb_each_other(db: Database) -> None:
    """The connection of the glances is one loop's at a time; the other reads in a thread."""
    db.write_now(fill, 7)
    inside, go_on = threading.Event(), threading.Event()

    def waits(tx: Tx) -> int:
        inside.set()
        assert go_on.wait(10)
        return names(tx)[0]

    results: list[int] = []
    other = threading.Thread(target=lambda: results.append(asyncio.run(db.glance(waits))))
    other.start()
    assert inside.wait(10)
    count, thread = asyncio.run(db.glance(names))
    go_on.set()
    other.join()
    assert (results, count) == ([7], 7)
    assert thread != threading.get_ident()
