"""What was decided about money after a credential was withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "pay_take_backs",
        sa.Column("claim", sa.String(length=22), nullable=False),
        sa.Column("credential", sa.String(length=22), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name="fk_pay_take_backs_decided_by"),
        sa.PrimaryKeyConstraint("claim", "credential", name="pk_pay_take_backs"),
    )
