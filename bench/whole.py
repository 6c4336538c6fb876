"""`python -m bench.whole`: whole things, not functions: a process, a batch, a day of approvals."""

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench import home
from bench.contenders import CREATED, KEY, PUBLIC
from bench.documents import credentials, fresh
from issuer.database.database import Database
from issuer.home.issuer import Issuer
from issuer.home.profiles import PROOF
from issuer.home.settings import Settings
from issuer.issuance import Received, receive_all
from issuer.issuance.approval import from_data
from issuer.issuance.finish import TOGETHER
from issuer.issuance.prepare import Arrived
from issuer.issuance.signing.proofs import make_proof
from verifier import verify
from verifier.fetching.fetch import offline
from verifier.public_keys import multikey
from verifier.report import Answer

APPROVALS = 2000
FILES = 10_000
NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
_KEY = multikey.encode(PUBLIC)


class _Signer:
    verification_method = f"did:key:{_KEY}#{_KEY}"
    algorithm = "Ed25519"
    public_key = PUBLIC

    def sign(self, data: bytes) -> bytes:
        return KEY.sign(data)


def main() -> None:
    """Print one line for each; `python -m bench.whole 10` does a tenth of the work, and
    `python -m bench.whole 1 approvals` only what is called so."""
    global APPROVALS, FILES
    part, chosen = int(sys.argv[1]) if len(sys.argv) > 1 else 1, "".join(sys.argv[2:3])
    APPROVALS, FILES = APPROVALS // part, FILES // part
    with tempfile.TemporaryDirectory() as folder:
        works = (process, batch, command, approvals, approvals_without_sign_offs)
        works += (approvals_of_two_forms, approvals_by_two, approvals_by_two_without_sign_offs)
        for measured in (work for work in works if chosen in work.__name__):
            print(f"{measured.__doc__}: {measured(Path(folder))}", flush=True)


def process(folder: Path) -> str:
    """mintmark-verify FILE --offline, beside a bare interpreter"""
    file = folder / "badge.json"
    file.write_bytes(badge(1))
    check = [sys.executable, "-m", "verifier", str(file), "--offline"]
    there = _as_installed(folder)
    bare, whole = _in_turns(
        lambda: subprocess.run([sys.executable, "-c", "pass"], check=True, env=there),
        lambda: subprocess.run(check, check=True, stdout=subprocess.DEVNULL, env=there),
    )
    return f"{whole * 1000:.0f} ms, {whole / bare:.1f} times {bare * 1000:.0f} ms"


def _as_installed(folder: Path) -> dict[str, str]:
    """Return the environment of a process for which Python keeps what it has compiled."""
    there = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**there, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}


def batch(_folder: Path) -> str:
    """files verified whole (all nine steps), two processes"""
    badges = [badge(number) for number in range(500)]
    began = time.perf_counter()
    with Pool(2, gc.freeze) as pool:
        authentic = sum(pool.imap_unordered(_is_authentic, badges * (FILES // 500), chunksize=100))
    seconds = time.perf_counter() - began
    assert authentic == FILES
    return f"{FILES} in {seconds:.1f} s, {FILES / seconds:.0f} a second"


def command(folder: Path) -> str:
    """mintmark-verify batch FOLDER --offline --workers 2, with sheet, table and record"""
    pile = folder / "pile"
    pile.mkdir()
    for number in range(FILES):
        (pile / f"{number}.json").write_bytes(badge(number))
    check = ["batch", str(pile), "--out", str(folder / "checked"), "--offline", "--workers", "2"]
    there, verifier = _as_installed(folder), [sys.executable, "-m", "verifier"]
    subprocess.run([*verifier, "batch", "--help"], check=True, stdout=subprocess.DEVNULL, env=there)
    began, before = time.perf_counter(), os.times()
    subprocess.run(
        [*verifier, *check],
        check=False,  # 3: without a trust list, somebody has to look at each
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=there,
    )
    seconds = time.perf_counter() - began
    assert (folder / "checked" / "record.json").exists()
    after = os.times()
    work = sum(after[2:4]) - sum(before[2:4])
    return f"{FILES} in {seconds:.1f} s ({work:.1f} s of work), {FILES / seconds:.0f} a second"


def approvals(folder: Path) -> str:
    """approvals issued whole (three forms, as `mintmark init` has it; self-check, SQLite)"""
    return _issued(home.make(folder / "three"), folder)


def approvals_without_sign_offs(folder: Path) -> str:
    """the same without sign-offs: 59 statements to share, not 76"""
    return _issued(home.make(folder / "short"), folder, sign_offs=False)


def approvals_of_two_forms(folder: Path) -> str:
    """the same without the form to share parts of, whose statements are signed each by itself"""
    return _issued(replace(home.make(folder / "two"), proofs=(PROOF,)), folder)


def approvals_by_two(folder: Path) -> str:
    """mintmark issue --approvals FILE --workers 2, three forms"""
    return _by_two(folder / "by-two")


def approvals_by_two_without_sign_offs(folder: Path) -> str:
    """the same without sign-offs"""
    return _by_two(folder / "short-by-two", sign_offs=False)


def _by_two(folder: Path, *, sign_offs: bool = True) -> str:
    settings, file, first = home.make(folder), folder / "approvals.jsonl", folder / "first.jsonl"
    lines = [home.message(number, sign_offs=sign_offs) + b"\n" for number in range(APPROVALS + 1)]
    file.write_bytes(b"".join(lines[1:]))
    first.write_bytes(lines[0])
    command = [sys.executable, "-m", "issuer", "--home", str(settings.home)]
    command += ["issue", "--workers", "2", "--approvals"]
    there = _as_installed(folder)
    # Whatever it imports is compiled by the first.
    subprocess.run([*command, first], check=True, stdout=subprocess.DEVNULL, env=there)
    began, before = time.perf_counter(), os.times()
    subprocess.run([*command, file], check=True, stdout=subprocess.DEVNULL, env=there)
    seconds, after = time.perf_counter() - began, os.times()
    return _rate(seconds, sum(after[2:4]) - sum(before[2:4]), folder)


def _issued(settings: Settings, folder: Path, *, sign_offs: bool = True) -> str:
    issuer = Issuer(settings)
    began, processor = time.perf_counter(), time.process_time()
    for start in range(0, APPROVALS, TOGETHER):
        arrived = [
            Arrived(from_data(home.approval(number, sign_offs=sign_offs)), f"e-{number}")
            for number in range(start, min(start + TOGETHER, APPROVALS))
        ]
        outcomes = receive_all(issuer, arrived, source="forms", now=datetime.now(UTC))
        assert all(isinstance(one, Received) and one.manage_url for one in outcomes), outcomes
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    issuer.database.close()
    return _rate(seconds, processor, folder)


def _rate(seconds: float, work: float, folder: Path) -> str:
    return (
        f"{APPROVALS} in {seconds:.1f} s ({work:.1f} s of work), "
        f"{APPROVALS / seconds:.0f} a second; "
        f"this disk makes {_commits(folder):.0f} commits a second"
    )


def _commits(folder: Path) -> float:
    """Return how often a second SQLite can commit one row as it does here (WAL, FULL)."""
    database = Database(f"sqlite:///{folder}/commits.sqlite3")
    with database.writing() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS one (number INTEGER)"))
    began = time.perf_counter()
    for number in range(200):
        with database.writing() as session:
            session.execute(text("INSERT INTO one VALUES (:number)"), {"number": number})
    seconds = time.perf_counter() - began
    database.close()
    return 200 / seconds


def badge(number: int) -> bytes:
    """A badge that can be verified offline: its issuer is a key, and it has no status list."""
    document = fresh(credentials_once()["8 KB"], number)
    document.pop("credentialStatus")
    document["issuer"] = {**document["issuer"], "id": f"did:key:{_KEY}"}
    return json.dumps(
        {**document, "proof": [make_proof(document, _Signer(), created=CREATED)]}
    ).encode()


_credentials: dict[str, dict[str, Any]] = {}


def credentials_once() -> dict[str, dict[str, Any]]:
    """As `credentials`, built once."""
    return _credentials or (_credentials.update(credentials()) or _credentials)


def _is_authentic(data: bytes) -> bool:
    return verify(data, fetch=offline, now=NOW).authentic.answer is Answer.YES


def _in_turns(*works: Callable[[], object], rounds: int = 15) -> list[float]:
    """Return the median seconds of each."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, seconds, strict=True):
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
    return [statistics.median(times) for times in seconds]


if __name__ == "__main__":
    main()
