"""Who sent it, and under which event id: by signature, or by token where that is switched on."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from issuer.home.settings import Source
from issuer.webhooks import standard_webhooks
from issuer.webhooks.standard_webhooks import Unauthentic

_KEY = re.compile(r'"?([!#-+\--~]{1,255})"?')


@dataclass(frozen=True, slots=True)
class Delivery:
    """An authentic message: the name of its source and the id it must never be handled twice by."""

    source: str
    event_id: str


class NoIdempotencyKey(Exception):
    """The token is right, but without an `Idempotency-Key` a repeat could not be known as one."""


def authenticate(
    headers: Mapping[str, str], body: bytes, sources: Sequence[Source], *, now: datetime
) -> Delivery:
    """Return the delivery that `headers` prove. `headers` is looked up without case.

    A source is found by which of the secrets, or which token, fits. Raises `Unauthentic`, or
    `NoIdempotencyKey` for a token without one.
    """
    authorization = headers.get("authorization", "")
    if authorization and "webhook-signature" not in headers:
        return _by_token(authorization, headers.get("idempotency-key", ""), sources)
    signed = standard_webhooks.read(headers, now=now)
    found = [
        source.name
        for source in sources
        for secret in source.secrets
        if standard_webhooks.verifies(signed, body, secret)
    ]
    if not found:
        raise Unauthentic("signature", "sign id.timestamp.body, the body byte for byte as sent")
    return Delivery(found[0], signed.id)


def _by_token(authorization: str, key: str, sources: Sequence[Source]) -> Delivery:
    scheme, _, token = authorization.partition(" ")
    # Hashes are compared, so that not even a token's length can be timed (T25).
    given = hashlib.sha256(token.encode("utf-8", "replace")).digest()
    found = [
        source.name
        for source in sources
        if source.bearer is not None
        and hmac.compare_digest(given, hashlib.sha256(source.bearer.encode()).digest())
    ]
    if scheme.lower() != "bearer" or not found:
        raise Unauthentic("token", "send Authorization: Bearer and the token of your source")
    match = _KEY.fullmatch(key)
    if match is None:
        raise NoIdempotencyKey
    return Delivery(found[0], match[1])
