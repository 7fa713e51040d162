"""The words of a register lie together, so that a search reads them and not the documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # PostgreSQL refuses a row whose text is too long for such an index
        columns = ["org_code", "direction", "year", "arrival_number", "folded"]
        op.create_index("ix_documents_words", "documents", columns, unique=False, sqlite_where=sa.text("folded <> ''"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_documents_words", "documents")
