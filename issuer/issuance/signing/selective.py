"""Making a base proof of `ecdsa-sd-2023`: the one proof that takes more than one signature.

Data Integrity ECDSA Cryptosuites 1.0, sections 3.6.2 to 3.6.5. It is for the holder alone,
who can make copies from it that show less.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence

from cryptography.hazmat.primitives.asymmetric import ec

from contexts import BUNDLED, FrozenContexts
from contexts.json_types import Json
from issuer.issuance.signing.own_signatures import all_hold
from keys.file_signer import ecdsa
from keys.signer import SigningError
from verifier.proof.computed import Computed
from verifier.proof.cryptosuites import sd_proof_value
from verifier.proof.cryptosuites.sd_proof_value import HMAC_KEY, BaseProof
from verifier.public_keys import multikey


def base_proof_value(
    document: Json,
    options: Json,
    *,
    mandatory_pointers: Sequence[str],
    sign: Callable[[bytes], bytes],
    computed: Computed | None = None,
    contexts: FrozenContexts = BUNDLED,
) -> str:
    """Return the `proofValue` of a base proof; `sign` signs with the issuer's key.

    The key of the statements is made for this proof and then discarded: it could add statements
    to this one credential. So their signatures are checked here, while it is at hand, and
    `computed` learns that they hold. Raises `contexts.CanonicalizationError`, and `SigningError`
    if one does not.
    """
    computed = computed or Computed()
    hmac_key = secrets.token_bytes(HMAC_KEY)
    data = computed.base_data(document, options, hmac_key, mandatory_pointers, contexts=contexts)
    scoped_key = ec.generate_private_key(ec.SECP256R1())
    public_key = multikey.to_bytes(scoped_key.public_key())
    signatures = sign_statements(scoped_key, data.non_mandatory)
    if not all_hold(scoped_key, multikey.from_bytes(public_key), data.non_mandatory, signatures):
        raise SigningError(
            "a signature of one statement does not verify: nothing was signed (check the"
            " machine's memory)"
        )
    computed.each_holds(public_key, data.non_mandatory, signatures)
    return sd_proof_value.encode(
        BaseProof(
            base_signature=sign(data.to_sign(public_key)),
            public_key=public_key,
            hmac_key=hmac_key,
            signatures=signatures,
            mandatory_pointers=tuple(mandatory_pointers),
        )
    )


def sign_statements(
    key: ec.EllipticCurvePrivateKey, statements: Iterable[bytes]
) -> tuple[bytes, ...]:
    """Return a signature for each statement."""
    return tuple([ecdsa(key, statement) for statement in statements])
