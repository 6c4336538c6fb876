"""What the holder of a credential lets others see."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table; credentials without a row are shown by the defaults."""
    op.create_table(
        "decisions",
        sa.Column("credential_pk", sa.Integer(), nullable=False),
        sa.Column("visibility", sa.String(length=20), nullable=False),
        sa.Column("show_levels", sa.Boolean(), nullable=False),
        sa.Column("show_evidence", sa.Boolean(), nullable=False),
        sa.Column("show_words", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_pk"], ["credentials.id"], name="fk_decisions_credential_pk"
        ),
        sa.PrimaryKeyConstraint("credential_pk", name="pk_decisions"),
    )
