"""Emergency reading, items on hold, destruction by two; rules with days, the regulation with its versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("contents", sa.Column("purged_ms", BIG, nullable=True))
    _guarding()
    _rules()
    _feedback()


def _id() -> sa.Column[int]:
    return sa.Column("id", BIG, autoincrement=True, nullable=False)


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, BIG, server_default="0", nullable=False)


def _maybe(name: str) -> sa.Column[int]:
    return sa.Column(name, BIG, nullable=True)


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _guarding() -> None:
    op.create_table(
        "glasses", _id(), sa.Column("admin_id", BIG, nullable=False), _text("thing"), _maybe("owner_id"),
        _text("reason"), _whole("opened_ms"), _whole("until_ms"), _key("glasses"),
    )  # fmt: skip
    op.create_index("ix_glasses_admin", "glasses", ["admin_id", "thing"])
    op.create_table(
        "held_items", _id(), _text("org_code"), _text("thing"), _text("mark"), _text("origin", ""), _whole("held_ms"),
        _maybe("content_id"), _text("places", "[]"), _text("state", "held"), _maybe("decided_ms"), _key("held_items"),
    )  # fmt: skip
    op.create_index("ix_held_items_state", "held_items", ["org_code", "state"])
    op.create_index("ix_held_items_thing", "held_items", ["thing"])
    op.execute(
        "INSERT INTO held_items (org_code, thing, mark, origin, held_ms, content_id) "
        "SELECT org_code, 'intake/' || id, reason, sender_address, received_ms, content_id "
        "FROM intake_entries WHERE status = 'held'"
    )
    op.create_table(
        "held_votes", _id(), sa.Column("item_id", BIG, nullable=False), sa.Column("person_id", BIG, nullable=False),
        sa.Column("voter_id", BIG, nullable=False), _text("decision"), _text("reason"), _whole("at_ms"),
        _key("held_votes"), sa.UniqueConstraint("item_id", "person_id", name=op.f("uq_held_votes_item_id_person_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_held_votes_item_id"), "held_votes", ["item_id"])
    op.create_table(
        "purges", _id(), _text("thing"), _text("org_code"), _text("reason"),
        sa.Column("asked_by", BIG, nullable=False), _whole("asked_ms"), _text("state", "asked"), _maybe("decided_by"),
        _maybe("decided_ms"), _text("answer", ""), _key("purges"),
    )  # fmt: skip
    op.create_index(op.f("ix_purges_thing"), "purges", ["thing"])


def _rules() -> None:
    op.create_table(
        "office_rules", _id(), _text("name"), _text("valid_from"), _text("value"), _text("reason"), _maybe("set_by"),
        _whole("set_ms"), _key("office_rules"),
    )  # fmt: skip
    op.create_index("ix_office_rules_name", "office_rules", ["name", "valid_from"])
    op.create_table(
        "regulations", _id(), _text("title"), _text("text"), _text("number", ""),
        sa.Column("valid_from", sa.Text(), nullable=True), _text("state", "proposed"), _text("grounds", ""),
        _maybe("proposed_by"), _whole("proposed_ms"), _maybe("decided_by"), _maybe("decided_ms"), _text("answer", ""),
        _key("regulations"),
    )  # fmt: skip
    op.create_table(
        "acknowledgements",
        sa.Column("regulation_id", BIG, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG, autoincrement=False, nullable=False),
        _whole("at_ms"),
        _text("post", ""),
        _of_regulation("acknowledgements"),
        sa.PrimaryKeyConstraint("regulation_id", "person_id", name=op.f("pk_acknowledgements")),
    )


def _of_regulation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["regulation_id"], ["regulations.id"], name=op.f(f"fk_{table}_regulation_id"))


def _feedback() -> None:
    op.create_table(
        "feedback_rounds", _id(), sa.Column("regulation_id", BIG, nullable=False), _text("title"), _text("last_day"),
        sa.Column("anonymous", sa.Integer(), server_default="0", nullable=False), _maybe("opened_by"),
        _whole("opened_ms"), _of_regulation("feedback_rounds"), _key("feedback_rounds"),
    )  # fmt: skip
    op.create_table(
        "feedback", _id(), sa.Column("round_id", BIG, nullable=False), _text("article"), _text("text"),
        _maybe("author_id"), _text("unit_code", ""), _whole("at_ms"), _text("answer_kind", ""), _text("answer", ""),
        _maybe("answered_by"), _maybe("answered_ms"), _key("feedback"),
        sa.ForeignKeyConstraint(["round_id"], ["feedback_rounds.id"], name=op.f("fk_feedback_round_id")),
        sa.UniqueConstraint(
            "round_id", "author_id", "article", "text", name=op.f("uq_feedback_round_id_author_id_article_text")
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_feedback_round_id"), "feedback", ["round_id"])
