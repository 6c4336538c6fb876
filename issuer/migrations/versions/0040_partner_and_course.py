"""The partner of an offering by name, and learning outside in the study record."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("offerings", sa.Column("partner", sa.String(length=200), nullable=True))
    op.add_column("study_entries", sa.Column("provider", sa.String(length=200), nullable=True))
