"""The directory: teachers who want to be found and hold a credential in force (R11).

find(session, words="music", grades="6-8", building="7")
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, case, func, null, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from contexts.errors import MintmarkError
from issuer.database.pressed_twice import alike
from issuer.home.settings import PROGRAM
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.search import fold
from issuer.issuance.records.tables import CredentialRow
from issuer.people.tables import PersonAddressRow, PersonRow, PostRow
from issuer.program.cadre.tables import CadreQuestionRow, CadreRow
from issuer.program.projects.tables import ProjectRow, TopicRow
from issuer.program.reports import grades as school
from issuer.program.reports.awards import in_force, its_project, names_of
from verifier.wording.words import N_

MOST_A_DAY: Final = 10
"""Questions of one person."""
MOST_LISTED: Final = 20
"""Questions and answers on a person's page."""


class CadreRefused(MintmarkError):
    """A wish or a question is not taken; the message says why."""


@dataclass(frozen=True, slots=True)
class CadreEntry:
    """One teacher of the cadre, without an address."""

    person: PersonRow
    offers: str
    skills: tuple[str, ...]
    posts: tuple[PostRow, ...]


def find(
    session: Session,
    *,
    is_public: bool = False,
    words: str = "",
    grades: str = "",
    building: str = "",
) -> list[CadreEntry]:
    """Return who fits: by words in skill, field and subject, by grades, and by building.

    With `is_public`, only those who want to be found by everybody.
    """
    rows = select(CadreRow).join(CadreRow.person)
    rows = rows.where(PersonRow.left_at.is_(None), PersonRow.erased_at.is_(None))
    if is_public:
        rows = rows.where(CadreRow.is_public)
    rows = rows.options(contains_eager(CadreRow.person)).order_by(PersonRow.folded)
    cadre, posts = session.scalars(rows).all(), _posts(session)
    held = _held(session, {row.person_pk for row in cadre})
    listed = [
        CadreEntry(row.person, row.offers, tuple(held[row.person_pk]), tuple(posts[row.person_pk]))
        for row in cadre
        if held.get(row.person_pk)
    ]
    wanted, taught = fold(words).split(), school.grades(grades)
    return [
        item
        for item in listed
        if all(word in _text(item) for word in wanted)
        and (not grades.strip() or any(school.grades(post.grades) & taught for post in item.posts))
        and (not building or any(post.building.code == building for post in item.posts))
    ]


def may_join(session: Session, person: int) -> bool:
    """True if a person holds a credential in force of this district."""
    earned, elsewhere = _by_projects({person}).exists(), _from_elsewhere({person}).exists()
    return bool(session.scalar(select(earned | elsewhere)))


def join(
    session: Session, person: PersonRow, *, is_public: bool, offers: str, now: datetime
) -> None:
    """List a person in the directory. Raises `CadreRefused` if she holds no credential in force."""
    if not may_join(session, person.id):
        raise CadreRefused(N_("The cadre is for those who hold a credential of the district."))
    row = session.get(CadreRow, person.id)
    if row is None:
        row = CadreRow(person_pk=person.id, since=now)
        session.add(row)
    row.is_public, row.offers = is_public, " ".join(offers.split())[:300]
    session.flush()


def leave(session: Session, person: PersonRow) -> None:
    """Take a person out of the directory."""
    row = session.get(CadreRow, person.id)
    if row is not None:
        session.delete(row)


def ask(
    session: Session, asker: PersonRow, asked: PersonRow, text: str, *, now: datetime
) -> tuple[CadreQuestionRow, bool]:
    """Write a question to somebody who wants to be found; return it, and whether it is new.

    The same question that waits for its answer is the one that is there. Raises `CadreRefused`.
    """
    if session.get(CadreRow, asked.id) is None or asked.id == asker.id:
        raise CadreRefused(N_("This person does not take questions."))
    if not 0 < len(text.strip()) <= 2000:
        raise CadreRefused(N_("Write 1 to 2,000 characters."))
    row = CadreQuestionRow(from_pk=asker.id, to_pk=asked.id, text=text.strip(), asked_at=now)
    if earlier := alike(session, row, "from_pk", "to_pk", "text", "answered_at"):
        return earlier[0], False
    today = CadreQuestionRow.asked_at > now - timedelta(days=1)
    many = select(func.count()).where(CadreQuestionRow.from_pk == asker.id, today)
    if (session.scalar(many) or 0) >= MOST_A_DAY:
        raise CadreRefused(N_("You have asked ten questions within a day. Wait for some answers."))
    session.add(row)
    session.flush()
    return row, True


def questions(session: Session, person_pk: int) -> Sequence[CadreQuestionRow]:
    """Return the newest questions that a person was asked or asked herself, those that wait for her
    answer first."""
    mine = (CadreQuestionRow.to_pk == person_pk) | (CadreQuestionRow.from_pk == person_pk)
    waits = (CadreQuestionRow.to_pk == person_pk) & CadreQuestionRow.answered_at.is_(None)
    rows = select(CadreQuestionRow).where(mine)
    rows = rows.options(joinedload(CadreQuestionRow.asker), joinedload(CadreQuestionRow.asked))
    ordered = rows.order_by(case((waits, 0), else_=1), CadreQuestionRow.id.desc())
    return session.scalars(ordered.limit(MOST_LISTED)).all()


def _posts(session: Session) -> Mapping[int, Sequence[PostRow]]:
    """Return where each of the cadre works, in one query."""
    rows = select(PostRow).join(CadreRow, CadreRow.person_pk == PostRow.person_pk)
    posts: dict[int, list[PostRow]] = defaultdict(list)
    for row in session.scalars(rows.options(joinedload(PostRow.building)).order_by(PostRow.id)):
        posts[row.person_pk].append(row)
    return posts


def _held(session: Session, people: set[int]) -> dict[int, list[str]]:
    """Return what each person holds: the names of credentials in force, with their fields."""
    rows = (*session.execute(_by_projects(people)), *session.execute(_from_elsewhere(people)))
    names = names_of(session, {row.achievement_version_id for row in rows})
    held: dict[int, list[str]] = defaultdict(list)
    for person, version, topic in rows:
        name = names[version] + (f" ({topic})" if topic else "")
        if name not in held[person]:
            held[person].append(name)
    return dict(held)


def _by_projects(people: set[int]) -> Select[*tuple[Any, ...]]:
    """Return the selection of what people earned by their projects."""
    kind = (ProjectRow.person_pk, ApprovalRow.achievement_version_id, TopicRow.name)
    return (
        in_force()
        .join(ProjectRow, its_project())
        .outerjoin(TopicRow, TopicRow.id == ProjectRow.topic_pk)
        .add_columns(*kind)
        .where(ProjectRow.person_pk.in_(people))
        .group_by(*kind)
        .order_by(func.min(CredentialRow.id))
    )


def _from_elsewhere(people: set[int]) -> Select[*tuple[Any, ...]]:
    """Return the selection of what people earned before, or in another process of the district: it
    went to a verified address of theirs, under their name."""
    kind = (PersonRow.id, ApprovalRow.achievement_version_id)
    return (
        in_force()
        .join(AddressRow, AddressRow.approval_pk == ApprovalRow.id)
        .join(PersonAddressRow, PersonAddressRow.folded == AddressRow.address)
        .join(PersonRow, PersonRow.id == PersonAddressRow.person_pk)
        .add_columns(*kind, null())
        .where(PersonRow.id.in_(people), PersonAddressRow.verified_at.is_not(None))
        .where(ApprovalRow.source != PROGRAM, ApprovalRow.teacher == PersonRow.folded)
        .group_by(*kind)
        .order_by(func.min(CredentialRow.id))
    )


def _text(item: CadreEntry) -> str:
    return fold(" ".join((*item.skills, item.offers, *(post.subjects for post in item.posts))))
