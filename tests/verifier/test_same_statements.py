"""What is shown and decided depends on the statements alone (T1, D2; RDF 1.1 Concepts, section 3).

Four credentials, each with every member written otherwise, alone and in pairs: the printed report
is the same, or nothing in it is yes.
"""

import json
import os
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from same_statements import Rewrite, rewrites, rewritten
from world import BADGE, CONTEXTS, Issuer, World

from contexts import NoOneReadingError, read, shipped
from contexts.members import unsigned
from contexts.merged import Merged
from contexts.plain import Pieces, Plain
from contexts.terms import Declined
from verifier import Answer, Report
from verifier.pipeline.reading import MANNER
from verifier.wording import printed

EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
FUZZ = "FUZZ_PAIRS" in os.environ
PAIRS = int(os.environ.get("FUZZ_PAIRS", "500"))
"""`make fuzz` takes every way and all pairs, a test run some 300 ways and so many pairs."""
DEMO = json.loads((Path(__file__).parent / "cases" / "demo-12-hours.json").read_text())
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
ENDORSER = Issuer("did:web:association.example")
LEARNER, ACHIEVEMENT = (BADGE["credentialSubject"][name] for name in ("id", "achievement"))
WORLD = World()
WORLD.publish_issuer(ENDORSER)


def demo() -> dict:
    """The credential of the demo, signed by an issuer of ours."""
    badge = {name: value for name, value in DEMO.items() if name != "proof"}
    badge["issuer"] |= {"id": WORLD.issuer.did}
    entry = badge["credentialStatus"]
    entry |= {"statusListCredential": WORLD.list_url, "id": f"{WORLD.list_url}#1"}
    return WORLD.issuer.sign(badge)


def shared() -> dict:
    """A badge that names its image, profile, levels and learner in two places."""
    badge = WORLD.badge()
    badge["@context"] = [*badge["@context"], EXTENSIONS]
    badge["refreshService"] = {"id": "urn:x:newer", "type": "1EdTechCredentialRefresh"}
    subject = badge["credentialSubject"]
    achievement = subject["achievement"]
    image = {"id": "https://district.example/image.png", "type": "Image", "caption": "A drum"}
    achievement |= {"image": image, "creator": deepcopy(badge["issuer"])}
    badge["image"], badge["issuer"]["image"] = dict(image), {"id": image["id"], "type": "Image"}
    subject["source"] = {"id": WORLD.issuer.did, "type": ["Profile"], "url": "https://x.example"}
    (work,) = achievement["resultDescription"]
    other = deepcopy(work) | {"id": f"{ACHIEVEMENT['id']}#reflection", "name": "Reflection"}
    hours = {"id": f"{ACHIEVEMENT['id']}#hours", "type": ["ResultDescription"], "name": "Hours"}
    achievement["resultDescription"] += [other, hours | {"resultType": "ext:hours"}]
    subject["result"] += [
        {"type": ["Result"], "resultDescription": other["id"]}
        | {"achievedLevel": f"{ACHIEVEMENT['id']}#work.soon"},
        {"type": ["Result"], "resultDescription": hours["id"], "value": "12"},
    ]
    return WORLD.issuer.sign(badge)


def endorsed() -> dict:
    """An expired badge whose achievement is endorsed."""
    badge = WORLD.badge(validUntil="2026-11-10T00:00:00Z")
    endorsement = {
        "@context": CONTEXTS,
        "id": "https://association.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": ENDORSER.did, "type": ["Profile"], "name": "Some Association"},
        "validFrom": "2026-10-01T00:00:00Z",
        "credentialSubject": {
            "id": ACHIEVEMENT["id"],
            "type": ["EndorsementSubject"],
            "endorsementComment": "Rigorous, and **fair**.",
        },
    }
    badge["credentialSubject"]["achievement"]["endorsement"] = [ENDORSER.sign(endorsement)]
    return WORLD.issuer.sign(badge)


def learner_record() -> dict:
    """A learner record of two badges, whose issuer and learner are those of the record."""
    badges = [WORLD.issuer.sign(WORLD.badge(id=f"urn:x:{number}")) for number in range(2)]
    record = {
        "@context": [CONTEXTS[0], CLR, CONTEXTS[1]],
        "id": "https://district.example/records/1",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": "Learner record",
        "issuer": dict(BADGE["issuer"]),
        "validFrom": "2026-11-02T00:00:00Z",
        "credentialSubject": {
            "id": LEARNER,
            "type": ["ClrSubject"],
            "verifiableCredential": badges,
        },
    }
    return WORLD.issuer.sign(record)


CREDENTIALS = {make.__name__: make() for make in (demo, shared, endorsed, learner_record)}
NOW = datetime(2026, 12, 1, tzinfo=UTC)


@cache
def ways(name: str) -> dict[str, Rewrite]:
    return rewrites(CREDENTIALS[name])


@cache
def original(name: str) -> Report:
    return WORLD.verify(CREDENTIALS[name], now=NOW)


@cache
def expected(name: str) -> tuple[str, str]:
    return words_and_json(original(name))


def words_and_json(report: Report) -> tuple[str, str]:
    """The report for people and for programs."""
    return printed.as_text("it", report, details=True), json.dumps(
        printed.as_json(report), sort_keys=True
    )


def answers(report: Report) -> Iterator[Answer]:
    yield from (verdict.answer for verdict in report.verdicts().values())
    for inner in (*report.endorsements, *report.credentials):
        yield from answers(inner)


def is_told_the_same(name: str, document: dict) -> bool:
    """Whether the report is the same; if not, nothing in it may be yes."""
    report = WORLD.verify(document, now=NOW)
    same = words_and_json(report) == expected(name)
    assert same or Answer.YES not in answers(report)
    return same


def pairs(name: str) -> Iterator[tuple[str, str]]:
    """Yield all pairs of rewrites, in an order that is always the same."""
    every = list(combinations(ways(name), 2))
    Random(name).shuffle(every)
    yield from every


@pytest.mark.parametrize("name", CREDENTIALS)
def test_one_member_written_otherwise_is_told_the_same(name, record_property):
    assert original(name).authentic.answer is Answer.YES
    same = {}
    every = list(ways(name).items())
    for way, rewrite in every if FUZZ else every[:: 1 + len(every) // 300]:
        same[way] = is_told_the_same(name, rewritten(CREDENTIALS[name], rewrite))
    record_property("variants", len(same))
    assert len(same) >= 150
    assert sum(same.values()) >= 0.8 * len(same), [way for way in same if not same[way]]


@pytest.mark.parametrize("name", CREDENTIALS)
def test_two_members_written_otherwise_are_told_the_same(name):
    tried = 0
    for first, second in pairs(name):
        both = rewritten(CREDENTIALS[name], ways(name)[first], ways(name)[second])
        if both is not None:
            is_told_the_same(name, both)
            tried += 1
        if tried == PAIRS // len(CREDENTIALS):
            break
    assert tried


@pytest.mark.parametrize("name", CREDENTIALS)
def test_what_is_in_one_piece_reads_as_if_it_were_merged(name):
    """The short way and the long one come to the same end, in the same order."""
    document, short = CREDENTIALS[name], 0
    every = list(ways(name).values())
    for rewrite in every if FUZZ else every[:: 1 + len(every) // 100]:
        covered = unsigned(rewritten(document, rewrite))
        active = shipped.initial()
        try:
            plain = Plain(covered, active, MANNER).written
        except (Declined, Pieces, NoOneReadingError):
            continue
        merged = Merged(covered, active, MANNER)
        assert (json.dumps(plain), merged.doubts()) == (json.dumps(merged.written()), [])
        short += 1
    assert short >= 30 or name in ("shared", "learner_record")


PROFILE = {
    "id": "did:web:district.example",
    "type": ["Profile"],
    "name": "Example District",
    "image": {"id": "https://district.example/logo.png", "type": "Image"},
}
MANY = [
    {"type": ["IdentifierEntry"], "identifier": str(number), "identifierType": "identifier"}
    for number in range(9)
]


@pytest.mark.parametrize(
    ("around", "inside", "short", "doubts"),
    [
        pytest.param(PROFILE, [PROFILE], True, [], id="the same"),
        pytest.param(PROFILE, [PROFILE, PROFILE], False, [], id="two of one subject"),
        pytest.param(
            PROFILE, [dict(reversed(PROFILE.items())) | {"type": "Profile"}], True, [],
            id="the same in other words",
        ),
        pytest.param(PROFILE, [PROFILE | {"phone": "1"}], False, [True], id="more"),
        pytest.param(PROFILE, [PROFILE | {"name": "Another"}], False, [True], id="another value"),
        pytest.param(PROFILE | {"phone": "1"}, [PROFILE], False, [False], id="less"),
        pytest.param(
            PROFILE | {"otherIdentifier": MANY[:1]}, [PROFILE | {"otherIdentifier": MANY[1:2]}],
            False, [True], id="another node without a name",
        ),
        pytest.param(
            PROFILE, [PROFILE, PROFILE | {"phone": "1"}], False, [False, True],
            id="the same, and more beside it",
        ),
        pytest.param(
            PROFILE | {"otherIdentifier": MANY}, [PROFILE | {"otherIdentifier": MANY}], False, [],
            id="more than is compared",
        ),
    ],
)  # fmt: skip
def test_what_an_endorsement_repeats_of_its_issuer_hides_no_piece(around, inside, short, doubts):
    """An issuer that endorses its own badge speaks of one profile in two places (T1)."""
    badge = {name: value for name, value in WORLD.badge().items() if name != "credentialStatus"}
    endorsements = [
        {
            "id": f"urn:x:{number}",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "issuer": profile,
            "credentialSubject": {"id": badge["id"], "type": ["EndorsementSubject"]},
        }
        for number, profile in enumerate(inside)
    ]
    document = badge | {"issuer": around, "endorsement": endorsements}
    merged = Merged(document, shipped.initial(), MANNER)
    assert sorted(more for _, more in merged.doubts()) == doubts
    try:
        plain = Plain(document, shipped.initial(), MANNER).written
    except Pieces:
        plain = None
    assert (plain is not None) is short
    if short:
        assert json.dumps(plain) == json.dumps(merged.written())


@pytest.mark.parametrize(
    "around", ["urn:x:0", {"id": "urn:x:0", "type": ["Evidence"], "name": "E"}]
)
def test_a_credential_inside_that_is_named_around_it_is_not_read_the_short_way(around):
    """What is said of it there may be a piece of it (T1)."""
    inside = {
        "id": "urn:x:0",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": ENDORSER.did,
        "credentialSubject": {"id": "urn:x:1", "type": ["EndorsementSubject"]},
    }
    badge = WORLD.badge() | {"endorsement": [inside]}
    assert Plain(badge, shipped.initial(), MANNER).written["endorsement"] == [inside]
    with pytest.raises(Pieces):
        Plain(badge | {"evidence": around}, shipped.initial(), MANNER)


@pytest.mark.parametrize(
    ("types", "doubts"),
    [
        pytest.param(["EndorsementSubject"], [], id="an endorsement"),
        pytest.param(
            ["EndorsementSubject", "OpenBadgeCredential"],
            [False],
            id="a type of what is endorsed",
        ),
    ],
)
def test_what_may_be_a_piece_of_either_is_left_to_the_signature_inside(types, doubts):
    """RDF 1.1: both stand in one graph, so a type that both name could be of either (T1)."""
    badge = {name: value for name, value in WORLD.badge().items() if name != "credentialStatus"}
    endorsement = {
        "id": "urn:x:1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": ENDORSER.did,
        "credentialSubject": {"id": badge["id"], "type": types},
    }
    meaning = read(badge | {"endorsement": [endorsement]}, MANNER)
    assert [more for _, more in meaning.doubts] == doubts
