"""Changes of plans after their approval; addresses of calendars that were renewed."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "plan_amendments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(length=10_000), nullable=False),
        sa.Column("why", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_pk"], ["projects.id"], name="fk_plan_amendments_project_pk"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_plan_amendments"),
    )
    op.create_index(
        "ix_plan_amendments_project_pk", "plan_amendments", ["project_pk"], unique=False
    )
    op.create_table(
        "calendar_links",
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_calendar_links_person_pk"),
        sa.PrimaryKeyConstraint("person_pk", name="pk_calendar_links"),
    )
