"""The program: choices, windows, offerings, projects, judging."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the tables. The program stays off until a superintendent has set it up."""
    op.create_table(
        "topics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_topics"),
        sa.UniqueConstraint("name", name="uq_topics_name"),
    )
    op.create_table(
        "windows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=50), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("days_to_decide", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_windows"),
    )
    op.create_index("ix_windows_purpose_closes", "windows", ["purpose", "closes"], unique=False)
    op.create_table(
        "offerings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("about", sa.String(length=2000), nullable=False),
        sa.Column("topic_pk", sa.Integer(), nullable=False),
        sa.Column("achievement_id", sa.String(length=200), nullable=False),
        sa.Column("prefill", sa.LargeBinary(), nullable=False),
        sa.Column("led_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["led_by"], ["people.id"], name="fk_offerings_led_by"),
        sa.ForeignKeyConstraint(["topic_pk"], ["topics.id"], name="fk_offerings_topic_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_offerings"),
        sa.UniqueConstraint("public_id", name="uq_offerings_public_id"),
    )
    op.create_table(
        "program_policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["people.id"], name="fk_program_policies_created_by"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_program_policies"),
    )
    op.create_table(
        "window_exceptions",
        sa.Column("window_pk", sa.Integer(), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["people.id"], name="fk_window_exceptions_granted_by"
        ),
        sa.ForeignKeyConstraint(
            ["person_pk"], ["people.id"], name="fk_window_exceptions_person_pk"
        ),
        sa.ForeignKeyConstraint(
            ["window_pk"], ["windows.id"], name="fk_window_exceptions_window_pk"
        ),
        sa.PrimaryKeyConstraint("window_pk", "person_pk", name="pk_window_exceptions"),
    )
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("offering_pk", sa.Integer(), nullable=True),
        sa.Column("topic_pk", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposal", sa.LargeBinary(), nullable=False),
        sa.Column("completion", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["offering_pk"], ["offerings.id"], name="fk_projects_offering_pk"),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_projects_person_pk"),
        sa.ForeignKeyConstraint(["topic_pk"], ["topics.id"], name="fk_projects_topic_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("public_id", name="uq_projects_public_id"),
    )
    op.create_index("ix_projects_person_pk", "projects", ["person_pk"], unique=False)
    op.create_index(
        "ix_projects_state_changed_at", "projects", ["state", "changed_at"], unique=False
    )
    op.create_table(
        "project_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("artifacts", sa.LargeBinary(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column("window_pk", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_pk"], ["projects.id"], name="fk_project_versions_project_pk"
        ),
        sa.ForeignKeyConstraint(
            ["rubric_version_id"],
            ["rubric_versions.id"],
            name="fk_project_versions_rubric_version_id",
        ),
        sa.ForeignKeyConstraint(
            ["window_pk"], ["windows.id"], name="fk_project_versions_window_pk"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_project_versions"),
        sa.UniqueConstraint(
            "project_pk", "purpose", "number", name="uq_project_versions_project_pk_purpose_number"
        ),
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("version_pk", sa.Integer(), nullable=False),
        sa.Column("evaluator_pk", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["evaluator_pk"], ["people.id"], name="fk_assignments_evaluator_pk"
        ),
        sa.ForeignKeyConstraint(
            ["version_pk"], ["project_versions.id"], name="fk_assignments_version_pk"
        ),
        sa.UniqueConstraint("public_id", name="uq_assignments_public_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
        sa.UniqueConstraint(
            "version_pk", "evaluator_pk", name="uq_assignments_version_pk_evaluator_pk"
        ),
    )
    op.create_index(
        "ix_assignments_evaluator_pk_ended_at",
        "assignments",
        ["evaluator_pk", "ended_at"],
        unique=False,
    )
    op.create_table(
        "project_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_pk", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("levels", sa.LargeBinary(), nullable=False),
        sa.Column("comments", sa.LargeBinary(), nullable=False),
        sa.Column("drafted_by", sa.Integer(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["corrects"], ["project_decisions.id"], name="fk_project_decisions_corrects"
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by"], ["people.id"], name="fk_project_decisions_drafted_by"
        ),
        sa.ForeignKeyConstraint(
            ["released_by"], ["people.id"], name="fk_project_decisions_released_by"
        ),
        sa.ForeignKeyConstraint(
            ["version_pk"], ["project_versions.id"], name="fk_project_decisions_version_pk"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_project_decisions"),
    )
    op.create_index(
        "ix_project_decisions_released_at", "project_decisions", ["released_at"], unique=False
    )
    op.create_index(
        "ix_project_decisions_version_pk", "project_decisions", ["version_pk"], unique=False
    )
    op.create_table(
        "project_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_pk", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("version_pk", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["actor_pk"], ["people.id"], name="fk_project_events_actor_pk"),
        sa.ForeignKeyConstraint(
            ["project_pk"], ["projects.id"], name="fk_project_events_project_pk"
        ),
        sa.ForeignKeyConstraint(
            ["version_pk"], ["project_versions.id"], name="fk_project_events_version_pk"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_project_events"),
    )
    op.create_index("ix_project_events_project_pk", "project_events", ["project_pk"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_pk", sa.Integer(), nullable=False),
        sa.Column("levels", sa.LargeBinary(), nullable=False),
        sa.Column("comments", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_pk"], ["assignments.id"], name="fk_reviews_assignment_pk"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.UniqueConstraint("assignment_pk", name="uq_reviews_assignment_pk"),
    )
