"""What a cryptosuite is: the steps of Data Integrity 1.0, section 4, as functions in a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contexts import BUNDLED, FrozenContexts
from verifier.multikey import PublicKey

Json = Mapping[str, Any]


class ProofValueError(ValueError):
    """The `proofValue` is not in the encoding that its cryptosuite prescribes."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One cryptosuite.

    `transform` gives the bytes that stand for a document, `digest` their hash, `encode` and
    `decode` the `proofValue`, and `verify` the answer for a key, the hash data and a signature.
    """

    name: str
    transform: Callable[[Json, FrozenContexts], bytes]
    digest: Callable[[bytes], bytes]
    encode: Callable[[bytes], str]
    decode: Callable[[str], bytes]
    verify: Callable[[PublicKey, bytes, bytes], bool]

    def hash_data(
        self, document: Json, proof: Json, *, contexts: FrozenContexts = BUNDLED
    ) -> bytes:
        """Return the bytes that are signed: the hash of the proof options, then the document's.

        `document` may still hold its proof and `proof` its `proofValue`; both are left out.
        Raises `contexts.CanonicalizationError`.
        """
        unsecured = {key: value for key, value in document.items() if key != "proof"}
        options = {key: value for key, value in proof.items() if key != "proofValue"}
        options["@context"] = document.get("@context")
        return self.digest(self.transform(options, contexts)) + self.digest(
            self.transform(unsecured, contexts)
        )
