"""Who is told of an absence: everybody, or only the house."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("vacations", sa.Column("inside_only", sa.Integer(), server_default="0", nullable=False))
