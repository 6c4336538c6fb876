"""`python -m bench.desk [postgresql]`: what the pages of an office take, beside what they may.

It is on SQLite, or on a PostgreSQL of its own; with an address, in that empty database. All is
asked for through the application, in this process; the least time of a few counts. The last line
compares an address that somebody has with one that nobody has, by the middle of many turns.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from bench import home as homes
from bench.desk import rows
from bench.desk.measuring import least
from bench.documents import EXAMPLES
from bench.state.engines import PostgreSQL, room
from issuer import issuance, migrations
from issuer.app import create_app
from issuer.approvals import event as approvals
from issuer.catalog import files, versions
from issuer.home.issuer import Issuer
from issuer.home.settings import FILE, Settings, load
from issuer.people.access.gate import cookie_name
from issuer.people.roster import plan, table
from verifier import clock

MANY: Final = 20_000
VERY_MANY: Final = 200_000
PEOPLE: Final = 2_000
FIND: Final = 0.2
"""Seconds that a search of the desk may take among `MANY`."""
QUERIES: Final = 12
IMPORT: Final = 5.0
"""Seconds that the dry run of `PEOPLE` may take."""
ALIKE: Final = 0.1
"""How far the times for a known and an unknown address may differ."""
TURNS: Final = 150
SEARCHES: Final = (
    "",
    "sort=teacher",
    "q=teacher 77",
    "q=nobody at all",
    "q=t123@school.example",
    "q=S12345",
    "state=issued",
    "state=revoked",
    "year=2015",
    "building=7",
    "building=7&year=2015&state=issued&sort=teacher",
    "achievement=composing-with-foundational-rhythms",
)
PUBLIC: Final = "/achievements/composing-with-foundational-rhythms"
MAIL: Final = '[mail]\nhost = "localhost"\nfrom = "district@school.example"\n'


class Figure(NamedTuple):
    """A line of the report, and whether it is within what it may be."""

    line: str
    is_within: bool


def main() -> int:
    """Print a line for each figure; 1 if one is beyond what it may be."""
    with room() as folder, _database(folder, *sys.argv[1:2]) as database_url:
        app = create_app(_home(folder / "home", database_url))
        issuer: Issuer = app.extensions["mintmark"]
        beyond = 0
        for figure in figures(app, issuer):
            print(f"{' ' if figure.is_within else '!'} {figure.line}", flush=True)
            beyond += not figure.is_within
        issuer.database.close()
    return min(1, beyond)


@contextmanager
def _database(folder: Path, where: str = "") -> Iterator[str]:
    """Give the address of an empty PostgreSQL database; '' for SQLite."""
    if where != "postgresql":
        yield where
        return
    server = PostgreSQL(folder / "postgresql")
    try:
        yield server.database()
    finally:
        server.stop()


def _home(folder: Path, database_url: str) -> Settings:
    homes.make(folder)
    with (folder / FILE).open("a") as written:
        written.write(MAIL)
    settings = load(folder)
    if database_url:
        settings = replace(settings, database_url=database_url)
        issuer = Issuer(settings)
        migrations.upgrade(issuer.database)
        with issuer.database.writing() as session:
            for achievement in files.load(EXAMPLES):
                versions.record(session, achievement, now=clock.now())
        issuer.database.close()
    return settings


def figures(app: Flask, issuer: Issuer) -> Iterator[Figure]:
    """Yield each figure as soon as it is measured, while the database is filled."""
    now, client = datetime.now(UTC), app.test_client()
    first = approvals.approval_of(homes.approval(1))
    issuance.receive(issuer, first, source="forms", event_id="e-1", now=now)
    with issuer.database.writing() as session:
        rows.fill(session, 2, MANY)
        token = rows.people(session, now)
    _analyze(issuer)
    yield _import(issuer)
    client.set_cookie(cookie_name(issuer.settings), token)
    for search in SEARCHES:
        yield _search(client, issuer, search)
    few = least(issuer, lambda: _get(client, PUBLIC))
    with issuer.database.writing() as session:
        rows.fill(session, MANY + 1, VERY_MANY, forms=False)
    _analyze(issuer)
    many = least(issuer, lambda: _get(client, PUBLIC))
    for count, taken in ((MANY, few), (VERY_MANY, many)):
        line = f"{taken.line()}  an achievement's public page, {count:,} credentials"
        yield Figure(line, taken.seconds <= FIND and taken.queries <= QUERIES)
    yield _addresses(app)


def _import(issuer: Issuer) -> Figure:
    """Measure the dry run of a table of people: read it, and find the fate of each row."""
    file = rows.table_of_people(PEOPLE)

    def dry_run() -> None:
        with issuer.database.reading() as session:
            looked = plan.of(
                session, table.read(file), by=None, may_name_roles=True, today=clock.now().date()
            )
        assert len(looked.rows) == PEOPLE

    taken = least(issuer, dry_run)
    line = f"{taken.line()}  dry run of {PEOPLE:,} people"
    return Figure(line, taken.seconds <= IMPORT)


def _search(client: FlaskClient, issuer: Issuer, search: str) -> Figure:
    """Measure a search of the desk, and count what it asks the database."""
    answers = []
    taken = least(issuer, lambda: answers.append(_get(client, f"/desk?{search}")))
    total = answers[0].partition('<p class="hint">')[2].split(" ")[0]
    line = f"{taken.line()}  {total:>6} of {MANY:,}: {search or 'all'}"
    return Figure(line, taken.seconds <= FIND and taken.queries <= QUERIES)


def _addresses(app: Flask) -> Figure:
    """Compare the times of asking for a link by an address that is known, and by one that is not.

    Each turn asks for both with addresses of their own, in changing order.
    """
    seconds: dict[str, list[float]] = {"t{}@school.example": [], "t{}@nowhere.example": []}
    for turn in range(TURNS):
        for pattern in sorted(seconds, reverse=bool(turn % 2)):
            data = {"address": pattern.format(turn)}
            began = time.perf_counter()
            answer = app.test_client().post("/sign-in", data=data)
            seconds[pattern].append(time.perf_counter() - began)
            assert answer.status_code == 303, answer.status_code
    known, unknown = (statistics.median(column) for column in seconds.values())
    line = f"{1000 * known:6.1f} ms, {1000 * unknown:.1f} ms unknown, {known / unknown:.2f}×"
    return Figure(f"{line}: an address asks for a link", abs(known / unknown - 1) <= ALIKE)


def _get(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.text


def _analyze(issuer: Issuer) -> None:
    with issuer.database.writing() as session:
        session.execute(text("ANALYZE"))


if __name__ == "__main__":
    sys.exit(main())
