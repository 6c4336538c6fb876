import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwcrypto.common import base64url_encode
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from keys.documents import jwks
from keys.entry import KeyUse
from keys.file_signer import FileSigner
from keys.signer import SigningError, is_signature

ISSUER = "did:web:localhost%3A8202"


@pytest.fixture
def signers(keyring, passphrase, now):
    keyring.create(passphrase, now=now, uses=[KeyUse.SD])
    return keyring.signers(ISSUER, passphrase)


def always():
    """No keyring to ask."""


@pytest.mark.parametrize("use", KeyUse)
def test_a_signature_has_64_bytes_and_verifies(signers, use):
    for number in range(100):
        data = b"data %d" % number
        signature = signers[use].sign(data)
        assert len(signature) == 64
        assert is_signature(signers[use].public_key, signature, data)


@pytest.mark.parametrize("use", KeyUse)
def test_signing_again_gives_the_same_bytes(signers, keyring, passphrase, use):
    again = keyring.signers(ISSUER, passphrase)
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


def test_es256_is_what_jose_libraries_read(signers, keyring):
    signer = signers[KeyUse.JWT]
    jws = JWS(b"payload")
    jws.deserialize(_compact(signer, b"payload"))
    (published,) = jwks(ISSUER, keyring.entries())["keys"]
    jws.verify(JWK(**published), alg="ES256")
    assert jws.objects["valid"]


def _compact(signer, payload):
    header = base64url_encode('{"alg":"ES256"}')
    signing_input = f"{header}.{base64url_encode(payload)}"
    return f"{signing_input}.{base64url_encode(signer.sign(signing_input.encode()))}"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(ed25519.Ed25519PrivateKey.generate, id="Ed25519"),
        pytest.param(lambda: ec.generate_private_key(ec.SECP256R1()), id="ES256"),
    ],
)
def test_a_signature_that_does_not_verify_is_not_handed_out(make):
    published, loaded = make().public_key(), make()
    signer = FileSigner("did:web:x#k", "any", published, loaded, always)
    with pytest.raises(SigningError, match="does not verify: nothing was signed"):
        signer.sign(b"data")


def test_a_signer_does_not_show_its_private_key(signers):
    assert "rivate" not in repr(signers)
