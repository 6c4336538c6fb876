"""Signed trust lists: a `RecognizedEntityCredential` (W3C, Recognized Entities 1.0, working draft,
section 3), verified like any credential and read as a list.

An earlier draft called it `VerifiableRecognitionCredential`; both names are read.
"""

from datetime import datetime
from typing import Any

from contexts import BUNDLED
from contexts.json_types import Json
from verifier.credential.model import Credential, instant, listed
from verifier.fetching.fetch import Fetch
from verifier.pipeline.examine import World, examine, parse, verdict
from verifier.report import Answer
from verifier.trust.lists import TrustListError
from verifier.wording import words

TYPES = {"RecognizedEntityCredential", "VerifiableRecognitionCredential"}


def read_signed(text: str, *, fetch: Fetch, now: datetime) -> dict[str, Any]:
    """Return a signed list as a document of version 1 with its `keeper`, the signer.

    Raises `TrustListError` if it is not authentic or not current, or if that could not be checked.
    """
    try:
        secured = parse(text)
    except ValueError as exc:
        raise TrustListError(f"it is no list that can be read: {exc}") from exc
    kinds = [kind for kind in listed(secured.document.get("type")) if isinstance(kind, str)]
    if "credentialSubject" not in secured.document or TYPES.isdisjoint(kinds):
        raise TrustListError(
            "it is no list that is read here: give a MintmarkTrustList, an issuer registry "
            "(dcc-legacy), or a signed RecognizedEntityCredential"
        )
    examination = examine(secured, World(fetch, now, (), BUNDLED), None)
    for answered in (
        verdict(examination.proof_checks, "authentic"),
        verdict(examination.status_checks, "current"),
    ):
        if answered.answer is not Answer.YES:
            raise TrustListError(f"the list is not accepted. {words.text(answered)}")
    if examination.credential is None:
        raise TrustListError("the list is not accepted")
    return _as_list(examination.credential, now)


def _as_list(credential: Credential, now: datetime) -> dict[str, Any]:
    entries: dict[str, Json] = {}
    for entity in listed(credential.document["credentialSubject"]):
        if isinstance(entity, dict) and (entry := _entry(entity, credential.valid_until)):
            entries.setdefault(entry["id"], entry)
    issuer = credential.issuer
    return {
        "type": "MintmarkTrustList",
        "version": 1,
        "name": credential.name or issuer.name or issuer.id,
        "updated": (credential.valid_from or now).isoformat(),
        "keeper": issuer.id,
        "entries": list(entries.values()),
    }


def _entry(entity: Json, ends: datetime | None) -> dict[str, Any] | None:
    """Return a `RecognizedEntity` as an entry; None if it is not recognized to issue, or only to
    issue what fits a schema (`outputValidation`), which is not compared here."""
    issuer, actions = entity.get("id"), listed(entity.get("recognizedTo"))
    by_name = {str(action.get("action")): action for action in actions if isinstance(action, dict)}
    issue = by_name.get("issue", {} if not actions else None)
    if (
        not isinstance(issuer, str)
        or "RecognizedEntity" not in listed(entity.get("type"))
        or issue is None
        or "outputValidation" in issue
    ):
        return None
    names = (entity.get("name"), entity.get("legalName"), issuer)
    entry: dict[str, Any] = {
        "id": issuer,
        "name": next(name for name in names if isinstance(name, str) and name),
        "endorses": "endorse" in by_name,
        "validFrom": issue.get("validFrom"),
        "validUntil": issue.get("validUntil"),
    }
    until = entry["validUntil"]
    own_end = instant(until) if isinstance(until, str) else None
    if ends and (until is None or (own_end and ends < own_end)):
        entry["validUntil"] = ends.isoformat()
    return entry
