"""Tables of approvals that are issued, row by row."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the jobs and their rows."""
    op.create_table(
        "table_jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("source", sa.String(length=50), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_table_jobs"),
        sa.UniqueConstraint("public_id", name="uq_table_jobs_public_id"),
        sa.UniqueConstraint("source", "digest", name="uq_table_jobs_source_digest"),
    )
    op.create_table(
        "table_job_rows",
        sa.Column("job_pk", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=True),
        sa.Column("fate", sa.String(length=20), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("credential", sa.String(length=22), nullable=True),
        sa.ForeignKeyConstraint(["job_pk"], ["table_jobs.id"], name="fk_table_job_rows_job_pk"),
        sa.PrimaryKeyConstraint("job_pk", "number", name="pk_table_job_rows"),
    )
    op.create_index("ix_table_job_rows_job_pk_fate", "table_job_rows", ["job_pk", "fate"])
