"""Embedded proofs: what each must have, and how several stand together (T10, T12, OB-65, OB-70)."""

from copy import deepcopy

import pytest
from sharing import SharingIssuer
from world import Issuer, World

from verifier.proof.data_integrity import MAX_PROOFS
from verifier.report import Answer, Check, Outcome

PROOF_ERROR = "https://w3id.org/security#PROOF_VERIFICATION_ERROR"


def proof(badge, **changes):
    changed = badge["proof"][0] | changes
    return {key: value for key, value in changed.items() if value is not ...}


def authentic(world, badge, *proofs):
    verdict = world.verify(badge | {"proof": list(proofs)}).authentic
    return verdict.answer, verdict.code


ODD = {"missing": ..., "null": None, "number": 7, "object": {}}
MEMBERS = ["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        pytest.param(member, value, id=f"{name}-{member}")
        for member in MEMBERS
        for name, value in ODD.items()
        if (member, name) != ("verificationMethod", "missing")
    ],
)
def test_a_proof_without_what_every_proof_has_fails(world, badge, member, value):
    assert authentic(world, badge, proof(badge, **{member: value})) == (
        Answer.NO,
        "proof_malformed",
    )


REASONS = {
    "no proof": ((), Check("proof", Outcome.FAILED, "no_proof", {}, PROOF_ERROR)),
    "an unknown suite": (
        ({"cryptosuite": "bbs-2023"},),
        Check("proof", Outcome.COULD_NOT_CHECK, "suite_not_supported", {"suite": "bbs-2023"}),
    ),
    "a suite of a long name": (
        ({"cryptosuite": "x" * 90},),
        Check("proof", Outcome.COULD_NOT_CHECK, "suite_not_supported", {"suite": "x" * 80}),
    ),
    "an unknown type": (
        ({"type": "BbsBlsSignature2020", "cryptosuite": ...},),
        Check("proof", Outcome.COULD_NOT_CHECK, "suite_not_supported",
              {"suite": "BbsBlsSignature2020"}),
    ),
    "a chain of an unknown suite": (
        ({"cryptosuite": "bbs-2023", "previousProof": "urn:uuid:1"},),
        Check("proof", Outcome.COULD_NOT_CHECK, "suite_not_supported",
              {"suite": "bbs-2023, in a chain of proofs"}),
    ),
    "another signature": (
        ({"created": "2026-11-01T00:00:01Z"},),
        Check("proof", Outcome.FAILED, "signature_wrong", {"suite": "eddsa-rdfc-2022"},
              PROOF_ERROR),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REASONS)
def test_the_check_of_a_proof_says_why(world, badge, name):
    changes, check = REASONS[name]
    report = world.verify(badge | {"proof": [proof(badge, **change) for change in changes]})
    assert check in report.checks


def test_an_issuer_that_cannot_be_asked_is_named_with_the_reason():
    badge = World().issuer.sign(World().badge())
    whole = World(issuer=Issuer("did:web:elsewhere.example"))
    (key,) = [check for check in whole.verify(badge).checks if check.name == "key"]
    assert key.outcome is Outcome.COULD_NOT_CHECK
    assert key.params["issuer"] == badge["issuer"]["id"]
    assert key.params["detail"]


def test_a_proof_need_not_say_which_key_made_it(world, badge):
    """Data Integrity 1.0, section 2.1: OPTIONAL. So nobody here can tell, which is no *no*."""
    unnamed = proof(badge, verificationMethod=...)
    assert authentic(world, badge, unnamed) == (Answer.COULD_NOT_CHECK, "key_not_named")
    assert authentic(world, badge, unnamed, proof(badge)) == (Answer.YES, "authentic")


@pytest.mark.parametrize("name", ["did:web:district.example#proof", "did:web:other.example#proof"])
def test_a_verification_method_may_stand_there_whole(world, name):
    """The key is the one that the issuer lists, whatever the proof says that it is."""
    report = world.verify(world.issuer.sign(world.badge(), verificationMethod={"id": name}))
    expected = Answer.YES if name == world.issuer.method else Answer.NO
    assert report.authentic.answer is expected


def test_the_issuer_alone_names_its_one_key_that_fits(world, badge):
    named = world.issuer.sign(world.badge(), verificationMethod=world.issuer.did)
    assert world.verify(named).authentic.answer is Answer.YES
    changed = named | {"name": "Another"}
    assert world.verify(changed).authentic.answer is Answer.NO
    document = world.issuer.document
    second = document["verificationMethod"][0] | {"id": f"{world.issuer.did}#second"}
    document["verificationMethod"].append(second)
    document["assertionMethod"].append(second["id"])
    world.publish_issuer(world.issuer, document)
    assert world.verify(named).authentic.code == "key_not_named"


def test_the_issuer_alone_may_name_a_key_of_a_kind_that_is_not_read(world):
    named = world.issuer.sign(world.badge(), verificationMethod=world.issuer.did)
    document = world.issuer.document
    document["verificationMethod"][0]["publicKeyMultibase"] = "z3vQB7B6MrGQZaxCuFg4oh"
    world.publish_issuer(world.issuer, document)
    authentic = world.verify(named).authentic
    assert (authentic.answer, authentic.code) == (Answer.COULD_NOT_CHECK, "key_not_supported")


def test_a_verification_method_of_the_issuers_own_may_be_named_shortly(world, badge):
    """A relative address is covered by no signature here, and is nobody else's key."""
    answer, code = authentic(world, badge, proof(badge, verificationMethod="#proof"))
    assert (answer, code) != (Answer.NO, "key_of_another")
    assert answer is not Answer.YES


UNKNOWN = {
    "of a ledger": {"type": "MerkleProof2019", "created": "2026-11-01", "proofValue": [1]},
    "of a type alone": {"type": "AnonCredsPresentationProof2022"},
    "for another purpose": {"type": "RsaSignature2018", "proofPurpose": "authentication"},
    "of a suite alone": {"type": "DataIntegrityProof", "cryptosuite": "bbs-2023"},
    "with a suite that is no text": {"type": "CLSignature2019", "cryptosuite": {}},
}


@pytest.mark.parametrize("unknown", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_of_an_unknown_kind_nobody_here_knows_what_it_must_have(world, badge, unknown):
    """Data Integrity 1.0, section 2.1: but for its type, a kind says what its proofs hold."""
    expected = (Answer.COULD_NOT_CHECK, "suite_not_supported")
    assert authentic(world, badge, unknown) == expected
    assert authentic(world, badge, unknown, proof(badge)) == (Answer.YES, "authentic")
    wrong = proof(badge, **BROKEN)
    assert authentic(world, badge, unknown, wrong) == (Answer.NO, "signature_wrong")


@pytest.mark.parametrize("odd", ["z123", 7, None, True], ids=str)
def test_a_proof_that_is_no_object_fails(world, badge, odd):
    answer, _ = authentic(world, badge, odd)
    assert answer is Answer.NO


@pytest.mark.parametrize("proofs", [[], None], ids=["an empty list", "null"])
def test_a_badge_without_a_proof_is_not_signed(world, badge, proofs):
    verdict = world.verify(badge | {"proof": proofs}).authentic
    assert (verdict.answer, verdict.code) == (Answer.NO, "no_proof")


@pytest.mark.parametrize("value", ["z", "", "u" + "A" * 86, "z" + "1" * 63, "zOIl0", "z" * 9999])
def test_a_proof_value_in_another_encoding_fails(world, badge, value):
    assert authentic(world, badge, proof(badge, proofValue=value)) == (
        Answer.NO,
        "proof_malformed",
    )


PURPOSES = ["authentication", "keyAgreement", "capabilityInvocation"]


@pytest.mark.parametrize("purpose", [*PURPOSES, "https://w3id.org/security#assertionMethod"])
def test_a_proof_for_another_purpose_fails_even_when_it_was_signed_for_it(world, purpose):
    signed = world.issuer.sign(world.badge(), proofPurpose=purpose)
    verdict = world.verify(signed).authentic
    assert (verdict.answer, verdict.code) == (Answer.NO, "proof_purpose")


@pytest.mark.parametrize("suite", ["eddsa-rdf-2022", "bbs-2023", "", "EDDSA-RDFC-2022"])
def test_a_suite_that_is_not_known_could_not_be_checked(world, badge, suite):
    assert authentic(world, badge, proof(badge, cryptosuite=suite)) == (
        Answer.COULD_NOT_CHECK,
        "suite_not_supported",
    )


def test_a_proof_of_an_older_type_could_not_be_checked(world, badge):
    older = proof(badge, type="RsaSignature2018", cryptosuite=...)
    assert authentic(world, badge, older) == (Answer.COULD_NOT_CHECK, "suite_not_supported")


def test_a_proof_need_not_stand_in_a_list(world, badge):
    assert world.verify(badge | {"proof": badge["proof"][0]}).authentic.answer is Answer.YES


def test_what_fails_names_the_problem_that_w3c_defines(world, badge):
    checks = world.verify(badge | {"name": "Another"}).checks
    wrong = next(check for check in checks if check.outcome is Outcome.FAILED)
    assert (wrong.code, wrong.problem) == ("signature_wrong", PROOF_ERROR)


@pytest.fixture
def second(world):
    """A second proof by the issuer's own key, made a day later."""
    return world.issuer.sign(world.badge(), created="2026-11-02T00:00:00Z")["proof"][0]


@pytest.fixture
def stranger(world):
    """A sound proof of somebody else."""
    other = Issuer("did:web:stranger.example")
    world.publish_issuer(other)
    return other.sign(world.badge())["proof"][0]


BROKEN = {"proofValue": "z" + "1" * 64}


def test_proofs_stand_together_in_any_order(world, badge, second, stranger):
    good, yes = proof(badge), (Answer.YES, "authentic")
    wrong = proof(badge, **BROKEN)
    unknown = proof(badge, cryptosuite="bbs-2023")
    link = proof(badge, previousProof="urn:uuid:1")
    table = [
        ((good, second), yes),
        ((good, stranger), yes),
        ((good, stranger | BROKEN), yes),
        ((good, unknown), yes),
        ((good, link), (Answer.COULD_NOT_CHECK, "proof_chain_broken")),
        ((good, wrong), (Answer.NO, "signature_wrong")),
        ((good, proof(badge, proofPurpose="authentication")), (Answer.NO, "proof_purpose")),
        ((good, "x"), (Answer.NO, "proof_malformed")),
        ((stranger,), (Answer.NO, "key_of_another")),
        ((stranger | {"cryptosuite": "bbs-2023"},), (Answer.NO, "key_of_another")),
        ((stranger, unknown), (Answer.COULD_NOT_CHECK, "suite_not_supported")),
        ((stranger, wrong), (Answer.NO, "signature_wrong")),
        ((stranger, link), (Answer.COULD_NOT_CHECK, "proof_chain_broken")),
        ((unknown, wrong), (Answer.NO, "signature_wrong")),
    ]
    for proofs, expected in table:
        assert authentic(world, badge, *proofs) == expected
        assert authentic(world, badge, *reversed(proofs)) == expected
    # Neither could be checked; the first says why.
    assert authentic(world, badge, unknown, link) == (
        Answer.COULD_NOT_CHECK,
        "suite_not_supported",
    )
    assert authentic(world, badge, link, unknown) == (Answer.COULD_NOT_CHECK, "proof_chain_broken")


def test_a_proof_of_a_stranger_is_noted_and_nobody_asked_about_it(world, badge, stranger):
    report = world.verify(badge | {"proof": [stranger, *badge["proof"]]})
    noted = next(check for check in report.checks if check.code == "proof_of_another")
    assert noted.outcome is Outcome.NOT_APPLICABLE
    assert not [url for url in world.asked if "stranger" in url]


def test_ten_proofs_are_checked_and_eleven_are_not(world, badge, second):
    ten = [*badge["proof"], *[second] * (MAX_PROOFS - 1)]
    assert authentic(world, badge, *ten) == (Answer.YES, "authentic")
    asked = len(world.asked)
    assert authentic(world, badge, *ten, second) == (Answer.COULD_NOT_CHECK, "too_many_proofs")
    assert len(world.asked) == asked


def test_a_proof_moved_to_another_badge_does_not_fit(world, badge):
    other = world.badge(id="https://district.example/credentials/2")
    assert authentic(world, other, *badge["proof"]) == (Answer.NO, "signature_wrong")


@pytest.mark.parametrize("option", ["challenge", "domain", "nonce"])
def test_an_option_added_after_signing_does_not_fit(world, badge, option):
    assert authentic(world, badge, proof(badge, **{option: "x"})) == (Answer.NO, "signature_wrong")


NOT_DEFINED = {
    "a term": ("credentialSubject", "achievement", "gpa", "4.0"),
    "a term with a subtree": ("credentialSubject", "grades", {"gpa": ["4.0"]}),
    "a type": ("evidence", 0, "type", ["Evidence", "Portfolio"]),
    "a part at a relative address": (
        "evidence", [{"type": ["Evidence"], "id": "files/1", "name": "x"}]),
}  # fmt: skip
"""Where to add to a badge what its contexts do not define, and what."""


def with_undefined(badge, addition):
    *way, last, value = addition
    changed = deepcopy(badge)
    place = changed
    for step in way:
        place = place[step]
    place[last] = [*place[last], *value] if last == "evidence" else value
    return changed


@pytest.fixture(params=NOT_DEFINED.values(), ids=NOT_DEFINED)
def addition(request):
    return request.param


def test_what_no_context_defines_could_not_be_checked_where_the_rest_is_signed(
    world, badge, addition
):
    """Nobody can tell who wrote it: an issuer whose library signs without it, or a forger."""
    changed = with_undefined(badge, addition)
    assert authentic(world, changed, *badge["proof"]) == (Answer.COULD_NOT_CHECK, "data_loss")
    assert world.verify(changed).credential is None


def test_what_no_context_defines_excuses_no_other_change(world, badge, addition):
    changed = with_undefined(badge | {"name": "Another"}, addition)
    assert authentic(world, changed, *badge["proof"]) == (Answer.NO, "data_loss")


def test_what_no_context_defines_excuses_nothing_in_a_badge_that_can_be_shared_in_parts(addition):
    issuer = SharingIssuer("did:web:district.example")
    world = World(issuer=issuer)
    whole = issuer.share(world.badge())
    assert world.verify(whole).authentic.answer is Answer.YES
    assert world.verify(with_undefined(whole, addition)).authentic.answer is Answer.NO


def test_what_is_no_json_ld_fails_with_the_problem_that_w3c_defines(world, badge):
    report = world.verify(badge | {"evidence": [{"id": 7}]})
    assert report.authentic.answer is Answer.NO
    assert report.checks[-1] == Check(
        "proof", Outcome.FAILED, "not_json_ld", report.checks[-1].params,
        "https://w3id.org/security#PROOF_TRANSFORMATION_ERROR",
    )  # fmt: skip
    assert '"@id" value must be a string' in report.checks[-1].params["detail"]


def test_an_undefined_option_in_a_proof_could_not_be_checked(world, badge):
    more = proof(badge, comment="x")
    assert authentic(world, badge, more) == (Answer.COULD_NOT_CHECK, "data_loss")


def test_a_key_of_another_kind_under_the_method_does_not_fit(world, badge):
    document = world.issuer.document
    document["verificationMethod"][0] |= {
        "publicKeyMultibase": None,
        "publicKeyJwk": document["verificationMethod"][1]["publicKeyJwk"],
    }
    world.publish_issuer(world.issuer, document)
    assert world.verify(badge).authentic.answer is Answer.NO


def test_a_key_of_a_kind_not_known_could_not_be_checked(world, badge):
    document = world.issuer.document
    document["verificationMethod"][0]["publicKeyMultibase"] = "zQ3shNotAKeyOfOurs"
    world.publish_issuer(world.issuer, document)
    verdict = world.verify(badge).authentic
    assert (verdict.answer, verdict.code) == (Answer.COULD_NOT_CHECK, "key_not_supported")
