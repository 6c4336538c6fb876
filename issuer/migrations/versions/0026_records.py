"""How long records are kept, what is held and disposed of, and who asks for them."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "data_exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_data_exports_person_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_data_exports"),
        sa.UniqueConstraint("public_id", name="uq_data_exports_public_id"),
    )
    op.create_index("ix_data_exports_person_pk", "data_exports", ["person_pk"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["began_by"], ["people.id"], name="fk_holds_began_by"),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_holds_person_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    op.create_table(
        "inspections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("about", sa.String(length=500), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["opened_by"], ["people.id"], name="fk_inspections_opened_by"),
        sa.PrimaryKeyConstraint("id", name="pk_inspections"),
        sa.UniqueConstraint("public_id", name="uq_inspections_public_id"),
    )
    op.create_table(
        "retention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record", sa.String(length=20), nullable=False),
        sa.Column("years", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name="fk_retention_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_retention"),
    )
    op.create_table(
        "disposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("record", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_pk", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_pk"], ["people.id"], name="fk_disposals_by_pk"),
        sa.ForeignKeyConstraint(["project_pk"], ["projects.id"], name="fk_disposals_project_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_disposals"),
        sa.UniqueConstraint("project_pk", "record", name="uq_disposals_project_pk_record"),
    )
    op.create_table(
        "inspected",
        sa.Column("inspection_pk", sa.Integer(), nullable=False),
        sa.Column("artifact_pk", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["artifact_pk"], ["artifacts.id"], name="fk_inspected_artifact_pk"),
        sa.ForeignKeyConstraint(
            ["inspection_pk"], ["inspections.id"], name="fk_inspected_inspection_pk"
        ),
        sa.PrimaryKeyConstraint("inspection_pk", "artifact_pk", name="pk_inspected"),
    )
    op.create_index("ix_inspected_artifact_pk", "inspected", ["artifact_pk"], unique=False)
