"""How people get in besides their password, their absence, and the address lists of the office."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text

from mailsvc.store.schema.base import bool_column, id_column, int_column, metadata, text_column

# Passwords for one mail program each; they open IMAP and SMTP, never the web. Salt and iterations are the account's.
app_passwords = Table(
    "app_passwords",
    metadata,
    id_column(),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # SHA-256 of the password, which is random
    Column("scram_salt", LargeBinary, nullable=False),
    int_column("scram_iterations"),
    Column("scram_stored_key", LargeBinary, nullable=False),
    Column("scram_server_key", LargeBinary, nullable=False),
    int_column("created_ms"),
    int_column("used_ms"),
    text_column("used_peer"),
)

# RFC 6238. A row that is not confirmed yet asks for nothing.
second_factors = Table(
    "second_factors",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("secret", LargeBinary, nullable=False),  # locked with the installation's own (auth.vault)
    int_column("confirmed_ms"),
    int_column("last_step"),  # of the last code that was taken; none of it or before is taken again
    int_column("failures"),
    int_column("failed_ms"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, primary_key=True),
    int_column("used_ms"),
)

# RFC 5230 in the form people fill in. `accounts.away` says `active` once more, where deliveries look.
vacations = Table(
    "vacations",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    bool_column("active"),
    text_column("first_day"),
    text_column("last_day"),
    text_column("subject"),
    text_column("text"),
    int_column("every_days", 7),
    int_column("version"),  # rises with each change: the new text is for everybody again
    bool_column("inside_only"),  # only who has logged in and writes from the house is told
)

vacation_answers = Table(
    "vacation_answers",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("sender", Text, primary_key=True),
    int_column("version"),
    int_column("at_ms"),
)

address_groups = Table(
    "address_groups",
    metadata,
    id_column(),
    Column("address", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    text_column("note"),
    bool_column("inside_only", True),  # only who has logged in may write to it
)

# `kind`: account (member is its id), unit (its code: the unit's mailbox), people (the people of that unit and below).
group_members = Table(
    "group_members",
    metadata,
    Column("group_id", ForeignKey("address_groups.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("member", Text, primary_key=True),
)
Index("ix_vacation_answers_at_ms", vacation_answers.c.at_ms)
