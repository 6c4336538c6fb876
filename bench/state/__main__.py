"""`python -m bench.state 1000 10000 100000`: a state's engines together, and one process beside.

Two servers with homes of their own on one PostgreSQL (from Debian, written through to the disk)
take a tenth of the approvals by webhook; a Dask cluster of two workers shares the file of the
others, and then checks every credential. A server and two workers are killed in the middle. One
process issues the same file into another database, and checks the same files. The first size shows
what starts take: the same without a kill, and with one item. Each size ends with a look that
nothing was lost or stored twice. What is known is written after each size: to `--out`, and with
`--write` into docs/scale.md.

    nohup python -m bench.state 1000 10000 100000 --write > state.log 2>&1 &
"""

import argparse
import csv
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import select, text

from bench import home as homes
from bench.documents import EXAMPLES
from bench.state import table
from bench.state.engines import (
    Cluster,
    PostgreSQL,
    Server,
    Watch,
    free_port,
    reaped_seconds,
    room,
)
from bench.state.table import (
    ALONE,
    APPROVALS,
    CALM,
    FILES,
    ONE_ITEM,
    TOGETHER,
    WEBHOOKS,
    WHOLE,
    Measured,
)
from issuer import migrations
from issuer.catalog import files, versions
from issuer.home import settings as home_settings
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.webhooks import standard_webhooks
from verifier.batch.run import JOURNAL
from verifier.batch.sheet import ANSWERS
from verifier.report import Answer

BY_WEBHOOK = 10
"""One of so many approvals comes by webhook, the others in a file."""
SENDERS = 8
FILES_FOLDER, ONE_FILE = "files", "one-file"
BESIDE = 10_000_000
"""The number of the first approval that is not one of the size, but shows what starts take."""


class State:
    """The engines, and homes to work in."""

    def __init__(self, folder: Path, ending: ExitStack) -> None:
        """Start all engines, and have `ending` end each."""
        self.folder = folder
        self.postgresql = PostgreSQL(folder / "postgresql")
        ending.callback(self.postgresql.stop)
        port = free_port()
        self.one = _home(folder / "one", port, self.postgresql.database())
        self.alone = _home(folder / "alone", port, self.postgresql.database())
        self.two = folder / "two"
        shutil.copytree(self.one.home, self.two, ignore=shutil.ignore_patterns("public"))
        self.servers = [Server(self.one.home, port), Server(self.two, free_port())]
        for server in self.servers:
            ending.callback(server.kill)
            server.start()
        self.cluster = Cluster(folder, self.two)
        ending.callback(self.cluster.stop)
        self.issuer = Issuer(self.one)
        ending.callback(self.issuer.database.close)
        self.beside = 0
        """Credentials in the database of the servers that are not of the size."""
        for name in (FILES_FOLDER, ONE_FILE):
            (folder / name).mkdir()
        entry = {"id": self.one.issuer_id, "name": "State", "kind": "state"}
        listed = {"type": "MintmarkTrustList", "version": 1, "name": "State", "entries": [entry]}
        listed["updated"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        (folder / "list.json").write_text(json.dumps(listed))
        (folder / "policy.toml").write_text('lists = ["list.json"]')

    def grow(self, before: int, size: int) -> Iterator[Measured]:
        """Issue until there are `size` credentials, and check them all; then one process does.

        At the first size the same is done without a kill, and with one item.
        """
        mark = before + (size - before) // BY_WEBHOOK
        yield self._webhooks(size, range(before, mark))
        of_cluster = ("--cluster", self.cluster.address)
        if not before:
            self._issue(size, self._more(size - mark), CALM, *of_cluster)  # workers begin to work
            yield self._issue(size, self._more(size - mark), CALM, *of_cluster)
            yield self._issue(size, self._more(1), ONE_ITEM, *of_cluster)
            yield self._issue(size, range(BESIDE, BESIDE + 1), ONE_ITEM)
        yield self._issue(size, range(mark, size), WHOLE, *of_cluster)
        yield self._issue(size, range(mark, size), WHOLE)
        self._hand_in(size)
        if not before:
            self._check(size, CALM, *of_cluster)
            yield self._check(size, CALM, *of_cluster)
            yield self._check(size, ONE_ITEM, *of_cluster)
            yield self._check(size, ONE_ITEM)
        yield self._check(size, WHOLE, *of_cluster)
        yield self._check(size, WHOLE)
        self._compare(size)

    def _more(self, many: int) -> range:
        """Return the numbers of approvals that are not of the size."""
        first, self.beside = self.beside, self.beside + many
        return range(BESIDE + first, BESIDE + self.beside)

    def _webhooks(self, size: int, numbers: range) -> Measured:
        for number in numbers[: len(self.servers)]:  # each server's first has it import the rest
            _post(self.one, self.servers, number)
        numbers = numbers[len(self.servers) :]
        watch = Watch(self.postgresql.pid, *(server.pid for server in self.servers))
        done: list[str] = []

        def send(number: int) -> None:
            done.append(_post(self.one, self.servers, number))
            if len(done) == len(numbers) // 2:
                self.servers[1].kill()

        began = time.monotonic()
        with ThreadPoolExecutor(SENDERS) as senders:
            list(senders.map(send, numbers))
        seconds = time.monotonic() - began
        assert len(set(done)) == len(numbers), "a webhook has no credential of its own"
        row = _measured(size, WEBHOOKS, TOGETHER, len(numbers), seconds, watch.end(), watch)
        self.servers[1].start()
        return row

    def _issue(self, size: int, numbers: range, how: str, *cluster: str) -> Measured:
        file, output = self.folder / "approvals.jsonl", self.folder / "told"
        file.write_bytes(b"\n".join(map(homes.message, numbers)) + b"\n")
        home = self.one.home if cluster else self.alone.home
        command = ["issuer", "--home", str(home), "issue", "--approvals", str(file), *cluster]
        many = len(numbers)
        kill = (lambda: _lines(output) > many // 2) if cluster and how == WHOLE else None
        seconds, used, watch = self._run(command, output, cluster, kill)
        assert _lines(output) == many, f"{_lines(output)} lines were answered of {many}"
        by = TOGETHER if cluster else ALONE
        return _measured(size, APPROVALS, by, many, seconds, used, watch, how)

    def _check(self, size: int, how: str, *cluster: str) -> Measured:
        by = TOGETHER if cluster else ALONE
        out = self.folder / f"{by}-{how}-{size}".replace(" ", "-")
        shutil.rmtree(out, ignore_errors=True)
        files = self.folder / (ONE_FILE if how == ONE_ITEM else FILES_FOLDER)
        command = ["verifier", "batch", str(files), "--out", str(out), "--unsafe-loopback-http"]
        command += ["--policy", str(self.folder / "policy.toml")]
        command += cluster or ("--workers", "1")
        kill = (lambda: _lines(out / JOURNAL) > size // 2) if cluster and how == WHOLE else None
        seconds, used, watch = self._run(command, self.folder / "told", cluster, kill)
        items = 1 if how == ONE_ITEM else size
        return _measured(size, FILES, by, items, seconds, used, watch, how)

    def _run(
        self,
        command: list[str],
        output: Path,
        cluster: tuple[str, ...],
        half_is_done: Callable[[], bool] | None,
    ) -> tuple[float, float, Watch]:
        """Run a command; if `half_is_done` is given, a worker of the cluster is killed then.

        Return the seconds that it took, and those of all processors.
        """
        with output.open("wb") as out:
            began, before = time.monotonic(), reaped_seconds()
            process = subprocess.Popen([sys.executable, "-m", *command], stdout=out)
            watched = (self.postgresql.pid, *(self.cluster.pids if cluster else ()))
            watch = Watch(*watched, command=process.pid)
            if half_is_done is not None:
                while process.poll() is None and not half_is_done():
                    time.sleep(0.1)
                assert process.poll() is None, "all was done before a worker could be killed"
                self.cluster.kill_a_worker()
            status = process.wait()
        seconds = time.monotonic() - began
        if cluster:
            self.cluster.await_workers()  # what takes a killed one's place is counted here
        # 3: on a busy machine the server that is asked for keys may answer too late for a file.
        assert status in (0, 3), f"{command[:2]} ended with {status}"
        return seconds, watch.end() + reaped_seconds() - before, watch

    def _hand_in(self, size: int) -> None:
        """Look that there is one credential for each approval, and write each down as a file."""
        with self.issuer.database.reading() as session:
            rows = select(
                CredentialRow.id,
                CredentialRow.approval_pk,
                CredentialRow.list_number,
                CredentialRow.list_index,
                CredentialRow.state,
            )
            brief = session.execute(rows).all()
            assert {row.state for row in brief} == {CredentialState.ISSUED}
            many = size + self.beside
            assert len(brief) == len({row.approval_pk for row in brief}) == many
            assert len({(row.list_number, row.list_index) for row in brief}) == many
            for key in sorted(row.id for row in brief)[:size]:
                file = self.folder / FILES_FOLDER / f"{key}.json"
                if not file.exists():
                    file.write_bytes(session.get_one(CredentialRow, key).json)
                    session.expunge_all()
        if not any((self.folder / ONE_FILE).iterdir()):
            shutil.copy(file, self.folder / ONE_FILE)

    def _compare(self, size: int) -> None:
        """Look that each file has one row, and what the cluster found is what one process did."""
        together, alone = (
            _results(self.folder / f"{by}-{WHOLE}-{size}".replace(" ", "-"))
            for by in (TOGETHER, ALONE)
        )
        assert len(together) == len(alone) == size, "a file has no row, or two"
        unsure = ANSWERS[Answer.COULD_NOT_CHECK][1]
        late = {n for n in alone if unsure in (together[n]["answer"], alone[n]["answer"])}
        same = [together[n] == alone[n] for n in alone.keys() - late]
        assert same, "nothing could be compared"
        assert all(same), "the cluster answered otherwise"
        note = f"for {len(late):,} the keys came too late at one of the two"
        print(f"{size:,} files, each with one row; {note}", flush=True)

    def kilobytes(self) -> float:
        """Return how many of the database a credential takes."""
        with self.issuer.database.reading() as session:
            used = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
            many = session.scalar(text("SELECT count(*) FROM credentials")) or 1
        return used / many / 1024


def _home(home: Path, port: int, database_url: str) -> Settings:
    """Make an issuer on a database of its own."""
    homes.make(home, port=port)
    file = home / home_settings.FILE
    file.write_text(f'database_url = "{database_url}"\n' + file.read_text())
    settings = home_settings.load(home)
    issuer = Issuer(settings)
    migrations.upgrade(issuer.database)
    with issuer.database.writing() as session:
        for achievement in files.load(EXAMPLES):
            versions.record(session, achievement, now=datetime.now(UTC))
    issuer.database.close()
    return settings


def _post(settings: Settings, servers: list[Server], number: int) -> str:
    """Send an approval to a server, and to the next where nobody answers; return its credential."""
    body = homes.message(number)
    for turn in range(1000):
        headers = standard_webhooks.sign(
            settings.sources[0].secrets, message_id=f"e-{number}", now=datetime.now(UTC), body=body
        )
        url = servers[(number + turn) % len(servers)].url
        try:
            answer = httpx.post(
                f"{url}/webhooks/approvals",
                content=body,
                headers=headers | {"Content-Type": "application/json"},
                timeout=60,
            )
        except httpx.HTTPError:
            continue
        if answer.status_code in (200, 201):
            return str(answer.json()["id"])
        time.sleep(0.2)
    raise AssertionError(f"approval {number} was not taken")


def _measured(
    size: int,
    work: str,
    by: str,
    items: int,
    seconds: float,
    used: float,
    watch: Watch,
    how: str = WHOLE,
) -> Measured:
    figures = Measured(size, work, by, items, seconds, used, watch.most_bytes / 1e6, how)
    print(figures.row(how), flush=True)
    return figures


def _lines(file: Path) -> int:
    if not file.exists():
        return 0
    with file.open("rb") as opened:
        return sum(part.count(b"\n") for part in iter(lambda: opened.read(1 << 20), b""))


def _results(out: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a check by applicant, without the time of each."""
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["applicant"]: row | {"checked": ""} for row in csv.DictReader(file)}


def main() -> None:
    """Measure, and write what is known after each size."""
    parser = argparse.ArgumentParser(prog="python -m bench.state", description=__doc__)
    parser.add_argument("sizes", nargs="+", type=int, help="credentials in all, the least first")
    parser.add_argument("--out", type=Path, default=Path("state.json"), help="figures as JSON")
    parser.add_argument("--write", action="store_true", help=f"put the table in {table.PAGE.name}")
    args = parser.parse_args()
    measured: list[Measured] = []
    kilobytes: dict[int, float] = {}
    with room() as folder, ExitStack() as ending:
        state = State(folder, ending)
        for before, size in zip([0, *args.sizes], args.sizes, strict=False):
            for one in state.grow(before, size):
                measured.append(one)
                kilobytes[size] = state.kilobytes()
                figures = [asdict(row) for row in measured]
                args.out.write_text(json.dumps([figures, kilobytes], indent=1))
            lines = table.table(measured, kilobytes)
            if args.write:
                table.write(lines)
    print(lines)


if __name__ == "__main__":
    main()
