"""Who earned what, whether it stands, and who became a coach by it (R12).

become_coach(session, issuer, credential, by=superintendent, today=today, now=now)
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, literal, select
from sqlalchemy.orm import Session, joinedload

from contexts.errors import MintmarkError
from issuer.home import published
from issuer.home.settings import PROGRAM, Settings
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.tables import CredentialRow, CredentialState, Revocation
from issuer.people import roles
from issuer.people.roles import Role
from issuer.people.tables import GrantRow, PersonAddressRow, PersonRow
from issuer.program.coaching.tables import CoachGroundRow
from issuer.program.projects.tables import ProjectRow
from verifier import verify
from verifier.report import Answer
from verifier.wording.words import N_


class NotEarned(MintmarkError):
    """The credential makes nobody a coach; the message says why."""


@dataclass(frozen=True)
class CoachGround:
    """By what somebody became a coach, and whether that was revoked since."""

    achievement: str
    credential: str
    is_revoked: bool


def become_coach(
    session: Session,
    settings: Settings,
    credential_id: str,
    *,
    by: PersonRow,
    today: date,
    now: datetime,
) -> tuple[PersonRow, bool]:
    """Make the holder of a credential a coach, if our own verifier finds it in force now; return
    her, and whether she was none before.

    Raises `NotEarned`, and `RoleError` where `by` holds it.
    """
    row = session.scalar(select(CredentialRow).where(CredentialRow.public_id == credential_id))
    person = None if row is None else holder_of(session, row)
    if row is None or row.json is None or person is None:
        raise NotEarned(N_("Nobody in the register has the address of this credential."))
    report = verify(row.json, fetch=published.fetch_own(settings), now=now)
    if any(one.answer is not Answer.YES for one in (report.authentic, report.current)):
        raise NotEarned(N_("This credential does not verify now, so it makes nobody a coach."))
    before = {grant.id for grant in person.grants}
    grant = roles.grant(session, person, Role.COACH, first_day=today, by=by, now=now)
    session.merge(CoachGroundRow(grant_pk=grant.id, credential_pk=row.id, verified_at=now))
    session.flush()
    return person, grant.id not in before


def holder_of(session: Session, credential: CredentialRow) -> PersonRow | None:
    """Return whose verified address a credential names; None if nobody here has it."""
    rows = (
        select(PersonRow)
        .join(PersonAddressRow, PersonAddressRow.person_pk == PersonRow.id)
        .join(AddressRow, AddressRow.address == PersonAddressRow.folded)
        .where(AddressRow.approval_pk == credential.approval_pk)
        .where(PersonAddressRow.verified_at.is_not(None), PersonRow.left_at.is_(None))
    )
    return session.scalar(rows.order_by(PersonRow.id).limit(1))


def grounds(session: Session, people: Collection[int]) -> Mapping[int, Sequence[CoachGround]]:
    """Return the credentials by which each of these people became a coach. A revoked one is marked;
    the role stays until a person takes it back."""
    rows = (
        select(GrantRow.person_pk, CredentialRow, Revocation.revoked_at)
        .join(CoachGroundRow, CoachGroundRow.grant_pk == GrantRow.id)
        .join(CredentialRow, CredentialRow.id == CoachGroundRow.credential_pk)
        .outerjoin(Revocation, _REVOKED)
        .where(GrantRow.person_pk.in_(people))
        .options(joinedload(CredentialRow.approval).joinedload(ApprovalRow.achievement_version))
        .order_by(CoachGroundRow.grant_pk)
    )
    by_person: dict[int, list[CoachGround]] = {}
    for person, credential, revoked_at in session.execute(rows):
        name = str(credential.approval.achievement_version.content["name"])
        ground = CoachGround(name, credential.public_id, revoked_at is not None)
        by_person.setdefault(person, []).append(ground)
    return by_person


def of_field(session: Session, project: ProjectRow) -> set[int]:
    """Return who holds a standing credential of another project in the same field."""
    rows = (
        select(ProjectRow.person_pk)
        .join(ApprovalRow, ApprovalRow.approval_id == literal("program:") + ProjectRow.public_id)
        .join(CredentialRow, CredentialRow.approval_pk == ApprovalRow.id)
        .outerjoin(Revocation, _REVOKED)
        .where(ApprovalRow.source == PROGRAM, CredentialRow.state == CredentialState.ISSUED)
        .where(Revocation.list_index.is_(None), ProjectRow.topic_pk == project.topic_pk)
    )
    return set(session.scalars(rows))


_REVOKED: ColumnElement[bool] = and_(
    Revocation.list_number == CredentialRow.list_number,
    Revocation.list_index == CredentialRow.list_index,
)
