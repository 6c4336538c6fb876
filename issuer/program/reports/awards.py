"""Awards, counted: what is in force, by topic, level, building and year (R39).

An award is a credential that was issued and not revoked, wherever its approval came from. Where its
teacher works, and in which grades, is what the register says now.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, extract, func, literal, select
from sqlalchemy.orm import Session

from issuer.catalog.tables import AchievementVersion
from issuer.home.settings import PROGRAM
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.tables import CredentialRow, CredentialState, Revocation
from issuer.people.tables import BuildingRow, PersonAddressRow, PostRow
from issuer.program.projects.tables import OfferingRow, ProjectRow, TopicRow
from issuer.program.reports import grades
from issuer.program.reports.figures import FigureRow, FigureTable
from issuer.program.reports.grades import SchoolLevel
from issuer.program.windows import school_year
from verifier.wording.words import N_

BATCH: Final = 2000
LEVELS: Final = {
    SchoolLevel.EARLY: N_("Before grade 1"),
    SchoolLevel.ELEMENTARY: N_("Grades 1 to 5"),
    SchoolLevel.MIDDLE: N_("Grades 6 to 8"),
    SchoolLevel.HIGH: N_("Grades 9 to 12"),
    SchoolLevel.SEVERAL: N_("Several levels"),
    SchoolLevel.UNKNOWN: N_("Level not stated"),
}
NO_TOPIC: Final = N_("Without a field")
NO_BUILDING: Final = N_("Without a building")
_PREFIX: Final = f"{PROGRAM}:"


@dataclass(frozen=True, slots=True)
class Award:
    """One award, as it is counted. A topic or a building that is not known is ''."""

    credential: str
    title: str
    teacher: str
    on: str
    year: str
    topic: str
    level: SchoolLevel
    building: str


def breadth(session: Session) -> tuple[FigureTable, ...]:
    """Return how many awards there are by topic, by level and by building, each by year."""
    counts = _counts(session)
    years = sorted({key[3] for key in counts})
    return tuple(
        _by(title, place, counts, years)
        for place, title in enumerate((N_("By field"), N_("By level"), N_("By building")))
    )


def _counts(session: Session) -> Counter[tuple[str, SchoolLevel, str, str]]:
    """Return how many awards there are by topic, level, building and school year.

    The database counts: a state has a million, which differ in a few hundred ways.
    """
    topics, offered = _topics(session), _topics_of_achievements(session)
    counts: Counter[tuple[str, SchoolLevel, str, str]] = Counter()
    for row in session.execute(_kinds()):
        topic = topics.get(row.topic_pk, "") or offered.get(row.achievement_id, "")
        taught = SchoolLevel.UNKNOWN if row.grades is None else grades.level(row.grades)
        year = school_year.of_day(date(int(row.year), int(row.month), 1))
        counts[topic, taught, row.building or "", year] += row.number
    return counts


def _by(
    title: str,
    place: int,
    counts: Mapping[tuple[str, SchoolLevel, str, str], int],
    years: list[str],
) -> FigureTable:
    sums: Counter[tuple[str, str]] = Counter()
    for key, number in counts.items():
        sums[key[place], key[3]] += number
    names = list(SchoolLevel) if place == 1 else sorted({name for name, _ in sums})
    rows = []
    for name in names:
        figures = tuple(sums[name, year] for year in years)
        if any(figures):
            word = (
                LEVELS[SchoolLevel(name)]
                if place == 1
                else name or (NO_TOPIC, "", NO_BUILDING)[place]
            )
            rows.append(FigureRow(word, (sum(figures), *figures), is_word=place == 1 or not name))
    return FigureTable(title, (title, N_("All years"), *years), tuple(rows))


def every(session: Session) -> Iterator[Award]:
    """Yield every award, oldest first; a batch at a time is in memory."""
    places, topics = _places(session), _topics(session)
    offered = _topics_of_achievements(session)
    rows, after = _rows(), 0
    while batch := session.execute(rows.where(CredentialRow.id > after).limit(BATCH)).all():
        names = names_of(session, {row.achievement_version_id for row in batch})
        for row in batch:
            building, taught = places.get(row.person, ("", SchoolLevel.UNKNOWN))
            topic = topics.get(row.topic_pk, "") or offered.get(row.achievement_id, "")
            yield Award(
                credential=row.public_id,
                title=names[row.achievement_version_id],
                teacher=row.teacher or "",
                on=row.awarded_on.isoformat(),
                year=school_year.of_day(row.awarded_on),
                topic=topic,
                level=taught,
                building=building,
            )
        after = batch[-1].id


def in_force() -> Select[*tuple[Any, ...]]:
    """Return the selection of awards, to be narrowed."""
    return (
        select()
        .select_from(CredentialRow)
        .join(ApprovalRow, ApprovalRow.id == CredentialRow.approval_pk)
        .outerjoin(
            Revocation,
            (Revocation.list_number == CredentialRow.list_number)
            & (Revocation.list_index == CredentialRow.list_index),
        )
        .where(CredentialRow.state == CredentialState.ISSUED)
        .where(CredentialRow.superseded_by.is_(None), Revocation.list_index.is_(None))
    )


def its_project() -> Any:
    """Return the condition for an approval to be that of a project."""
    public_id = func.substr(ApprovalRow.approval_id, len(_PREFIX) + 1)
    return (ApprovalRow.source == PROGRAM) & (ProjectRow.public_id == public_id)


def is_earned() -> ColumnElement[bool]:
    """Return the condition for a project to have a credential that is in force now."""
    its_approval = ApprovalRow.approval_id == literal(_PREFIX) + ProjectRow.public_id
    awards = in_force().add_columns(CredentialRow.id).where(ApprovalRow.source == PROGRAM)
    return awards.where(its_approval).correlate(ProjectRow).exists()


def _awards() -> Select[*tuple[Any, ...]]:
    """Return the awards with their achievement and, where there is one, their project."""
    return (
        in_force()
        .outerjoin(ProjectRow, its_project())
        .join(AchievementVersion, AchievementVersion.id == ApprovalRow.achievement_version_id)
        .where(ApprovalRow.awarded_on.is_not(None))
    )


def _rows() -> Select[*tuple[Any, ...]]:
    """Return the awards with what they are told by, in the order in which they were made.

    The teacher of an award from elsewhere is known by an address of hers.
    """
    by_address = (
        select(func.min(PersonAddressRow.person_pk))
        .join(AddressRow, AddressRow.address == PersonAddressRow.folded)
        .where(AddressRow.approval_pk == ApprovalRow.id)
        .correlate(ApprovalRow)
        .scalar_subquery()
    )
    return (
        _awards()
        .add_columns(
            CredentialRow.id,
            CredentialRow.public_id,
            ApprovalRow.achievement_version_id,
            ApprovalRow.awarded_on,
            ApprovalRow.teacher,
            AchievementVersion.achievement_id,
            ProjectRow.topic_pk,
            func.coalesce(ProjectRow.person_pk, by_address).label("person"),
        )
        .order_by(CredentialRow.id)
    )


def _kinds() -> Select[*tuple[Any, ...]]:
    """Return the number of awards that have the same topic, achievement, place and month.

    Teachers and their first posts are found once for all awards, not once for each.
    """
    owner = (
        select(AddressRow.approval_pk, func.min(PersonAddressRow.person_pk).label("person_pk"))
        .join(PersonAddressRow, PersonAddressRow.folded == AddressRow.address)
        .group_by(AddressRow.approval_pk)
        .subquery()
    )
    first = (
        select(PostRow.person_pk, func.min(PostRow.id).label("post_pk"))
        .group_by(PostRow.person_pk)
        .subquery()
    )
    columns = (
        ProjectRow.topic_pk,
        AchievementVersion.achievement_id,
        BuildingRow.name.label("building"),
        PostRow.grades,
        extract("year", ApprovalRow.awarded_on).label("year"),
        extract("month", ApprovalRow.awarded_on).label("month"),
    )
    person = func.coalesce(ProjectRow.person_pk, owner.c.person_pk)
    return (
        _awards()
        .outerjoin(owner, owner.c.approval_pk == ApprovalRow.id)
        .outerjoin(first, first.c.person_pk == person)
        .outerjoin(PostRow, PostRow.id == first.c.post_pk)
        .outerjoin(BuildingRow, BuildingRow.id == PostRow.building_pk)
        .add_columns(*columns, func.count().label("number"))
        .group_by(*columns)
    )


def _places(session: Session) -> dict[int, tuple[str, SchoolLevel]]:
    """Return the building and the level of each person; of several posts, the first counts."""
    rows = select(PostRow.person_pk, BuildingRow.name, PostRow.grades).join(
        BuildingRow, BuildingRow.id == PostRow.building_pk
    )
    places: dict[int, tuple[str, SchoolLevel]] = {}
    for person, building, taught in session.execute(rows.order_by(PostRow.id)):
        places.setdefault(person, (building, grades.level(taught)))
    return places


def _topics(session: Session) -> dict[int | None, str]:
    return dict(session.execute(select(TopicRow.id, TopicRow.name)).all())


def _topics_of_achievements(session: Session) -> dict[str, str]:
    rows = select(OfferingRow.achievement_id, TopicRow.name).join(
        TopicRow, TopicRow.id == OfferingRow.topic_pk
    )
    return dict(session.execute(rows).all())


def names_of(session: Session, versions: set[int]) -> dict[int, str]:
    """Return what these versions of achievements are called."""
    rows = select(AchievementVersion.id, AchievementVersion.content).where(
        AchievementVersion.id.in_(versions)
    )
    return {id: content["name"] for id, content in session.execute(rows)}
