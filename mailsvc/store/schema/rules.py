"""Rules of the office with their days, and the regulation with its versions, acknowledgements and opinions."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from mailsvc.store.schema.base import Big, bool_column, id_column, int_column, metadata, text_column

# The value of a rule from a day on; a later row for the same day replaces an earlier one, which stays.
office_rules = Table(
    "office_rules",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("value", Text, nullable=False),  # JSON
    Column("reason", Text, nullable=False),
    Column("set_by", Big),
    int_column("set_ms"),
)
Index("ix_office_rules_name", office_rules.c.name, office_rules.c.valid_from)

regulations = Table(
    "regulations",
    metadata,
    id_column(),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    text_column("number"),  # số, ký hiệu of the decision
    Column("valid_from", Text),
    text_column("state", "proposed"),  # proposed, refused, published
    text_column("grounds"),  # why it is proposed
    Column("proposed_by", Big),
    int_column("proposed_ms"),
    Column("decided_by", Big),
    Column("decided_ms", Big),
    text_column("answer"),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("regulation_id", ForeignKey("regulations.id"), primary_key=True, autoincrement=False),
    Column("person_id", Big, primary_key=True, autoincrement=False),
    int_column("at_ms"),
    text_column("post"),
)

feedback_rounds = Table(
    "feedback_rounds",
    metadata,
    id_column(),
    Column("regulation_id", ForeignKey("regulations.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("last_day", Text, nullable=False),
    bool_column("anonymous"),
    Column("opened_by", Big),
    int_column("opened_ms"),
)

feedback = Table(
    "feedback",
    metadata,
    id_column(),
    Column("round_id", ForeignKey("feedback_rounds.id"), nullable=False, index=True),
    Column("article", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("author_id", Big),  # NULL where the round lets people keep their names to themselves
    text_column("unit_code"),
    int_column("at_ms"),
    text_column("answer_kind"),  # tiep_thu, mot_phan, giai_trinh
    text_column("answer"),
    Column("answered_by", Big),
    Column("answered_ms", Big),
    UniqueConstraint("round_id", "author_id", "article", "text"),
)
