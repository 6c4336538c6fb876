"""The states of a project and the steps between them (section 4.2 of the program's shape).

    step(State.DRAFT, Act.SUBMIT, Conditions(window_open=True, complete=True, declared=True))
    # State.PROPOSED

A step whose condition is not met raises `NotNow`, whose `reason` names what is missing. No step
is taken by a timer (I7): somebody acts, and the clock is handed in as a condition.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contexts.errors import MintmarkError


class State(StrEnum):
    """Where a project stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ACTIVE = "active"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Act(StrEnum):
    """What somebody does with a project."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    APPROVE = "approve"
    NOT_YET = "not_yet"
    APPROVE_AFTER_ALL = "approve_after_all"
    NOT_YET_AFTER_ALL = "not_yet_after_all"
    ISSUE = "issue"
    EXTEND = "extend"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    BRING_IN = "bring_in"


class Turn(StrEnum):
    """Whose turn it is."""

    TEACHER = "teacher"
    EVALUATORS = "evaluators"
    SERVER = "server"
    NOBODY = "nobody"


class Reason(StrEnum):
    """Why an act is not possible now."""

    NO_SUCH_STEP = "no_such_step"
    WINDOW_CLOSED = "window_closed"
    INCOMPLETE = "incomplete"
    UNDECLARED = "undeclared"
    UNSIGNED = "unsigned"
    WITHOUT_CONSENT = "without_consent"
    NOT_OVERDUE = "not_overdue"


@dataclass(frozen=True)
class Conditions:
    """What is true of a project at the moment of an act.

    `window_open`: a window of the right purpose takes what is handed in now, or the program is
    rolling. `complete`: all required fields are filled. `declared`: conflicts of interest are
    answered. `signed_off`: teacher, coach and administrator signed, or the district asks for no
    signatures. `consented`: each artifact has its consent. `overdue`: the due date has passed.
    """

    window_open: bool = False
    complete: bool = False
    declared: bool = False
    signed_off: bool = False
    consented: bool = False
    overdue: bool = False


class NotNow(MintmarkError):
    """An act is not possible in this state, or not yet; `reason` says why."""

    def __init__(self, state: State, act: Act, reason: Reason) -> None:
        super().__init__(f"{act} is not possible in state {state}: {reason}")
        self.state, self.act, self.reason = state, act, reason


_Check = tuple[Callable[[Conditions], bool], Reason]

_WINDOW: Final[_Check] = (lambda now: now.window_open, Reason.WINDOW_CLOSED)
_COMPLETE: Final[_Check] = (lambda now: now.complete, Reason.INCOMPLETE)
_DECLARED: Final[_Check] = (lambda now: now.declared, Reason.UNDECLARED)
_SIGNED: Final[_Check] = (lambda now: now.signed_off, Reason.UNSIGNED)
_CONSENT: Final[_Check] = (lambda now: now.consented, Reason.WITHOUT_CONSENT)
_OVERDUE: Final[_Check] = (lambda now: now.overdue, Reason.NOT_OVERDUE)

STEPS: Final[dict[tuple[State, Act], tuple[State, tuple[_Check, ...]]]] = {
    (State.DRAFT, Act.SUBMIT): (State.PROPOSED, (_COMPLETE, _DECLARED, _WINDOW)),
    (State.PROPOSED, Act.TAKE_BACK): (State.DRAFT, (_WINDOW,)),
    (State.PROPOSED, Act.APPROVE): (State.ACTIVE, ()),
    (State.PROPOSED, Act.NOT_YET): (State.DRAFT, ()),
    (State.ACTIVE, Act.SUBMIT): (State.SUBMITTED, (_COMPLETE, _SIGNED, _CONSENT, _WINDOW)),
    (State.ACTIVE, Act.EXTEND): (State.ACTIVE, ()),
    (State.ACTIVE, Act.CLOSE): (State.CLOSED, (_OVERDUE,)),
    (State.SUBMITTED, Act.TAKE_BACK): (State.ACTIVE, (_WINDOW,)),
    (State.SUBMITTED, Act.APPROVE): (State.APPROVED, ()),
    (State.SUBMITTED, Act.NOT_YET): (State.ACTIVE, ()),
    (State.DRAFT, Act.BRING_IN): (State.ACTIVE, ()),
    (State.DRAFT, Act.APPROVE_AFTER_ALL): (State.ACTIVE, ()),
    (State.ACTIVE, Act.APPROVE_AFTER_ALL): (State.APPROVED, ()),
    (State.ACTIVE, Act.NOT_YET_AFTER_ALL): (State.DRAFT, ()),
    (State.APPROVED, Act.ISSUE): (State.ISSUED, ()),
    (State.DRAFT, Act.WITHDRAW): (State.WITHDRAWN, ()),
    (State.PROPOSED, Act.WITHDRAW): (State.WITHDRAWN, ()),
    (State.ACTIVE, Act.WITHDRAW): (State.WITHDRAWN, ()),
    (State.SUBMITTED, Act.WITHDRAW): (State.WITHDRAWN, ()),
    (State.WITHDRAWN, Act.REOPEN): (State.DRAFT, ()),
}
"""Every step there is: from a state, by an act, to a state, if the conditions hold."""

TURNS: Final[dict[State, Turn]] = {
    State.DRAFT: Turn.TEACHER,
    State.PROPOSED: Turn.EVALUATORS,
    State.ACTIVE: Turn.TEACHER,
    State.SUBMITTED: Turn.EVALUATORS,
    State.APPROVED: Turn.SERVER,
    State.ISSUED: Turn.NOBODY,
    State.WITHDRAWN: Turn.NOBODY,
    State.CLOSED: Turn.NOBODY,
}
"""Whose turn it is in each state."""

EDITABLE: Final = frozenset({State.DRAFT, State.ACTIVE})
"""The states in which the teacher writes; in all others what stands there is read-only (E15)."""


def step(state: State, act: Act, now: Conditions) -> State:
    """Return the state that an act leads to; `NotNow` if there is no such step, or not yet."""
    if (state, act) not in STEPS:
        raise NotNow(state, act, Reason.NO_SUCH_STEP)
    target, checks = STEPS[state, act]
    for holds, reason in checks:
        if not holds(now):
            raise NotNow(state, act, reason)
    return target
