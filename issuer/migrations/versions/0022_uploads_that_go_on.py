"""A file that comes in pieces goes on only if it is the same file."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add what a browser tells a file by; uploads that are under way begin again."""
    op.execute("DELETE FROM uploads")
    op.add_column(
        "uploads", sa.Column("mark", sa.String(length=100), nullable=False, server_default="")
    )
