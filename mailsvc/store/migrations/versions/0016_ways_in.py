"""Passwords of mail programs, second factor, answers about absence, address lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _big(name: str, default: str = "0") -> sa.Column[int]:
    return sa.Column(name, BIG, server_default=default, nullable=False)


def _bool(name: str, default: str = "0") -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False)


def _account(table: str, *, key: bool = True) -> list[sa.schema.SchemaItem]:
    column = sa.Column("account_id", BIG, autoincrement=False, nullable=False)
    link = sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id"), ondelete="CASCADE"
    )
    return [column, link, *([sa.PrimaryKeyConstraint("account_id", name=op.f(f"pk_{table}"))] if key else [])]


def upgrade() -> None:
    op.add_column("accounts", _bool("must_change"))
    op.add_column("accounts", _bool("away"))
    op.create_table(
        "app_passwords",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        *_account("app_passwords", key=False),
        sa.Column("name", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.LargeBinary(), nullable=False)
            for name in ("digest", "scram_salt", "scram_stored_key", "scram_server_key")
        ),
        _big("scram_iterations"),
        _big("created_ms"),
        _big("used_ms"),
        _text("used_peer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_passwords")),
    )
    op.create_index("ix_app_passwords_account_id", "app_passwords", ["account_id"], unique=False)
    op.create_table(
        "second_factors",
        *_account("second_factors"),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        *(_big(name) for name in ("confirmed_ms", "last_step", "failures", "failed_ms")),
    )
    op.create_table(
        "recovery_codes",
        *_account("recovery_codes", key=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        _big("used_ms"),
        sa.PrimaryKeyConstraint("account_id", "digest", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "vacations",
        *_account("vacations"),
        _bool("active"),
        *(_text(name) for name in ("first_day", "last_day", "subject", "text")),
        _big("every_days", "7"),
        _big("version"),
    )
    op.create_table(
        "vacation_answers",
        *_account("vacation_answers", key=False),
        sa.Column("sender", sa.Text(), nullable=False),
        _big("version"),
        _big("at_ms"),
        sa.PrimaryKeyConstraint("account_id", "sender", name=op.f("pk_vacation_answers")),
    )
    op.create_index("ix_vacation_answers_at_ms", "vacation_answers", ["at_ms"], unique=False)
    _groups()


def _groups() -> None:
    op.create_table(
        "address_groups",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _text("note"),
        _bool("inside_only", "1"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_groups")),
        sa.UniqueConstraint("address", name=op.f("uq_address_groups_address")),
    )
    op.create_table(
        "group_members",
        sa.Column("group_id", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["address_groups.id"], name=op.f("fk_group_members_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "kind", "member", name=op.f("pk_group_members")),
    )
