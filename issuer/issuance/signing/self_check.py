"""Our own verifier checks each new credential before it is released.

objection = self_check(issuer, secured, known, now=now)  # None if it is sound
"""

import json
from datetime import datetime

from contexts import BUNDLED
from contexts.content import content_of
from issuer.home import published
from issuer.home.issuer import Issuer
from issuer.issuance.signing.proofs import Secured
from verifier.checks.dates import check_proof_dates
from verifier.credential.model import Credential, listed
from verifier.parsing import strict_json
from verifier.pipeline.examine import World
from verifier.pipeline.memory import Memory, RecordingFetch, RememberingWorld
from verifier.pipeline.pipeline import look_at
from verifier.proof import jose
from verifier.proof.computed import Computed
from verifier.proof.cryptosuites.ecdsa_sd import unsecured
from verifier.proof.data_integrity import check_proofs
from verifier.proof.jwt_payload import CLAIMS
from verifier.proof.vc_jwt import check_jwt
from verifier.report import Answer, Check, Report, worst
from verifier.structure.shape import GAPS
from verifier.wording import words


def self_check(
    issuer: Issuer,
    secured: Secured,
    known: Memory,
    computed: Computed | None = None,
    *,
    now: datetime,
) -> str | None:
    """Return what our own verifier objects to, seeing only our own published files; or None.

    The bytes to be stored are parsed again. The JSON form is verified whole. The other forms must
    have the same content, so only what is their own is verified: signatures, keys, and the claims
    of the JWT. `known` remembers the published files from the check before, `computed` the results
    of signing.
    """
    fetch = published.fetch_own(issuer.settings)
    recording = RecordingFetch(known, lambda: fetch)
    world = RememberingWorld(recording, now, (), BUNDLED, computed)
    report = look_at(secured.json, world)
    credential, why = report.credential, _objection(report)
    if why or credential is None:
        return why or "json: nothing can be shown of it"
    content = content_of(unsecured(json.loads(report.text)))
    if secured.to_share:
        why = _objection_to_share(secured.to_share, content, credential, world)
    if secured.jwt and not why:
        why = _objection_to_jwt(secured.jwt, content, credential, world)
    return why


def _objection(report: Report) -> str | None:
    for name in ("authentic", "current"):
        verdict = report.verdicts()[name]
        if verdict.answer is not Answer.YES:
            return f"{report.carrier}: {name} is {verdict.answer} ({verdict.code})"
    for check in report.checks:  # a reader looks past these; no credential of ours asks him to
        if check.code in (*GAPS, "shape_notes"):
            return f"{report.carrier}: {words.text(check)}"
    return None


def _objection_to_share(
    form: bytes, content: bytes, credential: Credential, world: World
) -> str | None:
    try:
        document = strict_json.loads_object(form.decode())
    except ValueError as exc:
        return f"to share: {exc}"
    if content_of(unsecured(document)) != content:
        return "to share: it says something else than the json"
    issuer, proofs = credential.issuer.id, listed(document.get("proof"))
    checks = check_proofs(
        document, issuer, lambda: world.controller(issuer), world.contexts, world.computed
    )
    return _decisive("to share", (*checks, check_proof_dates(proofs, now=world.now)))


def _objection_to_jwt(
    form: bytes, content: bytes, credential: Credential, world: World
) -> str | None:
    try:
        jws = jose.parse(form.decode())
    except ValueError as exc:
        return f"jwt: {exc}"
    payload = {name: value for name, value in jws.payload.items() if name not in CLAIMS}
    if content_of(payload) != content:
        return "jwt: it says something else than the json"
    holds = (world.computed or Computed()).holds
    checks = check_jwt(jws, credential, lambda: world.controller(credential.issuer.id), holds)
    return _decisive("jwt", checks)


def _decisive(form: str, checks: tuple[Check, ...]) -> str | None:
    decisive = worst(checks)
    if decisive is None:
        return None
    return f"{form}: authentic is {decisive.outcome} ({decisive.code})"
