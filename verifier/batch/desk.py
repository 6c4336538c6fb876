"""One desk of the bench: from one thing that was handed in to one row of the results.

A desk asks each issuer, and judges its lists, once for thousands of credentials. It never keeps a
verdict on one.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from verifier.batch import policy
from verifier.batch.shelf import UnreadableError, shelf
from verifier.batch.table import HandedIn
from verifier.credential.model import Credential
from verifier.fetching.fetch import Fetch
from verifier.options import pinned
from verifier.pipeline.memory import Asked, Asking, Known, KnownWorld
from verifier.pipeline.pipeline import look_at_all
from verifier.report import Answer, Report, Verdict

_LONGEST = 200
_WORST = (Answer.YES, Answer.COULD_NOT_CHECK, Answer.NO)


@dataclass(frozen=True, slots=True)
class Row:
    """What was found of one thing that was handed in: all that the results and the record need.

    `facts` are more cells of the results, by their heads. `same` is one for every copy and form
    of a credential, and empty where there is none; `theirs` says that an address fits; `part` is
    "2 of 3" where a file holds several. No result of a rubric is in it, because that is personnel
    data (R42).
    """

    thing: HandedIn
    at: str
    reasons: tuple[Verdict, ...] = ()
    sha256: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    same: str = ""
    theirs: bool = False
    asked: tuple[Asked, ...] = ()
    part: str = ""

    @property
    def answer(self) -> Answer:
        """Whether it counts: no, if anything says so; else whether anything is to be looked at."""
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
        values["thing"] = HandedIn(applicant, source, name, tuple(emails), by_table)
        values["reasons"] = tuple(Verdict(Answer(a), *why) for a, *why in values["reasons"])
        values["asked"] = tuple(map(tuple, values["asked"]))
        return cls(**values)


def line(rows: Sequence[Row]) -> bytes:
    """Return all rows of one thing as one line, so that a journal has all of them or none."""
    return json.dumps([row.values() for row in rows], separators=(",", ":")).encode() + b"\n"


def of_line(line: bytes) -> list[Row]:
    """Return the rows that a line holds."""
    return [Row.of(values) for values in json.loads(line)]


@dataclass(frozen=True, slots=True)
class Task:
    """All that a desk needs to know, in a form that can be handed to another process."""

    source: Path
    policy: bytes
    lists: tuple[bytes, ...]
    ask: Callable[[], Fetch]
    at: datetime | None = None
    pins: tuple[pinned.Pin, ...] = ()


class Desk:
    """Where one worker checks one thing after another."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._shelf = shelf(task.source)
        self._policy = policy.parse(task.policy, task.lists)
        self._known, self._contexts = Known(), pinned.known(task.pins)

    def check(self, thing: HandedIn) -> list[Row]:
        """Return the rows of what was handed in, whatever it is: one for each credential in it."""
        if not thing.source:
            return [self.unchecked(thing, "nothing_handed_in")]
        try:
            if thing.is_link:
                data, digest = thing.source.encode(), ""
            else:
                data, digest = self._shelf.read(thing.source)
        except UnreadableError as exc:
            return [self.unchecked(thing, exc.code, **exc.params)]
        now, asking = self._now(), []

        def world() -> KnownWorld:
            asking.append(Asking(self._known, self.task.ask))
            return KnownWorld(asking[-1], now, self._policy.lists, self._contexts)

        rows = []
        for report in look_at_all(data, world):
            asked = asking[-1].asked if asking else ()
            digest = digest or next((found for url, _, found in asked if url == thing.source), "")
            rows.append(self._row(thing, report, digest, asked, now))
        return [replace(row, part=part) for row, part in zip(rows, _parts(len(rows)), strict=True)]

    def _row(
        self,
        thing: HandedIn,
        report: Report,
        digest: str,
        asked: tuple[Asked, ...],
        now: datetime,
    ) -> Row:
        credential = report.credential
        return Row(
            thing,
            now.isoformat(),
            tuple(policy.judge(report, self._policy, thing, now)),
            digest,
            self._facts(report),
            _same(credential) if credential else _same_text(report),
            credential is not None and policy.is_theirs(credential, thing),
            asked,
        )

    def unchecked(self, thing: HandedIn, code: str, **params: str | int) -> Row:
        """Return the row of what a person has to look at, because it could not be checked."""
        row = Row(thing, self._now().isoformat())
        return row.with_reason(Answer.COULD_NOT_CHECK, code, **params)

    def _now(self) -> datetime:
        return self.task.at or datetime.now(UTC)

    def _facts(self, report: Report) -> dict[str, str]:
        found = {name: str(verdict.answer) for name, verdict in report.verdicts().items()}
        credential = report.credential
        if credential is None:
            return found
        worth, achievement = policy.points(credential, self._policy), credential.achievement
        facts = {
            "points": "" if worth is None else f"{worth.normalize():f}",
            "name in the credential": credential.recipient_name or "",
            "achievement": achievement.name if achievement else "",
            "issuer": credential.issuer.id,
            "listed as": str(report.recognized.params.get("name", "")),
            "awarded": f"{policy.awarded(credential) or ''}"[:10],
            "declared": ", ".join(f"{value} {unit}" for unit, value in policy.amounts(credential)),
            "credential": _same(credential),
        }
        return found | {head: text[:_LONGEST] for head, text in facts.items()}


def _parts(number: int) -> list[str]:
    return [f"{n} of {number}" for n in range(1, number + 1)] if number > 1 else [""]


def _same_text(report: Report) -> str:
    return hashlib.sha256(report.text.encode()).hexdigest() if report.text else ""


def _same(credential: Credential) -> str:
    """Return what is the same for every copy and form of one credential."""
    if credential.id is not None:
        return f"{credential.issuer.id} {unquote(credential.id).strip()}"
    said = {name: value for name, value in credential.document.items() if name != "proof"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
