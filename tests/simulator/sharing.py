"""An issuer that signs badges whose holders can share less."""

from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from world import Issuer

from issuer.issuance.signing.selective import base_proof_value
from keys.file_signer import ecdsa
from verifier.checks.disclosure import mandatory_pointers
from verifier.public_keys import multikey


@dataclass
class SharingIssuer(Issuer):
    """An issuer with a P-256 key for `ecdsa-sd-2023` as well, as `#sd`."""

    sd_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def document(self) -> dict[str, Any]:
        document = super().document
        method = {
            "id": f"{self.did}#sd",
            "type": "Multikey",
            "controller": self.did,
            "publicKeyMultibase": multikey.encode(self.sd_key.public_key()),
        }
        document["verificationMethod"].append(method)
        document["assertionMethod"].append(method["id"])
        return document

    def share(
        self, document: dict[str, Any], pointers: tuple[str, ...] | None = None
    ) -> dict[str, Any]:
        """Return the document with a base proof; mandatory is what Mintmark makes mandatory."""
        options = {
            "type": "DataIntegrityProof",
            "cryptosuite": "ecdsa-sd-2023",
            "created": "2026-11-01T00:00:00Z",
            "verificationMethod": f"{self.did}#sd",
            "proofPurpose": "assertionMethod",
        }
        value = base_proof_value(
            document,
            options,
            mandatory_pointers=mandatory_pointers(document) if pointers is None else pointers,
            sign=lambda data: ecdsa(self.sd_key, data),
        )
        return {**document, "proof": [{**options, "proofValue": value}]}
