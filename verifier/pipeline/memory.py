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

Asked: TypeAlias = tuple[str, str, str]
"""A URL, what was asked for there, and the SHA-256 of the answer ('' for none)."""
_Question: TypeAlias = tuple[str, str, int]
_Found = TypeVar("_Found")


class Known:
    """Answers of others, who does not answer, and what the answers mean."""

    def __init__(self) -> None:
        self.cache, self.breaker = response_cache(), Breaker()
        self.found: dict[Hashable, tuple[object, dict[_Question, str]]] = {}


class Asking:
    """The `Fetch` of one verification: what is not known yet is asked, and all is written down."""

    def __init__(self, known: Known, ask: Callable[[], Fetch]) -> None:
        self.known = known
        self.answers: dict[_Question, str] = {}
        self._fetch = known.cache.around(known.breaker.around(ask()))

    def __call__(self, url: str, *, accept: str, max_bytes: int) -> Fetched:
        """Return the resource at `url`, or raise `FetchError`, as `ask` or the cache does."""
        question = url, accept, max_bytes
        try:
            fetched = self._fetch(url, accept=accept, max_bytes=max_bytes)
        except FetchError as exc:
            self.answers.setdefault(question, exc.code)
            raise
        self.answers[question] = _sha256(fetched.body)
        return fetched

    def answer(self, question: _Question) -> str:
        """Return the SHA-256 of the answer to a question, or why there is none: a host that does
        not answer is another answer than a limit at which it is not asked."""
        url, accept, max_bytes = question
        with suppress(FetchError):
            self(url, accept=accept, max_bytes=max_bytes)
        return self.answers[question]

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What was asked, in that order, for the record."""
        return tuple(
            (url, _KINDS.get(accept, "issuer"), answer if len(answer) == _DIGEST else "")
            for (url, accept, _), answer in self.answers.items()
        )


@dataclass(frozen=True, slots=True)
class KnownWorld(World):
    """A world in which an issuer's document and a status list are judged once."""

    fetch: Asking

    def controller(self, issuer: str) -> Controller:
        """Return the issuer's document as `World.controller` does."""

        def judge() -> Controller | DidError:
            try:
                return World.controller(self, issuer)
            except DidError as exc:
                return exc.with_traceback(None)

        found = self._once(issuer, judge)
        if isinstance(found, DidError):
            raise found
        return found

    def status_list(self, body: bytes) -> Credential | None:
        """Return the status list credential as `World.status_list` does."""
        return self._once(_sha256(body), lambda: World.status_list(self, body))

    def _once(self, about: Hashable, judge: Callable[[], _Found]) -> _Found:
        """Return what `judge` finds: what it found before, if it would hear the same answers."""
        asking, kept = self.fetch, self.fetch.known.found
        before, asking.answers = asking.answers, {}
        try:
            found, rests_on = kept.get(about, (None, None))
            if rests_on is not None and all(
                asking.answer(question) == digest for question, digest in rests_on.items()
            ):
                return cast(_Found, found)
            judged = judge()
            if len(kept) >= MAX_KEPT:
                kept.clear()
            kept[about] = judged, dict(asking.answers)
            return judged
        finally:
            asking.answers = before | asking.answers


@lru_cache(maxsize=64)  # one answer serves thousands
def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
