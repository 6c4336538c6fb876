"""`python -m bench.state 1000 10000 100000`: a state's engines together, and one process beside.

Two servers with homes of their own on one PostgreSQL (from Debian, written through to the disk)
take a tenth of the approvals by webhook; a Dask cluster of two workers shares the file of the
others, and then checks every credential. A server and two workers are killed in the middle. One
process issues the same file into another database, and checks the same files. Each size ends with a
look that nothing was lost or stored twice. What is known is written after each size: to `--out`,
and with `--write` into docs/scale.md.

    nohup python -m bench.state 1000 10000 100000 --write > state.log 2>&1 &
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import select, text

from bench import home as homes
from bench.documents import EXAMPLES
from bench.state.engines import Cluster, PostgreSQL, Server, Watch, free_port, room
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

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
BEGIN, END = "<!-- table: made by `python -m bench.state` -->", "<!-- /table -->"
BY_WEBHOOK = 10
"""One of so many approvals comes by webhook, the others in a file."""
SENDERS = 8
WEBHOOKS, APPROVALS, FILES = "approvals by webhook", "approvals in a file", "files checked"
TOGETHER, ALONE = "together", "one process"


@dataclass(frozen=True, slots=True)
class Measured:
    """Some work at one size, and what it took."""

    size: int
    work: str
    by: str
    items: int
    seconds: float
    processor_seconds: float
    most_mb: float

    def row(self) -> str:
        """Return a line of the table."""
        milliseconds = self.processor_seconds / self.items * 1000
        return (
            f"| {self.size:,} | {self.work} | {self.by} | {self.items / self.seconds:,.1f} "
            f"| {milliseconds:.1f} ms | {self.most_mb:,.0f} MB |"
        )


class State:
    """The engines, and homes to work in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgresql = PostgreSQL(folder / "postgresql")
        port = free_port()
        self.one = _home(folder / "one", port, self.postgresql.database())
        self.alone = _home(folder / "alone", port, self.postgresql.database())
        self.two = folder / "two"
        shutil.copytree(self.one.home, self.two, ignore=shutil.ignore_patterns("public"))
        self.servers = [Server(self.one.home, port), Server(self.two, free_port())]
        self.cluster = Cluster(folder, self.two)
        self.issuer = Issuer(self.one)
        (folder / "files").mkdir()
        entry = {"id": self.one.issuer_id, "name": "State", "kind": "state"}
        listed = {"type": "MintmarkTrustList", "version": 1, "name": "State", "entries": [entry]}
        listed["updated"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        (folder / "list.json").write_text(json.dumps(listed))
        (folder / "policy.toml").write_text('lists = ["list.json"]')

    def stop(self) -> None:
        """End all of it."""
        self.issuer.database.close()
        for server in self.servers:
            server.kill()
        self.cluster.stop()
        self.postgresql.stop()

    def grow(self, before: int, size: int) -> Iterator[Measured]:
        """Issue until there are `size` credentials, and check them all; then one process does."""
        mark = before + (size - before) // BY_WEBHOOK
        yield self._webhooks(size, range(before, mark))
        file = self.folder / "approvals.jsonl"
        file.write_bytes(b"\n".join(map(homes.message, range(mark, size))) + b"\n")
        yield self._issue(size, file, self.one, size - mark, "--cluster", self.cluster.address)
        yield self._issue(size, file, self.alone, size - mark)
        self._hand_in(size)
        yield self._check(size, TOGETHER, "--cluster", self.cluster.address)
        yield self._check(size, ALONE, "--workers", "1")
        self._compare(size)

    def _webhooks(self, size: int, numbers: range) -> Measured:
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
        row = _measured(size, WEBHOOKS, TOGETHER, len(numbers), seconds, watch)
        self.servers[1].start()
        return row

    def _issue(
        self, size: int, file: Path, settings: Settings, many: int, *workers: str
    ) -> Measured:
        command = ["issuer", "--home", str(settings.home), "issue", "--approvals", str(file)]
        output = self.folder / "told"
        half = threading.Thread(target=self._kill_when, args=(lambda: _lines(output) > many // 2,))
        if workers:
            half.start()
        seconds, watch = self._run([*command, *workers], output, with_cluster=bool(workers))
        if workers:
            half.join()
        assert _lines(output) == many, f"{_lines(output)} lines were answered of {many}"
        return _measured(size, APPROVALS, TOGETHER if workers else ALONE, many, seconds, watch)

    def _check(self, size: int, by: str, *workers: str) -> Measured:
        out = self.folder / f"{by}-{size}"
        command = ["verifier", "batch", str(self.folder / "files"), "--out", str(out)]
        command += ["--policy", str(self.folder / "policy.toml"), "--unsafe-loopback-http"]
        half = threading.Thread(
            target=self._kill_when, args=(lambda: _lines(out / JOURNAL) > size // 2,)
        )
        if by == TOGETHER:
            half.start()
        output = self.folder / "told"
        seconds, watch = self._run([*command, *workers], output, with_cluster=by == TOGETHER)
        if by == TOGETHER:
            half.join()
        return _measured(size, FILES, by, size, seconds, watch)

    def _run(self, command: list[str], output: Path, *, with_cluster: bool) -> tuple[float, Watch]:
        with output.open("wb") as out:
            began = time.monotonic()
            process = subprocess.Popen([sys.executable, "-m", *command], stdout=out)
            pids = (process.pid, *(self.cluster.pids if with_cluster else ()))
            watch = Watch(self.postgresql.pid, *pids)
            status = process.wait()
        # 3: on a busy machine the server that is asked for keys may answer too late for a file.
        assert status in (0, 3), f"{command[:2]} ended with {status}"
        return time.monotonic() - began, watch

    def _kill_when(self, half_is_done: Callable[[], bool]) -> None:
        while not half_is_done():
            time.sleep(0.1)
        self.cluster.kill_a_worker()

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
            assert len(brief) == len({row.approval_pk for row in brief}) == size
            assert len({(row.list_number, row.list_index) for row in brief}) == size
            for key in (row.id for row in brief):
                file = self.folder / "files" / f"{key}.json"
                if not file.exists():
                    file.write_bytes(session.get_one(CredentialRow, key).json)
                    session.expunge_all()

    def _compare(self, size: int) -> None:
        """Look that each file has one row, and what the cluster found is what one process did."""
        together, alone = (_results(self.folder / f"{by}-{size}") for by in (TOGETHER, ALONE))
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


def _measured(size: int, work: str, by: str, items: int, seconds: float, watch: Watch) -> Measured:
    used = watch.end()
    figures = Measured(size, work, by, items, seconds, used, watch.most_bytes / 1e6)
    print(figures.row(), flush=True)
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


def page(measured: Iterable[Measured], kilobytes: dict[int, float]) -> str:
    """Return the table as Markdown."""
    lines = [
        "| credentials | work | by | a second | processor time each | memory at most |",
        "|--:|---|---|--:|--:|--:|",
        *(one.row() for one in measured),
        "",
        "Database for a credential: "
        + ", ".join(f"{used:.1f} KB at {size:,}" for size, used in kilobytes.items())
        + f". Measured on {datetime.now(UTC):%Y-%m-%d}, load {os.getloadavg()[2]:.1f} on "
        f"{os.cpu_count()} cores.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, and write what is known after each size."""
    parser = argparse.ArgumentParser(prog="python -m bench.state", description=__doc__)
    parser.add_argument("sizes", nargs="+", type=int, help="credentials in all, the least first")
    parser.add_argument("--out", type=Path, default=Path("state.json"), help="figures as JSON")
    parser.add_argument("--write", action="store_true", help=f"put the table in {PAGE.name}")
    args = parser.parse_args()
    measured: list[Measured] = []
    kilobytes: dict[int, float] = {}
    with room() as folder:
        state = State(folder)
        try:
            for before, size in zip([0, *args.sizes], args.sizes, strict=False):
                for one in state.grow(before, size):
                    measured.append(one)
                    kilobytes[size] = state.kilobytes()
                    figures = [asdict(row) for row in measured]
                    args.out.write_text(json.dumps([figures, kilobytes], indent=1))
                table = page(measured, kilobytes)
                if args.write:
                    before_it, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
                    after = rest.partition(END)[2]
                    PAGE.write_text(f"{before_it}{BEGIN}\n{table}\n{END}{after}", "utf-8")
        finally:
            state.stop()
    print(table)


if __name__ == "__main__":
    main()
