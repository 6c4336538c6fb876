"""Signed badges: a JWS by a key that the issuer's own profile names (Open Badges 2.0, *Signed
Verification*)."""

from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from contexts.json_types import Json
from verifier.checks.dates import check_validity_period
from verifier.checks.status import withdrawn_by
from verifier.credential.model import listed
from verifier.fetching.fetch import Fetch, FetchError
from verifier.open_badges_2.documents import (
    DocumentUnavailableError,
    badge_and_profile,
    linked,
    load,
    same,
)
from verifier.open_badges_2.view import credential_of, is_object, text_or_id
from verifier.proof import jose
from verifier.proof.jose import Jws
from verifier.public_keys.jwk import RSA_BITS
from verifier.report import Check, Examination, Outcome


def judge_signed(assertion: Json, jws: Jws, fetch: Fetch, now: datetime) -> Examination:
    """Return the examination of a signed badge; its key must be one that the issuer's own profile
    names."""
    badge, profile = badge_and_profile(assertion, fetch)
    if not listed(profile.get("publicKey")):  # as none of 1.x has
        raise DocumentUnavailableError("issuer_lists_no_keys", str(profile.get("id")))
    creator = _creator(assertion, profile)
    if creator is None:
        return Examination((_failed("key", "key_not_listed", {"method": "verification.creator"}),))
    documents = [key for key in listed(profile.get("publicKey")) if is_object(key)]
    embedded = next((key for key in documents if same(key.get("id"), creator)), None)
    document = embedded or linked(creator, fetch)
    key = _key(document)
    if not same(document.get("owner"), profile["id"]) or key is None:
        return Examination((_failed("key", "key_not_listed", {"method": creator[:200]}),))
    if not jose.verify(jws, key):
        return Examination(
            (_failed("proof", "signature_wrong", {"suite": f"JWS {jws.header['alg']}"}),)
        )
    credential = credential_of(assertion, badge, profile)
    suite = {"suite": f"JWS {jws.header['alg']}"}
    proof_checks = (Check("proof", Outcome.PASSED, "signature_verified", suite),)
    status_checks = (
        _revocation_list(assertion, profile, fetch),
        check_validity_period(credential, now=now),
    )
    return Examination(proof_checks, status_checks, credential)


def _creator(assertion: Json, profile: Json) -> str | None:
    """Return the key that the assertion names as its signer, if the profile lists that key."""
    verification = assertion.get("verification", assertion.get("verify"))
    key_ids = [text_or_id(key) for key in listed(profile.get("publicKey"))]
    creator = None
    if is_object(verification):
        creator = verification.get("creator", verification.get("url"))
    if creator is None and len(key_ids) == 1:
        return key_ids[0]
    return creator if isinstance(creator, str) and creator in key_ids else None


def _revocation_list(assertion: Json, profile: Json, fetch: Fetch) -> Check:
    """Look a signed badge up in the issuer's `revocationList`, by id or `uid`. The list of 1.x has
    a reason under each `uid`. An entry that cannot be read may be this badge."""
    url = profile.get("revocationList")
    if url is None:
        return Check("status", Outcome.NOT_APPLICABLE, "no_status")
    if not isinstance(url, str):
        member = {"member": "revocationList"}
        return Check("status", Outcome.COULD_NOT_CHECK, "status_malformed", member)
    where = {"url": url[:200]}
    try:
        document = load(url, fetch)
    except FetchError as exc:
        params = {**where, "why": exc.code}
        return Check("status", Outcome.COULD_NOT_CHECK, "status_unreachable", params)
    own = _ids(assertion)
    entries = listed(document.get("revokedAssertions"))
    entries += [{"id": uid, "revocationReason": document[uid]} for uid in own & document.keys()]
    named = [_ids(entry if is_object(entry) else {"id": entry}) for entry in entries]
    for entry, ids in zip(entries, named, strict=True):
        if own & ids:
            return withdrawn_by(entry, where)
    if document.get("revokedAssertions") is None or not own or not all(named):
        params = {"detail": "revokedAssertions"}
        return Check("status", Outcome.COULD_NOT_CHECK, "status_list_unreadable", params)
    return Check("status", Outcome.PASSED, "not_revoked", where)


def _ids(document: Json) -> set[str]:
    """Return the id and the `uid`, which some write as a number."""
    return {
        str(value)
        for value in (document.get("id"), document.get("uid"))
        if type(value) in (str, int)
    }


def _key(document: Json) -> RSAPublicKey | None:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # slow to import

    pem = document.get("publicKeyPem")
    try:
        key = load_pem_public_key(pem.encode()) if isinstance(pem, str) else None
    except ValueError:
        return None
    sound = isinstance(key, RSAPublicKey) and key.key_size in RSA_BITS
    return key if sound and isinstance(key, RSAPublicKey) else None


def _failed(name: str, code: str, params: Mapping[str, str] | None = None) -> Check:
    return Check(name, Outcome.FAILED, code, dict(params or {}))
