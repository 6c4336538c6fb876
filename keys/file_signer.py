"""Signers whose private key came out of a key file into this process's memory."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from keys.key_file import PrivateKey
from verifier.public_keys.multikey import PublicKey


@dataclass(frozen=True, slots=True)
class FileSigner:
    """A `Signer` whose signatures are deterministic, so that signing again changes nothing.

    `require_active` is called before each signature, so that a retired or compromised key stops at
    once, even in a process that has it open.
    """

    verification_method: str
    algorithm: str
    public_key: PublicKey
    private_key: PrivateKey = field(repr=False)
    require_active: Callable[[], None] = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """Return the signature over `data`, for the caller to verify (`Signer.sign`).

        Raises `SigningError` if the key is no longer active.
        """
        self.require_active()
        if isinstance(self.private_key, ed25519.Ed25519PrivateKey):
            return self.private_key.sign(data)
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(data, padding.PKCS1v15(), SHA256())
        return ecdsa(self.private_key, data)


_ALGORITHMS = {
    32: ec.ECDSA(SHA256(), deterministic_signing=True),
    48: ec.ECDSA(SHA384(), deterministic_signing=True),
}


def ecdsa(private_key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """Return r ‖ s, with the hash of the curve (P-256 or P-384) and the nonce of RFC 6979: no
    random numbers that could repeat or leak."""
    size = private_key.key_size // 8
    r, s = decode_dss_signature(private_key.sign(data, _ALGORITHMS[size]))
    return r.to_bytes(size) + s.to_bytes(size)
