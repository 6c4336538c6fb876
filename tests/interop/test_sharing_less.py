"""`ecdsa-sd-2023` with Digital Bazaar's: each issues, each makes copies that show less, each reads
the other's. A copy is the same bytes whoever makes it."""

import json
from copy import deepcopy

import pytest
from sharing import SharingIssuer
from world import World

from verifier.checks.disclosure import derive, mandatory_pointers
from verifier.issuers.did import did_web_url
from verifier.proof.cryptosuites import ecdsa_sd, sd_proof_value
from verifier.report import Answer

ENDS, AFTER = "2026-12-31T00:00:00Z", "2027-01-01T12:00:00Z"
NOW = "2026-11-22T12:00:00Z"
SUBJECT = "/credentialSubject"
SHOWN = {
    "nothing": [],
    "results": [f"{SUBJECT}/result"],
    "results-and-evidence": [f"{SUBJECT}/result", "/evidence"],
    "everything": [
        "/awardedDate", "/evidence", f"{SUBJECT}/identifier", f"{SUBJECT}/result",
        f"{SUBJECT}/activityStartDate", f"{SUBJECT}/activityEndDate",
        f"{SUBJECT}/creditsEarned", f"{SUBJECT}/narrative",
    ],
}  # fmt: skip


@pytest.fixture
def world():
    return World(issuer=SharingIssuer("did:web:district.example"))


@pytest.fixture(params=["ours", "theirs"])
def whole(request, library, world):
    """A badge to share parts of, signed by Mintmark's function or by theirs."""
    unsigned = world.badge(validUntil=ENDS)
    # Two equal nodes and one that says more: their names depend on each other.
    unsigned["evidence"] += [deepcopy(unsigned["evidence"][0]) | {"name": "Another"}]
    if request.param == "ours":
        return world.issuer.share(unsigned)
    document = library.ask("newSharingIssuer", did=world.issuer.did)
    published = world.issuer.document
    places = [place for place in published["verificationMethod"] if not place["id"].endswith("#sd")]
    published["verificationMethod"] = [*places, *document["verificationMethod"]]
    world.publish(did_web_url(world.issuer.did), published)
    return library.ask(
        "issueToShare",
        did=world.issuer.did,
        credential=unsigned,
        mandatoryPointers=list(mandatory_pointers(unsigned)),
        created="2026-11-01T00:00:00Z",
    )


@pytest.fixture(params=SHOWN.values(), ids=SHOWN)
def shown(request):
    return request.param


def they_say(library, world, credential, now=NOW):
    published = {url: json.loads(document) for url, document in world.documents.items()}
    return library.ask("verifyShared", credential=credential, published=published, now=now)


def one_proof(credential):
    proof = credential["proof"]
    return credential | {"proof": proof[0] if isinstance(proof, list) else proof}


def test_both_make_the_same_copy_byte_for_byte(library, whole, shown):
    theirs = library.ask("shareLess", credential=whole, selectivePointers=shown)
    assert one_proof(derive(whole, shown)) == one_proof(theirs)


def test_both_accept_a_copy_that_mintmark_made(library, world, whole, shown):
    part = derive(whole, shown)
    reply = they_say(library, world, part)
    assert reply == {"verified": True, "bits": [False], "accepted": True, "why": ""}
    report = world.verify(part)
    assert (report.authentic.code, report.current.code) == ("authentic", "current")


def test_mintmark_reads_the_whole_of_either(world, whole):
    report = world.verify(whole)
    assert (report.authentic.code, report.current.code) == ("authentic", "current")


def test_both_refuse_a_copy_after_its_end_and_when_revoked(library, world, whole):
    part = derive(whole, [])
    ended = they_say(library, world, part, now=AFTER)
    assert not ended["verified"]
    world.publish_list({94567})
    assert they_say(library, world, part)["bits"] == [True]
    assert world.verify(part).current.code == "revoked"


def test_both_refuse_a_changed_copy(library, world, whole, tamper):
    part = tamper(derive(whole, SHOWN["everything"]))
    assert not they_say(library, world, part)["verified"]
    assert world.verify(part).authentic.answer is Answer.NO


def test_both_refuse_a_copy_without_one_of_its_signatures(library, world, whole):
    part = one_proof(derive(whole, SHOWN["results"]))
    value = sd_proof_value.decode(part["proof"]["proofValue"])
    fewer = sd_proof_value.DerivedProof(
        value.base_signature, value.public_key, value.signatures[1:], value.labels,
        value.mandatory_indexes,
    )  # fmt: skip
    part["proof"] = part["proof"] | {"proofValue": sd_proof_value.encode(fewer)}
    assert not they_say(library, world, part)["verified"]
    assert world.verify(part).authentic.code == "signature_wrong"


def test_what_they_do_not_read_as_a_credential_mintmark_says_is_the_whole(library, world, whole):
    """Their verifier takes derived proofs alone; ours takes both (D27)."""
    assert not they_say(library, world, whole)["verified"]
    codes = {check.code for check in world.verify(whole).checks}
    assert "signature_verified_whole" in codes


def test_the_statements_that_both_sign_are_the_same(whole):
    proof = one_proof(whole)["proof"]
    value = sd_proof_value.decode(proof["proofValue"])
    data = ecdsa_sd.base_data(whole, proof, value.hmac_key, value.mandatory_pointers)
    assert len(data.non_mandatory) == len(value.signatures)


@pytest.mark.parametrize("function", ["verifyCredential", "verifyShared"])
@pytest.mark.parametrize("fate", ["sound", "revoked"])
def test_they_read_what_stands_at_the_public_link(library, issued_by, function, fate):
    """With the suites that everybody has, and with the one for derived proofs."""
    issued = issued_by("did:web")
    copy = issued.shown[fate]
    assert not [
        result for result in copy["credentialSubject"]["result"] if "achievedLevel" in result
    ]
    reply = library.ask(function, credential=copy, published=issued.published)
    assert (reply["verified"], reply["accepted"]) == (True, fate == "sound")


@pytest.mark.parametrize("function", ["verifyCredential", "verifyShared"])
def test_they_refuse_what_was_changed_of_it(library, issued_by, function):
    issued = issued_by("did:web")
    changed = {**issued.shown["sound"], "awardedDate": "2020-01-01T00:00:00Z"}
    reply = library.ask(function, credential=changed, published=issued.published)
    assert not reply["verified"]
