"""The cryptosuites of Data Integrity, one row each, without the private-key step (design D1).

>>> suite_of("DataIntegrityProof", "eddsa-rdfc-2022").name
'eddsa-rdfc-2022'
"""

from verifier.proof.cryptosuites.detached import DetachedSuite
from verifier.proof.cryptosuites.ecdsa_sd import ECDSA_SD_2023
from verifier.proof.cryptosuites.proof_value import decode_base58, encode_base58
from verifier.proof.cryptosuites.suite import Cryptosuite, Suite
from verifier.proof.cryptosuites.transformation import (
    configure_alone,
    configure_jcs,
    configure_rdfc,
    jcs,
    rdfc,
)
from verifier.public_keys.signature import (
    ecdsa_hash,
    eddsa_hash,
    verify_ecdsa,
    verify_eddsa,
)

_DATA_INTEGRITY = "DataIntegrityProof"
_ED25519_2018 = "https://w3id.org/security/suites/ed25519-2018/v1"
_ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
_EDDSA = (eddsa_hash, encode_base58, decode_base58(64), verify_eddsa)
_ECDSA = (ecdsa_hash, encode_base58, decode_base58(64, 96), verify_ecdsa)

# Those that hash, then sign: name, type of the proof, transformation, configuration, then hash,
# encoding and verification
SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite("eddsa-rdfc-2022", _DATA_INTEGRITY, rdfc, configure_rdfc(), *_EDDSA),
        Suite("eddsa-jcs-2022", _DATA_INTEGRITY, jcs, configure_jcs, *_EDDSA, keeps_contexts=True),
        Suite("ecdsa-rdfc-2019", _DATA_INTEGRITY, rdfc, configure_rdfc(), *_ECDSA),
        Suite("ecdsa-jcs-2019", _DATA_INTEGRITY, jcs, configure_jcs, *_ECDSA, keeps_contexts=True),
        # To read only: drafts that badges in use still carry (OB-67).
        Suite("eddsa-2022", _DATA_INTEGRITY, rdfc, configure_rdfc(), *_EDDSA, legacy=True),
        Suite(
            "Ed25519Signature2020",
            "Ed25519Signature2020",
            rdfc,
            configure_rdfc(_ED25519_2020),
            *_EDDSA,
            legacy=True,
        ),
        DetachedSuite(
            "Ed25519Signature2018",
            "Ed25519Signature2018",
            rdfc,
            configure_alone(_ED25519_2018),
            *_EDDSA,
            legacy=True,
        ),
    )
}


_ALL: dict[str, Cryptosuite] = {**SUITES, ECDSA_SD_2023.name: ECDSA_SD_2023}


def suite_of(proof_type: str, cryptosuite: str | None) -> Cryptosuite | None:
    """Return the suite of a proof by its `type` and `cryptosuite`, or None if it is not known."""
    suite = _ALL.get(proof_type if cryptosuite is None else cryptosuite)
    return suite if suite is not None and suite.proof_type == proof_type else None


__all__ = ["ECDSA_SD_2023", "SUITES", "Cryptosuite", "Suite", "suite_of"]
