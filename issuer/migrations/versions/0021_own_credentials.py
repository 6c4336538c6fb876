"""Whose a credential is: former addresses, requests to the office, and a DID of one's own."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add two tables and two columns."""
    op.create_table(
        "former_addresses",
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("folded", sa.String(length=254), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_former_addresses_person_pk"),
        sa.PrimaryKeyConstraint("person_pk", "folded", name="pk_former_addresses"),
    )
    op.create_index("ix_former_addresses_folded", "former_addresses", ["folded"])
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("credential_pk", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_theirs", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name="fk_claims_answered_by"),
        sa.ForeignKeyConstraint(
            ["credential_pk"], ["credentials.id"], name="fk_claims_credential_pk"
        ),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_claims_person_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
        sa.UniqueConstraint("public_id", name="uq_claims_public_id"),
    )
    for column in ("person_pk", "credential_pk", "is_theirs"):
        op.create_index(f"ix_claims_{column}", "claims", [column])
    op.add_column("people", sa.Column("did", sa.String(length=500), nullable=True))
    op.execute(  # Alembic would write all of SQLite's table anew for this
        "ALTER TABLE collections ADD COLUMN person_pk INTEGER"
        " CONSTRAINT fk_collections_person_pk REFERENCES people (id)"
    )
    op.create_index("ix_collections_person_pk", "collections", ["person_pk"])
