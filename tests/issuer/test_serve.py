"""The server as a district runs it: gunicorn with its workers, killed while it works."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import pytest
import slow_site
from ports import free_port

from issuer.catalog import versions
from issuer.home.issuer import Issuer
from issuer.installation import init
from issuer.issuance.finish import pending
from issuer.issuance.records.tables import CredentialRow
from issuer.web import server as threads
from issuer.web.monitoring.json_log import JsonLines
from issuer.webhooks import standard_webhooks
from keys.key_file import Cost

KILLS = 5


@pytest.fixture
def served(tmp_path, issuer):
    """A home whose public address is a free port of this machine, with a catalog."""
    port = free_port()
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
    new_issuer = Issuer(settings)
    with new_issuer.database.writing() as session:
        versions.record(session, achievement, now=datetime.now(UTC))
    yield new_issuer
    new_issuer.database.close()


def serve(settings):
    """Start the server in a process group of its own, and wait until it answers."""
    return started(
        settings, [sys.executable, "-m", "issuer", "--home", str(settings.home), "serve"]
    )


def started(settings, command, **environment):
    server = subprocess.Popen(
        command,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"MINTMARK_HOME": str(settings.home)} | environment,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{settings.public_url}/readyz").status_code == 200:
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
                if (answer := post(settings, approval, f"{turn}-{number}", turn)) is None:
                    return
                acknowledged[f"a-{turn}-{number}"] = answer

        senders = [threading.Thread(target=send, args=(place,)) for place in range(3)]
        for sender in senders:
            sender.start()
        while not any(number.startswith(f"a-{turn}-") for number in list(acknowledged)):
            assert any(sender.is_alive() for sender in senders), "nothing was acknowledged"
            time.sleep(0.05)
        time.sleep(0.1 + 0.13 * turn)
        kill(server)
        for sender in senders:
            sender.join()
    assert len(acknowledged) >= KILLS
    server = serve(settings)  # nothing is sent again: starting finishes what was left
    try:
        assert pending(served) == []
        for number, address in acknowledged.items():
            credential = httpx.get(f"{address}.json").json()
            assert (number, credential["id"]) == (number, address)
        with served.database.reading() as session:
            rows = session.query(CredentialRow).all()
        assert len({(row.list_number, row.list_index) for row in rows}) == len(rows)
        assert len({row.approval_pk for row in rows}) == len(rows) >= len(acknowledged)
    finally:
        kill(server)


METRICS = "a token that nobody guesses, ever"


def test_metrics_count_over_all_workers_for_who_has_the_token(served, approval):
    file = served.settings.home / "mintmark.toml"
    file.write_text(f'metrics_token = "{METRICS}"\nlog = "json"\n' + file.read_text())
    url = served.settings.public_url
    server = serve(served.settings)
    try:
        for number in range(8):
            assert post(served.settings, approval, f"m-{number}", 0)
        code = httpx.post(f"{url}/verify", data={"text": "no credential"}).status_code
        assert (code, httpx.get(f"{url}/metrics").status_code) == (422, 404)
        wrong = {"Authorization": "Bearer wrong"}
        assert httpx.get(f"{url}/metrics", headers=wrong).status_code == 404
        answer = httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {METRICS}"})
    finally:
        kill(server)
    lines = answer.text.splitlines()
    for line in (
        'mintmark_approvals_total{outcome="issued"} 8.0',
        "mintmark_issue_seconds_count 8.0",
        'mintmark_requests_total{route="/verify",status="422"} 1.0',
        'mintmark_verifications_total{authentic="could_not_check"} 1.0',
        "mintmark_pending 0.0",
    ):
        assert line in lines, answer.text
    assert any(line.startswith('mintmark_list_age_seconds{list="1"}') for line in lines)
    assert not any(word in answer.text for word in ("Jordan", "@", "m-0"))


def test_what_is_logged_as_json_is_json(capsys):
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    record = logging.LogRecord("issuer.x", logging.WARNING, "f", 1, 'said "%s"', ("a\nb",), None)
    handler.emit(record)
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["logger"], line["message"]) == (
        "warning",
        "issuer.x",
        'said "a\nb"',
    )


def test_a_server_that_must_not_start_says_why_in_one_line(served):
    (served.settings.home / "mintmark.sqlite3").rename(served.settings.home / "away")
    command = [sys.executable, "-m", "issuer", "--home", str(served.settings.home), "serve"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "mintmark migrate" in done.stderr


SLOW_CHECKS = 40
"""More than all workers together take at a time."""
PATIENCE = 6
"""Seconds within which the others are answered; the slow site is given up after eight."""


@contextmanager
def where_all_sites_are_here(settings, site):
    """The server as `mintmark serve` runs it, for which every foreign name is on this machine."""
    with (settings.home / "mintmark.toml").open("r+") as file:
        text = file.read()
        file.seek(0)
        file.write(f'allow_hosts = ["slow.example:{site}"]\n{text}')
    port = int(settings.public_url.rpartition(":")[2])
    command = [
        part.replace("issuer.app:create_app_from_environment", "slow_site:issuer_app")
        for part in threads.command("127.0.0.1", port, workers=2)
    ]
    server = started(settings, command, PYTHONPATH=str(Path(slow_site.__file__).parent))
    try:
        yield
    finally:
        kill(server)


def timed(ask):
    begun = time.monotonic()
    answer = ask()
    return answer, time.monotonic() - begun


def test_checks_of_a_slow_site_keep_nobody_else_waiting(served, approval):
    """T31: half of the threads are for who waits for no other site."""
    url = served.settings.public_url
    with slow_site.silent_site() as site, where_all_sites_are_here(served.settings, site):

        def check(number):
            link = f"https://slow.example:{site}/{number}"
            plain = {"Content-Type": "text/plain"}
            ask = partial(httpx.post, f"{url}/api/verify", content=link, headers=plain, timeout=60)
            return timed(ask)

        with ThreadPoolExecutor(SLOW_CHECKS) as visitors:
            checks = [visitors.submit(check, number) for number in range(SLOW_CHECKS)]
            time.sleep(1)
            asked = [timed(lambda: httpx.get(f"{url}/readyz", timeout=60)) for _ in range(3)]
            sent = [timed(partial(post, served.settings, approval, n, 0)) for n in range(3)]
            assert [answer.status_code for answer, _ in asked] == [200] * 3
            assert all(address for address, _ in sent)
            assert max(seconds for _, seconds in asked + sent) < PATIENCE
        answers = [check.result() for check in checks]
    held = [seconds for answer, seconds in answers if answer.status_code == 422]
    refused = [answer for answer, _ in answers if answer.status_code == 503]
    assert len(held) + len(refused) == SLOW_CHECKS
    assert max(held) > PATIENCE  # so who was answered before was answered beside them
    assert len(held) <= threads.THREADS  # half of the threads of each of two workers
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert all(answer.json()["remedy"] for answer in refused)


def send_bytes_for(seconds, connection):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        connection.sendall(b"x")
        time.sleep(0.2)


def test_a_client_that_sends_byte_by_byte_is_hung_up_on(served):
    """T31: gunicorn's timeout ends no thread, so a request has a time of its own."""
    settings = served.settings
    port = int(settings.public_url.rpartition(":")[2])
    program = (
        "from issuer.web import server; server.MOST_SECONDS = 2; "
        "from gunicorn.app.wsgiapp import run; run()"
    )
    _python, _m, _gunicorn, *arguments = threads.command("127.0.0.1", port, workers=1)
    server = started(settings, [sys.executable, "-c", program, *arguments])
    try:
        with socket.create_connection(("127.0.0.1", port)) as slow:
            slow.sendall(b"POST /webhooks/approvals HTTP/1.1\r\nContent-Length: 1000\r\n")
            with pytest.raises(OSError, match=r"pipe|reset"):
                send_bytes_for(30, slow)
        assert httpx.get(f"{settings.public_url}/readyz").status_code == 200
    finally:
        kill(server)
