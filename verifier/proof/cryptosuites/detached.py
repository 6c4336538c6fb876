"""`Ed25519Signature2018`: a detached JWS over the hashes that the RDFC suites sign (RFC 7797)."""

from dataclasses import dataclass

from contexts import FrozenContexts
from contexts.json_types import Json
from verifier.parsing import base64url, strict_json
from verifier.proof.cryptosuites.suite import ProofValueError, Suite
from verifier.public_keys.multikey import PublicKey

_HEADER = {"alg": "EdDSA", "b64": False, "crit": ["b64"]}


@dataclass(frozen=True, slots=True)
class DetachedSuite(Suite):
    """A suite whose proofs hold a JWS without its payload in the member `jws`."""

    member: str = "jws"

    def check(
        self, document: Json, proof: Json, key: PublicKey, *, contexts: FrozenContexts
    ) -> str | None:
        """As `Cryptosuite.check`."""
        header, signature = _parts(proof.get("jws"))
        signed = header + b"." + self.hash_data(document, proof, key, contexts=contexts)
        return "signature_verified_legacy" if self.verify(key, signed, signature) else None


def _parts(jws: object) -> tuple[bytes, bytes]:
    """Return the header as it stands, and the signature; `ProofValueError` for another JWS."""
    header, _, signature = str(jws).partition("..")
    try:
        if strict_json.loads(base64url.decode(header)) != _HEADER:
            raise ProofValueError("not a detached JWS by EdDSA")
        return header.encode(), base64url.decode(signature)
    except (base64url.Base64UrlError, strict_json.StrictJsonError) as exc:
        raise ProofValueError(str(exc)) from exc
