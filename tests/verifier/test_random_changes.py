"""Random changes and rewritings of signed badges: never a wrong yes (T1, T4)."""

import json
from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st
from world import World

from contexts import BUNDLED
from verifier.report import Answer

WORLD = World()
WORLD.publish_list({94567})
BADGE = WORLD.issuer.sign(WORLD.badge(validUntil="2026-11-10T00:00:00Z"))

MEMBERS = sorted(
    {
        *(
            "@context",
            "@graph",
            "@id",
            "@included",
            "@nest",
            "@reverse",
            "@type",
            "@value",
            "@list",
        ),
        *("id", "type", "proof", "issuer", "validFrom", "validUntil", "credentialSubject", "vc"),
        *("achievement", "identifier", "result", "evidence", "credentialStatus", "endorsement"),
        *("statusListIndex", "statusPurpose", "statusListCredential", "cryptosuite", "proofValue"),
        *("verificationMethod", "proofPurpose", "refreshService", "endorsementJwt", "badge"),
        *("https://www.w3.org/2018/credentials#validUntil", "name", "x", ""),
    }
)
WORDS = [
    *("VerifiableCredential", "OpenBadgeCredential", "Assertion", "BitstringStatusListEntry"),
    *("DataIntegrityProof", "eddsa-rdfc-2022", "assertionMethod", "revocation"),
    *("did:web:district.example", "did:key:z6Mk", "_:b", "//a/b", "https://["),
    *("2026-11-01T00:00:00Z", *BUNDLED),
]
TEXTS = st.text(max_size=8) | st.sampled_from(WORDS)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | TEXTS
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4)
    ),
    max_leaves=12,
)


def places(value, place=()):
    """Return every place in a document, for a change at any of them."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    paths = [place] if place else []
    for key, item in items:
        paths += places(item, (*place, key)) if isinstance(item, dict | list) else [(*place, key)]
    return paths


PLACES = places(BADGE)


def put(document, place, value):
    changed = deepcopy(document)
    here = changed
    for key in place[:-1]:
        here = here[key]
    here[place[-1]] = value
    return changed


@settings(max_examples=300, deadline=None)
@given(place=st.sampled_from(PLACES), value=JSON)
def test_any_json_anywhere_in_an_expired_badge_is_never_current(place, value):
    report = WORLD.verify(json.dumps(put(BADGE, place, value)).encode("utf-8", "replace"))
    assert report.current.answer is not Answer.YES


@settings(max_examples=100, deadline=None)
@given(document=JSON, place=st.sampled_from(["whole", "subject", "entry"]))
def test_any_status_gives_a_report_and_no_yes(document, place):
    world = World(issuer=WORLD.issuer)
    if place == "whole":
        world.publish(world.list_url, document)
    elif place == "subject":
        world.publish(
            world.list_url, world.list_document({94567}) | {"credentialSubject": document}
        )
    badge = world.badge(credentialStatus=document) if place == "entry" else world.badge()
    report = world.verify(world.issuer.jwt(badge))
    if report.current.answer is Answer.YES:  # nothing that stands for a status was said
        assert place == "entry"
        assert document in (None, [])


@st.composite
def rewritings(draw):
    """Write the badge in another way with the same statements."""

    def rewrite(value):
        if isinstance(value, dict):
            members = draw(st.permutations(list(value.items())))
            more = draw(st.sampled_from([{}, {}, {"digestSRI": None}]))
            return {
                key: item if key == "@context" else again(key, item) for key, item in members
            } | more
        if isinstance(value, list):
            return draw(st.permutations([rewrite(item) for item in value]))
        return value

    def again(key, item):
        if key == "@context":
            return item
        written = rewrite(item)
        if key in ("id", "proof", "allowedValue") or not isinstance(item, dict | str):
            return written
        return draw(st.sampled_from([written, written, [written]]))

    unsecured = {key: value for key, value in BADGE.items() if key != "proof"}
    return rewrite(unsecured) | {"proof": BADGE["proof"]}


@settings(max_examples=100, deadline=None)
@given(rewritings())
def test_an_equal_rewriting_gets_the_same_verdicts_or_could_not_be_checked(document):
    report = WORLD.verify(document)
    before = WORLD.verify(BADGE)
    assert report.authentic.answer in (before.authentic.answer, Answer.COULD_NOT_CHECK)
    assert report.current.answer in (before.current.answer, Answer.COULD_NOT_CHECK)


@settings(max_examples=100, deadline=None)
@given(place=st.sampled_from([p for p in PLACES if p[0] not in ("@context", "proof")]), text=TEXTS)
def test_any_other_text_in_a_signed_leaf_is_not_authentic(place, text):
    changed = put(BADGE, place, f"{text}.")
    assert WORLD.verify(changed).authentic.answer is not Answer.YES
