"""A wallet counts once it has signed for it: what was typed before is proven anew."""

from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Forget every DID of before, because nothing tells a typed one from a proven one."""
    op.execute("UPDATE people SET did = NULL WHERE did IS NOT NULL")
