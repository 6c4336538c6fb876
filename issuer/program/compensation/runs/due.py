"""What is earned and not paid, by person: what the next run would pay (E59, E61).

for line in due(session):
    line.person, line.cents, line.awards, line.blocked
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from issuer.people.tables import PersonRow
from issuer.program.compensation import standing
from issuer.program.compensation.ledger import Stage
from issuer.program.compensation.tables import LedgerRow, PayLineRow, PayRunRow
from verifier.wording.words import N_

_CONTRADICTORY: Final = N_("Two pay records of the same day contradict each other.")
_NO_NUMBER: Final = N_("There is no staff number, so payroll cannot know whose this is.")
_TOO_MUCH: Final = N_("More was paid than is earned: it is set off against what is earned next.")


@dataclass(frozen=True, slots=True)
class DueLine:
    """What one person gets, in cents: each award by its claim. `blocked` says why it waits."""

    person: PersonRow
    awards: tuple[tuple[str, int], ...]
    blocked: str = ""

    @property
    def cents(self) -> int:
        """The sum of the awards."""
        return sum(cents for _, cents in self.awards)


def due(session: Session) -> list[DueLine]:
    """Return what is due to each person who has something due, by name."""
    open_sums = {
        (person_pk, claim): cents for person_pk, claim, cents in session.execute(_earned())
    }
    for line in session.scalars(_in_open_runs()):
        for claim, cents in line.awards["awards"]:
            key = line.person_pk, claim
            open_sums[key] = open_sums.get(key, 0) - cents
    awards: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for (person_pk, claim), cents in open_sums.items():
        if cents:
            awards[person_pk].append((claim, cents))
    people = select(PersonRow).where(PersonRow.id.in_(awards)).order_by(PersonRow.folded)
    rows = session.scalars(people.order_by(PersonRow.id)).all()
    contradicted = standing.contradictory(session, awards)
    return [_line(person, tuple(awards[person.id]), contradicted) for person in rows]


def digest(lines: Iterable[DueLine]) -> str:
    """Return what stands for a list, so that what is locked is what was looked at."""
    text = "\n".join(f"{line.person.id} {line.awards} {bool(line.blocked)}" for line in lines)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def lock_people(session: Session) -> None:
    """Let nobody's sums change until the transaction ends: of nobody who has one now."""
    people = select(LedgerRow.person_pk).where(LedgerRow.stage == Stage.EARNED)
    rows = select(PersonRow.id).where(PersonRow.id.in_(people)).order_by(PersonRow.id)
    session.execute(rows.with_for_update(key_share=True)).all()


def _earned() -> Select[int, str, int]:
    sums = select(LedgerRow.person_pk, LedgerRow.claim, func.sum(LedgerRow.cents))
    sums = sums.where(LedgerRow.stage == Stage.EARNED)
    grouped = sums.group_by(LedgerRow.person_pk, LedgerRow.claim)
    grouped = grouped.having(func.sum(LedgerRow.cents) != 0)
    return grouped.order_by(func.min(LedgerRow.id))


def _in_open_runs() -> Select[PayLineRow]:
    rows = select(PayLineRow).join(PayRunRow, PayRunRow.id == PayLineRow.run_pk)
    return rows.where(PayRunRow.confirmed_at.is_(None))


def _line(
    person: PersonRow, awards: tuple[tuple[str, int], ...], contradicted: Collection[int]
) -> DueLine:
    blocked = ""
    if sum(cents for _, cents in awards) <= 0:
        blocked = _TOO_MUCH
    elif person.id in contradicted:
        blocked = _CONTRADICTORY
    elif not person.staff_number:
        blocked = _NO_NUMBER
    return DueLine(person, awards, blocked)
