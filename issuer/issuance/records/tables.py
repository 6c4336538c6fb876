"""Tables of the issuance: credentials, the status lists whose indexes they hold, and what their
holders decided."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from issuer.database.compressed import CompressedBytes
from issuer.database.database import Base
from issuer.issuance.records import forms
from issuer.issuance.records.approval_tables import ApprovalRow


class CredentialState(StrEnum):
    """How far a credential has come."""

    PREPARED = "prepared"
    QUARANTINED = "quarantined"
    ISSUED = "issued"
    SUPERSEDED = "superseded"
    """A later revision was issued first; this one is never signed."""


class StatusList(Base):
    """One status list: its secret permutation, and a counter that never decreases (P2)."""

    __tablename__ = "status_lists"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    key: Mapped[bytes]
    next_place: Mapped[int] = mapped_column(default=0)
    closed: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]


class CredentialRow(Base):
    """One credential: the document that was prepared, then the forms that were signed of it.

    `json`, `jwt` and `to_share` are the exact bytes that were signed. All begin with `document`,
    so it is stored once, and of each form what comes after it (`records.forms`). An older version
    stored forms whole, and emptied `document`. `manage_hash` finds the row of a holder's link;
    None is told at `home.link_tokens`. `ending_told_at` is when its holder was told that it will
    end, or when nobody had to be. `serial` is what the certificate prints; None is told at
    `ApprovalRow`. `superseded_by` is the credential of a later revision, the newest that was
    issued; `leads_on` says that it is for the same person.
    """

    __tablename__ = "credentials"
    __table_args__ = (
        UniqueConstraint("list_number", "list_index"),
        Index("ix_credentials_state", "state"),
        Index("ix_credentials_serial", "serial"),
        Index("ix_credentials_manage_hash", "manage_hash", unique=True),
        Index("ix_credentials_superseded_by", "superseded_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    approval_pk: Mapped[int] = mapped_column(ForeignKey("approvals.id"), unique=True)
    list_number: Mapped[int] = mapped_column(ForeignKey("status_lists.number"))
    list_index: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default=CredentialState.PREPARED)
    problem: Mapped[str | None]
    serial: Mapped[str | None] = mapped_column(String(11))
    document: Mapped[bytes] = mapped_column(CompressedBytes)
    prepared_at: Mapped[datetime]
    json_end: Mapped[bytes | None] = mapped_column("json", CompressedBytes)
    jwt_end: Mapped[bytes | None] = mapped_column("jwt", CompressedBytes)
    to_share_end: Mapped[bytes | None] = mapped_column("to_share", CompressedBytes)
    issued_at: Mapped[datetime | None]
    manage_generation: Mapped[int] = mapped_column(default=0)
    manage_hash: Mapped[bytes | None]
    ending_told_at: Mapped[datetime | None]
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("credentials.id"))
    leads_on: Mapped[bool] = mapped_column(default=False)

    approval: Mapped[ApprovalRow] = relationship()

    @property
    def json(self) -> bytes | None:
        """The document with its proofs, as it was signed and is served."""
        return self.json_end and forms.whole(self.document, self.json_end)

    @property
    def jwt(self) -> bytes | None:
        """The document as a VC-JWT; None if the issuer's DID has no key for JWTs."""
        return self.jwt_end and forms.jwt_whole(self.document, self.jwt_end)

    @property
    def to_share(self) -> bytes | None:
        """The document with a proof to share parts of; the holder's alone, who can show any."""
        return self.to_share_end and forms.whole(self.document, self.to_share_end)


UNFINISHED: Final = and_(
    CredentialRow.state != CredentialState.ISSUED, CredentialRow.state != CredentialState.SUPERSEDED
)


class Revocation(Base):
    """One bit that is set, and why. The published list is rebuilt from these rows (T36).

    It names an index, not a credential: after a restore from a backup there can be bits
    whose credential the backup did not know.
    """

    __tablename__ = "revocations"

    list_number: Mapped[int] = mapped_column(
        ForeignKey("status_lists.number"), primary_key=True, autoincrement=False
    )
    list_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str]
    revoked_at: Mapped[datetime]


class DecisionRow(Base):
    """What the holder of one credential decided last; see `sharing.decision.Decision`.

    A credential without a row is shown by the defaults.
    """

    __tablename__ = "decisions"

    credential_pk: Mapped[int] = mapped_column(ForeignKey(CredentialRow.id), primary_key=True)
    visibility: Mapped[str] = mapped_column(String(20))
    show_levels: Mapped[bool]
    show_evidence: Mapped[bool]
    show_words: Mapped[bool]
    decided_at: Mapped[datetime]
