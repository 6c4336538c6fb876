"""What a district decides about its program: kept as a row for each change, the newest in force.

    policy = current(session)           # None: the program is not set up, and switched off
    change(session, replace(policy, rolling=False), by=person, now=now)

None of it has a silent default. `PILOT` and `DISTRICT` fill in the form for those who begin.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contexts.json_types import Json
from issuer.database.database import Base
from issuer.home.problem import FieldError
from issuer.people.tables import PersonRow

MOST_QUESTIONS: Final = 5
"""How many questions of its own a district may add to a proposal."""
MOST_STATEMENTS: Final = 20
LONGEST_TEXT: Final = 300


class Resubmission(StrEnum):
    """How long a teacher has after "not yet": some days, or until the next window closes."""

    DAYS = "days"
    NEXT_WINDOW = "next_window"


@dataclass(frozen=True)
class Question:
    """A question of the district's own. Answers are stored by its id, which stays."""

    id: str
    text: str
    required: bool


@dataclass(frozen=True)
class Policy:
    """The district's choices.

    `rolling`: there are no windows, as in a pilot. `proposal_rubric` and `completion_rubric` are
    ids of the catalog; the latter judges teachers' own ideas, an offering has its achievement's.
    `names_hidden`: evaluators do not learn whose work it is. `evaluators_shown`: the teacher
    learns who judged. `progress_public` and `cadre_public`: everybody may count the projects, and
    find the teachers who want to be found. `three_sign_offs`: teacher, coach and administrator
    sign before completion (R6). `fidelity` is the checklist that they attest (R7).
    """

    rolling: bool
    proposal_rubric: str
    completion_rubric: str
    proposal_judges: int
    completion_judges: int
    names_hidden: bool
    evaluators_shown: bool
    three_sign_offs: bool
    fidelity: tuple[str, ...]
    questions: tuple[Question, ...]
    days_to_finish: int
    days_to_decide: int
    resubmission: Resubmission
    days_to_resubmit: int
    days_for_another_look: int
    progress_public: bool = False
    cadre_public: bool = False

    def judges(self, purpose: str) -> int:
        """Return how many evaluators judge a `proposal`, or a `completion`."""
        return {"proposal": self.proposal_judges, "completion": self.completion_judges}[purpose]


PILOT: Final = Policy(
    rolling=True,
    proposal_rubric="proposal",
    completion_rubric="completion",
    proposal_judges=1,
    completion_judges=1,
    names_hidden=False,
    evaluators_shown=True,
    three_sign_offs=True,
    fidelity=(),
    questions=(),
    days_to_finish=180,
    days_to_decide=30,
    resubmission=Resubmission.DAYS,
    days_to_resubmit=60,
    days_for_another_look=14,
)
"""One building, a few teachers, no windows."""

DISTRICT: Final = Policy(
    rolling=False,
    proposal_rubric="proposal",
    completion_rubric="completion",
    proposal_judges=1,
    completion_judges=2,
    names_hidden=True,
    evaluators_shown=False,
    three_sign_offs=False,
    fidelity=(),
    questions=(),
    days_to_finish=365,
    days_to_decide=30,
    resubmission=Resubmission.NEXT_WINDOW,
    days_to_resubmit=60,
    days_for_another_look=14,
)
"""Many buildings, three windows a year."""


_IN_FORCE: Final = "the program's choices in force"


class PolicyRefused(FieldError):
    """A choice cannot be as it was made; `field` names it."""


class PolicyRow(Base):
    """One change of the choices; the newest row is in force."""

    __tablename__ = "program_policies"

    id: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[Json]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


def current(session: Session) -> Policy | None:
    """Return the choices in force; None if the program was never set up. A session asks once."""
    if _IN_FORCE not in session.info:
        row = session.scalar(select(PolicyRow).order_by(PolicyRow.id.desc()).limit(1))
        session.info[_IN_FORCE] = None if row is None else _read(row.content)
    in_force: Policy | None = session.info[_IN_FORCE]
    return in_force


def by_moment(session: Session) -> Callable[[datetime], Policy | None]:
    """Return a function that tells which choices were in force at a moment; None before any."""
    rows = session.scalars(select(PolicyRow).order_by(PolicyRow.id)).all()
    moments, choices = [row.created_at for row in rows], [_read(row.content) for row in rows]

    def in_force(moment: datetime) -> Policy | None:
        place = bisect_right(moments, moment)
        return choices[place - 1] if place else None

    return in_force


def change(session: Session, policy: Policy, *, by: PersonRow | None, now: datetime) -> None:
    """Put choices in force, from now on, unless they are. Raises `PolicyRefused`; `by` is None for
    a command."""
    _check(policy)
    if policy == current(session):
        return
    session.add(PolicyRow(content=asdict(policy), created_at=now, created_by=by and by.id))
    session.flush()
    session.info[_IN_FORCE] = policy


def _read(content: Mapping[str, Any]) -> Policy:
    return Policy(
        **{
            **content,
            "fidelity": tuple(content["fidelity"]),
            "questions": tuple(Question(**question) for question in content["questions"]),
            "resubmission": Resubmission(content["resubmission"]),
        }
    )


def _check(policy: Policy) -> None:
    for field in ("proposal_judges", "completion_judges"):
        if getattr(policy, field) not in (1, 2):
            raise PolicyRefused(field, "One or two evaluators judge each request.")
    for field in ("days_to_finish", "days_to_decide", "days_to_resubmit"):
        if not 1 <= getattr(policy, field) <= 3650:
            raise PolicyRefused(field, "Write a number of days from 1 to 3650.")
    if not 0 <= policy.days_for_another_look <= 3650:
        raise PolicyRefused("days_for_another_look", "Write a number of days from 0 to 3650.")
    if len(policy.questions) > MOST_QUESTIONS:
        raise PolicyRefused("questions", f"A proposal has at most {MOST_QUESTIONS} of them.")
    if len({question.id for question in policy.questions}) < len(policy.questions):
        raise PolicyRefused("questions", "Two questions have the same id.")
    for field, texts in (
        ("fidelity", policy.fidelity),
        ("questions", [question.text for question in policy.questions]),
    ):
        if not all(0 < len(text.strip()) <= LONGEST_TEXT for text in texts):
            raise PolicyRefused(field, f"Write 1 to {LONGEST_TEXT} letters in each line.")
    if len(policy.fidelity) > MOST_STATEMENTS:
        raise PolicyRefused("fidelity", f"A checklist has at most {MOST_STATEMENTS} statements.")
