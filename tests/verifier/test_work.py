"""A small request buys little work (T12, T23): counted in steps, never in seconds."""

import json
from collections import Counter

import pytest
from world import World

from contexts import strict_pyld, work
from contexts.walk import Walk
from verifier.pipeline.inside import MAX_ENDORSEMENTS
from verifier.pipeline.pipeline import MAX_CREDENTIALS
from verifier.proof.cryptosuites import Suite, ecdsa_sd
from verifier.proof.data_integrity import MAX_PROOFS
from verifier.report import Answer, Outcome

XSD = "http://www.w3.org/2001/XMLSchema#"
UNDEFINED = {
    "term": {"zz": "anything"},
    "type": {"type": ["AchievementSubject", "Undefined"]},
    "id": {"id": "not an IRI"},
}


@pytest.fixture
def counted(monkeypatch):
    """How often something is walked, given to the reference processor, or verified."""
    counts: Counter[str] = Counter()

    def count(owner, name, label):
        original = getattr(owner, name)

        def counting(*args, **kwargs):
            counts[label] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, counting)

    count(Walk, "of", "walks")
    count(strict_pyld.StrictProcessor, "dataset", "reference")
    count(Suite, "check", "signatures")
    count(ecdsa_sd.SelectiveDisclosure, "check", "divided")
    return counts


@pytest.fixture
def spent(monkeypatch):
    """The units of work that were asked for, and were there to be spent."""
    units: list[int] = []
    original = work.spend

    def spend(asked):
        original(asked)
        units.append(asked)

    monkeypatch.setattr(work, "spend", spend)
    return units


def with_subject(document, **members):
    return document | {"credentialSubject": document["credentialSubject"] | members}


def proofs(document, number):
    return document | {"proof": document["proof"] * number}


@pytest.mark.parametrize("number", [1, MAX_PROOFS])
def test_all_proofs_share_one_canonical_form(world, counted, number):
    """T12: of the document once, and of the options of each proof."""
    badge = world.issuer.sign(world.badge(credentialStatus=None))
    counted.clear()
    report = world.verify(proofs(badge, number))
    assert report.authentic.answer is Answer.YES
    assert counted["walks"] == 1 + number
    assert counted["signatures"] == number


@pytest.mark.parametrize("flaw", UNDEFINED)
@pytest.mark.parametrize("number", [1, MAX_PROOFS])
def test_what_is_refused_costs_no_pass_of_the_reference(world, counted, flaw, number):
    """T23: one form that fails, one of what the contexts define, whatever the number of proofs."""
    badge = world.issuer.sign(world.badge(credentialStatus=None))
    shown = proofs(with_subject(badge, **UNDEFINED[flaw]), number)
    world.verify(shown)  # the first has its contexts compiled
    counted.clear()
    report = world.verify(shown)
    assert report.authentic.answer is not Answer.YES
    assert report.authentic.code == "data_loss"
    assert counted["reference"] == 0
    assert counted["walks"] == 2 + 2 * number


@pytest.mark.parametrize("flaw", ["term", "type"])
@pytest.mark.parametrize("changed", [False, True], ids=["as signed", "changed"])
def test_ten_proofs_over_what_a_lossy_library_signs_are_no_forgery(world, flaw, changed):
    """T12: the form that is shared is the right one, and a change beside it is still found."""
    shown = with_subject(world.issuer.sign(world.badge()), **UNDEFINED[flaw])
    if changed:
        shown["name"] = "Something else"
    report = world.verify(proofs(shown, MAX_PROOFS))
    expected = Answer.NO if changed else Answer.COULD_NOT_CHECK
    assert (report.authentic.answer, report.authentic.code) == (expected, "data_loss")


def test_one_proof_of_selective_disclosure_is_looked_at(world, counted):
    """T12: each would cost several canonical forms, and a signature for each statement."""
    badge = world.issuer.sign(world.badge())
    options = badge["proof"][0] | {"cryptosuite": "ecdsa-sd-2023", "proofValue": "u2V0AhA"}
    options["verificationMethod"] = f"{world.issuer.did}#jwt"
    counted.clear()
    report = world.verify(badge | {"proof": [options] * 3})
    assert report.authentic.answer is not Answer.YES
    assert counted["divided"] == 1


def unusual(world, number, places=2):
    """An endorsement that only the reference processor can read, with as much as it is given."""
    tags = [f"{number}.{place}" for place in range(places)]
    document = {
        "@context": world.badge()["@context"],
        "id": f"https://district.example/endorsements/{number}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": world.issuer.did,
        "validFrom": "2026-11-01T00:00:00Z",
        "credentialSubject": {
            "id": world.badge()["id"],
            "type": ["EndorsementSubject"],
            "endorsementComment": {"@value": "1.0", "@type": f"{XSD}double"},
        },
        "evidence": [{"type": ["Evidence"], "name": tag} for tag in tags],
    }
    return world.issuer.sign(document)


def test_all_credentials_inside_share_one_budget(world: World, spent):
    """T23: an outer JWT needs no canonical form, and holds many that are made to be slow."""
    inner = [unusual(world, number) for number in range(MAX_ENDORSEMENTS)]
    jwt = world.issuer.jwt(world.badge(endorsement=inner, credentialStatus=None))
    spent.clear()
    report = world.verify(jwt)
    assert report.authentic.answer is Answer.YES
    answers = [endorsement.authentic for endorsement in report.endorsements]
    assert answers[0].answer is Answer.YES
    assert (answers[-1].answer, answers[-1].code) == (Answer.COULD_NOT_CHECK, "too_complex")
    assert 0 < sum(spent) <= work.BASE + len(jwt) // work.BYTES


def test_credentials_within_credentials_are_not_walked_again_for_each_around_them(
    world, counted, spent
):
    """T23: each proof covers all that is nested below it."""
    subject = {"id": world.badge()["id"], "type": ["EndorsementSubject"]}
    inner = world.issuer.sign(unusual(world, 0) | {"credentialSubject": subject})
    for number in range(1, 12):
        around = unusual(world, number) | {"credentialSubject": subject, "endorsement": [inner]}
        inner = world.issuer.sign(around)
    badge = world.issuer.sign(world.badge(endorsement=[inner]))
    counted.clear()
    spent.clear()
    world.verify(badge)
    assert counted["walks"] <= 12
    assert sum(spent) <= work.BASE + len(json.dumps(badge)) // work.BYTES


def presented(badges):
    """Return one file with several credentials."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": badges,
    }


def test_all_credentials_of_one_file_share_one_budget(world, spent):
    """T23: twenty that are made to be slow cost what one may that is as long."""
    badges = [unusual(world, number, places=0) for number in range(MAX_CREDENTIALS)]
    data = json.dumps(presented(badges)).encode()
    world.verify_all(data, general=True)  # the first has its contexts compiled
    spent.clear()
    answers = [report.authentic for report in world.verify_all(data, general=True)]
    assert answers[0].answer is Answer.YES
    assert (answers[-1].answer, answers[-1].code) == (Answer.COULD_NOT_CHECK, "too_complex")
    assert 0 < sum(spent) <= work.BASE + len(data) // work.BYTES


def test_what_was_too_much_for_one_credential_is_left_to_the_next(world):
    """T23: work that is refused is not done, so it takes nothing from an honest neighbor."""
    slow, usual = unusual(world, 1, places=10), unusual(world, 2, places=0)
    data = json.dumps(presented([slow, usual])).encode()
    world.verify_all(data, general=True)
    reports = world.verify_all(data, general=True)
    assert [report.authentic.code for report in reports] == ["too_complex", "authentic"]


def test_the_next_verification_has_a_budget_of_its_own(world):
    inner = [unusual(world, 1)]
    badge = world.badge(endorsement=inner, credentialStatus=None, description="x" * 20_000)
    for _ in range(MAX_ENDORSEMENTS):
        report = world.verify(world.issuer.jwt(badge))
        assert report.endorsements[0].authentic.answer is Answer.YES


def test_an_honest_badge_spends_nothing(world, spent):
    badge = world.issuer.sign(world.badge())
    spent.clear()
    world.verify(badge)
    assert not spent


def test_odd_sets_of_contexts_are_compiled_within_the_budget(world, spent):
    """T23: each set of listed contexts that no table is shipped for takes processing."""
    listed = [
        "https://w3id.org/security/multikey/v1",
        "https://w3id.org/security/jwk/v1",
        "https://www.w3.org/ns/did/v1",
        "https://w3id.org/security/data-integrity/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    ]
    base = world.badge()["@context"]
    inner = []
    for number in range(MAX_ENDORSEMENTS):
        chosen = [url for place, url in enumerate(listed) if number >> place & 1]
        inner.append(unusual(world, number) | {"@context": [*base, *chosen, *base[:1]]})
    jwt = world.issuer.jwt(world.badge(endorsement=inner, credentialStatus=None))
    spent.clear()
    report = world.verify(jwt)
    assert report.authentic.answer is Answer.YES
    assert 0 < sum(spent) <= work.BASE + len(jwt) // work.BYTES
    assert report.endorsements[-1].authentic.code == "too_complex"


def test_contexts_that_contradict_each_other_are_tried_once(world, counted, spent):
    """T23: data models 1.1 and 2.0 in one array define protected terms twice."""
    badge = world.issuer.sign(world.badge())
    badge["@context"] = [*badge["@context"], "https://www.w3.org/2018/credentials/v1"]
    world.verify(badge)
    counted.clear()
    spent.clear()
    report = world.verify(badge)
    assert report.authentic.code == "not_json_ld"
    assert (counted["reference"], spent) == (0, [])


@pytest.mark.parametrize("size", [10, 1000])
def test_work_grows_with_the_document_and_no_faster(world, counted, size):
    """T23: statements are walked once for a form, however many there are."""
    evidence = [{"id": f"urn:e:{n}", "type": ["Evidence"]} for n in range(size)]
    badge = world.issuer.sign(world.badge(credentialStatus=None))
    shown = json.dumps(proofs(badge | {"evidence": evidence}, MAX_PROOFS))
    counted.clear()
    report = world.verify(shown.encode())
    assert {check.code for check in report.checks if check.outcome is Outcome.FAILED} == {
        "signature_wrong"
    }
    assert counted["walks"] == 1 + MAX_PROOFS


def test_what_takes_too_much_to_know_is_no_forgery(world):
    """T23: nothing defines a term, and what is left of it is past the budget to look at."""
    level = {"type": ["RubricCriterionLevel"], "name": "x"}
    tree = {"type": ["ResultDescription"], "name": "x", "rubricCriterionLevel": [level] * 6}
    badge = world.badge()
    badge["credentialSubject"]["achievement"]["resultDescription"] += [tree] * 120
    shown = with_subject(world.issuer.sign(badge), zz="anything")
    report = world.verify(shown)
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "data_loss",
    )
    shown["proof"][0]["proofValue"] = world.issuer.sign(world.badge())["proof"][0]["proofValue"]
    assert world.verify(shown).authentic.answer is Answer.COULD_NOT_CHECK


def test_what_is_no_json_ld_beside_an_undefined_term_is_not_signed_by_anybody(world):
    """Of such a document, a library without a safe mode would make nothing to sign."""
    signed = world.issuer.sign(world.badge())
    report = world.verify({"zz": 1, **signed, "evidence": [{"id": 7}]})
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "data_loss")
