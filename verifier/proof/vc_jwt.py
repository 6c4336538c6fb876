"""Check the signature of a VC-JWT with a key of the issuer (OB-58…64, T6)."""

from collections.abc import Mapping
from datetime import datetime

from contexts.json_types import Json
from verifier.credential.model import Credential
from verifier.issuers.controller import PROOF_ERROR, Controller, DidError, VerificationMethod
from verifier.proof import jose
from verifier.proof.data_integrity import ControllerOf
from verifier.proof.jose import Jws
from verifier.proof.jwt_payload import check_claims, numeric_date
from verifier.public_keys.jwk import JwkError, from_jwk, to_jwk
from verifier.public_keys.signature import Holds, verify_jose
from verifier.report import Check, Outcome

MAX_KEYS = 10
"""Keys that are tried if the header names none: those that fit its algorithm."""


def check_jwt(
    jws: Jws, credential: Credential, controller_of: ControllerOf, holds: Holds = verify_jose
) -> tuple[Check, ...]:
    """Check the signature of a VC-JWT with a key of its issuer, and its claims.

    The headers `kid` and `jwk` only select a key, which the issuer's own document must list.
    """
    checks = check_signed(jws, credential.issuer.id, controller_of, holds)
    if len(checks) == 1:
        return checks
    return (*checks, check_claims(jws.payload, credential, times=not jws.is_vc_jose))


def check_signed(
    jws: Jws, issuer: str, controller_of: ControllerOf, holds: Holds = verify_jose
) -> tuple[Check, ...]:
    """Check the signature of a JWT by its issuer or, for a presentation, its holder. Returns two
    checks, of the key and of the signature, if the signature is right, else the one that is not."""
    try:
        controller = controller_of()
    except DidError as exc:
        outcome = Outcome.FAILED if exc.certain else Outcome.COULD_NOT_CHECK
        return (Check("key", outcome, exc.code, {"issuer": issuer, "detail": exc.detail[:200]}),)
    named = _named(jws, controller)
    tried = named or _fitting(jws, controller)
    for method in tried:
        if method.key is not None and jose.verify(jws, method.key, holds):
            return (
                method.check_used_at(_signing_time(jws.payload)),
                Check("proof", Outcome.PASSED, "signature_verified", _suite(jws)),
            )
    if named or (tried and jws.kid is None):
        unread = next((method for method in tried if method.key is None), None)
        return (_unsupported(unread) if unread else _failed("signature_wrong", _suite(jws)),)
    return (_no_key(jws, controller),)


def _named(jws: Jws, controller: Controller) -> list[VerificationMethod]:
    """Return the issuer's methods that the header names; `kid` and `jwk` must agree.

    A `kid` is the whole id of a method, or only its last part; in key sets the last part may be
    all that the key is called.
    """
    methods = list(controller.methods)
    if (kid := jws.kid) is not None:
        names = {kid, controller.id + "#" + kid.removeprefix("#"), kid.rpartition("#")[2]}
        methods = [method for method in methods if method.id in names]
    if "jwk" in jws.header:
        try:
            wanted = to_jwk(from_jwk(jws.header["jwk"]))
        except JwkError:
            return []
        methods = [method for method in methods if method.key and to_jwk(method.key) == wanted]
    return methods[:MAX_KEYS] if jws.header.keys() & {"kid", "jwk"} else []


def _fitting(jws: Jws, controller: Controller) -> list[VerificationMethod]:
    """Return the issuer's keys that may have signed. A `kid` that is the DID alone, a thumbprint or
    another address selects no key and excludes none; a `jwk` selects exactly one."""
    if "jwk" in jws.header:
        return []
    algorithm = jws.header["alg"]
    fitting = [
        method for method in controller.methods if method.key and jose.fits(algorithm, method.key)
    ]
    return fitting[:MAX_KEYS]


def _no_key(jws: Jws, controller: Controller) -> Check:
    """Return the check for a JWT that no key of the issuer signed."""
    kid, issuer = jws.kid, controller.id
    if unread := next((method for method in controller.methods if method.key is None), None):
        return _unsupported(unread)
    if kid and kid.startswith("did:") and kid.partition("#")[0] != issuer:
        return _failed("key_of_another", {"issuer": issuer, "method": kid[:200]})
    return controller.check_absent(kid or jws.header["alg"], _signing_time(jws.payload))


def _unsupported(method: VerificationMethod) -> Check:
    return Check("key", Outcome.COULD_NOT_CHECK, "key_not_supported", {"method": method.id})


def _suite(jws: Jws) -> dict[str, str]:
    return {"suite": f"VC-JWT {jws.header['alg']}"}


def _signing_time(payload: Json) -> datetime | None:
    for claim in ("iat", "nbf"):
        if claim in payload:
            return numeric_date(payload[claim])
    return None


def _failed(code: str, params: Mapping[str, str | int]) -> Check:
    return Check("proof", Outcome.FAILED, code, params, PROOF_ERROR)
