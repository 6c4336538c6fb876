"""`ecdsa-sd-2023`: one signature over the mandatory statements, and one for each other statement.

Data Integrity ECDSA Cryptosuites 1.0, sections 3.5 and 3.6. The private-key steps belong to the
issuer; everything else is here. A base proof is for the holder, a derived one for readers. A base
proof is verified as well, over everything it covers: a credential is no less authentic because
its holder shares the whole of it (D27).
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contexts import BUNDLED, FrozenContexts, WorkLimitError, canonicalize
from contexts.errors import MintmarkError
from contexts.json_types import Json
from contexts.ntriples import quads_of
from contexts.rdfc import canonical_names
from verifier.parsing import base64url, pointers
from verifier.proof.cryptosuites import sd_proof_value
from verifier.proof.cryptosuites.sd_proof_value import BaseProof, DerivedProof
from verifier.proof.cryptosuites.statements import Statements, revealed
from verifier.proof.cryptosuites.suite import ProofValueError
from verifier.proof.cryptosuites.transformation import configure_rdfc
from verifier.public_keys.multikey import MultikeyError, PublicKey, from_bytes
from verifier.public_keys.signature import Holds, verify_ecdsa

MAX_STATEMENTS = 2_000
"""Each costs a signature check, about 0.1 ms; the fullest badge of the specification has 360."""

_configure = configure_rdfc()


class DisclosureError(MintmarkError, ValueError):
    """The derived proof cannot be made. The message says why."""


@dataclass(frozen=True, slots=True)
class BaseData:
    """What the issuer signs: the hashes with the issuer's key, each statement with a key made
    for this proof alone (3.6.2, 3.6.3)."""

    proof_hash: bytes
    mandatory_hash: bytes
    non_mandatory: tuple[bytes, ...]

    def to_sign(self, public_key: bytes) -> bytes:
        """Return what the base signature is over (3.5.1); `public_key` as in a Multikey."""
        return self.proof_hash + public_key + self.mandatory_hash


def base_data(
    document: Json,
    options: Json,
    hmac_key: bytes,
    mandatory_pointers: Sequence[str],
    *,
    contexts: FrozenContexts = BUNDLED,
    whole: bytes | None = None,
) -> BaseData:
    """Return what an issuer signs of `document` under proof `options` (3.6.2, 3.6.3).

    `whole` is the canonical form of `document` without its proofs, where the caller has it.

    Raises `contexts.CanonicalizationError`, and `ProofValueError` for pointers that do not
    point into the document.
    """
    document = unsecured(document)
    statements = Statements(document, hmac_key, contexts, whole=whole)
    try:
        mandatory = set(statements.indexes(statements.at(mandatory_pointers)))
    except pointers.PointerError as exc:
        raise ProofValueError(str(exc)) from exc
    return _data(document, options, statements.lines, mandatory, contexts)


def each_signed(data: BaseData, proof: BaseProof | DerivedProof) -> bool:
    """Whether the proof has a signature of its own key for each statement that is not mandatory.

    Raises `ProofValueError` for a key that cannot be read.
    """
    try:
        key = from_bytes(proof.public_key)
    except MultikeyError as exc:
        raise ProofValueError(str(exc)) from exc
    return (
        _is_p256(key)
        and len(proof.signatures) == len(data.non_mandatory)
        and all(
            verify_ecdsa(key, statement, signature)
            for statement, signature in zip(data.non_mandatory, proof.signatures, strict=True)
        )
    )


@dataclass(frozen=True, slots=True)
class SelectiveDisclosure:
    """The row of `ecdsa-sd-2023` among the cryptosuites."""

    name: str = "ecdsa-sd-2023"
    proof_type: str = "DataIntegrityProof"
    base_data: Callable[..., BaseData] = base_data
    each_signed: Callable[[BaseData, BaseProof | DerivedProof], bool] = each_signed
    verify: Holds = verify_ecdsa

    def hash_of(self, key: PublicKey) -> str | None:
        """Return `sha256` for a P-256 key, the one kind that this suite has."""
        return "sha256" if _is_p256(key) else None

    def check(
        self, document: Json, proof: Json, key: PublicKey, *, contexts: FrozenContexts
    ) -> str | None:
        """Return the code of a proof that holds, None for one that does not (3.6.7)."""
        value = sd_proof_value.decode(proof.get("proofValue", ""))
        if isinstance(value, BaseProof):
            data = self.base_data(
                document, proof, value.hmac_key, value.mandatory_pointers, contexts=contexts
            )
            return "signature_verified_whole" if self._holds(data, value, key) else None
        derived = _derived_data(document, proof, value, contexts)
        if derived is None or not self._holds(derived, value, key):
            return None
        return "signature_verified_part"

    def _holds(self, data: BaseData, proof: BaseProof | DerivedProof, key: PublicKey) -> bool:
        """The issuer's signature first: without it nobody's statements are worth a check."""
        signed = data.to_sign(proof.public_key)
        return self.verify(key, signed, proof.base_signature) and self.each_signed(data, proof)


ECDSA_SD_2023 = SelectiveDisclosure()


def disclose(
    document: Json, proof: Json, selected: Sequence[str], *, contexts: FrozenContexts = BUNDLED
) -> dict[str, Any]:
    """Return the part of `document` at the mandatory and the `selected` pointers, with a
    derived proof under `proof` (3.5.4, 3.6.6).

    Raises `DisclosureError`, `contexts.CanonicalizationError`, `pointers.PointerError`.
    """
    base = _base_proof(proof)
    document = unsecured(document)
    statements = Statements(document, base.hmac_key, contexts)
    mandatory = statements.at(base.mandatory_pointers)
    combined = mandatory | statements.at(selected)
    places, must = statements.indexes(combined), set(statements.indexes(mandatory))
    optional = [place for place in range(len(statements.lines)) if place not in must]
    if len(optional) != len(base.signatures):
        raise DisclosureError("it was changed after signing")
    signature_at = dict(zip(optional, base.signatures, strict=True))
    labeled = canonical_names(quads_of("".join(combined)))
    value = DerivedProof(
        base_signature=base.base_signature,
        public_key=base.public_key,
        signatures=tuple(signature_at[place] for place in places if place not in must),
        labels={
            int(name.removeprefix("_:c14n")): base64url.decode(node[3:])
            for node, name in sorted(labeled.items(), key=_number)
        },
        mandatory_indexes=tuple(i for i, place in enumerate(places) if place in must),
    )
    part = pointers.select(document, [*base.mandatory_pointers, *selected])
    if part is None:
        raise DisclosureError("nothing in it must be shown and nothing was chosen")
    data = _derived_data(part, proof, value, contexts)
    if data is None or not each_signed(data, value):
        raise DisclosureError("it was changed after signing")
    return {**part, "proof": {**proof, "proofValue": sd_proof_value.encode(value)}}


def unsecured(document: Json) -> dict[str, Any]:
    """Return `document` without its proofs."""
    return {member: value for member, value in document.items() if member != "proof"}


def _base_proof(proof: Json) -> BaseProof:
    try:
        base = sd_proof_value.decode(proof.get("proofValue", ""))
    except ProofValueError as exc:
        raise DisclosureError(f"its proof is damaged: {exc}") from exc
    if isinstance(base, BaseProof):
        return base
    raise DisclosureError("it is itself a part of another; only the issuer's whole can be shared")


def _number(item: tuple[str, str]) -> int:
    return int(item[1].removeprefix("_:c14n"))


def _derived_data(
    document: Json, proof: Json, value: DerivedProof, contexts: FrozenContexts
) -> BaseData | None:
    """Return what must have been signed of a derived document (3.5.9), None if its proof does
    not fit it."""
    document = unsecured(document)
    lines = revealed(document, value.labels, contexts)
    mandatory = set(value.mandatory_indexes)
    if lines is None or any(index >= len(lines) for index in mandatory):
        return None
    return _data(document, proof, lines, mandatory, contexts)


def _data(
    document: Json,
    options: Json,
    lines: Sequence[str],
    mandatory: set[int],
    contexts: FrozenContexts,
) -> BaseData:
    if len(lines) > MAX_STATEMENTS:
        raise WorkLimitError(f"more than {MAX_STATEMENTS} statements, each signed by itself")
    options = {member: value for member, value in options.items() if member != "proofValue"}
    configured = canonicalize(_configure(document, options), contexts=contexts)
    must = "".join(text for index, text in enumerate(lines) if index in mandatory)
    return BaseData(
        proof_hash=hashlib.sha256(configured).digest(),
        mandatory_hash=hashlib.sha256(must.encode()).digest(),
        non_mandatory=tuple(t.encode() for i, t in enumerate(lines) if i not in mandatory),
    )


def _is_p256(key: PublicKey) -> bool:
    return getattr(getattr(key, "curve", None), "name", None) == "secp256r1"
