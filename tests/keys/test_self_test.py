import copy
from dataclasses import replace

import pytest

from keys.documents import did_document
from keys.entry import KeyUse
from keys.keyring import Keyring
from keys.self_test import self_test
from keys.signer import KeysError
from verifier.public_keys import multikey

ISSUER = "did:web:localhost%3A8202"


@pytest.fixture
def signers(keyring, passphrase):
    return keyring.signers(ISSUER, passphrase)


@pytest.fixture
def document(keyring):
    return did_document(ISSUER, keyring.entries())


def test_a_sound_issuer_passes(signers, document):
    before = copy.deepcopy(document)
    self_test(signers, document)
    assert document == before


def test_a_did_key_issuer_passes_with_the_document_of_its_did(keyring, passphrase):
    issuer = f"did:key:{multikey.encode(keyring.entries()[0].public_key)}"
    signers = keyring.signers(issuer, passphrase)
    self_test(signers, did_document(issuer, keyring.entries()))
    assert len(signers) == 1


def without_key(document, index):
    del document["verificationMethod"][index]


def another_key(document, other, index):
    method = document["verificationMethod"][index]
    for member in ("publicKeyMultibase", "publicKeyJwk"):
        if member in method:
            method[member] = other["verificationMethod"][index][member]


@pytest.mark.parametrize("index", [0, 1], ids=["Ed25519", "ES256"])
@pytest.mark.parametrize(
    ("flaw", "message"),
    [
        pytest.param(
            lambda document, _, index: without_key(document, index),
            "is not in the published DID document",
            id="not-published",
        ),
        pytest.param(
            lambda document, _, index: document["assertionMethod"].pop(index),
            "is not in the published DID document",
            id="not-for-assertions",
        ),
        pytest.param(another_key, "with another public key", id="another-key"),
        pytest.param(
            lambda document, _, index: document["verificationMethod"][index].update(
                controller="did:web:elsewhere"
            ),
            "under another controller",
            id="another-controller",
        ),
        pytest.param(
            lambda document, _, index: document["verificationMethod"][index].update(
                expires="2026-11-22T12:00:00Z"
            ),
            "as retired or compromised",
            id="expired",
        ),
        pytest.param(
            lambda document, _, index: document["verificationMethod"][index].update(
                revoked="2026-11-22T12:00:00Z"
            ),
            "as retired or compromised",
            id="revoked",
        ),
    ],
)
def test_a_document_that_does_not_fit_is_refused_with_the_remedy(
    signers, document, tmp_path, passphrase, now, flaw, message, index
):
    stranger = Keyring(tmp_path / "stranger")
    stranger.create(passphrase, now=now)
    flaw(document, did_document(ISSUER, stranger.entries()), index)
    name = list(signers.values())[index].verification_method
    with pytest.raises(KeysError, match=f"{name} .*{message}: mintmark publish"):
        self_test(signers, document)


def test_a_document_of_another_issuer_is_refused(signers, keyring):
    with pytest.raises(KeysError, match="not in the published DID document"):
        self_test(signers, did_document("did:web:elsewhere", keyring.entries()))


def test_a_signer_with_another_private_key_is_refused(signers, document, tmp_path, passphrase, now):
    stranger = Keyring(tmp_path / "stranger")
    stranger.create(passphrase, now=now)
    other = stranger.signers(ISSUER, passphrase)[KeyUse.PROOF]
    wrong = replace(signers[KeyUse.PROOF], private_key=other.private_key)
    with pytest.raises(KeysError, match="does not verify: do not issue"):
        self_test({KeyUse.PROOF: wrong}, document)
