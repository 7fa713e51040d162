"""The audit chain: rows that were changed, removed, put in, reordered or cut off are found and named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

from mailsvc.core.actor import Actor, Post
from mailsvc.core.clock import FixedClock
from mailsvc.store import audit, chain, migrate
from mailsvc.store.engine import Database
from mailsvc.store.tx import Tx
from tests.places import REPOSITORY

KEY = b"k" * 32
CLERK = Actor(7, Post("van_thu", "VP", on_behalf_of=9), "web", "10.0.0.7")


def write_some(tx: Tx, count: int = 5) -> None:
    for number in range(count):
        audit.record(tx, CLERK, "thing.do", f"thing/{number}", words="Vào sổ: “Đ”", number=number)


def unguarded(tx: Tx, *statements: str) -> None:
    """What somebody with the database in his hands does: the triggers go, and come back."""
    if tx.is_sqlite:
        names = ("audit_no_update", "audit_no_delete")
        kept = [
            tx.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = :n"), {"n": name}).scalar_one()
            for name in names
        ]
        for name in names:
            tx.execute(sa.text(f"DROP TRIGGER {name}"))
    else:
        kept = []
        tx.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER USER"))
    for statement in [*statements, *kept]:
        tx.connection.exec_driver_sql(statement)
    if not tx.is_sqlite:
        tx.execute(sa.text("ALTER TABLE audit ENABLE TRIGGER USER"))


def test_a_row_says_who_in_which_post_for_whom_from_where(both_db: Database) -> None:
    both_db.write_now(write_some)
    row = both_db.read_now(audit.of, "thing/3")[0]
    assert (row["actor_id"], row["post"], row["on_behalf_of"], row["source"]) == (7, "van_thu@VP", 9, "web 10.0.0.7")
    assert row["detail"] == {"number": 3, "words": "Vào sổ: “Đ”"}
    assert both_db.read_now(chain.verify) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET detail = '{\"number\": 9}' WHERE id = 3", "audit 3: was changed (thing.do on thing/2)"),
        ("UPDATE audit SET actor_id = 8 WHERE id = 3", "audit 3: was changed"),
        ("UPDATE audit SET at_ms = at_ms - 1 WHERE id = 1", "audit 1: was changed"),
        ("UPDATE audit SET post = '' WHERE id = 5", "audit 5: was changed"),
        ("DELETE FROM audit WHERE id = 3", "audit 4: a row between 2 and 4 is missing"),
        ("DELETE FROM audit WHERE id = 1", "audit 2: a row before 2 is missing"),
        ("DELETE FROM audit WHERE id = 5", "audit: 1 rows are missing; the chain went to row 5"),
        (
            "INSERT INTO audit (id, at_ms, action, object, detail, previous, hash) "
            "SELECT 6, at_ms, 'x', 'y', '{}', hash, 'false' FROM audit WHERE id = 5",
            "audit 6: was changed (x on y)",
        ),
    ],
)
def test_damage_is_named(both_db: Database, statement: str, found: str) -> None:
    both_db.write_now(write_some)
    both_db.write_now(unguarded, statement)
    findings = both_db.read_now(chain.verify)
    assert any(one.startswith(found) for one in findings), findings


def test_rows_that_changed_places_are_found(both_db: Database) -> None:
    both_db.write_now(write_some)
    move = ("UPDATE audit SET id = 30 WHERE id = 3", "UPDATE audit SET id = 3 WHERE id = 4",
            "UPDATE audit SET id = 4 WHERE id = 30")  # fmt: skip
    both_db.write_now(unguarded, *move)
    findings = " ".join(both_db.read_now(chain.verify))
    assert "audit 3: was changed" in findings
    assert "changed its place" in findings


def test_a_tail_cut_off_with_its_head_is_found_by_a_checkpoint(both_db: Database) -> None:
    both_db.write_now(write_some)
    point = both_db.read_now(chain.checkpoint, KEY)
    assert chain.read_checkpoint(point.line()) == point
    cut = "UPDATE audit_head SET count = 4, last_id = 4, hash = (SELECT hash FROM audit WHERE id = 4)"
    both_db.write_now(unguarded, "DELETE FROM audit WHERE id = 5", cut)
    assert both_db.read_now(chain.verify) == []  # the store alone cannot know
    assert "the end of the chain was cut off" in both_db.read_now(chain.verify, [point], KEY)[0]


def test_a_chain_written_anew_is_found_by_a_checkpoint(both_db: Database) -> None:
    both_db.write_now(write_some)
    point = both_db.read_now(chain.checkpoint, KEY)
    both_db.write_now(unguarded, "DELETE FROM audit", f"UPDATE audit_head SET count=0, last_id=0, hash='{audit.START}'")
    both_db.write_now(lambda tx: [audit.record(tx, 1, "other", f"thing/{n}") for n in range(5)])
    assert both_db.read_now(chain.verify) == []
    assert "the chain was written anew" in both_db.read_now(chain.verify, [point], KEY)[0]
    forged = both_db.read_now(chain.checkpoint, b"another key")
    assert "its signature is not ours" in both_db.read_now(chain.verify, [forged], KEY)[0]


@pytest.mark.parametrize("table", ["audit", "document_events"])
@pytest.mark.parametrize("act", ["UPDATE {} SET at_ms = 1", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_history(both_db: Database, table: str, act: str) -> None:
    both_db.write_now(write_some)
    event = "INSERT INTO document_events (document_id, kind) VALUES (1, 'x')"
    document = "INSERT INTO documents (id, org_code, direction) VALUES (1, 'SGDDT', 'in')"
    both_db.write_now(lambda tx: [tx.execute(sa.text(one)) for one in (document, event)])
    with pytest.raises(DBAPIError, match="never changed or removed"):
        both_db.write_now(lambda tx: tx.execute(sa.text(act.format(table))))


def test_missing_triggers_are_found(both_db: Database) -> None:
    drop = "DROP TRIGGER audit_no_delete" if "sqlite" in str(both_db.backend.__class__).lower() else (
        "DROP TRIGGER audit_frozen ON audit"
    )  # fmt: skip
    both_db.write_now(lambda tx: tx.execute(sa.text(drop)))
    assert "is missing: rows could be changed unseen" in both_db.read_now(chain.verify)[0]


def test_a_row_of_an_undone_job_leaves_no_gap(both_db: Database) -> None:
    def fails(tx: Tx) -> None:
        audit.record(tx, 1, "will.fail", "thing/1")
        raise ValueError

    both_db.write_now(write_some)
    with pytest.raises(ValueError):
        both_db.write_now(fails)
    both_db.write_now(write_some)
    assert both_db.read_now(chain.verify) == []
    assert both_db.read_now(audit.head).count == 10


def test_one_chain_for_several_processes(database_url: str, clock: FixedClock) -> None:
    program = (
        "import sys\n"
        "from mailsvc.store import audit\n"
        "from mailsvc.store.engine import Database\n"
        "db = Database(sys.argv[1])\n"
        "for n in range(40):\n"
        "    db.write_now(audit.record, 1, 'process.act', f'process/{sys.argv[2]}', n=n)\n"
        "db.close()\n"
    )
    command_line: Callable[[int], list[str]] = lambda n: [sys.executable, "-c", program, database_url, str(n)]  # noqa: E731
    running = [subprocess.Popen(command_line(n), cwd=REPOSITORY) for n in range(3)]
    assert [one.wait(120) for one in running] == [0, 0, 0]
    database = Database(database_url, clock)
    try:
        assert database.read_now(audit.head).count == 120
        assert database.read_now(chain.verify) == []
        for number in range(3):
            rows = database.read_now(audit.of, f"process/{number}")
            assert [one["detail"]["n"] for one in rows] == list(range(40))
    finally:
        database.close()


def test_the_migration_chains_what_was_written_before(tmp_path: Path, clock: FixedClock) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "0005")
    with sa.create_engine(url).begin() as connection:
        for statement in (
            "INSERT INTO audit (at_ms, action, object, detail) VALUES (1, 'a', 'x/1', '{\"ữ\": \"“\"}')",
            "INSERT INTO audit (id, at_ms, actor_id, action, object, detail) VALUES (5, 2, 3, 'b', 'x/2', '{}')",
            "INSERT INTO documents (id, org_code, direction) VALUES (1, 'SGDDT', 'in')",
            "INSERT INTO document_events (document_id, at_ms, actor_id, kind, text) VALUES (1, 7, 3, 'x', 'Vào sổ')",
        ):
            connection.execute(sa.text(statement.replace(":", "\\:")))
    migrate.upgrade(url)
    database = Database(url, clock)
    try:
        assert database.read_now(chain.verify) == []
        assert database.read_now(audit.head).count == 3
        database.write_now(write_some)
        assert database.read_now(chain.verify) == []
    finally:
        database.close()
