"""What one process remembers of issuers and their status lists, for thousands of credentials.

Each is fetched and judged once. A cached result stays valid while the responses it was built
from are unchanged; `verifier.fetching.cache` decides how long a response is used. A verdict on a
credential is never cached.
"""

import hashlib
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, TypeVar, cast

from verifier.checks.status import LIST_TYPES
from verifier.credential.model import Credential
from verifier.fetching.breaker import Breaker
from verifier.fetching.fetch import Fetch, Fetched, FetchError
from verifier.intake.submission import CREDENTIAL_TYPES
from verifier.issuers.controller import Controller, DidError
from verifier.pipeline.examine import World
from verifier.pipeline.response_cache import response_cache

MAX_KEPT = 256
_DIGEST = 64
_KINDS = {LIST_TYPES: "status list", CREDENTIAL_TYPES: "credential"}

RecordedRequest: TypeAlias = tuple[str, str, str]
"""A URL, what was asked for there, and the SHA-256 of the answer ('' for none)."""
_Question: TypeAlias = tuple[str, str, int]
_Result = TypeVar("_Result")


class Memory:
    """Cached responses, hosts that do not answer, and results built from responses. The results of
    an `earlier` memory are taken over; its responses are requested again."""

    def __init__(self, earlier: "Memory | None" = None) -> None:
        self.cache, self.breaker = response_cache(), Breaker()
        self.results: dict[Hashable, tuple[object, dict[_Question, str]]] = (
            {} if earlier is None else earlier.results
        )


class RecordingFetch:
    """The `Fetch` of one verification: it uses the cache and records every request."""

    def __init__(self, memory: Memory, ask: Callable[[], Fetch]) -> None:
        self.memory = memory
        self.responses: dict[_Question, str] = {}
        self._fetch = memory.cache.around(memory.breaker.around(ask()))

    def __call__(self, url: str, *, accept: str, max_bytes: int) -> Fetched:
        """Return the resource at `url`, or raise `FetchError`, as `ask` or the cache does."""
        question = url, accept, max_bytes
        try:
            fetched = self._fetch(url, accept=accept, max_bytes=max_bytes)
        except FetchError as exc:
            self.responses.setdefault(question, exc.code)
            raise
        self.responses[question] = _sha256(fetched.body)
        return fetched

    def response_to(self, question: _Question) -> str:
        """Return the SHA-256 of the response to a request, or the code of the error. Different
        codes are different responses: a host that does not answer is not the same as a limit."""
        url, accept, max_bytes = question
        with suppress(FetchError):
            self(url, accept=accept, max_bytes=max_bytes)
        return self.responses[question]

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """The recorded requests in order."""
        return tuple(
            (url, _KINDS.get(accept, "issuer"), answer if len(answer) == _DIGEST else "")
            for (url, accept, _), answer in self.responses.items()
        )


@dataclass(frozen=True, slots=True)
class RememberingWorld(World):
    """A world in which an issuer's document and a status list are judged once."""

    fetch: RecordingFetch

    def controller(self, issuer: str, sd_jwt_vc: bool = False) -> Controller:
        """Return the issuer's document as `World.controller` does."""

        def judge() -> Controller | DidError:
            try:
                return World.controller(self, issuer, sd_jwt_vc)
            except DidError as exc:
                return exc.with_traceback(None)

        result = self._once((issuer, sd_jwt_vc), judge)
        if isinstance(result, DidError):
            raise result
        return result

    def status_list(self, body: bytes) -> Credential | None:
        """Return the status list credential as `World.status_list` does."""
        return self._once(_sha256(body), lambda: World.status_list(self, body))

    def _once(self, about: Hashable, judge: Callable[[], _Result]) -> _Result:
        """Return the result of `judge`, or an earlier result if the responses behind it are
        unchanged."""
        asking, results = self.fetch, self.fetch.memory.results
        earlier, asking.responses = asking.responses, {}
        try:
            result, rests_on = results.get(about, (None, None))
            if rests_on is not None and all(
                asking.response_to(question) == digest for question, digest in rests_on.items()
            ):
                return cast(_Result, result)
            new_result = judge()
            if len(results) >= MAX_KEPT:
                results.clear()
            results[about] = new_result, dict(asking.responses)
            return new_result
        finally:
            asking.responses = earlier | asking.responses


@lru_cache(maxsize=64)  # one answer serves thousands
def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
