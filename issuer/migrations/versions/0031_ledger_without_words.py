"""The ledger holds no words of its own: what a claim is called goes with its person."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

_FIXED = ("id", "claim", "stage", "cents", '"on"', "why", "run_pk", "created_at")


def upgrade() -> None:
    """Let titles go, and name opening balances in a table of their own."""
    _let_it_change()
    op.drop_column("pay_ledger", "title")
    _let_it_only_grow()
    op.create_table(
        "pay_openings",
        sa.Column("claim", sa.String(length=22), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_pay_openings_person_pk"),
        sa.PrimaryKeyConstraint("claim", name="pk_pay_openings"),
    )
    op.create_index("ix_pay_openings_person_pk", "pay_openings", ["person_pk"], unique=False)


def _let_it_change() -> None:
    """Take the triggers away: they name the column."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER pay_ledger_no_update")
        op.execute("DROP TRIGGER pay_ledger_no_delete")
    else:
        op.execute("DROP TRIGGER pay_ledger_only_grows ON pay_ledger")


def _let_it_only_grow() -> None:
    """Let the database refuse again to change or to delete an entry (I8)."""
    change = f"UPDATE OF {', '.join(_FIXED)}"
    if op.get_bind().dialect.name == "sqlite":
        for name, what in (("update", change), ("delete", "DELETE")):
            op.execute(
                f"CREATE TRIGGER pay_ledger_no_{name} BEFORE {what} ON pay_ledger"
                " BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER pay_ledger_only_grows BEFORE {change} OR DELETE OR TRUNCATE ON pay_ledger"
        " FOR EACH STATEMENT EXECUTE FUNCTION pay_ledger_only_grows()"
    )
