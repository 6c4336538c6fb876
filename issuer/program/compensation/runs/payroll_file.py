"""The file for payroll: a line a person with the awards listed, in the district's columns."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlalchemy.orm import Session

from issuer.program.compensation import titles
from issuer.program.compensation.reckoning.cents import plain
from issuer.program.compensation.runs.due import DueLine
from issuer.web import spreadsheet
from verifier.batch.sheet import cell

DEFAULT_HEADS: Final[Mapping[str, str]] = {
    "staff_number": "staff number",
    "name": "name",
    "amount": "amount",
    "awards": "awards",
    "run": "run",
}
"""The columns and heads of a district that chose none."""
Called = Mapping[str, str]


def written(
    session: Session, columns: Mapping[str, str], run: str, lines: Sequence[DueLine]
) -> bytes:
    """Return the file of a run as CSV. No cell begins a formula (E62)."""
    heads = columns or DEFAULT_HEADS
    called = titles.titles_of(session, {claim for line in lines for claim, _ in line.awards})
    rows = ([_CELLS[column](line, called, run) for column in heads] for line in lines)
    return "".join(spreadsheet.lines([*map(cell, heads.values())], rows)).encode()


def _awards(line: DueLine, called: Called) -> str:
    return "; ".join(f"{called.get(claim, claim)} {plain(cents)}" for claim, cents in line.awards)


_CELLS: Final[Mapping[str, Callable[[DueLine, Called, str], str]]] = {
    "staff_number": lambda line, called, run: line.person.staff_number or "",
    "name": lambda line, called, run: line.person.name,
    "amount": lambda line, called, run: plain(line.cents),
    "awards": lambda line, called, run: _awards(line, called),
    "run": lambda line, called, run: run,
}
