"""How often one address may ask, so that nobody takes all there is (T31).

Decorate a view: `@limiter.limit("30/minute")`, with the limiter of its blueprint. Counts are
kept in memory, so each worker process has its own: four let through up to four times as much.
Where that matters, count at the proxy.
"""

import ipaddress
import math
import time

from flask import Blueprint, Flask, Response, request
from flask.blueprints import BlueprintSetupState
from flask_limiter import Limiter, RequestLimit

from verifier.web.problems import Kind, answer
from verifier.words import N_

TOO_MANY = Kind(
    429,
    N_("Too many requests"),
    N_("More was asked from your address than this service answers in such a time."),
    N_("Wait a little, then go on. For many credentials at once, use mintmark-verify batch."),
)


def caller() -> str:
    """Return who asks: an address, or the network of 2⁶⁴ that one IPv6 customer has.

    A proxy on this machine is believed when it says for whom it asks; nobody else is.
    """
    address = request.remote_addr or ""
    if _is_loopback(address):
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
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


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
