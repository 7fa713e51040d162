"""How the search of a register is carried out."""

from __future__ import annotations

import sqlite3
from typing import cast

from intake_world import ORG, World

from mailsvc.store import documents
from mailsvc.store.tx import Tx


def test_a_search_reads_the_words_and_nothing_else_does(world: World) -> None:
    """SQLite's plans: the index is wide, and only what looks for words is to choose it."""

    def plans(tx: Tx) -> list[str]:
        said: list[str] = []
        driver = cast(sqlite3.Connection, tx.connection.connection.driver_connection)
        driver.set_trace_callback(said.append)
        for words in (("tuyen", "sinh"), ()):
            documents.count(tx, documents.Filter(ORG, 2026, words=words))
        driver.set_trace_callback(None)
        counts = [one for one in said if "count" in one]
        return [" ".join(row[3] for row in driver.execute("EXPLAIN QUERY PLAN " + one)) for one in counts]

    searched, whole = world.office.db.read_now(plans)
    assert "USING COVERING INDEX ix_documents_words" in searched
    assert "USING COVERING INDEX" in whole and "ix_documents_words" not in whole
