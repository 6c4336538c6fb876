"""The shape of an Open Badge: its contexts, types and required members (OB-1…38, OB-82).

Shape is not authenticity: a flaw of shape is noted and is a reason to look, never a reason to
call a badge forged. Only a badge without a known context or an issuer could not be checked.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from contexts.json_types import Json
from verifier.credential.model import listed, only
from verifier.report import Check, Outcome, Params
from verifier.structure import schema

MODELS = {"https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"}
"""The data models 2.0 and 1.1; the second is read, never made."""
OPEN_BADGE_TYPES = {"OpenBadgeCredential", "AchievementCredential"}
GAPS = ("names_nobody", "names_differ", "own_word", "begin_missing", "achievement_missing")
"""Codes of what a credential leaves unsaid or unclear, or says of its own issuer: a person has to
look."""
MALFORMED = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR"
_OB_CONTEXT = re.compile(
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json"
)  # OB-2
_CLR_CONTEXT = re.compile(r"https://purl\.imsglobal\.org/spec/clr/v2p0/context(-2\.\d\.\d)*\.json")


def check_shape(document: Json) -> tuple[Check, ...]:
    """Check that it is an Open Badge 3.0 or a CLR 2.0, and note what it leaves out."""
    kinds = _types(document)
    if "VerifiableCredential" in kinds and kinds & OPEN_BADGE_TYPES:
        gaps = _noted(_no_holder(document), _no_begin(document), _no_achievement(document))
        unjudged = _unnamed(document, _OB_CONTEXT) or _several(document)
        return unjudged or (_badge(document), *gaps)
    if "VerifiableCredential" in kinds and "ClrCredential" in kinds:
        gaps = _noted(_no_holder(document), _no_begin(document))
        record = Check("shape", Outcome.PASSED, "clr_2")
        return _unnamed(document, _CLR_CONTEXT) or (record, *gaps)
    return (_unknown("not_an_open_badge", _shown(kinds)),)


def as_signed(check: Check) -> Check:
    """Return the check of what is soundly signed: if that is no badge, its code says both."""
    return replace(check, code="signed_no_badge") if check.code == "not_an_open_badge" else check


def check_endorsement(document: Json, endorsed: Collection[str]) -> tuple[Check, ...]:
    """Check that it is an endorsement, of something named in `endorsed` (OB-49)."""
    kinds = _types(document)
    if not kinds >= {"VerifiableCredential", "EndorsementCredential"}:
        return (_unknown("not_an_endorsement", _shown(kinds)),)
    if unnamed := _unnamed(document, _OB_CONTEXT):
        return unnamed
    subject = _id(document.get("credentialSubject"))
    if subject not in endorsed:
        return (_unknown("endorsement_of_another", {"about": str(subject)[:200]}),)
    endorsement = Check("shape", Outcome.PASSED, "endorsement")
    return (endorsement, *_noted(_no_begin(document)))


def _badge(document: Json) -> Check:
    if notes := sorted({*schema.notes(document)}):
        return Check("shape", Outcome.PASSED, "shape_notes", {"members": ", ".join(notes)[:400]})
    return Check("shape", Outcome.PASSED, "open_badge_3")


def _unnamed(document: Json, context: re.Pattern[str]) -> tuple[Check, ...]:
    """Return the check that names no standard (OB-1, OB-2, OB-4) or no issuer, if there is one."""
    contexts = listed(document.get("@context"))
    if not contexts or contexts[0] not in tuple(MODELS):
        return (_unknown("context_missing", {"member": "@context[0]"}, MALFORMED),)
    if not any(isinstance(url, str) and context.fullmatch(url) for url in contexts):
        return (_unknown("context_missing", {"member": "@context[1]"}, MALFORMED),)
    if not _id(document.get("issuer")):
        return (_unknown("issuer_missing", {"member": "issuer.id"}, MALFORMED),)
    return ()


def _several(document: Json) -> tuple[Check, ...]:
    """Return the check that a badge is of several achievements, if it is: the gate lets them
    through for the subject of a learner record, which that of a badge may call itself as well."""
    if len(listed(_subject(document).get("achievement"))) < 2:
        return ()
    place = {"place": "credentialSubject.achievement"}
    return (_unknown("structure_list_for_one", place, MALFORMED),)


def _no_holder(document: Json) -> str | None:
    subject = _subject(document)
    identified = _id(document.get("credentialSubject")) or listed(subject.get("identifier"))
    return None if identified or _is_text(subject.get("name")) else "names_nobody"


def _no_begin(document: Json) -> str | None:
    begun = document.get("validFrom") is not None or document.get("issuanceDate") is not None
    return None if begun else "begin_missing"


def _no_achievement(document: Json) -> str | None:
    earned = isinstance(only(_subject(document).get("achievement")), dict)
    return None if earned else "achievement_missing"


def _noted(*gaps: str | None) -> tuple[Check, ...]:
    return tuple(Check("shape", Outcome.PASSED, gap, {}, MALFORMED) for gap in gaps if gap)


def _unknown(code: str, params: Params, problem: str | None = None) -> Check:
    return Check("shape", Outcome.COULD_NOT_CHECK, code, params, problem)


def _shown(kinds: set[str]) -> Params:
    return {"types": ", ".join(sorted(kinds))[:200] or "none"}


def _subject(document: Json) -> Json:
    subject = only(document.get("credentialSubject"))
    return subject if isinstance(subject, dict) else {}


def _is_text(value: Any) -> bool:
    value = value.get("@value") if isinstance(value, dict) else value
    return isinstance(value, str) and bool(value.strip())


def _types(value: Any) -> set[str]:
    if not isinstance(value, dict):
        return set()
    return {item for item in listed(value.get("type")) if isinstance(item, str)}


def _id(value: Any) -> str | None:
    value = only(value)
    value = value.get("id") if isinstance(value, dict) else value
    return value if isinstance(value, str) and value else None
