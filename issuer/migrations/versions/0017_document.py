"""The document stays, and the forms that are signed from now on are stored without it.

Rows need no change: a form that is stored whole is read as it is. The column gets another name, so
that a process of an older version, which would serve a form without its document, fails instead.
"""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Rename one column."""
    op.execute("ALTER TABLE credentials RENAME COLUMN to_sign TO document")
