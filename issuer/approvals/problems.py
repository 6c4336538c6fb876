"""What the approval webhook refuses before it looks at the approval itself."""

from typing import Final

from issuer.home.problem import Kind, ProblemType

NOT_JSON: Final = ProblemType(
    "not-json",
    Kind(
        400,
        "The body is not strict JSON",
        "The body must be UTF-8 and one JSON object. No key may stand twice in an object, and"
        " numbers must be ones that every program reads alike.",
        "The detail says where reading stopped. Let a JSON library write the body.",
    ),
)
IDEMPOTENCY_KEY: Final = ProblemType(
    "idempotency-key",
    Kind(
        400,
        "The Idempotency-Key is missing",
        "A sender that uses a token must number its messages, so that a repeated one is known.",
        "Send the header Idempotency-Key: one value for each approval, the same on every retry.",
    ),
)
UNAUTHENTIC: Final = ProblemType(
    "unauthentic",
    Kind(
        401,
        "Not shown to come from a known sender",
        "The signature, the token, the time or their headers are not what a known sender sends."
        " The member `reason` says which: headers, clock, signature or token.",
        "Check the secret, and that the body is signed byte for byte as it is sent. Check the"
        " sender's clock: it may be five minutes off at most.",
    ),
)
UNSUPPORTED_MEDIA_TYPE: Final = ProblemType(
    "unsupported-media-type",
    Kind(
        415,
        "The body is not declared as JSON",
        "Approvals are JSON.",
        "Send the header Content-Type: application/json.",
    ),
)
TYPES: Final = (NOT_JSON, IDEMPOTENCY_KEY, UNAUTHENTIC, UNSUPPORTED_MEDIA_TYPE)
