"""From an approval to the unsigned credential (Open Badges 3.0, 1A to 1G in the reference).

Pure: no clock, no database, no chance. What the approval does not say is not in the
credential either (R41). Fixed members stand before free text and ids last, because the code
on a certificate gets smaller so (docs/qr-format.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from contexts import canonicalize, refuse_divergent
from contexts.json_types import JsonObject
from issuer.catalog.achievement import Achievement, Criterion, FrameworkItem
from issuer.home import addresses
from issuer.home.settings import Settings
from issuer.issuance.approval import (
    SIGNING_ROLES,
    Approval,
    Credit,
    EvidenceItem,
    EvidenceTier,
    Recipient,
)
from verifier.checks.evidence import digest_multibase
from verifier.checks.recipient import identity_hash

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
CRITERIA = "what_it_takes"
"""Where the criteria stand on an achievement's page. No id of a criterion can hold the lines."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """The ids, status place and salt that are reserved for one credential; no other ever gets them.

    `salt` has at least 128 random bits; the credential's e-mail hashes share it (D14).
    """

    public_id: str
    list_number: int
    list_index: int
    anonymous_id: str
    salt: str
    at: datetime


def build(
    approval: Approval, achievement: Achievement, *, settings: Settings, reserved: Reservation
) -> JsonObject:
    """Return the unsigned credential in the strict array form (OB-8).

    Raises `contexts.CanonicalizationError` for what could not be signed: an address that is
    none, or texts and numbers that libraries are known to canonicalize differently.
    """
    approved, ends = settings.local(approval.approved_at), approval.valid_until
    document = _present(
        {
            "@context": list(CONTEXTS),
            "id": addresses.credential(settings, reserved.public_id),
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": achievement.name,
            "issuer": _issuer(settings, approval.provider_number),
            "validFrom": timestamp(reserved.at.astimezone(approved.tzinfo)),
            "awardedDate": timestamp(approved),
            "validUntil": ends and timestamp(settings.local(ends)),
            "credentialSubject": _subject(approval, achievement, settings, reserved),
            "evidence": [_evidence(item) for item in approval.evidence],
            "credentialStatus": _status(settings, reserved),
        }
    )
    refuse_divergent(document)
    canonicalize(document)
    return document


def timestamp(moment: datetime) -> str:
    """Return `moment` at its own offset, to the second (VCDM 2.0, dateTimeStamp).

    It is in UTC where XML Schema has no such offset: with seconds, or more than 14 hours.
    """
    offset = moment.utcoffset() or timedelta()
    if offset % timedelta(minutes=1) or abs(offset) > timedelta(hours=14):
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def profile(settings: Settings) -> JsonObject:
    """Return what a credential says of its issuer, which `issuer.url` answers to machines too."""
    logo = {"id": f"{settings.public_url}/logo.png", "type": "Image"}
    return _present(
        {
            "id": settings.issuer_id,
            "type": ["Profile"],
            "name": settings.issuer_name,
            "url": settings.issuer_url or f"{settings.public_url}/",
            "email": settings.issuer_email,
            "image": settings.issuer_logo and logo,
            "endorsement": list(settings.issuer_endorsements),
        }
    )


def _issuer(settings: Settings, provider_number: str | None) -> JsonObject:
    number = {
        "type": "IdentifierEntry",
        "identifier": provider_number,
        "identifierType": "ext:ProviderNumber",
    }
    return profile(settings) | ({"otherIdentifier": [number]} if provider_number else {})


def _subject(
    approval: Approval, achievement: Achievement, settings: Settings, reserved: Reservation
) -> JsonObject:
    page = addresses.achievement(settings, achievement.id, achievement.version)
    assessor = settings.assessed_by
    return _present(
        {
            "id": approval.recipient.did or reserved.anonymous_id,
            "type": ["AchievementSubject"],
            "identifier": _identities(approval.recipient, settings, reserved.salt),
            "activityStartDate": _day(approval.activity_start),
            "activityEndDate": _day(approval.activity_end),
            "creditsEarned": next(
                (c.value for c in approval.credits if c.unit == settings.credit_unit), None
            ),
            "narrative": _narrative(approval, achievement),
            "source": assessor
            and _present(
                {
                    "id": assessor.id,
                    "type": ["Profile"],
                    "name": assessor.name,
                    "url": assessor.url,
                }
            ),
            "achievement": _earned(approval, achievement, settings),
            "result": _results(approval, achievement, page),
        }
    )


def _identities(recipient: Recipient, settings: Settings, salt: str) -> list[JsonObject]:
    name = {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": recipient.name,
        "identityType": "name",
    }
    emails = [
        {
            "type": "IdentityObject",
            "hashed": True,
            "identityHash": identity_hash(email, salt),
            "identityType": "emailAddress",
            "salt": salt,
        }
        for email in recipient.emails
    ]
    return [name, *emails] if settings.show_name else emails


def _narrative(approval: Approval, achievement: Achievement) -> str:
    words = approval.narrative
    parts = [
        f"**Skill:** {words.skill}",
        f"**Goal:** {words.goal}",
        f"**Measured outcome:** {words.measured_outcome}",
    ]
    if achievement.sign_comments:
        names = {criterion.id: criterion.name for criterion in achievement.rubric.criteria}
        parts += [f"**{names[id]}:** {text}" for id, text in approval.comments.items()]
    return "\n\n".join(parts)


def _earned(approval: Approval, achievement: Achievement, settings: Settings) -> JsonObject:
    """Return the achievement, with what describes this earner's sign-offs if there are any."""
    earned = achievement_object(achievement, settings, approval.credits)
    if _signed(approval):
        earned["resultDescription"].append(
            {
                "id": _sign_offs(earned["id"]),
                "type": ["ResultDescription"],
                "name": "Signed off by",
                "resultType": "Status",
            }
        )
    return earned


def _signed(approval: Approval) -> list[str]:
    """Return the roles that signed off, each once. A sender's own words for a role could name a
    person, so only the three that the schema names are signed (R6)."""
    roles = dict.fromkeys(sign_off.role for sign_off in approval.approvals)
    return [role for role in roles if role in SIGNING_ROLES]


def _sign_offs(page: str) -> str:
    # As with amounts, no id of a criterion can hold the colon.
    return f"{page}#status:signed-off"


def achievement_object(
    achievement: Achievement, settings: Settings, credits: tuple[Credit, ...] = ()
) -> JsonObject:
    """Return what a credential says of `achievement`, with one description for each credit."""
    page = addresses.achievement(settings, achievement.id, achievement.version)
    criteria = [_criterion(criterion, page) for criterion in achievement.rubric.criteria]
    return _present(
        {
            "id": page,
            "type": ["Achievement"],
            "achievementType": achievement.achievement_type,
            "name": achievement.name,
            "description": achievement.description,
            "criteria": {"narrative": achievement.criteria, "id": f"{page}#{CRITERIA}"},
            "tag": list(achievement.tags),
            "version": str(achievement.version),
            "inLanguage": achievement.in_language,
            "image": {"id": f"{page}.png", "type": "Image"},
            "alignment": [_alignment(alignment) for alignment in achievement.alignments],
            "resultDescription": criteria + [_amount(credit, page) for credit in credits],
        }
    )


def _alignment(alignment: FrameworkItem) -> JsonObject:
    return _present(
        {
            "type": ["Alignment"],
            "targetName": alignment.target_name,
            "targetUrl": alignment.target_url,
            "targetCode": alignment.target_code,
            "targetDescription": alignment.target_description,
            "targetFramework": alignment.target_framework,
            "targetType": alignment.target_type,
        }
    )


def _criterion(criterion: Criterion, page: str) -> JsonObject:
    """Return one criterion with its levels, whose rank stands in `level`, not in order (OB-46)."""
    name = f"{page}#{criterion.id}"
    return {
        "type": ["ResultDescription"],
        "resultType": "RubricCriterionLevel",
        "name": criterion.name,
        "rubricCriterionLevel": [
            _present(
                {
                    "type": ["RubricCriterionLevel"],
                    "level": str(rank),
                    "points": str(level.points),
                    "name": level.name,
                    "description": level.description,
                    "id": f"{name}.{level.id}",
                }
            )
            for rank, level in enumerate(criterion.levels, start=1)
        ],
        "requiredLevel": f"{name}.{criterion.required}",
        "id": name,
    }


def _amount(credit: Credit, page: str) -> JsonObject:
    return {
        "id": _amount_id(credit, page),
        "type": ["ResultDescription"],
        "name": credit.unit[:1].upper() + credit.unit[1:],
        "resultType": f"ext:{credit.unit}",
    }


def _amount_id(credit: Credit, page: str) -> str:
    # No id of a criterion can hold the colon, so a criterion called "hours" stays apart.
    return f"{page}#ext:{credit.unit}"


def _results(approval: Approval, achievement: Achievement, page: str) -> list[JsonObject]:
    levels = [
        {
            "type": ["Result"],
            "resultDescription": f"{page}#{criterion.id}",
            "achievedLevel": f"{page}#{criterion.id}.{approval.levels[criterion.id]}",
        }
        for criterion in achievement.rubric.criteria
    ]
    amounts = [
        {
            "type": ["Result"],
            "resultDescription": _amount_id(credit, page),
            "value": str(credit.value),
        }
        for credit in approval.credits
    ]
    sign_offs = [
        {
            "type": ["Result"],
            "resultDescription": _sign_offs(page),
            "status": "Completed",
            "value": role,
        }
        for role in _signed(approval)
    ]
    return levels + amounts + sign_offs


def _evidence(item: EvidenceItem) -> JsonObject:
    return _present(
        {
            "id": item.url if item.tier is EvidenceTier.PUBLIC else None,
            "type": ["Evidence"],
            "digestMultibase": item.sha256 and digest_multibase(bytes.fromhex(item.sha256)),
            "mediaType": item.media_type,
            "genre": item.genre,
            "audience": item.audience,
            "name": item.name,
            "description": item.description,
        }
    )


def _status(settings: Settings, reserved: Reservation) -> JsonObject:
    """Return the one status entry, with an `id` for readers of the older schema (OB-75)."""
    status_list = addresses.status_list(settings, reserved.list_number)
    return {
        "id": f"{status_list}#{reserved.list_index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(reserved.list_index),
        "statusListCredential": status_list,
    }


def _day(day: date | None) -> str | None:
    """Return the first second of `day`: the model asks for a time, the approval knows a day."""
    return None if day is None else f"{day.isoformat()}T00:00:00Z"


def _present(members: Mapping[str, Any]) -> JsonObject:
    """Return the members that have a value: null and empty arrays are left out (OB-9)."""
    return {key: value for key, value in members.items() if value not in (None, [], "")}
