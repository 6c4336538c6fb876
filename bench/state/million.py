"""`python -m bench.state.million [ROWS]`: list, search and reports on PostgreSQL among a million.

One credential is issued, and its rows are copied by the database under other names, addresses,
serials and days. Each search of `bench.desk` and each report is asked for through the application;
for each statement that reads a whole table, PostgreSQL's plan is printed.
"""

import sys
import time
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bench import home as homes
from bench.desk.__main__ import SEARCHES
from bench.desk.rows import people
from bench.state.__main__ import _home
from bench.state.engines import PostgreSQL, free_port, room
from issuer import issuance
from issuer.app import create_app
from issuer.approvals import event as approvals
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.people import register, roles
from issuer.people.access import sessions
from issuer.people.access.gate import cookie_name
from issuer.people.roles import Role
from issuer.program.reports.routes import REPORTS

TEACHERS = 50_000
APPROVAL = {"id": "n", "approval_id": "'b-' || n", "token": "'b' || n"}
_FOUND_BY = {
    "teacher": f"'teacher ' || n % {TEACHERS}",
    "awarded_on": "date '2005-01-01' + (n % 7000)::int",
}
CREDENTIAL = {
    "id": "n",
    "approval_pk": "n",
    "public_id": "'b' || n",
    "serial": "'S' || n",
    "list_index": "1000000 + n",
    "manage_hash": "sha256(int8send(n))",
}


def copy(session: Session, table: Any, changed: Mapping[str, str], rows: int) -> None:
    """Copy the one row until there are `rows`; `changed` has what is not the same in each."""
    names = [column.name for column in table.__table__.columns]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changed.get(name, f'a."{name}"') for name in names)
    numbers = f"generate_series(2::bigint, {rows}) n"
    session.execute(
        text(
            f"INSERT INTO {table.__tablename__} ({columns})"
            f" SELECT {values} FROM {table.__tablename__} a, {numbers} WHERE a.id = 1"
        )
    )


def fill(session: Session, rows: int) -> None:
    """Copy the rows of the one credential, under other names, addresses and days."""
    copy(session, ApprovalRow, APPROVAL | _FOUND_BY, rows)
    copy(session, CredentialRow, CREDENTIAL, rows)
    address = f"'t' || n % {TEACHERS} || '@school.example'"
    session.execute(
        text(
            f"INSERT INTO {AddressRow.__tablename__} (approval_pk, address)"
            f" SELECT n, {address} FROM generate_series(2::bigint, {rows}) n"
        )
    )


@contextmanager
def watched(engine: Any, statements: list[tuple[str, Any, float]]) -> Any:
    """Collect each statement with what it is given, and how long it took."""

    began: dict[int, float] = {}

    def begin(_c: Any, cursor: Any, _s: str, _p: Any, context: Any, _m: bool) -> None:
        began[id(context)] = time.perf_counter()

    def end(_c: Any, _cursor: Any, statement: str, parameters: Any, context: Any, _m: bool) -> None:
        statements.append((statement, parameters, time.perf_counter() - began.pop(id(context))))

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", begin)
        event.remove(engine, "after_cursor_execute", end)


def main() -> None:
    """Print the least time of each search, and the plans that read a whole table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with room() as folder:
        postgresql = PostgreSQL(folder / "postgresql")
        try:
            settings = _home(folder / "home", free_port(), postgresql.database())
            app = create_app(settings)
            issuer, now = app.extensions["mintmark"], datetime.now(UTC)
            first = approvals.approval_of(homes.approval(1))
            issuance.receive(issuer, first, source="forms", event_id="e-1", now=now)
            began = time.perf_counter()
            with issuer.database.writing() as session:
                fill(session, rows)
                token, chief = people(session, now), _chief(session, now)
            with issuer.database.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
                    "VACUUM ANALYZE"
                )
            print(f"{rows:,} rows copied in {time.perf_counter() - began:.0f} s", flush=True)
            client = app.test_client()
            client.set_cookie(cookie_name(settings), token)
            for search in SEARCHES:
                _measure(client, issuer.database.engine, f"/desk?{search}")
            client.set_cookie(cookie_name(settings), chief)
            for report in REPORTS:
                _measure(client, issuer.database.engine, f"/program/reports/{report}")
            issuer.database.close()
        finally:
            postgresql.stop()


def _chief(session: Session, now: datetime) -> str:
    """Sign a superintendent in, who reads the reports; return the token of the session."""
    chief = register.add(session, "Sam Superintendent", now=now)
    roles.grant(session, chief, Role.SUPERINTENDENT, first_day=date(2020, 1, 1), now=now)
    return sessions.begin(session, chief, now=now, device="x", way="mail", replacing=None)


def _measure(client: Any, engine: Any, address: str) -> None:
    taken, statements = [], list[tuple[str, Any, float]]()
    for _ in range(3):
        statements.clear()
        began = time.perf_counter()
        with watched(engine, statements):
            answer = client.get(address)
        taken.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.status_code
    print(f"{min(taken) * 1000:7.0f} ms  {address}", flush=True)
    for statement, parameters, seconds in statements:
        if seconds > 0.1 and statement.lstrip().startswith("SELECT"):
            with engine.connect() as connection:
                plan = (
                    connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
                )
            scans = [line.strip() for line in plan if "Seq Scan" in line]
            kind = "count" if statement.startswith("SELECT count") else "rows"
            print(f"    {seconds * 1000:.0f} ms, {kind}: {'; '.join(scans) or 'by index'}")


if __name__ == "__main__":
    main()
