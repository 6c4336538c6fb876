"""Compensation: what the contract says, values, pay records, the ledger, pay runs."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

_FIXED = ("id", "claim", "title", "stage", "cents", '"on"', "why", "run_pk", "created_at")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "pay_agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pays", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name="fk_pay_agreements_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_pay_agreements"),
    )
    op.create_table(
        "pay_closed_years",
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name="fk_pay_closed_years_closed_by"),
        sa.PrimaryKeyConstraint("first_day", name="pk_pay_closed_years"),
    )
    op.create_table(
        "pay_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("salary", sa.Integer(), nullable=True),
        sa.Column("full_time", sa.String(length=10), nullable=False),
        sa.Column("tier", sa.String(length=1), nullable=True),
        sa.Column("cap", sa.Integer(), nullable=True),
        sa.Column("hired", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_pay_records_person_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_pay_records"),
    )
    op.create_index("ix_pay_records_person_pk", "pay_records", ["person_pk"], unique=False)
    op.create_table(
        "pay_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_by", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["confirmed_by"], ["people.id"], name="fk_pay_runs_confirmed_by"),
        sa.ForeignKeyConstraint(["locked_by"], ["people.id"], name="fk_pay_runs_locked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_pay_runs"),
        sa.UniqueConstraint("public_id", name="uq_pay_runs_public_id"),
    )
    op.create_table(
        "pay_tables",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_pay_tables_person_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_pay_tables"),
        sa.UniqueConstraint("public_id", name="uq_pay_tables_public_id"),
    )
    op.create_table(
        "pay_ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=22), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("run_pk", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name="fk_pay_ledger_created_by"),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_pay_ledger_person_pk"),
        sa.ForeignKeyConstraint(["run_pk"], ["pay_runs.id"], name="fk_pay_ledger_run_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_pay_ledger"),
    )
    op.create_index("ix_pay_ledger_claim", "pay_ledger", ["claim"], unique=False)
    op.create_index("ix_pay_ledger_person_pk", "pay_ledger", ["person_pk"], unique=False)
    op.create_table(
        "pay_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_pk", sa.Integer(), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("awards", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_pay_lines_person_pk"),
        sa.ForeignKeyConstraint(["run_pk"], ["pay_runs.id"], name="fk_pay_lines_run_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_pay_lines"),
    )
    op.create_index("ix_pay_lines_run_pk", "pay_lines", ["run_pk"], unique=False)
    op.create_table(
        "pay_asks",
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_pk"], ["projects.id"], name="fk_pay_asks_project_pk"),
        sa.PrimaryKeyConstraint("project_pk", name="pk_pay_asks"),
    )
    op.create_table(
        "pay_values",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offering_pk", sa.Integer(), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name="fk_pay_values_created_by"),
        sa.ForeignKeyConstraint(
            ["offering_pk"], ["offerings.id"], name="fk_pay_values_offering_pk"
        ),
        sa.ForeignKeyConstraint(["project_pk"], ["projects.id"], name="fk_pay_values_project_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_pay_values"),
    )
    op.create_index("ix_pay_values_offering_pk", "pay_values", ["offering_pk"], unique=False)
    op.create_index("ix_pay_values_project_pk", "pay_values", ["project_pk"], unique=False)
    _let_the_ledger_only_grow()


def _let_the_ledger_only_grow() -> None:
    """Let the database itself refuse to change or to delete an entry (I8). Whom it names may
    change: two records of one person become one."""
    change = f"UPDATE OF {', '.join(_FIXED)}"
    if op.get_bind().dialect.name == "sqlite":
        for name, what in (("update", change), ("delete", "DELETE")):
            op.execute(
                f"CREATE TRIGGER pay_ledger_no_{name} BEFORE {what} ON pay_ledger"
                " BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION pay_ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the ledger only grows'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER pay_ledger_only_grows BEFORE {change} OR DELETE OR TRUNCATE ON pay_ledger"
        " FOR EACH STATEMENT EXECUTE FUNCTION pay_ledger_only_grows()"
    )
