"""Selective disclosure: what a copy of an Open Badge must show, what its holder may leave out, and
how a copy is made.

A holder may leave out details, but never what limits the credential or says what it is about.
Otherwise a revoked badge could be made to look current.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from contexts import BUNDLED, CanonicalizationError, FrozenContexts
from contexts.json_types import Json
from verifier.credential.model import Credential, listed
from verifier.parsing import pointers
from verifier.parsing.pointers import PointerError
from verifier.proof.cryptosuites import ECDSA_SD_2023, ecdsa_sd, sd_proof_value
from verifier.proof.cryptosuites.ecdsa_sd import DisclosureError
from verifier.proof.cryptosuites.sd_proof_value import BaseProof, DerivedProof
from verifier.proof.cryptosuites.statements import revealed
from verifier.proof.cryptosuites.suite import ProofValueError
from verifier.report import Check, Outcome
from verifier.structure.gate import check_structure

_CREDENTIALS = "<https://www.w3.org/2018/credentials#"
_STATUS = f"{_CREDENTIALS}credentialStatus>"
_BEGINS = (f"{_CREDENTIALS}validFrom>", f"{_CREDENTIALS}issuanceDate>")
_ENDS = (f"{_CREDENTIALS}validUntil>", f"{_CREDENTIALS}expirationDate>")

MANDATORY = (
    # what Open Badges 3.0 requires of a credential (OB-69); ids and types come with each part
    "/name", "/issuer", "/validFrom", "/credentialSubject/achievement",
    # what limits it
    "/issuanceDate", "/validUntil", "/expirationDate", "/credentialStatus", "/credentialSchema",
    "/refreshService", "/termsOfUse",
    # who judged, where that is not the issuer
    "/credentialSubject/source",
)  # fmt: skip
CHOICES = {
    "identifier": ("/credentialSubject/identifier",),
    "dates": ("/credentialSubject/activityStartDate", "/credentialSubject/activityEndDate"),
    "awarded": ("/awardedDate",),
    "credits": ("/credentialSubject/creditsEarned",),
    "narrative": ("/credentialSubject/narrative",),
    "results": ("/credentialSubject/result",),
    "evidence": ("/evidence",),
}
"""What a holder may show or not, each whole: of results all or none, so that nobody shows the
best criterion alone."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that a holder may show or leave out, by its name in `CHOICES`."""

    name: str
    pointers: tuple[str, ...]


def mandatory_pointers(document: Json) -> tuple[str, ...]:
    """Return the pointers to what every copy of an Open Badge must show."""
    subject = document.get("credentialSubject")
    nameless = isinstance(subject, Mapping) and "id" not in subject
    # Without an id, the identifier is what says whose it is (OB-82).
    more = ("/credentialSubject/identifier",) if nameless else ()
    return tuple(pointer for pointer in (*MANDATORY, *more) if _present(document, pointer))


def choices(document: Json) -> tuple[Choice, ...]:
    """Return what the holder of a credential may show or leave out."""
    must = mandatory_pointers(document)
    offered = (
        Choice(name, tuple(p for p in places if p not in must and _present(document, p)))
        for name, places in CHOICES.items()
    )
    return tuple(choice for choice in offered if choice.pointers)


def _present(document: Json, pointer: str) -> bool:
    try:
        pointers.select(document, [pointer])
    except PointerError:
        return False
    return True


def derive(
    document: Json, show: Sequence[str], *, contexts: FrozenContexts = BUNDLED
) -> dict[str, Any]:
    """Return a copy of a credential that shows the mandatory parts and those that `show` points to.

    `document` carries the base proof that the issuer gave to the holder; no private key is needed.
    Raises `DisclosureError`, whose message says what to do instead.
    """
    structure = check_structure(document)
    if structure.outcome is not Outcome.PASSED:
        raise DisclosureError(f"it is not plainly written ({structure.params.get('place')})")
    proofs = [proof for proof in listed(document.get("proof")) if _is_selective(proof)]
    if len(proofs) != 1:
        what = "more than one such signature" if proofs else f"no {ECDSA_SD_2023.name} signature"
        raise DisclosureError(f"it has {what}: take the file “to share less” from its issuer")
    try:
        for pointer in show:
            if pointers.steps(pointer)[:1] in ((), ("proof",), ("@context",)):
                raise DisclosureError(f"{pointer or 'the whole'} cannot be chosen")
        copy = ecdsa_sd.disclose(document, proofs[0], show, contexts=contexts)
    except PointerError as exc:
        raise DisclosureError(f"{exc}; it has: {_offer(document)}") from exc
    except CanonicalizationError as exc:
        raise DisclosureError(exc.detail) from exc
    except ProofValueError as exc:
        raise DisclosureError(f"its proof is damaged: {exc}") from exc
    as_list = isinstance(document["proof"], list)
    return {**copy, "proof": [copy["proof"]]} if as_list else copy


def _is_selective(proof: Any) -> bool:
    return isinstance(proof, dict) and proof.get("cryptosuite") == ECDSA_SD_2023.name


def _offer(document: Json) -> str:
    return ", ".join(place for choice in choices(document) for place in choice.pointers)


def check_limits(
    credential: Credential, document: Json, contexts: FrozenContexts
) -> tuple[Check, ...]:
    """Check that a copy which shows less still shows what limits it; empty for other credentials.

    `document` is the copy as written. A part that its holder may leave out does not limit: of two
    status entries or end dates she could show the better one. So every one that is shown must be
    mandatory, and one must be for revocation. If no end date is shown, it may be hidden, unless the
    issuer made the validity period mandatory.
    """
    values = [v for v in _proof_values(document) if isinstance(v, DerivedProof)]
    if not values:
        return ()
    unsecured = ecdsa_sd.unsecured(document)
    limits_by_proof = [_Limits.of(credential, unsecured, value, contexts) for value in values]
    if not any(limits.in_sight for limits in limits_by_proof):
        return (Check("disclosure", Outcome.COULD_NOT_CHECK, "limits_not_shown"),)
    if any(limits.in_sight and limits.end_known for limits in limits_by_proof):
        return ()
    return (Check("disclosure", Outcome.NOT_APPLICABLE, "end_may_be_hidden"),)


class _Limits(NamedTuple):
    """Whether what limits a copy is in sight by one of its proofs, and whether its end is known:
    it is shown, or the holder could not have left it out."""

    in_sight: bool
    end_known: bool

    @classmethod
    def of(
        cls, credential: Credential, document: Json, value: DerivedProof, contexts: FrozenContexts
    ) -> "_Limits":
        lines = [line.split(" ", 3) for line in revealed(document, value.labels, contexts) or ()]
        own = f"<{credential.id}>"

        def places(*predicates: str) -> set[int]:
            """Return the lines with these predicates about the credential; about anything if it has
            no id."""
            numbers = (i for i, line in enumerate(lines) if line[1] in predicates)
            return {i for i in numbers if credential.id is None or lines[i][0] == own}

        statuses, ends, begins = places(_STATUS), places(*_ENDS), places(*_BEGINS)
        nodes = {lines[place][2] for place in statuses}
        statuses |= {i for i, line in enumerate(lines) if line[0] in nodes}
        fixed = set(value.mandatory_indexes)
        withdrawable = any(
            map(_is_of_withdrawals, listed(credential.document.get("credentialStatus")))
        )
        in_sight = bool(statuses) and withdrawable and statuses | ends <= fixed
        return cls(in_sight, bool(ends) or (bool(begins) and begins <= fixed))


def _is_of_withdrawals(entry: Any) -> bool:
    return isinstance(entry, dict) and (
        entry.get("statusPurpose") == "revocation"
        or "1EdTechRevocationList" in listed(entry.get("type"))
    )


def check_withheld(credential: Credential) -> tuple[Check, ...]:
    """Note how many criteria a copy withholds, or that it is not a copy but the whole; empty for
    credentials that cannot be shared in parts."""
    values = _proof_values(credential.document)
    if any(isinstance(value, BaseProof) for value in values):
        return (Check("disclosure", Outcome.NOT_APPLICABLE, "whole_handed_in"),)
    withheld = len(credential.criteria_without_result)
    if not values or not withheld:
        return ()
    if withheld == len(credential.criteria):
        return (Check("disclosure", Outcome.NOT_APPLICABLE, "levels_withheld"),)
    counts = {"shown": len(credential.criteria) - withheld, "all": len(credential.criteria)}
    return (Check("disclosure", Outcome.NOT_APPLICABLE, "criteria_withheld", counts),)


def _proof_values(document: Json) -> list[BaseProof | DerivedProof]:
    values = []
    for proof in filter(_is_selective, listed(document.get("proof"))):
        try:
            values.append(sd_proof_value.decode(proof.get("proofValue", "")))
        except ProofValueError:
            continue
    return values
