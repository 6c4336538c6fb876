"""Evidence: artifacts, their consents, and uploads under way."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "artifacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=1000), nullable=False),
        sa.Column("genre", sa.String(length=100), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("url_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("url_problem", sa.String(length=50), nullable=True),
        sa.Column("pupils", sa.String(length=20), nullable=True),
        sa.Column("basis", sa.String(length=20), nullable=True),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["confirmed_by"], ["people.id"], name="fk_artifacts_confirmed_by"),
        sa.ForeignKeyConstraint(["project_pk"], ["projects.id"], name="fk_artifacts_project_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_artifacts"),
        sa.UniqueConstraint("public_id", name="uq_artifacts_public_id"),
    )
    op.create_index("ix_artifacts_project_pk", "artifacts", ["project_pk"], unique=False)
    op.create_index("ix_artifacts_reference", "artifacts", ["reference"], unique=False)
    op.create_index("ix_artifacts_sha256", "artifacts", ["sha256"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("upload", sa.String(length=22), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_pk"], ["projects.id"], name="fk_uploads_project_pk"),
        sa.PrimaryKeyConstraint("upload", name="pk_uploads"),
    )
    op.create_index("ix_uploads_project_pk", "uploads", ["project_pk"], unique=False)
