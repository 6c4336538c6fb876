"""What holders say is wrong with their credentials."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "holder_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("credential_pk", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=True),
        sa.ForeignKeyConstraint(
            ["credential_pk"], ["credentials.id"], name="fk_holder_reports_credential_pk"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_holder_reports"),
        sa.UniqueConstraint("public_id", name="uq_holder_reports_public_id"),
    )
    op.create_index("ix_holder_reports_credential_pk", "holder_reports", ["credential_pk"])
    op.create_index("ix_holder_reports_settled_at", "holder_reports", ["settled_at"])
