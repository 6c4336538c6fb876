"""The `Credential` view of an Open Badges 2.0 assertion, its BadgeClass and its issuer.

Names of 1.x (`uid`, `verify`, Unix times) are read where 2.0 readers accept them.
"""

from datetime import datetime
from typing import Any, TypeGuard

from contexts.json_types import Json
from verifier.credential.model import (
    Credential,
    EarnedAchievement,
    Evidence,
    Identity,
    Profile,
    instant,
    listed,
    only,
)
from verifier.parsing import web_address
from verifier.proof.jwt_payload import numeric_date


def credential_of(assertion: Json, badge: Json, issuer: Json) -> Credential:
    """Return the view of an assertion, its BadgeClass and its issuer."""
    criteria = badge.get("criteria")
    return Credential(
        id=address_of(assertion),
        types=("Assertion",),
        issuer=Profile(
            id=_text(issuer.get("id")) or "",
            name=_text(issuer.get("name")),
            url=_text(issuer.get("url")),
            email=_text(issuer.get("email")),
        ),
        name=_text(badge.get("name")),
        valid_from=_date(assertion.get("issuedOn")),
        valid_until=_date(assertion.get("expires")),
        awarded_date=_date(assertion.get("issuedOn")),
        identities=tuple(map(_identity, _objects(assertion.get("recipient")))),
        achievement=EarnedAchievement(
            id=_text(badge.get("id")) or "",
            name=_text(badge.get("name")) or "",
            description=_text(badge.get("description")),
            criteria=_text(criteria.get("narrative")) if is_object(criteria) else None,
            criteria_url=text_or_id(criteria),
            image=text_or_id(badge.get("image")),
            tags=tuple(tag for tag in listed(badge.get("tags")) if isinstance(tag, str)),
        ),
        narrative=_text(assertion.get("narrative")),
        unreadable=tuple(
            name
            for name in ("issuedOn", "expires")
            if assertion.get(name) is not None and _date(assertion[name]) is None
        ),
        evidence=tuple(map(_evidence, listed(assertion.get("evidence")))),
        document=assertion,
    )


def _identity(recipient: Json) -> Identity:
    kind = _text(recipient.get("type")) or ""
    return Identity(
        type="emailAddress" if kind == "email" else kind,
        value=_text(recipient.get("identity")) or "",
        hashed=recipient.get("hashed") is True,
        salt=_text(recipient.get("salt")) or "",
    )


def _evidence(value: Any) -> Evidence:
    if not is_object(value):
        return Evidence(id=_text(value))
    return Evidence(
        id=_text(value.get("id")),
        name=_text(value.get("name")),
        description=_text(value.get("description")),
        narrative=_text(value.get("narrative")),
        genre=_text(value.get("genre")),
        audience=_text(value.get("audience")),
    )


def address_of(assertion: Json) -> str | None:
    """Return the address at which a badge is hosted: its `id`, or `verify.url` of 1.x."""
    links = (assertion.get(name) for name in ("verify", "verification"))
    addresses = (assertion.get("id"), *(link.get("url") for link in links if is_object(link)))
    return next((text for text in addresses if web_address.read(text)), None)


def singled(document: Json) -> Json:
    """Return a document that says the same with the item of each list of one in its place, and with
    `id` and `type` for the keywords of JSON-LD, as drafts of 1.1 had them."""
    names = {"@id": "id", "@type": "type"}
    return {names.get(name, name): only(value) for name, value in document.items()}


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def _objects(value: Any) -> list[Json]:
    return [item for item in listed(value) if isinstance(item, dict)]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def text_or_id(value: Any) -> str | None:
    """Return what a link names: itself, or the `id` of the object in its place."""
    return _text(value.get("id")) if isinstance(value, dict) else _text(value)


def _date(value: Any) -> datetime | None:
    """Return an ISO 8601 time or day, or the Unix time of 1.x."""
    if isinstance(value, int) and value > 0:
        return numeric_date(value)
    text = _text(value)
    return None if text is None else instant(text) or instant(f"{text}T00:00:00Z")
