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

Steps (3) to (8) are the same for each credential inside another, in `examine.py`; a newer
version is looked for after (5), in `refresh.py`. A step whose ground is gone is not taken:
without (5) nothing else is looked at, and no claim is shown.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from contexts import BUNDLED, FrozenContexts, work
from verifier import inside, recipient, refresh, related, schema
from verifier.evidence import check_evidence
from verifier.examine import Secured, World, conclude, examine, parse, unauthentic, unparsed
from verifier.fetch import Fetch, FetchError
from verifier.intake import (
    CREDENTIAL_TYPES,
    MAX_CREDENTIAL_BYTES,
    Handed,
    IntakeError,
    credential_of_page,
    read,
)
from verifier.report import Answer, Check, Outcome, Report, Verdict
from verifier.trust import TrustList

_LINKS = {"address_refused": "link_refused", "http_status": "link_to_nothing"}


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
    report = look_at(data, World(fetch, now, tuple(trust), contexts))  # (1) to (8)
    return _presented(_with_files(report, evidence), presented_by)  # (9)


@work.limited()
def look_at(data: bytes, world: World) -> Report:
    """Return the report on what was handed in, whoever presents it: steps (1) to (8)."""
    try:
        handed = _hand_in(data, world.fetch)  # (1)
    except IntakeError as exc:
        check = Check("intake", Outcome.COULD_NOT_CHECK, exc.code, exc.params)
        return unauthentic("unknown", "unknown", (check,))
    around = {"around": handed.around} if handed.around else {}
    received = (
        Check("intake", Outcome.PASSED, f"received_{handed.carrier}", around),
        *(Check("intake", Outcome.PASSED, note) for note in handed.notes),
    )
    try:
        secured = parse(handed.text)  # (2)
    except ValueError as exc:
        securing, flaw = unparsed(exc)
        broken = unauthentic(handed.carrier, securing, (*received, flaw))
        return replace(broken, text=handed.text)
    report = _judge(handed.carrier, received, secured, world)  # (3) to (8)
    return replace(report, text=handed.text)


def _judge(carrier: str, received: tuple[Check, ...], secured: Secured, world: World) -> Report:
    """Steps (3) to (8) for the credential, its newer version, and the credentials inside it."""
    secured, found, refreshed = refresh.follow(secured, examine(secured, world), world)
    report = conclude(carrier, secured, found, world)
    if report.credential is None:
        return replace(report, checks=(*received, *report.checks))
    document = secured.document
    found_inside = inside.look(document, world)
    parts = (*schema.check_schemas(document), *found_inside.checks)
    if document.get("termsOfUse"):  # they bind people, so nothing here can judge them
        parts += (_unjudged("termsOfUse"),)
    if related.names_others(document):
        parts += (_unjudged("relatedResource"),)
    return replace(
        report,
        checks=(*received, *report.checks, *refreshed, *parts),
        endorsements=found_inside.endorsements,
        credentials=found_inside.credentials,
    )


def _unjudged(member: str) -> Check:
    return Check("parts", Outcome.COULD_NOT_CHECK, "part_not_checked", {"member": member})


def _with_files(report: Report, evidence: Sequence[bytes]) -> Report:
    credential = report.credential
    if credential is None:
        return report
    files = tuple(check_evidence(credential, file) for file in evidence)
    return replace(report, checks=(*report.checks, *files))


def _presented(report: Report, presented_by: str | None) -> Report:
    """Add the verdict *Theirs* where the caller said who presented the credential."""
    if presented_by is None:
        return report
    if report.credential is None:
        return replace(report, theirs=Verdict(Answer.COULD_NOT_CHECK, "not_authentic"))
    return replace(report, theirs=recipient.judge(report.credential, presented_by))


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
        code = _LINKS.get(exc.code, "link_unreachable")
        if exc.code == "http_status" and exc.detail.endswith("410"):
            code = "link_not_shared"
        raise IntakeError(code, url=url[:200], why=exc.code) from exc
