"""The pipeline: the one file that knows the order of checks (Open Badges 3.0, section 9).

    (1) Intake        find the credential in the submission
    (2) Parse         strict JSON, strict JWS
    (3) Structure     what it shows is what was signed
    (4) Shape         it is an Open Badge
    (5) Proof         the signature, by a key of the issuer            → authentic
    (6) Dates         of the credential and of its proofs
    (7) Status        the issuer's status lists                        → current
    (8) Recognition   the trust lists of this verifier                 → recognized
    (9) Presentation  who presented it, and files of evidence          → theirs

Steps (3) to (8) are the same for each credential inside another, in `examine.py`; `refresh.py`
looks for a newer version after (5). A step is skipped if one it depends on failed: without (5)
nothing else is checked, and no claim is shown.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from contexts import BUNDLED, FrozenContexts, work
from contexts.json_types import Json
from verifier.checks import recipient, related
from verifier.checks.evidence import check_evidence
from verifier.checks.presentation import NONE, Asked, Presented
from verifier.credential.view import view
from verifier.fetching.fetch import Fetch, FetchError
from verifier.intake import wrapping
from verifier.intake.carriers import credential_of_page, read_all
from verifier.intake.submission import (
    CREDENTIAL_TYPES,
    MAX_CREDENTIAL_BYTES,
    MORE_THAN_ONE,
    IntakeError,
    Submission,
)
from verifier.parsing import web_address
from verifier.pipeline import inside, refresh
from verifier.pipeline.examine import (
    SecuredDocument,
    World,
    conclude,
    examine,
    parse,
    unauthentic,
    unparsed,
    verdict,
)
from verifier.proof.jwt_payload import CLAIMS
from verifier.report import Answer, Check, Outcome, Report, Verdict
from verifier.structure import schema
from verifier.trust import TrustList

MAX_CREDENTIALS = 20
"""In one file. A note says if there are more."""
_RECEIVED = {
    "json": "received_json",
    "jwt": "received_jwt",
    "png": "received_png",
    "svg": "received_svg",
    "pdf": "received_pdf",
    "qr": "received_qr",
}
"""Carrier to the code of the note that says what was read."""
_LINKS = {"address_refused": "link_refused", "http_status": "link_to_nothing"}
_SOMETHING_ELSE = (
    *("web_page", "not_recognized", "empty", "office_file", "picture_format"),
    *("link_to_no_credential", "no_credential_in_picture", "no_credential_in_pdf"),
    "code_of_something_else",
)


def verify(
    data: bytes,
    *,
    fetch: Fetch,
    now: datetime,
    trust: Sequence[TrustList] = (),
    presented_by: str | None = None,
    evidence: Sequence[bytes] = (),
    contexts: FrozenContexts = BUNDLED,
    general: bool = False,
    challenge: str | None = None,
    domain: str | None = None,
) -> Report:
    """Return the report on a credential in any form: JSON, JWT, PNG, SVG, PDF, a picture of a
    code, or a link to one of these.

    `fetch` asks others (`verifier.fetching.fetch.WebFetch()` or `offline`), `now` is the time that
    dates are judged at, `trust` the lists that say who is recognized, `presented_by` a name, e-mail
    address or DID, `evidence` files to compare with the digests in the credential. With `general`,
    a credential that is no badge has its answers as well, and `Report.general` says which it is.
    `challenge` and `domain` are what the holder of a presentation was asked to sign; with them, or
    with `general`, the report on each credential in it has checks of the presentation.
    Never raises for anything in `data`: what is wrong with it is in the report. Raises as
    `usable_lists` for arguments of another kind.
    """
    lists = usable_lists(data, now, trust)
    asked = Asked.of(general, challenge, domain)
    world = World(fetch, now, lists, contexts, general=general, asked=asked)
    report = look_at(data, world)  # (1) to (8)
    return _presented(report, presented_by, evidence)  # (9)


def verify_all(
    data: bytes,
    *,
    make_fetch: Callable[[], Fetch],
    now: datetime,
    trust: Sequence[TrustList] = (),
    presented_by: str | None = None,
    evidence: Sequence[bytes] = (),
    contexts: FrozenContexts = BUNDLED,
    general: bool = False,
    challenge: str | None = None,
    domain: str | None = None,
) -> Iterator[Report]:
    """Return a report on each credential in `data`, as `verify` does on the first, one after
    another: all that are attached or in a code, and none twice. There is at least one report.

    Each credential gets a `make_fetch()` of its own, because a `Fetch` has a budget. Raises as
    `usable_lists`, before the first report.
    """
    lists = usable_lists(data, now, trust)
    asked = Asked.of(general, challenge, domain)

    def world() -> World:
        return World(make_fetch(), now, lists, contexts, general=general, asked=asked)

    return (_presented(report, presented_by, evidence) for report in look_at_all(data, world))


def usable_lists(data: bytes, now: datetime, trust: Sequence[TrustList]) -> tuple[TrustList, ...]:
    """Return the trust lists. Raises `TypeError` if `data` is not bytes, such as the name of a
    file, or `trust` is no sequence of trust lists, and `ValueError` if `now` has no zone."""
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(
            f"what is verified are bytes, not a {type(data).__name__}: of a file, "
            "Path(name).read_bytes(); of a link or a text, text.encode()"
        )
    if not isinstance(now, datetime):
        raise TypeError(f"now is a datetime, not a {type(now).__name__}: datetime.now(UTC)")
    if now.utcoffset() is None:
        raise ValueError("now has no zone: datetime.now(UTC)")
    lists = tuple(trust) if isinstance(trust, Iterable) else (None,)
    if not all(isinstance(item, TrustList) for item in lists):
        raise TypeError("trust is a list of trust lists: [trust.load(Path(name).read_bytes())]")
    return lists


def look_at(data: bytes, world: World) -> Report:
    """Return the report on the first submitted credential, without step (9). A note says if there
    are more."""
    report, *more = islice(look_at_all(data, lambda: world), 2)
    if more:
        note = Check("intake", Outcome.PASSED, MORE_THAN_ONE)
        report = replace(report, checks=(*report.checks, note))
    return report


def look_at_all(data: bytes, make_world: Callable[[], World]) -> Iterator[Report]:
    """Yield the reports on all submitted credentials, each in a world of its own."""
    reports: list[Report] = []
    nowhere: list[Report] = []
    known: set[object] = set()
    for report in _reports_on(data, make_world, reports):
        if reports:  # one alone, as most are, needs no comparing
            known |= _marks(reports[-1])
            if _marks(report) & known:
                continue
        if _leads_nowhere(report):
            nowhere.append(report)
            continue
        reports.append(report)
        if len(reports) > MAX_CREDENTIALS:
            yield _unread(IntakeError("too_many_in_one", most=MAX_CREDENTIALS))
            return
        yield report
    if not reports:
        yield nowhere[0]


def _reports_on(
    data: bytes, make_world: Callable[[], World], reports: Sequence[Report]
) -> Iterator[Report]:
    """Yield a report on each credential in `data`, and on what each link leads to, but for the
    address of one that `reports` has already."""
    try:
        submitted = read_all(data)  # (1)
    except IntakeError as exc:
        yield _unread(exc)
        return
    presentations: dict[str, Presented] = {}
    budget = work.Budget()
    for item in submitted:
        if item.carrier == "url" and any(_is_at(report, item.text) for report in reports):
            continue
        world = make_world()
        try:
            submissions = _followed(item, world.fetch) if item.carrier == "url" else [item]
        except IntakeError as exc:
            yield _unread(exc)
            continue
        for number, submission in enumerate(submissions):
            world = make_world() if number else world
            presentation = submission.presentation
            if not submission.text.startswith("{") and "~" in submission.text:
                presentation = presentation or submission.text  # its holder may have bound it
            with work.limited(len(submission.text), budget):
                report = _look(submission, world)
                report = _shown(report, presentation, world, presentations)
            yield report


def _shown(
    report: Report, presentation: str, world: World, checked: dict[str, Presented]
) -> Report:
    """Add what is to be said of the presentation that a credential came in, which is checked
    once."""
    if world.asked is None:
        return report
    if not presentation:
        missed = (NONE,) if world.asked != Asked() else ()
        return replace(report, checks=(*report.checks, *missed))
    if presentation not in checked:
        checked[presentation] = world.presented(presentation, world.asked)
    return beside(report, checked[presentation])


def beside(report: Report, presented: Presented) -> Report:
    """Return a report with what was found out about the presentation that its credential came in.

    A credential without a proof is the holder's own word if the presentation, which covers it, is
    by its issuer (VCDM 2.0, section 4.13.4): not forged, and signed for no such purpose.
    """
    credential = report.credential
    unlooked = (wrapping.PRESENTATION, wrapping.SIGNED_PRESENTATION)
    checks = [check for check in report.checks if check.code not in unlooked]
    authentic = report.authentic
    if authentic.code == "no_proof" and _issuer(report) == presented.holder is not None:
        word = Check("proof", Outcome.COULD_NOT_CHECK, "self_asserted")
        checks = [word if check.code == "no_proof" else check for check in checks]
        authentic = verdict(tuple(checks), "authentic")
    holder_checks = presented.of(credential.subject_id) if credential else presented.checks
    return replace(report, authentic=authentic, checks=(*checks, *holder_checks))


def _issuer(report: Report) -> str | None:
    """Return whom a credential names as its issuer, authentic or not."""
    return view(_written(report)).issuer.id or None


def _is_at(report: Report, url: str) -> bool:
    """Whether the credential names this URL as its own `id`, authentic or not."""
    return _written(report).get("id") == url


def _written(report: Report) -> Json:
    """Return a credential as it is written, authentic or not; empty if nothing can be read."""
    try:
        return parse(report.text, general=True).document
    except ValueError:
        return {}


def _marks(report: Report) -> set[object]:
    """Return marks of a credential, of which every other copy has one: it may come both as JSON
    and in a code. One that says something else has none of them, whatever its `id` is."""
    marks: set[object] = {report.text} if report.text else set()
    if report.credential is not None:
        answers = tuple(one.answer for one in report.verdicts().values())
        for document in (_written(report), report.credential.document):
            statements = {name: document[name] for name in document.keys() - {"proof", *CLAIMS}}
            marks.add((answers, json.dumps(statements, sort_keys=True)))
    return marks


def _leads_nowhere(report: Report) -> bool:
    """Whether a report is on a link to something else, as certificates often have one."""
    return report.carrier == "unknown" and report.checks[0].code in _SOMETHING_ELSE


def _unread(exc: IntakeError) -> Report:
    check = Check("intake", Outcome.COULD_NOT_CHECK, exc.code, exc.params)
    return unauthentic("unknown", "unknown", (check,))


def _look(submission: Submission, world: World) -> Report:
    """Steps (2) to (8)."""
    around = {"around": submission.around} if submission.around else {}
    received = (
        Check("intake", Outcome.PASSED, _RECEIVED[submission.carrier], around),
        *(Check("intake", Outcome.PASSED, note) for note in submission.notes),
    )
    report = _judge_text(submission, received, world)  # (2) to (8)
    return replace(report, text=submission.text)


def _judge_text(submission: Submission, received: tuple[Check, ...], world: World) -> Report:
    try:
        secured = parse(submission.text, general=world.general)  # (2)
    except ValueError as exc:
        securing, flaw = unparsed(exc)
        return unauthentic(submission.carrier, securing, (*received, flaw))
    return _judge(submission.carrier, received, secured, world)  # (3) to (8)


def _judge(
    carrier: str, received: tuple[Check, ...], secured: SecuredDocument, world: World
) -> Report:
    """Steps (3) to (8) for the credential, its newer version, and the credentials inside it."""
    secured, examination, refreshed = refresh.follow(
        secured, examine(secured, world, world.check_kind), world
    )
    report = conclude(carrier, secured, examination, world)
    if report.credential is None:
        return replace(report, checks=(*received, *report.checks))
    document = report.credential.document
    found_inside = inside.look(document, world)
    holders = inside.check_holders(report.credential, found_inside.credentials)
    parts = (*schema.check_schemas(document), *found_inside.checks, *holders)
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


def _presented(report: Report, presented_by: str | None, evidence: Sequence[bytes]) -> Report:
    """Add the checks of evidence files, and the verdict *Theirs* if the caller named a
    presenter."""
    credential = report.credential
    if credential is not None and evidence:
        files = tuple(check_evidence(credential, file) for file in evidence)
        report = replace(report, checks=(*report.checks, *files))
    if presented_by is None:
        return report
    if credential is None:
        return replace(report, theirs=Verdict(Answer.COULD_NOT_CHECK, "not_authentic"))
    return replace(report, theirs=recipient.judge(credential, presented_by))


def _followed(link: Submission, fetch: Fetch) -> list[Submission]:
    """Return what a link leads to, and a page to the credential that it names. What carried the
    link is still the carrier, and what was noted of it is still true."""
    url = link.text
    body = _follow(url, fetch)
    if named := credential_of_page(body, url):
        body = _follow(named, fetch)
    credentials = [item for item in read_all(body) if item.carrier != "url"]
    if not credentials:
        raise IntakeError("link_to_no_credential", url=url[:200])
    return [
        replace(item, carrier=link.via or item.carrier, notes=(*link.notes, *item.notes))
        for item in credentials
    ]


def _follow(url: str, fetch: Fetch) -> bytes:
    asked = web_address.by_https(url)
    try:
        return fetch(asked, accept=CREDENTIAL_TYPES, max_bytes=MAX_CREDENTIAL_BYTES).body
    except FetchError as exc:
        code = _LINKS.get(exc.code, "link_unreachable")
        if exc.code == "http_status" and exc.detail.endswith("410"):
            code = "link_not_shared"
        raise IntakeError(code, url=url[:200], why=exc.code) from exc
