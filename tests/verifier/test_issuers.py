"""Who may speak for an issuer: did:web, did:key, did:jwk and https, each by its own document."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from world import Issuer

from verifier import Answer
from verifier.fetching.fetch import FetchError
from verifier.parsing import base64url
from verifier.proof.cryptosuites import SUITES
from verifier.public_keys import multikey
from verifier.public_keys.jwk import to_jwk

PAGE = "https://badges.example/issuers/7"
KEY_SET = "https://badges.example/.well-known/jwks.json"


def key_did(key):
    return "did:key:" + multikey.encode(key.public_key())


def jwk_did(key, **members):
    jwk = to_jwk(key.public_key()) | members
    return "did:jwk:" + base64url.encode(json.dumps(jwk).encode())


def sign(badge, key, method):
    """Return the badge with the proof that fits the kind of key."""
    is_edwards = isinstance(key, ed25519.Ed25519PrivateKey)
    suite = SUITES["eddsa-rdfc-2022" if is_edwards else "ecdsa-rdfc-2019"]
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite.name,
        "created": "2026-11-01T00:00:00Z",
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    data = suite.hash_data(badge, proof, key.public_key())
    if is_edwards:
        signature = key.sign(data)
    else:
        size = (key.curve.key_size + 7) // 8
        hash_of = SHA256() if size == 32 else SHA384()
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hash_of)))
        signature = r.to_bytes(size) + s.to_bytes(size)
    return badge | {"proof": {**proof, "proofValue": suite.encode(signature)}}


KEYS = {
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "p-256": ec.generate_private_key(ec.SECP256R1()),
    "p-384": ec.generate_private_key(ec.SECP384R1()),
}


def badge_of(world, issuer):
    badge = world.badge(issuer={"id": issuer, "type": ["Profile"], "name": "Some Academy"})
    del badge["credentialStatus"]
    return badge


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_did_key_is_its_own_document(world, key):
    did = key_did(key)
    whole = sign(badge_of(world, did), key, f"{did}#{did.removeprefix('did:key:')}")
    assert world.verify(whole).authentic.answer is Answer.YES
    assert not world.asked


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_did_jwk_is_its_own_document(world, key):
    did = jwk_did(key)
    assert world.verify(sign(badge_of(world, did), key, f"{did}#0")).authentic.answer is Answer.YES
    assert not world.asked


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_did_key_may_hold_a_jwk(world, key):
    """As those of people in EBSI do (`jwk_jcs-pub`)."""
    jwk = json.dumps(to_jwk(key.public_key()), separators=(",", ":"), sort_keys=True)
    encoded = "z" + multikey.base58_encode(b"\xd1\xd6\x03" + jwk.encode())
    did = f"did:key:{encoded}"
    whole = sign(badge_of(world, did), key, f"{did}#{encoded}")
    assert world.verify(whole).authentic.answer is Answer.YES
    assert not world.asked


@pytest.mark.parametrize(
    ("did", "answer", "code"),
    [
        pytest.param("did:key:z" + multikey.base58_encode(b"\xd1\xd6\x03{}"),
                     Answer.COULD_NOT_CHECK, "issuer_method_not_supported", id="empty-jwk-in-key"),
        pytest.param("did:key:z" + multikey.base58_encode(b"\xd1\xd6\x03\xff"),
                     Answer.COULD_NOT_CHECK, "issuer_method_not_supported", id="no-jwk-in-key"),
        pytest.param("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
                     Answer.COULD_NOT_CHECK, "issuer_method_not_supported", id="secp256k1"),
        pytest.param("did:key:z4MX" + "j" * 360,
                     Answer.COULD_NOT_CHECK, "issuer_method_not_supported", id="rsa"),
        pytest.param("did:key:z6Mk0", Answer.NO, "issuer_id_malformed", id="not-base58"),
        pytest.param(jwk_did(KEYS["p-256"], use="enc"),
                     Answer.NO, "issuer_id_malformed", id="jwk-for-encryption"),
        pytest.param(jwk_did(KEYS["p-256"], d="AA"),
                     Answer.NO, "issuer_id_malformed", id="jwk-with-private-key"),
        pytest.param("did:jwk:e30", Answer.COULD_NOT_CHECK, "issuer_method_not_supported",
                     id="empty-jwk"),
        pytest.param("did:jwk:!!!", Answer.NO, "issuer_id_malformed", id="jwk-not-base64"),
        pytest.param("did:ion:abc", Answer.COULD_NOT_CHECK, "issuer_method_not_supported",
                     id="another-method"),
        pytest.param("urn:uuid:8f6f0c0e-2b0a-4b0e-9d2e-0c8d7f3f5a11",
                     Answer.COULD_NOT_CHECK, "issuer_method_not_supported", id="urn"),
        pytest.param("http://badges.example/i", Answer.COULD_NOT_CHECK,
                     "issuer_method_not_supported", id="http"),
        pytest.param("https://[", Answer.COULD_NOT_CHECK, "issuer_method_not_supported",
                     id="no-address"),
    ],
)  # fmt: skip
def test_an_identifier_that_cannot_be_resolved_is_said_to_be_so(world, did, answer, code):
    whole = sign(badge_of(world, "https://x.example/"), KEYS["ed25519"], f"{did}#0")
    report = world.verify(whole | {"issuer": {"id": did, "type": ["Profile"]}})
    assert (report.authentic.answer, report.authentic.code) == (answer, code)


def method(name, key=KEYS["ed25519"], **changes):
    return {
        "id": f"{PAGE}#{name}",
        "type": "Multikey",
        "controller": PAGE,
        "publicKeyMultibase": multikey.encode(key.public_key()),
    } | changes


def profile(*methods, **changes):
    """Return an issuer profile that is a controller document as well (OB-71)."""
    return {
        "@context": "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "id": PAGE,
        "type": "Profile",
        "name": "Some Academy",
        "verificationMethod": list(methods),
        "assertionMethod": [entry["id"] for entry in methods],
    } | changes


def signed_by_page(world, name="k1", key=KEYS["ed25519"]):
    return sign(badge_of(world, PAGE), key, f"{PAGE}#{name}")


def raw58(key):
    return multikey.base58_encode(key.public_key().public_bytes_raw())


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(method("k1"), id="Multikey"),
        pytest.param(method("k1", type="Ed25519VerificationKey2020"), id="2020"),
        pytest.param(
            method("k1", type="Ed25519VerificationKey2018", publicKeyMultibase=None,
                   publicKeyBase58=raw58(KEYS["ed25519"])), id="2018"),
        pytest.param(
            method("k1", type="JsonWebKey2020", publicKeyMultibase=None,
                   publicKeyJwk=to_jwk(KEYS["ed25519"].public_key())), id="JsonWebKey2020"),
        pytest.param(
            method("k1", type="JsonWebKey", publicKeyMultibase=None,
                   publicKeyJwk=to_jwk(KEYS["ed25519"].public_key())), id="JsonWebKey"),
        pytest.param(method("k1") | {"id": "#k1"}, id="relative"),
    ],
)  # fmt: skip
def test_an_https_issuer_is_proved_by_the_document_at_its_address(world, entry):
    world.publish(PAGE, profile(entry))
    assert world.verify(signed_by_page(world)).authentic.answer is Answer.YES


def test_a_key_may_stand_inside_assertion_method(world):
    world.publish(PAGE, profile(assertionMethod=method("k1")))
    assert world.verify(signed_by_page(world)).authentic.answer is Answer.YES


def other_key(name="k1"):
    return method(name, ed25519.Ed25519PrivateKey.generate())


@pytest.mark.parametrize(
    ("document", "code"),
    [
        pytest.param(None, "issuer_unreachable", id="not-there"),
        pytest.param(b"<html>", "issuer_document_unreadable", id="a-page"),
        pytest.param(profile(), "issuer_lists_no_keys", id="profile-without-keys"),
        pytest.param(profile(method("k2")), "key_not_found", id="another-key"),
        pytest.param(profile(method("k1", controller="https://other.example/")),
                     "issuer_lists_no_keys", id="of-another-controller"),
        pytest.param(profile(method("k1"), assertionMethod=[]), "key_for_other_purposes",
                     id="not-for-assertions"),
        pytest.param(profile(method("k1"), id="https://badges.example/issuers/8"),
                     "issuer_unreachable", id="of-another-issuer"),
        pytest.param(profile(method("k1", publicKeyMultibase="zQ3shokFTS3brHcDQrn82RUDfCZESWL1Z")),
                     "key_not_supported", id="key-of-unknown-kind"),
    ],
)  # fmt: skip
def test_what_an_https_issuer_does_not_say_is_never_held_against_a_badge(world, document, code):
    if isinstance(document, bytes):
        world.documents[PAGE] = document
    elif document is not None:
        world.publish(PAGE, document)
    report = world.verify(signed_by_page(world))
    assert report.authentic.answer is Answer.COULD_NOT_CHECK
    assert report.authentic.code in (code, "issuer_document_of_another")


def test_a_signature_that_the_listed_key_did_not_make_is_wrong(world):
    world.publish(PAGE, profile(other_key()))
    report = world.verify(signed_by_page(world))
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "signature_wrong")


@pytest.mark.parametrize(
    "named",
    [
        f"{PAGE}#{multikey.encode(KEYS['ed25519'].public_key())}",
        key_did(KEYS["ed25519"]),
        f"{PAGE}/{multikey.encode(KEYS['ed25519'].public_key())}",
    ],
    ids=["fragment", "did-key", "path"],
)
def test_a_key_that_only_its_own_name_holds_proves_nothing(world, named):
    """The public validator takes such a key: anybody can write one under any issuer (T5)."""
    world.publish(PAGE, profile())
    whole = sign(badge_of(world, PAGE), KEYS["ed25519"], named)
    assert world.verify(whole).authentic.answer is Answer.COULD_NOT_CHECK
    world.publish(PAGE, profile(other_key()))
    assert world.verify(whole).authentic.answer is Answer.COULD_NOT_CHECK
    world.publish(KEY_SET, {"keys": [to_jwk(KEYS["p-256"].public_key())]})
    assert world.verify(whole).authentic.answer is Answer.NO


def test_the_same_fragment_counts_once_the_issuers_document_lists_it(world):
    name = multikey.encode(KEYS["ed25519"].public_key())
    world.publish(PAGE, profile(method(name)))
    assert world.verify(signed_by_page(world, name)).authentic.answer is Answer.YES


ANOTHER_KEY = to_jwk(KEYS["p-384"].public_key()) | {"kid": "k2"}


@pytest.mark.parametrize("keys", [{}, {KEY_SET: {"keys": [ANOTHER_KEY]}}], ids=["one", "both"])
def test_the_proof_of_a_stranger_beside_the_issuers_takes_nothing_away(world, keys):
    """Whether the issuer's keys are known in one of their two places, or in both."""
    world.publish(PAGE, profile(method("k1")))
    for url, document in keys.items():
        world.publish(url, document)
    own = signed_by_page(world)
    strange = sign(badge_of(world, PAGE), KEYS["p-256"], key_did(KEYS["p-256"]))
    both = own | {"proof": [strange["proof"], own["proof"]]}
    assert world.verify(both).authentic.answer is Answer.YES
    assert world.verify(strange).authentic.answer is (Answer.NO if keys else Answer.COULD_NOT_CHECK)


def test_an_unreachable_https_issuer_is_a_matter_of_the_network(world):
    world.documents[PAGE] = FetchError("too_slow", PAGE)
    assert world.verify(signed_by_page(world)).authentic.code == "issuer_unreachable"


def test_a_snapshot_speaks_for_an_https_issuer_out_of_reach(world):
    class Page(Issuer):
        document = profile(method("k1"))

    snapshot = world.trust_list(Page(PAGE))
    report = world.verify(signed_by_page(world), trust=[snapshot])
    assert report.authentic.code == "authentic_by_snapshot"


def test_no_more_than_two_places_are_asked(world):
    world.publish(PAGE, profile(method("k1")))
    world.verify(signed_by_page(world))
    assert world.asked == [PAGE, KEY_SET]
