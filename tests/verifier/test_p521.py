"""ES512 with P-521: read in tokens, and never a key of the cryptosuites (RFC 7518, section 3.4)."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from licenses import LICENSE
from world import Issuer

from verifier.proof import jose
from verifier.public_keys.jwk import from_jwk, to_jwk
from verifier.public_keys.multikey import encode
from verifier.public_keys.signature import ecdsa_hash
from verifier.report import Answer

KEY = JWK.generate(kty="EC", crv="P-521")
DID = "did:web:board.example"


@pytest.fixture
def board(world):
    method = {"id": f"{DID}#1", "type": "JsonWebKey", "controller": DID}
    method["publicKeyJwk"] = KEY.export_public(as_dict=True)
    document = {"id": DID, "verificationMethod": [method], "assertionMethod": [method["id"]]}
    world.publish_issuer(Issuer(DID), document)
    return world


def token(did=DID, **header):
    whole = LICENSE | {"issuer": did, "iss": did}
    jws = JWS(json.dumps(whole))
    protected = {"alg": "ES512", "kid": f"{DID}#1", "typ": "vc+jwt"} | header
    jws.add_signature(KEY, alg="ES512", protected=json.dumps(protected))
    return jws.serialize(compact=True)


def test_a_token_of_another_library_is_authentic(board):
    report = board.verify(token(), general=True)
    assert (report.authentic.answer, report.authentic.code) == (Answer.YES, "authentic")


def test_its_did_key_is_its_own_document(board):
    encoded = encode(from_jwk(KEY.export_public(as_dict=True)))
    did = f"did:key:{encoded}"
    report = board.verify(token(did, kid=f"{did}#{encoded}"), general=True)
    assert report.authentic.answer is Answer.YES
    assert not board.asked


def test_a_changed_token_is_not(board):
    head, body, signature = token().split(".")
    assert board.verify(f"{head}.{body}.{signature[:-2]}AA", general=True).authentic.answer is (
        Answer.NO
    )


def test_a_signature_has_its_fixed_length():
    parsed = jose.parse(token())
    key = from_jwk(KEY.export_public(as_dict=True))
    assert jose.verify(parsed, key)
    assert not jose.verify(parsed, ec.generate_private_key(ec.SECP384R1()).public_key())
    assert jose.ALGORITHMS["ES512"][2] == 132


def test_the_key_stays_the_same_as_a_jwk():
    key = from_jwk(KEY.export_public(as_dict=True))
    assert from_jwk(to_jwk(key)) == key
    assert to_jwk(key)["crv"] == "P-521"


def test_it_is_no_key_of_the_cryptosuites():
    assert ecdsa_hash(from_jwk(KEY.export_public(as_dict=True))) is None
