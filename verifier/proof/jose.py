"""VC-JWT: a strict reader of compact JWS, and its assembly (Open Badges 3.0, section 8.3).

What readers are lenient about (extra headers, padding, algorithms a key does not fit) is settled
before any key is looked at (design D15, T7). jwcrypto reads keys; signatures are checked by the
functions that check those of proofs, and jwcrypto's own reading of them is the oracle in tests.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from verifier.parsing import strict_json
from verifier.public_keys.multikey import PublicKey, ed25519_key

if TYPE_CHECKING:
    from jwcrypto.jwk import JWK

ALGORITHMS: dict[str, tuple[str, str | None, int | None]] = {
    "ES256": ("EC", "P-256", 64),
    "ES384": ("EC", "P-384", 96),
    "EdDSA": ("OKP", "Ed25519", 64),
    "Ed25519": ("OKP", "Ed25519", 64),  # its newer name (RFC 9864)
    "RS256": ("RSA", None, None),
}
"""Algorithm to the key type and curve that it is bound to, and the bytes of its signature (RSA:
those of the key). `none` and HMAC never appear (T7)."""
UNREAD = {"ES256K", "ES512", "RS384", "RS512", "PS256", "PS384", "PS512", "Ed448"}
"""Algorithms that an honest issuer may use, and that are not read here."""
RSA_BITS = range(2048, 8193)
"""Shorter keys can be broken (RFC 7518, section 3.3); longer ones only cost time."""
MAX_RSA_EXPONENT = 2**32
MAX_BYTES = strict_json.MAX_BYTES * 4 // 3 + 4096

_HEADERS = {"alg", "kid", "jwk", "typ", "cty", "x5c", "x5t", "x5t#S256", "iat", "sigT"}
"""Those of Open Badges (OB-58), and what a signature adds that is also one by ETSI's JAdES. The
certificate is never looked at: the key must be among those that the issuer lists (T6)."""
_FORBIDDEN = {"crit", "b64", "zip", "enc", "jku", "x5u", "epk"}
"""Headers that ask for other rules, or lead elsewhere: each has been a way to forge (T6, T7)."""
_TYPES = {"JWT", "VC+JWT", "VC+LD+JWT", "VC+LD+JSON+JWT", "VC-LD+JWT"}
"""What VC-JOSE-COSE calls a credential, and what its drafts did."""
_SD_TYPES = {"VC+SD-JWT", "DC+SD-JWT", "VC+LD+JSON+SD-JWT", "SD-JWT"}
"""A JWT whose holder shows parts (RFC 9901), by the names that credentials give to it."""

Json = Mapping[str, Any]


class JoseError(ValueError):
    """The text is not a JWS that a verifier may trust. `code` is a row of the words; if not
    `certain`, another verifier may well."""

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


def parse(text: str) -> Jws:
    """Return the parts of a compact JWS.

    Raises `JoseError` for other than three canonical base64url parts of strict JSON, an
    algorithm not in `ALGORITHMS`, and any header parameter that OB-58 does not allow.
    """
    if "~" in text:
        raise JoseError("sd_jwt", "the disclosures of an SD-JWT", certain=False)
    parts = text.split(".")
    if len(text) > MAX_BYTES or len(parts) != 3:
        raise JoseError("not_a_jwt", "not three parts divided by dots")
    try:
        header = strict_json.loads_object(decode_part(parts[0]))
        payload = strict_json.loads_object(decode_part(parts[1]))
    except strict_json.StrictJsonError as exc:
        raise JoseError("not_a_jwt", str(exc)) from exc
    decode_part(parts[2])
    _check_header(header)
    return Jws(text, header, payload)


def _check_header(header: Json) -> None:
    if extra := sorted(header.keys() - _HEADERS):
        said = f"the header has {', '.join(map(repr, extra))[:200]}"
        raise JoseError("jwt_header", said, certain=not _FORBIDDEN.isdisjoint(extra))
    if not isinstance(header.get("alg"), str) or header["alg"] not in ALGORITHMS:
        algorithm = str(header.get("alg"))
        raise JoseError("jwt_algorithm", algorithm[:40], certain=algorithm not in UNREAD)
    _check_type(header.get("typ", "JWT"))
    if not isinstance(header.get("kid", ""), str) or not isinstance(header.get("jwk", {}), dict):
        raise JoseError("jwt_header", "kid is not text or jwk is not an object")
    if "jwk" in header and "d" in header["jwk"]:
        raise JoseError("jwt_header", "jwk holds a private key")


def _check_type(kind: Any) -> None:
    if not isinstance(kind, str):
        raise JoseError("jwt_header", f"the header has typ {str(kind)[:40]!r}")
    name = kind.upper().removeprefix("APPLICATION/")
    if name not in _TYPES:
        raise JoseError("sd_jwt" if name in _SD_TYPES else "jwt_type", kind[:40], certain=False)


def fits(algorithm: str, key: PublicKey) -> bool:
    """Whether `key` is of the kind that `algorithm` is bound to."""
    jwk = to_jwk(key)
    return (jwk["kty"], jwk.get("crv")) == ALGORITHMS[algorithm][:2]


def verify(jws: Jws, key: PublicKey) -> bool:
    """Whether the signature was made by `key`, which must be of the algorithm's own kind and has
    one form, of fixed length (RFC 7518, section 3.4)."""
    from verifier.public_keys.signature import verify_jose  # its package needs this module

    algorithm = jws.header["alg"]
    data, _, part = jws.text.rpartition(".")
    signature, length = decode_part(part), ALGORITHMS[algorithm][2]
    if not fits(algorithm, key) or len(signature) != (length or len(signature)):
        return False
    return verify_jose(key, data.encode(), signature)


def to_jwk(key: PublicKey) -> dict[str, str]:
    """Return a public key as a JWK (RFC 7517, RFC 8037): its `kty` and what that one needs."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": encode_part(key.public_bytes_raw())}
    if isinstance(key, rsa.RSAPublicKey):
        rsa_numbers = key.public_numbers()
        n, e = (
            encode_part(number.to_bytes((number.bit_length() + 7) // 8))
            for number in (rsa_numbers.n, rsa_numbers.e)
        )
        return {"kty": "RSA", "n": n, "e": e}
    size = (key.curve.key_size + 7) // 8
    numbers = key.public_numbers()
    x, y = (encode_part(number.to_bytes(size)) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": f"P-{key.curve.key_size}", "x": x, "y": y}


def public_key(jwk: Json) -> PublicKey:
    """Return the key of a public Ed25519, P-256, P-384 or RSA JWK; `JoseError` for any other."""
    try:
        key = _jwk(jwk).get_op_key("verify")
        if isinstance(key, ed25519.Ed25519PublicKey):
            return ed25519_key(key.public_bytes_raw())
    except Exception as exc:  # jwcrypto raises what its parts raise: KeyError, TypeError, …
        raise JoseError("jwk_malformed", f"not a public key: {exc}") from exc
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return key
    if isinstance(key, rsa.RSAPublicKey):
        sound = key.key_size in RSA_BITS and key.public_numbers().e < MAX_RSA_EXPONENT
        if sound:
            return key
    raise JoseError("jwk_malformed", "not an Ed25519, P-256, P-384 or RSA key of sound size")


_CURVES = {"secp256r1", "secp384r1"}
_PUBLIC_MEMBERS = {"kty", "crv", "x", "y", "n", "e"}


def _jwk(jwk: Json) -> "JWK":
    """Only public members reach the library: a document may not hand us a private key."""
    from jwcrypto.jwk import JWK

    return JWK(**{name: value for name, value in jwk.items() if name in _PUBLIC_MEMBERS})


def signing_input(header: Json, payload: bytes) -> bytes:
    """Return what a JWS signs: `BASE64URL(header) . BASE64URL(payload)` (RFC 7515, 5.1)."""
    protected = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    return f"{encode_part(protected)}.{encode_part(payload)}".encode()


def compact(signed: bytes, signature: bytes) -> str:
    """Return the compact JWS of a signing input and its signature."""
    return f"{signed.decode()}.{encode_part(signature)}"


def encode_part(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_part(part: str) -> bytes:
    """Return the bytes of canonical base64url; `JoseError` for padding or stray bits."""
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as exc:  # not ASCII, or one character too many
        raise JoseError("not_a_jwt", "a part is not base64url") from exc
    if not part or encode_part(data) != part:  # what is no base64url was left out of the data
        raise JoseError("not_a_jwt", "a part is not canonical base64url")
    return data
