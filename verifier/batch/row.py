"""One row of the results: of the check of one credential, or of one unreadable file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from verifier.batch.table import ApplicantFile
from verifier.pipeline.memory import RecordedRequest
from verifier.report import Answer, Verdict

_WORST = (Answer.YES, Answer.COULD_NOT_CHECK, Answer.NO)


@dataclass(frozen=True, slots=True)
class Row:
    """The result of one credential, or of one file that could not be checked.

    `facts` are further cells of the results, by column. `same` is equal for every copy and form of
    one credential, and empty if there is none. `theirs` is True if an e-mail address fits. `part`
    is "2 of 3" if a file holds several. Rubric results are left out, because they are personnel
    data (R42).
    """

    thing: ApplicantFile
    at: str
    reasons: tuple[Verdict, ...] = ()
    sha256: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    same: str = ""
    theirs: bool = False
    asked: tuple[RecordedRequest, ...] = ()
    part: str = ""

    @property
    def answer(self) -> Answer:
        """*No* if any reason says no, else *could not check* if a person has to look, else
        *yes*."""
        return max((why.answer for why in self.reasons), key=_WORST.index, default=Answer.YES)

    def with_reason(self, answer: Answer, code: str, **params: str | int) -> "Row":
        """Return the row with one more reason, before the others."""
        return replace(self, reasons=(Verdict(answer, code, params), *self.reasons))

    def values(self) -> dict[str, Any]:
        """Return the row as JSON data."""
        values = {name: getattr(self, name) for name in self.__slots__}
        values["reasons"] = [(why.answer, why.code, why.params) for why in self.reasons]
        return values

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Row":
        """Return the row that JSON data holds."""
        applicant, source, name, emails, by_table = values["thing"]
        values["thing"] = ApplicantFile(applicant, source, name, tuple(emails), by_table)
        values["reasons"] = tuple(Verdict(Answer(a), *why) for a, *why in values["reasons"])
        values["asked"] = tuple(map(tuple, values["asked"]))
        return cls(**values)


def line(rows: Sequence[Row]) -> bytes:
    """Return all rows of one file as one line, so that a journal has all of them or none."""
    return json.dumps([row.values() for row in rows], separators=(",", ":")).encode() + b"\n"


def of_line(line: bytes) -> list[Row]:
    """Return the rows that a line holds."""
    return [Row.of(values) for values in json.loads(line)]
