"""Acts that are done together for many items: one commit, shared statements, and each by itself when that fails."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from mailsvc.core.errors import Invalid
from mailsvc.store import meta
from mailsvc.store.engine import Database
from mailsvc.store.tx import Tx


def post(tx: Tx, items: list[str]) -> list[Any]:
    """Counts each item; refuses "wrong"; breaks on "poison" in company, and on "fatal" always."""
    if "fatal" in items or ("poison" in items and len(items) > 1):
        meta.put(tx, "broken", "half")
        raise RuntimeError("together no")
    results: list[Any] = []
    for item in items:
        if item == "wrong":
            results.append(Invalid(item))
            continue
        meta.set_int(tx, item, meta.get_int(tx, item) + 1)
        results.append((item, len(items)))
    return results


def all_at_once(db: Database, items: list[str]) -> list[Any]:
    """Post the items while the writer is held up, so that they make one group."""
    held, go = threading.Event(), threading.Event()

    def hold(tx: Tx) -> None:
        held.set()
        assert go.wait(10)

    async def run() -> list[Any]:
        holding = asyncio.create_task(db.write(hold))
        await asyncio.to_thread(held.wait, 10)
        posting = [asyncio.create_task(db.write_together(item, post)) for item in items]
        await asyncio.sleep(0)  # each has its turn to queue
        go.set()
        await holding
        return await asyncio.gather(*posting, return_exceptions=True)

    return asyncio.run(run())


def test_items_of_a_group_share_one_run(both_db: Database) -> None:
    assert all_at_once(both_db, ["a", "b", "a"]) == [("a", 3), ("b", 3), ("a", 3)]
    assert both_db.read_now(meta.get_int, "a") == 2


def test_an_item_may_be_refused_by_itself(both_db: Database) -> None:
    first, second, third = all_at_once(both_db, ["a", "wrong", "b"])
    assert (first, third) == (("a", 3), ("b", 3))
    assert isinstance(second, Invalid)


def test_what_fails_together_is_done_one_by_one(both_db: Database) -> None:
    assert all_at_once(both_db, ["a", "poison", "b"]) == [("a", 1), ("poison", 1), ("b", 1)]
    assert both_db.read_now(meta.get, "broken") == ""
    assert both_db.read_now(meta.get_int, "a") == 1


def test_one_that_always_fails_spares_the_others(both_db: Database) -> None:
    first, second, third = all_at_once(both_db, ["a", "fatal", "b"])
    assert (first, third) == (("a", 1), ("b", 1))
    assert isinstance(second, RuntimeError)
    assert both_db.read_now(meta.get, "broken") == ""
