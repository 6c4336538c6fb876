"""One line of the doctor's: what was looked at, how it stands, and the remedy."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from contexts.errors import DONE, FAILED, NOT_YET


class PartState(StrEnum):
    """How a part stands. What could not be checked is never taken for well."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNCHECKED = "could not check"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one part stands; `remedy` is empty where there is nothing to do."""

    part: str
    state: PartState
    message: str
    remedy: str = ""


def ok(part: str, message: str) -> Finding:
    """Return that a part is well."""
    return Finding(part, PartState.OK, message)


def warning(part: str, message: str, remedy: str) -> Finding:
    """Return that a part works, and what will keep it working."""
    return Finding(part, PartState.WARNING, message, remedy)


def failed(part: str, message: str, remedy: str) -> Finding:
    """Return that a part does not work, and how to mend it."""
    return Finding(part, PartState.FAILED, message, remedy)


def unchecked(part: str, message: str, remedy: str) -> Finding:
    """Return that nobody knows how a part stands, and how to find out."""
    return Finding(part, PartState.UNCHECKED, message, remedy)


def exit_status(findings: Sequence[Finding]) -> int:
    """Return 1 if a part failed, 3 if one has a warning or could not be checked, else 0."""
    states = {finding.state for finding in findings}
    if PartState.FAILED in states:
        return FAILED
    return NOT_YET if states - {PartState.OK} else DONE
