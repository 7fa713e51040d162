"""Drafts on hold: what is shown blank meanwhile."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("held_items", sa.Column("kept", sa.Text(), server_default="{}", nullable=False))
