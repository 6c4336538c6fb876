"""The result of a verification: checks, verdicts, and the report that holds them.

A check is one fact; a verdict answers one question of a person. The sentences for people stand
in `wording/words.py`, one row for each code.

>>> failed = Check("validity_period", Outcome.FAILED, "expired")
>>> worst((Check("proof", Outcome.PASSED, "signature_verified"), failed)).code
'expired'
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from verifier.credential.model import Credential

Params: TypeAlias = Mapping[str, str | int]
GENERAL = "general_credential"
"""The code of the check that a credential is not a badge."""


class Outcome(StrEnum):
    """How a check came out."""

    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_CHECK = "could_not_check"
    NOT_APPLICABLE = "not_applicable"


class Answer(StrEnum):
    """The answer to one of the questions people ask of a credential."""

    YES = "yes"
    NO = "no"
    COULD_NOT_CHECK = "could_not_check"


@dataclass(frozen=True, slots=True)
class Check:
    """One fact looked at. `problem` is a W3C problem type, where W3C defines one."""

    name: str
    outcome: Outcome
    code: str
    params: Params = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one question, with the code that says why."""

    answer: Answer
    code: str
    params: Params = field(default_factory=dict)


def worst(checks: tuple[Check, ...]) -> Check | None:
    """Return the check that decides: the first failed, else the first not checked, else None."""
    for outcome in (Outcome.FAILED, Outcome.COULD_NOT_CHECK):
        for check in checks:
            if check.outcome is outcome:
                return check
    return None


@dataclass(frozen=True, slots=True)
class Examination:
    """The checks of one credential: `proof_checks` decide *Authentic*, `status_checks` decide
    *Current*, `notes` decide nothing. `credential` is the view that may be shown if it is
    authentic."""

    proof_checks: tuple[Check, ...]
    status_checks: tuple[Check, ...] = ()
    credential: "Credential | None" = None
    notes: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class PresentationReport:
    """The result of verifying a presentation: the identifier of the holder, if the holder's key
    signed it; the checks of that signature; and a report on each credential in it, none of which
    depends on the presentation."""

    holder: str | None
    checks: tuple[Check, ...]
    credentials: tuple["Report", ...] = ()

    @property
    def held(self) -> Verdict:
        """Whether the presenter proved to be its holder."""
        decisive = worst(self.checks) or self.checks[0]
        answers = {Outcome.PASSED: Answer.YES, Outcome.FAILED: Answer.NO}
        answer = answers.get(decisive.outcome, Answer.COULD_NOT_CHECK)
        return Verdict(answer, decisive.code, decisive.params)


@dataclass(frozen=True, slots=True)
class Report:
    """The result of verifying one credential (design D3).

    `credential` is the view of what was signed; it is None unless the credential is authentic.
    `carrier` is the form in which it was submitted (`json`, `jwt`, `png`, `svg`, `pdf`, `qr`),
    `securing` the kind of signature. `endorsements` and `credentials` are the reports on the
    credentials inside it, with the carrier `inside`; they decide nothing here. `text` is the
    credential that was read, JSON or a compact JWS.
    """

    carrier: str
    securing: str
    checks: tuple[Check, ...]
    authentic: Verdict
    current: Verdict
    recognized: Verdict
    theirs: Verdict | None = None
    credential: "Credential | None" = None
    endorsements: tuple["Report", ...] = ()
    credentials: tuple["Report", ...] = ()
    text: str = field(default="", repr=False, compare=False)

    @property
    def general(self) -> bool:
        """Whether the report is on a credential other than a badge."""
        return any(check.code == GENERAL for check in self.checks)

    def verdicts(self) -> dict[str, Verdict]:
        """Return the verdicts by name, in the order people ask for them."""
        named = {
            "authentic": self.authentic,
            "current": self.current,
            "recognized": self.recognized,
        }
        return named if self.theirs is None else {**named, "theirs": self.theirs}
