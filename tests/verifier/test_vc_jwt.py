"""VC-JWT: each algorithm with the keys it is bound to, and both data models (OB-58…64; T6-T8)."""

import json
from datetime import datetime

import pytest
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from world import NOW

from verifier import Answer
from verifier.issuers import did
from verifier.issuers.controller import PROOF_ERROR
from verifier.parsing import base64url
from verifier.proof import jose
from verifier.proof.vc_jwt import MAX_KEYS
from verifier.report import Check, Outcome

DID = "did:web:tokens.example"
KEYS = {
    "RS256": JWK.generate(kty="RSA", size=2048),
    "ES256": JWK.generate(kty="EC", crv="P-256"),
    "ES384": JWK.generate(kty="EC", crv="P-384"),
    "EdDSA": JWK.generate(kty="OKP", crv="Ed25519"),
}
MODEL_1 = [
    "https://www.w3.org/2018/credentials/v1",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
]


def signed(payload, algorithm="ES256", key=None, **header):
    """Sign with jwcrypto, which shares no code with the issuer of this project."""
    header = {"alg": algorithm, "kid": f"{DID}#{algorithm}", "typ": "JWT"} | header
    token = JWS(json.dumps(payload))
    protected = json.dumps({name: value for name, value in header.items() if value is not None})
    token.add_signature(key or KEYS[algorithm], algorithm, protected)
    return token.serialize(compact=True)


def publish(world, keys=KEYS, **changes):
    methods = [
        {
            "id": f"{DID}#{name}",
            "type": "JsonWebKey",
            "controller": DID,
            "publicKeyJwk": key.export_public(as_dict=True),
        }
        for name, key in keys.items()
    ]
    listed = [method["id"] for method in methods]
    document = {"id": DID, "verificationMethod": methods, "assertionMethod": listed} | changes
    world.publish(did.did_web_url(DID), document)


def payload(world, **changes):
    badge = world.badge(credentialStatus=None, issuer={"id": DID, "type": ["Profile"]})
    del badge["credentialStatus"]
    claims = {
        "iss": DID,
        "jti": badge["id"],
        "sub": badge["credentialSubject"]["id"],
        "nbf": int(datetime.fromisoformat(badge["validFrom"]).timestamp()),
    }
    return badge | claims | changes


def model_1(world, **changes):
    """The same badge by data model 1.1: inside a `vc` claim, which leaves out what claims say."""
    badge = payload(world)
    del badge["issuer"], badge["id"], badge["validFrom"], badge["credentialSubject"]["id"]
    claims = {name: badge.pop(name) for name in ("iss", "jti", "sub", "nbf")}
    badge["@context"] = MODEL_1
    return claims | {"exp": int(NOW.timestamp()) + 60, "vc": badge} | changes


@pytest.mark.parametrize("algorithm", KEYS)
def test_each_algorithm_is_read_with_its_own_key(world, algorithm):
    publish(world)
    report = world.verify(signed(payload(world), algorithm))
    assert (report.authentic.code, report.current.code) == ("authentic", "current")


def checks_of(world, token, *names):
    """Return the checks of these names."""
    return [check for check in world.verify(token).checks if check.name in names]


def test_the_checks_of_a_signature_say_of_which_kind_it_is(world):
    publish(world)
    key, proof = checks_of(world, signed(payload(world)), "key", "proof")
    assert (key.outcome, proof) == (
        Outcome.PASSED,
        Check("proof", Outcome.PASSED, "signature_verified", {"suite": "VC-JWT ES256"}),
    )
    (wrong,) = checks_of(
        world, signed(payload(world), key=JWK.generate(kty="EC", crv="P-256")), "proof"
    )
    assert wrong == Check(
        "proof", Outcome.FAILED, "signature_wrong", {"suite": "VC-JWT ES256"}, PROOF_ERROR
    )


def test_the_check_of_an_issuer_that_cannot_be_asked_says_of_which(world):
    (key,) = checks_of(world, signed(payload(world)), "key")
    assert (key.outcome, key.params["issuer"]) == (Outcome.COULD_NOT_CHECK, DID)
    assert key.params.keys() == {"issuer", "detail"}
    assert key.params["detail"]


def test_a_key_of_somebody_else_is_named(world):
    publish(world)
    token = signed(
        payload(world), kid="did:web:another.example#1", key=JWK.generate(kty="EC", crv="P-256")
    )
    assert checks_of(world, token, "key", "proof") == [
        Check("proof", Outcome.FAILED, "key_of_another",
              {"issuer": DID, "method": "did:web:another.example#1"}, PROOF_ERROR),
    ]  # fmt: skip


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_changed_payload_fits_no_signature(world, algorithm):
    publish(world)
    header, _, signature = signed(payload(world), algorithm).split(".")
    changed = base64url.encode(json.dumps(payload(world, name="Another")).encode())
    report = world.verify(f"{header}.{changed}.{signature}")
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "signature_wrong")


@pytest.mark.parametrize("algorithm", KEYS)
@pytest.mark.parametrize("named", KEYS)
def test_an_algorithm_with_a_key_of_another_kind_is_refused(world, algorithm, named):
    publish(world)
    token = signed(payload(world), algorithm, kid=f"{DID}#{named}")
    expected = Answer.YES if algorithm == named else Answer.NO
    assert world.verify(token).authentic.answer is expected


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS1", "", *sorted(jose.UNREAD)])
def test_no_other_algorithm_is_accepted(world, algorithm):
    """Nor is an honest one called forged because it is not read here."""
    publish(world)
    _, body, signature = signed(payload(world)).split(".")
    header = {"alg": algorithm, "kid": f"{DID}#ES256", "typ": "JWT"}
    report = world.verify(f"{base64url.encode(json.dumps(header).encode())}.{body}.{signature}")
    unread = algorithm in jose.UNREAD
    assert report.authentic.answer is (Answer.COULD_NOT_CHECK if unread else Answer.NO)
    assert report.authentic.code == "jwt_algorithm"


def test_the_newer_name_of_eddsa_is_read(world):
    publish(world)
    token = signed(payload(world), "Ed25519", KEYS["EdDSA"], kid=f"{DID}#EdDSA")
    assert world.verify(token).authentic.answer is Answer.YES


def test_an_hmac_with_the_public_key_as_its_secret_is_refused(world):
    publish(world)
    secret = JWK(kty="oct", k=base64url.encode(KEYS["RS256"].export_to_pem()))
    token = signed(payload(world), "HS256", secret, kid=f"{DID}#RS256")
    assert world.verify(token).authentic.code == "jwt_algorithm"


@pytest.mark.parametrize(
    ("kid", "code"),
    [
        (f"{DID}#retired", "key_not_listed"),
        (f"{DID}#retired#1", "key_not_listed"),  # not a DID URL, and of nobody else
        ("did:web:other.example#ES256x", "key_of_another"),
    ],
)
def test_a_key_that_the_issuer_does_not_list_is_told_from_one_of_somebody_else(world, kid, code):
    """OB-58, T6: what stands before the first `#` of a `kid` is whose key it is."""
    publish(world, keys={"RS256": KEYS["RS256"]})
    report = world.verify(signed(payload(world), kid=kid))
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, code)


def spliced(token, change):
    head, _, signature = token.rpartition(".")
    return f"{head}.{base64url.encode(change(base64url.decode(signature)))}"


@pytest.mark.parametrize("algorithm", KEYS)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda s: b"\0" + s[: len(s) // 2] + b"\0" + s[len(s) // 2 :], id="zeros"),
        pytest.param(lambda s: s + b"\0", id="a-byte-more"),
        pytest.param(lambda s: s[:-1], id="a-byte-less"),
        pytest.param(lambda s: bytes(len(s)), id="all-zero"),
        pytest.param(lambda s: b"\xff" * len(s), id="all-ones"),
        pytest.param(lambda s: s[len(s) // 2 :] + s[: len(s) // 2], id="halves-swapped"),
        pytest.param(lambda s: b"0D\x02 " + s[:32] + b"\x02 " + s[32:64], id="der"),
    ],
)
def test_a_signature_has_one_form(world, algorithm, change):
    publish(world)
    report = world.verify(spliced(signed(payload(world), algorithm), change))
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "signature_wrong")


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        pytest.param(JWK.generate(kty="RSA", size=1024), "RS256", id="rsa-1024"),
        pytest.param(JWK.generate(kty="EC", crv="secp256k1"), "ES256", id="secp256k1"),
        pytest.param(JWK.generate(kty="OKP", crv="X25519"), "EdDSA", id="x25519"),
    ],
)
def test_a_key_that_is_weak_or_of_another_kind_is_not_relied_on(world, key, algorithm):
    publish(world, {"ES256": KEYS["ES256"], algorithm: key})
    body = base64url.encode(json.dumps(payload(world)).encode())
    header = base64url.encode(json.dumps({"alg": algorithm, "kid": f"{DID}#{algorithm}"}).encode())
    report = world.verify(f"{header}.{body}.{'A' * 86}")
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "key_not_supported",
    )


@pytest.mark.parametrize("kid", ["ES256", "#ES256", None], ids=["bare", "fragment", "none"])
def test_a_header_may_name_the_key_shortly_or_not_at_all(world, kid):
    publish(world)
    assert world.verify(signed(payload(world), kid=kid)).authentic.answer is Answer.YES


def test_a_header_jwk_counts_when_it_is_the_issuers(world):
    publish(world)
    own = KEYS["ES256"].export_public(as_dict=True)
    assert world.verify(signed(payload(world), kid=None, jwk=own)).authentic.answer is Answer.YES


def test_a_header_jwk_of_somebody_else_proves_nothing(world):
    publish(world)
    own = JWK.generate(kty="EC", crv="P-256")
    token = signed(payload(world), "ES256", own, kid=None, jwk=own.export_public(as_dict=True))
    report = world.verify(token)
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "key_not_listed")


def test_data_model_1_1_is_read_from_its_vc_claim(world):
    publish(world)
    report = world.verify(signed(model_1(world)))
    assert (report.authentic.code, report.current.code) == ("authentic", "current")
    credential = report.credential
    assert (credential.id, credential.issuer.id) == (payload(world)["jti"], DID)
    assert credential.subject_id == payload(world)["sub"]
    assert credential.valid_from == datetime.fromisoformat("2026-11-01T00:00:00Z")


@pytest.mark.parametrize("claim", ["sub", "exp"])
def test_data_model_1_1_is_read_without_a_claim(world, claim):
    publish(world)
    left_out = {name: value for name, value in model_1(world).items() if name != claim}
    report = world.verify(signed(left_out))
    assert (report.authentic.answer, report.credential.id) == (Answer.YES, payload(world)["jti"])


def test_the_end_that_only_the_claim_says_counts(world):
    publish(world)
    ended = signed(model_1(world, exp=int(NOW.timestamp()) - 3600))
    assert world.verify(ended).current.code == "expired"


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "did:web:other.example"),
        ("sub", "urn:x:1"),
        ("jti", "urn:x:2"),
        ("nbf", 1),
        ("exp", 1),
    ],
)
def test_a_claim_that_differs_from_the_vc_is_refused(world, claim, value):
    publish(world)
    whole = model_1(world)
    whole["vc"] |= {
        "id": whole["jti"],
        "issuer": {"id": DID, "type": "Profile"},
        "issuanceDate": "2026-11-01T00:00:00Z",
        "expirationDate": "2030-01-01T00:00:00Z",
    }
    whole["vc"]["credentialSubject"]["id"] = whole["sub"]
    whole["exp"] = int(datetime.fromisoformat("2030-01-01T00:00:00Z").timestamp())
    assert world.verify(signed(whole)).authentic.answer is Answer.YES
    report = world.verify(signed(whole | {claim: value}))
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "claims_differ")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda p: p.update(credentialStatus={}), id="status-beside"),
        pytest.param(lambda p: p.update(expirationDate="2020-01-01T00:00:00Z"), id="end-beside"),
        pytest.param(lambda p: p.update(credentialSubject={"id": "urn:x:9"}), id="body-beside"),
        pytest.param(lambda p: p.update(vc="text"), id="vc-is-text"),
    ],
)
def test_a_mix_of_data_models_could_not_be_checked(world, change):
    publish(world)
    mixed = model_1(world)
    change(mixed)
    report = world.verify(signed(mixed))
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "jwt_two_models",
    )


def test_a_presentation_is_no_credential(world):
    publish(world)
    presented = {"iss": DID, "vp": {"verifiableCredential": [signed(payload(world))]}}
    report = world.verify(signed(presented))
    assert report.authentic.answer is not Answer.YES


@pytest.mark.parametrize(
    "kid", ["2026-1", "https://badges.example/.well-known/jwks.json#2026-1", None]
)
def test_a_key_set_of_the_same_origin_speaks_for_an_https_issuer(world, kid):
    """OB-72: the JWKS at the well-known place of the issuer's own origin."""
    issuer = "https://badges.example/issuers/7"
    public = KEYS["RS256"].export_public(as_dict=True) | {"kid": "2026-1"}
    world.publish("https://badges.example/.well-known/jwks.json", {"keys": [public]})
    body = payload(world, iss=issuer, issuer={"id": issuer, "type": "Profile"})
    report = world.verify(signed(body, "RS256", kid=kid))
    assert report.authentic.answer is Answer.YES
    stranger = signed(body, "ES256", kid="2026-1")
    assert world.verify(stranger).authentic.answer is Answer.NO


def test_an_issuer_whose_identifier_is_broken_fails(world):
    issuer = "did:key:z6Mk0"
    body = payload(world, iss=issuer, issuer={"id": issuer, "type": ["Profile"]})
    report = world.verify(signed(body, kid=None))
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "issuer_id_malformed")


def test_a_key_of_no_name_is_tried_under_any_name(world):
    issuer = "https://badges.example/issuers/7"
    public = KEYS["RS256"].export_public(as_dict=True)
    world.publish("https://badges.example/.well-known/jwks.json", {"keys": [public]})
    body = payload(world, iss=issuer, issuer={"id": issuer, "type": "Profile"})
    assert world.verify(signed(body, "RS256", kid=None)).authentic.answer is Answer.YES
    assert world.verify(signed(body, "RS256", kid="2026-1")).authentic.answer is Answer.YES
    other = JWK.generate(kty="RSA", size=2048)
    report = world.verify(signed(body, "RS256", other, kid="2026-1"))
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK, "key_not_found",
    )  # fmt: skip


HINTS = {
    "the DID alone": DID,
    "a thumbprint": KEYS["ES256"].thumbprint(),
    "a web address": "https://tokens.example/.well-known/jwks.json#k1",
    "another DID": "did:web:tokens.example:old#key-0",
    "a DID URL with a path": f"{DID}/keys/1",
    "nothing": "",
}


@pytest.mark.parametrize("kid", HINTS.values(), ids=HINTS.keys())
def test_a_kid_that_names_no_key_is_a_hint_and_the_listed_keys_decide(world, kid):
    """RFC 7515, section 4.1.4: a hint. What counts is the issuer's own list (OB-72)."""
    publish(world)
    assert world.verify(signed(payload(world), kid=kid)).authentic.answer is Answer.YES
    stranger = JWK.generate(kty="EC", crv="P-256")
    forged = world.verify(signed(payload(world), "ES256", stranger, kid=kid))
    assert forged.authentic.answer is Answer.NO
    assert not any(url.startswith("https://tokens.example/.well-known/jwks") for url in world.asked)


def test_a_kid_takes_no_key_that_was_given_up_for_good(world):
    publish(world)
    document = json.loads(world.documents[did.did_web_url(DID)])
    for method in document["verificationMethod"]:
        method["revoked"] = "2026-01-01T00:00:00Z"
    world.publish(did.did_web_url(DID), document)
    report = world.verify(signed(payload(world), kid=DID))
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "key_revoked_before")


def test_where_a_listed_key_is_not_read_a_hint_accuses_nobody(world):
    publish(world, KEYS | {"other": JWK.generate(kty="EC", crv="secp256k1")})
    stranger = JWK.generate(kty="EC", crv="P-256")
    report = world.verify(signed(payload(world), "ES256", stranger, kid="2026-1"))
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK, "key_not_supported",
    )  # fmt: skip


def test_of_many_keys_those_are_tried_that_fit_the_algorithm(world):
    others = {f"other-{number}": KEYS["EdDSA"] for number in range(MAX_KEYS)}
    publish(world, others | KEYS)
    assert world.verify(signed(payload(world), kid=None)).authentic.answer is Answer.YES


def test_a_key_set_of_another_issuer_says_nothing(world):
    issuer = "https://badges.example/issuers/7"
    public = KEYS["RS256"].export_public(as_dict=True) | {"kid": "2026-1"}
    keys = {"iss": "https://badges.example/issuers/8", "keys": [public]}
    world.publish("https://badges.example/.well-known/jwks.json", keys)
    body = payload(world, iss=issuer, issuer={"id": issuer, "type": "Profile"})
    report = world.verify(signed(body, "RS256", kid="2026-1"))
    assert report.authentic.answer is Answer.COULD_NOT_CHECK


def test_what_a_jwt_leaves_out_is_noted(world):
    publish(world)
    body = payload(world)
    del body["sub"], body["jti"]
    claims = next(c for c in world.verify(signed(body)).checks if c.name == "claims")
    assert (claims.outcome, claims.params["claims"]) == (Outcome.PASSED, "jti, sub")
