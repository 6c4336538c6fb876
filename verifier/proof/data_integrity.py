"""Check embedded proofs, each by a key of the issuer (Data Integrity 1.0, section 4.5; D4)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from contexts import (
    CanonicalizationError,
    ContextNotListedError,
    DataLossError,
    FrozenContexts,
    WorkLimitError,
    work,
)
from contexts.json_types import Json
from verifier.credential.model import listed, readable_instant
from verifier.issuers.controller import (
    ASSERTION,
    PROOF_ERROR,
    Controller,
    DidError,
    VerificationMethod,
)
from verifier.proof.computed import Computed
from verifier.proof.cryptosuites import Cryptosuite, Suite, suite_of
from verifier.proof.cryptosuites.statements import NotDivisibleError
from verifier.proof.cryptosuites.suite import ProofValueError, Transform
from verifier.proof.cryptosuites.transformation import rdfc_of_defined
from verifier.public_keys.multikey import PublicKey
from verifier.report import Check, Outcome

MAX_PROOFS = 10
"""What is looked at of one credential (T12)."""
USUAL_PROOFS = 2
"""Honest badges have at most as many."""
MAX_DIVIDED = 1
"""Proofs of selective disclosure: each costs several canonical forms and many signatures."""
SIGNATURE_WORK = 20
"""For each further proof, in units of `contexts.work`."""

_OPEN = {"suite_not_supported", "key_not_named", "key_not_found", "key_not_in_snapshot"}
"""Codes that say why a proof could not be checked."""

ControllerOf = Callable[[], Controller]


def check_proofs(
    document: Json,
    issuer: str,
    controller_of: ControllerOf,
    contexts: FrozenContexts,
    computed: Computed | None = None,
    purpose: str = ASSERTION,
) -> tuple[Check, ...]:
    """Check every proof of a credential: at least one by the issuer, and none that is wrong.

    `controller_of` gives the issuer's document and is called at most when a proof is otherwise
    in order, so nothing is fetched for a proof that could not count anyway. Of a presentation, the
    `issuer` is its holder and the `purpose` of its proofs is `authentication`.
    """
    proofs = listed(document.get("proof"))
    if not proofs:
        return (Check("proof", Outcome.FAILED, "no_proof", {}, PROOF_ERROR),)
    if len(proofs) > MAX_PROOFS:
        return (Check("proof", Outcome.COULD_NOT_CHECK, "too_many_proofs", {"most": MAX_PROOFS}),)
    covered = _Covered(document, proofs, contexts, computed)
    checks: list[Check] = []
    for proof in proofs:
        checks.extend(_check_proof(covered, proof, issuer, controller_of, purpose))
    if any(check.code.startswith("signature_verified") for check in checks):
        # Beside a proof that holds, one that could not be looked at takes nothing away.
        checks = [
            replace(check, outcome=Outcome.NOT_APPLICABLE) if check.code in _OPEN else check
            for check in checks
        ]
    elif all(check.outcome is Outcome.NOT_APPLICABLE for check in checks):
        checks.append(_failed("key_of_another", {"issuer": issuer}))
    return tuple(checks)


class _Covered:
    """The document that proofs cover. Each of its canonical forms is made once, however many
    proofs ask for it, and so is the error where it has none (T12)."""

    def __init__(
        self,
        document: Json,
        proofs: list[Any],
        contexts: FrozenContexts,
        computed: Computed | None,
    ) -> None:
        self._by_id: dict[str, Json] = {}
        self._twice: set[str] = set()
        for proof in proofs:
            if isinstance(proof, dict) and isinstance(proof.get("id"), str):
                self._twice |= {proof["id"]} & self._by_id.keys()
                self._by_id[proof["id"]] = proof
        self.document = {member: value for member, value in document.items() if member != "proof"}
        self.contexts, self._computed = contexts, computed
        self._results: dict[tuple[Transform, str], bytes | CanonicalizationError] = {}
        self._checked = self._divided = 0

    def previous(self, proof: Json) -> list[Json] | None:
        """Return the proofs that a link of a chain covers as well (Data Integrity 1.0, section
        4.6); None if it names none, one that is not there, or one of several of that name."""
        names = listed(proof.get("previousProof"))
        known = [
            self._by_id[name]
            for name in names
            if isinstance(name, str) and name in self._by_id and name not in self._twice
        ]
        return known if names and len(known) == len(names) else None

    def check(self, suite: Cryptosuite, proof: Json, key: PublicKey) -> str | None:
        """As `Cryptosuite.check`."""
        suite = self._computed.suite(suite) if self._computed else suite
        self._checked += 1
        if self._checked > USUAL_PROOFS:
            work.spend(SIGNATURE_WORK)
        if isinstance(suite, Suite):
            transform = self._once(suite.transform)
            if "previousProof" in proof:
                transform = self._with(self.previous(proof), suite.transform)
            suite = replace(suite, transform=transform)
        else:
            self._divided += 1
            if self._divided > MAX_DIVIDED:
                raise WorkLimitError(f"more than {MAX_DIVIDED} proof by {suite.name}")
        return suite.check(self.document, proof, key, contexts=self.contexts)

    def _with(self, previous: list[Json] | None, transform: Transform) -> Transform:
        def transform_linked(part: Json, contexts: FrozenContexts, hash_name: str) -> bytes:
            if part is self.document:
                work.spend(len(self._by_id) * SIGNATURE_WORK)
                part = {**part, "proof": previous}
            return transform(part, contexts, hash_name)

        return transform_linked

    def _once(self, transform: Transform) -> Transform:
        def transform_once(part: Json, contexts: FrozenContexts, hash_name: str) -> bytes:
            if part is not self.document:  # the options of a proof
                return transform(part, contexts, hash_name)
            key = transform, hash_name
            if key not in self._results:
                try:
                    self._results[key] = transform(part, contexts, hash_name)
                except CanonicalizationError as exc:
                    self._results[key] = exc
            result = self._results[key]
            if isinstance(result, CanonicalizationError):
                raise result.with_traceback(None)
            return result

        return transform_once


def _check_proof(
    covered: _Covered, proof: Any, issuer: str, controller_of: ControllerOf, purpose: str
) -> tuple[Check, ...]:
    flaw = _flaw(proof, purpose)
    if flaw is not None:
        return (flaw,)
    method_id = _method_id(proof)
    method_id = issuer + method_id if method_id.startswith("#") else method_id
    of_another = Check(
        "proof", Outcome.NOT_APPLICABLE, "proof_of_another", {"method": method_id[:200]}
    )
    elsewhere = bool(method_id) and method_id.partition("#")[0] != issuer
    if elsewhere and issuer.startswith("did:"):
        # Whoever likes may add a proof of their own; it neither helps nor harms.
        return (of_another,)
    suite = _suite(proof)
    chained = "previousProof" in proof
    if suite is None or (chained and not isinstance(suite, Suite)):
        name = str(proof.get("cryptosuite") or proof["type"])[:80]
        name = f"{name}, in a chain of proofs" if chained else name
        return (Check("proof", Outcome.COULD_NOT_CHECK, "suite_not_supported", {"suite": name}),)
    if chained and covered.previous(proof) is None:
        return (Check("proof", Outcome.COULD_NOT_CHECK, "proof_chain_broken"),)
    if not method_id:
        return (Check("key", Outcome.COULD_NOT_CHECK, "key_not_named"),)
    try:
        controller = controller_of()
    except DidError as exc:
        outcome = Outcome.FAILED if exc.certain else Outcome.COULD_NOT_CHECK
        return (Check("key", outcome, exc.code, {"issuer": issuer, "detail": exc.detail[:200]}),)
    signed = readable_instant(proof.get("created"))
    methods = _methods(controller, method_id, suite)
    if len(methods) > 1:
        return (Check("key", Outcome.COULD_NOT_CHECK, "key_not_named"),)
    method = methods[0] if methods else None
    if method is None:
        absent = controller.check_absent(method_id, signed)
        return (of_another if elsewhere and controller.complete else absent,)
    if method.key is None:
        return (Check("key", Outcome.COULD_NOT_CHECK, "key_not_supported", {"method": method_id}),)
    used = method.check_used_at(signed)
    return (used, _check_signature(suite, covered, proof, method.key))


def _suite(proof: Json) -> Cryptosuite | None:
    name = proof.get("cryptosuite")
    return suite_of(proof["type"], name) if isinstance(name, str | None) else None


def _method_id(proof: Json) -> str:
    """Return the id of the verification method, also of one that stands there whole; '' where
    there is none, for it is optional (Data Integrity 1.0, section 2.1)."""
    method = proof.get("verificationMethod")
    method = method.get("id") if isinstance(method, dict) else method
    return method if isinstance(method, str) else ""


def _methods(
    controller: Controller, method_id: str, suite: Cryptosuite
) -> list[VerificationMethod]:
    """Return the method of that id; of the id of the issuer alone, those that fit the suite, or
    else those of a kind that is not read here."""
    if method_id == controller.id:
        fitting = [one for one in controller.methods if one.key and suite.hash_of(one.key)]
        return fitting or [one for one in controller.methods if one.key is None]
    method = controller.method(method_id)
    return [] if method is None else [method]


def _flaw(proof: Any, purpose: str) -> Check | None:
    """Return the failed check of a proof without what its kind must have (T10, OB-65)."""
    if not isinstance(proof, dict):
        return _failed("proof_malformed", {"member": "proof"})
    if not isinstance(proof.get("type"), str):
        return _failed("proof_malformed", {"member": "proof.type"})
    modern = proof["type"] == "DataIntegrityProof"
    if _suite(proof) is None and not (modern and type(proof.get("cryptosuite")) is not str):
        return None  # nobody here knows what a proof of that kind must have
    texts = proof | {"verificationMethod": _method_id(proof) or proof.get("verificationMethod", "")}
    for member in ("proofPurpose", "verificationMethod", "cryptosuite", "proofValue"):
        needed = modern or member == "proofPurpose"
        if not isinstance(texts.get(member, None if needed else ""), str):
            return _failed("proof_malformed", {"member": f"proof.{member}"})
    if proof["proofPurpose"] != purpose:
        return _failed("proof_purpose", {"purpose": proof["proofPurpose"][:80]})
    return None


def _check_signature(suite: Cryptosuite, covered: _Covered, proof: Json, key: PublicKey) -> Check:
    params = {"suite": suite.name}
    if suite.hash_of(key) is None:
        return _failed("key_of_another_kind", params)
    try:
        code = covered.check(suite, proof, key)
    except ProofValueError:
        return _failed("proof_malformed", {"member": "proof.proofValue"})
    except (ContextNotListedError, NotDivisibleError, WorkLimitError) as exc:
        return Check("proof", Outcome.COULD_NOT_CHECK, exc.code, {"detail": exc.detail[:200]})
    except DataLossError as exc:
        # Nobody can tell an issuer who wrote it in good faith from a forger who added it.
        signed = _signs_the_rest(suite, covered, proof, key)
        outcome = Outcome.COULD_NOT_CHECK if signed else Outcome.FAILED
        return Check("proof", outcome, exc.code, {"detail": exc.detail[:200]}, exc.problem)
    except CanonicalizationError as exc:
        return Check("proof", Outcome.FAILED, exc.code, {"detail": exc.detail[:200]}, exc.problem)
    if code is None:
        return _failed("signature_wrong", params)
    return Check("proof", Outcome.PASSED, code, params)


def _signs_the_rest(suite: Cryptosuite, covered: _Covered, proof: Json, key: PublicKey) -> bool:
    """Whether the signature holds over what the contexts define, as libraries without a safe
    mode sign. Never enough for a yes. True as well where that takes too much work to know."""
    if not isinstance(suite, Suite):
        return False
    try:
        return covered.check(replace(suite, transform=rdfc_of_defined), proof, key) is not None
    except WorkLimitError:
        return True
    except CanonicalizationError:
        return False


def _failed(code: str, params: Mapping[str, str | int], name: str = "proof") -> Check:
    return Check(name, Outcome.FAILED, code, params, PROOF_ERROR)
