"""Which source sent a message, by its signature or its bearer token, and under which event id."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contexts.errors import MintmarkError
from issuer.home.settings import Source
from issuer.webhooks import standard_webhooks
from issuer.webhooks.standard_webhooks import Unauthentic

_KEY = re.compile(r'"?([!#-+\--~]{1,255})"?')


@dataclass(frozen=True, slots=True)
class Delivery:
    """An authentic message: the name of its source, and the id by which a repeat is recognized."""

    source: str
    event_id: str


class NoIdempotencyKey(MintmarkError):
    """The token is right, but without an `Idempotency-Key` a repeat would not be recognized."""


def authenticate(
    headers: Mapping[str, str], body: bytes, sources: Sequence[Source], *, now: datetime
) -> Delivery:
    """Return the delivery that `headers` prove. `headers` is looked up without case.

    The source is the one whose secret or token fits. Raises `Unauthentic`, or
    `NoIdempotencyKey` for a token without one.
    """
    authorization = headers.get("authorization", "")
    if authorization and "webhook-signature" not in headers:
        return _by_token(authorization, headers.get("idempotency-key", ""), sources)
    signed = standard_webhooks.read(headers, now=now)
    senders = [
        source.name
        for source in sources
        for secret in source.secrets
        if standard_webhooks.verifies(signed, body, secret)
    ]
    if not senders:
        raise Unauthentic("signature", "sign id.timestamp.body, the body byte for byte as sent")
    return Delivery(senders[0], signed.id)


def _by_token(authorization: str, key: str, sources: Sequence[Source]) -> Delivery:
    scheme, _, token = authorization.partition(" ")
    # Hashes are compared, so that not even a token's length can be timed (T25).
    digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
    senders = [
        source.name
        for source in sources
        if source.bearer is not None
        and hmac.compare_digest(digest, hashlib.sha256(source.bearer.encode()).digest())
    ]
    if scheme.lower() != "bearer" or not senders:
        raise Unauthentic("token", "send Authorization: Bearer and the token of your source")
    match = _KEY.fullmatch(key)
    if match is None:
        raise NoIdempotencyKey
    return Delivery(senders[0], match[1])
