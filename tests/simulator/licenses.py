"""A license that is a verifiable credential and no badge, unsigned."""

V2 = "https://www.w3.org/ns/credentials/v2"
LICENSE = {
    "@context": [V2],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential"],
    "issuer": {"id": "did:web:district.example", "name": "Example State Board"},
    "validFrom": "2026-01-01T00:00:00Z",
    "name": "Teaching license",
    "credentialSubject": {"id": "did:example:t", "name": "Alex Example"},
}
