"""When everybody was asked again, as at the beginning of a year."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "asked_again",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_pk", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_pk"], ["people.id"], name="fk_asked_again_by_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_asked_again"),
    )
