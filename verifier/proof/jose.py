"""VC-JWT: a strict reader and writer of compact JWS (Open Badges 3.0, section 8.3).

Extra headers, padding, and algorithms that do not fit the key are refused before any key is used
(design D15, T7). jwcrypto only reads keys; tests compare our results with its own verification.

>>> parse("not a token")
Traceback (most recent call last):
...
verifier.proof.jose.JoseError: not three parts divided by dots
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from contexts.errors import MintmarkError
from contexts.json_types import Json
from verifier.parsing import base64url, strict_json
from verifier.public_keys.jwk import to_jwk
from verifier.public_keys.multikey import PublicKey
from verifier.public_keys.signature import Holds, verify_jose

ALGORITHMS: dict[str, tuple[str, str | None, int | None]] = {
    "ES256": ("EC", "P-256", 64),
    "ES384": ("EC", "P-384", 96),
    "ES512": ("EC", "P-521", 132),
    "EdDSA": ("OKP", "Ed25519", 64),
    "Ed25519": ("OKP", "Ed25519", 64),  # its newer name (RFC 9864)
    "RS256": ("RSA", None, None),
}
"""Algorithm to the key type and curve that it is bound to, and the bytes of its signature (RSA:
those of the key). `none` and HMAC never appear (T7)."""
UNREAD = {"ES256K", "RS384", "RS512", "PS256", "PS384", "PS512", "Ed448"}
"""Algorithms that an honest issuer may use, and that are not read here."""
MAX_BYTES = strict_json.MAX_BYTES * 4 // 3 + 4096

_HEADERS = {"alg", "kid", "jwk", "typ", "cty", "x5c", "x5t", "x5t#S256", "iat", "sigT"}
"""Those of Open Badges (OB-58), and what a signature adds that is also one by ETSI's JAdES. The
certificate is never looked at: the key must be among those that the issuer lists (T6)."""
# `crit` may name that time, as it does in seals of Europass: reading over it changes nothing.
_FORBIDDEN = {"crit", "b64", "zip", "enc", "jku", "x5u", "epk"}
"""Headers that ask for other rules, or lead elsewhere: each has been a way to forge (T6, T7)."""
_VC_JOSE = {"VC+JWT", "VC+LD+JWT", "VC+LD+JSON+JWT", "VC-LD+JWT"}
"""What VC-JOSE-COSE calls a credential, and what its drafts did."""
_TYPES = {"JWT", *_VC_JOSE}
PRESENTATION_TYPES = {"JWT", "VP+JWT", "VP+LD+JWT", "VP+LD+JSON+JWT"}
SD_JWT = "SD-JWT"
"""A JWT whose holder shows parts, whatever stands before the `+` (RFC 9901, section 9.11)."""


class JoseError(MintmarkError, ValueError):
    """The text is not a JWS that a verifier may trust. `code` names the sentence; if `certain` is
    False, another verifier may accept it."""

    def __init__(self, code: str, detail: str, *, certain: bool = True) -> None:
        super().__init__(detail)
        self.certain = certain
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Jws:
    """A compact JWS, parsed strictly and not yet verified."""

    text: str
    header: Json
    payload: Json

    @property
    def kid(self) -> str | None:
        """The key that the header names: a hint where to look, never a proof (D4)."""
        return self.header.get("kid")

    @property
    def is_vc_jose(self) -> bool:
        """Whether it is one of VC-JOSE-COSE by its type: its `nbf` and `exp` say when the signature
        holds, not when the credential does ("JOSE Header Parameters and JWT Claims")."""
        if "vc" in self.payload:
            return False
        name = type_name(self.header.get("typ"))
        return name in _VC_JOSE or (name == SD_JWT and "@context" in self.payload)


def parse(text: str, types: Collection[str] = _TYPES) -> Jws:
    """Return the parts of a compact JWS, of one of some `types`.

    Raises `JoseError` for other than three canonical base64url parts of strict JSON, an
    algorithm not in `ALGORITHMS`, and any header parameter that OB-58 does not allow.
    """
    if "~" in text:
        raise JoseError("sd_jwt", "the disclosures of an SD-JWT", certain=False)
    parts = text.split(".")
    if len(text) > MAX_BYTES or len(parts) != 3:
        raise JoseError("not_a_jwt", "not three parts divided by dots")
    try:
        header, payload = (strict_json.loads_object(base64url.decode(part)) for part in parts[:2])
        base64url.decode(parts[2])
    except (base64url.Base64UrlError, strict_json.StrictJsonError) as exc:
        raise JoseError("not_a_jwt", str(exc)) from exc
    _check_header(header, types)
    return Jws(text, header, payload)


def _check_header(header: Json, types: Collection[str]) -> None:
    known = _HEADERS | ({"crit"} if header.get("crit") == ["sigT"] else set())
    if extra := sorted(header.keys() - known):
        detail = f"the header has {', '.join(map(repr, extra))[:200]}"
        raise JoseError("jwt_header", detail, certain=not _FORBIDDEN.isdisjoint(extra))
    if not isinstance(header.get("alg"), str) or header["alg"] not in ALGORITHMS:
        algorithm = str(header.get("alg"))
        raise JoseError("jwt_algorithm", algorithm[:40], certain=algorithm not in UNREAD)
    _check_type(header.get("typ", "JWT"), types)
    if not isinstance(header.get("kid", ""), str) or not isinstance(header.get("jwk", {}), dict):
        raise JoseError("jwt_header", "kid is not text or jwk is not an object")
    if "jwk" in header and "d" in header["jwk"]:
        raise JoseError("jwt_header", "jwk holds a private key")


def _check_type(kind: Any, types: Collection[str]) -> None:
    if not isinstance(kind, str):
        raise JoseError("jwt_header", f"the header has typ {str(kind)[:40]!r}")
    name = type_name(kind)
    if name not in types:
        raise JoseError("sd_jwt" if name == SD_JWT else "jwt_type", kind[:40], certain=False)


def type_name(kind: Any) -> str:
    """Return a `typ` in capitals, without what it may leave out (RFC 7515, section 4.1.9); of any
    kind of SD-JWT its last part. "" for what is no text."""
    name = kind.upper().removeprefix("APPLICATION/") if isinstance(kind, str) else ""
    return SD_JWT if name.endswith(f"+{SD_JWT}") else name


def fits(algorithm: str, key: PublicKey) -> bool:
    """Whether `key` is of the type that `algorithm` requires."""
    jwk = to_jwk(key)
    return (jwk["kty"], jwk.get("crv")) == ALGORITHMS[algorithm][:2]


def verify(jws: Jws, key: PublicKey, holds: Holds = verify_jose) -> bool:
    """Whether `key` made the signature, as `holds` says of the bytes. The key must fit the
    algorithm, and the signature has a fixed length (RFC 7518, section 3.4)."""
    algorithm = jws.header["alg"]
    data, _, part = jws.text.rpartition(".")
    signature, length = base64url.decode(part), ALGORITHMS[algorithm][2]
    if not fits(algorithm, key) or len(signature) != (length or len(signature)):
        return False
    return holds(key, data.encode(), signature)


def signing_input(header: Json, payload: bytes) -> bytes:
    """Return the bytes that a JWS signs: `BASE64URL(header) . BASE64URL(payload)` (RFC 7515,
    5.1)."""
    protected = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    return f"{base64url.encode(protected)}.{base64url.encode(payload)}".encode()


def compact(signed: bytes, signature: bytes) -> str:
    """Return the compact JWS of a signing input and its signature."""
    return f"{signed.decode()}.{base64url.encode(signature)}"
