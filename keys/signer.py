"""The seam behind which a private key lives: a file today, an HSM or a KMS tomorrow."""

from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from verifier.multikey import PublicKey

ES256_COORDINATE = 32
"""An ES256 signature is r and s of this many bytes each (RFC 7518, section 3.4)."""


class KeysError(Exception):
    """The keys cannot be used as asked. The message says what is wrong and the remedy."""


class SigningError(KeysError):
    """The key is there but did not sign: locked, unplugged, or refused by its keeper."""


class Signer(Protocol):
    """Something that signs bytes with one key for one use.

    `algorithm` is `Ed25519` or `ES256`; an ES256 signature is the 64 bytes r ‖ s of
    RFC 7518, section 3.4, made over the SHA-256 of the data.
    """

    @property
    def verification_method(self) -> str:
        """The DID URL under which the public key is published."""

    @property
    def algorithm(self) -> str:
        """`Ed25519` or `ES256`."""

    @property
    def public_key(self) -> PublicKey:
        """The public half, with which every new signature is verified before it is stored."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature over `data`. Raises `SigningError` if the key cannot be used."""


def is_signature(public_key: PublicKey, signature: bytes, data: bytes) -> bool:
    """Return whether `signature` is one by `public_key` over `data`, in the form `Signer` gives."""
    if len(signature) != 2 * ES256_COORDINATE:  # 64 bytes for Ed25519 too
        return False
    try:
        if isinstance(public_key, ed25519.Ed25519PublicKey):
            public_key.verify(signature, data)
        else:
            r, s = signature[:ES256_COORDINATE], signature[ES256_COORDINATE:]
            der = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
            public_key.verify(der, data, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
