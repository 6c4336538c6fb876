"""`python -m bench.desk [DATABASE_URL]`: how long the desk takes to find among 20,000 credentials.

Without an address it is SQLite in a temporary folder; with one, an empty PostgreSQL database. One
credential is issued, and its rows are copied under other names, addresses and days. Each search is
asked for a few times through the application; the least time at the server counts.
"""

import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from bench import home as homes
from bench.documents import EXAMPLES
from issuer import issuance, migrations
from issuer.app import create_app
from issuer.approvals import event
from issuer.catalog import files, versions
from issuer.home.issuer import Issuer
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.people import register, roles
from issuer.people.access import sessions
from issuer.people.access.gate import cookie_name
from issuer.people.roles import Role
from issuer.people.tables import BuildingRow, PostRow
from verifier import clock

MANY: Final = 20_000
TEACHERS: Final = 500
LIMIT: Final = 0.2
"""Seconds; what the desk's first page may take."""
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
    "achievement=rhythms-i",
)


def fill(session: Session) -> None:
    """Copy the rows of the one credential until there are `MANY`."""
    approval = dict(session.execute(select(ApprovalRow.__table__)).mappings().one())
    credential = dict(session.execute(select(CredentialRow.__table__)).mappings().one())
    for begin in range(2, MANY + 1, 1000):
        numbers = range(begin, min(begin + 1000, MANY + 1))
        session.execute(insert(ApprovalRow), [_approval(approval, n) for n in numbers])
        session.execute(
            CredentialRow.__table__.insert(),  # type: ignore[attr-defined]
            [_credential(credential, n) for n in numbers],
        )
        rows = [{"approval_pk": n, "address": f"t{n % TEACHERS}@school.example"} for n in numbers]
        session.execute(insert(AddressRow), rows)


def _approval(one: dict[str, Any], number: int) -> dict[str, Any]:
    return one | {
        "id": number,
        "approval_id": f"b-{number}",
        "token": f"b{number}",
        "teacher": f"teacher {number % TEACHERS}",
        "awarded_on": date(2005, 1, 1) + timedelta(days=number % 7000),
    }


def _credential(one: dict[str, Any], number: int) -> dict[str, Any]:
    return one | {
        "id": number,
        "approval_pk": number,
        "public_id": f"b{number}",
        "serial": f"S{number}",
        "list_index": 10**6 + number,
        "manage_hash": number.to_bytes(32, "big"),
    }


def people(session: Session, now: datetime) -> str:
    """Let half of the teachers work in building 7, and sign somebody of the office in."""
    building = BuildingRow(code="7", name="Middle School")
    session.add(building)
    for number in range(TEACHERS):
        person = register.add(session, f"Teacher {number}", now=now)
        register.add_address(session, person, f"t{number}@school.example", verified_at=now)
        if number % 2:
            session.add(PostRow(person_pk=person.id, building=building))
    office = register.add(session, "Olive Office", now=now)
    roles.grant(session, office, Role.OFFICE, first_day=date(2020, 1, 1), now=now)
    seen = {"device": "x", "way": "mail", "replacing": None}
    return sessions.begin(session, office, now=now, **seen)  # type: ignore[arg-type]


def main() -> int:
    """Print the time of each search; 1 if one takes longer than `LIMIT`."""
    with tempfile.TemporaryDirectory() as folder:
        settings = homes.make(Path(folder) / "home")
        if len(sys.argv) > 1:
            settings = replace(settings, database_url=sys.argv[1])
            issuer = Issuer(settings)
            migrations.upgrade(issuer.database)
            with issuer.database.writing() as session:
                for achievement in files.load(EXAMPLES):
                    versions.record(session, achievement, now=clock.now())
            issuer.database.close()
        app = create_app(settings)
        issuer, now = app.extensions["mintmark"], datetime.now(UTC)
        first = event.approval_of(homes.approval(1))
        issuance.receive(issuer, first, source="forms", event_id="e-1", now=now)
        with issuer.database.writing() as session:
            fill(session)
            token = people(session, now)
        with issuer.database.writing() as session:
            session.execute(text("ANALYZE"))
        client = app.test_client()
        client.set_cookie(cookie_name(settings), token)
        slowest = max(_measured(client, search) for search in SEARCHES)
        issuer.database.close()
    return int(slowest > LIMIT)


def _measured(client: Any, search: str) -> float:
    """Print and return the least time of a search; beside it the processor's, of this process."""
    taken = []
    for _ in range(4):
        began, worked = time.perf_counter(), time.process_time()
        answer = client.get(f"/desk?{search}")
        taken.append((time.perf_counter() - began, time.process_time() - worked))
        assert answer.status_code == 200, answer.status_code
    total = answer.text.partition('<p class="hint">')[2].split(" ")[0]
    least, processor = (min(column) for column in zip(*taken, strict=True))
    figures = f"{1000 * least:6.0f} ms  {1000 * processor:6.0f} ms of processor"
    print(f"{figures}  {total:>6} of {MANY}  {search or 'all'}")
    return float(least)


if __name__ == "__main__":
    sys.exit(main())
