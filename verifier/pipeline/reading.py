"""How a credential is read before it is judged (design D2, T1).

A signature over the canonical form covers statements, which JSON can arrange in many ways. So
every decision uses the arrangement of `contexts.reading`, which is the same for all of them.
Where JSON itself is signed (the JCS suites), the document is read as it is.
"""

from typing import NamedTuple

from contexts import (
    CanonicalizationError,
    FrozenContexts,
    Manner,
    NoOneReadingError,
    read,
)
from contexts.json_types import Json
from verifier.credential.model import listed
from verifier.proof.cryptosuites import SUITES
from verifier.proof.jwt_payload import check_writing
from verifier.report import Check, Outcome
from verifier.structure import schema
from verifier.structure.gate import SINGLE, check_structure, holds_many, holds_many_subjects

MANNER = Manner(
    lists=frozenset(schema.LISTS),
    addresses=frozenset({"statusListCredential", "url", "targetUrl", "achievedLevel"}),
    single=frozenset(SINGLE | schema.SINGLE),
    holds_many=holds_many,
)
OTHERS = Manner(
    addresses=MANNER.addresses, single=frozenset(SINGLE), holds_many=holds_many_subjects
)
"""The manner for credentials other than badges, whose claims are in their issuers' own terms."""
_JCS = [suite.name for suite in SUITES.values() if suite.keeps_contexts]


class Read(NamedTuple):
    """The document in its one arrangement, and the check of how it is written.

    `doubts` are the credentials inside whose own signatures have to hold
    (`contexts.reading.Reading.doubts`); `sure` is False if there may be another way to read it.
    """

    check: Check
    document: Json
    doubts: tuple[tuple[Json, bool], ...] = ()
    sure: bool = True


def reading(document: Json, contexts: FrozenContexts, manner: Manner = MANNER) -> Read:
    """Return a credential with an embedded proof in the arrangement in which it is read."""
    structure = check_structure(document)
    if structure.outcome is not Outcome.PASSED:
        return Read(structure, document)
    if _signs_json(document):
        return Read(check_writing(document, manner.holds_many), document)
    try:
        arrangement = read(document, manner, contexts=contexts)
        if arrangement is not None:
            return Read(structure, *arrangement)
    except NoOneReadingError as exc:
        code = "structure_list_for_one" if exc.detail else "structure_in_pieces"
        where = {"place": exc.detail[:200]} if exc.detail else {}
        return Read(Check("structure", Outcome.COULD_NOT_CHECK, code, where), document)
    except CanonicalizationError:  # what is amiss is for the check of the proof to say
        pass
    return Read(structure, document, sure=False)


def _signs_json(document: Json) -> bool:
    proofs = listed(document.get("proof"))
    names = [proof.get("cryptosuite") if isinstance(proof, dict) else None for proof in proofs]
    return bool(names) and all(name in _JCS for name in names)
