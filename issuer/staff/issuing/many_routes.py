"""Issue many: upload a table, preview each row, issue it, and correct the rest."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.approvals.table import background, columns, job, rehearsal
from issuer.approvals.table.job import TableError
from issuer.approvals.table.names import CatalogNames
from issuer.approvals.table.rehearsal import Rehearsed
from issuer.approvals.table.tables import Fate, TableJobRow
from issuer.audit import log
from issuer.catalog import versions
from issuer.catalog.achievement import Achievement
from issuer.home.issuer import current_issuer
from issuer.home.settings import DESK
from issuer.issuance.approval import Chosen
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.people.roster.rows import RosterError
from issuer.staff import DESK as DESK_PAGES
from issuer.staff import names
from issuer.staff.issuing import register_names, row_words
from issuer.staff.issuing.handing_over import TeacherLink, show_links
from issuer.web.access import needs
from issuer.web.answers import file, page
from issuer.web.spreadsheet import spreadsheet
from issuer.wording.language import gettext
from verifier import clock
from verifier.web.headers import ASKING
from verifier.wording.words import N_

issuing_many = Blueprint("issuing_many", __name__)
NAVIGATION: Final = (MenuEntry("issuing_many.choose", N_("Issue many"), DESK_PAGES),)
MOST_BYTES: Final = 10 * 1024 * 1024
MOST_ROWS: Final = 2_000
"""More would take longer to try than somebody waits for a page."""
SHOWN: Final = 200
"""Rows of a kind on the page; the file to mend has all."""
LAST: Final = 20
"""Tables listed that were handed in last."""
NO_TABLE: Final = N_("Choose the file first.")
LINK_HEADS: Final = (N_("Name"), N_("E-mail address"), N_("The teacher's link"))


@contextmanager
def _while_it_is_there() -> Iterator[None]:
    """Answer 404 for a table that is unknown, or that somebody discarded a moment ago."""
    try:
        yield
    except TableError as exc:
        raise NotFound from exc


@issuing_many.get("/desk/issue-many")
@needs("credential", "issue")
def choose() -> Response:
    """Ask for the file, and list the tables that were handed in last."""
    return _choose()


@issuing_many.post("/desk/issue-many")
@needs("credential", "issue", most_bytes=MOST_BYTES)
def hand_in() -> AnyResponse:
    """Store the rows of the file, and lead to what would become of them."""
    sheet, by = request.files.get("file"), log.person(gate.whoever().person.id)
    if not sheet or not sheet.filename:
        return _choose(wrong=NO_TABLE)
    issuer, now = current_issuer(), clock.now()
    try:
        table = job.hand_in(issuer, sheet.read(), source=DESK, by=by, now=now, most=MOST_ROWS)
        done = "again" if _job(table).created_at < now else None
    except TableError as exc:
        return _choose(wrong=exc.sentence, about=exc.name)
    except RosterError as exc:
        return _choose(wrong=exc.args[0], about=exc.remedy or "")
    return redirect(url_for("issuing_many.look", table=table, done=done), 303)


@issuing_many.get("/desk/issue-many/template.csv")
@needs("credential", "issue")
def template() -> Response:
    """Hand out the heads of a table; if a micro-credential is named, with its criteria and a row as
    an example."""
    name = request.args.get("achievement", "")
    with current_issuer().database.reading() as session:
        heads, example = columns.template(session, name), columns.example(session, name)
    return spreadsheet("credentials.csv", heads, [example] if example else [])


@issuing_many.get("/desk/issue-many/<table>")
@needs("credential", "issue")
@_while_it_is_there()
def look(table: str) -> Response:
    """Show what would become of the rows, how far they are, or what became of them."""
    begun = _job(table).begun_at is not None
    counts = job.progress(current_issuer(), table)
    whole, waiting = sum(counts.values()), counts.get(Fate.WAITING, 0)
    if begun and waiting:
        response = page("desk/many_running.html", table=table, done=whole - waiting, whole=whole)
        response.headers.update(ASKING)
        return response
    return _done(table, counts) if begun else _look(table, whole)


@issuing_many.post("/desk/issue-many/<table>")
@needs("credential", "issue")
@_while_it_is_there()
def begin(table: str) -> AnyResponse:
    """Issue the table in the background; return at once if that has begun."""
    issuer, begun = current_issuer(), _job(table).begun_at is not None
    if begun and job.progress(issuer, table).get(Fate.WAITING):
        background.hasten(issuer, table, now=clock.now())
    else:
        by = log.person(gate.whoever().person.id)
        background.begin(issuer, table, by=by, now=clock.now())
    return redirect(url_for("issuing_many.look", table=table), 303)


@issuing_many.post("/desk/issue-many/<table>/links")
@needs("credential", "hand-over")
@_while_it_is_there()
def links(table: str) -> Response:
    """Show the teachers' links of what a table became, or hand them out as a file; either is
    written down."""
    _job(table)
    issuer, by = current_issuer(), log.person(gate.whoever().person.id)
    as_file = request.form.get("what") == "file"
    with issuer.database.writing() as session:
        ids = [one for _, one in job.credentials(session, table, MOST_ROWS if as_file else SHOWN)]
        shown = show_links(session, issuer.settings, ids, by=by, now=clock.now())
    if as_file:
        heads = [gettext(head) for head in LINK_HEADS]
        return spreadsheet("links.csv", heads, [one[1:] for one in shown])
    return _done(table, job.progress(issuer, table), links=shown)


@issuing_many.post("/desk/issue-many/<table>/discard")
@needs("credential", "issue")
@_while_it_is_there()
def discard(table: str) -> AnyResponse:
    """Delete a table if nothing of it was issued."""
    _job(table)
    was_forgotten = job.discard(current_issuer(), table)
    done = "forgotten" if was_forgotten else None
    return redirect(url_for("issuing_many.choose", done=done), 303)


@issuing_many.get("/desk/issue-many/<table>/mend.csv")
@needs("credential", "issue")
@_while_it_is_there()
def mend(table: str) -> Response:
    """Hand out the rows to mend, each with its reasons; of a table not begun, by a rehearsal."""
    _job(table)
    with current_issuer().database.reading() as session:
        catalog = versions.listed(session)
    tried = rehearsal.dry_run(current_issuer(), table, now=clock.now())
    reasons = {row.number: row_words.in_words(row, catalog) for row in tried if row.error}
    data = job.to_mend(current_issuer(), table, reasons)
    return file(data, "text/csv", "to-fix.csv")


def _job(table: str) -> TableJobRow:
    """Return a table of the desk; those of a command are none of its pages."""
    with current_issuer().database.reading() as session:
        row = job.find(session, table)
    if row.source != DESK:
        raise NotFound
    return row


def _choose(*, wrong: str = "", about: str = "") -> Response:
    issuer = current_issuer()
    with issuer.database.reading() as session:
        achievements = versions.listed(session)
        tables = job.last(session, DESK, LAST)
    return page(
        "desk/many_choose.html",
        wrong=wrong,
        about=about,
        achievements=achievements,
        rubrics=dict.fromkeys(achievement.rubric for achievement in achievements),
        tables=tables,
        heads=columns.HEADS,
    )


def _look(table: str, whole: int) -> Response:
    issuer = current_issuer()
    tried = [*rehearsal.dry_run(issuer, table, now=clock.now())]
    new = [row for row in tried if row.new and not row.error]
    people = rules.visible(gate.whoever().me, "person", "list", gate.kinds())
    with issuer.database.reading() as session:
        catalog = versions.listed(session)
        achievements = _stated(CatalogNames(session), tried)
        otherwise_named = register_names.otherwise_named(session, new, people)
    return page(
        "desk/many_look.html",
        table=table,
        whole=whole,
        new=new,
        otherwise_named=otherwise_named,
        before=[row for row in tried if not row.new and not row.error],
        achievements=achievements,
        **_problems(tried, catalog),
    )


def _stated(catalog: CatalogNames, tried: Sequence[Rehearsed]) -> Mapping[str, Achievement | None]:
    """Return the achievements that the rows state by their ids, also what the catalog does not
    offer, such as a teacher's own idea."""
    choices = (row.approval.achievement for row in tried if row.approval)
    ids = {choice.id for choice in choices if isinstance(choice, Chosen)}
    return {chosen: catalog.achievement(chosen) for chosen in ids}


def _done(table: str, counts: Mapping[Fate, int], *, links: Sequence[TeacherLink] = ()) -> Response:
    issuer = current_issuer()
    tried = [*rehearsal.dry_run(issuer, table, now=clock.now())]
    with issuer.database.reading() as session:
        credentials = job.credentials(session, table, SHOWN)
        known = names.of(session, [public_id for _, public_id in credentials])
        catalog = versions.listed(session)
    return page(
        "desk/many_done.html",
        table=table,
        counts=counts,
        credentials=credentials,
        links=links,
        known=known,
        fitting=[row for row in tried if not row.error],
        **_problems(tried, catalog),
    )


def _problems(tried: Sequence[Rehearsed], catalog: Sequence[Achievement]) -> dict[str, Any]:
    """Return what both pages of a table say of rows to mend, and of names in boxes."""
    to_mend = [row for row in tried if row.error]
    return {
        "to_mend": to_mend[:SHOWN],
        "unshown": max(0, len(to_mend) - SHOWN),
        "unprintable": [row for row in tried if row.unprintable],
        "reasons": partial(row_words.reasons, catalog=catalog),
        "shown": SHOWN,
    }
