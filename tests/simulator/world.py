"""A world in memory: issuers with keys, their documents, lists and what they sign.

No sockets and no mocks: `World.fetch` is a `Fetch` over a dictionary, so a test can hang,
swap or forge whatever it likes in a line.
"""

import json
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from verifier import trust, verify, verify_all
from verifier.checks import status_list
from verifier.fetching.fetch import Fetched, FetchError
from verifier.issuers.did import did_web_url
from verifier.proof import jose
from verifier.proof.cryptosuites import SUITES
from verifier.public_keys import multikey
from verifier.public_keys.jwk import to_jwk
from verifier.report import Report
from verifier.wording import printed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]


@dataclass
class Issuer:
    """An issuer with an Ed25519 key for proofs and a P-256 key for JWTs."""

    did: str
    proof_key: ed25519.Ed25519PrivateKey = field(default_factory=ed25519.Ed25519PrivateKey.generate)
    jwt_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def method(self) -> str:
        return f"{self.did}#proof"

    @property
    def document(self) -> dict[str, Any]:
        return {
            "@context": ["https://www.w3.org/ns/did/v1"],
            "id": self.did,
            "verificationMethod": [
                {
                    "id": self.method,
                    "type": "Multikey",
                    "controller": self.did,
                    "publicKeyMultibase": multikey.encode(self.proof_key.public_key()),
                },
                {
                    "id": f"{self.did}#jwt",
                    "type": "JsonWebKey",
                    "controller": self.did,
                    "publicKeyJwk": to_jwk(self.jwt_key.public_key()),
                },
            ],
            "assertionMethod": [self.method, f"{self.did}#jwt"],
        }

    def sign(self, document: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Return the document with an eddsa-rdfc-2022 proof; an option of None leaves it out."""
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": "2026-11-01T00:00:00Z",
            "verificationMethod": self.method,
            "proofPurpose": "assertionMethod",
        } | options
        proof = {name: value for name, value in proof.items() if value is not None}
        suite = SUITES["eddsa-rdfc-2022"]
        signature = self.proof_key.sign(
            suite.hash_data(document, proof, self.proof_key.public_key())
        )
        return {**document, "proof": [{**proof, "proofValue": suite.encode(signature)}]}

    def jwt(
        self,
        document: dict[str, Any],
        header: dict[str, Any] | None = None,
        claims: dict[str, Any] | None = None,
    ) -> str:
        """Return the document as a VC-JWT (ES256); a claim of None leaves it out."""
        subject, ends = document["credentialSubject"], document.get("validUntil")
        payload = document | {
            "iss": self.did,
            "jti": document.get("id"),
            "sub": subject.get("id"),
            "nbf": int(datetime.fromisoformat(document["validFrom"]).timestamp()),
            "exp": ends and int(datetime.fromisoformat(ends).timestamp()),
            **(claims or {}),
        }
        payload = {name: value for name, value in payload.items() if value is not None}
        header = {"alg": "ES256", "kid": f"{self.did}#jwt", "typ": "JWT"} | (header or {})
        header = {name: value for name, value in header.items() if value is not None}
        signed = jose.signing_input(header, json.dumps(payload).encode())
        r, s = decode_dss_signature(self.jwt_key.sign(signed, ec.ECDSA(SHA256())))
        return jose.compact(signed, r.to_bytes(32) + s.to_bytes(32))


CHECKED = {
    "claims", "disclosure", "evidence", "hosted", "intake", "issuer", "key", "limits", "parse",
    "parts", "presentation", "proof", "proof_dates", "refresh", "related", "schema",
    "shape", "status", "structure", "validity_period",
}  # fmt: skip
"""What a check can be of: programs read these names."""


@dataclass
class World:
    """Documents by URL, and one honest issuer whose documents are among them."""

    issuer: Issuer = field(default_factory=lambda: Issuer("did:web:district.example"))
    documents: dict[str, bytes | FetchError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.publish_issuer(self.issuer)
        self.publish_list(set())

    def publish_issuer(self, issuer: Issuer, document: dict[str, Any] | None = None) -> None:
        self.publish(did_web_url(issuer.did), document or issuer.document)

    def publish(self, url: str, document: Any) -> None:
        self.documents[url] = json.dumps(document).encode()

    def fetch(self, url: str, *, accept: str, max_bytes: int) -> Fetched:
        assert "/" in accept  # a type, which no server is asked without
        self.asked.append(url)
        document = self.documents.get(url, FetchError("http_status", url, "answered 404"))
        if isinstance(document, FetchError):
            raise document
        assert len(document) <= max_bytes
        return Fetched(url, document)

    @property
    def list_url(self) -> str:
        return "https://district.example/status/1"

    def list_document(self, revoked: set[int], **changes: Any) -> dict[str, Any]:
        subject = {
            "id": f"{self.list_url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": status_list.encode(
                status_list.with_bits(status_list.MIN_ENTRIES, revoked)
            ),
        } | changes.pop("subject", {})
        return {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": self.list_url,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.issuer.did,
            "validFrom": "2026-11-01T00:00:00Z",
            "validUntil": "2027-11-01T00:00:00Z",
            "credentialSubject": subject,
        } | changes

    def publish_list(self, revoked: set[int], **changes: Any) -> None:
        self.publish(self.list_url, self.issuer.sign(self.list_document(revoked, **changes)))

    def badge(self, **changes: Any) -> dict[str, Any]:
        """Return an unsigned badge with a rubric result, evidence and a status entry."""
        return deepcopy(BADGE) | {"issuer": {**BADGE["issuer"], "id": self.issuer.did}} | changes

    def verify_all(self, data: bytes, **options: Any) -> list[Report]:
        """Verify everything in a file with this world as the web and `NOW` as the time."""
        return list(verify_all(data, **({"make_fetch": lambda: self.fetch, "now": NOW} | options)))

    def verify(self, credential: Any, **options: Any) -> Report:
        data = credential if isinstance(credential, bytes | str) else json.dumps(credential)
        data = data.encode() if isinstance(data, str) else data
        report = verify(data, **({"fetch": self.fetch, "now": NOW} | options))
        # Whatever a test finds out, it must be sayable: each code has words, with its parameters.
        assert {check.name for check in report.checks} <= CHECKED
        printed.dumps(printed.as_json(report))
        printed.as_text("credential", report, details=True)
        return report

    def trust_list(self, *issuers: Issuer, **entry: Any) -> trust.TrustList:
        entries = [
            {
                "id": issuer.did,
                "name": "Example District",
                "kind": "district",
                "didDocument": issuer.document,
                "retrieved": "2026-11-10T00:00:00Z",
            }
            | entry
            for issuer in issuers
        ]
        document = {
            "type": "MintmarkTrustList",
            "version": 1,
            "name": "Test list",
            "updated": "2026-11-10T00:00:00Z",
            "entries": entries,
        }
        return trust.load(json.dumps(document).encode())


_ACHIEVEMENT = "https://district.example/achievements/feedback/1"
BADGE: dict[str, Any] = {
    "@context": CONTEXTS,
    "id": "https://district.example/credentials/1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Feedback that moves learners",
    "issuer": {"id": "did:web:district.example", "type": ["Profile"], "name": "Example District"},
    "validFrom": "2026-11-01T00:00:00Z",
    "awardedDate": "2026-10-31T09:30:00Z",
    "credentialSubject": {
        "id": "urn:uuid:8f6f0c0e-2b0a-4b0e-9d2e-0c8d7f3f5a11",
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": "Jordan Example",
                "identityType": "name",
            },
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399",  # noqa: E501
                "identityType": "emailAddress",
                "salt": "Kosher",
            },
        ],
        "activityStartDate": "2026-09-01T00:00:00Z",
        "activityEndDate": "2026-10-30T00:00:00Z",
        "creditsEarned": 12.5,
        "narrative": "My learners use *feedback* to revise.",
        "achievement": {
            "id": _ACHIEVEMENT,
            "type": ["Achievement"],
            "achievementType": "MicroCredential",
            "name": "Feedback that moves learners",
            "description": "Gives feedback that learners act on.",
            "criteria": {"narrative": "Meet every criterion of the rubric."},
            "tag": ["feedback", "assessment"],
            "resultDescription": [
                {
                    "id": f"{_ACHIEVEMENT}#work",
                    "type": ["ResultDescription"],
                    "name": "Student work",
                    "resultType": "RubricCriterionLevel",
                    "requiredLevel": f"{_ACHIEVEMENT}#work.met",
                    "rubricCriterionLevel": [
                        {
                            "id": f"{_ACHIEVEMENT}#work.{level}",
                            "type": ["RubricCriterionLevel"],
                            "name": name,
                            "level": number,
                            "points": number,
                        }
                        for level, name, number in (("soon", "Not yet", "1"), ("met", "Met", "2"))
                    ],
                }
            ],
        },
        "result": [
            {
                "type": ["Result"],
                "resultDescription": f"{_ACHIEVEMENT}#work",
                "achievedLevel": f"{_ACHIEVEMENT}#work.met",
            }
        ],
    },
    "evidence": [
        {
            "type": ["Evidence"],
            "name": "Revision samples",
            "description": "Six drafts, each with its revision.",
            "digestMultibase": "zQmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n",
            "mediaType": "application/pdf",
        }
    ],
    "credentialStatus": {
        "id": "https://district.example/status/1#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": "https://district.example/status/1",
    },
}
