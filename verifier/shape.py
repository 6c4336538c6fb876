"""The shape of an Open Badge: its contexts, types and required members (OB-1…38, OB-82).

What a badge cannot be judged without is a failed check; a date that says no moment could not be
checked. What is merely not as the specification
wants it is a note beside a passed one: a shape flaw that does not touch meaning must not turn
a true badge into a bad one.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from verifier import schema
from verifier.credential import instant, listed
from verifier.report import Check, Outcome

Json = Mapping[str, Any]
Flaws = Callable[[Json], Iterator[tuple[str, str]]]

MODELS = {"https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"}
"""The data models 2.0 and 1.1; the second is read, never made."""
OPEN_BADGE_TYPES = {"OpenBadgeCredential", "AchievementCredential"}
MALFORMED = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR"
_OB_CONTEXT = re.compile(
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json"
)  # OB-2
_CLR_CONTEXT = re.compile(r"https://purl\.imsglobal\.org/spec/clr/v2p0/context(-2\.\d\.\d)*\.json")
_DATES = ("validFrom", "validUntil", "issuanceDate", "expirationDate", "awardedDate")


def check_shape(document: Json) -> Check:
    """Check the contexts, types and required members of an Open Badge 3.0 or a CLR 2.0."""
    kinds = _types(document)
    if "VerifiableCredential" in kinds and kinds & OPEN_BADGE_TYPES:
        check = _check(document, _OB_CONTEXT, _badge_flaws, "open_badge_3")
        notes = sorted({*schema.notes(document)}) if check.outcome is Outcome.PASSED else []
        if notes:
            members = {"members": ", ".join(notes)[:400]}
            return Check("shape", Outcome.PASSED, "shape_notes", members)
        return check
    if "VerifiableCredential" in kinds and "ClrCredential" in kinds:
        return _check(document, _CLR_CONTEXT, _flaws, "clr_2")
    shown = {"types": ", ".join(sorted(kinds))[:200] or "none"}
    return Check("shape", Outcome.COULD_NOT_CHECK, "not_an_open_badge", shown)


def check_endorsement(document: Json, endorsed: Collection[str]) -> Check:
    """Check that it is an endorsement, of something named in `endorsed` (OB-49)."""
    kinds = _types(document)
    if not kinds >= {"VerifiableCredential", "EndorsementCredential"}:
        shown = {"types": ", ".join(sorted(kinds))[:200] or "none"}
        return Check("shape", Outcome.COULD_NOT_CHECK, "not_an_endorsement", shown)
    check = _check(document, _OB_CONTEXT, _flaws, "endorsement")
    subject = _id(document.get("credentialSubject"))
    if check.outcome is Outcome.PASSED and subject not in endorsed:
        about = {"about": str(subject)[:200]}
        return Check("shape", Outcome.COULD_NOT_CHECK, "endorsement_of_another", about)
    return check


def _check(document: Json, context: re.Pattern[str], flaws_of: Flaws, code: str) -> Check:
    if unknown := _unknown_context(document, context):
        return Check("shape", Outcome.COULD_NOT_CHECK, "context_missing", {"member": unknown})
    if flaw := next(flaws_of(document), None):
        flawed, member = flaw
        outcome = Outcome.COULD_NOT_CHECK if flawed == "date_unreadable" else Outcome.FAILED
        return Check("shape", outcome, flawed, {"member": member}, MALFORMED)
    return Check("shape", Outcome.PASSED, code)


def _unknown_context(document: Json, wanted: re.Pattern[str]) -> str | None:
    """Return the context that does not say which standard is meant (OB-1, OB-2, OB-4)."""
    contexts = listed(document.get("@context"))
    if not contexts or contexts[0] not in tuple(MODELS):
        return "@context[0]"
    if not any(isinstance(url, str) and wanted.fullmatch(url) for url in contexts):
        return "@context[1]"
    return None


def _flaws(document: Json) -> Iterator[tuple[str, str]]:
    """Yield (code, member) for what no credential can be judged without."""
    if not _id(document.get("issuer")):
        yield "member_missing", "issuer.id"
    if document.get("validFrom") is None and document.get("issuanceDate") is None:
        yield "member_missing", "validFrom"
    for member in _DATES:
        value = _only(document.get(member))
        value = value.get("@value") if isinstance(value, dict) else value
        if value is not None and (not isinstance(value, str) or instant(value) is None):
            yield "date_unreadable", member
    if not isinstance(_only(document.get("credentialSubject")), dict):
        yield "member_missing", "credentialSubject"


def _badge_flaws(document: Json) -> Iterator[tuple[str, str]]:
    yield from _flaws(document)
    subject = _only(document["credentialSubject"])
    if not _id(subject) and not listed(subject.get("identifier")):
        yield "member_missing", "credentialSubject.id or .identifier"
    if not isinstance(_only(subject.get("achievement")), dict):
        yield "member_missing", "credentialSubject.achievement"


def _types(value: Any) -> set[str]:
    if not isinstance(value, dict):
        return set()
    return {item for item in listed(value.get("type")) if isinstance(item, str)}


def _id(value: Any) -> str | None:
    value = _only(value)
    value = value.get("id") if isinstance(value, dict) else value
    return value if isinstance(value, str) and value else None


def _only(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value
