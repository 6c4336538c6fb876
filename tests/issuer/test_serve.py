"""The server as a district runs it: gunicorn with its workers, killed while it works."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import httpx
import pytest

from issuer.catalog import versions
from issuer.home.issuer import Issuer
from issuer.installation import init
from issuer.issuance.finish import pending
from issuer.issuance.tables import CredentialRow
from issuer.webhooks import standard_webhooks
from keys.key_file import Cost

KILLS = 5


@pytest.fixture
def served(tmp_path, issuer):
    """A home whose public address is a free port of this machine, with a catalog."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = init.create(
        tmp_path / "served",
        public_url=f"http://localhost:{port}",
        name="District",
        source="forms",
        did_key=False,
        now=datetime.now(UTC),
        cost=Cost(memory_kib=64, iterations=1, lanes=1),
    )
    with issuer.database.reading() as session:
        achievement = versions.read(versions.find(session, "rhythms"))
    made = Issuer(settings)
    with made.database.writing() as session:
        versions.record(session, achievement, now=datetime.now(UTC))
    yield made
    made.database.close()


def serve(settings):
    """Start the server in a process group of its own, and wait until it answers."""
    command = [sys.executable, "-m", "issuer", "--home", str(settings.home), "serve"]
    server = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{settings.public_url}/healthz").status_code == 200:
                return server
        except httpx.HTTPError:
            time.sleep(0.1)
    kill(server)
    raise AssertionError("the server did not start")


def kill(server):
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def post(settings, approval, number, turn):
    """Send an approval; return what was answered, or None if nobody did."""
    data = json.loads(approval(f"a-{number}").content)
    body = json.dumps(
        {"type": "micro_credential.approved", "timestamp": "2026-05-15T15:00:00Z", "data": data}
    ).encode()
    headers = standard_webhooks.sign(
        settings.sources[0].secrets,
        message_id=f"e-{number}-{turn}",
        now=datetime.now(UTC),
        body=body,
    )
    url = f"{settings.public_url}/webhooks/approvals"
    try:
        headers["content-type"] = "application/json"
        answer = httpx.post(url, content=body, headers=headers, timeout=30)
    except httpx.HTTPError:
        return None
    return answer.json()["id"] if answer.status_code in (200, 201) else None


def test_a_server_killed_five_times_keeps_what_it_acknowledged(served, approval):
    settings, acknowledged = served.settings, {}
    for turn in range(KILLS):
        server = serve(settings)

        def send(place, turn=turn):
            for number in range(place, 200, 3):
                if (said := post(settings, approval, f"{turn}-{number}", turn)) is None:
                    return
                acknowledged[f"a-{turn}-{number}"] = said

        senders = [threading.Thread(target=send, args=(place,)) for place in range(3)]
        for sender in senders:
            sender.start()
        time.sleep(0.7 + 0.13 * turn)
        kill(server)
        for sender in senders:
            sender.join()
    assert len(acknowledged) >= KILLS
    server = serve(settings)  # nothing is sent again: starting finishes what was left
    try:
        assert pending(served) == []
        for number, address in acknowledged.items():
            said = httpx.get(f"{address}.json").json()
            assert (number, said["id"]) == (number, address)
        with served.database.reading() as session:
            rows = session.query(CredentialRow).all()
        assert len({(row.list_number, row.list_index) for row in rows}) == len(rows)
        assert len({row.approval_pk for row in rows}) == len(rows) >= len(acknowledged)
    finally:
        kill(server)


def test_a_server_that_must_not_start_says_why_in_one_line(served):
    (served.settings.home / "mintmark.sqlite3").rename(served.settings.home / "away")
    command = [sys.executable, "-m", "issuer", "--home", str(served.settings.home), "serve"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "mintmark migrate" in done.stderr
