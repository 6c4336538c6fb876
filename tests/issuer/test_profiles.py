"""What an issuer signs with is chosen by setting: each suite, each algorithm, several proofs."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from published import vectors

from issuer import issuance
from issuer.app import start_app
from issuer.home import profiles, published
from issuer.home.issuer import Issuer
from issuer.home.profiles import PROFILES
from issuer.issuance.signing.proofs import make_proof
from issuer.issuance.status_lists import lists
from keys.entry import JWT_USES, KeyUse
from keys.file_signer import FileSigner
from keys.signer import KeysError
from verifier import clock, verify
from verifier.intake import qr
from verifier.proof import jose
from verifier.proof.cryptosuites import SUITES
from verifier.public_keys import multikey
from verifier.report import Answer

CHOICES = [((name,), "ES256") for name in PROFILES] + [
    ((profiles.PROOF,), algorithm) for algorithm in ("RS256", "ES384", "EdDSA")
]
ALL = ((*PROFILES, profiles.PROOF_TO_SHARE), "ES384")


@pytest.fixture
def choose(settings):
    """Return an issuer that chose these proofs and this algorithm, with the keys for them."""
    issuers = []

    def choose(proofs, jwt):
        issuer = Issuer(replace(settings, proofs=proofs, jwt=jwt))
        issuers.append(issuer)
        passphrase = settings.passphrase_file.read_bytes().strip()
        have = {entry.use for entry in issuer.keyring.entries()}
        if uses := [use for use in issuer.settings.key_uses if use not in have]:
            issuer.keyring.create(passphrase, now=datetime.now(UTC), uses=uses)
        return issuer

    yield choose
    for issuer in issuers:
        issuer.database.close()


def issue(issuer, approval):
    now = datetime.now(UTC)
    received = issuance.receive(
        issuer, approval, source="forms", event_id=approval.approval_id, now=now
    )
    return issuance.find(issuer, received.credential_id)


def report(issuer, form):
    return verify(form, fetch=published.fetch_own(issuer.settings), now=datetime.now(UTC))


def answers(issuer, form):
    checked = report(issuer, form)
    return checked.authentic.answer, checked.current.answer


@pytest.mark.parametrize(("proofs", "jwt"), [*CHOICES, ALL], ids=lambda choice: str(choice)[:40])
def test_a_credential_is_signed_as_the_settings_say_and_can_be_revoked(
    choose, approval, proofs, jwt
):
    issuer = choose(proofs, jwt)
    row = issue(issuer, approval())
    signed = json.loads(row.json)["proof"]
    assert [proof["cryptosuite"] for proof in signed] == [
        name.partition(" ")[0] for name in proofs if name in PROFILES
    ]
    assert jose.parse(row.jwt.decode()).header["alg"] == jwt
    forms = [form for form in (row.json, row.jwt, row.to_share) if form]
    assert [answers(issuer, form) for form in forms] == [(Answer.YES, Answer.YES)] * len(forms)
    lists.revoke(issuer, row.public_id, reason="for a test", by="command", now=datetime.now(UTC))
    assert {report(issuer, form).current.code for form in forms} == {"revoked"}


def test_each_proof_of_a_set_is_one_by_itself(choose, approval):
    issuer = choose(*ALL)
    document = json.loads(issue(issuer, approval()).json)
    for proof in document["proof"]:
        one = json.dumps(document | {"proof": proof}).encode()
        assert answers(issuer, one) == (Answer.YES, Answer.YES)


def test_one_wrong_proof_of_a_set_is_not_made_good_by_the_others(choose, approval):
    issuer = choose(*ALL)
    document = json.loads(issue(issuer, approval()).json)
    proofs = document["proof"]
    for place, other in zip(range(len(proofs)), reversed(proofs), strict=True):
        wrong = proofs[place] | {"created": "2026-01-01T00:00:00Z"}
        assert wrong != other
        changed = document | {"proof": [*proofs[:place], wrong, *proofs[place + 1 :]]}
        assert answers(issuer, json.dumps(changed).encode())[0] is Answer.NO


def test_a_status_list_carries_every_proof_that_a_credential_carries(choose, approval):
    issuer = choose(*ALL)
    row = issue(issuer, approval())
    address = f"{issuer.settings.public_url}/status/{row.list_number}"
    file = published.file_of(issuer.settings, address)
    document = json.loads(file.read_bytes())
    assert len(document["proof"]) == len(PROFILES)
    before = file.read_bytes()
    lists.renew(issuer, row.list_number, now=clock.now())
    assert file.read_bytes() == before


def test_a_key_that_is_not_there_is_refused_at_start_with_the_remedy(settings):
    for proofs, jwt in (("ecdsa-rdfc-2019",), "ES256"), ((profiles.PROOF,), "RS256"):
        with pytest.raises(KeysError, match=r"no active \S+ key for .*: mintmark keys create"):
            start_app(replace(settings, proofs=proofs, jwt=jwt))


def test_a_credential_without_the_printed_code_is_still_whole(choose, approval):
    row = issue(choose((profiles.PROOF,), "RS256"), approval())
    with pytest.raises(qr.QrError, match="sign with ES256"):
        qr.pack(row.jwt.decode())
    edwards = issue(choose((profiles.PROOF,), "EdDSA"), approval("a-2"))
    assert qr.unpack(qr.pack(edwards.jwt.decode())) == edwards.jwt.decode()


def test_every_suite_that_is_no_draft_can_be_chosen():
    assert {profile.suite.name for profile in PROFILES.values()} == {
        suite.name for suite in SUITES.values() if not suite.legacy
    }
    assert set(JWT_USES) == jose.ALGORITHMS.keys() - {"Ed25519", "ES512"}  # these are only read


def _published_signer(vector):
    raw = multikey.multibase_decode(vector["privateKeyMultibase"])[2:]
    public = multikey.decode(vector["publicKeyMultibase"])
    private = (
        ed25519.Ed25519PrivateKey.from_private_bytes(raw)
        if isinstance(public, ed25519.Ed25519PublicKey)
        else ec.derive_private_key(int.from_bytes(raw), public.curve)
    )
    method = vector["signed"]["proof"]["verificationMethod"]
    return FileSigner(method, str(KeyUse.PROOF), public, private, lambda: None)


@pytest.mark.parametrize(
    "vector",
    [vector for vector in vectors("w3c-other-suites.json") if "jcs" in vector["example"]],
    ids=lambda vector: vector["example"],
)
def test_a_new_proof_has_the_form_and_the_bytes_of_the_published_example(vector):
    document = dict(vector["signed"])
    wanted = document.pop("proof")
    suite = SUITES[wanted["cryptosuite"]]
    proof = make_proof(document, _published_signer(vector), created=wanted["created"], suite=suite)
    assert proof == wanted
