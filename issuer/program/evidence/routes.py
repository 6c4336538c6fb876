"""The pages of evidence: a teacher adds files and links with a description and consent; evaluators
open them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.audit.log import record
from issuer.catalog.achievement import Criterion
from issuer.catalog.versions import rubric_of
from issuer.home.issuer import current_issuer
from issuer.people.access import gate, rules
from issuer.people.access.rules import View
from issuer.program import policy as policies
from issuer.program.evidence import artifacts, file_kinds, handing_out, link_checks, pieces
from issuer.program.evidence.artifacts import ArtifactTier, Consent, EvidenceRefused, Students
from issuer.program.evidence.file_kinds import Shown
from issuer.program.evidence.file_store import PIECE
from issuer.program.evidence.home_files import (
    LIMITS,
    advice,
    files,
    let_go,
    taken,
    unreadable,
    written,
)
from issuer.program.evidence.previews import Preview
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects import drafts, history
from issuer.program.projects.states import State
from issuer.program.projects.submission import Incomplete, rubric_now
from issuer.program.projects.tables import ProjectRow
from issuer.program.windows.window import Purpose
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from verifier import clock
from verifier.web.headers import ASKING
from verifier.wording.words import N_

Choice = TypeVar("Choice", Students, Consent, ArtifactTier)
evidence = Blueprint("evidence", __name__)
_MB: Final = 1024 * 1024
MOST_BYTES: Final = LIMITS.file + _MB
ALL: Final = "all"
"""What a page that answers for all evidence says in place of the id of one."""
NEW: Final = "link"
FILE: Final = "file"
"""What stands for the id of a link, or a file, that is only being added."""
CONSENT_FIELDS: Final = ("students", "basis", "reference")
PIECE_FIELDS: Final = ("name", "description", "criterion", *CONSENT_FIELDS, "tier")
Refusals = dict[str, EvidenceRefused]
"""What is refused, by the id of the piece that it is about."""


@evidence.get("/projects/<project>/evidence")
@needs("project", "evidence", key="project")
def show(project: str) -> Response:
    """Show the evidence of a project."""
    return _page(project)


@evidence.post("/projects/<project>/evidence")
@needs("project", "write", key="project", most_bytes=MOST_BYTES)
def add(project: str) -> AnyResponse:
    """Add a file, or a link."""
    return _save(project)


@evidence.post("/projects/<project>/evidence/<artifact>")
@needs("project", "write", key="project", most_bytes=MOST_BYTES)
def describe(project: str, artifact: str) -> AnyResponse:
    """Say what a piece of evidence is, and on what consent it rests; or take it out."""
    return _save(project, about=artifact)


@evidence.post("/projects/<project>/consent")
@needs("project", "write", key="project", most_bytes=MOST_BYTES)
def answer_all(project: str) -> AnyResponse:
    """Answer the consent of all evidence for which it is still open, in one go."""
    return _save(project, about=ALL)


@evidence.post("/projects/<project>/piece")
@needs("project", "write", key="project", most_bytes=MOST_BYTES)
def hand_in_piece(project: str) -> AnyResponse:
    """Hand in the piece that an evaluator asked for."""
    try:
        with current_issuer().database.writing() as session:
            row = or_404(drafts.locked(session, project))
            is_answered = pieces.is_answered(session, row)
        if not is_answered:
            if wrong := _store_all(project)[1]:
                return _page(project, wrong=wrong)
            with current_issuer().database.writing() as session:
                piece = pieces.wanted(session, written(session, project))
                if piece is not None:
                    pieces.hand_in(session, piece, now=clock.now())
    except EvidenceRefused as exc:
        return _page(project, wrong={"": exc})
    return redirect(url_for("projects.show", project=project, done="piece"), 303)


def _save(project: str, about: str = "") -> AnyResponse:
    """Store everything that the form has: the page is one, so that no button loses what was typed
    beside it. Show the page again, with what is still to mend: at the piece, or from its top, where
    the way on is, once all pieces are answered."""
    try:
        last, wrong = _store_all(project, about)
    except EvidenceRefused as exc:
        return _page(project, wrong={"": exc})
    if wrong:
        return _page(project, wrong=wrong)
    place = f"#{last}" if last != ALL and _has_open_answers(project) else ""
    return redirect(url_for("evidence.show", project=project, done=last) + place, 303)


def _has_open_answers(public_id: str) -> bool:
    with current_issuer().database.reading() as session:
        project = or_404(drafts.find(session, public_id))
        return any(row.confirmed_at is None for row in artifacts.current(session, project))


def _store_all(project: str, about: str = "") -> tuple[str, Refusals]:
    """Store what is said of each piece, a link and a file; return the id of what was stored last,
    and what is refused, by piece. Raises `EvidenceRefused` where nothing is written now."""
    form, now, file, last = request.form, clock.now(), request.files.get("file"), about or ALL
    with current_issuer().database.writing() as session:
        row = written(session, project)
        criteria = [item.id for item in _criteria(session, row)]
        wrong = _describe_each(session, row, about, criteria, now)
        if about == ALL:
            wrong |= _answer_each(session, row, now)
        else:
            _note_for_all(session, row, criteria)
        if form.get("act") == "link" or form.get("url") or form.get("name"):
            try:
                last = _link(session, row, now)
            except EvidenceRefused as exc:
                wrong[NEW] = exc
    if file is not None and file.filename:
        try:
            last = _store(project, file)
        except EvidenceRefused as exc:
            wrong[FILE] = exc
    return last, wrong


def _link(session: Session, project: ProjectRow, now: datetime) -> str:
    """Add the link of the form, ask whether it opens, and return its id.

    Raises `EvidenceRefused`.
    """
    form = request.form
    row = artifacts.link(session, project, form.get("name", ""), form.get("url", ""), now=now)
    if row.url_checked_at is None:
        link_checks.ask(session, row, host=current_issuer().settings.host, now=now)
    return row.public_id


def _describe_each(
    session: Session, project: ProjectRow, about: str, criteria: Sequence[str], now: datetime
) -> Refusals:
    """Describe each piece of which the form says something new, and take one out; what is no
    answer yet is noted."""
    wrong: Refusals = {}
    there = artifacts.of_project(session, project.id, about) if about not in ("", ALL) else None
    if about not in ("", ALL) and (there is None or there.withdrawn_at is not None):
        raise NotFound
    if there is not None and request.form.get("act") == "remove":
        artifacts.remove(session, there, now=now)
    elif there is not None and there.removed_at is not None:
        raise NotFound
    for artifact in artifacts.current(session, project):
        is_asked = artifact.public_id == about
        typed = _typed(artifact.public_id)
        if not is_asked and (not typed["tier"] or typed == _stored(artifact)):
            continue
        try:
            _describe(session, artifact, typed, criteria, now)
        except EvidenceRefused as exc:
            is_open = artifact.confirmed_at is None
            if is_open:
                artifacts.note(artifact, typed, criteria)
            if is_asked or not is_open:
                wrong[artifact.public_id] = exc
    return wrong


def _describe(
    session: Session,
    artifact: ArtifactRow,
    typed: Mapping[str, str],
    criteria: Sequence[str],
    now: datetime,
) -> None:
    artifacts.describe(
        session,
        artifact,
        name=typed["name"],
        description=typed["description"],
        genre=artifact.genre,
        criterion=_criterion(typed["criterion"], criteria),
        students=_choice(Students, "students", typed["students"]),
        basis=_choice(Consent, "basis", typed["basis"]),
        reference=typed["reference"],
        tier=_choice(ArtifactTier, "tier", typed["tier"]),
        by=gate.person(session),
        now=now,
    )


def _answer_each(session: Session, project: ProjectRow, now: datetime) -> Refusals:
    """Give the one answer to each piece for which it is still open."""
    form, by = request.form, gate.person(session)
    open_pieces = [row for row in artifacts.current(session, project) if row.confirmed_at is None]
    try:
        students = _choice(Students, "students", form.get("students", ""))
        basis = _choice(Consent, "basis", form.get("basis", ""))
        for row in open_pieces:
            tier, reference = ArtifactTier(row.tier), form.get("reference", "")
            artifacts.answer(row, students, basis, reference, tier=tier, by=by, now=now)
    except EvidenceRefused as exc:
        return {ALL: exc}
    return {}


def _note_for_all(session: Session, project: ProjectRow, criteria: Sequence[str]) -> None:
    """Keep what is chosen for all while another button is pressed, which answers nothing: at each
    open piece of which nothing else was said."""
    chosen = {field: request.form.get(field, "") for field in CONSENT_FIELDS}
    if not any(chosen.values()):
        return
    for artifact in artifacts.current(session, project):
        if artifact.confirmed_at is None and not any(_consent_of(artifact).values()):
            artifacts.note(artifact, {**_stored(artifact), **chosen}, criteria)


def _consent_of(artifact: ArtifactRow) -> dict[str, str]:
    return {field: getattr(artifact, field) or "" for field in CONSENT_FIELDS}


def _typed(public_id: str) -> dict[str, str]:
    """Return what the form says of a piece, by field; nothing is an empty text."""
    return {field: request.form.get(f"{field}-{public_id}", "") for field in PIECE_FIELDS}


def _stored(artifact: ArtifactRow) -> dict[str, str]:
    return {field: getattr(artifact, field) or "" for field in PIECE_FIELDS}


@evidence.post("/evidence/<artifact>/withdraw")
@needs("artifact", "withdraw", key="artifact")
def withdraw(artifact: str) -> AnyResponse:
    """Hide a piece of evidence at once: from everybody, as its consent was withdrawn, or from
    colleagues alone (`act=seal`)."""
    now, by = clock.now(), f"person:{gate.whoever().person.id}"
    act = "seal" if request.form.get("act") == "seal" else "withdraw"
    with current_issuer().database.writing() as session:
        row = session.scalars(select(ArtifactRow).where(ArtifactRow.public_id == artifact)).one()
        if act == "seal":
            artifacts.seal(session, row)
        else:
            artifacts.withdraw_consent(session, row, now=now)
        record(session, by=by, action=f"artifact.{act}", about=f"artifact:{row.id}", now=now)
        project = row.project.public_id
    return redirect(url_for("evidence.show", project=project, done=ALL), 303)


@evidence.get("/evidence/<artifact>")
@needs("artifact", "read", key="artifact")
def open_file(artifact: str) -> AnyResponse:
    """Show a file to those who may see it. What browsers do not show is handed over, but not to who
    judges it, unless she runs the program and learns whose it is."""
    row = handing_out.opened(artifact)
    is_blind = _is_blind(row)
    runs = rules.may(gate.whoever().me, "program", "run") and not is_blind
    judges = gate.answer().view is View.NAMES_HIDDEN and not runs
    if judges or file_kinds.shown(row.media_type or "").by_browsers:
        return handing_out.show(row, is_blind=is_blind)
    return handing_out.hand_over(row)


@evidence.get("/projects/<project>/evidence/<artifact>")
@needs("project", "evidence", key="project")
def preview(project: str, artifact: str) -> Response:
    """Show what evaluators see of a document, or of a picture."""
    row = handing_out.opened(artifact)
    with current_issuer().database.reading() as session:
        named = or_404(drafts.find(session, project))
        names_are_hidden = _are_names_hidden(session)
    if row.project_pk != named.id:
        raise NotFound
    is_picture = file_kinds.shown(row.media_type or "") is Shown.IMAGE
    as_judged = url_for("evidence.open_file", artifact=artifact, as_judged=1)
    return page(
        "program/document.html",
        name=row.name,
        picture=as_judged if is_picture else "",
        names_are_hidden=names_are_hidden,
        preview=Preview() if is_picture else handing_out.preview(row),
        back=url_for("evidence.show", project=project),
        back_to=N_("Evidence"),
        original=url_for("evidence.open_file", artifact=artifact),
        blind=str,
    )


def _is_blind(artifact: ArtifactRow) -> bool:
    """True in a district that hides names, if the person who asks judges it, and may not open the
    page of its project; or if she asks for it `as_judged`. Who runs the program may open that page,
    once her own review is given (I11)."""
    as_judged = "as_judged" in request.args
    if gate.answer().view is not View.NAMES_HIDDEN and not as_judged:
        return False
    with current_issuer().database.reading() as session:
        if not _are_names_hidden(session):
            return False
        may_see = rules.visible(gate.whoever().me, "project", "evidence", gate.kinds())
        its_project = (ProjectRow.id == artifact.project_pk) & gate.seen(session, "project")
        knows_whose = session.scalar(select(ProjectRow.id).where(its_project, may_see)) is not None
    return as_judged or not knows_whose


def _are_names_hidden(session: Session) -> bool:
    policy = policies.current(session)
    return policy is None or policy.names_hidden


def _store(public_id: str, file: FileStorage) -> str:
    """Store a file that came in one request; return the id of its artifact."""
    now, store, database = clock.now(), files(), current_issuer().database
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    with database.writing() as session:
        row = written(session, public_id)
        upload = artifacts.begin(session, store, row, file.filename or "", size, LIMITS, now=now)
    try:
        place = 0
        while piece := file.stream.read(PIECE):
            place = artifacts.receive(store, upload, place, piece)
        return taken(upload)
    except EvidenceRefused:
        let_go(upload)
        raise


def _page(public_id: str, *, wrong: Refusals | None = None) -> Response:
    with current_issuer().database.reading() as session:
        project = or_404(drafts.find(session, public_id))
        visitor = gate.whoever()
        is_mine = project.person_pk == visitor.person.id
        sees_attempts = history.sees_attempts(visitor.me, project)
        seen = history.written_of(session, project)
        piece = pieces.wanted(session, project) if sees_attempts else None
        policy, items = policies.current(session), artifacts.current(session, project)
        if not sees_attempts and seen.files is not None:
            items = artifacts.of_files(session, seen.files)
        is_hidden = policy is not None and policy.names_hidden
        is_editable = is_mine and (project.state == State.ACTIVE or piece is not None)
        response = page(
            "program/evidence.html",
            project=project,
            title=project.proposal.get("title") if sees_attempts else seen.title,
            names={} if sees_attempts else artifacts.names_of(seen.files or ()),
            is_editable=is_editable,
            piece=piece,
            items=items,
            open_answers=sum(item.confirmed_at is None for item in items),
            advice={item.public_id: advice(item) for item in items} if is_editable else {},
            unreadable=unreadable(map(artifacts.handed_in, items)) if is_hidden else set(),
            link_words=link_checks.WORDS,
            may_withdraw=rules.may(visitor.me, "program", "run") or is_mine,
            students=artifacts.STUDENTS,
            consent=artifacts.CONSENT,
            tiers=artifacts.TIERS,
            criteria=_criteria(session, project),
            most=LIMITS.file // _MB,
            most_together=LIMITS.project // _MB,
            used=artifacts.used(session, project, clock.now()),
            accepted=file_kinds.accepted(),
            shown=file_kinds.shown,
            wrong=wrong or {},
            said_of={key: _typed(key) for key in wrong or ()},
            typed=request.form,
            done=request.args.get("done"),
        )
    response.headers.update(ASKING)
    return response


def _criteria(session: Session, project: ProjectRow) -> Sequence[Criterion]:
    """Return the criteria by which a completion is judged; none where no rubric is chosen."""
    policy = policies.current(session)
    if policy is None:
        return ()
    try:
        return rubric_of(rubric_now(session, project, policy, Purpose.COMPLETION)).criteria
    except Incomplete:
        return ()


def _criterion(text: str, criteria: Sequence[str]) -> str | None:
    """Return the criterion that was chosen, or None. Raises `EvidenceRefused`."""
    if text and text not in criteria:
        raise EvidenceRefused("criterion", N_("Choose one."))
    return text or None


def _choice(kind: type[Choice], field: str, text: str) -> Choice:
    try:
        return kind(text)
    except ValueError:
        raise EvidenceRefused(field, N_("Choose one.")) from None
