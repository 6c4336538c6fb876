"""`python -m bench.state.upgrade [ROWS]`: `mintmark migrate` of a million older rows on PostgreSQL.

One credential is issued, stored as versions before schema 0007 stored it, and copied by the
database, without the indexes that those versions did not have. A server answers meanwhile, the
upgrade is killed halfway and run again, and at the end a copy is served byte for byte as the first
one is. How far it is comes as a line a minute.
"""

import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from bench import home as homes
from bench.state.__main__ import _home
from bench.state.engines import PostgreSQL, Server, Watch, free_port, room
from bench.state.million import APPROVAL, CREDENTIAL, copy
from issuer import issuance, migrations
from issuer.approvals import event
from issuer.database.database import Database
from issuer.home.issuer import Issuer
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.migrations import parts

TELL_SECONDS = 60
_OLDER = text(
    "UPDATE credentials SET document = :document, json = :json, jwt = :jwt,"
    " to_share = :to_share, serial = NULL"
)
_NOT_SEARCHED = text("UPDATE approvals SET teacher = NULL, awarded_on = NULL")


def _older(session: Session) -> None:
    """Store the one credential as it was stored before, and nothing that it is searched by."""
    row = session.scalars(select(CredentialRow)).one()
    forms = {"document": row.document, "json": row.json, "jwt": row.jwt, "to_share": row.to_share}
    session.execute(_OLDER, forms)
    session.execute(_NOT_SEARCHED)
    session.execute(delete(AddressRow))


class _Watch:
    """Asks a server for the first and the last credential while others work."""

    def __init__(self, server: Server, ids: list[str]) -> None:
        self._urls = [f"{server.url}/credentials/{public_id}.json" for public_id in ids]
        self.first = httpx.get(self._urls[0]).content
        self.seconds: list[float] = []
        """What each answer took."""

    def look(self) -> None:
        """Hold that each is answered, with the same bytes."""
        for url in self._urls:
            began = time.perf_counter()
            answer = httpx.get(url, timeout=60)
            self.seconds.append(time.perf_counter() - began)
            if (answer.status_code, answer.content) != (200, self.first):
                raise RuntimeError(f"{url}: {answer.status_code}, {len(answer.content)} bytes")

    def words(self) -> str:
        """Return how long answers took: most of them, and the slowest."""
        in_order = sorted(self.seconds)
        half, most = (in_order[int(len(in_order) * part)] * 1000 for part in (0.5, 0.99))
        slowest, many = in_order[-1] * 1000, len(in_order)
        return f"half in {half:.0f} ms, 99% in {most:.0f} ms, all {many:,} in {slowest:.0f} ms"


def _migrate(home: Path, watch: _Watch, until: int) -> tuple[int, float]:
    """Run `mintmark migrate` to its end; or, if `until` is not 0, kill it when so many are done.

    Return how many rows it says are done, and its processor time in seconds.
    """
    command = [sys.executable, "-u", "-m", "issuer", "--home", str(home), "migrate"]
    last_line, output = time.monotonic(), home / "progress"
    with output.open("wb") as out:
        process = subprocess.Popen(command, stdout=out)
    used, done = 0.0, 0
    while process.poll() is None:
        watch.look()
        time.sleep(2)
        done = _done(output)
        with suppress(psutil.Error):
            times = psutil.Process(process.pid).cpu_times()
            used = max(used, times.user + times.system)
        if time.monotonic() > last_line + TELL_SECONDS:
            last_line = time.monotonic()
            print(f"    {datetime.now(UTC):%H:%M:%S} {done:,} rearranged", flush=True)
        if until and done >= until:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return done, used
    if process.returncode != 0:
        raise RuntimeError(f"mintmark migrate ended with {process.returncode}")
    return _done(output), used


def _done(output: Path) -> int:
    """Return how many rows are rearranged, as the last line of progress says."""
    lines = [line for line in output.read_text().splitlines() if line.endswith("rearranged")]
    return int(lines[-1].split()[0].replace(",", "")) if lines else 0


def _size(database: Database) -> float:
    with database.reading() as session:
        return float(session.scalar(text("SELECT pg_database_size(current_database())"))) / 1e9


def _measure(folder: Path, url: str, pid: int, rows: int) -> None:
    settings: Any = _home(folder / "home", port := free_port(), url)
    issuer = Issuer(settings)
    approval = event.approval_of(homes.approval(1))
    now = datetime.now(UTC)
    issuance.receive(issuer, approval, source="forms", event_id="e-1", now=now)
    with issuer.database.writing() as session:
        _older(session)
        for name in parts.INDEXES:
            session.execute(text(f"DROP INDEX {name}"))
        began = time.perf_counter()
        copy(session, ApprovalRow, APPROVAL, rows)
        copy(session, CredentialRow, CREDENTIAL | {"serial": "NULL"}, rows)
    database = issuer.database
    filled, before = time.perf_counter() - began, _size(database)
    print(f"{rows:,} older rows copied in {filled:.0f} s: {before:.1f} GB", flush=True)
    with database.reading() as session:
        ends = select(CredentialRow.public_id).order_by(CredentialRow.id)
        first = session.scalars(ends.limit(1)).one()
        last = session.scalars(ends.offset(rows - 1)).one()
    server = Server(settings.home, port)
    try:
        server.start()
        watch = _Watch(server, [first, last])
        for until in (rows // 2, 0):
            began, left = time.perf_counter(), migrations.left(database)
            postgresql = Watch(pid)
            _, used = _migrate(settings.home, watch, until)
            seconds, done = time.perf_counter() - began, left - migrations.left(database)
            print(f"{done:,} rearranged in {seconds:.0f} s, {used:.0f} s of processor and", end=" ")
            print(
                f"{postgresql.end():.0f} s of PostgreSQL's with the server's questions, then",
                end=" ",
            )
            print("killed" if until else "done", flush=True)
            print(f"answers: {watch.words()}", flush=True)
        watch.look()
    finally:
        server.kill()
    with database.reading() as session:
        blank = session.scalar(select(func.count()).where(ApprovalRow.awarded_on.is_(None)))
        addresses = session.scalar(select(func.count()).select_from(AddressRow))
    print(f"{blank} rows left, {addresses:,} addresses; {_size(database):.1f} GB with the room of")
    print("the older rows, which PostgreSQL fills again")
    database.close()


def main() -> None:
    """Print how long each half took, and what a server answered meanwhile."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with room() as folder:
        postgresql = PostgreSQL(folder / "postgresql")
        try:
            _measure(folder, postgresql.database(), postgresql.pid, rows)
        finally:
            postgresql.stop()


if __name__ == "__main__":
    main()
