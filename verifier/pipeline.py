"""The pipeline: the one file that knows the order of checks (Open Badges 3.0, section 9).

    (1) Intake        find the credential in what was handed in
    (2) Parse         strict JSON, strict JWS
    (3) Structure     what it shows is what was signed
    (4) Shape         it is an Open Badge
    (5) Proof         the signature, by a key of the issuer            → authentic
    (6) Dates         of the credential and of its proofs
    (7) Status        the issuer's status lists                        → current
    (8) Recognition   the trust lists of this verifier                 → recognised
    (9) Presentation  who presented it, and files of evidence          → theirs

A signature is checked before anything is fetched that it does not need (T20). A step whose
ground is gone is not taken: without (5) nothing else is looked at, and no claim is shown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from contexts import BUNDLED, FrozenContexts
from verifier import jose, open_badges_2, recipient, strict_json, trust
from verifier.controller import Controller, DidError
from verifier.credential import Credential, listed, view
from verifier.data_integrity import check_proofs
from verifier.dates import check_proof_dates, check_validity_period
from verifier.did import resolve
from verifier.disclosure import check_limits, check_withheld
from verifier.evidence import check_evidence
from verifier.fetch import Fetch, FetchError
from verifier.gate import check_structure
from verifier.intake import Handed, IntakeError, credential_of_page, read
from verifier.report import Answer, Check, Found, Outcome, Report, Verdict, worst
from verifier.shape import check_shape
from verifier.status import check_status
from verifier.trust import TrustList
from verifier.vc_jwt import TwoModelsError, check_jwt, credential_in

MAX_CREDENTIAL_BYTES = 5 * 1024 * 1024
CREDENTIAL_TYPES = (
    "application/vc+ld+json, application/vc, application/json, application/vc+jwt, "
    "application/jwt, text/plain, image/png, image/svg+xml, application/pdf"
)
PARSING_ERROR = "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"
_PARTS = ("credentialSchema", "refreshService", "endorsement", "endorsementJwt", "termsOfUse")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """What a verification may know beside the credential: the time, and how to ask others."""

    fetch: Fetch
    now: datetime
    trust: tuple[TrustList, ...]
    contexts: FrozenContexts

    def controller(self, issuer: str) -> Controller:
        """Return the issuer's document, or its snapshot in a trust list when it is out of reach."""
        try:
            return resolve(issuer, self.fetch)
        except DidError as exc:
            kept = trust.snapshot(self.trust, issuer, self.now)
            if kept is None or exc.certain:
                raise
            return kept


@dataclass(frozen=True, slots=True)
class Secured:
    """A parsed credential and how it is secured; `jws` is None for an embedded proof."""

    document: Json
    jws: jose.Jws | None

    @property
    def securing(self) -> str:
        return "data_integrity" if self.jws is None else "vc_jwt"


def verify(
    data: bytes,
    *,
    fetch: Fetch,
    now: datetime,
    trust: Sequence[TrustList] = (),
    presented_by: str | None = None,
    evidence: Sequence[bytes] = (),
    contexts: FrozenContexts = BUNDLED,
) -> Report:
    """Return the report on a credential in any form: JSON, JWT, PNG, SVG, PDF, a picture of a
    code, or a link to one of these.

    `fetch` is how the world is asked (`verifier.fetch.WebFetch()` or `offline`), `now` the time
    that dates are judged at, `trust` the lists that say who is recognised, `presented_by` a
    name, e-mail address or DID, `evidence` files to compare with the digests in the credential.
    Never raises for anything in `data`: what is wrong with it is in the report.
    """
    world = World(fetch, now, tuple(trust), contexts)
    try:
        handed = _hand_in(data, fetch)  # (1)
    except IntakeError as exc:
        check = Check("intake", Outcome.COULD_NOT_CHECK, exc.code, exc.params)
        return _unauthentic("unknown", "unknown", (check,), presented_by)
    received = tuple(
        Check("intake", Outcome.PASSED, code)
        for code in (f"received_{handed.carrier}", *handed.notes)
    )
    try:
        secured = parse(handed.text)  # (2)
    except jose.JoseError as exc:
        failed = Check("parse", Outcome.FAILED, exc.code, {"detail": exc.detail}, PARSING_ERROR)
        return _unauthentic(handed.carrier, "vc_jwt", (*received, failed), presented_by)
    except strict_json.StrictJsonError as exc:
        failed = Check(
            "parse", Outcome.FAILED, "not_strict_json", {"detail": str(exc)}, PARSING_ERROR
        )
        return _unauthentic(handed.carrier, "data_integrity", (*received, failed), presented_by)
    except TwoModelsError:
        mixed = Check("parse", Outcome.COULD_NOT_CHECK, "jwt_two_models")
        return _unauthentic(handed.carrier, "vc_jwt", (*received, mixed), presented_by)
    return _judge(handed, received, secured, world, presented_by, evidence)


def _hand_in(data: bytes, fetch: Fetch) -> Handed:
    """Read what was handed in; a link is followed, and a page to the credential that it names."""
    handed = read(data)
    if handed.carrier != "url":
        return handed
    url = handed.text
    body = _follow(url, fetch)
    if named := credential_of_page(body, url):
        body = _follow(named, fetch)
    found = read(body)
    if found.carrier == "url":
        raise IntakeError("link_to_no_credential", url=url[:200])
    return found


def _follow(url: str, fetch: Fetch) -> bytes:
    try:
        return fetch(url, accept=CREDENTIAL_TYPES, max_bytes=MAX_CREDENTIAL_BYTES).body
    except FetchError as exc:
        raise IntakeError("link_unreachable", url=url[:200], why=exc.code) from exc


def parse(text: str) -> Secured:
    """Return the credential in JSON text or in a compact JWS.

    Raises `StrictJsonError`, `JoseError` and `TwoModelsError`, which are `ValueError`.
    """
    if text.lstrip().startswith("{"):
        return Secured(strict_json.loads_object(text), None)
    jws = jose.parse(text.strip())
    return Secured(credential_in(jws.payload), jws)


def _judge(
    handed: Handed,
    received: tuple[Check, ...],
    secured: Secured,
    world: World,
    presented_by: str | None,
    evidence: Sequence[bytes],
) -> Report:
    found = _examine(secured, world)
    said = (*received, *found.said)
    authentic = _verdict(said, "authentic")
    credential = found.credential
    if authentic.answer is not Answer.YES or credential is None:
        return _unauthentic(handed.carrier, secured.securing, said, presented_by)
    files = tuple(check_evidence(credential, file) for file in evidence)
    return Report(
        carrier=handed.carrier,
        securing=secured.securing,
        checks=(*said, *found.still, *found.beside, *files),
        authentic=authentic,
        current=_verdict(found.still, "current"),
        recognised=trust.recognise(world.trust, credential.issuer.id, world.now),  # (8)
        theirs=None if presented_by is None else recipient.judge(credential, presented_by),  # (9)
        credential=credential,
    )


def _examine(secured: Secured, world: World) -> Found:
    """Steps (3) to (7): what makes it authentic, what makes it current, and the view of it."""
    if open_badges_2.is_assertion(secured.document):
        return open_badges_2.judge(secured.document, secured.jws, fetch=world.fetch, now=world.now)
    said = _authenticate(secured, world, check_shape)
    if worst(said) is not None:
        return Found(said)
    credential = view(secured.document)
    parts = tuple(
        Check("parts", Outcome.COULD_NOT_CHECK, "part_not_checked", {"member": member})
        for member in _PARTS
        if secured.document.get(member)
    )
    if secured.jws is None:
        parts += check_withheld(credential)
    return Found(said, _check_current(credential, secured, world), credential, parts)


def _authenticate(
    secured: Secured, world: World, check_kind: Callable[[Json], Check] | None
) -> tuple[Check, ...]:
    """Steps (3) to (5), for a credential and for a status list alike."""
    structure = check_structure(secured.document)  # (3)
    if structure.outcome is not Outcome.PASSED:
        return (structure,)
    shape = () if check_kind is None else (check_kind(secured.document),)  # (4)
    issuer = view(secured.document).issuer.id

    @cache
    def controller_of() -> Controller:
        return world.controller(issuer)

    if secured.jws is not None:  # (5)
        proofs = check_jwt(secured.jws, secured.document, issuer, controller_of)
    else:
        proofs = check_proofs(secured.document, issuer, controller_of, world.contexts)
    checks = (structure, *shape, *proofs)
    if worst(checks) is None and (kept := controller_of().snapshot_of):
        when = {"retrieved": kept.isoformat()}
        return (*checks, Check("issuer", Outcome.PASSED, "issuer_by_snapshot", when))
    return checks


def _check_current(credential: Credential, secured: Secured, world: World) -> tuple[Check, ...]:
    """Steps (6) and (7). What has ended may have been withdrawn as well, so both are asked."""
    dates = (check_validity_period(credential, now=world.now), *_proof_dates(secured, world))

    def read_list(body: bytes) -> Credential | None:
        try:
            found = parse(body.decode("utf-8", "strict"))
        except ValueError:  # not UTF-8, not strict JSON, not a JWS
            return None
        checks = (*_authenticate(found, world, None), *_proof_dates(found, world))
        return view(found.document) if worst(checks) is None else None

    status = check_status(credential, fetch=world.fetch, now=world.now, read_list=read_list)
    limits = () if secured.jws else check_limits(credential, world.contexts)
    return (*dates, *status, *limits)


def _proof_dates(secured: Secured, world: World) -> tuple[Check, ...]:
    if secured.jws is not None:
        return ()
    proofs = [p for p in listed(secured.document.get("proof")) if isinstance(p, dict)]
    return (check_proof_dates(proofs, now=world.now),)


def _verdict(checks: tuple[Check, ...], name: str) -> Verdict:
    """Return the answer that checks give together. None of them passed is no yes."""
    decisive = worst(checks)
    if decisive is not None:
        failed = decisive.outcome is Outcome.FAILED
        answer = Answer.NO if failed else Answer.COULD_NOT_CHECK
        return Verdict(answer, decisive.code, decisive.params)
    if not any(check.outcome is Outcome.PASSED for check in checks):
        return Verdict(Answer.COULD_NOT_CHECK, "nothing_checked")
    for check in checks:
        if check.code == "issuer_by_snapshot":
            return Verdict(Answer.YES, f"{name}_by_snapshot", check.params)
    return Verdict(Answer.YES, name)


def _unauthentic(
    carrier: str, securing: str, checks: tuple[Check, ...], presented_by: str | None
) -> Report:
    """The report on what is not authentic: no claim is shown, and nothing else is judged."""
    unjudged = Verdict(Answer.COULD_NOT_CHECK, "not_authentic")
    return Report(
        carrier=carrier,
        securing=securing,
        checks=checks,
        authentic=_verdict(checks, "authentic"),
        current=unjudged,
        recognised=unjudged,
        theirs=None if presented_by is None else unjudged,
    )
