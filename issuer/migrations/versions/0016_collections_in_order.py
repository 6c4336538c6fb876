"""Collections with words of their holder, and short links to change them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add three columns. Collections stay as they are, and so do the links that change them."""
    words, sentence = sa.String(length=1000), sa.String(length=300)
    op.add_column("collections", sa.Column("words", words, nullable=False, server_default=""))
    op.add_column("collections", sa.Column("edit_hash", sa.LargeBinary(), nullable=True))
    op.create_index("ix_collections_edit_hash", "collections", ["edit_hash"], unique=True)
    op.add_column(
        "collection_entries", sa.Column("sentence", sentence, nullable=False, server_default="")
    )
