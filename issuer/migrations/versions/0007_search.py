"""What is searched by in columns of its own, and bytes that are compressed.

Nothing here takes long: it alters names and adds what is empty. `migrations.rows` then goes
through the rows. `unsigned` gets another name, so that a process of an older version, which
takes compressed bytes for what they are not, fails at every credential it reads or writes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Rename one column, and add four columns, a table and their indexes."""
    op.execute("ALTER TABLE credentials RENAME COLUMN unsigned TO to_sign")
    op.add_column("credentials", sa.Column("serial", sa.String(length=11), nullable=True))
    folded = sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql")
    op.add_column("approvals", sa.Column("teacher", folded, nullable=True))
    op.add_column("approvals", sa.Column("awarded_on", sa.Date(), nullable=True))
    op.add_column("approvals", sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "approval_addresses",
        sa.Column("approval_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_pk"], ["approvals.id"], name="fk_approval_addresses_approval_pk"
        ),
        sa.PrimaryKeyConstraint("approval_pk", "address", name="pk_approval_addresses"),
    )
    op.create_index("ix_approval_addresses_address", "approval_addresses", ["address"])
    op.create_index("ix_credentials_serial", "credentials", ["serial"])
    for columns in (
        ["teacher"],
        ["awarded_on"],
        ["valid_until"],
        ["achievement_version_id", "awarded_on"],
    ):
        op.create_index(f"ix_approvals_{'_'.join(columns)}", "approvals", columns)
