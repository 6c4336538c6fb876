"""The issuance cycle: receive, build, prepare, sign, self-check, store; and what comes after.

A stored approval and an issued credential are two commits. Everything between them can be
repeated and ends the same: one approval, one credential, one status index, for ever.
"""

from issuer.issuance.cycle import Outcome, Received, find, managed, progress, receive, receive_all
from issuer.issuance.finish import QuarantinedError
from issuer.issuance.prepare import ConflictError

__all__ = [
    "ConflictError",
    "Outcome",
    "QuarantinedError",
    "Received",
    "find",
    "managed",
    "progress",
    "receive",
    "receive_all",
]
