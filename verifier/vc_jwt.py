"""The VC-JWT proof: key, signature, and claims that say what the body says (OB-58…64, T6, T8)."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from verifier import jose
from verifier.credential import instant
from verifier.data_integrity import ControllerOf
from verifier.did import PROOF_ERROR, Controller, DidError, VerificationMethod
from verifier.jose import Jws
from verifier.report import Check, Outcome

Json = Mapping[str, Any]


def check_jwt(jws: Jws, issuer: str, controller_of: ControllerOf) -> tuple[Check, ...]:
    """Check the signature of a VC-JWT with a key of its issuer, and its claims.

    Header `kid` and `jwk` only say which key: it counts if the issuer's own document lists it.
    """
    kid = jws.kid
    if kid is not None and not kid.startswith("#") and kid.partition("#")[0] != issuer:
        return (_failed("proof", "key_of_another", {"issuer": issuer, "method": kid[:200]}),)
    if kid is None and "jwk" not in jws.header:
        return (_failed("proof", "jwt_names_no_key", {}),)
    try:
        controller = controller_of()
    except DidError as exc:
        outcome = Outcome.FAILED if exc.certain else Outcome.COULD_NOT_CHECK
        return (Check("key", outcome, exc.code, {"issuer": issuer, "detail": exc.detail[:200]}),)
    method = _method(jws, controller)
    if method is None:
        return (_failed("key", "key_not_listed", {"method": (kid or "jwk")[:200]}),)
    if method.key is None:
        return (Check("key", Outcome.COULD_NOT_CHECK, "key_not_supported", {"method": method.id}),)
    signed = _signing_time(jws.payload)
    verified = jose.verify(jws, method.key)
    suite = {"suite": f"VC-JWT {jws.header['alg']}"}
    return (
        method.check_used_at(signed),
        Check("proof", Outcome.PASSED, "signature_verified", suite)
        if verified
        else _failed("proof", "signature_wrong", suite),
        check_claims(jws.payload),
    )


def _method(jws: Jws, controller: Controller) -> VerificationMethod | None:
    """Return the issuer's method that the header means; with both, `kid` and `jwk` must agree."""
    candidates = list(controller.methods)
    if jws.kid is not None:
        kid = controller.id + jws.kid if jws.kid.startswith("#") else jws.kid
        candidates = [method for method in candidates if method.id == kid]
    if "jwk" in jws.header:
        try:
            wanted = jose.to_jwk(jose.public_key(jws.header["jwk"]))
        except jose.JoseError:
            return None
        candidates = [m for m in candidates if m.key and jose.to_jwk(m.key) == wanted]
    return candidates[0] if candidates else None


def _signing_time(payload: Json) -> datetime | None:
    for claim in ("iat", "nbf"):
        value = payload.get(claim)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                return datetime.fromtimestamp(value, UTC)
            except (ValueError, OverflowError, OSError):
                return None
    return None


def check_claims(payload: Json) -> Check:
    """Check that `iss`, `sub`, `jti`, `nbf` and `exp` say what the credential itself says.

    A claim that is left out takes nothing from the signed body, so it is only noted, except
    `exp` without `validUntil`: a reader of the body would not see that end.
    """
    subject = payload.get("credentialSubject")
    issuer = payload.get("issuer")
    body = {
        "iss": issuer.get("id") if isinstance(issuer, dict) else issuer,
        "jti": payload.get("id"),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
        "nbf": _numeric_date(payload.get("validFrom")),
        "exp": _numeric_date(payload.get("validUntil")),
    }
    for claim, expected in body.items():
        said = payload.get(claim)
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


def _numeric_date(value: Any) -> int | None:
    """Return a time as NumericDate, whole seconds (RFC 7519, section 2; OB-61)."""
    moment = instant(value) if isinstance(value, str) else None
    return None if moment is None else math.floor(moment.timestamp())


def _failed(name: str, code: str, params: Mapping[str, str | int]) -> Check:
    return Check(name, Outcome.FAILED, code, params, PROOF_ERROR)
