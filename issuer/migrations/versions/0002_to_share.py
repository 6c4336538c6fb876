"""The form of a credential from which its holder can share less."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; credentials issued before have no such form."""
    op.add_column("credentials", sa.Column("to_share", sa.LargeBinary(), nullable=True))
