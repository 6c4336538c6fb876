"""How often one address may ask, so that nobody takes all there is (T31).

Decorate a view: `@limiter.limit("30/minute")`, with the limiter of its blueprint. Counts are
kept in memory, so each worker process has its own: four let through up to four times as much.
Where that matters, count at the proxy.
"""

import ipaddress
import math
import re
import time
from ipaddress import IPv4Address, IPv6Address

from flask import Blueprint, Flask, Response, request
from flask.blueprints import BlueprintSetupState
from flask_limiter import Limiter, RequestLimit

from verifier.web.problems import Kind, answer
from verifier.wording.words import N_

TOO_MANY = Kind(
    429,
    N_("Too many requests"),
    N_("More was asked from your address than this service answers in such a time."),
    N_("Wait a little, then go on. For many credentials at once, use mintmark-verify batch."),
)

_WITH_PORT = re.compile(r"\[(?P<bracketed>[^\]]*)\](:\d+)?|(?P<plain>[\d.]+):\d+")


def caller() -> str:
    """Return who asks: an address, or the network of 2⁶⁴ that one IPv6 customer has.

    A proxy on this machine is believed when it says for whom it asks; nobody else is.
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
    response.headers["Retry-After"] = str(max(1, math.ceil(limit.reset_at - time.time())))
    return response


def limiter_for(blueprint: Blueprint) -> Limiter:
    """Return what limits views of `blueprint`, counting from zero in each app that registers it."""
    limiter = Limiter(caller, storage_uri="memory://", strategy="moving-window", on_breach=too_many)

    def begin(state: BlueprintSetupState) -> None:
        if isinstance(state.app, Flask):
            limiter.init_app(state.app)

    blueprint.record_once(begin)
    return limiter


def _ip(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address in `192.0.2.1:4711`, `[2001:db8::1]:4711` or plain, as proxies write it.

    An IPv4 address in IPv6 (`::ffff:192.0.2.1`) is that one: else all of them were one network.
    """
    text = text.strip(' \t"')
    if found := _WITH_PORT.fullmatch(text):
        text = found["bracketed"] or found["plain"]
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip
