"""The seam behind which a private key lives: a file today, an HSM or a KMS tomorrow."""

from typing import Protocol

from verifier.multikey import PublicKey


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


class SigningError(Exception):
    """The key is there but did not sign: locked, unplugged, or refused by its keeper."""
