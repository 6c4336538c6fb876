"""The states of a project: each step of the published table, and no other."""

import contextlib
import dataclasses
import itertools

import pytest

from issuer.program.projects.states import (
    EDITABLE,
    TURNS,
    Act,
    Conditions,
    NotNow,
    Reason,
    State,
    Turn,
    step,
)

NAMES = [field.name for field in dataclasses.fields(Conditions)]
ALL = Conditions(**dict.fromkeys(NAMES, True))

TABLE = """
draft     submit    proposed   complete declared window_open
proposed  take_back draft      window_open
proposed  not_yet   draft
proposed  approve   active
active    submit    submitted  complete signed_off consented window_open
active    extend    active
active    close     closed     overdue
submitted take_back active     window_open
submitted not_yet   active
submitted approve   approved
draft     approve_after_all active
active    approve_after_all approved
active    not_yet_after_all draft
approved  issue     issued
draft     withdraw  withdrawn
proposed  withdraw  withdrawn
active    withdraw  withdrawn
submitted withdraw  withdrawn
withdrawn reopen    draft
draft     bring_in  active
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
TARGETS = {(State(row[0]), Act(row[1])): State(row[2]) for row in ROWS}


def possible(state, now):
    """Return the acts that lead somewhere under these conditions."""

    def leads(act):
        with contextlib.suppress(NotNow):
            return step(state, act, now)

    return {act for act in Act if leads(act)}


@pytest.mark.parametrize(("state", "act"), [*itertools.product(State, Act)])
def test_only_the_steps_of_the_table_are_possible(state, act):
    if target := TARGETS.get((state, act)):
        assert step(state, act, ALL) is target
        assert act in possible(state, ALL)
        return
    with pytest.raises(NotNow) as refused:
        step(state, act, ALL)
    assert refused.value.reason is Reason.NO_SUCH_STEP
    assert act not in possible(state, ALL)


REASONS = {
    "complete": Reason.INCOMPLETE,
    "declared": Reason.UNDECLARED,
    "window_open": Reason.WINDOW_CLOSED,
    "signed_off": Reason.UNSIGNED,
    "consented": Reason.WITHOUT_CONSENT,
    "overdue": Reason.NOT_OVERDUE,
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:2]))
def test_a_step_asks_for_its_conditions_and_for_no_others(row):
    state, act, _, *conditions = row
    for name in NAMES:
        without = dataclasses.replace(ALL, **{name: False})
        if name not in conditions:
            step(State(state), Act(act), without)
            continue
        with pytest.raises(NotNow) as refused:
            step(State(state), Act(act), without)
        assert refused.value.reason is REASONS[name]
        assert Act(act) not in possible(State(state), without)


def test_what_is_missing_is_told_before_the_window_that_is_closed():
    """A teacher who is late still hears what her draft needs for the next window (E12)."""
    with pytest.raises(NotNow) as refused:
        step(State.DRAFT, Act.SUBMIT, Conditions())
    assert refused.value.reason is Reason.INCOMPLETE


def test_each_state_says_whose_turn_it_is():
    assert set(TURNS) == set(State)
    assert {state for state in State if TURNS[state] is Turn.TEACHER} == EDITABLE


def test_what_was_approved_is_not_withdrawn_or_closed():
    for state in (State.APPROVED, State.ISSUED, State.CLOSED):
        assert possible(state, ALL) <= {Act.ISSUE}
