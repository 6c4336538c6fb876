"""Why a document has no canonical bytes. Each says whether that is its fault or ours."""

DATA_LOSS = "https://w3id.org/security#DATA_LOSS_DETECTION_ERROR"
TRANSFORMATION = "https://w3id.org/security#PROOF_TRANSFORMATION_ERROR"


class CanonicalizationError(ValueError):
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
