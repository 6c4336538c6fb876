"""How W3C's suites ask: what they send to an issuer and a verifier, and what they make of it.

The tests beside this file are named as the suites name theirs; a long name is cut.
`docs/conformance.md` says what was run and by whom.
"""

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from conformance_server import CONTEXTS, PROFILES, Profile, Server
from flask.testing import FlaskClient

from contexts import inline
from verifier.proof.cryptosuites import SUITES

Json = dict[str, Any]
ADDRESS = "http://localhost:40443"
V2, V1 = "https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"
RDFC = "eddsa-rdfc-2022"
EMBEDDED = [
    name for name, (suite, _) in PROFILES.items() if suite in SUITES and name != "bitstring"
]
"""The profiles whose proofs are embedded, and show everything."""
GONE = object()
"""In place of a member's value: without the member."""
URL, TYPE = "https://example.org/1", "https://example.org/#Type"
PLAIN: Json = {
    "@context": [V2],
    "type": ["VerifiableCredential"],
    "credentialSubject": {"id": "did:example:subject", "name": "Alice"},
}


def with_changes(changes: Json, document: Json = PLAIN) -> Json:
    """Return a copy with members changed, added or left out."""
    return {k: v for k, v in (deepcopy(document) | changes).items() if v is not GONE}


def presentation(*credentials: Json, **changes: Any) -> Json:
    """Return a presentation of credentials."""
    whole = {"@context": [V2], "type": ["VerifiablePresentation"], **changes}
    return {**whole, "verifiableCredential": [*credentials]} if credentials else whole


@dataclass(frozen=True)
class Suite:
    """What a suite knows of an implementation: three addresses, with or without binding."""

    server: Server
    client: FlaskClient

    def profile(self, name: str = RDFC) -> Profile:
        """Return a profile, whose key signs where a suite brings a proof of its own."""
        return self.server.profiles[name]

    def issue(self, credential: Any, profile: str = RDFC, **options: Any) -> Any:
        """Return the answer to a request to sign a credential."""
        body = {"credential": credential, "options": options}
        return self.client.post(f"/issuers/{profile}/credentials/issue", json=body)

    def issued(self, changes: Json | None = None, profile: str = RDFC, **options: Any) -> Json:
        """Return a signed credential."""
        answer = self.issue(with_changes(changes or {}), profile, **options)
        assert answer.status_code == 201, answer.json
        credential: Json = answer.json
        return credential

    def verify(self, credential: Any, **options: Any) -> int:
        """Return the status of the answer about a credential."""
        body = {"verifiableCredential": credential, "options": options}
        return self.client.post("/credentials/verify", json=body).status_code

    def present(self, whole: Any, **options: Any) -> int:
        """Return the status of the answer about a presentation."""
        body = {"verifiablePresentation": whole, "options": options}
        return self.client.post("/presentations/verify", json=body).status_code

    def shown(self, whole: Json, **options: Any) -> Json:
        """Return a presentation with a proof by the key of a profile."""
        return proven(self.profile(), whole, proofPurpose="authentication", **options)


def proven(profile: Profile, document: Json, **options: Any) -> Json:
    """Return a document with a proof that has other members or values than a profile gives it, and
    signs them. Proofs that the document has already are covered as well: a chain."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": profile.suite,
        "created": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "verificationMethod": profile.signer.verification_method,
        "proofPurpose": "assertionMethod",
    }
    suite, before = SUITES[profile.suite], document.get("proof")
    if suite.keeps_contexts:
        proof["@context"] = document["@context"]
    proof = with_changes(options, proof)
    pinned, contexts = inline.pin(document, CONTEXTS)
    if before:  # which a link of a chain covers as well
        unsecured = {name: value for name, value in pinned.items() if name != "proof"}

        def transform(part: Json, contexts: Any, hash_name: str) -> bytes:
            part = {**part, "proof": before} if part == unsecured else part
            return SUITES[profile.suite].transform(part, contexts, hash_name)

        suite = replace(suite, transform=transform)
    data = suite.hash_data(pinned, proof, profile.signer.public_key, contexts=contexts)
    proof["proofValue"] = suite.encode(profile.signer.sign(data))
    return {**document, "proof": proof}


def chained(profile: Profile, document: Json, previous: Any) -> Json:
    """Return a document with two proofs, of which the second names `previous` as the one before."""
    first = proven(profile, document, id="urn:uuid:0001")["proof"]
    covered = {**document, "proof": [first]} if "urn:uuid:0001" in previous else document
    second = proven(profile, covered, previousProof=previous)["proof"]
    return {**document, "proof": [first, second]}
