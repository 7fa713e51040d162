"""Delegations, acting heads, and the audit trail as a chain that nobody changes."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHAINED = ("at_ms", "actor_id", "post", "on_behalf_of", "source", "action", "object", "detail")
START = "0" * 64
FROZEN = ("audit", "document_events")


def upgrade() -> None:
    _posts()
    _columns()
    link_old_rows(op.get_bind())
    for table in FROZEN:
        _freeze(table)


def _posts() -> None:
    op.add_column("account_roles", sa.Column("acting", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "delegations",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("principal_id", BIG, nullable=False),
        sa.Column("delegate_id", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("unit_code", sa.Text(), server_default="", nullable=False),
        sa.Column("acts", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.Column("posts_of_day", sa.Text(), server_default="", nullable=False),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ms", BIG, server_default="0", nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.Column("revoked_ms", BIG, nullable=True),
        sa.Column("revoked_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(["principal_id"], ["accounts.id"], name=op.f("fk_delegations_principal_id")),
        sa.ForeignKeyConstraint(["delegate_id"], ["accounts.id"], name=op.f("fk_delegations_delegate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    op.create_index(op.f("ix_delegations_principal_id"), "delegations", ["principal_id"], unique=False)
    op.create_index(op.f("ix_delegations_delegate_id"), "delegations", ["delegate_id"], unique=False)


def _columns() -> None:
    for name in ("post", "source", "previous", "hash"):
        op.add_column("audit", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("audit", sa.Column("on_behalf_of", BIG, nullable=True))
    op.create_index("ix_audit_action", "audit", ["action"], unique=False)
    for name in ("post", "capacity"):
        op.add_column("document_events", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("document_events", sa.Column("audit_id", BIG, nullable=True))
    op.create_table(
        "audit_head",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("count", BIG, server_default="0", nullable=False),
        sa.Column("last_id", BIG, server_default="0", nullable=False),
        sa.Column("hash", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )


def link_old_rows(connection: Any) -> None:
    """Chain what was written before, and vouch for every old step of a document's timeline with a link of its own."""
    rows = connection.execute(sa.text("SELECT * FROM audit ORDER BY id")).mappings().all()
    head, last_id = START, 0
    for row in rows:
        digest = _link(head, row["id"], row)
        change = sa.text("UPDATE audit SET previous = :previous, hash = :hash WHERE id = :id")
        connection.execute(change, {"previous": head, "hash": digest, "id": row["id"]})
        head, last_id = digest, row["id"]
    count = len(rows)
    for event in connection.execute(sa.text("SELECT * FROM document_events ORDER BY id")).mappings().all():
        last_id, count = last_id + 1, count + 1
        head = _vouch(connection, head, last_id, event)
    connection.execute(
        sa.text("INSERT INTO audit_head (id, count, last_id, hash) VALUES (1, :count, :last_id, :hash)"),
        {"count": count, "last_id": last_id, "hash": head},
    )


def _vouch(connection: Any, head: str, audit_id: int, event: Any) -> str:
    step = {"at_ms": event["at_ms"], "kind": event["kind"], "text": event["text"], "capacity": ""}
    values = {
        "at_ms": event["at_ms"],
        "actor_id": event["actor_id"],
        "post": "",
        "on_behalf_of": None,
        "source": "",
        "action": f"document.{event['kind']}",
        "object": f"document/{event['document_id']}",
        "detail": json.dumps({"step": step}, ensure_ascii=False, sort_keys=True),
    }
    digest = _link(head, audit_id, values)
    names = ("id", *CHAINED, "previous", "hash")
    add = f"INSERT INTO audit ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"  # noqa: S608
    connection.execute(sa.text(add), values | {"id": audit_id, "previous": head, "hash": digest})
    change = sa.text("UPDATE document_events SET audit_id = :audit_id WHERE id = :id")
    connection.execute(change, {"audit_id": audit_id, "id": event["id"]})
    return digest


def _link(previous: str, row_id: int, values: Any) -> str:
    listed = [previous, row_id, *(values[name] for name in CHAINED)]
    return hashlib.sha256(json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _freeze(table: str) -> None:
    """Nobody changes or removes a row, not even an administrator by mistake."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed or removed'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'rows of {table} are never changed or removed'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_frozen()"
    )
