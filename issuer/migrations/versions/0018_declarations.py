"""When people last answered whom they must not judge."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "declarations",
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_declarations_person_pk"),
        sa.PrimaryKeyConstraint("person_pk", name="pk_declarations"),
    )
