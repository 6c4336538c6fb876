"""`python -m bench.service`: the issuer under gunicorn: requests a second, and where the time of
a webhook goes.

The client is a few threads of this process, on the same machine as the server: what it takes is
taken from the server. Each request is a new one, from another address.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from bench import home as homes
from issuer.app import create_app
from issuer.approvals import event
from issuer.approvals.webhook import routes
from issuer.home.settings import Settings
from issuer.issuance import cycle, finish
from issuer.webhooks import standard_webhooks

CONNECTIONS = 8
WORKERS = 2
SECONDS = 5.0
WEBHOOKS = 100
"""So many are sent one after the other to see where the time goes."""

Request = tuple[str, str, bytes, dict[str, str]]


def main() -> None:
    """Print what the service answers in a second, then where the time of a webhook goes."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = homes.make(Path(folder) / "home", port=port)
        with serving(settings, port):
            for name, request, answers in _requests(settings, port):
                print(f"{name}: {_load(port, request, answers)}", flush=True)
        print(_where_it_goes(settings))


def _requests(settings: Settings, port: int) -> Iterator[tuple[str, Callable[[], Request], int]]:
    numbers = count()

    def webhook() -> Request:
        number = next(numbers)
        return "POST", "/webhooks/approvals", *_webhook(settings, number)

    connection = HTTPConnection("localhost", port)
    answer = json.loads(_answer(connection, webhook(), 201))
    path = answer["json"].partition(str(port))[2]
    credential = _answer(connection, ("GET", path, b"", {}), 200)
    entry = json.loads(credential)["credentialStatus"]["statusListCredential"]
    form = urlencode({"text": credential.decode()}).encode()

    def page() -> Request:
        return "POST", "/verify", form, _from_somebody() | _FORM

    yield "webhook to 201", webhook, 201
    yield "credential JSON", lambda: ("GET", path, b"", {}), 200
    yield "status list", lambda: ("GET", entry.partition(str(port))[2], b"", {}), 200
    yield "verification, as a page", page, 200


_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_addresses = count()


def _from_somebody() -> dict[str, str]:
    """Come from another address each time, as through a proxy: one address may not ask so often."""
    number = next(_addresses)
    return {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


def _webhook(settings: Settings, number: int) -> tuple[bytes, dict[str, str]]:
    message = {
        "type": "micro_credential.approved",
        "timestamp": "2026-05-15T15:02:11Z",
        "data": homes.approval(number),
    }
    body = json.dumps(message).encode()
    signed = standard_webhooks.sign(
        settings.sources[0].secrets, message_id=f"e-{number}", now=datetime.now(UTC), body=body
    )
    return body, {"Content-Type": "application/json", **signed}


def _load(port: int, request: Callable[[], Request], expected: int) -> str:
    """Ask over some connections for some seconds; return answers a second, median and p99."""
    end = time.perf_counter() + SECONDS

    def ask() -> list[float]:
        connection = HTTPConnection("localhost", port)
        took = []
        while time.perf_counter() < end:
            asked = request()
            began = time.perf_counter()
            _answer(connection, asked, expected)
            took.append(time.perf_counter() - began)
        return took

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        parts = [future.result() for future in [pool.submit(ask) for _ in range(CONNECTIONS)]]
    took = sorted(seconds for part in parts for seconds in part)
    median, p99 = (took[int(len(took) * part)] * 1000 for part in (0.5, 0.99))
    return f"{len(took) / SECONDS:.0f} a second, median {median:.1f} ms, p99 {p99:.1f} ms"


def _answer(connection: HTTPConnection, request: Request, expected: int) -> bytes:
    method, path, body, headers = request
    connection.request(method, path, body or None, headers)
    response = connection.getresponse()
    body = response.read()
    assert response.status == expected, (response.status, body[:300])
    return body


@contextmanager
def serving(settings: Settings, port: int) -> Iterator[None]:
    """Run `mintmark serve` as people do."""
    command = [sys.executable, "-m", "issuer", "--home", str(settings.home), "serve"]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--workers", str(WORKERS)], stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(1800):  # on a busy machine it takes its time
            try:
                socket.create_connection(("localhost", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port: int = probe.getsockname()[1]
        return port


_STEPS: list[tuple[str, Any, str]] = [
    ("who sends, and is it complete", routes, "_delivery"),
    ("who sends, and is it complete", event, "read"),
    ("built, and stored as prepared", cycle, "prepare"),
    ("signed and verified, three forms", finish, "secure"),
    ("self-check", finish, "self_check"),
    ("stored", finish, "_store"),
]


def _where_it_goes(settings: Settings) -> str:
    """Return the parts of a webhook's time, in this process and with nobody else asking."""
    app = create_app(settings)
    issuer = app.extensions["mintmark"]
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - began

        return run

    client = app.test_client()
    with ExitStack() as stack:
        for name, owner, member in _STEPS:
            stack.enter_context(patch.object(owner, member, timed(name, getattr(owner, member))))
        dialect = issuer.database.engine.dialect
        stack.enter_context(patch.object(dialect, "do_commit", timed("disk", dialect.do_commit)))
        began = 0.0
        for number in range(-10, WEBHOOKS):
            if number == 0:
                seconds.clear()
                began = time.perf_counter()
            body, headers = _webhook(settings, 10_000_000 + number)
            answer = client.post("/webhooks/approvals", data=body, headers=headers)
            assert answer.status_code == 201, answer.text
        whole = time.perf_counter() - began
    issuer.database.close()
    disk = seconds.pop("disk")
    parts = seconds | {"the rest: HTTP, and making the request": whole - sum(seconds.values())}
    shown = [f"  {name}: {part / whole:.0%}" for name, part in parts.items()]
    head = f"a webhook, alone: {whole / WEBHOOKS * 1000:.1f} ms, of which"
    return "\n".join([head, *shown, f"  (waiting for the disk, in these: {disk / whole:.0%})"])


if __name__ == "__main__":
    main()
