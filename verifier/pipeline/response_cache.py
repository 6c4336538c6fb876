"""Which responses the verifications of one process share: issuers' documents and status lists.

Never a verdict: dates and status are judged anew each time, from a response that is no older
than its sender allows (T35). Never a credential either, because it belongs to a person.
"""

import time
from collections.abc import Callable

from verifier.checks.status import LIST_TYPES
from verifier.credential.model import listed
from verifier.fetching.breaker import Breaker
from verifier.fetching.cache import MAX_SECONDS, Cache
from verifier.fetching.fetch import Fetch
from verifier.intake.submission import CREDENTIAL_TYPES
from verifier.pipeline.examine import parse


def response_cache(clock: Callable[[], float] = time.monotonic) -> Cache:
    """Return an empty cache that holds no credentials, and each status list for its `ttl`."""
    return Cache(clock, never={CREDENTIAL_TYPES}, max_age={LIST_TYPES: _ttl})


def remembering(make_fetch: Callable[[], Fetch]) -> Callable[[], Fetch]:
    """Return a `make_fetch` for one process, whose fetches share what was received before and
    which hosts do not answer."""
    cache, breaker = response_cache(), Breaker()
    return lambda: cache.around(breaker.around(make_fetch()))


def _ttl(body: bytes) -> float:
    """Return the `ttl` of a status list in seconds (Bitstring Status List, 2.3).

    The list is not verified yet, so its `ttl` can only shorten the time.
    """
    try:
        document = parse(body.decode()).document
    except ValueError:
        return 0
    subjects = listed(document.get("credentialSubject"))
    ttls = [item["ttl"] for item in subjects if isinstance(item, dict) and "ttl" in item]
    return min((ttl / 1000 if isinstance(ttl, int) else 0 for ttl in ttls), default=MAX_SECONDS)
