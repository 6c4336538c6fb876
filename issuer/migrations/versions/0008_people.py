"""People: who they are, what they are here, and how they sign in."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the tables. Nobody is in them: the first person comes by `mintmark people invite`."""
    op.create_table(
        "buildings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_buildings"),
        sa.UniqueConstraint("code", name="uq_buildings_code"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "folded",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("staff_number", sa.String(length=50), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["people.id"], name="fk_people_merged_into"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("public_id", name="uq_people_public_id"),
        sa.UniqueConstraint("staff_number", name="uq_people_staff_number"),
    )
    op.create_index("ix_people_folded", "people", ["folded"], unique=False)
    op.create_table(
        "expertise",
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_expertise_person_pk"),
        sa.PrimaryKeyConstraint("person_pk", "topic", name="pk_expertise"),
    )
    op.create_table(
        "kept_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_kept_forms_person_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_forms"),
        sa.UniqueConstraint("public_id", name="uq_kept_forms_public_id"),
    )
    op.create_index("ix_kept_forms_person_pk", "kept_forms", ["person_pk"], unique=False)
    op.create_table(
        "person_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("folded", sa.String(length=254), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_person_addresses_person_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_person_addresses"),
        sa.UniqueConstraint("folded", name="uq_person_addresses_folded"),
    )
    op.create_index(
        "ix_person_addresses_person_pk", "person_addresses", ["person_pk"], unique=False
    )
    op.create_table(
        "person_identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("iss", sa.String(length=255), nullable=False),
        sa.Column("sub", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_pk"], ["people.id"], name="fk_person_identities_person_pk"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_person_identities"),
        sa.UniqueConstraint("iss", "sub", name="uq_person_identities_iss_sub"),
    )
    op.create_index(
        "ix_person_identities_person_pk", "person_identities", ["person_pk"], unique=False
    )
    op.create_table(
        "person_names",
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_person_names_person_pk"),
        sa.PrimaryKeyConstraint("person_pk", "name", name="pk_person_names"),
    )
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("building_pk", sa.Integer(), nullable=False),
        sa.Column("grades", sa.String(length=200), nullable=False),
        sa.Column("subjects", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["building_pk"], ["buildings.id"], name="fk_posts_building_pk"),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_posts_person_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.UniqueConstraint("person_pk", "building_pk", name="uq_posts_person_pk_building_pk"),
    )
    op.create_index("ix_posts_building_pk", "posts", ["building_pk"], unique=False)
    op.create_table(
        "relations",
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("other_pk", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("told_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["other_pk"], ["people.id"], name="fk_relations_other_pk"),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_relations_person_pk"),
        sa.ForeignKeyConstraint(["told_by"], ["people.id"], name="fk_relations_told_by"),
        sa.PrimaryKeyConstraint("person_pk", "other_pk", name="pk_relations"),
    )
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("building_pk", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["building_pk"], ["buildings.id"], name="fk_role_grants_building_pk"
        ),
        sa.ForeignKeyConstraint(["granted_by"], ["people.id"], name="fk_role_grants_granted_by"),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_role_grants_person_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_role_grants"),
    )
    op.create_index("ix_role_grants_person_pk", "role_grants", ["person_pk"], unique=False)
    op.create_index("ix_role_grants_role", "role_grants", ["role"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=100), nullable=False),
        sa.Column("way", sa.String(length=30), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_sessions_person_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("public_id", name="uq_sessions_public_id"),
        sa.UniqueConstraint("token", name="uq_sessions_token"),
    )
    op.create_index("ix_sessions_ends_at", "sessions", ["ends_at"], unique=False)
    op.create_index("ix_sessions_person_pk", "sessions", ["person_pk"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("person_pk", sa.Integer(), nullable=True),
        sa.Column("address_pk", sa.Integer(), nullable=True),
        sa.Column("asked_for", sa.LargeBinary(), nullable=False),
        sa.Column("browser", sa.LargeBinary(), nullable=True),
        sa.Column("device", sa.String(length=100), nullable=False),
        sa.Column("lands_on", sa.String(length=500), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_pk"],
            ["person_addresses.id"],
            name="fk_sign_ins_address_pk",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["person_pk"], ["people.id"], name="fk_sign_ins_person_pk"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
        sa.UniqueConstraint("public_id", name="uq_sign_ins_public_id"),
    )
    op.create_index(
        "ix_sign_ins_asked_for_created_at", "sign_ins", ["asked_for", "created_at"], unique=False
    )
    op.create_index("ix_sign_ins_created_at", "sign_ins", ["created_at"], unique=False)
