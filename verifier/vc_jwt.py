"""The VC-JWT proof: key, signature, and claims that say what the body says (OB-58…64, T6, T8)."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from verifier import jose
from verifier.controller import PROOF_ERROR, Controller, DidError, VerificationMethod
from verifier.credential import Credential, listed
from verifier.data_integrity import ControllerOf
from verifier.jose import Jws
from verifier.report import Check, Outcome

MAX_KEYS = 10
"""A header that names no key leaves those of the issuer that fit its algorithm to be tried."""
_MODEL_2 = "https://www.w3.org/ns/credentials/v2"
CLAIMS = ("iss", "sub", "jti", "nbf", "exp")
"""What a JWT says beside the credential and again in it (OB-60)."""
_BODY = {"@context", "type", "issuer", "credentialSubject", "validFrom", "proof"}

Json = Mapping[str, Any]


class TwoModelsError(ValueError):
    """The JWT mixes the forms of two data models, so two readers could read two things (T8)."""


def credential_in(payload: Json) -> Json:
    """Return the credential that a JWT carries: its payload, or by data model 1.1 its `vc`
    claim, in which `iss`, `sub`, `jti`, `nbf` and `exp` fill in what it leaves out (VCDM 1.1,
    section 6.3.1). Raises `TwoModelsError` for what is neither.
    """
    inner = payload.get("vc")
    if inner is None:
        return payload
    if not isinstance(inner, dict) or payload.keys() & _BODY:
        raise TwoModelsError("a vc claim beside members of data model 2.0")
    if _MODEL_2 in listed(inner.get("@context")):
        raise TwoModelsError("a vc claim beside members of data model 2.0")
    filled = {
        "issuer": payload.get("iss"),
        "id": payload.get("jti"),
        "issuanceDate": _text_date(payload.get("nbf")),
        "expirationDate": _text_date(payload.get("exp")),
    }
    subject = inner.get("credentialSubject")
    if isinstance(subject, dict) and "sub" in payload:
        filled["credentialSubject"] = {"id": payload["sub"]} | subject
    missing = {
        name: value
        for name, value in filled.items()
        if value is not None and (name not in inner or name == "credentialSubject")
    }
    return inner | missing


def _text_date(value: Any) -> str | None:
    moment = _moment(value)
    return None if moment is None else moment.isoformat()


def _moment(value: Any) -> datetime | None:
    """Return a NumericDate as a time, None for anything else (RFC 7519, section 2)."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def check_jwt(jws: Jws, credential: Credential, controller_of: ControllerOf) -> tuple[Check, ...]:
    """Check the signature of a VC-JWT with a key of its issuer, and its claims.

    Header `kid` and `jwk` only say which key: it counts if the issuer's own document lists it.
    """
    kid, issuer = jws.kid, credential.issuer.id
    elsewhere = kid is not None and ":" in kid and kid.partition("#")[0] != issuer
    if kid is not None and elsewhere and issuer.startswith("did:"):
        return (_failed("proof", "key_of_another", {"issuer": issuer, "method": kid[:200]}),)
    try:
        controller = controller_of()
    except DidError as exc:
        outcome = Outcome.FAILED if exc.certain else Outcome.COULD_NOT_CHECK
        return (Check("key", outcome, exc.code, {"issuer": issuer, "detail": exc.detail[:200]}),)
    methods = _methods(jws, controller)
    if not methods:
        return (controller.check_absent(kid or jws.header["alg"], _signing_time(jws.payload)),)
    keys = [(method, method.key) for method in methods if method.key is not None]
    if not keys:
        unread = {"method": methods[0].id}
        return (Check("key", Outcome.COULD_NOT_CHECK, "key_not_supported", unread),)
    suite = {"suite": f"VC-JWT {jws.header['alg']}"}
    for method, key in keys:
        if jose.verify(jws, key):
            return (
                method.check_used_at(_signing_time(jws.payload)),
                Check("proof", Outcome.PASSED, "signature_verified", suite),
                check_claims(jws.payload, credential),
            )
    return (_failed("proof", "signature_wrong", suite),)


def _methods(jws: Jws, controller: Controller) -> list[VerificationMethod]:
    """Return the issuer's methods that the header may mean; `kid` and `jwk` must agree.

    A `kid` is the whole id of a method, or only its last part; in key sets the last part may be
    all that the key is called.
    """
    found = list(controller.methods)
    if (kid := jws.kid) is not None:
        meant = {kid, controller.id + "#" + kid.removeprefix("#"), kid.rpartition("#")[2]}
        found = [method for method in found if method.id in meant]
    if "jwk" in jws.header:
        try:
            wanted = jose.to_jwk(jose.public_key(jws.header["jwk"]))
        except jose.JoseError:
            return []
        found = [method for method in found if method.key and jose.to_jwk(method.key) == wanted]
    elif kid is None:
        algorithm = jws.header["alg"]
        found = [each for each in found if each.key and jose.fits(algorithm, each.key)]
    return found[:MAX_KEYS]


def _signing_time(payload: Json) -> datetime | None:
    for claim in ("iat", "nbf"):
        if claim in payload:
            return _moment(payload[claim])
    return None


def check_claims(payload: Json, credential: Credential) -> Check:
    """Check that `iss`, `sub`, `jti`, `nbf` and `exp` say what the credential itself says.

    A claim that is left out takes nothing from the signed body, so it is only noted, except
    `exp` without `validUntil`: a reader of the body would not see that end. A `sub` contradicts
    no subject that has only identifiers: Open Badges asks for both (OB-64). Nor does `nbf` a
    begin that cannot be read, which the check of the shape says.
    """
    body = {
        "iss": credential.issuer.id,
        "jti": credential.id,
        "sub": credential.subject_id,
        "nbf": _numeric_date(credential.valid_from),
        "exp": _numeric_date(credential.valid_until),
    }
    for claim, expected in body.items():
        said = payload.get(claim)
        if claim in ("sub", "nbf") and expected is None and isinstance(said, str | int):
            continue
        if claim in ("nbf", "exp") and isinstance(said, float):
            said = math.floor(said)
        if said is not None and (said != expected or isinstance(said, bool)):
            return _failed("claims", "claims_differ", {"claim": claim})
    missing = sorted(
        name for name, value in body.items() if value is not None and name not in payload
    )
    if missing:
        return Check("claims", Outcome.PASSED, "claims_missing", {"claims": ", ".join(missing)})
    return Check("claims", Outcome.PASSED, "claims_agree")


def _numeric_date(moment: datetime | None) -> int | None:
    """Return a time as NumericDate, whole seconds (RFC 7519, section 2; OB-61)."""
    return None if moment is None else math.floor(moment.timestamp())


def _failed(name: str, code: str, params: Mapping[str, str | int]) -> Check:
    return Check(name, Outcome.FAILED, code, params, PROOF_ERROR)
