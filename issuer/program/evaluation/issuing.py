"""An approved project's credential, through the one door, exactly once (R37, I1, P1).

The release committed a message; sending it is taking the approval to the door. However often that
is repeated, the approval is the same and so is its credential. While the keys are locked the
approval is stored, the project says so, and the message stays until the credential is there.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from issuer.home.issuer import Issuer
from issuer.home.problem import Problem
from issuer.home.settings import PROGRAM, Settings
from issuer.issuance import approve, in_transaction, issue
from issuer.issuance.approval import from_data
from issuer.issuance.manage import manage_url
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.outbox.kinds import DeliveryError, MessageKind
from issuer.outbox.tables import OutboxRow
from issuer.program.evaluation.approval import approval_data, approval_id
from issuer.program.evaluation.decisions import APPROVED
from issuer.program.evaluation.tables import ProjectDecisionRow
from issuer.program.projects import history, states
from issuer.program.projects.states import Act, Conditions
from issuer.program.projects.tables import ProjectRow
from keys.signer import KeysError
from verifier import clock

RETRIES: Final = (timedelta(minutes=1), *(timedelta(minutes=10) for _ in range(4_000)))
"""Locked keys wait for a person, so the approval is tried for a month before it is given up."""

SignOffs: TypeAlias = Callable[[Session, ProjectRow], Iterable[Mapping[str, str]]]


def no_sign_offs(session: Session, project: ProjectRow) -> Iterable[Mapping[str, str]]:
    """Return none: a program without coaching has none to tell."""
    return ()


def kind(sign_offs: SignOffs = no_sign_offs) -> MessageKind:
    """Return the kind of message that issues; `sign_offs` tells who signed for a project (R6)."""
    send = partial(_send, sign_offs=sign_offs)
    return MessageKind(APPROVED, send, is_mail=False, retries=RETRIES)


def credential_of(session: Session, project: ProjectRow) -> CredentialRow | None:
    """Return the issued credential of a project, or None."""
    return session.scalar(
        _credentials_of(project).where(CredentialRow.state == CredentialState.ISSUED)
    )


def own_page(session: Session, settings: Settings, project: ProjectRow) -> str | None:
    """Return the address where a teacher opens the credential of a project; None without one."""
    credential = credential_of(session, project)
    return manage_url(settings, credential) if credential else None


def _credentials_of(project: ProjectRow) -> Select[CredentialRow]:
    """Return the selection of a project's newest credential, issued or on its way."""
    return (
        select(CredentialRow)
        .join(CredentialRow.approval)
        .where(ApprovalRow.source == PROGRAM, ApprovalRow.approval_id == approval_id(project))
        .order_by(CredentialRow.id.desc())
        .limit(1)
    )


def _send(issuer: Issuer, row: OutboxRow, *, sign_offs: SignOffs) -> None:
    """Take the approval that `row` names to the door, and note on the project that it is issued.

    Raises `DeliveryError`: for good if the approval cannot be issued as it is, and to be tried
    again if the project cannot move on just now.
    """
    now = clock.now()
    try:
        key = in_transaction(issuer, partial(_approve, issuer, row, sign_offs, now), now=now)
        for held_back in issue(issuer, [key], now=now):
            raise DeliveryError(str(held_back))
    except KeysError as exc:
        raise DeliveryError("approved, and waiting for the keys") from exc
    except Problem as exc:
        raise DeliveryError(str(exc), for_good=True) from exc
    try:
        with issuer.database.writing() as session:
            _note(session, row, now)
    except Problem as exc:  # such as a year that was closed meanwhile: the next try has its own day
        raise DeliveryError(str(exc)) from exc


def _approve(
    issuer: Issuer, row: OutboxRow, sign_offs: SignOffs, now: datetime, session: Session
) -> int:
    """Store the approval, and return the key of its credential: the one that there is, if an
    earlier try stored it, also where the teacher's name or addresses have changed since."""
    decision = session.get_one(ProjectDecisionRow, (row.payload or {})["decision"])
    stored = session.scalar(_credentials_of(decision.version.project))
    if stored is not None:
        return stored.id
    signed_off = sign_offs(session, decision.version.project)
    data = approval_data(session, decision, issuer.settings, signed_off)
    return approve(session, issuer, from_data(data), source=PROGRAM, now=now).key


def _note(session: Session, row: OutboxRow, now: datetime) -> None:
    """Move the project on, if nobody has."""
    project = session.scalar(
        select(ProjectRow).where(ProjectRow.public_id == row.about).with_for_update()
    )
    if project is not None and project.state == states.State.APPROVED:
        history.take(session, project, Act.ISSUE, Conditions(), by=None, now=now)
