"""What one worker has found out about issuers and their lists, so that each is asked and judged
once for thousands of credentials. A verdict on a credential is never kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from verifier.controller import Controller, DidError
from verifier.credential import Credential
from verifier.examine import World
from verifier.fetch import Fetch, Fetched, FetchError
from verifier.intake import CREDENTIAL_TYPES
from verifier.status import LIST_TYPES

MAX_KEPT_BYTES = 64 * 1024 * 1024
MAX_KEPT = 4096
_KINDS = {LIST_TYPES: "status list", CREDENTIAL_TYPES: "credential"}

Asked: TypeAlias = tuple[str, str, str]
"""A URL, what was asked for there, and the SHA-256 of the answer ('' for none)."""


@dataclass(slots=True)
class Known:
    """Answers of others, and what they mean. Emptied when it grows too large."""

    answers: dict[tuple[str, str, int], tuple[Fetched | FetchError, str]] = field(
        default_factory=dict
    )
    controllers: dict[str, tuple[Controller | DidError, tuple[Asked, ...]]] = field(
        default_factory=dict
    )
    lists: dict[bytes, Credential | None] = field(default_factory=dict)
    size: int = 0

    def make_room(self, size: int) -> None:
        """Forget everything if there would be too much of it."""
        self.size += size
        if self.size > MAX_KEPT_BYTES or len(self.answers) + len(self.controllers) > MAX_KEPT:
            for kept in (self.answers, self.controllers, self.lists):
                kept.clear()
            self.size = size


class Asking:
    """The `Fetch` of one verification: what is not known yet is asked, and all is written down."""

    def __init__(self, known: Known, ask: Callable[[], Fetch]) -> None:
        self.known = known
        self.asked: dict[Asked, None] = {}
        self._ask = ask()

    def __call__(self, url: str, *, accept: str, max_bytes: int) -> Fetched:
        """Return the resource at `url`, or raise `FetchError` as it was the first time."""
        key = (url, accept, max_bytes)
        if key not in self.known.answers:
            found: Fetched | FetchError
            try:
                found = self._ask(url, accept=accept, max_bytes=max_bytes)
                self.known.make_room(len(found.body))
                self.known.answers[key] = found, hashlib.sha256(found.body).hexdigest()
            except FetchError as exc:
                self.known.make_room(0)
                self.known.answers[key] = exc.with_traceback(None), ""
        found, digest = self.known.answers[key]
        self.asked[url, _KINDS.get(accept, "issuer"), digest] = None
        if isinstance(found, FetchError):
            raise found
        return found


@dataclass(frozen=True, slots=True)
class KnownWorld(World):
    """A world in which an issuer's document and a status list are judged once."""

    fetch: Asking

    def controller(self, issuer: str) -> Controller:
        """Return the issuer's document as `World.controller` does."""
        kept = self.fetch.known.controllers
        if issuer not in kept:
            before = set(self.fetch.asked)
            found: Controller | DidError
            try:
                found = World.controller(self, issuer)
            except DidError as exc:
                found = exc.with_traceback(None)
            kept[issuer] = found, tuple(each for each in self.fetch.asked if each not in before)
        judged, asked = kept[issuer]
        self.fetch.asked |= dict.fromkeys(asked)
        if isinstance(judged, DidError):
            raise judged
        return judged

    def status_list(self, body: bytes) -> Credential | None:
        """Return the status list credential as `World.status_list` does."""
        kept = self.fetch.known.lists
        if body not in kept:
            kept[body] = World.status_list(self, body)
        return kept[body]
