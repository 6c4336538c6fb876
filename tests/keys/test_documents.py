import base64
import hashlib
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

import contexts
from keys import key_file
from keys.documents import did_document, jwks
from keys.entry import KeyUse
from keys.key_file import SealingKeys
from keys.signer import KeysError
from verifier.public_keys import multikey

ISSUER = "did:web:localhost%3A8202:music"


@pytest.fixture
def history(keyring, passphrase, now):
    """Three keys per use: one compromised, one retired, one active."""
    for year in (1, 2):
        keyring.rotate(passphrase, now=now + timedelta(days=365 * year))
    for entry in keyring.entries()[:2]:
        keyring.compromise(entry.id, since=now, reason="stolen", now=now + timedelta(days=900))
    return keyring


def methods(keyring):
    return did_document(ISSUER, keyring.entries())["verificationMethod"]


def test_the_document_names_its_contexts_and_its_issuer(keyring):
    document = did_document(ISSUER, keyring.entries())
    assert document["@context"] == [
        "https://www.w3.org/ns/did/v1",
        "https://w3id.org/security/multikey/v1",
        "https://w3id.org/security/jwk/v1",
    ]
    assert document["id"] == ISSUER


def test_the_document_is_json_ld_without_a_lost_term(history):
    document = did_document(ISSUER, history.entries())
    own = json.dumps({"@context": document["@context"].pop()}).encode()
    document["@context"].append("https://example.org/retired")
    known = contexts.BUNDLED.pinned(
        "https://example.org/retired", own, hashlib.sha256(own).hexdigest()
    )
    statements = contexts.canonicalize(document, contexts=known).decode()
    for entry in history.entries():
        assert f"<{ISSUER}#{entry.id}> <https://w3id.org/security#controller>" in statements


def test_every_key_is_under_its_own_name_and_the_issuers_control(history):
    names = [method["id"] for method in methods(history)]
    assert names == [f"{ISSUER}#{entry.id}" for entry in history.entries()]
    assert len(set(names)) == 6
    assert {method["controller"] for method in methods(history)} == {ISSUER}


def test_every_key_that_ever_signed_is_listed_for_assertions_as_a_text(history):
    document = did_document(ISSUER, history.entries())
    assert document["assertionMethod"] == [method["id"] for method in methods(history)]


def test_ed25519_is_published_as_multikey(keyring):
    method = methods(keyring)[0]
    assert method["type"] == "Multikey"
    assert multikey.decode(method["publicKeyMultibase"]) == keyring.entries()[0].public_key


def test_es256_is_published_as_a_jwk_named_by_its_did_url(keyring):
    entry, method = keyring.entries()[1], methods(keyring)[1]
    jwk = method["publicKeyJwk"]
    assert (method["type"], jwk["kid"], jwk["alg"]) == ("JsonWebKey", method["id"], "ES256")
    x, y = (base64.urlsafe_b64decode(jwk[name] + "=") for name in "xy")
    assert (len(x), len(y)) == (32, 32)
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1())
    assert numbers.public_key() == entry.public_key


def test_a_key_to_share_less_is_published_as_multikey_and_in_no_jwks(keyring, passphrase, now):
    before = jwks(ISSUER, keyring.entries())
    (entry,) = keyring.create(passphrase, now=now, uses=[KeyUse.SD])
    method = methods(keyring)[2]
    assert method["type"] == "Multikey"
    assert multikey.decode(method["publicKeyMultibase"]) == entry.public_key
    assert jwks(ISSUER, keyring.entries()) == before


def test_the_dates_that_limit_a_key_are_published(history):
    dates = [(method.get("retired"), method.get("revoked")) for method in methods(history)[::2]]
    assert dates == [
        ("2027-11-22T12:00:01Z", "2026-11-22T12:00:00Z"),
        ("2028-11-21T12:00:01Z", None),
        (None, None),
    ]


def test_the_jwks_has_retired_keys_and_no_compromised_one(history):
    used_for_jwt = [entry for entry in history.entries() if entry.use is KeyUse.JWT]
    assert [key["kid"] for key in jwks(ISSUER, history.entries())["keys"]] == [
        f"{ISSUER}#{entry.id}" for entry in used_for_jwt[1:]
    ]


def test_the_jwks_says_what_its_keys_are_for_and_nothing_else(keyring):
    document = jwks(ISSUER, keyring.entries())
    assert list(document) == ["keys"]
    assert {(key["use"], key["alg"], key["crv"]) for key in document["keys"]} == {
        ("sig", "ES256", "P-256")
    }


def test_a_did_key_document_is_the_one_that_the_did_itself_gives(keyring, passphrase, now):
    public_key = multikey.encode(keyring.entries()[0].public_key)
    issuer = f"did:key:{public_key}"
    before = did_document(issuer, keyring.entries())
    keyring.retire(keyring.entries()[0].id, now=now)
    assert did_document(issuer, keyring.entries()) == before
    assert before["verificationMethod"] == [
        {
            "id": f"{issuer}#{public_key}",
            "controller": issuer,
            "type": "Multikey",
            "publicKeyMultibase": public_key,
        }
    ]
    assert jwks(issuer, keyring.entries()) == {"keys": []}


def test_a_did_key_whose_key_is_gone_has_no_document(keyring):
    with pytest.raises(KeysError, match="is not here"):
        did_document("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", keyring.entries())


def test_no_key_speaks_for_the_did_key_of_another(keyring):
    with pytest.raises(KeysError, match="can never become it"):
        keyring.entries()[1].verification_method("did:key:z6Mk")


def private_bytes(keyring, passphrase):
    sealing_keys = SealingKeys(passphrase)
    for entry in keyring.entries():
        private_key = key_file.read(keyring.folder / f"{entry.id}.json").open(sealing_keys, entry)
        if isinstance(private_key, ec.EllipticCurvePrivateKey):
            yield private_key.private_numbers().private_value.to_bytes(32)
        else:
            yield private_key.private_bytes_raw()


def test_nothing_private_is_published(history, passphrase):
    text = json.dumps([did_document(ISSUER, history.entries()), jwks(ISSUER, history.entries())])
    secrets = list(private_bytes(history, passphrase))
    assert len(secrets) == 6
    for secret in secrets:
        for encoded in (
            secret.hex(),
            base64.urlsafe_b64encode(secret).rstrip(b"=").decode(),
            multikey.base58_encode(secret),
        ):
            assert encoded not in text
    assert '"d"' not in text
    assert "secret" not in text.lower()
    assert "private" not in text.lower()
