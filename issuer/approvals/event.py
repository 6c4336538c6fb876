"""From the raw body of a webhook to an approval."""

from typing import Final

from issuer.approvals import schema
from issuer.approvals.no_code import as_meant
from issuer.issuance.approval import Approval, from_data
from issuer.issuance.flaws import Refused
from verifier.parsing import strict_json

MAX_BYTES: Final = 256 * 1024
"""Every field of the schema at its longest, with room; evidence is named, never enclosed."""
APPROVED: Final = "micro_credential.approved"
CHECK: Final = "mintmark.check"
"""The event by which a sender tries address, secret and clock. Nothing is done with it."""


def read(body: bytes) -> Approval | None:
    """Return the approval in `body`, or None if it is a `mintmark.check`.

    Raises `StrictJsonError`, or `Refused` with what the schema finds.
    """
    event = strict_json.loads_object(body, max_bytes=MAX_BYTES)
    if event.get("type") == CHECK:
        return None
    event = as_meant(event, schema.SHAPE)
    if found := schema.flaws(event):
        raise Refused(found)
    return from_data(event["data"])
