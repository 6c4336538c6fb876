"""Presentations: whether the presenter proved to be the credentials' holder, to this verifier and
now (VCDM 2.0, section 4.13; Data Integrity 1.0, section 2.1; VC-JOSE-COSE, section 3.2).

None of it makes a credential authentic, and no credential makes a presentation so.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from contexts import FrozenContexts, inline
from contexts.json_types import Json
from verifier.checks.dates import CLOCK_SKEW, check_proof_dates
from verifier.credential.model import listed
from verifier.issuers.controller import PROOF_ERROR, Controller
from verifier.parsing import strict_json
from verifier.proof import jose, sd_jwt
from verifier.proof.data_integrity import check_proofs
from verifier.proof.jwt_payload import numeric_date, presentation_in
from verifier.proof.vc_jwt import check_signed
from verifier.report import Check, Outcome, Params, worst
from verifier.structure.data_model import check_presentation
from verifier.structure.gate import check_structure

AUTHENTICATION = "authentication"
NAME = "presentation"
"""Of all checks on a presentation."""
_TIMES = {
    "exp": "proof_expired", "nbf": "proof_from_the_future", "iat": "proof_from_the_future",
}  # fmt: skip
_BODY = ("@context", "type", "holder", "verifiableCredential")
"""What a token may say beside a `vp` claim only as that says it."""
NONE = Check(NAME, Outcome.COULD_NOT_CHECK, "no_presentation")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the verifier asked the holder to sign: words of its own, and where it is."""

    challenge: str | None = None
    domain: str | None = None

    @classmethod
    def of(cls, general: bool, challenge: str | None, domain: str | None) -> "Asked | None":
        """Return what was asked; None if nothing was, and only badges are verified."""
        asks = general or challenge is not None or domain is not None
        return cls(challenge, domain) if asks else None


class Presented(NamedTuple):
    """The checks of a presentation, and the identifier of the holder, if they all passed."""

    checks: tuple[Check, ...]
    holder: str | None = None

    def of(self, subject: str | None) -> tuple[Check, ...]:
        """Return the checks to add to those of a credential in it that has this subject."""
        if self.holder is None:
            return self.checks
        code = "holder_is_subject" if subject == self.holder else "holder_is_another"
        return (*self.checks, Check(NAME, Outcome.PASSED, code, {"holder": self.holder[:200]}))


ControllerOf = Callable[[str], Controller]
"""Returns the keys of a holder for authentication."""


def check_presented(
    text: str,
    asked: Asked,
    *,
    contexts: FrozenContexts,
    controller_of: ControllerOf,
    now: datetime,
) -> Presented:
    """Check a presentation, JSON or a compact JWS: its data model, who signed it, for whom, when.

    A presentation without a proof proves no holder. Never raises for anything in `text`.
    """
    try:
        if text.startswith("{"):
            holder, checks = _embedded(text, asked, contexts, controller_of, now)
        elif sd_jwt.is_one(text):
            sd = sd_jwt.parse(text)
            if "VerifiablePresentation" not in listed(presentation_in(sd.jws.payload).get("type")):
                return _bound(sd, asked, now)
            holder, checks = _token(sd.jws, asked, controller_of, now)
        else:
            jws = jose.parse(text, jose.PRESENTATION_TYPES)
            holder, checks = _token(jws, asked, controller_of, now)
    except strict_json.StrictJsonError as exc:
        return Presented((_unknown("not_strict_json", {"detail": str(exc)[:200]}),))
    except jose.JoseError as exc:
        outcome = Outcome.FAILED if exc.certain else Outcome.COULD_NOT_CHECK
        return Presented((Check(NAME, outcome, exc.code, {"detail": exc.detail[:200]}),))
    checks = tuple(replace(check, name=NAME) for check in checks)
    if (decisive := worst(checks)) is not None:
        return Presented((decisive,))
    code = "holder_proved" if asked.challenge is not None else "holder_signed"
    return Presented((Check(NAME, Outcome.PASSED, code, {"holder": holder[:200]}),), holder)


def _embedded(
    text: str, asked: Asked, contexts: FrozenContexts, controller_of: ControllerOf, now: datetime
) -> tuple[str, tuple[Check, ...]]:
    document: Json = strict_json.loads_object(text)
    flaws = check_presentation(document)
    proofs = [proof for proof in listed(document.get("proof")) if isinstance(proof, dict)]
    if not proofs:
        return "", (*flaws, _unknown("presentation_unproved", {}))
    holder = _holder(document) or _controller_named(proofs[0])
    with suppress(inline.RenamesError):  # the gate says so
        document, contexts = inline.pin(document, contexts)
    structure = check_structure(document)
    if structure.outcome is not Outcome.PASSED or not holder:
        return "", (*flaws, structure, _unknown("presentation_unproved", {}))
    keys = cache(lambda: controller_of(holder))
    checks = check_proofs(document, holder, keys, contexts, purpose=AUTHENTICATION)
    own = [proof for proof in proofs if _controller_named(proof) == holder] or proofs
    answers = [_answers(asked, proof.get("challenge"), proof.get("domain")) for proof in own]
    dates = check_proof_dates(proofs, now=now)
    return holder, (*flaws, *checks, dates, *(check for of_proof in answers for check in of_proof))


def _token(
    jws: jose.Jws, asked: Asked, controller_of: ControllerOf, now: datetime
) -> tuple[str, tuple[Check, ...]]:
    claims = jws.payload
    document = presentation_in(claims)
    if any(name in claims and claims[name] != document.get(name) for name in _BODY):
        return "", (_unknown("jwt_two_models", {}),)
    holder = _holder(document) or claims.get("iss") or (jws.kid or "").partition("#")[0]
    if not isinstance(holder, str) or not holder:
        return "", (_unknown("presentation_unproved", {}),)
    checks = check_signed(jws, holder, lambda: controller_of(holder))
    if claims.get("iss", holder) != holder:
        checks += (_failed("claims_differ", {"claim": "iss"}),)
    challenge = claims.get("nonce", claims.get("challenge"))
    answers = _answers(asked, challenge, claims.get("aud", claims.get("domain")))
    return holder, (*check_presentation(document), *checks, *answers, *_ended(claims, now))


def _bound(sd: sd_jwt.SdJwt, asked: Asked, now: datetime) -> Presented:
    """Check the key binding of an SD-JWT (RFC 9901, section 7.3): who shows it has the key that its
    issuer put into it."""
    if not sd.binding:
        return Presented((_unknown("presentation_unproved", {}),))
    binding = jose.parse(sd.binding, {"KB+JWT"})
    if sd.holder_key() is None:
        return Presented((_unknown("key_not_supported", {"method": "cnf"}),))
    claims = binding.payload
    checks = [*_answers(asked, claims.get("nonce"), claims.get("aud"))]
    if not sd.binds(binding):
        checks.insert(0, _failed("signature_wrong", {"suite": f"KB-JWT {binding.header['alg']}"}))
    if "iat" not in claims:
        checks.append(_unknown("date_unreadable", {"member": "iat"}))
    checks += _ended(claims, now)
    if (decisive := worst(tuple(checks))) is not None:
        return Presented((decisive,))
    code = "key_proved" if asked.challenge is not None else "key_signed"
    return Presented((Check(NAME, Outcome.PASSED, code),))


def _answers(asked: Asked, challenge: Any, domain: Any) -> tuple[Check, ...]:
    """Check that the holder signed what this verifier asked for."""
    problems = []
    if asked.challenge is not None and challenge != asked.challenge:
        problems.append(_failed("challenge_differs", {"challenge": str(challenge)[:80]}))
    if asked.domain is not None and asked.domain not in listed(domain):
        problems.append(_failed("domain_differs", {"domain": str(domain)[:80]}))
    return tuple(problems)


def _ended(claims: Json, now: datetime) -> tuple[Check, ...]:
    """Check the times of a JWT (RFC 7519, section 4.1)."""
    for claim, code in _TIMES.items():
        if claim not in claims:
            continue
        moment = numeric_date(claims[claim])
        if moment is None:
            return (_unknown("date_unreadable", {"member": claim}),)
        late = now - moment if claim == "exp" else moment - now
        if late > CLOCK_SKEW:
            return (_failed(code, {"date": moment.isoformat()}),)
    return ()


def _holder(document: Json) -> str | None:
    holder = document.get("holder")
    holder = holder.get("id") if isinstance(holder, dict) else holder
    return holder if isinstance(holder, str) and holder else None


def _controller_named(proof: Json) -> str:
    method = proof.get("verificationMethod")
    method = method.get("id") if isinstance(method, dict) else method
    return method.partition("#")[0] if isinstance(method, str) else ""


def _failed(code: str, params: Params) -> Check:
    return Check(NAME, Outcome.FAILED, code, params, PROOF_ERROR)


def _unknown(code: str, params: Params) -> Check:
    return Check(NAME, Outcome.COULD_NOT_CHECK, code, params)
