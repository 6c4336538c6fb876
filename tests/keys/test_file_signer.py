import json
from datetime import UTC, datetime

import pytest
from jwcrypto.common import base64url_decode, base64url_encode
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from published import vectors

from keys.documents import jwks
from keys.entry import ALGORITHMS, JWT_USES, KeyUse
from keys.file_signer import FileSigner
from keys.key_file import Cost
from keys.keyring import Keyring
from keys.signer import is_signature

ISSUER = "did:web:localhost%3A8202"
PASSPHRASE = b"a passphrase that only this test knows"
LENGTHS = {"Ed25519": 64, "EdDSA": 64, "ES256": 64, "ES384": 96, "RS256": 384}


@pytest.fixture(scope="module")
def keyring(tmp_path_factory):
    """A keyring with a key of every use."""
    new_keyring = Keyring(
        tmp_path_factory.mktemp("home"), cost=Cost(memory_kib=64, iterations=1, lanes=1)
    )
    new_keyring.create(PASSPHRASE, now=datetime(2026, 11, 22, 12, tzinfo=UTC), uses=KeyUse)
    return new_keyring


@pytest.fixture(scope="module")
def signers(keyring):
    return keyring.signers(ISSUER, PASSPHRASE, KeyUse)


def always():
    """No keyring to ask."""


@pytest.mark.parametrize("use", KeyUse)
def test_a_signature_has_the_bytes_of_its_algorithm_and_verifies(signers, use):
    for number in range(50):
        data = b"data %d" % number
        signature = signers[use].sign(data)
        assert len(signature) == LENGTHS[ALGORITHMS[use]]
        assert is_signature(signers[use].public_key, signature, data)


@pytest.mark.parametrize("use", KeyUse)
def test_signing_again_gives_the_same_bytes(signers, keyring, use):
    again = keyring.signers(ISSUER, PASSPHRASE, [use])
    assert signers[use].sign(b"data") == again[use].sign(b"data")


@pytest.mark.parametrize("use", KeyUse)
def test_a_signature_is_for_its_data_alone(signers, use):
    signature = signers[use].sign(b"data")
    assert not is_signature(signers[use].public_key, signature, b"date")


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0" * 64, id="zeros"),
        pytest.param(b"\xff" * 64, id="beyond-the-order"),
        pytest.param(b"\1" * 63, id="a-byte-short"),
        pytest.param(b"\1" * 65, id="a-byte-long"),
    ],
)
@pytest.mark.parametrize("use", KeyUse)
def test_what_is_no_signature_is_none(signers, use, signature):
    assert not is_signature(signers[use].public_key, signature, b"data")


@pytest.mark.parametrize("algorithm", JWT_USES)
def test_jose_libraries_read_each_algorithm_with_the_published_key(signers, keyring, algorithm):
    signer = signers[JWT_USES[algorithm]]
    published = jwks(ISSUER, keyring.entries())["keys"]
    (key,) = [key for key in published if key["kid"] == signer.verification_method]
    header = base64url_encode(json.dumps({"alg": algorithm}))
    signed = f"{header}.{base64url_encode(b'payload')}"
    jws = JWS()
    jws.deserialize(f"{signed}.{base64url_encode(signer.sign(signed.encode()))}")
    jws.verify(JWK(**key), alg=algorithm)
    assert jws.objects["valid"]
    assert key["alg"] == algorithm


@pytest.mark.parametrize("vector", vectors("jose.json"), ids=lambda vector: vector["example"])
def test_a_published_signature_is_one_and_is_made_again_byte_for_byte(vector):
    jwk = JWK(**vector["jwk"])
    signed, _, signature = vector["token"].rpartition(".")
    public, private = jwk.get_op_key("verify"), jwk.get_op_key("sign")
    assert is_signature(public, base64url_decode(signature), signed.encode())
    signer = FileSigner("did:web:x#k", vector["alg"], public, private, always)
    made_again = base64url_encode(signer.sign(signed.encode()))
    assert (made_again == signature) == (vector["alg"] != "ES256")  # theirs has a random nonce


def test_a_signer_does_not_show_its_private_key(signers):
    assert "rivate" not in repr(signers)
