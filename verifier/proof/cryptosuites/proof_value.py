"""The `proofValue` of suites that hold a plain signature: base58btc multibase."""

from collections.abc import Callable

from verifier.proof.cryptosuites.suite import ProofValueError
from verifier.public_keys.multikey import MultikeyError, base58_encode, multibase_decode


def encode_base58(signature: bytes) -> str:
    """Return the `proofValue` of a signature: base58btc multibase."""
    return "z" + base58_encode(signature)


def decode_base58(*lengths: int) -> Callable[[str], bytes]:
    """Return the decoding of a `proofValue` whose signature has one of these lengths in bytes."""

    def decode(proof_value: str) -> bytes:
        try:
            signature = multibase_decode(proof_value)
        except MultikeyError as exc:
            raise ProofValueError(str(exc)) from exc
        if len(signature) not in lengths:
            raise ProofValueError(f"the signature has {len(signature)} bytes")
        return signature

    return decode
