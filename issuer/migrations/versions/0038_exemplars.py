"""Exemplars: what teachers tell of their projects, for others to see."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "exemplars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("topic_pk", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("grades", sa.String(length=100), nullable=False),
        sa.Column("text", sa.String(length=10_000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["project_pk"], ["projects.id"], name="fk_exemplars_project_pk"),
        sa.ForeignKeyConstraint(["topic_pk"], ["topics.id"], name="fk_exemplars_topic_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_exemplars"),
        sa.UniqueConstraint("project_pk", name="uq_exemplars_project_pk"),
        sa.UniqueConstraint("public_id", name="uq_exemplars_public_id"),
    )
