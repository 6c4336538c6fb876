"""A credential as somebody submitted it: its text, and the carrier that held it.

>>> from_codes(["https://verify.example/", '{"type": "OpenBadgeCredential"}'], "pdf")[0].carrier
'pdf'
"""

import re
from dataclasses import dataclass

from contexts.errors import MintmarkError
from verifier.intake import qr
from verifier.intake.baking import bare, is_credential, is_token
from verifier.intake.qr import QrError
from verifier.proof import jose

MAX_BYTES = 10 * 1024 * 1024
"""A phone's photo of a certificate has 3 to 8 MiB."""
MAX_TEXT_BYTES = jose.MAX_BYTES
MAX_CREDENTIAL_BYTES = 5 * 1024 * 1024
"""What is fetched or read as one credential, in whatever carrier."""
CREDENTIAL_TYPES = (
    "application/vc+ld+json, application/vc, application/json, application/vc+jwt, "
    "application/jwt, text/plain, image/png, image/svg+xml, application/pdf"
)
FACE_UNSIGNED = "face_unsigned"
"""Only what is attached or in the code is signed; anybody can print anything around it."""
MORE_THAN_ONE = "more_than_one"
PAGES_NOT_READ = "pages_not_read"

URL = re.compile(r"https?://\S{1,2000}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Submission:
    """A credential and the carrier it came in: `json`, `jwt`, `png`, `svg`, `pdf` or `qr`.

    `text` is JSON or a compact JWS, not yet parsed. If there is only a link, the carrier is
    `url`, `text` is the link, which the caller may fetch, and `via` says what carried it.
    `notes` are codes of sentences in `wording/words.py`. `around` is the address around a
    credential in a QR code, which the person who printed it chose (T32). `presentation` is the
    text of the presentation that it came in, which may be signed by its holder.
    """

    carrier: str
    text: str
    notes: tuple[str, ...] = ()
    around: str = ""
    via: str = ""
    presentation: str = ""


class IntakeError(MintmarkError, ValueError):
    """The submission holds no credential. `code` names the sentence in `wording/words.py`."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(" ".join([code, *map(str, params.values())]))
        self.code = code
        self.params = params


def form_of(text: str) -> str:
    """Return `jwt` or `json`: how a credential without a carrier is written."""
    return "jwt" if is_token(text) else "json"


def from_baked(carrier: str, baked: list[str]) -> list[Submission]:
    """Return the first of the credentials baked into a picture, which alone counts (OB-53)."""
    texts = list(map(bare, baked))
    notes = (MORE_THAN_ONE,) if len(set(texts)) > 1 else ()
    if URL.fullmatch(texts[0]):
        return [Submission("url", texts[0], notes, via=carrier)]  # a hosted Open Badge 2.0
    if not is_credential(texts[0]):
        raise IntakeError("picture_damaged", detail="what is baked in is no credential")
    return [Submission(carrier, texts[0], notes)]


def from_codes(texts: list[str], carrier: str = "") -> list[Submission]:
    """Return the credentials among the texts of codes or words, then the links.

    Raises `IntakeError` for a code whose credential cannot be unpacked, if there is nothing else.
    """
    credentials: dict[str, Submission] = {}
    links: list[Submission] = []
    damaged: QrError | None = None
    for text in map(bare, texts):
        try:
            packed = qr.fragment_credential(text)
        except QrError as exc:
            damaged = damaged or exc
            continue
        if packed is not None:
            around = text.partition("#")[0]
            credentials.setdefault(packed, Submission(carrier or "qr", packed, around=around))
        elif is_credential(text):
            credentials.setdefault(text, Submission(carrier or form_of(text), text))
        elif URL.fullmatch(text):
            links.append(Submission("url", text, via=carrier))
    if damaged is not None and not credentials and not links:
        raise IntakeError("code_damaged", detail=str(damaged)) from damaged
    return [*credentials.values(), *links]
