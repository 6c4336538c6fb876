"""What a teacher answers in a proposal and at its completion, and what of it is still missing.

    missing(Purpose.PROPOSAL, {"skill": "Rhythm"}, policy.questions)   # ["title", "goal", …]

An answer to a question of the district is stored under `question-` and its id. Answers to fields
that a form no longer has are kept (E12).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from issuer.program.policy import Question
from issuer.program.windows.window import Purpose
from issuer.wording.days import written_day

QUESTION: Final = "question-"
LONGEST_LINE: Final = 200
LONGEST_TEXT: Final = 10_000
_NUMBER: Final = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,2})?")


@dataclass(frozen=True)
class Field:
    """One field of a form: a line, a text, or a day."""

    id: str
    required: bool = False
    is_line: bool = False
    is_day: bool = False


FIELDS: Final[Mapping[Purpose, tuple[Field, ...]]] = {
    Purpose.PROPOSAL: (
        Field("title", required=True, is_line=True),
        Field("skill", required=True),
        Field("goal", required=True),
        Field("measured_outcome", required=True),
        Field("plan", required=True),
        Field("students"),
        Field("mission"),
        Field("need"),
        Field("reach"),
    ),
    Purpose.COMPLETION: (
        Field("began", required=True, is_day=True),
        Field("ended", required=True, is_day=True),
        Field("hours", is_line=True),
        Field("learning", required=True),
        Field("students_learning", required=True),
        Field("student_work", required=True),
        Field("reflection", required=True),
    ),
}
"""R1 to R3 with the four questions of R31, and the four parts of R33."""
JUDGED_BY: Final[Mapping[str, str]] = {
    "students": "students",
    "mission": "mission",
    "needs": "need",
    "beyond": "reach",
}
"""By the id of a criterion for proposals: the question that it judges (R31)."""


def judged(criteria: Iterable[str]) -> list[str]:
    """Return the questions of a proposal that nobody has to answer, and that these criteria
    judge."""
    return [JUDGED_BY[id] for id in criteria if id in JUDGED_BY]


def missing(
    purpose: Purpose, answers: Mapping[str, str], questions: Sequence[Question] = ()
) -> list[str]:
    """Return the ids of the required fields that are empty, in the form's order."""
    required = [field.id for field in FIELDS[purpose] if field.required]
    if purpose is Purpose.PROPOSAL:
        required += [QUESTION + question.id for question in questions if question.required]
    return [id for id in required if not answers.get(id, "").strip()]


def flaws(purpose: Purpose, answers: Mapping[str, str]) -> dict[str, str]:
    """Return, by field, why an answer cannot stay as it is."""
    problems = {}
    for field in FIELDS[purpose]:
        text = answers.get(field.id, "")
        if len(text) > (LONGEST_LINE if field.is_line else LONGEST_TEXT):
            problems[field.id] = "too_long"
        elif field.is_day and text and day(text) is None:
            problems[field.id] = "no_day"
    began, ended = day(answers.get("began", "")), day(answers.get("ended", ""))
    if began and ended and ended < began:
        problems["ended"] = "before_it_began"
    hours = answers.get("hours", "").strip()
    if purpose is Purpose.COMPLETION and hours and number(hours) is None:
        problems.setdefault("hours", "no_number")
    return problems


def day(text: str) -> date | None:
    """Return the day that is written as 2026-11-30; None for anything else, as in 9999."""
    try:
        return written_day(text)
    except ValueError:
        return None


def number(text: str) -> int | float | None:
    """Return the amount that is written as 12 or 12.5; None for anything else."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    value = float(text)
    return int(value) if value.is_integer() else value
