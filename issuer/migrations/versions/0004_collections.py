"""Collections: several credentials on one page, put together by whoever holds them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "collections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("edit_generation", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
        sa.UniqueConstraint("public_id", name="uq_collections_public_id"),
    )
    op.create_table(
        "collection_entries",
        sa.Column("collection_pk", sa.Integer(), nullable=False),
        sa.Column("credential_pk", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_pk"], ["collections.id"], name="fk_collection_entries_collection_pk"
        ),
        sa.ForeignKeyConstraint(
            ["credential_pk"], ["credentials.id"], name="fk_collection_entries_credential_pk"
        ),
        sa.PrimaryKeyConstraint("collection_pk", "credential_pk", name="pk_collection_entries"),
    )
