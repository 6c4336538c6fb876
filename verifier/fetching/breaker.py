"""A circuit breaker: a host that does not answer is not asked again for a while.

One dead host then delays nobody else, and a host in trouble is not asked a thousand times.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from verifier.fetching.fetch import Fetch, Fetched, FetchError
from verifier.parsing import web_address

FAILURES = 3
"""In a row. One is chance; honest sites that answer nobody three times are down."""
PAUSE_SECONDS = 60
MAX_HOSTS = 1000
_NO_ANSWER = ("host_not_found", "connection_lost", "too_slow")
"""Only what says that nobody is there. An answer that is an error could be asked for on purpose,
at a made-up address of an honest host, to have that host left alone (T22)."""


class _Silence(NamedTuple):
    """How often in a row a host did not answer, when last, and to which addresses of late."""

    failures: int = 0
    last: float = 0.0
    urls: tuple[str, ...] = ()


class Breaker:
    """Counts, for one process, how often in a row each host did not answer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failed: dict[str, _Silence] = {}

    def around(self, fetch: Fetch) -> Fetch:
        """Return a `Fetch` that asks by `fetch`, and refuses a host that is left alone.

        When the pause is over one more failure begins the next, and one answer ends it all. The
        code is `host_paused` at an address that did not answer itself, else `host_not_asked`.
        """

        def guarded(url: str, *, accept: str, max_bytes: int) -> Fetched:
            address = web_address.read(url)
            host = address.site if address else ""
            self._refuse(host, url)
            try:
                fetched = fetch(url, accept=accept, max_bytes=max_bytes)
            except FetchError as exc:
                self._count(host, url, failed=exc.code in _NO_ANSWER)
                raise
            self._count(host, url, failed=False)
            return fetched

        return guarded

    def _refuse(self, host: str, url: str) -> None:
        failures, last, urls = self._failed.get(host, _Silence())
        left = last + PAUSE_SECONDS - self._clock()
        if failures >= FAILURES and left > 0:
            detail = f"no answer {failures} times in a row; asked again in {left:.0f} seconds"
            raise FetchError("host_paused" if url in urls else "host_not_asked", url, detail)

    def _count(self, host: str, url: str, *, failed: bool) -> None:
        with self._lock:
            before = self._failed.pop(host, _Silence())
            if failed:
                urls = (*before.urls, url)[-FAILURES:]
                self._failed[host] = _Silence(before.failures + 1, self._clock(), urls)
                if len(self._failed) > MAX_HOSTS:
                    del self._failed[next(iter(self._failed))]
