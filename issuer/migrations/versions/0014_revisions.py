"""An approval can be corrected: each revision is a row, and what was there is revision 1 (D19).

On SQLite the table of approvals is written anew, since its unique columns are part of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Count revisions, and let a credential name the one that took its place."""
    op.add_column(
        "approvals", sa.Column("revision", sa.Integer(), nullable=False, server_default="1")
    )
    with op.batch_alter_table("approvals") as approvals:
        approvals.drop_constraint("uq_approvals_source_approval_id", type_="unique")
        approvals.create_unique_constraint(
            "uq_approvals_source_approval_id_revision", ["source", "approval_id", "revision"]
        )
    op.execute(  # Alembic would write all of SQLite's table anew for this
        "ALTER TABLE credentials ADD COLUMN superseded_by INTEGER"
        " CONSTRAINT fk_credentials_superseded_by REFERENCES credentials (id)"
    )
    op.add_column(
        "credentials",
        sa.Column("leads_on", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_credentials_superseded_by", "credentials", ["superseded_by"])
