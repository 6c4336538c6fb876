"""Endorsement chains: recognized because somebody on a list endorses the issuer (issue: chains)."""

import json
from itertools import pairwise

import pytest
from world import Issuer

from verifier import Answer, trust
from verifier.fetching.fetch import FetchError
from verifier.trust.chain import LICENSED, MAX_CHAINS, MAX_LINKS
from verifier.wording import printed, words

STATE = Issuer("did:web:state.example")
REGION = Issuer("did:web:region.example")
COUNTY = Issuer("did:web:county.example")
STATUS = {
    "id": "https://state.example/status/1#1",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "1",
    "statusListCredential": "https://state.example/status/1",
}


@pytest.fixture(autouse=True)
def _published(world):
    for issuer in (STATE, REGION, COUNTY):
        world.publish_issuer(issuer)


def endorsement(world, by, about, held=(), **changes):
    profile = {"id": by.did, "type": ["Profile"], "name": f"Self-named {by.did}"}
    if held:
        profile["endorsement"] = list(held)
    document = {
        "@context": world.badge()["@context"],
        "id": f"https://endorsements.example/{by.did}/{about}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsed",
        "issuer": profile,
        "validFrom": "2026-10-01T00:00:00Z",
        "credentialSubject": {
            "id": about,
            "type": ["EndorsementSubject", LICENSED],
            "endorsementComment": "Known to us.",
        },
    }
    return document | changes


def signed(world, by, about, held=(), **changes):
    return by.sign(endorsement(world, by, about, held, **changes))


def badge_with(world, *held, **members):
    badge = world.badge()
    badge["issuer"] |= {"endorsement": list(held)} if held else members
    return world.issuer.sign(badge)


def judged(world, badge, *lists, **options):
    lists = lists or (world.trust_list(STATE, kind="state", name="State Department"),)
    return world.verify(badge, trust=lists, **options).recognized


def test_a_district_that_a_listed_state_endorses_is_recognized_and_the_verdict_says_why(world):
    verdict = judged(world, badge_with(world, signed(world, STATE, world.issuer.did)))
    assert (verdict.answer, verdict.code) == (Answer.YES, "endorsed")
    assert words.text(verdict) == (
        "Recognized because State Department (did:web:state.example), on the list “Test list”, "
        "endorses the issuer."
    )


def test_an_endorsement_as_a_jwt_counts_alike(world):
    jwt = STATE.jwt(endorsement(world, STATE, world.issuer.did))
    assert judged(world, badge_with(world, endorsementJwt=[jwt])).code == "endorsed"


def test_an_endorsement_that_a_list_passes_on_counts_alike(world):
    listed = {"id": STATE.did, "name": "State Department", "kind": "state"}
    document = {"type": "MintmarkTrustList", "version": 1, "name": "Ours", "entries": [listed]}
    document |= {"updated": "2026-11-01T00:00:00Z"}
    passed_on = [signed(world, STATE, world.issuer.did), "no JWT", 7]
    ours = trust.load(json.dumps(document | {"endorsements": passed_on}).encode())
    assert judged(world, badge_with(world), ours).code == "endorsed"


def test_without_an_endorsement_the_issuer_is_on_no_list(world):
    assert judged(world, badge_with(world)).code == "not_listed"


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "district"},
        {"kind": "state", "endorses": False},
        {"kind": "state", "validUntil": "2026-11-01T00:00:00Z"},
        {"kind": "state", "unverified": "a directory"},
    ],
    ids=["a district", "a state that may not", "a listing that ended", "one nobody looked at"],
)
def test_the_word_of_these_does_not_carry(world, entry):
    held = signed(world, STATE, world.issuer.did)
    verdict = judged(world, badge_with(world, held), world.trust_list(STATE, **entry))
    assert verdict.code == "not_listed"


def test_an_entry_may_say_that_its_body_endorses(world):
    listed = world.trust_list(STATE, kind="university", endorses=True)
    held = signed(world, STATE, world.issuer.did)
    assert judged(world, badge_with(world, held), listed).code == "endorsed"


def test_a_state_whose_listing_has_its_dates_endorses_while_they_hold(world):
    held = signed(world, REGION, world.issuer.did, [signed(world, STATE, REGION.did)])
    dates = {"validFrom": "2026-11-01T00:00:00Z", "validUntil": "2026-12-01T00:00:00Z"}
    listed = world.trust_list(STATE, kind="state", **dates)
    assert judged(world, badge_with(world, held), listed).code == "endorsed_through"


def test_the_keeper_of_a_signed_list_endorses_by_nature_and_nobody_else(world):
    signed_list = {"type": "MintmarkTrustList", "version": 1, "name": "Their list", "entries": []}
    signed_list |= {"updated": "2026-11-01T00:00:00Z", "keeper": STATE.did}
    lists = trust.load(json.dumps(signed_list).encode())
    verdict = judged(world, badge_with(world, signed(world, STATE, world.issuer.did)), lists)
    assert (verdict.code, verdict.params["by"]) == ("endorsed", "Their list")
    other = badge_with(world, signed(world, COUNTY, world.issuer.did))
    assert judged(world, other, lists).code == "not_listed"


def praised(world, by, about, held=(), changes=None, **subject):
    """An endorsement that makes nobody an issuer, as anybody signs it of a teacher."""
    document = endorsement(world, by, about, held, **(changes or {}))
    document["credentialSubject"] |= {"type": ["EndorsementSubject"]} | subject
    return by.sign(document)


def test_a_person_whom_an_endorsed_district_praises_is_endorsed_and_not_recognized(world):
    district = signed(world, STATE, COUNTY.did)
    verdict = judged(world, badge_with(world, praised(world, COUNTY, world.issuer.did, [district])))
    assert (verdict.answer, verdict.code) == (Answer.NO, "only_endorsed")
    assert "not as an organization that may issue credentials" in words.text(verdict)
    badge = badge_with(world, praised(world, STATE, world.issuer.did))
    assert judged(world, badge).code == "only_endorsed"


SAYS_NOTHING = {
    "one type, as text": {"type": "EndorsementSubject"},
    "a word of nobody": {"type": ["EndorsementSubject", "https://state.example/LicensedIssuer"]},
    "in its comment": {"endorsementComment": LICENSED},
    "a name that begins alike": {"type": ["EndorsementSubject", f"{LICENSED}s"]},
}


@pytest.mark.parametrize("subject", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_only_an_endorsement_that_says_so_licenses_issuing(world, subject):
    badge = badge_with(world, praised(world, STATE, world.issuer.did, **subject))
    assert judged(world, badge).code == "only_endorsed"


def test_each_link_of_a_chain_has_to_license(world):
    up = praised(world, STATE, REGION.did)
    held = signed(world, REGION, world.issuer.did, [up])
    assert judged(world, badge_with(world, held)).code == "only_endorsed"


def test_a_license_that_somebody_writes_into_praise_breaks_its_signature(world):
    held = praised(world, STATE, world.issuer.did)
    held["credentialSubject"]["type"] = ["EndorsementSubject", LICENSED]
    assert judged(world, badge_with(world, held)).code == "not_listed"


def test_praise_that_is_not_in_force_says_nothing(world):
    document = endorsement(world, STATE, world.issuer.did, validUntil="2026-11-01T00:00:00Z")
    document["credentialSubject"]["type"] = ["EndorsementSubject"]
    assert judged(world, badge_with(world, STATE.sign(document))).code == "not_listed"


def test_a_license_counts_behind_any_praise(world):
    ids = (f"urn:x:{number}" for number in range(MAX_CHAINS + 2))
    praise = [
        praised(world, STATE, world.issuer.did, changes={"id": identifier}) for identifier in ids
    ]
    held = [*praise, signed(world, STATE, world.issuer.did)]
    assert judged(world, badge_with(world, *held)).code == "endorsed"
    ended = signed(world, STATE, world.issuer.did, validUntil="2026-11-01T00:00:00Z")
    assert judged(world, badge_with(world, *praise, ended)).code == "endorsement_ended"


def test_a_listing_speaks_before_an_endorsement(world):
    held = signed(world, STATE, world.issuer.did)
    listed = world.trust_list(STATE, world.issuer, kind="state")
    assert judged(world, badge_with(world, held), listed).code == "listed"
    ended = world.trust_list(world.issuer, validUntil="2026-11-01T00:00:00Z")
    both = (ended, world.trust_list(STATE, kind="state"))
    assert judged(world, badge_with(world, held), *both).code == "listing_ended"


def test_a_chain_names_every_link(world):
    up = signed(world, STATE, REGION.did)
    held = signed(world, REGION, world.issuer.did, [up])
    verdict = judged(world, badge_with(world, held))
    assert (verdict.answer, verdict.code) == (Answer.YES, "endorsed_through")
    assert verdict.params["through"] == "did:web:region.example"
    assert "State Department (did:web:state.example)" in words.text(verdict)


def ladder(world, links):
    """A badge below a chain of so many endorsements, the topmost by the state."""
    rungs = [Issuer(f"did:web:rung{number}.example") for number in range(links - 1)]
    for rung in rungs:
        world.publish_issuer(rung)
    bodies = [STATE, *rungs, world.issuer]
    held = ()
    for by, about in pairwise(bodies):
        held = (signed(world, by, about.did, held),)
    return badge_with(world, *held)


def test_three_links_are_followed_and_not_four(world):
    assert MAX_LINKS == 3
    verdict = judged(world, ladder(world, 3))
    assert (verdict.answer, verdict.code) == (Answer.YES, "endorsed_through")
    assert verdict.params["through"] == "did:web:rung0.example → did:web:rung1.example"
    assert judged(world, ladder(world, 4)).code == "not_listed"


def test_who_endorse_each_other_are_recognized_by_nobody(world):
    inner = signed(world, COUNTY, REGION.did, [endorsement(world, REGION, COUNTY.did)])
    assert judged(
        world, badge_with(world, signed(world, REGION, world.issuer.did, [inner]))
    ).code == ("not_listed")


def test_a_way_that_comes_back_to_the_issuer_is_no_way(world):
    own = signed(world, world.issuer, REGION.did, [signed(world, STATE, world.issuer.did)])
    held = signed(world, REGION, world.issuer.did, [own])
    assert judged(world, badge_with(world, held)).code == "not_listed"


def test_an_issuer_that_endorses_itself_is_recognized_by_nobody(world):
    held = world.issuer.sign(endorsement(world, world.issuer, world.issuer.did))
    assert judged(world, badge_with(world, held)).code == "not_listed"
    listed = world.trust_list(world.issuer, kind="state", validFrom="2027-01-01T00:00:00Z")
    assert judged(world, badge_with(world, held), listed).code == "listing_ended"


def forged(world):
    return REGION.sign(endorsement(world, STATE, world.issuer.did))


def changed(world):
    endorsement = signed(world, STATE, REGION.did)
    return {
        **endorsement,
        "credentialSubject": {**endorsement["credentialSubject"], "id": world.issuer.did},
    }


NOT_ENDORSED = {
    "signed by another": forged,
    "changed after signing": changed,
    "about another": lambda world: signed(world, STATE, REGION.did),
    "by a stranger": lambda world: signed(world, COUNTY, world.issuer.did),
    "without a proof": lambda world: endorsement(world, STATE, world.issuer.did),
}


@pytest.mark.parametrize("flawed", NOT_ENDORSED.values(), ids=NOT_ENDORSED.keys())
def test_what_the_state_did_not_sign_for_this_issuer_counts_for_nothing(world, flawed):
    assert judged(world, badge_with(world, flawed(world))).code == "not_listed"


def test_what_is_no_endorsement_is_not_taken_for_one(world):
    document = endorsement(world, STATE, world.issuer.did)
    document["type"] = ["VerifiableCredential", "OpenBadgeCredential"]
    held = [STATE.jwt(document)]
    assert judged(world, badge_with(world, endorsementJwt=held)).code == "not_listed"


def test_an_endorsement_in_words_of_no_known_standard_could_not_be_checked(world):
    document = endorsement(world, STATE, world.issuer.did)
    document["@context"] = ["https://www.w3.org/ns/credentials/v2"]
    verdict = judged(world, badge_with(world, endorsementJwt=[STATE.jwt(document)]))
    assert (verdict.answer, verdict.code) == (Answer.COULD_NOT_CHECK, "endorsement_unchecked")


ENDED = {
    "out of dates": {"validUntil": "2026-11-01T00:00:00Z"},
    "not yet in force": {"validFrom": "2026-12-01T00:00:00Z"},
}


@pytest.mark.parametrize("dates", ENDED.values(), ids=ENDED.keys())
def test_an_endorsement_not_in_force_has_ended(world, dates):
    verdict = judged(world, badge_with(world, signed(world, STATE, world.issuer.did, **dates)))
    assert (verdict.answer, verdict.code) == (Answer.NO, "endorsement_ended")


def status_of(world, revoked):
    subject = {"id": f"{STATUS['statusListCredential']}#list"}
    document = world.list_document(revoked, subject=subject, issuer=STATE.did)
    document["id"] = STATUS["statusListCredential"]
    world.publish(STATUS["statusListCredential"], STATE.sign(document))


def test_an_endorsement_that_the_state_withdrew_has_ended(world):
    badge = badge_with(world, signed(world, STATE, world.issuer.did, credentialStatus=STATUS))
    status_of(world, {2})
    assert judged(world, badge).code == "endorsed"
    status_of(world, {1})
    assert judged(world, badge).code == "endorsement_ended"


def test_an_upper_link_that_was_withdrawn_ends_the_chain(world):
    status_of(world, {1})
    up = signed(world, STATE, REGION.did, credentialStatus=STATUS)
    badge = badge_with(world, signed(world, REGION, world.issuer.did, [up]))
    assert judged(world, badge).code == "endorsement_ended"


def test_an_endorsement_that_cannot_be_checked_is_said_to_be_so(world):
    badge = badge_with(world, signed(world, STATE, world.issuer.did, credentialStatus=STATUS))
    verdict = judged(world, badge)  # its status list is not there
    assert (verdict.answer, verdict.code) == (Answer.COULD_NOT_CHECK, "endorsement_unchecked")
    url = "https://state.example/.well-known/did.json"
    world.documents[url] = FetchError("too_slow", url)
    unlisted = world.trust_list(STATE, kind="state", didDocument=None)
    assert judged(world, badge, unlisted).code == "endorsement_unchecked"


def test_a_chain_that_holds_counts_beside_one_that_does_not(world):
    good = signed(world, STATE, world.issuer.did)
    ended = signed(world, STATE, world.issuer.did, id="urn:x:2", validUntil="2026-11-01T00:00:00Z")
    for held in ([good, ended], [ended, good], [forged(world) | {"id": "urn:x:3"}, good]):
        assert judged(world, badge_with(world, *held)).code == "endorsed"


def test_a_crowd_of_endorsements_is_looked_at_to_a_bound(world):
    bad = [endorsement(world, STATE, world.issuer.did, id=f"urn:x:{n}") for n in range(30)]
    jwts = [STATE.jwt(one) for one in bad]
    broken = [jwt[:-8] + "AAAAAAAA" for jwt in jwts[:MAX_CHAINS]]
    assert (
        judged(world, badge_with(world, endorsementJwt=[*broken[1:], jwts[4]])).code == "endorsed"
    )
    crowd = [*broken, *jwts[MAX_CHAINS:]]
    badge = badge_with(world, endorsementJwt=crowd)
    del badge["proof"]
    assert judged(world, world.issuer.jwt(badge)).code == "not_listed"


def test_nothing_is_asked_of_an_endorser_who_leads_to_nobody_listed(world):
    badge = badge_with(world, signed(world, COUNTY, world.issuer.did))
    world.verify(badge, trust=())  # the endorsement has a report of its own in either case
    alone = len(world.asked)
    world.asked.clear()
    judged(world, badge)
    assert len(world.asked) == alone


def test_offline_a_snapshot_of_the_state_is_enough(world):
    state = world.trust_list(STATE, kind="state")
    district = badge_with(world, signed(world, STATE, world.issuer.did))
    url = "https://state.example/.well-known/did.json"
    world.documents[url] = FetchError("too_slow", url)
    assert judged(world, district, state).code == "endorsed"


def test_the_report_shows_the_chain_to_programs(world):
    held = signed(world, STATE, world.issuer.did)
    lists = [world.trust_list(STATE, kind="state", name="State Department")]
    shown = printed.as_json(world.verify(badge_with(world, held), trust=lists))
    assert shown["verdicts"]["recognized"]["params"]["id"] == STATE.did
