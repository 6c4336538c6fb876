"""By which credential somebody was made a coach."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "coach_grounds",
        sa.Column("grant_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("credential_pk", sa.Integer(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_pk"], ["credentials.id"], name="fk_coach_grounds_credential_pk"
        ),
        sa.ForeignKeyConstraint(
            ["grant_pk"],
            ["role_grants.id"],
            name="fk_coach_grounds_grant_pk",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("grant_pk", name="pk_coach_grounds"),
    )
