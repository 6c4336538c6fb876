"""Turn an approval into plain form fields, and changed fields back into an approval.

fields = fields_of(opened.data, achievement, settings)   # "recipient.name", "levels.work", …
data = changed(opened.data, fields, typed, settings)     # what was not touched stays as it was
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from issuer.approvals.table import columns
from issuer.catalog.achievement import Achievement
from issuer.home.settings import Settings
from issuer.staff.issuing import flaw_words
from issuer.wording.days import written_day
from verifier.wording.words import N_

EMAILS: Final = "recipient.emails"
_MOMENTS: Final = ("approved_at", "valid_until")
_TEXTS: Final = ("narrative.skill", "narrative.goal", "narrative.measured_outcome")
_FIRST_DAY: Final = N_("First day of the work")
_LAST_DAY: Final = N_("Last day of the work")


@dataclass(frozen=True, slots=True)
class CorrectionField:
    """One field of the form: what it is called, what stood there, and of what kind it is.

    `about` names the criterion, the unit or the evidence that it belongs to; `choices` are levels.
    """

    name: str
    label: str
    value: str
    kind: str = "text"
    rows: int = 1
    about: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


def fields_of(
    data: Mapping[str, Any], achievement: Achievement, settings: Settings
) -> list[CorrectionField]:
    """Return the fields by which an approval is corrected, with what was approved."""
    return [
        *_about_person(data),
        *_days(data, settings),
        *_levels(data, achievement),
        *_texts(data),
    ]


def _about_person(data: Mapping[str, Any]) -> Iterator[CorrectionField]:
    recipient = data["recipient"]
    yield CorrectionField("recipient.name", N_("Name"), recipient["name"])
    yield CorrectionField(
        EMAILS, N_("Addresses, one per line"), "\n".join(recipient["emails"]), rows=2
    )


def _days(data: Mapping[str, Any], settings: Settings) -> Iterator[CorrectionField]:
    for name in _MOMENTS:
        at = data.get(name)
        day = settings.local(datetime.fromisoformat(at)).date().isoformat() if at else ""
        yield CorrectionField(name, flaw_words.label(name), day, "date")
    for name, label in (("start", _FIRST_DAY), ("end", _LAST_DAY)):
        day = data.get("activity", {}).get(name, "")
        yield CorrectionField(f"activity.{name}", label, day, "date")


def _levels(data: Mapping[str, Any], achievement: Achievement) -> Iterator[CorrectionField]:
    for criterion in achievement.rubric.criteria:
        name, level = f"levels.{criterion.id}", data["levels"].get(criterion.id, "")
        choices = {one.id: one.name for one in criterion.enough()}
        yield CorrectionField(
            name, N_("Level"), level, "level", about=criterion.name, choices=choices
        )


def _texts(data: Mapping[str, Any]) -> Iterator[CorrectionField]:
    for name in _TEXTS:
        yield CorrectionField(name, flaw_words.label(name), _read(data, name), rows=3)
    for place, credit in enumerate(data.get("credits", ())):
        name = f"credits.{place}.value"
        yield CorrectionField(
            name, flaw_words.label(name), str(credit["value"]), about=credit["unit"]
        )
    for place, item in enumerate(data.get("evidence", ())):
        name = f"evidence.{place}.name"
        yield CorrectionField(name, flaw_words.label(name), item["name"])
        if "description" in item:
            name = f"evidence.{place}.description"
            yield CorrectionField(name, N_("What the evidence shows"), item["description"], rows=2)
    if "provider_number" in data:
        name = "provider_number"
        yield CorrectionField(name, flaw_words.label(name), data[name])


def typed(fields: Sequence[CorrectionField], form: Mapping[str, str]) -> list[CorrectionField]:
    """Return the fields with the typed values; a field that was not sent stays as it was.

    Browsers send lines with a carriage return.
    """
    return [
        replace(one, value=form.get(one.name, one.value).replace("\r\n", "\n").strip())
        for one in fields
    ]


def differences(
    before: Sequence[CorrectionField], after: Sequence[CorrectionField]
) -> list[tuple[CorrectionField, CorrectionField]]:
    """Return each field that was changed, as it was and as it is now."""
    return [
        (one, other)
        for one, other in zip(before, after, strict=True)
        if one.value.strip() != other.value
    ]


def changed(
    data: Mapping[str, Any],
    changes: Sequence[tuple[CorrectionField, CorrectionField]],
    settings: Settings,
) -> dict[str, Any]:
    """Return the approval with these changes, as a sender would write it."""
    result = copy.deepcopy(dict(data))
    for _, after in changes:
        _write(result, after.name, _meant(data, after, settings))
    return result


def _meant(data: Mapping[str, Any], after: CorrectionField, settings: Settings) -> object:
    """Return what a field of the form means in an approval."""
    if after.name == EMAILS:
        return [line.strip() for line in after.value.splitlines() if line.strip()]
    if after.name in _MOMENTS:
        return _moment(data.get(after.name), after.value, settings)
    return after.value.replace(",", ".") if after.name.startswith("credits.") else after.value


def _moment(before: str | None, day: str, settings: Settings) -> str:
    """Return the moment on another day at the same hour; text that is not a day as it is."""
    if before is None:
        return columns.end_of(settings, day)
    try:
        on = written_day(day)
    except ValueError:
        return day
    at = settings.local(datetime.fromisoformat(before))
    return datetime.combine(on, at.timetz()).isoformat()


def _read(data: Mapping[str, Any], name: str) -> str:
    value: Any = data
    for step in name.split("."):
        value = value[step]
    return str(value)


def _write(data: dict[str, Any], name: str, value: object) -> None:
    *way, last = name.split(".")
    place: Any = data
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    place[last] = value
