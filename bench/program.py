"""`python -m bench.program [TEACHERS]`: what pages take in a district ten times a large one.

A section each: a name, what it measures, and what it may take. Ten years of 19,200 awards are
rows of projects that never were, as the tests of reports make them; each has its sum in the ledger.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from bench import home as homes
from issuer.app import create_app
from issuer.home.issuer import Issuer
from issuer.people import register, roles
from issuer.people.access import sessions
from issuer.people.access.gate import cookie_name
from issuer.people.roles import Role
from issuer.people.tables import PersonRow
from issuer.program import policy as policies
from issuer.program.compensation import agreements
from issuer.program.compensation.ledger import Stage, Why
from issuer.program.compensation.tables import LedgerRow, PayRecordRow
from issuer.program.projects.tables import ProjectRow
from issuer.program.reports.routes import REPORTS
from tests.issuer.program.filled_program import CONTRACT, fill

TEACHERS, AWARDS_EACH, YEARS = 2_000, 16, 10
"""Of ten teachers six have awards: 19,200."""


@dataclass(frozen=True)
class Section:
    """One thing that is measured: how, in seconds or megabytes, and what it may be."""

    name: str
    limit: float
    unit: str
    measure: Callable[[FlaskClient], float]


def _took(path: str) -> Callable[[FlaskClient], float]:
    """Return a measurement of the least time of an answer, to its last byte."""

    def measure(client: FlaskClient) -> float:
        return min(_seconds(client, path) for _ in range(5))

    return measure


def _seconds(client: FlaskClient, path: str) -> float:
    began = time.perf_counter()
    with client.get(path) as answer:
        size = sum(map(len, answer.iter_encoded()))
    assert answer.status_code == 200, (path, answer.status_code)
    assert size, path
    return time.perf_counter() - began


def _memory_grew(client: FlaskClient) -> float:
    """Return by how many megabytes the process grew while a table was sent."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _seconds(client, "/program/reports/awards.csv")
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


SECTIONS: Final = (
    Section("awards.csv, memory while it is sent", 20, "MB", _memory_grew),
    Section("awards.csv, every row", 3, "s", _took("/program/reports/awards.csv")),
    *(Section(f"report: {name}", 0.3, "s", _took(f"/program/reports/{name}")) for name in REPORTS),
    Section("report: claims against the caps", 0.3, "s", _took("/pay/report")),
    Section("the page for the board", 1, "s", _took("/program/board")),
    Section("who stands where, one page", 0.3, "s", _took("/pay/people")),
    Section("what the next run pays", 1, "s", _took("/pay/runs")),
)
"""Add a section for whatever else a district of that size must not wait for."""


def main() -> int:
    """Print what each section takes; 1 if one takes more than it may."""
    with tempfile.TemporaryDirectory() as folder:
        settings = homes.make(Path(folder) / "home")
        app = create_app(settings)
        issuer: Issuer = app.extensions["mintmark"]
        client = app.test_client()
        client.set_cookie(cookie_name(settings), _filled(issuer))
        too_slow = [section for section in SECTIONS if not _is_within(section, client)]
        issuer.database.close()
    return int(bool(too_slow))


def _is_within(section: Section, client: FlaskClient) -> bool:
    value = section.measure(client)
    is_within = value <= section.limit
    mark = " " if is_within else "!"
    print(f"{mark} {section.name:40} {value:8.3f} {section.unit} of {section.limit:g}", flush=True)
    return is_within


def _filled(issuer: Issuer) -> str:
    """Fill the district, and return a session of its superintendent."""
    now = datetime.now(UTC)
    with issuer.database.writing() as session:
        policies.change(session, policies.PILOT, by=None, now=now)
        teachers = int(sys.argv[1]) if len(sys.argv) > 1 else TEACHERS
        fill(session, teachers=teachers, now=now, years=YEARS, awards_each=AWARDS_EACH)
    with issuer.database.writing() as session:
        chief = register.add(session, "Pat Model", now=now)
        roles.grant(session, chief, Role.SUPERINTENDENT, first_day=date(2020, 1, 1), now=now)
        _pay(session, chief, now)
        seen: dict[str, Any] = {"device": "x", "way": "mail", "replacing": None}
        token = sessions.begin(session, chief, now=now, **seen)
    with issuer.database.writing() as session:
        session.execute(text("ANALYZE"))
    return token


def _pay(session: Session, chief: PersonRow, now: datetime) -> None:
    """Let every award have brought 100.00 on its way through the stages."""
    zone = ZoneInfo("America/Chicago")
    agreements.change(session, settings=CONTRACT, by=chief, zone=zone, now=now)
    people = session.scalars(select(PersonRow.id)).all()
    since = date(now.year - YEARS - 1, 7, 1)
    record = {"since": since, "salary": 60_000_00, "full_time": "1", "created_at": now}
    session.execute(insert(PayRecordRow), [record | {"person_pk": key} for key in people])
    issued = select(ProjectRow.public_id, ProjectRow.person_pk).where(ProjectRow.state == "issued")
    rows = [
        entry for n, row in enumerate(session.execute(issued)) for entry in _entries(n, row, now)
    ]
    session.execute(insert(LedgerRow), rows)


def _entries(number: int, project: Any, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the entries of one award: approved, earned, and mostly paid."""
    on = now.date() - timedelta(days=365 * (number % YEARS) + 30)
    same = {"claim": project.public_id, "person_pk": project.person_pk, "created_at": now}
    steps = [(None, Stage.APPROVED), (Stage.APPROVED, Stage.EARNED), (Stage.EARNED, Stage.PAID)]
    for before, after in steps[: 2 if number % 50 == 0 else 3]:
        why = Why.RUN if after is Stage.PAID else Why.STEP
        for stage, cents in ((before, -100_00), (after, 100_00)):
            if stage is not None:
                yield same | {"stage": stage, "cents": cents, "on": on, "why": why}


if __name__ == "__main__":
    raise SystemExit(main())
