"""Which daemon has a batch in hand: several share a store, and of each batch one at a time may tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Say of each batch that nobody known has it."""
    op.add_column("batches", sa.Column("front_end", sa.String(length=128), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("batches", "front_end")
