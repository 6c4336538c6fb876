"""The interface to a private key, wherever it lives: a file today, an HSM or a KMS tomorrow.

signature = signer.sign(data)
is_signature(signer.public_key, signature, data)  # True
"""

from typing import Protocol

from contexts.errors import MintmarkError
from verifier.public_keys.multikey import PublicKey
from verifier.public_keys.signature import verify_jose


class KeysError(MintmarkError):
    """The keys cannot be used as asked. The message says what is wrong and the remedy."""


class SigningError(KeysError):
    """The key is there but did not sign: locked, unplugged, or refused by its keeper."""


class Signer(Protocol):
    """Something that signs bytes with one key for one use.

    `algorithm` is `Ed25519` or the name that JOSE has; a signature has the form of RFC 7518,
    section 3: r ‖ s for ES256 and ES384, PKCS #1 for RS256.
    """

    @property
    def verification_method(self) -> str:
        """The DID URL under which the public key is published."""

    @property
    def algorithm(self) -> str:
        """A value of `keys.entry.ALGORITHMS`."""

    @property
    def public_key(self) -> PublicKey:
        """The public half, with which every new signature is verified before it is stored."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature over `data`, not verified yet: see `is_signature`. Raises
        `SigningError` if the key cannot be used."""


def is_signature(public_key: PublicKey, signature: bytes, data: bytes) -> bool:
    """True if `signature` over `data` verifies with `public_key`, in the form `Signer` gives."""
    return verify_jose(public_key, data, signature)
