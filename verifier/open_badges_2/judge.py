"""Open Badges 2.0, hosted and signed: read and verified, and said to be 2.0, because millions are.

The specification: Open Badges 2.0, sections "Assertion", "Verification" and "Badge
Verification". A hosted badge is what its issuer's own site serves at the badge's address; a
signed one is a JWS by a key that the issuer's own profile names.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from verifier import jose, strict_json, web_address
from verifier.credential import Credential, listed
from verifier.dates import check_validity_period
from verifier.fetch import Fetch, FetchError
from verifier.jose import Jws
from verifier.open_badges_2.view import address_of, credential_of, is_object, text_or_id
from verifier.report import Check, Found, Outcome
from verifier.status import withdrawn_by

MAX_DOCUMENT_BYTES = 1024 * 1024
_CONTEXTS = {
    "https://w3id.org/openbadges/v2",
    "https://w3id.org/openbadges/v1",
    "https://openbadgespec.org/v2/context.json",
}
_TYPES = "application/ld+json, application/json"

Json = Mapping[str, Any]


def is_assertion(document: Json) -> bool:
    """Whether the document is an Open Badges 1.x or 2.0 assertion, and no credential."""
    contexts = {entry for entry in listed(document.get("@context")) if isinstance(entry, str)}
    named = "Assertion" in listed(document.get("type")) or bool(contexts & _CONTEXTS)
    return named and "badge" in document and "credentialSubject" not in document


class UnavailableError(Exception):
    """A document that the answer needs could not be had; holds the check that says so."""

    def __init__(self, code: str, url: str) -> None:
        super().__init__(f"{code}: {url}")
        self.check = Check("issuer", Outcome.COULD_NOT_CHECK, code, {"url": url[:200]})


def judge(assertion: Json, jws: Jws | None, *, fetch: Fetch, now: datetime) -> Found:
    """Return what the issuer of an assertion says of it.

    `jws` is the signed form it came in, or None; a signed badge without its signature, and one
    that names no kind of verification, is looked up where it is hosted.
    """
    try:
        if jws is not None:
            return _judge_signed(assertion, jws, fetch, now)
        return _judge_hosted(assertion, fetch, now)
    except UnavailableError as exc:
        return Found((exc.check,))


def _judge_hosted(handed: Json, fetch: Fetch, now: datetime) -> Found:
    """The badge at its own address is the badge; what was handed in must say the same."""
    address = address_of(handed)
    if address is None:
        return Found((_failed("hosted", "ob2_no_address"),))
    try:
        hosted = _load(address, fetch)
    except FetchError as exc:
        if exc.code == "http_status" and exc.detail.endswith("410"):
            gone = Check("status", Outcome.FAILED, "ob2_revoked", {"url": address[:200]})
            return Found((gone,))
        raise UnavailableError("ob2_hosted_unreachable", address) from exc
    if address_of(hosted) is None:  # an apology, or anything else that is no badge
        raise UnavailableError("ob2_hosted_unreachable", address)
    if address_of(hosted) != address or _differs(handed, hosted):
        return Found((_failed("hosted", "ob2_differs", {"url": address[:200]}),))
    badge, issuer = _badge_and_issuer(hosted, fetch)
    if not _may_host(issuer, address, fetch):
        return Found((_failed("issuer", "ob2_other_site", {"url": address[:200]}),))
    credential = credential_of(hosted, badge, issuer)
    said = (Check("hosted", Outcome.PASSED, "ob2_hosted", {"url": address[:200]}), _VERSION)
    return Found(said, (_revoked_mark(hosted), _period(credential, now)), credential)


def _judge_signed(assertion: Json, jws: Jws, fetch: Fetch, now: datetime) -> Found:
    """The key must be one that the issuer's own profile names."""
    badge, issuer = _badge_and_issuer(assertion, fetch)
    profile = _profile_at_home(issuer, fetch)
    creator = _creator(assertion, profile)
    if creator is None:
        return Found((_failed("key", "key_not_listed", {"method": "verification.creator"}),))
    documents = [key for key in listed(profile.get("publicKey")) if is_object(key)]
    embedded = next((key for key in documents if key.get("id") == creator), None)
    document = embedded or _required(creator, fetch)
    key = _key(document)
    if document.get("owner") != profile.get("id") or key is None:
        return Found((_failed("key", "key_not_listed", {"method": creator[:200]}),))
    if not jose.verify(jws, key):
        return Found((_failed("proof", "signature_wrong", {"suite": f"JWS {jws.header['alg']}"}),))
    credential = credential_of(assertion, badge, profile)
    suite = {"suite": f"JWS {jws.header['alg']}"}
    said = (Check("proof", Outcome.PASSED, "signature_verified", suite), _VERSION)
    still = (_revocation_list(assertion, profile, fetch), _period(credential, now))
    return Found(said, still, credential)


_VERSION = Check("shape", Outcome.PASSED, "ob2_version")


def _creator(assertion: Json, profile: Json) -> str | None:
    """Return the key that the assertion says it is signed by, if the profile names that key."""
    verification = assertion.get("verification", assertion.get("verify"))
    named = [text_or_id(key) for key in listed(profile.get("publicKey"))]
    said = None
    if is_object(verification):
        said = verification.get("creator", verification.get("url"))
    if said is None and len(named) == 1:
        return named[0]
    return said if isinstance(said, str) and said in named else None


def _badge_and_issuer(assertion: Json, fetch: Fetch) -> tuple[Json, Json]:
    """Return BadgeClass and issuer, fetched where they are only named."""
    badge = assertion.get("badge")
    badge = badge if is_object(badge) else _required(badge, fetch)
    issuer = badge.get("issuer")
    return badge, issuer if is_object(issuer) else _required(issuer, fetch)


def _profile_at_home(issuer: Json, fetch: Fetch) -> Json:
    """Return the issuer's profile as its own address serves it: anybody can embed a copy."""
    profile = _required(issuer.get("id"), fetch)
    if profile.get("id") != issuer.get("id"):
        raise UnavailableError("ob2_linked_unreachable", str(issuer.get("id")))
    return profile


def _may_host(issuer: Json, address: str, fetch: Fetch) -> bool:
    """Whether the issuer says that its badges may be hosted at this address.

    The profile *at its own address* says so in `startsWith` and `allowedOrigins`: a copy inside
    the badge would allow whatever the forger likes. Where it says neither, its own site may, and
    nobody else (Open Badges 2.0, *VerificationObject*).
    """
    profile = _profile_at_home(issuer, fetch)
    policy = profile.get("verification")
    policy = policy if is_object(policy) else {}
    starts, origins = listed(policy.get("startsWith")), listed(policy.get("allowedOrigins"))
    if not starts and not origins:
        origins = [profile["id"]]
    here = web_address.read(address)
    return (
        here is not None
        and (not starts or any(map(here.is_within, filter(None, map(web_address.read, starts)))))
        and (not origins or here.site in map(_site, origins))
    )


def _site(origin: Any) -> str | None:
    """Return the site that an `allowedOrigins` names: a host, though some write an address."""
    named = web_address.read(origin) or web_address.read(f"https://{origin}")
    return named.site if named else None


def _revoked_mark(hosted: Json) -> Check:
    if hosted.get("revoked") is True:
        return Check("status", Outcome.FAILED, "ob2_revoked", {"url": str(hosted.get("id"))[:200]})
    if hosted.get("revoked") not in (None, False):
        return Check("status", Outcome.COULD_NOT_CHECK, "status_malformed", {"member": "revoked"})
    return Check("status", Outcome.PASSED, "not_revoked", {"url": str(hosted.get("id"))[:200]})


def _revocation_list(assertion: Json, profile: Json, fetch: Fetch) -> Check:
    """Look a signed badge up in the issuer's `revocationList`, by id or `uid`."""
    url = profile.get("revocationList")
    if url is None:
        return Check("status", Outcome.NOT_APPLICABLE, "no_status")
    if not isinstance(url, str):
        member = {"member": "revocationList"}
        return Check("status", Outcome.COULD_NOT_CHECK, "status_malformed", member)
    try:
        entries = listed(_load(url, fetch).get("revokedAssertions"))
    except FetchError as exc:
        params = {"url": url[:200], "why": exc.code}
        return Check("status", Outcome.COULD_NOT_CHECK, "status_unreachable", params)
    own = {value for value in (assertion.get("id"), assertion.get("uid")) if isinstance(value, str)}
    for entry in entries:
        named = {entry.get("id"), entry.get("uid")} if is_object(entry) else {entry}
        if own & {value for value in named if isinstance(value, str)}:
            return withdrawn_by(entry, {"url": url[:200]})
    return Check("status", Outcome.PASSED, "not_revoked", {"url": url[:200]})


def _period(credential: Credential, now: datetime) -> Check:
    if credential.valid_from is None:
        missing = {"member": "issuedOn"}
        return Check("validity_period", Outcome.COULD_NOT_CHECK, "date_unreadable", missing)
    return check_validity_period(credential, now=now)


def _differs(handed: Json, hosted: Json) -> bool:
    """Whether a copy says another recipient, badge or date than the badge at its address."""
    for member in ("recipient", "issuedOn", "expires", "evidence"):
        if member in handed and handed[member] != hosted.get(member):
            return True
    return "badge" in handed and text_or_id(handed["badge"]) != text_or_id(hosted.get("badge"))


def _required(reference: Any, fetch: Fetch) -> Json:
    if not isinstance(reference, str):
        raise UnavailableError("ob2_linked_unreachable", str(reference)[:80])
    try:
        return _load(reference, fetch)
    except FetchError as exc:
        raise UnavailableError("ob2_linked_unreachable", reference) from exc


def _load(url: str, fetch: Fetch) -> dict[str, Any]:
    fetched = fetch(url, accept=_TYPES, max_bytes=MAX_DOCUMENT_BYTES)
    try:
        return strict_json.loads_object(fetched.body)
    except strict_json.StrictJsonError as exc:
        raise FetchError("answer_unreadable", url, str(exc)) from exc


def _key(document: Json) -> RSAPublicKey | None:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # slow to import

    pem = document.get("publicKeyPem")
    try:
        key = load_pem_public_key(pem.encode()) if isinstance(pem, str) else None
    except ValueError:
        return None
    sound = isinstance(key, RSAPublicKey) and key.key_size in jose.RSA_BITS
    return key if sound and isinstance(key, RSAPublicKey) else None


def _failed(name: str, code: str, params: Mapping[str, str] | None = None) -> Check:
    return Check(name, Outcome.FAILED, code, dict(params or {}))
