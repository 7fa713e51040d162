"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _accounts()
    _audit()
    _contents()
    _documents()
    _meta()
    _number_series()
    _thread_members()
    _units()
    _account_roles()
    _addresses()
    _content_bytes()
    _document_events()
    _document_files()
    _grants()
    _intake_entries()
    _mailboxes()
    _queue()
    _search_texts()
    _subscriptions()
    _web_sessions()
    _expunged()
    _intake_files()
    _placements()
    _search_index()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("active", sa.Integer(), server_default="1", nullable=False),
        sa.Column("quota_bytes", BIG, server_default="0", nullable=False),
        sa.Column("used_bytes", BIG, server_default="0", nullable=False),
        sa.Column("argon2", sa.Text(), server_default="", nullable=False),
        sa.Column("scram_salt", sa.LargeBinary(), server_default="", nullable=False),
        sa.Column("scram_iterations", BIG, server_default="0", nullable=False),
        sa.Column("scram_stored_key", sa.LargeBinary(), server_default="", nullable=False),
        sa.Column("scram_server_key", sa.LargeBinary(), server_default="", nullable=False),
        sa.Column("credential_version", BIG, server_default="0", nullable=False),
        sa.Column("created_ms", BIG, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("username", name=op.f("uq_accounts_username")),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("at_ms", BIG, server_default="0", nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_object", "audit", ["object"], unique=False)


def _contents() -> None:
    op.create_table(
        "contents",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("size", BIG, server_default="0", nullable=False),
        sa.Column("header_end", BIG, server_default="0", nullable=False),
        sa.Column("created_ms", BIG, server_default="0", nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("bodystructure", sa.LargeBinary(), nullable=False),
        sa.Column("parts", sa.LargeBinary(), nullable=False),
        sa.Column("sent_ms", BIG, nullable=True),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("from_name", sa.Text(), server_default="", nullable=False),
        sa.Column("from_address", sa.Text(), server_default="", nullable=False),
        sa.Column("to_text", sa.Text(), server_default="", nullable=False),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("preview", sa.Text(), server_default="", nullable=False),
        sa.Column("attachment_count", BIG, server_default="0", nullable=False),
        sa.Column("thread_id", BIG, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contents")),
        sa.UniqueConstraint("digest", name=op.f("uq_contents_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contents_message_id", "contents", ["message_id"], unique=False)
    op.create_index("ix_contents_thread_id", "contents", ["thread_id"], unique=False)


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("org_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("year", BIG, server_default="0", nullable=False),
        sa.Column("arrival_number", BIG, server_default="0", nullable=False),
        sa.Column("arrival_date", sa.Text(), server_default="", nullable=False),
        sa.Column("type_name", sa.Text(), server_default="", nullable=False),
        sa.Column("type_abbr", sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("notation", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("issue_date", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("signer", sa.Text(), server_default="", nullable=False),
        sa.Column("urgency", sa.Text(), server_default="thuong", nullable=False),
        sa.Column("deadline", sa.Text(), nullable=True),
        sa.Column("recipients", sa.Text(), server_default="", nullable=False),
        sa.Column("transfer_date", sa.Text(), server_default="", nullable=False),
        sa.Column("receipt_signed", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("entry_id", BIG, nullable=True),
        sa.Column("content_id", BIG, nullable=True),
        sa.Column("registered_ms", BIG, server_default="0", nullable=False),
        sa.Column("registered_by", BIG, nullable=True),
        sa.Column("folded", sa.Text(), server_default="", nullable=False),
        sa.Column("code_key", sa.Text(), server_default="", nullable=False),
        sa.Column("version", BIG, server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint(
            "org_code",
            "direction",
            "year",
            "arrival_number",
            name=op.f("uq_documents_org_code_direction_year_arrival_number"),
        ),
    )
    op.create_index("ix_documents_code_key", "documents", ["code_key"], unique=False)
    op.create_index(op.f("ix_documents_content_id"), "documents", ["content_id"], unique=False)
    op.create_index(op.f("ix_documents_entry_id"), "documents", ["entry_id"], unique=False)


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )


def _number_series() -> None:
    op.create_table(
        "number_series",
        sa.Column("org_code", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", BIG, autoincrement=False, nullable=False),
        sa.Column("last_number", BIG, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("org_code", "series", "year", name=op.f("pk_number_series")),
    )


def _thread_members() -> None:
    op.create_table(
        "thread_members",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("thread_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_thread_members")),
    )
    op.create_index(op.f("ix_thread_members_thread_id"), "thread_members", ["thread_id"], unique=False)


def _units() -> None:
    op.create_table(
        "units",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), server_default="", nullable=False),
        sa.Column("notation", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_units_code_valid_from")),
    )


def _account_roles() -> None:
    op.create_table(
        "account_roles",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_from", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_roles_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_roles")),
    )
    op.create_index(op.f("ix_account_roles_account_id"), "account_roles", ["account_id"], unique=False)


def _addresses() -> None:
    op.create_table(
        "addresses",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("is_primary", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_addresses_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_addresses")),
    )
    op.create_index(op.f("ix_addresses_account_id"), "addresses", ["account_id"], unique=False)


def _content_bytes() -> None:
    op.create_table(
        "content_bytes",
        sa.Column("content_id", BIG, autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"], ["contents.id"], name=op.f("fk_content_bytes_content_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_content_bytes")),
    )


def _document_events() -> None:
    op.create_table(
        "document_events",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("at_ms", BIG, server_default="0", nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_events_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_events")),
    )
    op.create_index(op.f("ix_document_events_document_id"), "document_events", ["document_id"], unique=False)


def _document_files() -> None:
    op.create_table(
        "document_files",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("position", BIG, server_default="0", nullable=False),
        sa.Column("content_id", BIG, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), server_default="", nullable=False),
        sa.Column("size", BIG, server_default="0", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_files_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_files")),
    )
    op.create_index(op.f("ix_document_files_document_id"), "document_files", ["document_id"], unique=False)
    op.create_index(op.f("ix_document_files_sha256"), "document_files", ["sha256"], unique=False)


def _grants() -> None:
    op.create_table(
        "grants",
        sa.Column("owner_id", BIG, nullable=False),
        sa.Column("grantee_id", BIG, nullable=False),
        sa.Column("can_read", sa.Integer(), server_default="1", nullable=False),
        sa.Column("can_send", sa.Integer(), server_default="0", nullable=False),
        sa.Column("valid_from", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["grantee_id"], ["accounts.id"], name=op.f("fk_grants_grantee_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name=op.f("fk_grants_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner_id", "grantee_id", name=op.f("pk_grants")),
    )
    op.create_index(op.f("ix_grants_grantee_id"), "grants", ["grantee_id"], unique=False)


def _intake_entries() -> None:
    op.create_table(
        "intake_entries",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("org_code", sa.Text(), nullable=False),
        sa.Column("content_id", BIG, nullable=False),
        sa.Column("mailbox_id", BIG, nullable=True),
        sa.Column("uid", BIG, nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("mail_class", sa.Text(), server_default="", nullable=False),
        sa.Column("received_ms", BIG, server_default="0", nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("sender_name", sa.Text(), server_default="", nullable=False),
        sa.Column("sender_address", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_ms", BIG, nullable=True),
        sa.Column("original_message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("duplicate_of", BIG, nullable=True),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("extract_state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("extract_attempts", BIG, server_default="0", nullable=False),
        sa.Column("lease_until_ms", BIG, server_default="0", nullable=False),
        sa.Column("proposal", sa.Text(), server_default="{}", nullable=False),
        sa.Column("code_key", sa.Text(), server_default="", nullable=False),
        sa.Column("version", BIG, server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_intake_entries_content_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_entries")),
    )
    op.create_index("ix_intake_entries_code_key", "intake_entries", ["code_key"], unique=False)
    op.create_index(op.f("ix_intake_entries_content_id"), "intake_entries", ["content_id"], unique=False)
    op.create_index("ix_intake_entries_extract", "intake_entries", ["extract_state", "lease_until_ms"], unique=False)
    op.create_index("ix_intake_entries_status", "intake_entries", ["org_code", "status", "received_ms"], unique=False)


def _mailboxes() -> None:
    op.create_table(
        "mailboxes",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("special_use", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("uidvalidity", BIG, server_default="0", nullable=False),
        sa.Column("uidnext", BIG, server_default="1", nullable=False),
        sa.Column("modseq", BIG, server_default="1", nullable=False),
        sa.Column("recent_uid", BIG, server_default="1", nullable=False),
        sa.Column("messages", BIG, server_default="0", nullable=False),
        sa.Column("unseen", BIG, server_default="0", nullable=False),
        sa.Column("size", BIG, server_default="0", nullable=False),
        sa.Column("created_ms", BIG, server_default="0", nullable=False),
        sa.Column("selectable", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_mailboxes_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailboxes")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_mailboxes_account_id_name")),
    )


def _queue() -> None:
    op.create_table(
        "queue",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("content_id", BIG, nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("created_ms", BIG, server_default="0", nullable=False),
        sa.Column("next_ms", BIG, server_default="0", nullable=False),
        sa.Column("attempts", BIG, server_default="0", nullable=False),
        sa.Column("lease_until_ms", BIG, server_default="0", nullable=False),
        sa.Column("lease_owner", sa.Text(), server_default="", nullable=False),
        sa.Column("last_reply", sa.Text(), server_default="", nullable=False),
        sa.Column("last_host", sa.Text(), server_default="", nullable=False),
        sa.Column("notify", sa.Text(), server_default="", nullable=False),
        sa.Column("orcpt", sa.Text(), server_default="", nullable=False),
        sa.Column("ret", sa.Text(), server_default="", nullable=False),
        sa.Column("envid", sa.Text(), server_default="", nullable=False),
        sa.Column("smtputf8", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delay_told", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_ms", BIG, server_default="0", nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("return_path_size", BIG, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_queue_content_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue")),
    )
    op.create_index(op.f("ix_queue_content_id"), "queue", ["content_id"], unique=False)
    op.create_index("ix_queue_domain", "queue", ["domain", "state", "next_ms"], unique=False)
    op.create_index("ix_queue_state_next_ms", "queue", ["state", "next_ms"], unique=False)


def _search_texts() -> None:
    op.create_table(
        "search_texts",
        sa.Column("content_id", BIG, autoincrement=False, nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("head_folded", sa.Text(), nullable=True),
        sa.Column("body_folded", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["content_id"], ["contents.id"], name=op.f("fk_search_texts_content_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_search_texts")),
    )


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_subscriptions_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_subscriptions")),
    )


def _web_sessions() -> None:
    op.create_table(
        "web_sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("created_ms", BIG, server_default="0", nullable=False),
        sa.Column("seen_ms", BIG, server_default="0", nullable=False),
        sa.Column("expires_ms", BIG, server_default="0", nullable=False),
        sa.Column("peer", sa.Text(), server_default="", nullable=False),
        sa.Column("agent", sa.Text(), server_default="", nullable=False),
        sa.Column("credential_version", BIG, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_web_sessions_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_sessions")),
    )
    op.create_index(op.f("ix_web_sessions_account_id"), "web_sessions", ["account_id"], unique=False)


def _expunged() -> None:
    op.create_table(
        "expunged",
        sa.Column("mailbox_id", BIG, autoincrement=False, nullable=False),
        sa.Column("modseq", BIG, autoincrement=False, nullable=False),
        sa.Column("uid", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.id"], name=op.f("fk_expunged_mailbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mailbox_id", "modseq", "uid", name=op.f("pk_expunged")),
        sqlite_with_rowid=False,
    )


def _intake_files() -> None:
    op.create_table(
        "intake_files",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("position", BIG, server_default="0", nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), server_default="", nullable=False),
        sa.Column("size", BIG, server_default="0", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["intake_entries.id"], name=op.f("fk_intake_files_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_files")),
    )
    op.create_index(op.f("ix_intake_files_entry_id"), "intake_files", ["entry_id"], unique=False)
    op.create_index(op.f("ix_intake_files_sha256"), "intake_files", ["sha256"], unique=False)


def _placements() -> None:
    op.create_table(
        "placements",
        sa.Column("mailbox_id", BIG, autoincrement=False, nullable=False),
        sa.Column("uid", BIG, autoincrement=False, nullable=False),
        sa.Column("content_id", BIG, nullable=False),
        sa.Column("modseq", BIG, server_default="0", nullable=False),
        sa.Column("flags", BIG, server_default="0", nullable=False),
        sa.Column("keywords", sa.Text(), server_default="", nullable=False),
        sa.Column("size", BIG, server_default="0", nullable=False),
        sa.Column("internal_ms", BIG, server_default="0", nullable=False),
        sa.Column("saved_ms", BIG, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_placements_content_id")),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.id"], name=op.f("fk_placements_mailbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mailbox_id", "uid", name=op.f("pk_placements")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_placements_content_id", "placements", ["content_id"], unique=False)
    op.create_index("ix_placements_modseq", "placements", ["mailbox_id", "modseq"], unique=False)


def _search_index() -> None:
    """The text index, which each database has in a form of its own (store.search)."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_fts USING fts5(folded, content='', "
            "tokenize='trigram case_sensitive 1', detail=none)"
        )
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(
        "CREATE INDEX ix_search_texts_folded ON search_texts USING gin "
        "((coalesce(head_folded, head) || chr(10) || coalesce(body_folded, body)) gin_trgm_ops)"
    )
