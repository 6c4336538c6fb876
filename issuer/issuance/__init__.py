"""The issuance cycle: receive, build, prepare, sign, self-check, store; and what comes after.

    received = issuance.receive(issuer, approval, source="forms", event_id="evt-1", now=now)
    received.manage_url  # the holder's link, or None while the keys are locked

Who approves in a transaction of its own: see `issuance.door`.

A stored approval and an issued credential are two commits. Everything between them can be
repeated and ends the same: one approval, one credential, one status index, for ever.
"""

from issuer.issuance.cycle import (
    ApprovalOutcome,
    Received,
    approve_and_issue,
    find,
    managed,
    newest,
    progress,
    receive,
    receive_all,
)
from issuer.issuance.door import approve, in_transaction, rehearse, rehearse_all
from issuer.issuance.finish import issue
from issuer.issuance.problems import ConflictError, QuarantinedError

__all__ = [
    "ApprovalOutcome",
    "ConflictError",
    "QuarantinedError",
    "Received",
    "approve",
    "approve_and_issue",
    "find",
    "in_transaction",
    "issue",
    "managed",
    "newest",
    "progress",
    "receive",
    "receive_all",
    "rehearse",
    "rehearse_all",
]
