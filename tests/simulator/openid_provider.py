"""A real provider of OpenID Connect, in a process of its own, with users that are known to it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
from ports import free_port


@contextmanager
def running(*users: Mapping[str, object]) -> Iterator[str]:
    """Give the address of a provider that knows these users by their claims."""
    port = free_port()
    known = [word for user in users for word in ("--user-claims", json.dumps(user))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(
        [*command, *known], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        for _ in range(300):
            try:
                httpx.get(f"http://127.0.0.1:{port}/.well-known/openid-configuration")
                break
            except httpx.HTTPError:
                assert process.poll() is None
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        process.terminate()
