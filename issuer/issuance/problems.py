"""Why an approval does not become a credential, for its sender and for the log."""

from collections.abc import Sequence
from typing import Final

from issuer.home.problem import Flaw, Kind, Problem, ProblemType

APPROVAL_REFUSED: Final = ProblemType(
    "approval-refused",
    Kind(
        422,
        "The approval needs a correction",
        "The message is authentic, and one or more of its fields cannot be used as they are."
        " Nothing of it was kept.",
        "The member `errors` names every field and what to write there. Then send it again.",
    ),
)
APPROVAL_DIFFERS: Final = ProblemType(
    "approval-differs",
    Kind(
        409,
        "This approval was received before, with other content",
        "An approval_id stands for one approval. A correction of it has the next revision.",
        "If what came before was wrong, send the corrected approval with the revision after the"
        " newest (the member `newest_revision`) and a reason. If it is another approval, give it an"
        " approval_id of its own: a new approval_id.",
    ),
)
EVENT_DIFFERS: Final = ProblemType(
    "event-differs",
    Kind(
        409,
        "This event id was received before, with another message",
        "An event id (webhook-id, or Idempotency-Key) belongs to one message, so that a retry is"
        " known as one.",
        "Use a new event id for every new message, and the same one only to retry.",
    ),
)
QUARANTINED: Final = ProblemType(
    "quarantined",
    Kind(
        500,
        "The new credential did not pass its own check",
        "A credential is released only when this issuer's own verifier finds it good. This one is"
        " kept aside; nothing of it is published.",
        "Tell the issuer: mintmark pending names it. Do not send the approval under another id.",
    ),
)
TYPES: Final = (APPROVAL_REFUSED, APPROVAL_DIFFERS, EVENT_DIFFERS, QUARANTINED)


class Refused(Problem):
    """The approval is not accepted; nothing of it is kept. `flaws` say what to put right."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        fields = ", ".join(flaw.field for flaw in flaws)
        codes = ", ".join(f"{flaw.code} {flaw.field}" for flaw in flaws)
        detail = f"to be corrected: {fields}"
        super().__init__(APPROVAL_REFUSED, detail, message=codes, flaws=flaws)


class ConflictError(Problem):
    """The id (`approval_id` or `event_id`, in `which`) stands for another approval already.

    `newest` is the newest revision of that approval; 0 if there is none.
    """

    def __init__(self, which: str, *, newest: int | None = None) -> None:
        if newest is None:
            super().__init__(EVENT_DIFFERS, message=f"this {which} was received with other content")
        else:
            reason = (
                f"the newest revision is {newest}" if newest else "no revision of it came before"
            )
            super().__init__(
                APPROVAL_DIFFERS,
                reason,
                message=f"this {which} was received with other content; {reason}",
                members={"newest_revision": newest},
            )
        self.which = which
        self.newest = newest


class QuarantinedError(Problem):
    """The signed credential did not pass our own verifier, and was not released."""

    def __init__(self, public_id: str, why: str) -> None:
        message = f"credential {public_id} is quarantined: {why}"
        super().__init__(QUARANTINED, message=message, members={"credential": public_id})
        self.public_id = public_id
        self.why = why
