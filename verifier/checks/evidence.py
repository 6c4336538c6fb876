"""Evidence files: compare a file with the digest that was signed (design D9, OB-38)."""

import base64
import hashlib
import hmac

from verifier.credential.model import Credential
from verifier.public_keys.multikey import base58_encode, multibase_decode
from verifier.report import Check, Outcome

_MULTIHASH = {b"\x12\x20": "sha256", b"\x20\x30": "sha384", b"\x13\x40": "sha512"}
BARE_BYTES = hashlib.sha256().digest_size


def digest_multibase(sha256: bytes) -> str:
    """Return the `digestMultibase` of a SHA-256: base58btc of its multihash (VCDM 2.0, 5.3)."""
    return "z" + base58_encode(b"\x12\x20" + sha256)


def check_evidence(credential: Credential, file: bytes) -> Check:
    """Check that `file` is one of the credential's pieces of evidence, unchanged."""
    digests = [(item.digest, item.name or "") for item in credential.evidence if item.digest]
    if not digests:
        return Check("evidence", Outcome.COULD_NOT_CHECK, "evidence_without_digest")
    for digest, name in digests:
        if is_digest_of(digest, file):
            return Check("evidence", Outcome.PASSED, "evidence_unchanged", {"name": name})
    return Check("evidence", Outcome.FAILED, "evidence_not_this_file")


def is_digest_of(text: str, file: bytes) -> bool:
    """Whether a `digestMultibase` is that of `file` (Data Integrity 1.0, section 2.6)."""
    name, digest = hash_and_digest(text) or ("", b"")
    return bool(name) and hmac.compare_digest(hashlib.new(name, file).digest(), digest)


def hash_and_digest(text: str) -> tuple[str, bytes] | None:
    """Return the name of the hash in a `digestMultibase`, and the digest; None if it holds none.

    32 bytes without the name of a hash are a SHA-256: W3C's own test suite writes it so.
    """
    try:
        if text.startswith("u"):
            multihash = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        else:
            multihash = multibase_decode(text)
    except ValueError:
        return None
    if len(multihash) == BARE_BYTES:
        return "sha256", multihash
    name = _MULTIHASH.get(multihash[:2])
    return None if name is None else (name, multihash[2:])
