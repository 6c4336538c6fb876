"""One approval, parsed: everything `issuance.build` needs, and nothing of HTTP or JSON Schema.

`from_data` expects the `data` of an event that `approval.schema.json` has accepted.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

from issuer.catalog.achievement import FrameworkItem
from verifier.checks.recipient import ascii_lower


@dataclass(frozen=True, slots=True)
class Chosen:
    """An achievement or a rubric of the catalog; without a version, the newest one."""

    id: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """An achievement of the teacher's own idea (R1, R20), judged by a rubric of the catalog."""

    name: str
    description: str
    criteria: str
    rubric: Chosen
    in_language: str | None = None
    tags: tuple[str, ...] = ()
    alignments: tuple[FrameworkItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who earned it. `emails` are lower-cased and without repeats, one to four of them (D14).

    `language` is the one to write mails in.
    """

    name: str
    emails: tuple[str, ...]
    did: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Narrative:
    """The teacher's own words (R1, R3)."""

    skill: str
    goal: str
    measured_outcome: str


@dataclass(frozen=True, slots=True)
class Credit:
    """An amount of one unit. A whole number is an `int`."""

    value: int | float
    unit: str


class EvidenceTier(StrEnum):
    """Who may see where the evidence is (D9)."""

    SEALED = "sealed"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A piece of evidence. The `url` of a sealed one is kept here and published nowhere (R38)."""

    name: str
    description: str | None = None
    genre: str | None = None
    audience: str | None = None
    tier: EvidenceTier = EvidenceTier.SEALED
    url: str | None = None
    sha256: str | None = None
    media_type: str | None = None


SIGNING_ROLES: Final = ("teacher", "coach", "administrator")
"""The roles whose sign-off a credential carries (R6)."""


@dataclass(frozen=True, slots=True)
class SignOff:
    """The sign-off of a role: one of `SIGNING_ROLES`, or a sender's own word."""

    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval as its sender stated it: absent is `None` or empty, never invented (R41).

    Times are whole seconds at the offset they were sent with. `levels` and `comments` are keyed
    by criterion id. `content` is the canonical JSON of the event's `data`. `digest` is the SHA-256
    of the same with all times in UTC and without the reason: two approvals with an equal digest are
    the same. `reason` says why an approval is corrected, and is never published.
    """

    approval_id: str
    achievement: Chosen | Proposed
    recipient: Recipient
    narrative: Narrative
    levels: Mapping[str, str]
    approved_at: datetime
    content: bytes = field(repr=False, compare=False)
    digest: str = field(repr=False)
    activity_start: date | None = None
    activity_end: date | None = None
    credits: tuple[Credit, ...] = ()
    provider_number: str | None = None
    comments: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[EvidenceItem, ...] = ()
    approvals: tuple[SignOff, ...] = ()
    valid_until: datetime | None = None
    revision: int = 1
    reason: str | None = None


def from_data(data: Mapping[str, Any]) -> Approval:
    """Return the approval in `data`, which the published schema has accepted.

    A stored approval reads back as it was: `from_data(json.loads(approval.content)) == approval`.
    """
    data = _whole(data)
    if data.get("revision") == 1:  # as if it were not said
        data = {name: value for name, value in data.items() if name != "revision"}
    what_counts = {name: value for name, value in data.items() if name != "reason"}
    activity = data.get("activity", {})
    valid_until = data.get("valid_until")
    return Approval(
        approval_id=data["approval_id"],
        achievement=_achievement(data["achievement"]),
        recipient=_recipient(data["recipient"]),
        narrative=Narrative(**data["narrative"]),
        levels=dict(data["levels"]),
        approved_at=instant(data["approved_at"]),
        content=_canonical(data),
        digest=hashlib.sha256(_canonical(_in_utc(what_counts))).hexdigest(),
        activity_start=date.fromisoformat(activity["start"]) if activity else None,
        activity_end=date.fromisoformat(activity["end"]) if activity else None,
        credits=tuple(Credit(**c) for c in data.get("credits", ())),
        provider_number=data.get("provider_number"),
        comments=dict(data.get("comments", {})),
        evidence=tuple(_evidence(item) for item in data.get("evidence", ())),
        approvals=tuple(SignOff(s["role"], instant(s["at"])) for s in data.get("approvals", ())),
        valid_until=instant(valid_until) if valid_until else None,
        revision=data.get("revision", 1),
        reason=data.get("reason"),
    )


def instant(text: str) -> datetime:
    """Return an RFC 3339 time in whole seconds at its own offset.

    Raises `ValueError` if there is none.
    """
    try:
        moment = datetime.fromisoformat(text).replace(microsecond=0)
        moment.astimezone(UTC)
        return moment
    except OverflowError as exc:  # at either end of time, UTC may have no year for it
        raise ValueError(str(exc)) from exc


def _canonical(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _in_utc(data: Mapping[str, Any]) -> dict[str, Any]:
    """Write every time of an approval in UTC, so that one instant has one form."""
    times = {name: _utc(data[name]) for name in ("approved_at", "valid_until") if name in data}
    signed = [{**sign_off, "at": _utc(sign_off["at"])} for sign_off in data.get("approvals", ())]
    return {**data, **times, **({"approvals": signed} if "approvals" in data else {})}


def _utc(text: str) -> str:
    return f"{instant(text).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _achievement(data: Mapping[str, Any]) -> Chosen | Proposed:
    if "id" in data:
        return Chosen(**data)
    return Proposed(
        name=data["name"],
        description=data["description"],
        criteria=data["criteria"],
        rubric=Chosen(**data["rubric"]),
        in_language=data.get("in_language"),
        tags=tuple(data.get("tags", ())),
        alignments=tuple(FrameworkItem(**item) for item in data.get("alignments", ())),
    )


def _recipient(data: Mapping[str, Any]) -> Recipient:
    emails = tuple(dict.fromkeys(ascii_lower(email) for email in data["emails"]))
    return Recipient(data["name"], emails, data.get("did"), data.get("language"))


def _evidence(data: Mapping[str, Any]) -> EvidenceItem:
    item = EvidenceItem(**{**data, "tier": EvidenceTier(data.get("tier", EvidenceTier.SEALED))})
    return item if item.sha256 is None else replace(item, sha256=item.sha256.lower())


def _whole(value: Any) -> Any:
    """Return `value` with `12.0` as `12` everywhere, so that one number has one form."""
    kind = type(value)
    if kind is dict:
        return {key: _whole(item) for key, item in value.items()}
    if kind is list:
        return [_whole(item) for item in value]
    return int(value) if kind is float and value.is_integer() else value
