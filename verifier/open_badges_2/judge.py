"""Verify Open Badges 1.x and 2.0, hosted and signed; millions of them are in use.

See Open Badges 2.0, sections "Assertion", "Verification" and "Badge Verification".
"""

from dataclasses import replace
from datetime import datetime

from contexts.json_types import Json
from verifier.credential.model import listed
from verifier.fetching.fetch import Fetch
from verifier.open_badges_2.documents import DocumentUnavailableError
from verifier.open_badges_2.hosted import judge_hosted
from verifier.open_badges_2.signed import judge_signed
from verifier.open_badges_2.view import singled
from verifier.proof.jose import Jws
from verifier.report import Check, Examination, Outcome

_CONTEXTS = {
    "https://w3id.org/openbadges/v2": "2.0",
    "https://openbadgespec.org/v2/context.json": "2.0",
    "https://w3id.org/openbadges/v1": "1.1",
    "https://openbadgespec.org/v1/context.json": "1.1",
    "http://standard.openbadges.org/1.1/context.json": "1.1",
}
_PARTS = {"BadgeClass", "Issuer", "Profile", "Endorsement", "CryptographicKey", "RevocationList"}


def is_assertion(document: Json) -> bool:
    """Whether the document is an Open Badges 1.x or 2.0 assertion, or what is left of one that was
    withdrawn, and no credential."""
    left = "badge" in document or document.get("revoked") is True
    if not left or "credentialSubject" in document:
        return False
    without_context = "@context" not in document and "recipient" in document
    return without_context or "Assertion" in listed(document.get("type")) or bool(_named(document))


def is_part(document: Json) -> bool:
    """Whether the document is of Open Badges 1.x or 2.0, and no badge that somebody earned."""
    kinds = [kind for kind in listed(document.get("type")) if isinstance(kind, str)]
    about_nobody = "credentialSubject" not in document
    return about_nobody and bool(_named(document)) and not _PARTS.isdisjoint(kinds)


def judge_part(document: Json) -> Examination:
    """Return the examination of a part, which nobody has to prove."""
    params = {"type": str(document.get("type"))[:80]}
    return Examination((Check("shape", Outcome.COULD_NOT_CHECK, "ob2_part", params),))


def version_of(document: Json) -> str:
    """Return the version of Open Badges that an assertion follows. 0.5 has a text as `recipient`,
    and only 1.1 and later have a context."""
    if isinstance(document.get("recipient"), str):
        return "0.5"
    return next(iter(_named(document)), "2.0" if "@context" in document else "1.0")


def _named(document: Json) -> list[str]:
    contexts = (entry for entry in listed(document.get("@context")) if isinstance(entry, str))
    return [_CONTEXTS[entry] for entry in contexts if entry in _CONTEXTS]


def judge_assertion(
    assertion: Json, jws: Jws | None, *, fetch: Fetch, now: datetime
) -> Examination:
    """Return the examination of an assertion.

    `jws` is the signed form, or None. A signed badge without its signature, and one that names no
    kind of verification, is looked up where it is hosted.
    """
    assertion = singled(assertion)
    version = {"version": version_of(assertion)}
    try:
        if jws is not None:
            examination = judge_signed(assertion, jws, fetch, now)
        else:
            examination = judge_hosted(assertion, fetch, now)
    except DocumentUnavailableError as exc:
        params = {"url": exc.url[:200], **version}
        return Examination((Check("issuer", Outcome.COULD_NOT_CHECK, exc.code, params),))
    kind = Check("shape", Outcome.PASSED, "ob2_version", version)
    return replace(examination, proof_checks=(*examination.proof_checks, kind))
