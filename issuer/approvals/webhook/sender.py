"""The sending side of the webhook, as a well-behaved sender: signed, patient, and idempotent."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from issuer.webhooks import standard_webhooks
from verifier import clock

PAUSES: Final = (1, 4, 10, 20)
"""Seconds before each repeat: somebody is waiting at a terminal, so a minute at most in all."""
LONGEST_PAUSE: Final = 30
TIMEOUT: Final = 30
"""Seconds for one answer: a first issue signs, verifies and commits before it is given."""
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the issuer answered. Status 0: nobody answered, and `body` says why."""

    status: int
    body: dict[str, Any]
    date: datetime | None = None
    retry_after: int | None = None

    @property
    def worth_repeating(self) -> bool:
        """Whether the same message can still get another answer; 202 becomes 200 when signed."""
        return self.status in (0, 202, 408, 429) or self.status >= 500


def event_id_of(body: bytes) -> str:
    """Return an event id that is the same whenever the same file is sent."""
    return f"evt_{hashlib.sha256(body).hexdigest()[:32]}"


def send(
    body: bytes,
    *,
    url: str,
    secrets: tuple[str, ...],
    event_id: str,
    sleep: Callable[[float], None],
) -> Reply:
    """Return the last answer to `body`, which is sent again while that can help.

    Each attempt is signed anew with the present time; the event id stays.
    """
    answer = post(body, url=url, secrets=secrets, event_id=event_id)
    for pause in PAUSES:
        if not answer.worth_repeating:
            break
        sleep(min(max(pause, answer.retry_after or 0), LONGEST_PAUSE))
        answer = post(body, url=url, secrets=secrets, event_id=event_id)
    return answer


def post(body: bytes, *, url: str, secrets: tuple[str, ...], event_id: str) -> Reply:
    """Return the answer to one attempt. A redirect is not followed: it would be another issuer."""
    now = clock.now()
    headers = standard_webhooks.sign(secrets, message_id=event_id, now=now, body=body)
    try:
        response = httpx.post(
            url,
            content=body,
            headers={**headers, "content-type": JSON, "accept": JSON},
            timeout=TIMEOUT,
            follow_redirects=False,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        return Reply(0, {"detail": str(exc) or type(exc).__name__})
    return Reply(response.status_code, _json_of(response), _date(response), _pause(response))


def _json_of(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _date(response: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError:
        return None


def _pause(response: httpx.Response) -> int | None:
    text = response.headers.get("retry-after", "")
    return int(text) if text.isascii() and text.isdecimal() else None
