"""People, units, roles, grants, sessions, audit."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint

from mailsvc.store.schema.base import Big, bool_column, id_column, int_column, metadata, text_column

units = Table(
    "units",
    metadata,
    id_column(),
    Column("code", Text, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    text_column("parent_code"),
    text_column("notation"),
    text_column("email"),
    text_column("note"),
    UniqueConstraint("code", "valid_from"),
)

accounts = Table(
    "accounts",
    metadata,
    id_column(),
    Column("username", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # person, unit (shared mailbox of a unit), role (shared mailbox of a role)
    Column("full_name", Text, nullable=False),
    text_column("unit_code"),
    text_column("position"),
    text_column("phone"),
    text_column("note"),
    bool_column("active", True),
    int_column("quota_bytes"),  # 0: without limit
    int_column("quota_messages"),  # the same; below 0: none at all
    int_column("used_bytes"),
    text_column("argon2"),
    Column("scram_salt", LargeBinary, nullable=False, server_default=""),
    int_column("scram_iterations"),
    Column("scram_stored_key", LargeBinary, nullable=False, server_default=""),
    Column("scram_server_key", LargeBinary, nullable=False, server_default=""),
    int_column("credential_version"),
    int_column("created_ms"),
    bool_column("must_change"),  # the password was given by an administrator
    bool_column("away"),  # an answer about absence is switched on (store/vacations.py knows the days)
)

addresses = Table(
    "addresses",
    metadata,
    Column("address", Text, primary_key=True),  # lower case, without subaddress
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    bool_column("is_primary"),
)

account_roles = Table(
    "account_roles",
    metadata,
    id_column(),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    text_column("unit_code"),
    text_column("valid_from"),
    Column("valid_to", Text),
    bool_column("acting"),  # quyền, phụ trách: a head for the time being
)

# Who acts in whose place (store.delegations).
delegations = Table(
    "delegations",
    metadata,
    id_column(),
    Column("principal_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("delegate_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),  # uy_quyen, thay_the, ban_giao
    text_column("role"),
    text_column("unit_code"),
    text_column("acts"),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text),
    text_column("posts_of_day"),
    text_column("basis"),
    int_column("created_ms"),
    Column("created_by", Big),
    Column("revoked_ms", Big),
    Column("revoked_by", Big),
)

# Who may open and use a shared mailbox, or send in the name of another person.
grants = Table(
    "grants",
    metadata,
    Column("owner_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("grantee_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True),
    bool_column("can_read", True),
    bool_column("can_send"),
    text_column("valid_from"),
    Column("valid_to", Text),
)

# IMAP capabilities that are not told to an account's clients.
switched_off = Table(
    "switched_off",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("capability", Text, primary_key=True),
)

preferences = Table(
    "preferences",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    text_column("value"),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    int_column("created_ms"),
    int_column("seen_ms"),
    int_column("expires_ms"),
    text_column("peer"),
    text_column("agent"),
    int_column("credential_version"),
)

audit = Table(
    "audit",
    metadata,
    id_column(),
    int_column("at_ms"),
    Column("actor_id", Big),
    Column("action", Text, nullable=False),
    text_column("object"),
    text_column("detail", "{}"),
    text_column("post"),
    Column("on_behalf_of", Big),
    text_column("source"),
    text_column("previous"),  # the hash of the row before
    text_column("hash"),
    Index("ix_audit_object", "object"),
    Index("ix_audit_action", "action"),
)

# One row: the end of the chain, taken by whoever adds the next link.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=False),
    int_column("count"),
    int_column("last_id"),
    text_column("hash"),
)
