"""The two kinds of `proofValue` of `ecdsa-sd-2023`, base and derived: encode and decode.

Data Integrity ECDSA Cryptosuites 1.0, sections 3.5.2, 3.5.3, 3.5.7 and 3.5.8: multibase
base64url of three header bytes and a CBOR array of five.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeGuard

from verifier.parsing import base64url
from verifier.proof.cryptosuites import cbor
from verifier.proof.cryptosuites.suite import ProofValueError

BASE, DERIVED = b"\xd9\x5d\x00", b"\xd9\x5d\x01"
SIGNATURE, PUBLIC_KEY, HMAC_KEY, LABEL = 64, 35, 32, 32
MAX_CHARS = 300_000
"""About 3,000 signatures; the fullest badge of the specification has about 360 statements."""


@dataclass(frozen=True, slots=True)
class BaseProof:
    """What the issuer hands to the holder: a signature for each statement that may be shared."""

    base_signature: bytes
    public_key: bytes
    hmac_key: bytes
    signatures: tuple[bytes, ...]
    mandatory_pointers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DerivedProof:
    """What the holder hands on: the signatures of what is shown, and how to name its nodes.

    `labels` gives for the number in `_:c14n3` the secret label under which it was signed.
    """

    base_signature: bytes
    public_key: bytes
    signatures: tuple[bytes, ...]
    labels: Mapping[int, bytes]
    mandatory_indexes: tuple[int, ...]


def encode(proof: BaseProof | DerivedProof) -> str:
    """Return the `proofValue` of a proof."""
    signed = (proof.base_signature, proof.public_key)
    if isinstance(proof, BaseProof):
        base = (*signed, proof.hmac_key, proof.signatures, proof.mandatory_pointers)
        return "u" + base64url.encode(BASE + cbor.encode(base))
    derived = (*signed, proof.signatures, proof.labels, proof.mandatory_indexes)
    return "u" + base64url.encode(DERIVED + cbor.encode(derived))


@lru_cache(maxsize=4)  # one verification asks for the same one several times
def decode(proof_value: str) -> BaseProof | DerivedProof:
    """Return the proof in a `proofValue`; `ProofValueError` for any other text."""
    if len(proof_value) > MAX_CHARS or not proof_value.startswith("u"):
        raise ProofValueError("not multibase base64url of an ecdsa-sd-2023 proof")
    try:
        data = base64url.decode(proof_value[1:])
        header, parts = data[:3], cbor.decode(data[3:])
    except (base64url.Base64UrlError, cbor.CborError) as exc:
        raise ProofValueError(str(exc)) from exc
    if isinstance(parts, list) and len(parts) == 5:
        base_signature, public_key, third, fourth, fifth = parts
        if _is_bytes(base_signature, SIGNATURE) and _is_bytes(public_key, PUBLIC_KEY):
            read = {BASE: _base, DERIVED: _derived}.get(header)
            proof = read and read(base_signature, public_key, third, fourth, fifth)
            if proof:
                return proof
    raise ProofValueError("not the five parts of an ecdsa-sd-2023 proof")


def _base(signature: bytes, key: bytes, hmac_key: Any, signed: Any, at: Any) -> BaseProof | None:
    if not (_is_bytes(hmac_key, HMAC_KEY) and _are_signatures(signed) and isinstance(at, list)):
        return None
    if not all(isinstance(pointer, str) for pointer in at):
        return None
    return BaseProof(signature, key, hmac_key, tuple(signed), tuple(at))


def _derived(
    signature: bytes, key: bytes, signed: Any, labels: Any, at: Any
) -> DerivedProof | None:
    if not (_are_signatures(signed) and isinstance(labels, dict) and isinstance(at, list)):
        return None
    if not all(_is_bytes(label, LABEL) for label in labels.values()):
        return None
    if not all(isinstance(index, int) for index in at) or len(set(at)) != len(at):
        return None
    return DerivedProof(signature, key, tuple(signed), labels, tuple(at))


def _is_bytes(item: Any, length: int) -> TypeGuard[bytes]:
    return isinstance(item, bytes) and len(item) == length


def _are_signatures(items: Any) -> TypeGuard[list[bytes]]:
    return isinstance(items, list) and all(_is_bytes(item, SIGNATURE) for item in items)
