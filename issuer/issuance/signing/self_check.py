"""Our own verifier checks each new credential before it is released.

objection = self_check(issuer, secured, known)  # None if it is sound
"""

import json

from contexts import BUNDLED
from contexts.content import content_of
from issuer.home import published
from issuer.home.issuer import Issuer
from issuer.issuance.signing.proofs import Secured
from verifier import clock
from verifier.pipeline.examine import World
from verifier.pipeline.memory import Memory, RecordingFetch, RememberingWorld
from verifier.pipeline.pipeline import look_at
from verifier.proof import jose
from verifier.proof.computed import Computed
from verifier.proof.jwt_payload import CLAIMS
from verifier.proof.vc_jwt import check_jwt
from verifier.report import Answer, Report, worst
from verifier.structure.shape import GAPS
from verifier.wording import words


def self_check(
    issuer: Issuer, secured: Secured, known: Memory, computed: Computed | None = None
) -> str | None:
    """Return what our own verifier objects to, seeing only our own published files; or None.

    The bytes to be stored are read again. Each form with an embedded proof is verified whole; the
    JWT by its signature, its key and its claims, and it must say what the others say. `known` is
    what was found out about the published files just before, `computed` what was computed to sign.
    """
    fetch = published.fetch_own(issuer.settings)
    recording = RecordingFetch(known, lambda: fetch)
    world = RememberingWorld(recording, clock.now(), (), BUNDLED, computed)
    report = look_at(secured.json, world)
    for each in (report, look_at(secured.to_share, world) if secured.to_share else report):
        if why := _objection(each):
            return why
    return _objection_to_jwt(secured.jwt, report, world) if secured.jwt else None


def _objection(report: Report) -> str | None:
    for name in ("authentic", "current"):
        verdict = report.verdicts()[name]
        if verdict.answer is not Answer.YES:
            return f"{report.carrier}: {name} is {verdict.answer} ({verdict.code})"
    for check in report.checks:  # a reader looks past these; no credential of ours asks him to
        if check.code in (*GAPS, "shape_notes"):
            return f"{report.carrier}: {words.text(check)}"
    return None


def _objection_to_jwt(jwt: bytes, report: Report, world: World) -> str | None:
    credential = report.credential
    try:
        jws = jose.parse(jwt.decode())
    except ValueError as exc:
        return f"jwt: {exc}"
    payload = {name: value for name, value in jws.payload.items() if name not in CLAIMS}
    document = json.loads(report.text)
    document.pop("proof", None)
    if credential is None or content_of(payload) != content_of(document):
        return "jwt: it says something else than the json"
    checks = check_jwt(jws, credential, lambda: world.controller(credential.issuer.id))
    decisive = worst(checks)
    return None if decisive is None else f"jwt: authentic is {decisive.outcome} ({decisive.code})"
