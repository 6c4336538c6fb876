"""What one process has found out about issuers and their lists, so that each is asked and judged
once for thousands of credentials. A verdict on a credential is never kept.

What was found out counts as long as the answers that it rests on are the same; how long an
answer itself is kept is for `fetch_cache` to say.
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
    """Answers of others, who does not answer, and what the answers mean."""

    def __init__(self) -> None:
        self.cache, self.breaker = response_cache(), Breaker()
        self.results: dict[Hashable, tuple[object, dict[_Question, str]]] = {}


class RecordingFetch:
    """The `Fetch` of one verification: what is not known yet is asked, and all is written down."""

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
        """Return the SHA-256 of the answer to a question, or why there is none: a host that does
        not answer is another answer than a limit at which it is not asked."""
        url, accept, max_bytes = question
        with suppress(FetchError):
            self(url, accept=accept, max_bytes=max_bytes)
        return self.responses[question]

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """What was asked, in that order, for the record."""
        return tuple(
            (url, _KINDS.get(accept, "issuer"), answer if len(answer) == _DIGEST else "")
            for (url, accept, _), answer in self.responses.items()
        )


@dataclass(frozen=True, slots=True)
class RememberingWorld(World):
    """A world in which an issuer's document and a status list are judged once."""

    fetch: RecordingFetch

    def controller(self, issuer: str) -> Controller:
        """Return the issuer's document as `World.controller` does."""

        def judge() -> Controller | DidError:
            try:
                return World.controller(self, issuer)
            except DidError as exc:
                return exc.with_traceback(None)

        result = self._once(issuer, judge)
        if isinstance(result, DidError):
            raise result
        return result

    def status_list(self, body: bytes) -> Credential | None:
        """Return the status list credential as `World.status_list` does."""
        return self._once(_sha256(body), lambda: World.status_list(self, body))

    def _once(self, about: Hashable, judge: Callable[[], _Result]) -> _Result:
        """Return what `judge` finds: what it found before, if it would hear the same answers."""
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
