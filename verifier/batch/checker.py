"""Check one submitted file after another and return the rows of the results.

Each issuer's document and status list is fetched and judged once for thousands of credentials.
A verdict on a credential is never reused.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias
from urllib.parse import unquote

from verifier import clock
from verifier.batch import policy
from verifier.batch.files import UnreadableError
from verifier.batch.row import Row
from verifier.batch.sources import Source, SourceFiles, source_files
from verifier.batch.table import ApplicantFile
from verifier.credential.model import Credential
from verifier.fetching.fetch import Fetch
from verifier.options import pinned
from verifier.pipeline.memory import Memory, RecordedRequest, RecordingFetch, RememberingWorld
from verifier.pipeline.pipeline import look_at_all
from verifier.report import Answer, Report

_LONGEST = 200
Content: TypeAlias = tuple[bytes, str] | UnreadableError
"""The bytes of a file and their SHA-256, or why they cannot be read."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to know, in a form that can be sent to another process."""

    source: Source
    policy: bytes
    lists: tuple[bytes, ...]
    ask: Callable[[], Fetch]
    at: datetime | None = None
    pins: tuple[pinned.Pin, ...] = ()


class Checker:
    """Checks one file after another; each worker process has one."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._files: SourceFiles | None = None
        self._policy = policy.parse(task.policy, task.lists)
        self._memory, self._contexts = Memory(), pinned.contexts(task.pins)

    def check(self, thing: ApplicantFile, content: Content | None = None) -> list[Row]:
        """Return the rows of one file: one for each credential in it, at least one.

        `content` is the content of the file; without it, the file is read.
        """
        if not thing.source:
            return [self.unchecked(thing, "nothing_handed_in")]
        try:
            if thing.is_link:
                data, digest = thing.source.encode(), ""
            else:
                data, digest = self._read(thing.source, content)
        except UnreadableError as exc:
            return [self.unchecked(thing, exc.code, **exc.params)]
        if not thing.applicant:
            return [replace(self.unchecked(thing, "applicant_not_named"), sha256=digest)]
        now, fetches = self._now(), []

        def world() -> RememberingWorld:
            fetches.append(RecordingFetch(self._memory, self.task.ask))
            return RememberingWorld(
                fetches[-1], now, self._policy.lists, self._contexts, general=True
            )

        rows = []
        for report in look_at_all(data, world):
            asked = fetches[-1].requests if fetches else ()
            digest = digest or next((digest for url, _, digest in asked if url == thing.source), "")
            rows.append(self._row(thing, report, digest, asked, now))
        return [replace(row, part=part) for row, part in zip(rows, _parts(len(rows)), strict=True)]

    def _read(self, name: str, content: Content | None) -> tuple[bytes, str]:
        if isinstance(content, UnreadableError):
            raise content
        if content is not None:
            return content
        if self._files is None:  # a worker that is sent all files need not find them
            self._files = source_files(self.task.source)
        return self._files.read(name)

    def _row(
        self,
        thing: ApplicantFile,
        report: Report,
        digest: str,
        asked: tuple[RecordedRequest, ...],
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

    def unchecked(self, thing: ApplicantFile, code: str, **params: str | int) -> Row:
        """Return the row of a file that could not be checked, so a person has to look."""
        row = Row(thing, self._now().isoformat())
        return row.with_reason(Answer.COULD_NOT_CHECK, code, **params)

    def _now(self) -> datetime:
        return self.task.at or clock.now()

    def _facts(self, report: Report) -> dict[str, str]:
        answers = {name: str(verdict.answer) for name, verdict in report.verdicts().items()}
        credential = report.credential
        if credential is None:
            return answers
        worth, achievement = policy.points(credential, self._policy), credential.achievement
        facts = {
            "points": "" if worth is None else f"{worth.normalize():f}",
            "name in the credential": credential.recipient_name or "",
            "achievement": achievement.name if achievement else _kind(report),
            "issuer": credential.issuer.id,
            "listed as": str(report.recognized.params.get("name", "")),
            "awarded": f"{policy.awarded(credential) or ''}"[:10],
            "declared": ", ".join(f"{value} {unit}" for unit, value in policy.amounts(credential)),
            "credential": _same(credential),
        }
        return answers | {head: text[:_LONGEST] for head, text in facts.items()}


def _kind(report: Report) -> str:
    """Return what a credential that is no badge calls itself."""
    credential = report.credential
    if credential is None or not report.general:
        return ""
    return credential.name or ", ".join(credential.types)


def _parts(number: int) -> list[str]:
    return [f"{n} of {number}" for n in range(1, number + 1)] if number > 1 else [""]


def _same_text(report: Report) -> str:
    return hashlib.sha256(report.text.encode()).hexdigest() if report.text else ""


def _same(credential: Credential) -> str:
    """Return a key that is equal for every copy and form of one credential."""
    if credential.id is not None:
        return f"{credential.issuer.id} {unquote(credential.id).strip()}"
    content = {name: value for name, value in credential.document.items() if name != "proof"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
