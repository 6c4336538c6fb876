"""The parent of our errors, what a command ends with, and why a document has no canonical bytes."""

from typing import Final

DONE: Final = 0
FAILED: Final = 1
"""It did not work; of a credential, the answer is no."""
USAGE: Final = 2
"""The command cannot run as it was given."""
NOT_YET: Final = 3
"""Something is left, or could not be checked: the same command can help later."""

DATA_LOSS = "https://w3id.org/security#DATA_LOSS_DETECTION_ERROR"
TRANSFORMATION = "https://w3id.org/security#PROOF_TRANSFORMATION_ERROR"


class MintmarkError(Exception):
    """Something that a person can put right, in words for that person.

    `remedy` says what to do and ends the message; `exit_status` is that of a command it stops:

        raise BackupError("the database is older than its lists", remedy="mintmark after-restore")
    """

    exit_status = FAILED

    def __init__(self, message: str = "", *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} ({self.remedy})" if self.remedy else message


class UsageError(MintmarkError):
    """The command cannot run as given; the message says what to change."""

    exit_status = USAGE


class CanonicalizationError(MintmarkError, ValueError):
    """The document cannot be turned into canonical N-Quads.

    `code` is a row of the verifier's words, `detail` the place or value, `problem` the W3C
    problem type (Data Integrity 1.0, section 4.7).
    """

    code = "not_json_ld"
    problem: str | None = TRANSFORMATION

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class DataLossError(CanonicalizationError):
    """A part of the document would not be covered by a signature: an undefined term or type,
    a relative IRI, a value that JSON-LD drops (Data Integrity 1.0, section 2.4.1)."""

    code = "data_loss"
    problem = DATA_LOSS


class ContextNotListedError(CanonicalizationError):
    """A context that is not bundled: what it says is unknown here, so nothing is concluded."""

    code = "context_not_listed"
    problem = None


class WorkLimitError(CanonicalizationError):
    """The document would take more work than an honest one ever does (T23)."""

    code = "too_complex"
    problem = None
