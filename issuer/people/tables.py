"""Tables of people, and of how they sign in. Names and addresses stand here and nowhere else, so
that erasing a person is possible: everything else names a person by number."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contexts.json_types import Json
from issuer.database.database import Base

LONGEST_NAME: Final = 200
LONGEST_ADDRESS: Final = 254
LONGEST_STAFF_NUMBER: Final = 50
LONGEST_DID: Final = 500
LONGEST_CODE: Final = 100
LONGEST_GRADES: Final = 200
LONGEST_SUBJECTS: Final = 500
_FOLDED: Final = String(200).with_variant(String(200, collation="C"), "postgresql")
"""Sorted alike on both databases."""
_PERSON: Final = "people.id"


class PersonRow(Base):
    """One person. `public_id` stands in addresses of pages, `folded` is the name to search by.

    `name` is the name as credentials sign it. `did` is what they name as the recipient's own, and
    a wallet signed for it. `staff_number` is what payroll matches by. Who has
    left keeps everything and has no role. Of two records of one person, the one that is merged
    into the other names it. Who is erased has no name, and nothing below but grants.
    """

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_folded", "folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    folded: Mapped[str] = mapped_column(_FOLDED)
    staff_number: Mapped[str | None] = mapped_column(String(LONGEST_STAFF_NUMBER), unique=True)
    language: Mapped[str | None] = mapped_column(String(2))
    did: Mapped[str | None] = mapped_column(String(LONGEST_DID))
    created_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey(_PERSON))

    addresses: Mapped[list["PersonAddressRow"]] = relationship(order_by="PersonAddressRow.id")
    other_names: Mapped[list["OtherNameRow"]] = relationship(order_by="OtherNameRow.name")
    posts: Mapped[list["PostRow"]] = relationship(order_by="PostRow.id")
    grants: Mapped[list["GrantRow"]] = relationship(
        order_by="GrantRow.id", foreign_keys="GrantRow.person_pk"
    )

    @property
    def name_and_buildings(self) -> str:
        """The name, and the buildings of this person: what tells two of one name apart in a list
        to choose from (E21)."""
        return " · ".join([self.name, *(post.building.name for post in self.posts)])

    @property
    def is_here(self) -> bool:
        """True unless this person left, was erased, or is another record's double."""
        return not (self.left_at or self.erased_at or self.merged_into)


class OtherNameRow(Base):
    """A name that a person has or had beside the one that credentials sign."""

    __tablename__ = "person_names"

    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON), primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)


class PersonAddressRow(Base):
    """An e-mail address of one person, as it is written, and as it is compared (`folded`).

    It counts once it is verified: a mail that went to it was answered, or the district says so.
    """

    __tablename__ = "person_addresses"
    __table_args__ = (Index("ix_person_addresses_person_pk", "person_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    address: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    folded: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), unique=True)
    is_primary: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime | None]


class FormerAddressRow(Base):
    """An address that was a person's until a day, as it is compared: what went there before then
    stays theirs, and is not the next one's who has the mailbox."""

    __tablename__ = "former_addresses"
    __table_args__ = (Index("ix_former_addresses_folded", "folded"),)

    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON), primary_key=True)
    folded: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), primary_key=True)
    until: Mapped[datetime]


class IdentityRow(Base):
    """Who a provider of sign-ins says somebody is: its name and its number for that person, which
    never changes, unlike an address (OpenID Connect Core 1.0, 5.7)."""

    __tablename__ = "person_identities"
    __table_args__ = (
        UniqueConstraint("iss", "sub"),
        Index("ix_person_identities_person_pk", "person_pk"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    iss: Mapped[str] = mapped_column(String(255))
    sub: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]


class BuildingRow(Base):
    """A school or an office. It is data: a second one is an import. `code` is what the district
    calls it."""

    __tablename__ = "buildings"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(LONGEST_CODE), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))


class PostRow(Base):
    """Where somebody works. `grades` and `subjects` are lists with commas between."""

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("person_pk", "building_pk"),
        Index("ix_posts_building_pk", "building_pk"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    building_pk: Mapped[int] = mapped_column(ForeignKey("buildings.id"))
    grades: Mapped[str] = mapped_column(String(LONGEST_GRADES), default="")
    subjects: Mapped[str] = mapped_column(String(LONGEST_SUBJECTS), default="")

    building: Mapped[BuildingRow] = relationship()


class RelationRow(Base):
    """Two people who may not judge each other's work. The reason may be left out; only the
    superintendent removes what the superintendent pinned. `person_pk` is the smaller number."""

    __tablename__ = "relations"

    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON), primary_key=True)
    other_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON), primary_key=True)
    reason: Mapped[str | None] = mapped_column(String(500))
    is_pinned: Mapped[bool] = mapped_column(default=False)
    told_by: Mapped[int | None] = mapped_column(ForeignKey(_PERSON))
    created_at: Mapped[datetime]


class ExpertiseRow(Base):
    """A topic in which somebody can judge."""

    __tablename__ = "expertise"

    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON), primary_key=True)
    topic: Mapped[str] = mapped_column(String(100), primary_key=True)


class GrantRow(Base):
    """A role that somebody has from a day to a day, both included; in one building, if it says so.

    `granted_by` is None for a grant from the command line.
    """

    __tablename__ = "role_grants"
    __table_args__ = (
        Index("ix_role_grants_person_pk", "person_pk"),
        Index("ix_role_grants_role", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    role: Mapped[str] = mapped_column(String(30))
    building_pk: Mapped[int | None] = mapped_column(ForeignKey("buildings.id"))
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey(_PERSON))

    building: Mapped[BuildingRow | None] = relationship()


class SignInRow(Base):
    """One request to sign in; there is one for an address that nobody has, too (`address_pk` is
    None), so that both take as long.

    Neither the link nor the code is here: both are signed from `public_id`. `browser` is the digest
    of the cookie of the browser that asked, None for a link that an operator printed.
    `asked_for` is a keyed digest of the address, to count by.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (
        Index("ix_sign_ins_asked_for_created_at", "asked_for", "created_at"),
        Index("ix_sign_ins_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    person_pk: Mapped[int | None] = mapped_column(ForeignKey(_PERSON))
    address_pk: Mapped[int | None] = mapped_column(
        ForeignKey("person_addresses.id", ondelete="SET NULL")
    )
    asked_for: Mapped[bytes]
    browser: Mapped[bytes | None]
    device: Mapped[str] = mapped_column(String(100))
    lands_on: Mapped[str] = mapped_column(String(500), default="")
    language: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    wrong_codes: Mapped[int] = mapped_column(default=0)


class SessionRow(Base):
    """One browser in which somebody is signed in. `token` is the digest of its cookie.

    A session that ended stays a while: a form that was sent too late is kept for its person.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_person_pk", "person_pk"),
        Index("ix_sessions_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    token: Mapped[bytes] = mapped_column(unique=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    device: Mapped[str] = mapped_column(String(100))
    way: Mapped[str] = mapped_column(String(30))
    signed_in_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[PersonRow] = relationship()


class ImportRow(Base):
    """People of a file that somebody looks at before they come into the register, as cells."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    roster: Mapped[Json]
    created_at: Mapped[datetime]


class KeptFormRow(Base):
    """A form that came after its session had ended, for its person to send again."""

    __tablename__ = "kept_forms"
    __table_args__ = (Index("ix_kept_forms_person_pk", "person_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    path: Mapped[str] = mapped_column(String(500))
    fields: Mapped[Json]
    created_at: Mapped[datetime]
