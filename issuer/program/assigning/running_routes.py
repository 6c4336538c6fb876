"""The superintendent's pages: where everything stands, who judges what, what is released."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from contexts.errors import MintmarkError
from issuer.home.issuer import current_issuer, local_today
from issuer.people.access import gate
from issuer.people.access.gate import MenuEntry
from issuer.people.tables import PersonRow
from issuer.program import policy as policies
from issuer.program.assigning import plans
from issuer.program.assigning.assignment import Load
from issuer.program.assigning.cases import changed_since, ready_cases
from issuer.program.assigning.plans import Proposal
from issuer.program.assigning.refusals import REFUSED
from issuer.program.evaluation import corrections, decisions
from issuer.program.evaluation.decisions import NotDecidable
from issuer.program.evaluation.reviews import MustNotJudge, ReviewClosed, Unfinished
from issuer.program.evaluation.waiting import given_review, open_assignments, ready, waiting
from issuer.program.policy import Policy
from issuer.program.projects import words
from issuer.program.projects.states import NotNow, State
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.tables import WindowRow
from issuer.program.windows.window import Purpose
from issuer.web.access import needs
from issuer.web.answers import page
from issuer.web.row_numbers import whole_number
from issuer.wording.days import WRITE_A_DAY, written_day
from verifier import clock
from verifier.wording.words import N_

running = Blueprint("running", __name__)
NAVIGATION: Final = (MenuEntry("running.cockpit", N_("Program"), lands=9),)
PLACES: Final = 300
"""On a page of a plan: a window of 142 with two evaluators each is on one."""
UNPLANNED: Final = {
    Purpose.PROPOSAL: N_("No window for proposals is open or planned"),
    Purpose.COMPLETION: N_("No window for completed projects is open or planned"),
}
DAYS_TO_RELEASE: Final = 3
"""From the day by which reviews are suggested to be given to the day by which a teacher hears."""
CASES: Final = 150
"""On a page of decisions: those of a window of 142 are on one."""
CHANGED: Final = N_(
    "Somebody has changed these since you opened the page. Look at each, then release again."
)


class ChangedMeanwhile(MintmarkError):
    """Something else would be released than the page showed; `versions` has the numbers of what."""

    def __init__(self, versions: Collection[int]) -> None:
        super().__init__("a decision or a review was changed")
        self.versions = versions


class NotSetUp(MintmarkError):
    """The district has made no choices about its program yet."""


@running.errorhandler(NotSetUp)
def say_not_set_up(_error: NotSetUp) -> AnyResponse:
    """Lead to the page that says so."""
    return redirect(url_for("running.cockpit"), 303)


@running.get("/program")
@needs("program", "run")
def cockpit() -> Response:
    """Show how many projects are where, and what waits for the superintendent."""
    with current_issuer().database.reading() as session:
        counts = dict(
            session.execute(select(ProjectRow.state, func.count()).group_by(ProjectRow.state)).all()
        )
        now, policy = waiting(session), policies.current(session)
        values = {
            "policy": policy,
            "counts": {state: counts.get(state, 0) for state in State},
            "lacking": {
                purpose: now.lacking(purpose, policy.judges(purpose) if policy else 1)
                for purpose in Purpose
            },
            "late": now.late(local_today()),
            "unplanned": _unplanned(session, policy) if policy else (),
            "ready": len(ready(session)),
            "looks": len(corrections.open_looks(session, gate.seen(session, "project"))),
        }
    return page("program/cockpit.html", words=words, **values)


def _unplanned(session: Session, policy: Policy) -> list[str]:
    """Return what to say of windows that are needed, and neither open nor still to come."""
    if policy.rolling:
        return []
    rows = select(WindowRow.purpose).where(WindowRow.closes > clock.now()).distinct()
    planned = set(session.scalars(rows))
    return [words for purpose, words in UNPLANNED.items() if purpose not in planned]


@running.get("/program/assignments/<purpose>")
@needs("program", "run")
def assignments(purpose: str) -> Response:
    """Show the plan of who judges what, before anything of it is in force."""
    return _plan(_purpose(purpose))


@running.post("/program/assignments/<purpose>")
@needs("program", "run")
def put_in_force(purpose: str) -> AnyResponse:
    """Put the plan in force, with the loads that were chosen."""
    chosen, now = _purpose(purpose), clock.now()
    try:
        due_on = written_day(request.form.get("due_on", ""))
    except ValueError:
        return _plan(chosen, wrong=WRITE_A_DAY)
    with current_issuer().database.writing() as session:
        gate.acting(session)
        proposal = _propose(session, chosen, _policy(session))
        plans.put_in_force(session, proposal, due_on=due_on, now=now)
    return redirect(url_for("running.assignments", purpose=purpose, done="assigned"), 303)


@running.post("/program/assignments/<purpose>/move")
@needs("program", "run")
def move(purpose: str) -> AnyResponse:
    """Give one request to somebody else by hand."""
    chosen, form = _purpose(purpose), request.form
    try:
        with current_issuer().database.writing() as session:
            gate.acting(session)
            version = session.get(VersionRow, form.get("version", 0, type=whole_number))
            new = session.get(PersonRow, form.get("evaluator", 0, type=whole_number))
            if version is None or new is None:
                raise NotFound
            old = session.get(PersonRow, form.get("old", 0, type=whole_number))
            due_on = _suggested_day([version], _policy(session))
            plans.move(session, version, old, new, due_on=due_on, now=clock.now())
    except (MustNotJudge, ReviewClosed) as exc:
        return _plan(chosen, wrong=REFUSED[type(exc)])
    number = form.get("page", type=whole_number)
    return redirect(url_for("running.assignments", purpose=purpose, page=number, done="moved"), 303)


@running.get("/program/decisions")
@needs("program", "run")
def deciding() -> Response:
    """List what can be decided: each with its reviews, and what they lead to."""
    return _deciding()


@running.post("/program/decisions")
@needs("program", "release")
def release() -> AnyResponse:
    """Release the decisions that were chosen as they were shown, or all that are settled: every one
    of them, or none."""
    issuer, now, shown = current_issuer(), clock.now(), _shown()
    try:
        with issuer.database.writing() as session:
            by = gate.person(session)
            if "settled_at" in request.form:
                shown = _settled(session, by.id, request.form["settled_at"])
            decisions.lock(session, shown)
            rows = _versions(session, shown)
            if decisions.are_released(session, rows, by=by):
                return redirect(url_for("running.deciding", done=len(rows)), 303)
            marks, policy = _marks(session, rows), _policy(session)
            drafts = decisions.to_release(session, policy, rows, by=by, now=now)
            if changed := {row.id for row in rows if marks.get(row.id) != shown[row.id]}:
                raise ChangedMeanwhile(changed)
            decisions.release(session, issuer.settings, policy, drafts, by=by, now=now)
    except ChangedMeanwhile as exc:
        return _deciding(wrong=CHANGED, changed=exc.versions)
    except (MustNotJudge, NotDecidable, Unfinished, NotNow) as exc:
        return _deciding(wrong=REFUSED[type(exc)])
    return redirect(url_for("running.deciding", done=len(drafts)), 303)


def _shown() -> dict[int, str]:
    """Return, for each version that is checked, the mark of what the page showed."""
    shown = {}
    for value in request.form.getlist("version"):
        number, _, mark = value.partition(":")
        with suppress(ValueError):
            shown[whole_number(number)] = mark
    return shown


def _settled(session: Session, me: int, moment: str) -> dict[int, str]:
    """Return what was settled when the page was made, and has not changed since, with its marks."""
    try:
        seen_at = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError):
        return {}
    decisions.lock(session, ready(session))
    waits = ready(session)  # again: what somebody released before the lock is not there
    changed = changed_since(session, waits, seen_at)
    unchanged = [number for number in waits if number not in changed]
    cases = ready_cases(session, _policy(session), unchanged, me)
    return {case.version.id: case.mark for case in cases if case.is_settled}


def _versions(session: Session, numbers: Collection[int]) -> Sequence[VersionRow]:
    rows = select(VersionRow).where(VersionRow.id.in_(numbers)).order_by(VersionRow.id)
    whole = (joinedload(VersionRow.project), joinedload(VersionRow.rubric_version))
    return session.scalars(rows.options(*whole)).all()


def _marks(session: Session, versions: Collection[VersionRow]) -> dict[int, str]:
    """Return the mark of what would be released now, by version; none while a review is awaited."""
    drafts = decisions.drafts(session, [version.id for version in versions])
    assigned = open_assignments(session, versions)
    return {
        number: decisions.mark(drafts.get(number), filter(None, map(given_review, rows)))
        for number, rows in assigned.items()
        if all(map(given_review, rows))
    }


def _plan(purpose: Purpose, *, wrong: str = "") -> Response:
    with current_issuer().database.reading() as session:
        policy = _policy(session)
        proposal, me = _propose(session, purpose, policy), gate.whoever().person.id
        places = proposal.plan.places
        pages = max(1, -(-len(places) // PLACES))
        number = min(max(1, request.values.get("page", 1, type=whole_number)), pages)
        shown = places[(number - 1) * PLACES : number * PLACES]
        assigned = open_assignments(session, [proposal.versions[one.request] for one in shown])
        rows = {
            (row.version_pk, row.evaluator_pk): row
            for row in chain.from_iterable(assigned.values())
        }
        return page(
            "program/assignments.html",
            purpose=purpose,
            proposal=proposal,
            shown=shown,
            number=number,
            pages=pages,
            loads=proposal.plan.loads,
            rows=rows,
            unseen={
                row.version_pk
                for row in rows.values()
                if policy.names_hidden and row.evaluator_pk == me and given_review(row) is None
            },
            due_on=_suggested_day(proposal.versions.values(), policy),
            wrong=wrong,
            done=request.args.get("done"),
        )


def _suggested_day(versions: Iterable[VersionRow], policy: Policy) -> date:
    """Return a day for reviews: some days before the first of the teachers is to hear, if that is
    not past (R34)."""
    local, days = current_issuer().settings.local, timedelta(days=policy.days_to_decide)
    promised = [
        version.window.window.decided_by
        if version.window
        else local(version.received_at).date() + days
        for version in versions
    ]
    hears = min(promised, default=local_today() + days)
    return max(local_today(), hears - timedelta(days=DAYS_TO_RELEASE))


def _deciding(*, wrong: str = "", changed: Collection[int] = ()) -> Response:
    shown, now, me = _shown(), clock.now(), gate.whoever().person.id
    number = max(1, request.args.get("page", 1, type=whole_number))
    with current_issuer().database.reading() as session:
        waits = ready(session)
        pages = max(1, -(-len(waits) // CASES))
        number = min(number, pages)
        listed = waits[(number - 1) * CASES : number * CASES]
        seen = gate.seen(session, "project")
        of_changed = select(VersionRow).join(VersionRow.project).where(VersionRow.id.in_(changed))
        return page(
            "program/decisions.html",
            cases=ready_cases(session, _policy(session), listed, me),
            checked=shown.keys() - set(changed),
            ready=len(waits),
            number=number,
            pages=pages,
            now=now,
            changed=session.scalars(of_changed.where(seen)).all() if changed else (),
            looks=corrections.open_looks(session, seen),
            released=decisions.released_last(session, seen),
            wrong=wrong,
            done=request.args.get("done", type=whole_number),
        )


def _propose(session: Session, purpose: Purpose, policy: Policy) -> Proposal:
    values = request.values
    least, greatest = (values.get(name, type=whole_number) for name in ("least", "greatest"))
    load = None
    if least is not None and greatest is not None and 0 <= least <= greatest:
        load = Load(least, greatest)
    return plans.propose(session, purpose, policy, load, today=local_today())


def _policy(session: Session) -> Policy:
    policy = policies.current(session)
    if policy is None:
        raise NotSetUp("the program is not set up")
    return policy


def _purpose(text: str) -> Purpose:
    try:
        return Purpose(text)
    except ValueError:
        raise NotFound from None
