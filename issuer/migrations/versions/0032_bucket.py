"""What of the published files is in the bucket."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Add the column."""
    op.add_column("published", sa.Column("in_bucket", sa.Integer(), nullable=True))
