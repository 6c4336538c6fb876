"""Steps (3) to (7) of the pipeline, for the submitted credential and for each one inside it.

The signature is checked before anything is fetched that it does not need (T20).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from contexts import FrozenContexts, Manner, inline, work
from contexts.content import content_of
from contexts.json_types import Json
from verifier import open_badges_2, trust
from verifier.checks.dates import (
    check_proof_dates,
    check_token_dates,
    check_validity_period,
)
from verifier.checks.disclosure import check_limits, check_withheld
from verifier.checks.presentation import AUTHENTICATION, Asked, Presented, check_presented
from verifier.checks.recipient import check_names, check_other_word
from verifier.checks.related import check_related
from verifier.checks.status import check_status, check_status_claim
from verifier.credential.model import Credential, listed
from verifier.credential.view import general_view, view
from verifier.fetching.fetch import Fetch
from verifier.intake import wrapping
from verifier.intake.baking import bare
from verifier.issuers.controller import Controller, DidError
from verifier.issuers.did import NOT_ASKED, resolve
from verifier.parsing import plain_text, strict_json
from verifier.pipeline.reading import MANNER, OTHERS, Read, reading
from verifier.proof import jose, sd_jwt
from verifier.proof.computed import Computed
from verifier.proof.data_integrity import check_proofs
from verifier.proof.jwt_payload import check_limits_named, check_writing, credential_in
from verifier.proof.sd_jwt import SdJwt
from verifier.proof.vc_jwt import check_jwt
from verifier.report import GENERAL, Answer, Check, Examination, Outcome, Report, Verdict, worst
from verifier.structure.data_model import check_any, check_general, is_badge
from verifier.structure.shape import as_signed, check_endorsement, check_shape
from verifier.trust import TrustList, chain

HELD_BYTES = 60
"""In one unit of `contexts.work`: all that is inside a credential once, and a fifth of it again."""
PARSING_ERROR = "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"

CheckKind = Callable[[Json], tuple[Check, ...]]


@dataclass(frozen=True, slots=True)
class World:
    """What a verification knows besides the credential: the time, trust lists, and how to fetch."""

    fetch: Fetch
    now: datetime
    trust: tuple[TrustList, ...]
    contexts: FrozenContexts
    computed: Computed | None = None
    """Results that the signer of the credential has computed already."""
    proven: dict[int, tuple[Json, "Proven"]] = field(default_factory=dict, repr=False)
    """Inner credentials whose signatures were checked already, because the outer reading depends on
    them; by `id()` of each document, which is held here so that the id stays valid."""
    general: bool = False
    """Whether the caller asked for credentials of any kind, not only badges."""
    asked: Asked | None = None
    """What a holder who presents credentials was asked to sign; None where that is not checked."""

    @property
    def check_kind(self) -> CheckKind:
        """The check of what kind of credential it is (step 4)."""
        return check_any if self.general else check_shape

    def controller(self, issuer: str, sd_jwt_vc: bool = False) -> Controller:
        """Return the issuer's document, or its snapshot in a trust list if its site fails; with
        `sd_jwt_vc`, as an issuer of these publishes its keys.

        A snapshot does not replace a site that was not asked: a thief with a stolen key could use
        up the requests of a verification (T34).
        """
        try:
            controller = resolve(issuer, self.fetch, sd_jwt_vc=sd_jwt_vc)
        except DidError as exc:
            snapshot = trust.snapshot(self.trust, issuer, self.now)
            if snapshot is None or exc.certain or exc.code == NOT_ASKED:
                raise
            controller = snapshot
        return controller.heeding(trust.snapshots(self.trust, issuer))

    def presented(self, text: str, asked: Asked) -> Presented:
        """Return the checks of a presentation, made within the work that is left for its file."""

        def keys(holder: str) -> Controller:
            return resolve(holder, self.fetch, AUTHENTICATION)

        return check_presented(
            text, asked, contexts=self.contexts, controller_of=keys, now=self.now
        )

    def status_list(self, body: bytes) -> Credential | None:
        """Return the view of a status list credential, or None if it is not authentic."""
        work.add(len(body))
        try:
            secured = parse(wrapping.opened(bare(plain_text.read(body))))
        except ValueError:  # not text, not strict JSON, not a JWS
            return None
        limits = () if secured.jws is None else check_limits_named(secured.document)
        checks, credential = _authenticate(secured, self, None)
        checks = (*checks, *_proof_dates(secured, self), *limits)
        return credential if worst(checks) is None else None


class Proven(NamedTuple):
    """The result of steps (3) and (5): how a credential is to be read; its view and the checks of
    its proofs, unless the structure gate refused it; and the document with the issuer's keys, if
    the proofs hold."""

    read: Read
    credential: Credential | None = None
    proofs: tuple[Check, ...] = ()
    controller: Controller | None = None


@dataclass(frozen=True)
class SecuredDocument:
    """A parsed credential and how it is secured; `jws` is None for an embedded proof."""

    document: Json
    jws: jose.Jws | None
    sd: SdJwt | None = None

    @property
    def securing(self) -> str:
        if self.sd is not None:
            return "sd_jwt"
        if self.jws is not None:
            return "vc_jwt"
        return "hosted" if open_badges_2.is_assertion(self.document) else "data_integrity"


def parse(text: str, *, general: bool = False) -> SecuredDocument:
    """Return the credential in JSON text or in a compact JWS, if `general` also in an SD-JWT
    (step 2).

    Raises `StrictJsonError`, `JoseError` and `TwoModelsError`, which are `ValueError`.
    """
    if text.lstrip().startswith("{"):
        return SecuredDocument(strict_json.loads_object(text), None)
    if general and sd_jwt.is_one(text):
        sd = sd_jwt.parse(text.strip())
        return SecuredDocument(sd.document or _credential_in(sd.jws, general), sd.jws, sd)
    jws = jose.parse(text.strip())
    return SecuredDocument(_credential_in(jws, general), jws)


def _credential_in(jws: jose.Jws, general: bool) -> Json:
    """Return the credential in a JWT. Of a badge, an end that stands in `exp` alone is a fault
    (OB-61); of any other credential, it is its end."""
    credential = credential_in(jws.payload)
    if general and not jws.is_vc_jose and not is_badge(credential):
        return credential_in(jws.payload, ends=True)
    return credential


def parse_inner(item: Any) -> SecuredDocument:
    """Return a credential inside another: an object, a JWT, or an envelope around one.

    Raises as `parse`, and `ValueError` for what is none of these.
    """
    if isinstance(item, str):
        return parse(item)
    if not isinstance(item, Mapping):
        raise ValueError("neither an object nor a JWT")
    inside = wrapping.unwrap_object(item)
    return SecuredDocument(item, None) if inside is None else parse(inside)


def unparsed(exc: ValueError) -> tuple[str, Check]:
    """Return how a document that `parse` refused was secured, and the check that says why."""
    if isinstance(exc, jose.JoseError):
        outcome = Outcome.FAILED if exc.certain else Outcome.COULD_NOT_CHECK
        return "vc_jwt", Check("parse", outcome, exc.code, {"detail": exc.detail}, PARSING_ERROR)
    if isinstance(exc, wrapping.WrappingError):
        return "unknown", Check("parse", Outcome.COULD_NOT_CHECK, exc.code, {"detail": exc.detail})
    if isinstance(exc, strict_json.NotJsonError):
        code = "text_cut_off" if exc.is_cut_off else "not_json"
        detail = {"detail": str(exc)}
        unread = Check("parse", Outcome.COULD_NOT_CHECK, code, detail, PARSING_ERROR)
        return "data_integrity", unread
    if isinstance(exc, strict_json.StrictJsonError):
        detail = {"detail": str(exc)}
        failed = Check("parse", Outcome.FAILED, "not_strict_json", detail, PARSING_ERROR)
        return "data_integrity", failed
    return "vc_jwt", Check("parse", Outcome.COULD_NOT_CHECK, "jwt_two_models")


def examine(secured: SecuredDocument, world: World, check_kind: CheckKind | None) -> Examination:
    """Return the checks of a credential, and its view.

    `check_kind` checks what kind of credential it is (step 4); None if the caller knows.
    """
    if check_kind is check_any and (own := _with_own_words(secured, world)) is not None:
        return own
    if open_badges_2.is_assertion(secured.document):
        return open_badges_2.judge_assertion(
            secured.document, secured.jws, fetch=world.fetch, now=world.now
        )
    if secured.jws is None and open_badges_2.is_part(secured.document):
        return open_badges_2.judge_part(secured.document)
    proof_checks, credential = _authenticate(secured, world, check_kind)
    if credential is None or worst(proof_checks) is not None:
        return Examination(proof_checks)
    notes = check_withheld(credential) if secured.jws is None else ()
    notes += check_names(credential)
    if check_kind is check_any and not is_badge(credential.document):
        notes += check_other_word(credential)
    return Examination(proof_checks, _check_current(credential, secured, world), credential, notes)


def _with_own_words(secured: SecuredDocument, world: World) -> Examination | None:
    """Return the examination of a credential that defines words of its own inside it, and renames
    nothing (D2); None for any other, and for badges, which need none."""
    if secured.jws is not None:
        return None
    try:
        document, pinned = inline.pin(secured.document, world.contexts)
        if pinned is world.contexts:
            return None
        inside = replace(world, contexts=pinned)
        result = examine(SecuredDocument(document, None), inside, check_any)
    except inline.RenamesError:
        return None
    if result.credential is None or is_badge(result.credential.document):
        return None if result.credential else result
    shown = inline.as_written(result.credential.document, pinned)
    return replace(result, credential=replace(result.credential, document=shown))


def _authenticate(
    secured: SecuredDocument, world: World, check_kind: CheckKind | None
) -> tuple[tuple[Check, ...], Credential | None]:
    """Steps (3) to (5), for a credential and for a status list alike, and the view of it."""
    general = check_kind is check_any
    _, proven = world.proven.get(id(secured.document)) or (None, _prove(secured, world, general))
    read, credential, proofs, controller = proven
    if credential is None:
        return (read.check,), None
    shape = _shape(secured, read, check_kind)  # (4)
    if worst(proofs) is None:
        shape = tuple(map(as_signed, shape))
    checks = (read.check, *shape, *proofs)
    if worst(checks) is not None:
        return checks, credential
    if not all(_holds(inner, more, world) for inner, more in read.doubts):
        return (Check("structure", Outcome.COULD_NOT_CHECK, "structure_in_pieces"),), None
    if not read.sure:
        return (Check("structure", Outcome.COULD_NOT_CHECK, "structure_unusual"),), None
    if controller and (retrieved := controller.snapshot_of):
        when = {"retrieved": retrieved.isoformat()}
        checks += (Check("issuer", Outcome.PASSED, "issuer_by_snapshot", when),)
    return checks, credential


def _shape(secured: SecuredDocument, read: Read, check_kind: CheckKind | None) -> tuple[Check, ...]:
    if secured.sd is not None and secured.sd.vct is not None:
        if not read.document.get("issuer"):
            return (Check("shape", Outcome.COULD_NOT_CHECK, "issuer_not_named"),)
        return (Check("shape", Outcome.PASSED, GENERAL, {"types": secured.sd.vct[:200]}),)
    if check_kind is check_any and not is_badge(read.document):
        return check_general(secured.document, read.document)
    return () if check_kind is None else check_kind(read.document)


def _prove(secured: SecuredDocument, world: World, general: bool = False) -> Proven:
    """Steps (3) and (5)."""
    read = _read(secured, world, general)
    if read.check.outcome is not Outcome.PASSED:
        return Proven(read)
    is_general = general and not is_badge(read.document)
    credential = general_view(read.document) if is_general else view(read.document)
    issuer = credential.issuer.id

    @cache
    def controller_of() -> Controller:
        return world.controller(issuer, secured.sd is not None and secured.sd.vct is not None)

    if secured.jws is not None:
        proofs = check_jwt(secured.jws, credential, controller_of)
    else:
        proofs = check_proofs(
            secured.document, issuer, controller_of, world.contexts, world.computed
        )
    proofs = (*proofs, *check_related(read.document))
    return Proven(read, credential, proofs, controller_of() if worst(proofs) is None else None)


def _read(secured: SecuredDocument, world: World, general: bool = False) -> Read:
    """Return how a credential is to be read: a JWT by its bytes, others by their statements; a
    badge as a badge, however its type is written."""
    if general:
        read = _read_in(OTHERS, secured, world)
        if not is_badge(read.document):
            return read
    return _read_in(MANNER, secured, world)


def _read_in(manner: Manner, secured: SecuredDocument, world: World) -> Read:
    if secured.jws is not None:
        return Read(check_writing(secured.document, manner.holds_many), secured.document)
    return reading(secured.document, world.contexts, manner)


def _holds(inner: Json, more: bool, world: World) -> bool:
    """Whether a credential inside is authentic by itself. If it says no `more` than the credential
    around it, it is enough that its signature is not wrong. False if that takes too much work to
    find out: in nested credentials, each covers all that is inside it (T23)."""
    try:
        work.spend(len(content_of(inner)) // HELD_BYTES)
        secured = parse_inner(inner)
        world.proven[id(secured.document)] = secured.document, _prove(secured, world)
        checks, _ = _authenticate(secured, world, None)
    except ValueError:  # which a WorkLimitError is as well
        return False
    decisive = worst(checks)
    return decisive is None or (not more and decisive.outcome is not Outcome.FAILED)


def _check_current(
    credential: Credential, secured: SecuredDocument, world: World
) -> tuple[Check, ...]:
    """Steps (6) and (7). An expired credential may be revoked as well, so both are checked."""
    dates = (check_validity_period(credential, now=world.now), *_proof_dates(secured, world))
    status = check_status(credential, fetch=world.fetch, now=world.now, read_list=world.status_list)
    if secured.jws is None:
        limits = check_limits(credential, secured.document, world.contexts)
    else:
        claim = secured.jws.payload.get("status", secured.document.get("status"))
        status = check_status_claim(claim, status)
        limits = check_limits_named(secured.document)
        if secured.sd is not None and secured.sd.hidden:
            limits += (Check("disclosure", Outcome.COULD_NOT_CHECK, "limits_not_shown"),)
    return (*dates, *status, *limits)


def _proof_dates(secured: SecuredDocument, world: World) -> tuple[Check, ...]:
    if secured.jws is not None:
        is_dated = secured.jws.is_vc_jose
        return (check_token_dates(secured.jws.payload, now=world.now),) if is_dated else ()
    proofs = [p for p in listed(secured.document.get("proof")) if isinstance(p, dict)]
    return (check_proof_dates(proofs, now=world.now),)


def conclude(
    carrier: str, secured: SecuredDocument, examination: Examination, world: World
) -> Report:
    """Return the report on an examination, with the verdict *Recognized* (step 8)."""
    authentic = verdict(examination.proof_checks, "authentic")
    credential = examination.credential
    if authentic.answer is not Answer.YES or credential is None:
        return unauthentic(carrier, secured.securing, examination.proof_checks)
    return Report(
        carrier=carrier,
        securing=secured.securing,
        checks=(*examination.proof_checks, *examination.status_checks, *examination.notes),
        authentic=authentic,
        current=verdict(examination.status_checks, "current"),
        recognized=_recognize(credential, world),
        credential=credential,
    )


def _recognize(credential: Credential, world: World) -> Verdict:
    """Return whether the issuer is on a list, or endorsed by somebody on one."""
    issuer = credential.issuer.id
    listing = trust.recognize(world.trust, issuer, world.now)
    if listing.code != "not_listed":
        return listing
    endorsements = _endorsements_of_issuer(credential.document)

    def read(item: chain.Item) -> chain.Link | None:
        return _link(item, world)

    return chain.endorsed(issuer, endorsements, world.trust, world.now, read=read) or listing


def _link(item: Any, world: World) -> chain.Link | None:
    """Return the link of an endorsement that is not verified yet."""
    try:
        secured = parse_inner(item)
    except ValueError:
        return None
    endorsement = view(_read(secured, world).document)
    if "EndorsementCredential" not in endorsement.types:
        return None

    def judge() -> tuple[Answer, Answer]:
        examination = examine(
            secured, world, lambda it: check_endorsement(it, {endorsement.subject_id or ""})
        )
        authentic = verdict(examination.proof_checks, "authentic")
        return authentic.answer, verdict(examination.status_checks, "current").answer

    endorsements = _endorsements_of_issuer(endorsement.document)
    subjects = listed(endorsement.document.get("credentialSubject"))
    kinds = [listed(subject.get("type")) for subject in subjects if isinstance(subject, Mapping)]
    licenses = len(subjects) == 1 and [chain.LICENSED in kind for kind in kinds] == [True]
    return chain.Link(endorsement.issuer.id, endorsement.subject_id, licenses, endorsements, judge)


def _endorsements_of_issuer(document: Json) -> tuple[Any, ...]:
    issuers = [
        profile for profile in listed(document.get("issuer")) if isinstance(profile, Mapping)
    ]
    members = ("endorsement", "endorsementJwt")
    return tuple(
        item for profile in issuers for name in members for item in listed(profile.get(name))
    )


def unauthentic(carrier: str, securing: str, checks: tuple[Check, ...]) -> Report:
    """Return the report on a credential that is not authentic: no claim is shown, and nothing else
    is judged."""
    unjudged = Verdict(Answer.COULD_NOT_CHECK, "not_authentic")
    return Report(
        carrier=carrier,
        securing=securing,
        checks=checks,
        authentic=verdict(checks, "authentic"),
        current=unjudged,
        recognized=unjudged,
    )


def out_of_time(carrier: str = "unknown") -> Report:
    """Return the report on a credential that was not examined before the deadline."""
    late = Check("intake", Outcome.COULD_NOT_CHECK, "took_too_long")
    return unauthentic(carrier, "unknown", (late,))


def verdict(checks: tuple[Check, ...], name: str) -> Verdict:
    """Return the answer that checks give together: never *yes* if none of them passed.

    `name` is the code of a plain *yes*: `authentic` or `current`.
    """
    decisive = worst(checks)
    if decisive is not None:
        failed = decisive.outcome is Outcome.FAILED
        answer = Answer.NO if failed else Answer.COULD_NOT_CHECK
        return Verdict(answer, decisive.code, decisive.params)
    if not any(check.outcome is Outcome.PASSED for check in checks):
        return Verdict(Answer.COULD_NOT_CHECK, "nothing_checked")
    for check in checks:
        if check.code == "issuer_by_snapshot":
            return Verdict(Answer.YES, "authentic_by_snapshot", check.params)
        if check.code == "ob2_hosted":
            return Verdict(Answer.YES, "authentic_hosted")
    return Verdict(Answer.YES, name)
