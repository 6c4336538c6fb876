"""How often one address may ask, and how many checks go on at once, so that nobody takes all
there is (T31).

Decorate a view: `@limiter.limit("30/minute")`, with the limiter of its blueprint, and `@one_of_few`
where it may wait for other sites. Counts are kept in memory, so each worker process has its own:
four let through up to four times as much. Where that matters, `in_redis` lets all processes of all
hosts count together; while Redis is away, each counts by itself again, so nobody is locked out and
nobody takes all there is.
"""

import ipaddress
import math
import re
from collections.abc import Callable
from functools import wraps
from ipaddress import IPv4Address, IPv6Address
from threading import BoundedSemaphore

from flask import Blueprint, Flask, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from flask_limiter import Limiter, RequestLimit

from verifier import clock
from verifier.web.problems import Kind, answer
from verifier.wording.words import N_

TOO_MANY = Kind(
    429,
    N_("Too many requests"),
    N_("More was asked from your address than this service answers in such a time."),
    N_("Wait a little, then go on. For many credentials at once, use mintmark-verify batch."),
)

BUSY = Kind(
    503,
    N_("Many credentials are being checked just now"),
    N_("This service checks only so many at a time, and slow sites make others wait."),
    N_("Wait a few seconds, then send it again."),
)
BUSY_SECONDS = 5
AT_ONCE = "CHECKS_AT_ONCE"
"""The setting of an app that says how many threads may check at a time: half of those that serve
it, so that the others are there for whoever waits for no other site."""
USUAL_AT_ONCE = 8
REDIS_SECONDS = 1
_STORAGE = "RATELIMIT_STORAGE_URI"

_WITH_PORT = re.compile(r"\[(?P<bracketed>[^\]]*)\](:\d+)?|(?P<plain>[\d.]+):\d+")


def caller() -> str:
    """Return the caller: an address, or the network of 2⁶⁴ addresses that one IPv6 customer has.

    Only a proxy on this machine may name another caller.
    """
    ip = _ip(request.remote_addr or "")
    if ip is not None and ip.is_loopback and "X-Forwarded-For" in request.headers:
        ip = _ip(request.headers["X-Forwarded-For"].rpartition(",")[2])
    if ip is None:
        return "unknown"
    return str(ipaddress.ip_network((ip, 64 if ip.version == 6 else 32), strict=False))


def too_many(limit: RequestLimit) -> Response:
    """Return the answer 429, with the seconds to wait in `Retry-After`."""
    response = answer(TOO_MANY)
    seconds = limit.reset_at - clock.now().timestamp()
    response.headers["Retry-After"] = str(max(1, math.ceil(seconds)))
    return response


def one_of_few(view: Callable[[], Response]) -> Callable[[], Response]:
    """Return `view` answering 503 while as many checks go on in this app as `AT_ONCE` allows."""

    @wraps(view)
    def bounded() -> Response:
        most = current_app.config.get(AT_ONCE, USUAL_AT_ONCE)
        free: BoundedSemaphore = current_app.extensions.setdefault(AT_ONCE, BoundedSemaphore(most))
        if not free.acquire(blocking=False):
            response = answer(BUSY)
            response.headers["Retry-After"] = str(BUSY_SECONDS)
            return response
        try:
            return view()
        finally:
            free.release()

    return bounded


def limiter_for(blueprint: Blueprint) -> Limiter:
    """Return a limiter for the views of `blueprint`, which counts from zero in each app that
    registers it."""
    limiter = Limiter(
        caller, strategy="moving-window", on_breach=too_many, in_memory_fallback_enabled=True
    )

    def begin(state: BlueprintSetupState) -> None:
        if isinstance(state.app, Flask):
            state.app.config.setdefault(_STORAGE, "memory://")
            limiter.init_app(state.app)

    blueprint.record_once(begin)
    return limiter


def in_redis(url: str, prefix: str) -> dict[str, object]:
    """Return the settings of an app whose limits are counted in the Redis at `url`, below `prefix`.

    No request waits longer than a second for it, and only the first until it is back.
    """
    patience = {"socket_connect_timeout": REDIS_SECONDS, "socket_timeout": REDIS_SECONDS}
    return {_STORAGE: url, "RATELIMIT_STORAGE_OPTIONS": patience, "RATELIMIT_KEY_PREFIX": prefix}


def _ip(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address in `192.0.2.1:4711`, `[2001:db8::1]:4711` or plain, as proxies write it.

    An IPv4 address in IPv6 (`::ffff:192.0.2.1`) is that one: else all of them were one network.
    """
    text = text.strip(' \t"')
    if match := _WITH_PORT.fullmatch(text):
        text = match["bracketed"] or match["plain"]
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip
