"""Standard Webhooks 1.0.0, symmetric scheme: `v1,` and the base64 of an HMAC-SHA256.

    headers = sign(secrets, message_id="evt-1", now=now, body=body)
    verifies(read(headers, now=now), body, secret)  # True

Everything is compared as text of a known alphabet, so no header can raise anything but
`Unauthentic`, whatever bytes it is made of (T27).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contexts.errors import MintmarkError

TOLERANCE_SECONDS: Final = 300
"""How far the sender's clock may be off; also how long a captured message could be replayed,
which the event id then makes harmless."""
MAX_SIGNATURES: Final = 8
"""Two secrets in rotation need two; more is work for nothing."""

# A comma is left out on purpose: a web server joins a header that stands twice with one.
_ID = re.compile(r"[!-+\--~]{1,255}")
_TIMESTAMP = re.compile(r"[0-9]{1,10}")
_SIGNATURE = re.compile(r"(v[0-9]{1,3}[a-z]{0,3}),([A-Za-z0-9+/=_-]{1,200})")
_ANY = re.compile(r".+")
_FORMS: Final = {
    "webhook-id": "send webhook-id once: 1 to 255 ASCII characters without space and comma",
    "webhook-timestamp": "send webhook-timestamp once: whole seconds since 1970, in digits",
    "webhook-signature": "send webhook-signature once: v1, and the base64 of the signature"
    f" right behind the comma; several with a space between, at most {MAX_SIGNATURES}",
}


class Unauthentic(MintmarkError):
    """The message is not shown to come from one of our senders.

    `reason` is `headers`, `clock` or `signature`: enough to repair a sender, and nothing
    about which secret or which part of a signature came close.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy=remedy)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Signed:
    """The three headers of a message: its id, its time, and the `v1` signatures it carries."""

    id: str
    timestamp: str
    signatures: tuple[str, ...]


def read(headers: Mapping[str, str], *, now: datetime) -> Signed:
    """Return the signed headers. Raises `Unauthentic` for malformed ones or a distant clock."""
    message_id = _header(headers, "webhook-id", _ID)
    timestamp = _header(headers, "webhook-timestamp", _TIMESTAMP)
    parts = _header(headers, "webhook-signature", _ANY).split(" ", MAX_SIGNATURES)
    signatures = [_SIGNATURE.fullmatch(part) for part in parts]
    if not all(signatures) or len(parts) > MAX_SIGNATURES:
        raise Unauthentic("headers", _FORMS["webhook-signature"])
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        raise Unauthentic("clock", "set the sender's clock; webhook-timestamp is in whole seconds")
    return Signed(message_id, timestamp, tuple(m[2] for m in signatures if m and m[1] == "v1"))


def _header(headers: Mapping[str, str], name: str, form: re.Pattern[str]) -> str:
    value = headers.get(name, "")
    if not form.fullmatch(value):
        raise Unauthentic("headers", _FORMS[name])
    return value


def verifies(signed: Signed, body: bytes, secret: str) -> bool:
    """True if a signature was made with `secret` over this id, time and raw body."""
    expected = _mac(secret, signed.id, signed.timestamp, body).encode()
    # Every signature is compared, and each in constant time (T25).
    matches = [hmac.compare_digest(expected, signature.encode()) for signature in signed.signatures]
    return any(matches)


def sign(secrets: Sequence[str], *, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that prove to a holder of one of `secrets` who sent `body`."""
    timestamp = str(int(now.timestamp()))
    signatures = [f"v1,{_mac(secret, message_id, timestamp, body)}" for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def _mac(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{timestamp}.".encode("ascii") + body
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
