"""The tests of W3C's suite for VC-JOSE-COSE that are of JWT and SD-JWT, by their names.

https://github.com/w3c/vc-jose-cose-test-suite; its keys have no issuer who lists them, so these
have keys of their own, of the same kinds. Nine more are of COSE, which is not read.
"""

import hashlib
import json

import pytest
from asking import V2, presentation, with_changes
from conformance_server import EXAMPLES
from jwcrypto import jwk, jws

from verifier.parsing import base64url

ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}
MINIMAL = {
    "@context": [V2, EXAMPLES],
    "type": ["VerifiableCredential", "ExampleAlumniCredential"],
    "credentialSubject": {"id": "did:example:123", "firstName": "Jane", "lastName": "Doe"},
}
FULL = {
    "id": "https://university.example/credentials/1",
    "validFrom": "2010-01-01T19:23:24Z",
    "evidence": [{"type": "DocumentVerification"}],
    "termsOfUse": {"type": "IssuerPolicy"},
    "credentialSchema": {"id": "https://example.org/degree.json", "type": "JsonSchema"},
}
NESTED = {
    "credentialSubject": {
        "id": "did:example:123",
        "address": {"city": "Anytown", "country": "USA"},
        "phoneNumbers": [{"number": "+1-555-123-4567"}, {"number": "+1-555-987-6543"}],
    }
}
UNKNOWN = {"badExtension": {"huh": "what?"}, "anotherBadOne": {"oh": "no!"}}
KEYS = {
    curve: jwk.JWK.generate(kty="OKP" if curve == "Ed25519" else "EC", crv=curve)
    for curve in ALGORITHMS
}


def did_of(curve):
    return "did:jwk:" + base64url.encode(KEYS[curve].export_public().encode())


def token(payload, curve="P-256", kind="vc+jwt", issuer="issuer"):
    """Return a JWT by the key of a curve, which is its issuer or holder."""
    did = did_of(curve)
    signed = jws.JWS(json.dumps({**payload, issuer: did}))
    header = {"alg": ALGORITHMS[curve], "typ": kind, "kid": f"{did}#0"}
    signed.add_signature(KEYS[curve], None, json.dumps(header))
    return signed.serialize(compact=True)


def disclosing(payload, *paths, curve="P-384", kind="vc+sd-jwt", issuer="issuer"):
    """Return an SD-JWT that shows the members and items of the paths."""
    payload, shown = json.loads(json.dumps(payload)), []
    for number, path in enumerate(paths):
        *inside, last = path
        place = payload
        for step in inside:
            place = place[step]
        named = [] if isinstance(last, int) else [last]
        shown.append(base64url.encode(json.dumps([f"salt{number}", *named, place[last]]).encode()))
        digest = base64url.encode(hashlib.sha256(shown[-1].encode()).digest())
        if named:
            del place[last]
            place.setdefault("_sd", []).append(digest)
        else:
            place[last] = {"...": digest}
    return "~".join([token(payload, curve, kind, issuer), *shown, ""])


def enveloped(text, kind="vc+jwt", type_="EnvelopedVerifiableCredential"):
    return {"@context": [V2], "type": type_, "id": f"data:application/{kind},{text}"}


def showing(*credentials, curve="P-256", kind="vp+jwt"):
    """Return a presentation as a JWT, by its holder's key."""
    return token(presentation(*credentials), curve, kind, issuer="holder")


def badly_signed(text):
    header, payload, rest = text.split(".", 2)
    signature, *shown = rest.split("~")
    return "~".join([".".join([header, payload, signature[:-8] + "AAAAAAAA"]), *shown])


ONE, SD = enveloped(token(MINIMAL)), disclosing(MINIMAL, ("credentialSubject", "firstName"))
NAMES = [("credentialSubject", "firstName"), ("credentialSubject", "lastName")]
PARTS = [("credentialSubject", "address", "city"), ("credentialSubject", "phoneNumbers", 0)]
HIDDEN = enveloped(SD, "vc+sd-jwt")

ISSUED = {
    "1. JWT Basic Credential Issuance": ("vc-jwt", {}),
    "2. JWT Credential Issuance with All Optional Fields": ("vc-jwt", FULL),
    "17. SD-JWT Basic Credential Issuance": ("sd-jwt", {}),
    "18. SD-JWT Complex Credential Issuance": ("sd-jwt", NESTED),
}
CREDENTIALS = {
    "6. JWT Basic Credential Verification": (token(MINIMAL), 200),
    "8. JWT Issuer Match Verification": (
        token(MINIMAL | {"iss": did_of("Ed25519")}, "Ed25519"), 200),
    "10. JWT Unsecured Credential Verification": (MINIMAL, 400),
    "12. JWT Credential with an Invalid Signature": (badly_signed(token(MINIMAL)), 400),
    "13. JWT Credential with an Invalid Media Type": (token(MINIMAL, kind="bad+typ"), 400),
    "15. JWT Credential with vc and/or vp Claims": (
        token(MINIMAL | {"vc": {"id": "a"}, "vp": {"id": "b"}}), 400),
    "20. SD-JWT Basic Credential Verification": (disclosing(MINIMAL, *NAMES), 200),
    "21. SD-JWT Complex Credential Verification": (
        disclosing(MINIMAL | NESTED, *PARTS, curve="P-521"), 200),
    "23. SD-JWT Credential With an Invalid Signature": (badly_signed(SD), 400),
    "24. SD-JWT Credential with an Invalid Media Type": (
        disclosing(MINIMAL, *NAMES, kind="bad+typ"), 400),
}  # fmt: skip
PRESENTATIONS = {
    "3. JWT Basic Presentation Issuance": (showing(ONE), 200),
    "4. JWT Complex Presentation Issuance": (showing(ONE, HIDDEN, curve="P-521"), 200),
    "7. JWT Presentation Verification": (showing(ONE, HIDDEN, curve="P-384"), 200),
    "11. JWT Unsecured Presentation Verification": (presentation(ONE), 400),
    "14. JWT Presentation with an Invalid Media Type": (showing(ONE, kind="bad+typ"), 400),
    "16. JWT Presentation with Invalid Credential": (
        showing(with_changes({"issuer": did_of("P-256")}, MINIMAL)), 400),
    "19. SD-JWT Presentation Issuance": (
        disclosing(presentation(HIDDEN), ("verifiableCredential", 0), kind="vp+sd-jwt",
                   issuer="holder"), 200),
    "25. SD-JWT Presentation with an Invalid Media Type": (
        disclosing(presentation(HIDDEN), ("verifiableCredential", 0), kind="bad+typ",
                   issuer="holder"), 400),
    "26. SD-JWT Presentation with Invalid Credentials": (
        disclosing(presentation(MINIMAL), ("verifiableCredential", 0), kind="vp+sd-jwt",
                   issuer="holder"), 400),
}  # fmt: skip


@pytest.mark.parametrize("name", ISSUED)
def test_issuing(suite, name):
    profile, changes = ISSUED[name]
    answer = suite.issue(MINIMAL | changes, profile)
    assert answer.status_code == 201, answer.json
    assert suite.verify(answer.json) == 200


@pytest.mark.parametrize("name", CREDENTIALS)
def test_credential(suite, name):
    credential, status = CREDENTIALS[name]
    assert suite.verify(credential) == status


@pytest.mark.parametrize("name", PRESENTATIONS)
def test_presentation(suite, name):
    whole, status = PRESENTATIONS[name]
    assert suite.present(whole) == status


def test_unknown_members_are_ignored_as_the_specification_asks(suite):
    """5. and 9., JWT with Unknown Extensions: the suite asks that they fail."""
    assert suite.issue(MINIMAL | UNKNOWN, "vc-jwt").status_code == 201
    assert suite.verify(token(MINIMAL | UNKNOWN, "Ed25519")) == 200


@pytest.mark.parametrize("profile", ["vc-jwt", "sd-jwt"])
def test_a_changed_token_is_not_verified(bound, profile):
    envelope = bound.issued({}, profile)
    head, _, text = envelope["id"].partition(",")
    header, payload, rest = text.split(".", 2)
    other = bound.issued({"name": "Another"}, profile)["id"].partition(",")[2]
    mixed = ".".join([header, other.split(".")[1], rest])
    assert bound.verify({**envelope, "id": f"{head},{mixed}"}) == 400
    assert bound.verify({**envelope, "id": f"{head},{header}.{payload}.AAAA"}) == 400
    assert bound.verify(text) == 200
