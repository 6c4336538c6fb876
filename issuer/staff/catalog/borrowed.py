"""Another issuer's achievement, read from a badge, to be reviewed and adapted.

    borrowed = read(data, fetch=WebFetch(), now=clock.now())  # raises `NothingBorrowedError`
    borrowed.fields  # for the form of an achievement

Whoever made the badge may be anybody. Nothing of it is stored before a person has read it in the
form, where it is checked as if it had been typed.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contexts.errors import MintmarkError
from contexts.json_types import Json
from issuer.catalog.achievement import Criterion, Level, Rubric
from issuer.staff.catalog.achievement_form import ALIGNMENT, MOST_ALIGNMENTS
from issuer.staff.catalog.fields import new_id
from verifier.credential.model import Credential, EarnedAchievement, ResultDescription
from verifier.credential.view import view
from verifier.fetching.fetch import Fetch, FetchError
from verifier.open_badges_2.documents import load
from verifier.open_badges_2.view import credential_of, is_object
from verifier.parsing import strict_json, web_address
from verifier.parsing.strict_toml import CONTROL
from verifier.pipeline.examine import parse
from verifier.pipeline.pipeline import verify
from verifier.report import Answer, Report

LONGEST: Final = 20_000
"""Letters of a text that are taken over."""
_NUMBER: Final = re.compile("-?[0-9]{1,6}")


class NothingBorrowedError(MintmarkError):
    """There is no achievement in what was given. `report` says what the verifier made of it."""

    def __init__(self, report: Report) -> None:
        super().__init__("no achievement")
        self.report = report


@dataclass(frozen=True, slots=True)
class Borrowed:
    """An achievement of somebody else's: the fields of its form, whose it is, and whether the badge
    that it came in is shown to be theirs. `rubric` has its criteria, if it names levels."""

    fields: dict[str, str]
    issuer: str
    authentic: Answer
    rubric: Rubric | None


def read(data: bytes, *, fetch: Fetch, now: datetime) -> Borrowed:
    """Return the achievement of a badge: Open Badges 3.0 or 2.0, a file or the text of a link.

    The description of an achievement alone counts as well. Raises `NothingBorrowedError`.
    """
    report = verify(data, fetch=fetch, now=now)
    for credential in _views(report, data, fetch):
        if credential.achievement is not None and credential.achievement.name.strip():
            achievement = credential.achievement
            issuer = credential.issuer.name or credential.issuer.id
            fields = dict(_fields(achievement))
            return Borrowed(fields, issuer, report.authentic.answer, _rubric(achievement))
    raise NothingBorrowedError(report)


def _views(report: Report, data: bytes, fetch: Fetch) -> Iterator[Credential]:
    """Yield the badge as the verifier reads it; else as it is, where it cannot be confirmed."""
    if report.credential is not None:
        yield report.credential
    for document in _documents(report, data, fetch):
        if is_object(document.get("credentialSubject")):
            yield view(document)
        elif badge := _badge_class(document, fetch):
            issuer = badge.get("issuer")
            yield credential_of(document, badge, issuer if is_object(issuer) else {})
        yield view({"credentialSubject": {"achievement": document}})


def _documents(report: Report, data: bytes, fetch: Fetch) -> Iterator[Json]:
    """Yield the JSON that was given, or that the link leads to."""
    with suppress(ValueError):
        yield parse(report.text).document
    text = data.decode("utf-8", "replace").strip()
    with suppress(FetchError, ValueError):
        if web_address.read(text) is not None:
            yield load(text, fetch)
        else:
            yield strict_json.loads_object(data)


def _badge_class(document: Json, fetch: Fetch) -> Json | None:
    """Return the BadgeClass of an assertion; or the document, if it is one."""
    badge = document.get("badge")
    if is_object(badge):
        return badge
    if isinstance(badge, str) and web_address.read(badge):
        try:
            return load(badge, fetch)
        except FetchError:
            return None
    types = document.get("type")
    return document if types == "BadgeClass" or types == ["BadgeClass"] else None


def _fields(achievement: EarnedAchievement) -> Iterator[tuple[str, str]]:
    criteria = achievement.criteria or achievement.criteria_url or ""
    texts = {"name": achievement.name, "description": achievement.description or achievement.name}
    for name, value in {**texts, "criteria": criteria}.items():
        yield name, _clean(value, one_line=name == "name")
    yield "tags", "\n".join(_clean(tag, one_line=True) for tag in achievement.tags[:50])
    yield "in_language", achievement.in_language or ""
    yield "achievement_type", achievement.type or "MicroCredential"
    items = [item for item in achievement.alignments if web_address.read(item.target_url)]
    for number, item in enumerate(items[:MOST_ALIGNMENTS]):
        for key in ALIGNMENT:
            own = getattr(item, key, None) or ""
            yield f"alignments.{number}.{key}", _clean(own, one_line=key != "target_url")


def _clean(text: str, *, one_line: bool) -> str:
    """Return a text without signs that the catalog refuses, and no longer than it takes."""
    plain = CONTROL.sub("", text.replace("\r\n", "\n"))[:LONGEST]
    return " ".join(plain.split())[:200] if one_line else plain.strip()


def _rubric(achievement: EarnedAchievement) -> Rubric | None:
    """Return the criteria of a badge that names the levels of each."""
    described = [one for one in achievement.result_descriptions if one.levels and one.name.strip()]
    taken: set[str] = set()
    criteria = []
    for one in described[:40]:
        criterion = _criterion(one, new_id(one.name, taken, "criterion"))
        taken.add(criterion.id)
        criteria.append(criterion)
    name = _clean(achievement.name, one_line=True)
    return Rubric("", name, tuple(criteria)) if criteria else None


def _criterion(one: ResultDescription, own_id: str) -> Criterion:
    """Return a criterion; levels whose points are no numbers are counted in their order."""
    points = [level.points or "" for level in one.levels]
    numbers = [int(text) if _NUMBER.fullmatch(text) else None for text in points]
    counted = None in numbers or len(set(numbers)) < len(numbers)
    taken: set[str] = set()
    levels, required = [], ""
    for place, level in enumerate(one.levels[:12]):
        own = new_id(level.name, taken, "level")
        taken.add(own)
        required = own if level.id == one.required_level else required
        number = place if counted else (numbers[place] or 0)
        name = _clean(level.name, one_line=True)
        levels.append(Level(own, name, _clean(level.description or name, one_line=False), number))
    levels.sort(key=lambda level: level.points)
    name = _clean(one.name, one_line=True)
    return Criterion(own_id, name, name, required or levels[-1].id, tuple(levels))
