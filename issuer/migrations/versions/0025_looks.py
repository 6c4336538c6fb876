"""Another look at a decision, one missing piece, and words that are covered."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add the tables, and a column."""
    op.create_table(
        "pieces",
        sa.Column("version_pk", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name="fk_pieces_asked_by"),
        sa.ForeignKeyConstraint(
            ["version_pk"], ["project_versions.id"], name="fk_pieces_version_pk"
        ),
        sa.PrimaryKeyConstraint("version_pk", name="pk_pieces"),
    )
    op.create_table(
        "redactions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_pk", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("by_pk", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_pk"], ["people.id"], name="fk_redactions_by_pk"),
        sa.ForeignKeyConstraint(
            ["version_pk"], ["project_versions.id"], name="fk_redactions_version_pk"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_redactions"),
    )
    op.create_index("ix_redactions_version_pk", "redactions", ["version_pk"], unique=False)
    op.create_table(
        "looks",
        sa.Column("version_pk", sa.Integer(), nullable=False),
        sa.Column("decision_pk", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assignment_pk", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_pk"], ["assignments.id"], name="fk_looks_assignment_pk"
        ),
        sa.ForeignKeyConstraint(
            ["decision_pk"], ["project_decisions.id"], name="fk_looks_decision_pk"
        ),
        sa.ForeignKeyConstraint(
            ["version_pk"], ["project_versions.id"], name="fk_looks_version_pk"
        ),
        sa.PrimaryKeyConstraint("version_pk", name="pk_looks"),
    )
    op.add_column(
        "declarations", sa.Column("confidential_at", sa.DateTime(timezone=True), nullable=True)
    )
