"""The rows of the district: ten years of awards, and a window of proposals that waits.

What has to be different from row to row is written out; everything else the database copies.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, insert, literal, null, select, text, update
from sqlalchemy.orm import Session

from issuer.catalog.tables import RubricVersion
from issuer.home.issuer import Issuer
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.people import register, roles
from issuer.people.roles import Role
from issuer.people.tables import (
    BuildingRow,
    ExpertiseRow,
    GrantRow,
    PersonAddressRow,
    PersonRow,
)
from issuer.program import policy as policies
from issuer.program.cadre.tables import CadreRow
from issuer.program.coaching.tables import CoachingRow
from issuer.program.compensation import agreements
from issuer.program.compensation.ledger import Stage, Why
from issuer.program.compensation.tables import LedgerRow, PayRecordRow
from issuer.program.evaluation.tables import ProjectDecisionRow
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects.declarations import DeclarationRow
from issuer.program.projects.states import Act, State
from issuer.program.projects.tables import ProjectEventRow, ProjectRow, TopicRow, VersionRow
from issuer.program.records import retention
from issuer.program.records.retention import Record
from issuer.program.windows.tables import WindowRow
from tests.issuer.program.filled_program import CONTRACT, fill

AWARDS_EACH, YEARS = 16, 10
"""Of ten teachers six have awards: 19,200 of 2,000."""
PLAN: Final = "Ten weeks with one class, a count each Friday, and what changed. " * 12
"""As long as teachers write."""
ANSWERS: Final = {
    "title": "Reading rhythms aloud",
    "skill": "Letting students say each step out loud.",
    "goal": "Each student names the step before it is taken.",
    "measured_outcome": "Students who name all steps, counted each week.",
    "plan": PLAN,
    "students": PLAN,
    "mission": PLAN,
    "need": PLAN,
}
"""Of a proposal that is complete."""
APPROVAL: Final = {
    "recipient": {"name": "A Teacher", "emails": ["teacher@school.example"]},
    "achievement": {"name": "Rhythms"},
    "approved_at": "2026-05-15T15:02:11Z",
}
"""What lists show of an approval."""
SINCE: Final = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a district is, by its teachers; 2,000 of them are ten times the one of R28."""

    teachers: int = 2_000

    @property
    def evaluators(self) -> int:
        """150 of 2,000."""
        return max(6, self.teachers * 3 // 40)

    @property
    def waiting(self) -> int:
        """Proposals that wait to be judged: 1,420 of 2,000."""
        return self.teachers * 71 // 100

    @property
    def drafts(self) -> int:
        """Proposals that are written and not handed in."""
        return min(self.teachers, 320)

    @property
    def buildings(self) -> int:
        """40 of 2,000."""
        return max(3, self.teachers // 50)


def fill_district(issuer: Issuer, size: Size, now: datetime) -> None:
    """Fill the empty database of `issuer`."""
    with issuer.database.writing() as session:
        rubric = session.scalars(select(RubricVersion.rubric_id)).first()
        assert rubric
        choices = replace(
            policies.DISTRICT, proposal_rubric=rubric, completion_rubric=rubric, proposal_judges=2
        )
        chosen = replace(choices, three_sign_offs=True, progress_public=True, cadre_public=True)
        policies.change(session, chosen, by=None, now=now)
        fill(
            session,
            teachers=size.teachers,
            now=now,
            years=YEARS,
            awards_each=AWARDS_EACH,
            buildings=[(str(n), f"School {n}") for n in range(size.buildings)],
            evaluators=size.evaluators + 1,
        )
    with issuer.database.writing() as session:
        _give_roles(session, size, now)
        _open_window(session, size, now)
        _tell_history(session)
        _add_evidence(session, now)
        session.execute(update(ApprovalRow).values(content=json.dumps(APPROVAL).encode()))
        _pay(session, now)
        _choose_retention(session, now)
    with issuer.database.writing() as session:
        session.execute(text("ANALYZE"))


def _give_roles(session: Session, size: Size, now: datetime) -> None:
    """Let everybody be what they are, have an address, and have told whom they must not judge."""
    for role in (Role.SUPERINTENDENT, Role.OFFICE, Role.OPERATOR, Role.PAYROLL, Role.BOARD):
        roles.grant(
            session, register.add(session, f"Pat {role}", now=now), role, first_day=SINCE, now=now
        )
    people = dict(session.execute(select(PersonRow.name, PersonRow.id)).all())
    judges = [people[f"Evaluator {n}"] for n in range(size.evaluators)]
    coaches = judges[: len(judges) * 2 // 3]
    buildings = session.scalars(select(BuildingRow.id).order_by(BuildingRow.id)).all()
    principals = [_principal(session, number, now) for number in range(len(buildings))]
    grants = [
        *((people[f"Teacher {n}"], Role.TEACHER, None) for n in range(size.teachers)),
        *((judge, Role.EVALUATOR, None) for judge in judges),
        *((coach, Role.COACH, None) for coach in coaches),
        *zip(principals, [Role.BUILDING_ADMINISTRATOR] * len(buildings), buildings, strict=True),
    ]
    session.execute(
        insert(GrantRow),
        [
            {"person_pk": person, "role": role, "building_pk": building, "first_day": SINCE}
            for person, role, building in grants
        ],
    )
    topics = session.scalars(select(TopicRow.name).order_by(TopicRow.id)).all()
    session.execute(
        insert(ExpertiseRow),
        [{"person_pk": judge, "topic": topics[n % len(topics)]} for n, judge in enumerate(judges)],
    )
    everybody = PersonRow.id, literal(now, DeclarationRow.declared_at.type)
    _copy(
        session,
        DeclarationRow,
        select(*everybody, everybody[1]),
        "person_pk declared_at confidential_at",
    )
    address = "p" + PersonRow.public_id + "@school.example"
    verified = literal(now, PersonAddressRow.verified_at.type)
    _copy(
        session,
        PersonAddressRow,
        select(PersonRow.id, address, address, literal(True), verified),
        "person_pk address folded is_primary verified_at",
    )
    _copy(
        session,
        AddressRow,
        select(ApprovalRow.id, "p" + PersonRow.public_id + "@school.example")
        .join(ProjectRow, ProjectRow.public_id == ApprovalRow.token)
        .join(PersonRow, PersonRow.id == ProjectRow.person_pk),
        "approval_pk address",
    )
    _copy(
        session,
        CadreRow,
        select(ProjectRow.person_pk, literal(True), literal("Visits to my class."), verified)
        .where(ProjectRow.state == State.ISSUED)
        .distinct(),
        "person_pk is_public offers since",
    )
    open_ones = select(ProjectRow.id).where(ProjectRow.state.in_((State.ACTIVE, State.DRAFT)))
    session.execute(
        insert(CoachingRow),
        [
            {"project_pk": project, "coach_pk": coaches[n % len(coaches)], "began_at": now}
            for n, project in enumerate(session.scalars(open_ones.order_by(ProjectRow.id)))
        ],
    )


def _principal(session: Session, number: int, now: datetime) -> int:
    return register.add(session, f"Principal {number}", now=now).id


def _open_window(session: Session, size: Size, now: datetime) -> None:
    """Open a window into which most teachers have handed in a proposal, and others write one."""
    window = WindowRow(
        name="P2",
        purpose="proposal",
        opens=now - timedelta(days=13),
        closes=now + timedelta(days=1),
        zone="America/Chicago",
        days_to_decide=30,
        created_at=now,
    )
    rubric = session.scalars(select(RubricVersion.id)).first()
    session.add(window)
    session.flush()
    teachers = session.scalars(
        select(PersonRow.id).where(PersonRow.name.like("Teacher %")).order_by(PersonRow.id)
    ).all()
    topics = session.scalars(select(TopicRow.id).order_by(TopicRow.id)).all()
    waiting = session.scalar(
        select(func.count()).where(ProjectRow.state == State.PROPOSED).select_from(ProjectRow)
    )
    states = [State.PROPOSED] * (size.waiting - (waiting or 0)) + [State.DRAFT] * size.drafts
    session.execute(
        insert(ProjectRow),
        [
            {
                "public_id": f"w{number:021}",
                "person_pk": teachers[-number % len(teachers)],
                "topic_pk": topics[number % len(topics)],
                "state": state,
                "proposal": ANSWERS | {"title": f"Reading rhythms aloud, {number}"},
                "completion": {},
                "revision": 0,
                "created_at": now,
                "changed_at": now,
            }
            for number, state in enumerate(states)
        ],
    )
    _copy(
        session,
        VersionRow,
        select(
            ProjectRow.id,
            literal("proposal"),
            literal(1),
            ProjectRow.proposal,
            literal({"files": [], "badges": []}, VersionRow.artifacts.type),
            literal(rubric),
            literal(window.id),
            literal(now - timedelta(days=1), VersionRow.received_at.type),
        ).where(ProjectRow.state == State.PROPOSED, ProjectRow.public_id.like("w%")),
        "project_pk purpose number answers artifacts rubric_version_id window_pk received_at",
    )


def _tell_history(session: Session) -> None:
    """Write the event of each step that these projects would have taken, in the order of steps."""
    for purpose, origin, handed_in, approved in (
        ("proposal", State.DRAFT, State.PROPOSED, State.ACTIVE),
        ("completion", State.ACTIVE, State.SUBMITTED, State.APPROVED),
    ):
        versions = (VersionRow.project_pk, VersionRow.received_at, VersionRow.id)
        _tell(session, Act.SUBMIT, origin, handed_in, versions, VersionRow.purpose == purpose)
        decided = (VersionRow.project_pk, ProjectDecisionRow.released_at, VersionRow.id)
        for outcome, act, target in (
            ("approved", Act.APPROVE, approved),
            ("not_yet", Act.NOT_YET, origin),
        ):
            fits = VersionRow.purpose == purpose, ProjectDecisionRow.outcome == outcome
            joined = VersionRow.id == ProjectDecisionRow.version_pk
            _tell(session, act, handed_in, target, decided, *fits, joined)
    issued = (ProjectRow.id, ProjectRow.changed_at, null())
    _tell(session, Act.ISSUE, State.APPROVED, State.ISSUED, issued, ProjectRow.state == "issued")


def _tell(
    session: Session,
    act: Act,
    origin: State,
    target: State,
    step: tuple[Any, Any, Any],
    *fits: ColumnElement[bool],
) -> None:
    project, at, version = step
    _copy(
        session,
        ProjectEventRow,
        select(
            project, at, *(literal(name.value) for name in (act, origin, target)), version
        ).where(*fits),
        "project_pk at act origin target version_pk",
    )


def _add_evidence(session: Session, now: datetime) -> None:
    """Give each award two pieces of evidence, and each proposal that waits one."""
    for letter, states in (("b", (State.ISSUED, State.PROPOSED)), ("c", (State.ISSUED,))):
        _copy(
            session,
            ArtifactRow,
            select(
                literal(letter).concat(func.substr(ProjectRow.public_id, 2)),
                ProjectRow.id,
                literal("A count of each week"),
                literal("counts.pdf"),
                literal("0" * 64),
                literal(10_000),
                literal("application/pdf"),
                literal("focus"),
                literal("on_file"),
                literal("sealed"),
                literal(now, ArtifactRow.created_at.type),
            ).where(ProjectRow.state.in_(states)),
            "public_id project_pk name file_name sha256 size media_type pupils basis tier"
            " created_at",
        )


def _pay(session: Session, now: datetime) -> None:
    """Let every award have brought 100.00 on its way through the stages."""
    zone = ZoneInfo("America/Chicago")
    chief = session.scalars(select(PersonRow).where(PersonRow.name.like("Pat assistant%"))).one()
    agreements.change(session, settings=CONTRACT, by=chief, zone=zone, now=now)
    people = session.scalars(select(PersonRow.id)).all()
    since = date(now.year - YEARS - 1, 7, 1)
    record = {"since": since, "salary": 60_000_00, "full_time": "1", "created_at": now}
    session.execute(insert(PayRecordRow), [record | {"person_pk": key} for key in people])
    issued = select(ProjectRow.public_id, ProjectRow.person_pk).where(ProjectRow.state == "issued")
    entries = [
        entry for n, row in enumerate(session.execute(issued)) for entry in _entries(n, row, now)
    ]
    session.execute(insert(LedgerRow), entries)


def _choose_retention(session: Session, now: datetime) -> None:
    """Let every record of every award be due for disposal, so that the longest list is measured."""
    chief = session.scalars(select(PersonRow).where(PersonRow.name.like("Pat assistant%"))).one()
    for record in Record:
        retention.choose(session, record, 0, by=chief, now=now)


def _entries(number: int, project: Any, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the entries of one award: approved, earned, and mostly paid."""
    on = now.date() - timedelta(days=365 * (number % YEARS) + 30)
    same = {"claim": project.public_id, "person_pk": project.person_pk, "created_at": now}
    steps = [(None, Stage.APPROVED), (Stage.APPROVED, Stage.EARNED), (Stage.EARNED, Stage.PAID)]
    for before, after in steps[: 2 if number % 50 == 0 else 3]:
        why = Why.RUN if after is Stage.PAID else Why.STEP
        for stage, cents in ((before, -100_00), (after, 100_00)):
            if stage is not None:
                yield same | {"stage": stage, "cents": cents, "on": on, "why": why}


def _copy(session: Session, table: Any, rows: Any, columns: str) -> None:
    """Let the database insert what a query finds."""
    session.execute(insert(table).from_select(columns.split(), rows))
