"""Short links for holders, found by a keyed hash; and who was told that a credential will end."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add two columns. Links that were mailed go on working: see `home.link_tokens`."""
    op.add_column("credentials", sa.Column("manage_hash", sa.LargeBinary(), nullable=True))
    op.add_column(
        "credentials", sa.Column("ending_told_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index("ix_credentials_manage_hash", "credentials", ["manage_hash"], unique=True)
