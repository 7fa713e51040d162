"""What reports of a period look for."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_transfers_sent", "transfers", ["sent_ms"], unique=False)
    op.create_index("ix_transfers_reported", "transfers", ["reported_ms"], unique=False)
    op.create_index("ix_transfers_ended", "transfers", ["ended_ms"], unique=False)
    columns = ["org_code", "direction", "arrival_date", "type_name"]
    op.create_index("ix_documents_arrival", "documents", columns, unique=False)
