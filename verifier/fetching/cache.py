"""Responses that one process uses again while they are fresh.

What may be cached is for the caller to say, by the media types that it asks for:

>>> from verifier.fetching.fetch import offline
>>> fetch = Cache(never={"text/html"}, max_age={"text/plain": len}).around(offline)
"""

import time
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import TypeAlias

from verifier.fetching.fetch import LIMITS, Fetch, Fetched, FetchError

MAX_SECONDS = 300
"""However long a sender allows: a withdrawn key is noticed within five minutes."""
USUAL_SECONDS = 60
"""If the sender sets no limit."""
ERROR_SECONDS = 15
"""For errors: asking again at once helps nobody."""
MAX_RESPONSES = 1000
MAX_BYTES = 64 * 1024 * 1024

Key: TypeAlias = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class _Entry:
    response: Fetched | FetchError
    asked: float
    expires: float

    @property
    def size(self) -> int:
        return len(self.response.body) if isinstance(self.response, Fetched) else 0


class Cache:
    """The responses of one process; the least recently used are dropped first.

    `never` holds the `accept` values whose responses are not cached. `max_age` gives, for an
    `accept` value, the seconds for which the body itself may be used.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        never: Container[str] = (),
        max_age: Mapping[str, Callable[[bytes], float]] | None = None,
    ) -> None:
        self._clock, self._never, self._max_age = clock, never, max_age or {}
        self._lock = Lock()
        self._entries: dict[Key, _Entry] = {}
        self._size = 0

    def around(self, fetch: Fetch) -> Fetch:
        """Return a `Fetch` that calls `fetch` only if there is no fresh response."""

        def cached(url: str, *, accept: str, max_bytes: int) -> Fetched:
            if accept in self._never:
                return fetch(url, accept=accept, max_bytes=max_bytes)
            key = url, accept, max_bytes
            entry = self._fresh(key)
            if entry is None:
                response = _ask(fetch, key)
                now = self._clock()
                entry = _Entry(response, now, now + self._seconds(response, accept))
                self._store(key, entry)
            if isinstance(entry.response, FetchError):
                raise FetchError(entry.response.code, url, entry.response.detail)
            return replace(entry.response, age=int(self._clock() - entry.asked))

        return cached

    def _fresh(self, key: Key) -> _Entry | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or self._clock() >= entry.expires:
                return None
            self._entries[key] = self._entries.pop(key)  # now the last to be dropped
            return entry

    def _store(self, key: Key, entry: _Entry) -> None:
        with self._lock:
            if (old := self._entries.pop(key, None)) is not None:
                self._size -= old.size
            if entry.expires > entry.asked:
                self._entries[key] = entry
                self._size += entry.size
            while self._size > MAX_BYTES or len(self._entries) > MAX_RESPONSES:
                self._size -= self._entries.pop(next(iter(self._entries))).size

    def _seconds(self, response: Fetched | FetchError, accept: str) -> float:
        """Return how long a response is fresh: as its sender and its own body allow."""
        if isinstance(response, FetchError):
            return 0 if response.code in (*LIMITS, "host_paused") else ERROR_SECONDS
        seconds = USUAL_SECONDS if response.fresh_for is None else response.fresh_for
        own = self._max_age[accept](response.body) if accept in self._max_age else MAX_SECONDS
        return min(seconds, MAX_SECONDS, own)


def _ask(fetch: Fetch, key: Key) -> Fetched | FetchError:
    url, accept, max_bytes = key
    try:
        return fetch(url, accept=accept, max_bytes=max_bytes)
    except FetchError as exc:
        return exc
