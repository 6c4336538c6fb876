"""Messages of more than one kind: what else a message refers to, and a one-off address."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add two columns. Rows that wait stay as they are, and leave as they would have."""
    op.add_column("outbox", sa.Column("payload", sa.LargeBinary(), nullable=True))
    op.add_column("outbox", sa.Column("address", sa.String(length=320), nullable=True))
