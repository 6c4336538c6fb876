"""How a credential is read: by its statements alone, whatever their arrangement (T1, D2).

RDF 1.1 Concepts, section 3: a graph is a set. JSON-LD 1.1, sections 3.3 and 4: a node may stand
anywhere in pieces, a value beside `null` or twice.
"""

import json
from copy import deepcopy
from pathlib import Path

import pytest
from world import CONTEXTS, Issuer, World

from contexts import BUNDLED, Manner, NoOneReadingError, inline, read
from verifier import Answer
from verifier.batch import policy
from verifier.pipeline.reading import reading
from verifier.report import Outcome

CASES = Path(__file__).parent / "cases"
HOW = Manner(lists=frozenset({"tag"}), single=frozenset({"name", "value"}))
A = "https://district.example/achievements/feedback/1"
ENDORSER = Issuer("did:web:association.example")


def of(**members):
    """Return a credential as it is read."""
    kinds = ["VerifiableCredential", "OpenBadgeCredential"]
    return read({"@context": CONTEXTS, "type": kinds} | members, HOW).document


def case(name):
    return json.loads((CASES / name).read_text())


SAME = {
    "twice": ({"name": ["A", "A"]}, {"name": "A"}),
    "beside null": ({"name": [None, "A"], "description": None}, {"name": "A"}),
    "a value object": ({"name": {"@value": "A"}}, {"name": "A"}),
    "a typed date": (
        {"validFrom": {"@value": "2026", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}},
        {"validFrom": "2026"},
    ),
    "a language in capitals": (
        {"name": {"@value": "A", "@language": "EN"}}, {"name": {"@value": "A", "@language": "en"}},
    ),
    "an issuer as an object": ({"issuer": {"id": "urn:i"}}, {"issuer": "urn:i"}),
    "an issuer beside its id": (
        {"issuer": ["urn:i", {"id": "urn:i", "type": "Profile", "name": "I"}]},
        {"issuer": {"id": "urn:i", "type": ["Profile"], "name": "I"}},
    ),
    "a node in pieces": (
        {"issuer": [{"id": "urn:i", "type": "Profile", "name": "I"},
                    {"id": "urn:i", "type": "Profile", "phone": "1"}]},
        {"issuer": {"id": "urn:i", "type": "Profile", "name": "I", "phone": "1"}},
    ),
    "a node named before it is described": (
        {"evidence": "urn:e", "issuer": {"id": "urn:e", "type": "Profile", "name": "I"}},
        {"evidence": {"id": "urn:e", "type": "Profile", "name": "I"}, "issuer": "urn:e"},
    ),
    "statuses in another order": (
        {"credentialStatus": ["urn:b", "urn:a"]}, {"credentialStatus": ["urn:a", "urn:b"]},
    ),
    "members in another order": (
        {"name": "A", "description": "B"}, {"description": "B", "name": "A"},
    ),
    "an empty list": ({"name": []}, {}),
    "contexts twice": ({"@context": [*CONTEXTS, CONTEXTS[1]]}, {}),
    "a type by another name": (
        {"type": ["VerifiableCredential", "AchievementCredential"]},
        {"type": ["VerifiableCredential", "OpenBadgeCredential"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME.keys())
def test_what_states_the_same_reads_the_same(one, other):
    assert json.dumps(of(**one)) == json.dumps(of(**other))


SUBJECT = {"type": "AchievementSubject"}
NUMBERS = {
    "a number as text": ("creditsEarned", "12", 12),
    "a number": ("creditsEarned", 12.0, 12),
    "a fraction": ("creditsEarned", "1.25E1", 12.5),
    "a number written otherwise": ("creditsEarned", "12.50", "12.50"),
    "no number": ("creditsEarned", "many", "many"),
    "a number without a datatype": ("narrative", 7, 7),
}


@pytest.mark.parametrize(("member", "written", "expected"), NUMBERS.values(), ids=NUMBERS.keys())
def test_a_number_reads_as_its_literal_says(member, written, expected):
    """JSON-LD 1.1 API, section 8.2.2."""
    value = of(credentialSubject=SUBJECT | {member: written})["credentialSubject"][member]
    assert (type(value), value) == (type(expected), expected)


@pytest.mark.parametrize(("written", "expected"), [("true", True), (False, False), ("1", "1")])
def test_a_boolean_reads_as_its_literal_says(written, expected):
    identifier = {"type": "IdentityObject", "hashed": written}
    subject = of(credentialSubject=SUBJECT | {"identifier": identifier})["credentialSubject"]
    hashed = subject["identifier"]["hashed"]
    assert (type(hashed), hashed) == (type(expected), expected)


def test_two_values_where_one_is_expected_have_no_one_reading():
    with pytest.raises(NoOneReadingError, match="name"):
        of(name=["A", "B"])
    tongues = [{"@value": text, "@language": tag} for text, tag in (("A", "en"), ("B", "es"))]
    assert of(name=tongues)["name"] == tongues
    with pytest.raises(NoOneReadingError):
        of(name=[tongues[0], {"@value": "C", "@language": "en"}])


def test_who_may_hold_many_is_asked_with_the_types_of_the_node():
    asked = []

    def holds_many(name, node):
        asked.append((name, node))
        return True

    kinds = ["VerifiableCredential", "OpenBadgeCredential"]
    how = HOW._replace(holds_many=holds_many)
    document = read({"@context": CONTEXTS, "type": kinds, "name": ["B", "A"]}, how).document
    assert document["name"] == ["A", "B"]
    assert asked == [("name", {"type": kinds})]


OWN = {"@context": {"a": {"@id": "urn:x:a", "@container": "@list"}, "b": "urn:x:b"}}


def in_its_words(**members):
    """Return what is read of a document that defines a list."""
    document, contexts = inline.pin({"@context": [OWN["@context"]], **members}, BUNDLED)
    return read(document, HOW, contexts=contexts).document


def test_a_list_keeps_its_order_and_what_is_in_it_twice():
    """JSON-LD 1.1, section 4.3.1; also where nodes are merged."""
    assert in_its_words(a=["y", "x", "y"])["a"] == ["y", "x", "y"]
    pieces = [{"@id": "urn:x:n", "a": ["y", "x"]}, {"@id": "urn:x:n", "b": "z"}]
    assert in_its_words(b=pieces)["b"] == {"id": "urn:x:n", "a": ["y", "x"], "b": "z"}
    two = [{"@id": "urn:x:n", "a": ["y", "x"]}, {"@id": "urn:x:n", "a": ["x", "y"]}]
    with pytest.raises(NoOneReadingError, match="a"):
        in_its_words(b=two)


def test_two_equal_nodes_without_a_name_are_two_statements_and_read_as_one():
    evidence = {"type": "Evidence", "name": "E"}
    assert of(evidence=[evidence, evidence])["evidence"] == evidence | {"type": ["Evidence"]}


def test_a_node_that_leads_back_to_itself_is_read_once_around():
    """Honest badges give their criteria the address of the achievement."""
    achievement = {"id": A, "type": ["Achievement"], "criteria": {"id": A, "narrative": "Work."}}
    node = of(credentialSubject=SUBJECT | {"achievement": achievement})
    node = node["credentialSubject"]["achievement"]
    assert node["criteria"] == {"id": A, "type": ["Achievement"], "narrative": "Work."}


def test_what_would_grow_without_end_is_not_read():
    """Each of 40 profiles is named twice in the one before: whole, they would be a billion."""
    node = {"id": "urn:40", "type": "Profile", "name": "I"}
    for number in range(40):
        twice = {"parentOrg": node, "image": node["id"]}
        node = {"id": f"urn:{number}", "type": "Profile"} | twice
    badge = World().badge(issuer=node)
    assert reading(badge, BUNDLED).sure is False


def test_proofs_and_contexts_are_left_as_they_are_written():
    proof = {"type": "DataIntegrityProof", "created": "2026-11-01T00:00:00Z", "odd": [1, 1]}
    whole = of(proof=[proof])
    assert (whole["proof"], whole["@context"]) == ([proof], CONTEXTS)


def test_an_undefined_term_is_not_read():
    assert read({"@context": CONTEXTS, "nonsense": 1}, HOW) is None


# What attackers did


def rewritten(world, change, **members):
    """Return what is said of a badge before and after a change that keeps its statements."""
    badge = world.issuer.sign(world.badge(**members))
    changed = deepcopy(badge)
    change(changed)
    assert changed != badge
    return world.verify(badge), world.verify(changed)


def test_a_value_written_twice_does_not_multiply_the_points():
    one, other = (
        reading(case(name), BUNDLED).document
        for name in ("demo-12-hours.json", "demo-12-hours-twice.json")
    )
    assert one == other


def test_a_result_written_twice_is_not_hidden(world):
    def twice(badge):
        (result,) = badge["credentialSubject"]["result"]
        for name in ("resultDescription", "achievedLevel"):
            result[name] = [result[name], None, result[name]]

    before, after = rewritten(world, twice)
    assert before.credential.criteria_results == after.credential.criteria_results != ()


def test_a_newer_version_is_not_kept_out_of_sight(world):
    service = {"id": "https://district.example/newer", "type": "1EdTechCredentialRefresh"}
    extensions = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

    def name_first(badge):
        badge["refreshService"] = [service["id"], service]

    before, after = rewritten(
        world, name_first, **{"@context": [*CONTEXTS, extensions], "refreshService": service}
    )
    assert before == after
    assert "refresh_unreachable" in {check.code for check in after.checks}


def test_levels_that_criteria_share_are_not_hidden(world):
    badge = world.badge()
    achievement = badge["credentialSubject"]["achievement"]
    (work,) = achievement["resultDescription"]
    achievement["resultDescription"].append(work | {"id": f"{A}#reflection", "name": "Reflection"})
    result = badge["credentialSubject"]["result"][0]
    badge["credentialSubject"]["result"].append(
        result | {"resultDescription": f"{A}#reflection", "achievedLevel": f"{A}#work.soon"}
    )
    signed = world.issuer.sign(badge)
    changed = deepcopy(signed)
    described = changed["credentialSubject"]["achievement"]["resultDescription"]
    levels = described[1]["rubricCriterionLevel"]
    described[1]["rubricCriterionLevel"] = [
        {"id": level["id"], "type": level["type"]} for level in levels
    ]
    before, after = world.verify(signed), world.verify(changed)
    assert before.authentic.answer is after.authentic.answer is Answer.YES
    assert before == after
    names = {result.level.name for result in after.credential.criteria_results}
    assert names == {"Met", "Not yet"}


def test_two_entries_of_one_id_are_no_two_statuses(world):
    """The holder may swap their indexes, and the statements stay the same (T13)."""
    entry = world.badge()["credentialStatus"]
    entries = [entry, entry | {"statusPurpose": "suspension", "statusListIndex": "5"}]
    report = world.verify(world.issuer.sign(world.badge(credentialStatus=entries)))
    assert report.current.answer is Answer.COULD_NOT_CHECK
    twin = reading(case("twin-status.json"), BUNDLED)
    assert isinstance(twin.document["credentialStatus"]["statusListIndex"], list)


def endorsement(**subject):
    return {
        "@context": CONTEXTS,
        "id": "https://association.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": ENDORSER.did, "type": ["Profile"], "name": "Some Association"},
        "validFrom": "2026-10-01T00:00:00Z",
        "credentialSubject": {"id": A, "type": ["EndorsementSubject"]} | subject,
    }


def test_an_endorsement_does_not_carry_the_achievement_away(world):
    world.publish_issuer(ENDORSER)
    badge = world.badge(endorsement=[ENDORSER.sign(endorsement(endorsementComment="Good."))])
    signed = world.issuer.sign(badge)
    assert world.verify(signed).endorsements[0].authentic.answer is Answer.YES
    changed = deepcopy(signed)
    subject = changed["endorsement"][0]["credentialSubject"]
    achievement = changed["credentialSubject"]["achievement"]
    changed["credentialSubject"]["achievement"] = {"id": A}
    types = [*subject["type"], *achievement["type"]]
    changed["endorsement"][0]["credentialSubject"] = achievement | subject | {"type": types}
    assert world.verify(changed).authentic.code == "structure_in_pieces"


def test_a_piece_of_an_endorsement_that_stands_outside_is_no_fault_of_the_endorser(world):
    world.publish_issuer(ENDORSER)
    badge = world.badge(endorsement=[ENDORSER.sign(endorsement(endorsementComment="Good."))])
    changed = deepcopy(world.issuer.sign(badge))
    achievement = changed["credentialSubject"]["achievement"]
    achievement["type"] = ["Achievement", "EndorsementSubject"]
    comment = changed["endorsement"][0]["credentialSubject"].pop("endorsementComment")
    achievement["endorsementComment"] = comment
    assert world.verify(changed).authentic.code == "structure_in_pieces"


def test_an_endorsement_that_says_more_of_the_achievement_has_to_hold(world):
    world.publish_issuer(ENDORSER)
    more = endorsement(type=["EndorsementSubject", "Achievement"], version="2")
    held = world.issuer.sign(world.badge(endorsement=[ENDORSER.sign(more)]))
    report = world.verify(held)
    assert (report.authentic.answer, report.credential.achievement.version) == (Answer.YES, "2")
    unsigned = world.issuer.sign(world.badge(endorsement=[more]))
    assert world.verify(unsigned).authentic.code == "structure_in_pieces"


def test_what_an_endorsement_says_of_others_is_read_outside_but_not_of_its_subject():
    """It may be a piece of what is around it; but a credential's own subject is no other's."""
    learner, maker = "did:example:t", "did:web:maker.example"
    inside = endorsement(id=learner, narrative="Good.") | {
        "issuer": {"id": maker, "type": ["Profile"], "phone": "1"}
    }
    achievement = {"type": "Achievement", "creator": {"id": maker, "type": "Profile", "name": "M"}}
    subject = SUBJECT | {"id": learner, "role": "Learner", "achievement": achievement}
    document = of(credentialSubject=subject, endorsement=[inside])
    assert "narrative" not in document["credentialSubject"]
    creator = document["credentialSubject"]["achievement"]["creator"]
    assert (creator["name"], creator["phone"]) == ("M", "1")
    nobody = of(issuer={"id": maker, "type": "Profile", "name": "M"}, endorsement=[inside])
    assert nobody["issuer"]["phone"] == "1"


def test_one_endorsement_in_two_places_is_one(world):
    world.publish_issuer(ENDORSER)
    signed = ENDORSER.sign(endorsement(endorsementComment="Good."))
    badge = world.badge(endorsement=[signed])
    badge["credentialSubject"]["achievement"]["endorsement"] = {"id": signed["id"]}
    report = world.verify(world.issuer.sign(badge))
    assert report.authentic.answer is Answer.YES
    assert {endorsement.authentic.answer for endorsement in report.endorsements} == {Answer.YES}
    two = world.badge(endorsement=[signed, signed | {"name": "Another"}])
    assert world.verify(world.issuer.sign(two)).authentic.code == "structure_in_pieces"


def test_json_that_is_signed_as_json_is_read_as_it_stands(world):
    """The JCS suites sign bytes: their order is signed, and a second value is another one."""
    badge = world.badge(name=["A", "A"])
    proof = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022"}
    credential = reading(badge | {"proof": proof}, BUNDLED)
    assert credential.document["name"] == ["A", "A"]
    mixed = reading(badge | {"proof": [proof, proof | {"cryptosuite": "eddsa-rdfc-2022"}]}, BUNDLED)
    assert mixed.document["name"] == "A"
    two = reading(badge | {"validUntil": ["2030", "2040"], "proof": proof}, BUNDLED)
    assert (two.check.outcome, two.check.code) == (
        Outcome.COULD_NOT_CHECK,
        "structure_list_for_one",
    )


HONEST = {
    "an image in two places": lambda badge: badge.update(
        image={"id": "urn:image", "type": "Image"},
        issuer=badge["issuer"] | {"image": {"id": "urn:image", "type": "Image", "caption": "I"}},
    ),
    "an issuer that is the creator": lambda badge: badge["credentialSubject"]["achievement"].update(
        creator=badge["issuer"]
    ),
    "a creator by its id alone": lambda badge: badge["credentialSubject"]["achievement"].update(
        creator={"id": badge["issuer"]["id"]}
    ),
    "an issuer that is the learner": lambda badge: badge["credentialSubject"].update(
        id=badge["issuer"]["id"]
    ),
    "criteria at the achievement's address": lambda badge: badge["credentialSubject"][
        "achievement"
    ]["criteria"].update(id=A),
    "criteria that are an address": lambda badge: badge["credentialSubject"]["achievement"].update(
        criteria={"id": "https://district.example/criteria"}
    ),
    "a newer version at its own address": lambda badge: badge.update(
        refreshService={"id": badge["id"], "type": "1EdTechCredentialRefresh"},
        **{"@context": [*CONTEXTS, "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]},
    ),
    "a name in two languages": lambda badge: badge.update(
        name=[{"@value": text, "@language": tag} for text, tag in (("A", "en"), ("B", "es"))]
    ),
}


@pytest.mark.parametrize("change", HONEST.values(), ids=HONEST.keys())
def test_an_honest_badge_that_names_one_thing_in_two_places_stays_yes(world, change):
    badge = world.badge()
    change(badge)
    report = world.verify(world.issuer.sign(badge))
    assert (report.authentic.answer, report.current.answer) == (Answer.YES, Answer.YES)
    assert policy.awarded(report.credential)
