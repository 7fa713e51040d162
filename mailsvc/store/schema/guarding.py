"""What is guarded: objects opened in an emergency, items on hold for a mark of secrecy, what is to be destroyed."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from mailsvc.store.schema.base import Big, id_column, int_column, metadata, text_column

# An administrator may read one thing for a while; owner and leader were told.
glasses = Table(
    "glasses",
    metadata,
    id_column(),
    Column("admin_id", Big, nullable=False),
    Column("thing", Text, nullable=False),  # content/12, document/7
    Column("owner_id", Big),
    Column("reason", Text, nullable=False),
    int_column("opened_ms"),
    int_column("until_ms"),
)
Index("ix_glasses_admin", glasses.c.admin_id, glasses.c.thing)

# Something that bears a mark of secrecy, held for two named people. Nothing of its content stands here.
held_items = Table(
    "held_items",
    metadata,
    id_column(),
    Column("org_code", Text, nullable=False),
    Column("thing", Text, nullable=False),  # intake/5, draft/7, upload/…
    Column("mark", Text, nullable=False),
    text_column("origin"),  # who brought it
    int_column("held_ms"),
    Column("content_id", Big),
    text_column("places", "[]"),  # where the letter lay: [[mailbox id, flags, keywords] …]
    text_column("kept", "{}"),  # columns of a draft that are shown blank meanwhile
    text_column("state", "held"),  # held, released, removed
    Column("decided_ms", Big),
)
Index("ix_held_items_state", held_items.c.org_code, held_items.c.state)
Index("ix_held_items_thing", held_items.c.thing)

held_votes = Table(
    "held_votes",
    metadata,
    id_column(),
    Column("item_id", Big, nullable=False, index=True),
    Column("person_id", Big, nullable=False),  # the named person, also where somebody votes for him
    Column("voter_id", Big, nullable=False),
    Column("decision", Text, nullable=False),  # release, remove
    Column("reason", Text, nullable=False),
    int_column("at_ms"),
    UniqueConstraint("item_id", "person_id"),
)

# One asks for it, another consents; the metadata stay.
purges = Table(
    "purges",
    metadata,
    id_column(),
    Column("thing", Text, nullable=False, index=True),
    Column("org_code", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", Big, nullable=False),
    int_column("asked_ms"),
    text_column("state", "asked"),  # asked, refused, done
    Column("decided_by", Big),
    Column("decided_ms", Big),
    text_column("answer"),
)
