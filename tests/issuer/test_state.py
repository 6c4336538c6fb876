"""A state's engines together, at 500 (`bench/state` measures 100,000): two servers with homes of
their own on one PostgreSQL, and a Dask cluster of two workers; one of each is killed at work."""

import csv
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import boto3
import carriers
import dask_cluster
import httpx
import pytest
import s3_server
from ports import free_port
from sqlalchemy import func, select

from issuer.__main__ import main
from issuer.approvals import many
from issuer.home.issuer import Issuer
from issuer.home.settings import load
from issuer.installation import init
from issuer.issuance.finish import pending
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.webhooks import standard_webhooks
from keys.key_file import Cost
from verifier import __main__ as verifying
from verifier.batch.run import JOURNAL
from verifier.wording import words

HALF = 250
HARD = {
    "picture.png": carriers.png(),
    "bomb.pdf": carriers.pdf_of(
        carriers.deflated_zeros(1024 * carriers.MIB), filters=b"/FlateDecode"
    ),
}
"""Files that a worker has its sandbox read; the second needs more than that gives (T31)."""


@pytest.fixture
def bucket(monkeypatch):
    """A bucket that this process and all that it starts find by their environment."""
    with s3_server.running() as (endpoint, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        yield


@pytest.fixture
def homes(postgresql_issuer, tmp_path):
    """Two homes of one issuer, with the same settings and keys: nothing else is shared."""
    port = free_port()
    settings_of_home = init.create(
        tmp_path / "one",
        public_url=f"http://localhost:{port}",
        name="State",
        source="forms",
        did_key=False,
        now=datetime.now(UTC),
        cost=Cost(memory_kib=64, iterations=1, lanes=1),
    )
    url = postgresql_issuer.settings.database_url
    file = settings_of_home.home / "mintmark.toml"
    file.write_text(f'database_url = "{url}"\n' + file.read_text())
    shutil.rmtree(settings_of_home.home / "public", ignore_errors=True)
    shutil.copytree(settings_of_home.home, tmp_path / "two")
    return load(tmp_path / "one"), load(tmp_path / "two")


def serve(settings, port):
    command = [sys.executable, "-m", "issuer", "--home", str(settings.home), "serve"]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--workers", "1"],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    return server, f"http://localhost:{port}"


def await_(true):
    deadline = time.monotonic() + 90
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def answers(url):
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.HTTPError:
        return False


def message(approval, number):
    data = json.loads(approval(f"a-{number}").content)
    event = {"type": "micro_credential.approved", "timestamp": "2026-05-15T15:00:00Z"}
    return json.dumps(event | {"data": data})


def post(settings, urls, text, number):
    """Send an approval to one of the servers, and to the next where nobody answers."""
    secrets, body = settings.sources[0].secrets, text.encode()
    for turn in range(20):
        headers = standard_webhooks.sign(
            secrets, message_id=f"e-{number}", now=datetime.now(UTC), body=body
        )
        url = urls[(number + turn) % len(urls)] + "/webhooks/approvals"
        try:
            answer = httpx.post(
                url, content=body, headers=headers | {"content-type": "application/json"}
            )
        except httpx.HTTPError:
            continue
        if answer.status_code in (200, 201):
            return answer.json()["id"]
    raise AssertionError(f"approval {number} was not taken")


def results(out):
    """The results of a check by applicant, without the time at which each was checked."""
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [{**row, "checked": ""} for row in csv.DictReader(file)]
    return sorted(map(str, rows))


def test_a_server_and_two_workers_are_killed_and_nothing_is_lost_or_counted_twice(
    homes, bucket, approval, tmp_path, capsys, monkeypatch
):
    one, two = homes
    servers = [serve(one, one.port), serve(two, free_port())]
    urls = [url for _, url in servers]
    try:
        with dask_cluster.running(2, tmp_path, MINTMARK_HOME=str(two.home)) as cluster:
            await_(lambda: all(map(answers, urls)))
            deliver(one, servers, approval)
            issue_by_cluster(one, cluster, approval, tmp_path, capsys, monkeypatch)
            issuer = Issuer(one)
            check_what_is_stored(issuer, tmp_path / "handed-in")
            issuer.database.close()
            verify_by_cluster(cluster, tmp_path, monkeypatch, one)
    finally:
        for server, _ in servers:
            server.poll() is None and os.killpg(server.pid, 9)
            server.wait()


def deliver(settings, servers, approval):
    """Half of the approvals come by webhook, and the second server is killed meanwhile."""
    urls, answered = [url for _, url in servers], []

    def send(number):
        answered.append(post(settings, urls, message(approval, number), number))
        if len(answered) == HALF // 2:
            os.killpg(servers[1][0].pid, 9)

    with ThreadPoolExecutor(4) as senders:
        list(senders.map(send, range(HALF)))
    assert len(set(answered)) == HALF


def issue_by_cluster(settings, cluster, approval, folder, capsys, monkeypatch):
    """The other half, and some of the first once more, are a file that the cluster shares."""
    lines = [message(approval, number) for number in range(HALF - 10, 2 * HALF)]
    (folder / "approvals.jsonl").write_text("\n".join(lines))
    monkeypatch.setattr(many, "TOGETHER", 20)
    killing = threading.Thread(target=kill, args=(Issuer(settings), cluster))
    killing.start()
    command = ["--home", str(settings.home), "issue", "--cluster", cluster.address]
    assert main([*command, "--approvals", str(folder / "approvals.jsonl")]) == 0
    killing.join()
    lines = capsys.readouterr().out.splitlines()
    numbers = [int(line.split()[1].rstrip(":")) for line in lines]
    assert numbers == list(range(1, HALF + 11))


def kill(issuer, cluster):
    """End a worker once some of the file are issued."""
    issued = select(func.count()).where(CredentialRow.state == CredentialState.ISSUED)

    def begun():
        with issuer.database.reading() as session:
            return session.scalar(issued) > HALF + 20

    await_(begun)
    cluster.kill_a_worker()
    issuer.database.close()


def check_what_is_stored(issuer, folder):
    """One credential for each approval, each at a place of its own; write them down as files."""
    assert pending(issuer) == []
    folder.mkdir()
    with issuer.database.reading() as session:
        rows = session.scalars(select(CredentialRow)).all()
        for number, row in enumerate(rows):
            (folder / f"{number}.json").write_bytes(row.json)
    for name, data in HARD.items():
        (folder / name).write_bytes(data)
    assert len(rows) == len({row.approval_pk for row in rows}) == 2 * HALF
    assert len({(row.list_number, row.list_index) for row in rows}) == 2 * HALF


def verify_by_cluster(cluster, folder, monkeypatch, settings):
    """All are checked by the cluster, of which a worker is killed; then by this machine."""
    listed = {"type": "MintmarkTrustList", "version": 1, "name": "Ours"}
    entry = {"id": settings.issuer_id, "name": "State", "kind": "state"}
    listed |= {"updated": "2026-11-10T00:00:00Z", "entries": [entry]}
    (folder / "list.json").write_text(json.dumps(listed))
    (folder / "policy.toml").write_text('lists = ["list.json"]')
    check = ["batch", str(folder / "handed-in"), "--policy", str(folder / "policy.toml")]
    check += ["--unsafe-loopback-http"]
    journal = folder / "cluster" / JOURNAL

    def kill_one():
        await_(lambda: journal.exists() and journal.read_bytes().count(b"\n") > 1)
        cluster.kill_a_worker()

    killing = threading.Thread(target=kill_one)
    killing.start()
    by_cluster = [*check, "--cluster", cluster.address]
    assert verifying.main([*by_cluster, "--out", str(folder / "cluster")]) == 3
    killing.join()
    assert verifying.main([*check, "--out", str(folder / "here"), "--workers", "2"]) == 3
    there, here = results(folder / "cluster"), results(folder / "here")
    assert len(there) == 2 * HALF + len(HARD)
    assert there == here
    (bomb,) = [row for row in there if "bomb.pdf" in row]
    codes = ("too_hard_to_read", "reader_busy")  # the latter on a machine that is slow today
    assert any(words.WORDS[code][0] in bomb for code in codes)
    verify_where_each_worker_reads(check[2:] + by_cluster[-2:], folder, here)


def verify_where_each_worker_reads(options, folder, here):
    """The cluster reads a few of the files itself: from a folder that all share, from a bucket."""
    few = [file for file in (folder / "handed-in").iterdir() if file.stem in ("1", "2", "picture")]
    (folder / "few").mkdir()
    store = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    for file in few:
        shutil.copy(file, folder / "few")
        store.upload_file(str(file), s3_server.BUCKET, f"few/{file.name}")
    sources = {
        "share": [str(folder / "few"), "--shared"],
        "bucket": [f"s3://{s3_server.BUCKET}/few"],
    }
    for name, source in sources.items():
        assert verifying.main(["batch", *source, *options, "--out", str(folder / name)]) == 3
        assert len(results(folder / name)) == len(few) == 3
        assert set(results(folder / name)) <= set(here)
