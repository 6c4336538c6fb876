"""`eddsa-rdfc-2022`: Ed25519 over RDFC-1.0 and SHA-256 (Data Integrity EdDSA 1.0, section 3.2)."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contexts import FrozenContexts, canonicalize
from verifier.cryptosuites.suite import Json, ProofValueError, Suite
from verifier.multikey import MultikeyError, PublicKey, base58_encode, multibase_decode


def rdfc(document: Json, contexts: FrozenContexts) -> bytes:
    """Return the canonical N-Quads of `document` in UTF-8."""
    return canonicalize(document, contexts=contexts).encode()


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 of `data`."""
    return hashlib.sha256(data).digest()


def encode_base58(signature: bytes) -> str:
    """Return the `proofValue` of a signature: base58btc multibase."""
    return "z" + base58_encode(signature)


def decode_base58(proof_value: str) -> bytes:
    """Return the 64 bytes of a `proofValue`; `ProofValueError` for anything else."""
    try:
        signature = multibase_decode(proof_value)
    except MultikeyError as exc:
        raise ProofValueError(str(exc)) from exc
    if len(signature) != 64:
        raise ProofValueError(f"the signature has {len(signature)} bytes, not 64")
    return signature


def verify_ed25519(key: PublicKey, data: bytes, signature: bytes) -> bool:
    """Whether `signature` over `data` was made by `key` (RFC 8032); False for other keys."""
    if not isinstance(key, Ed25519PublicKey):
        return False
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


EDDSA_RDFC_2022 = Suite(
    name="eddsa-rdfc-2022",
    transform=rdfc,
    digest=sha256,
    encode=encode_base58,
    decode=decode_base58,
    verify=verify_ed25519,
)
