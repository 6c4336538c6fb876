"""What was handed in with the awards: hours, and the consents that evidence rests on."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.program.evaluation.judgment import JudgmentOutcome
from issuer.program.evaluation.tables import ProjectDecisionRow
from issuer.program.evidence.artifacts import Consent, Students
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects import answers
from issuer.program.projects.tables import ProjectRow, TopicRow, VersionRow
from issuer.program.reports import suppression
from issuer.program.reports.awards import NO_TOPIC
from issuer.program.reports.figures import HIDDEN, Figure, FigureRow, FigureTable
from issuer.program.reports.suppression import Sum
from issuer.program.windows import school_year
from issuer.program.windows.school_year import Local
from issuer.program.windows.window import Purpose
from verifier.wording.words import N_

HOURS: Final = "hours"
CONSENTS: Final = {
    "waits": N_("Still to be answered"),
    "withdrawn": N_("Withdrawn"),
    Consent.ON_FILE: N_("On file"),
    Consent.DE_IDENTIFIED: N_("No student can be recognized"),
    Consent.NOT_NEEDED: N_("Not needed: no student is seen"),
}


@dataclass(slots=True)
class _Hours:
    """What was stated, and by whom."""

    numbers: list[float] = field(default_factory=list)
    teachers: set[int] = field(default_factory=set)


def consents(session: Session) -> tuple[FigureTable, ...]:
    """Return on what consent the evidence rests that was not taken out, and how much shows students
    in the focus."""
    is_answered = ArtifactRow.confirmed_at.is_not(None)
    parts = (ArtifactRow.basis, is_answered, ArtifactRow.students, ArtifactRow.withdrawn_at)
    rows = select(*parts, func.count()).where(ArtifactRow.removed_at.is_(None)).group_by(*parts)
    counts: Counter[str] = Counter()
    focus: Counter[str] = Counter()
    for basis, answered, students, withdrawn_at, number in session.execute(rows):
        name = "withdrawn" if withdrawn_at else basis if answered and basis else "waits"
        counts[name] += number
        focus[name] += number if students == Students.FOCUS else 0
    heads = (N_("Consent"), N_("Pieces of evidence"), N_("With students as the main subject"))
    figures = [
        FigureRow(word, (counts[name], focus[name]), True) for name, word in CONSENTS.items()
    ]
    return (FigureTable(N_("Consents"), heads, tuple(figures)),)


def hours(session: Session, local: Local) -> tuple[FigureTable, ...]:
    """Return the hours that teachers stated for what was approved, by year and field.

    The hours of fewer than five teachers are hidden.
    """
    year = school_year.of_column(session, ProjectDecisionRow.released_at, local)
    rows = (
        select(VersionRow.answers, year, TopicRow.name, ProjectRow.person_pk)
        .select_from(ProjectDecisionRow)
        .join(VersionRow, VersionRow.id == ProjectDecisionRow.version_pk)
        .join(ProjectRow, ProjectRow.id == VersionRow.project_pk)
        .outerjoin(TopicRow, TopicRow.id == ProjectRow.topic_pk)
        .where(VersionRow.purpose == Purpose.COMPLETION)
        .where(ProjectDecisionRow.outcome == JudgmentOutcome.APPROVED)
        .where(ProjectDecisionRow.released_at.is_not(None), ProjectDecisionRow.corrects.is_(None))
        .execution_options(yield_per=2000)
    )
    stated: dict[str, dict[str, _Hours]] = defaultdict(lambda: defaultdict(_Hours))
    for texts, in_year, topic, teacher in session.execute(rows):
        if number := answers.number(texts.get("hours", "")):
            stated[in_year][topic or ""].numbers.append(number)
            stated[in_year][topic or ""].teachers.add(teacher)
    heads = (N_("Field"), N_("Hours"), N_("On average"))
    return tuple(
        FigureTable(year, heads, _hours(stated[year]), (HOURS, HOURS)) for year in sorted(stated)
    )


def _hours(by_topic: dict[str, _Hours]) -> tuple[FigureRow, ...]:
    groups = {topic: stated.teachers for topic, stated in by_topic.items()}
    total = Sum("all of them", tuple(groups))
    everybody = set().union(*groups.values())
    away = suppression.hidden({**groups, total.total: everybody}, [total])
    everything = [number for stated in by_topic.values() for number in stated.numbers]
    lines = [(topic, by_topic[topic].numbers, not topic) for topic in sorted(by_topic)]
    rows = [
        FigureRow(name or NO_TOPIC, _sums(numbers, is_hidden=name in away), is_word)
        for name, numbers, is_word in lines
    ]
    return (
        *rows,
        FigureRow(N_("All"), _sums(everything, is_hidden=total.total in away), is_word=True),
    )


def _sums(numbers: list[float], *, is_hidden: bool) -> tuple[Figure, Figure]:
    if is_hidden:
        return HIDDEN, HIDDEN
    return sum(numbers), sum(numbers) / len(numbers)
