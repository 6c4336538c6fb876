"""One desk of the bench: from one thing that was handed in to one row of the results.

A desk asks each issuer, and judges its lists, once for thousands of credentials. It never keeps a
verdict on one.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from contexts import BUNDLED
from verifier.batch import policy
from verifier.batch.applicants import HandedIn, UnreadableError, shelf
from verifier.credential import Credential
from verifier.fetch import Fetch
from verifier.known import Asked, Asking, Known, KnownWorld
from verifier.pipeline import look_at
from verifier.report import Answer, Report, Verdict

_LONGEST = 200
_WORST = (Answer.YES, Answer.COULD_NOT_CHECK, Answer.NO)


@dataclass(frozen=True, slots=True)
class Row:
    """What was found of one thing that was handed in: all that the results and the record need.

    `badge` names the credential, whatever form it came in; `theirs` says that an address fits.
    No result of a rubric is in it, because that is personnel data (R42).
    """

    applicant: str
    source: str
    at: str
    reasons: tuple[Verdict, ...]
    sha256: str = ""
    name: str = ""
    carrier: str = ""
    verdicts: Mapping[str, str] = field(default_factory=dict)
    badge: str = ""
    theirs: bool = False
    signed_name: str = ""
    achievement: str = ""
    issuer: str = ""
    listed_as: str = ""
    awarded: str = ""
    declared: str = ""
    points: str = ""
    asked: tuple[Asked, ...] = ()

    @property
    def answer(self) -> Answer:
        """Whether it counts: no, if anything says so; else whether anything is to be looked at."""
        return max((why.answer for why in self.reasons), key=_WORST.index, default=Answer.YES)

    def with_reason(self, answer: Answer, code: str, **params: str | int) -> "Row":
        """Return the row with one more reason, before the others."""
        return replace(self, reasons=(Verdict(answer, code, params), *self.reasons))

    def line(self) -> bytes:
        """Return the row as one line of JSON."""
        values = {name: getattr(self, name) for name in self.__slots__}
        values["reasons"] = [(why.answer, why.code, dict(why.params)) for why in self.reasons]
        return json.dumps(values, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> "Row":
        """Return the row that a line holds."""
        values: dict[str, Any] = json.loads(line)
        values["reasons"] = tuple(Verdict(Answer(a), *why) for a, *why in values["reasons"])
        values["asked"] = tuple(map(tuple, values["asked"]))
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Task:
    """All that a desk needs to know, in a form that can be handed to another process."""

    source: Path
    policy: bytes
    lists: tuple[bytes, ...]
    ask: Callable[[], Fetch]
    at: datetime | None = None

    def row(self, thing: HandedIn) -> Row:
        """Return the row for what was handed in, before anything is found."""
        at = (self.at or datetime.now(UTC)).isoformat()
        return Row(thing.applicant, thing.source, at, (), name=thing.name)


class Desk:
    """Where one worker checks one thing after another."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._shelf = shelf(task.source)
        self._policy = policy.parse(task.policy, task.lists)
        self._known = Known()

    def check(self, thing: HandedIn) -> Row:
        """Return the row for what was handed in, whatever it is."""
        row = self.task.row(thing)
        if not thing.source:
            return row.with_reason(Answer.COULD_NOT_CHECK, "nothing_handed_in")
        try:
            link = thing.source.encode(), ""
            data, digest = link if thing.is_link else self._shelf.read(thing.source)
        except UnreadableError as exc:
            return row.with_reason(Answer.COULD_NOT_CHECK, exc.code, **exc.params)
        now, asking = datetime.fromisoformat(row.at), Asking(self._known, self.task.ask)
        report = look_at(data, KnownWorld(asking, now, self._policy.lists, BUNDLED))
        row = replace(
            row,
            sha256=digest or next((d for url, _, d in asking.asked if url == thing.source), ""),
            carrier=report.carrier,
            reasons=tuple(policy.judge(report, self._policy, thing, now)),
            verdicts={name: str(v.answer) for name, v in report.verdicts().items()},
            asked=asking.asked,
        )
        return self._with_claims(row, report, thing)

    def _with_claims(self, row: Row, report: Report, thing: HandedIn) -> Row:
        credential = report.credential
        if credential is None:
            return row
        worth = policy.points(credential, self._policy)
        return replace(
            row,
            badge=_badge(credential),
            theirs=policy.is_theirs(credential, thing),
            signed_name=(credential.recipient_name or "")[:_LONGEST],
            achievement=(credential.achievement.name if credential.achievement else "")[:_LONGEST],
            issuer=credential.issuer.id[:_LONGEST],
            listed_as=str(report.recognised.params.get("name", ""))[:_LONGEST],
            awarded=f"{credential.awarded_date or credential.valid_from or ''}"[:10],
            declared=", ".join(f"{value} {unit}" for unit, value in policy.amounts(credential)),
            points="" if worth is None else f"{worth.normalize():f}",
        )


def _badge(credential: Credential) -> str:
    """Return what is the same for every copy and form of one credential."""
    if credential.id is not None:
        return f"{credential.issuer.id} {unquote(credential.id).strip()}"
    said = {name: value for name, value in credential.document.items() if name != "proof"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
