"""What wraps credentials: presentations, envelopes, and JSON beside a JWT (VCDM 2.0, sections 4.12
and 4.13; VCDM 1.1, section 6.3.1).

The wrapping is not judged. A presentation says who shows a credential, not who issued it; an
envelope is not signed; and JSON beside a JWT proves nothing.
"""

import base64
import json
import re
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from contexts.errors import MintmarkError
from contexts.json_types import Json
from verifier.credential.model import listed
from verifier.intake import handed_out
from verifier.parsing import base64url, strict_json
from verifier.proof import jwt_payload, sd_jwt
from verifier.structure.data_model import ENVELOPES

PRESENTATION = "presentation"
SIGNED_PRESENTATION = "presentation_jwt"
ENVELOPE = "envelope"
JWT_PROOF = "jwt_proof"
JWS_JSON = "jws_json"

MAX_ITEMS = 100
"""Of one presentation; the largest seen held a transcript."""
MAX_DEPTH = 4
"""An envelope in a presentation in an envelope is three deep."""

_NAMES = re.compile(
    r'"(?:VerifiablePresentation|EnvelopedVerifiable(?:Credential|Presentation)|JwtProof2020|vp'
    r'|protected)"'
)
_BEGINS_AS_ONE = re.compile(r'\{\s*"@context"')
_DATA_URL = re.compile(r"data:([^,]{0,200}),(.*)", re.IGNORECASE | re.DOTALL)


class Wrapped(NamedTuple):
    """The texts of the wrapped credentials, the codes of notes that describe the wrapping, and the
    text of the outermost presentation, if all of them are in it."""

    texts: tuple[str, ...]
    notes: tuple[str, ...]
    presentation: str = ""


class WrappingError(MintmarkError, ValueError):
    """The envelope holds something that is not read here. `code` names the sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def unwrap(text: str, depth: int = MAX_DEPTH) -> Wrapped | None:
    """Return what is wrapped in `text`, JSON or a token; None if it is not a wrapping.

    Raises `WrappingError` for an envelope that holds neither JSON nor a JWS.
    """
    document = _document(text)
    if document is None or depth == 0:
        return None
    note, items = _inside(document, is_jwt=text[0] != "{")
    texts = [_text(item) for item in items[:MAX_ITEMS] if isinstance(item, str | dict) and item]
    if not texts:
        return None
    parts = [unwrap(inner, depth - 1) or Wrapped((inner,), ()) for inner in texts]
    notes = dict.fromkeys([note, *(note for part in parts for note in part.notes)])
    shown = text if note in (PRESENTATION, SIGNED_PRESENTATION) else parts[0].presentation
    if len(parts) > 1 and note == "":  # handed out beside each other
        shown = ""
    texts = [text for part in parts for text in part.texts]
    return Wrapped(tuple(texts), tuple(filter(None, notes)), shown)


def presentation_in(text: str) -> str | None:
    """Return the text of a presentation, also of one in an envelope or without credentials."""
    if (wrapped := unwrap(text)) is not None:
        return wrapped.presentation or None
    document = _document(text)
    note = "" if document is None else _inside(document, is_jwt=text[0] != "{")[0]
    return text if note in (PRESENTATION, SIGNED_PRESENTATION) else None


def unwrap_object(item: Json) -> str | None:
    """Return the first credential in an object that wraps one, None for any other object."""
    wrapped = unwrap(_text(item))
    return None if wrapped is None else wrapped.texts[0]


def opened(text: str) -> str:
    """Return the first credential in what wraps one, and any other text as it is."""
    wrapped = unwrap(text)
    return text if wrapped is None else wrapped.texts[0]


def _document(text: str) -> Json | None:
    """Return the JSON of a text that may be a wrapping, or None; the parser reports errors
    later. Whatever begins as most credentials do is not read twice, unless it names a wrapping."""
    try:
        if "~" in text and not text.startswith("{"):
            return sd_jwt.parse(text).jws.payload
        data = text if text.startswith("{") else base64url.decode(text.split(".")[1]).decode()
        may_hold = data is text and not _BEGINS_AS_ONE.match(text)
        return strict_json.loads_object(data) if may_hold or _NAMES.search(data) else None
    except (IndexError, ValueError):
        return None


def _inside(document: Json, *, is_jwt: bool) -> tuple[str, list[Any]]:
    """Return what kind of wrapping a document is, and what is in it: nothing if it is none."""
    presentation = jwt_payload.presentation_in(document) if is_jwt else document
    kinds = listed(presentation.get("type"))
    if "VerifiablePresentation" in kinds:
        items = listed(presentation.get("verifiableCredential"))
        if is_jwt:  # one that its holder does not show (RFC 9901, section 4.2.4.2)
            items = [item for item in items if not (isinstance(item, dict) and [*item] == ["..."])]
        return SIGNED_PRESENTATION if is_jwt else PRESENTATION, items
    if ENVELOPES.intersection(kind for kind in kinds if isinstance(kind, str)):
        return ENVELOPE, [_data(document.get("id"))]
    proofs = [proof for proof in listed(document.get("proof")) if isinstance(proof, dict)]
    if proofs and all(proof.get("type") == "JwtProof2020" for proof in proofs):
        return JWT_PROOF, [proofs[0].get("jwt")]
    if "payload" in document:
        return JWS_JSON, _compact(document)
    return "", [] if is_jwt else handed_out.credentials_in(document)


def _compact(document: Json) -> list[str]:
    """Return each JWS of its JSON form as a compact one (RFC 7515, section 7.2), with what the
    holder shows of an SD-JWT (RFC 9901, section 8.1): what else stands in no protected header is
    left out."""
    signatures = [
        signature
        for signature in listed(document.get("signatures", document))
        if isinstance(signature, dict)
    ]
    return [
        f"{signature['protected']}.{document['payload']}.{signature['signature']}{_shown(signature)}"
        for signature in signatures
        if {"protected", "signature"} <= signature.keys()
    ]


def _shown(signature: Json) -> str:
    header = signature.get("header")
    if not isinstance(header, dict) or header.keys().isdisjoint(("disclosures", "kb_jwt")):
        return ""
    return "~".join(map(str, ["", *listed(header.get("disclosures")), header.get("kb_jwt", "")]))


def _data(url: Any) -> str:
    """Return the text in a `data:` URL (RFC 2397), whatever it calls its kind."""
    match = _DATA_URL.fullmatch(url) if isinstance(url, str) else None
    kind, data = match.groups() if match else ("an envelope without data", "")
    if "cose" in kind.lower():
        raise WrappingError("cose", kind)
    try:
        content = unquote_to_bytes(data)
        if kind.lower().endswith(";base64"):
            content = base64.b64decode(content, validate=True)
        text = content.decode().strip()
    except ValueError as exc:
        raise WrappingError("envelope_not_read", kind) from exc
    if not text.startswith("{") and text.count(".") < 2:
        raise WrappingError("envelope_not_read", kind)
    return text


def _text(item: Any) -> str:
    if isinstance(item, str):
        return item.strip()
    return json.dumps(item, ensure_ascii=False, separators=(",", ":"))
