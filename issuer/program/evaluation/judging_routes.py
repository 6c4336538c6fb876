"""An evaluator's pages: what waits, and one request with its rubric to judge by."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer, local_today
from issuer.outbox import queue as outbox
from issuer.people.access import gate
from issuer.people.access.gate import MenuEntry
from issuer.program import policy as policies
from issuer.program.amendments import amendments
from issuer.program.coaching import coaching
from issuer.program.evaluation import decisions, judgment, redactions, reviews
from issuer.program.evaluation.reviews import (
    MustNotJudge,
    ReviewClosed,
    ReviewOvertaken,
    Unfinished,
)
from issuer.program.evaluation.tables import AssignmentRow, ReviewRow
from issuer.program.evaluation.waiting import given_review, open_assignments
from issuer.program.evidence import artifacts, file_kinds, handing_out, pieces
from issuer.program.evidence.artifacts import EvidenceRefused
from issuer.program.evidence.home_files import unreadable
from issuer.program.partner_badges import badges
from issuer.program.partner_badges.badge_views import STANDINGS, badge_views
from issuer.program.policy import Policy
from issuer.program.projects import answers, declarations, words
from issuer.program.projects.states import State
from issuer.program.projects.tables import VersionRow
from issuer.program.windows.window import Purpose
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from issuer.wording.language import gettext
from verifier import clock
from verifier.web.headers import PLAYING
from verifier.web.language import time_of_day
from verifier.wording.words import N_

judging = Blueprint("judging", __name__)
NAVIGATION: Final = (MenuEntry("judging.queue", N_("My reviews"), lands=7),)
GIVEN: Final = 20
"""How many of the reviews that were given stand on one page."""
NEEDED: Final = {
    "level": N_("a level is still to be chosen"),
    "comment": N_("say here what would lead there: the teacher reads it"),
}
AS_JPEG: Final = N_("“%(name)s” as a photo in JPEG, please.")
AS_PDF: Final = N_("“%(name)s” as a PDF without a password, please.")
OVERTAKEN: Final = N_(
    "Another window of yours saved this review first. Yours is in the form, the saved one below it."
)


@judging.get("/judging")
@needs("assignment", "list")
def queue() -> Response:
    """List what waits for the signed-in person, the most urgent first, and what they gave, the
    newest first."""
    me = gate.whoever().me.person
    with current_issuer().database.reading() as session:
        number = max(1, request.args.get("page", 1, type=whole_number))
        waiting, finished, count = reviews.of_evaluator(
            session, me, redactions.with_names(), most=GIVEN, after=(number - 1) * GIVEN
        )
        pages = max(1, -(-count // GIVEN))
        rows, policy = [*waiting, *finished], policies.current(session)
        is_new = request.args.get("done") == "given" and bool(finished)
        return page(
            "program/queue.html",
            waiting=waiting,
            finished=finished,
            given_count=count,
            number=min(number, pages),
            pages=pages,
            titles=_titles(session, rows, policy),
            barred=reviews.in_conflict(session, rows),
            released=decisions.released_at(session, [row.version_pk for row in finished]),
            after=_after(session, finished[0], policy) if is_new else None,
            today=local_today(),
        )


@judging.get("/judging/<assignment>")
@needs("assignment", "read", key="assignment")
def show(assignment: str) -> AnyResponse:
    """Show one request, and the rubric to judge it by."""
    return _answer_first() or _page(assignment)


@judging.get("/judging/<assignment>/evidence/<artifact>")
@needs("assignment", "read", key="assignment")
def read_document(assignment: str, artifact: str) -> AnyResponse:
    """Show the text of a document that was handed in."""
    if asked := _answer_first():
        return asked
    try:
        with current_issuer().database.reading() as session:
            row = _row(session, assignment)
            review = reviews.of_assignment(session, row)
            item = or_404(_named(pieces.judged(session, row.version), artifact))
            blind = _blind(session, row.version, policies.current(session))
            may_ask = _may_ask(session, row.version, review)
    except (ReviewClosed, MustNotJudge):
        raise NotFound from None
    ask = url_for("judging.show", assignment=assignment, ask=artifact, _anchor="missing")
    return page(
        "program/document.html",
        name=item["name"],
        preview=handing_out.preview(handing_out.opened(artifact)),
        back=url_for("judging.show", assignment=assignment),
        back_to=N_("The review"),
        ask=ask if may_ask else "",
        blind=blind,
    )


@judging.post("/judging/<assignment>")
@needs("assignment", "write", key="assignment")
def save(assignment: str) -> AnyResponse:
    """Store the draft; with the button for it, give the review."""
    if asked := _answer_first():
        return asked
    levels = _by_criterion("level-")
    comments = _by_criterion("comment-")
    now, issuer = clock.now(), current_issuer()
    try:
        with issuer.database.writing() as session:
            review = reviews.opened(session, _row(session, assignment), now=now)
            if request.form.get("act") == "give" and reviews.was_given(review, levels, comments):
                return redirect(url_for("judging.queue", done="given"), 303)
            revision = reviews.save(
                session,
                review,
                levels,
                comments,
                revision=request.form.get("revision", 0, type=whole_number),
                now=now,
            )
        if request.form.get("act") == "give":
            with issuer.database.writing() as session:
                review = reviews.opened(session, _row(session, assignment), now=now)
                reviews.give(session, review, now=now)
            return redirect(url_for("judging.queue", done="given"), 303)
    except Unfinished as exc:
        return _page(assignment, gaps=exc.gaps)
    except ReviewOvertaken:
        if request.accept_mimetypes.best == "application/json":
            response = jsonify(overtaken=True)
            response.status_code = 409
            return response
        return _page(assignment, typed=(levels, comments))
    except (ReviewClosed, MustNotJudge):
        raise NotFound from None
    if request.accept_mimetypes.best == "application/json":
        return jsonify(revision=revision, saved=time_of_day(issuer.settings.local(now)))
    return redirect(url_for("judging.show", assignment=assignment, done="saved"), 303)


@judging.post("/judging/<assignment>/piece")
@needs("assignment", "write", key="assignment")
def ask_for_piece(assignment: str) -> AnyResponse:
    """Ask the teacher for one missing piece, without a decision."""
    now = clock.now()
    try:
        with current_issuer().database.writing() as session:
            row = _row(session, assignment)
            reviews.opened(session, row, now=now)
            text = request.form.get("piece", "")
            if pieces.ask(session, row.version, text, by=row.evaluator, now=now):
                payload = {"version": row.version_pk}
                about, host = row.version.project.public_id, current_issuer().settings.host
                outbox.put(session, pieces.ASKED, about, host=host, now=now, payload=payload)
    except EvidenceRefused as exc:
        return _page(assignment, refused=exc.message)
    except (ReviewClosed, MustNotJudge):
        raise NotFound from None
    return redirect(url_for("judging.show", assignment=assignment, done="piece"), 303)


@judging.post("/judging/<assignment>/recuse")
@needs("assignment", "write", key="assignment")
def recuse(assignment: str) -> AnyResponse:
    """Hand a request back, without having to say why."""
    with current_issuer().database.writing() as session:
        try:
            reviews.recuse(
                session,
                _row(session, assignment, also_ended=True),
                reason=request.form.get("reason", ""),
                now=clock.now(),
            )
        except ReviewClosed:
            raise NotFound from None
    return redirect(url_for("judging.queue", done="recused"), 303)


def _page(
    public_id: str,
    *,
    gaps: dict[str, str] | None = None,
    typed: tuple[dict[str, str], dict[str, str]] | None = None,
    refused: str = "",
) -> Response:
    """Show the request; `typed` is what came from a page that another one overtook (E37)."""
    issuer = current_issuer()
    try:
        with issuer.database.reading() as session:
            row = _row(session, public_id)
            review = reviews.of_assignment(session, row)
            levels, comments = typed or (review.levels, review.comments)
            rubric = reviews.rubric(row)
            policy = policies.current(session)
            names_hidden = policy is None or policy.names_hidden
            blind = _blind(session, row.version, policy)
            piece = pieces.of_version(session, row.version)
            files = pieces.judged(session, row.version)
            response = page(
                "program/judge.html",
                assignment=row,
                review=review,
                levels=levels,
                comments=comments,
                is_overtaken=typed is not None,
                version=row.version,
                teacher=row.version.project.person,
                rubric=rubric,
                others=_others(session, row, review),
                earlier=reviews.earlier(session, row),
                fields=answers.FIELDS[Purpose(row.version.purpose)],
                questions=policy.questions if policy else (),
                is_given=review.given_at is not None,
                names_hidden=names_hidden,
                evaluators_shown=policy is not None and policy.evaluators_shown,
                blind=blind,
                title=blind(_title(row.version)),
                decided_by=_decided_by(row.version, policy),
                after=_after(session, row, policy) if review.given_at else None,
                today=local_today(),
                open=judgment.gaps(rubric, levels, comments),
                files=files,
                beside=_beside(files),
                **_behind(session, row.version),
                badges=badge_views(session, badges.handed_in(session, row.version)),
                standings=STANDINGS,
                withdrawn=artifacts.withdrawn(session, files),
                unreadable=unreadable(files) if names_hidden else set(),
                shown=file_kinds.shown,
                piece=piece,
                may_ask=_may_ask(session, row.version, review),
                to_ask=request.form.get("piece") or _words_to_ask(files, blind),
                elsewhere=artifacts.elsewhere(session, row.version),
                gaps=gaps or {},
                needed=NEEDED,
                wrong=OVERTAKEN if typed else refused,
                words=words,
                done=request.args.get("done"),
            )
    except (ReviewClosed, MustNotJudge):
        raise NotFound from None
    response.headers.update(PLAYING)
    response.status_code = 422 if gaps or refused else 409 if typed else 200
    return response


def _blind(session: Session, version: VersionRow, policy: Policy | None) -> Callable[[str], str]:
    """Return the function that covers whose work a text is, in a district that hides names."""
    if policy is not None and not policy.names_hidden:
        return str
    return redactions.covering(version, redactions.added(session, [version.id])[version.id])


def _may_ask(session: Session, version: VersionRow, review: ReviewRow) -> bool:
    """True while one piece can be asked for."""
    is_open = review.given_at is None and version.project.state == State.SUBMITTED
    is_completion = version.purpose == Purpose.COMPLETION
    return is_open and is_completion and pieces.of_version(session, version) is None


def _words_to_ask(files: Sequence[Mapping[str, str]], blind: Callable[[str], str]) -> str:
    """Return the words that ask for the piece of evidence that `?ask=` names, so that it can be
    shown; '' if it names none."""
    item = _named(files, request.args.get("ask", ""))
    if item is None:
        return ""
    words = AS_JPEG if item.get("media_type", "").startswith("image/") else AS_PDF
    return gettext(words) % {"name": blind(item["name"])}


def _named(files: Iterable[Mapping[str, str]], artifact: str) -> Mapping[str, str] | None:
    return next((item for item in files if item.get("artifact") == artifact), None)


def _beside(files: Sequence[Mapping[str, str]]) -> dict[str, list[tuple[int, Mapping[str, str]]]]:
    """Return, by criterion, the evidence that the teacher chose for it, each with its number."""
    beside = defaultdict(list)
    for number, item in enumerate(files, 1):
        if "criterion" in item:
            beside[item["criterion"]].append((number, item))
    return beside


def _behind(session: Session, version: VersionRow) -> dict[str, Any]:
    """Return what stands behind a completion: the plan, and the study record as it was then.
    Behind a proposal stands what of it was learned outside (R22)."""
    project = version.project
    record = coaching.study_record(session, project)
    study = [entry for entry in record if entry.created_at <= version.received_at]
    if version.purpose != Purpose.COMPLETION:
        return {"proposed": {}, "study": [entry for entry in study if entry.provider]}
    plan = amendments.plan_of(session, project)
    return {"proposed": {**amendments.approved(session, project), "plan": plan}, "study": study}


def _others(session: Session, row: AssignmentRow, mine: ReviewRow) -> list[ReviewRow]:
    """Return the other evaluators' reviews of the same version, once one's own is given."""
    if mine.given_at is None:
        return []
    others = (
        select(ReviewRow)
        .join(AssignmentRow)
        .where(AssignmentRow.version_pk == row.version_pk, AssignmentRow.id != row.id)
        .where(ReviewRow.given_at.is_not(None))
    )
    return list(session.scalars(others.order_by(ReviewRow.id)))


def _row(session: Session, public_id: str, *, also_ended: bool = False) -> AssignmentRow:
    row = session.scalar(
        select(AssignmentRow).where(AssignmentRow.public_id == public_id).with_for_update()
    )
    if row is None or (row.ended_at is not None and not also_ended):
        raise NotFound
    return row


def _title(version: VersionRow) -> str:
    return str(version.answers.get("title") or version.project.proposal.get("title", ""))


def _titles(
    session: Session, rows: Iterable[AssignmentRow], policy: Policy | None
) -> dict[int, str]:
    """Return the title of what is judged, by assignment, without names where they are hidden."""
    versions = {row.id: row.version for row in rows}
    titles = {id: _title(version) for id, version in versions.items()}
    if policy is not None and not policy.names_hidden:
        return titles
    words = redactions.added(session, [version.id for version in versions.values()])
    blinds = {
        id: redactions.covering(version, words[version.id]) for id, version in versions.items()
    }
    return {id: blinds[id](title) for id, title in titles.items()}


def _after(session: Session, row: AssignmentRow, policy: Policy | None) -> dict[str, Any]:
    """Return what comes after a review that was given: another one, and the release."""
    assigned = open_assignments(session, [row.version])[row.version_pk]
    return {
        "is_awaited": any(given_review(other) is None for other in assigned),
        "released_at": decisions.released_at(session, [row.version_pk]).get(row.version_pk),
        "decided_by": _decided_by(row.version, policy),
        "evaluators_shown": policy is not None and policy.evaluators_shown,
        "today": local_today(),
    }


def _decided_by(version: VersionRow, policy: Policy | None) -> date | None:
    """Return the day by which the teacher hears (R34)."""
    if version.window is not None:
        return version.window.window.decided_by
    received = current_issuer().settings.local(version.received_at).date()
    return received + timedelta(days=policy.days_to_decide) if policy else None


def _answer_first() -> AnyResponse | None:
    """Lead an evaluator who has not answered this year to where it is asked (I2)."""
    with current_issuer().database.reading() as session:
        if declarations.may_judge(session, gate.whoever().person.id, today=local_today()):
            return None
    return redirect(url_for("declarations.show", back=request.path), 303)


def _by_criterion(prefix: str) -> dict[str, str]:
    """Return what the form says by criterion, under a prefix."""
    return {
        name.removeprefix(prefix): text
        for name, text in request.form.items()
        if name.startswith(prefix)
    }
