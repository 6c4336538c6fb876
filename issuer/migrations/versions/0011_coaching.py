"""Coaching: coaches, their entries, study records, sign-offs, cohorts and meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "cohorts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("offering_pk", sa.Integer(), nullable=True),
        sa.Column("leader_pk", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["leader_pk"], ["people.id"], name="fk_cohorts_leader_pk"),
        sa.ForeignKeyConstraint(["offering_pk"], ["offerings.id"], name="fk_cohorts_offering_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_cohorts"),
        sa.UniqueConstraint("public_id", name="uq_cohorts_public_id"),
    )
    op.create_table(
        "coach_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("coach_pk", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["coach_pk"], ["people.id"], name="fk_coach_entries_coach_pk"),
        sa.ForeignKeyConstraint(
            ["project_pk"], ["projects.id"], name="fk_coach_entries_project_pk"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_coach_entries"),
    )
    op.create_index("ix_coach_entries_project_pk", "coach_entries", ["project_pk"], unique=False)
    op.create_table(
        "coachings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("coach_pk", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["coach_pk"], ["people.id"], name="fk_coachings_coach_pk"),
        sa.ForeignKeyConstraint(["project_pk"], ["projects.id"], name="fk_coachings_project_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_coachings"),
    )
    op.create_index(
        "ix_coachings_coach_pk_ended_at", "coachings", ["coach_pk", "ended_at"], unique=False
    )
    op.create_index("ix_coachings_project_pk", "coachings", ["project_pk"], unique=False)
    op.create_table(
        "cohort_members",
        sa.Column("cohort_pk", sa.Integer(), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cohort_pk"], ["cohorts.id"], name="fk_cohort_members_cohort_pk"),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_cohort_members_person_pk"),
        sa.PrimaryKeyConstraint("cohort_pk", "person_pk", name="pk_cohort_members"),
    )
    op.create_index("ix_cohort_members_person_pk", "cohort_members", ["person_pk"], unique=False)
    op.create_table(
        "meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_pk", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("present", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_pk"], ["cohorts.id"], name="fk_meetings_cohort_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_meetings"),
    )
    op.create_index("ix_meetings_cohort_pk", "meetings", ["cohort_pk"], unique=False)
    op.create_table(
        "sign_offs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fidelity", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_sign_offs_person_pk"),
        sa.ForeignKeyConstraint(["project_pk"], ["projects.id"], name="fk_sign_offs_project_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_offs"),
        sa.UniqueConstraint("project_pk", "role", name="uq_sign_offs_project_pk_role"),
    )
    op.create_table(
        "study_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_pk"], ["projects.id"], name="fk_study_entries_project_pk"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_study_entries"),
    )
    op.create_index("ix_study_entries_project_pk", "study_entries", ["project_pk"], unique=False)
