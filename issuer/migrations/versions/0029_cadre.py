"""Teachers who want to be found, and questions to them."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "cadre",
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("offers", sa.String(length=300), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_cadre_person_pk"),
        sa.PrimaryKeyConstraint("person_pk", name="pk_cadre"),
    )
    op.create_table(
        "cadre_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("from_pk", sa.Integer(), nullable=False),
        sa.Column("to_pk", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["from_pk"], ["people.id"], name="fk_cadre_questions_from_pk"),
        sa.ForeignKeyConstraint(["to_pk"], ["people.id"], name="fk_cadre_questions_to_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_cadre_questions"),
        sa.UniqueConstraint("public_id", name="uq_cadre_questions_public_id"),
    )
    op.create_index(
        "ix_cadre_questions_from_pk_asked_at",
        "cadre_questions",
        ["from_pk", "asked_at"],
        unique=False,
    )
