"""The audit log as a page with filters and names, and as a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from issuer.audit import chain, log, search
from issuer.audit.log import Entry
from issuer.audit.search import LogQuery
from issuer.home.issuer import Issuer, current_issuer
from issuer.home.settings import Settings
from issuer.issuance.status_lists import log_head
from issuer.people import acts, listing
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.staff import DESK, names
from issuer.staff.log_words import ACTIONS, ACTORS, KINDS
from issuer.web.access import needs
from issuer.web.answers import page
from issuer.web.row_numbers import whole_number
from issuer.web.spreadsheet import spreadsheet
from issuer.wording.days import WRITE_A_DAY, written_day
from verifier import clock
from verifier.wording.words import N_

auditing = Blueprint("auditing", __name__)
NAVIGATION: Final = (MenuEntry("auditing.show", N_("Log"), DESK),)
EXPORTED: Final = "audit.exported"
FIELDS: Final = ("person", "about", "kind", "since", "until")


@dataclass(frozen=True, slots=True)
class LogRequest:
    """What was asked for: the query, and what of it could not be read, by its field."""

    query: LogQuery
    wrong: dict[str, str]


@auditing.get("/desk/log")
@needs("audit entry", "read")
def show() -> Response:
    """Show the entries that fit, the newest first."""
    issuer = current_issuer()
    with issuer.database.reading() as session:
        asked = _asked(session, issuer.settings, request.args)
        entries = search.page(session, asked.query, before=_number("before"))
        known = names.of(session, _references(entries))
        newest = log.head(session)
    return page(
        "desk/log.html",
        entries=[entry for entry, _ in entries],
        known=known,
        newest=newest,
        signed=log_head.published_head(issuer.settings),
        asked={name: request.args[name] for name in FIELDS if request.args.get(name)},
        wrong=asked.wrong,
        kinds=KINDS,
        actions=ACTIONS,
        actors=ACTORS,
        moment=datetime.fromisoformat,
        more=len(entries) == search.SIZE,
        exports=rules.may(gate.whoever().me, "audit entry", "export"),
    )


@auditing.get("/desk/log.csv")
@needs("audit entry", "export")
def table() -> Response:
    """Send all entries of the search as a table, with ids as they are in the log."""
    issuer = current_issuer()
    with issuer.database.writing() as session:
        query = _asked(session, issuer.settings, request.args).query
        _exported(session)
    return spreadsheet("log.csv", chain.HEADS, map(chain.cells, _all(issuer, query)))


@auditing.get("/desk/log.jsonl")
@needs("audit entry", "export")
def lines() -> Response:
    """Send the whole log as `mintmark audit export` prints it, for `mintmark audit check`."""
    issuer = current_issuer()
    with issuer.database.writing() as session:
        _exported(session)
    rows = (f"{chain.line(entry, stored)}\n" for entry, stored in _whole(issuer))
    response = Response(rows, content_type="application/jsonl")
    response.headers["Content-Disposition"] = 'attachment; filename="log.jsonl"'
    return response


def _asked(session: Session, settings: Settings, args: MultiDict[str, str]) -> LogRequest:
    """Return the query of a request, limited to what the visitor may see."""
    wrong: dict[str, str] = {}
    days: dict[str, datetime | None] = {}
    for name, later in (("since", 0), ("until", 1)):
        try:
            days[name] = _midnight(args.get(name, "").strip(), settings, later)
        except ValueError:
            days[name], wrong[name] = None, WRITE_A_DAY
    query = LogQuery(
        where=rules.visible(gate.whoever().me, "audit entry", "read", gate.kinds()),
        people=_people(session, args.get("person", "")),
        about=args.get("about", "").strip() or None,
        kind=args.get("kind") or None,
        **days,
    )
    return LogRequest(query, wrong)


def _people(session: Session, text: str) -> list[str] | None:
    """Return how the log calls the people whose name, address or staff number this is."""
    if not text.strip():
        return None
    visible = rules.visible(gate.whoever().me, "person", "list", gate.kinds())
    people = listing.search(session, visible, text, 1).people
    return [log.person(person.id) for person in people]


def _midnight(text: str, settings: Settings, days: int) -> datetime | None:
    """Return when a local day begins, or the one so many days later."""
    if not text:
        return None
    zone = settings.local(clock.now()).tzinfo
    return datetime.combine(written_day(text) + timedelta(days), time(), zone)


def _references(entries: Iterable[tuple[Entry, str]]) -> set[str]:
    return {reference for entry, _ in entries for reference in (entry.actor, entry.about)}


def _number(name: str) -> int | None:
    return request.args.get(name, type=whole_number)


def _exported(session: Session) -> None:
    by = acts.actor(gate.whoever().person)
    log.record(session, by=by, action=EXPORTED, about="log", now=clock.now())


def _all(issuer: Issuer, query: LogQuery) -> Iterator[tuple[Entry, str]]:
    """Yield every entry that fits, the newest first."""
    with issuer.database.reading() as session:
        before: int | None = None
        while rows := search.page(session, query, before=before, size=log.BATCH):
            yield from rows
            before = rows[-1][0].number


def _whole(issuer: Issuer) -> Iterator[tuple[Entry, str]]:
    with issuer.database.reading() as session:
        yield from log.entries(session)
