"""What was fetched a moment ago and may still be used: issuers' documents and status lists.

Never a verdict: dates and status are judged anew each time, from an answer that is no older
than its sender allows (T35). Never a credential either, because it is somebody's.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import TypeAlias

from verifier.checks.status import LIST_TYPES
from verifier.credential.model import listed
from verifier.fetching.breaker import Breaker
from verifier.fetching.fetch import LIMITS, Fetch, Fetched, FetchError
from verifier.intake.carriers import CREDENTIAL_TYPES
from verifier.pipeline.examine import parse

MAX_SECONDS = 300
"""However long a sender allows: a key that is withdrawn is seen within five minutes."""
USUAL_SECONDS = 60
"""Where a sender does not say."""
ERROR_SECONDS = 15
"""For what could not be had: one more try helps nobody sooner."""
MAX_ANSWERS = 1000
MAX_BYTES = 64 * 1024 * 1024

Key: TypeAlias = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class _Answer:
    found: Fetched | FetchError
    asked: float
    ends: float

    @property
    def size(self) -> int:
        return len(self.found.body) if isinstance(self.found, Fetched) else 0


class Cache:
    """The answers that one process keeps, the longest unused thrown out first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[Key, _Answer] = {}
        self._size = 0

    def around(self, fetch: Fetch) -> Fetch:
        """Return a `Fetch` that asks by `fetch` for what is not kept, or no longer fresh."""

        def remembered(url: str, *, accept: str, max_bytes: int) -> Fetched:
            if accept == CREDENTIAL_TYPES:
                return fetch(url, accept=accept, max_bytes=max_bytes)
            key = url, accept, max_bytes
            answer = self._fresh(key)
            if answer is None:
                found = _ask(fetch, key)
                now = self._clock()
                answer = _Answer(found, now, now + _seconds(found, accept))
                self._keep(key, answer)
            if isinstance(answer.found, FetchError):
                raise FetchError(answer.found.code, url, answer.found.detail)
            return replace(answer.found, age=int(self._clock() - answer.asked))

        return remembered

    def _fresh(self, key: Key) -> _Answer | None:
        with self._lock:
            answer = self._kept.get(key)
            if answer is None or self._clock() >= answer.ends:
                return None
            self._kept[key] = self._kept.pop(key)  # now the last to be thrown out
            return answer

    def _keep(self, key: Key, answer: _Answer) -> None:
        with self._lock:
            if (old := self._kept.pop(key, None)) is not None:
                self._size -= old.size
            if answer.ends > answer.asked:
                self._kept[key] = answer
                self._size += answer.size
            while self._size > MAX_BYTES or len(self._kept) > MAX_ANSWERS:
                self._size -= self._kept.pop(next(iter(self._kept))).size


def _ask(fetch: Fetch, key: Key) -> Fetched | FetchError:
    url, accept, max_bytes = key
    try:
        return fetch(url, accept=accept, max_bytes=max_bytes)
    except FetchError as exc:
        return exc


def _seconds(found: Fetched | FetchError, accept: str) -> float:
    """Return how long an answer is kept: as its sender says, a list as its `ttl` says as well."""
    if isinstance(found, FetchError):
        return 0 if found.code in (*LIMITS, "host_paused") else ERROR_SECONDS
    seconds = USUAL_SECONDS if found.fresh_for is None else found.fresh_for
    return min(seconds, MAX_SECONDS, _ttl(found.body) if accept == LIST_TYPES else MAX_SECONDS)


def _ttl(body: bytes) -> float:
    """Return the `ttl` of a status list in seconds (Bitstring Status List, 2.3).

    It is not known yet who wrote it, so it only ever shortens.
    """
    try:
        document = parse(body.decode()).document
    except ValueError:
        return 0
    subjects = [
        each for each in listed(document.get("credentialSubject")) if isinstance(each, dict)
    ]
    said = [each["ttl"] for each in subjects if "ttl" in each]
    return min((ttl / 1000 if isinstance(ttl, int) else 0 for ttl in said), default=MAX_SECONDS)


def remembering(ask: Callable[[], Fetch]) -> Callable[[], Fetch]:
    """Return what makes the `Fetch` of each verification in one process, out of what asks anew.

    All of them share what was had before, and which hosts do not answer.
    """
    cache, breaker = Cache(), Breaker()
    return lambda: cache.around(breaker.around(ask()))
