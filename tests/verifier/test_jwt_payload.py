"""The credential in a JWT: bytes are signed, so JSON-LD judges nothing, and no two readers see
two things (VCDM 1.1, section 6.3.1; VCDM 2.0, section 4.13; T8)."""

import json
from datetime import datetime

import pytest

from verifier.parsing import base64url
from verifier.proof.jwt_payload import check_limits_named, check_writing, credential_in
from verifier.report import Answer, Outcome

V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


def claimed(world, context, **changes):
    """A badge inside a `vc` claim, whose issuer and subject have their ids in claims alone."""
    inner = world.badge()
    claims = {
        "iss": inner["issuer"].pop("id"),
        "sub": inner["credentialSubject"].pop("id"),
        "jti": inner.pop("id"),
        "nbf": int(datetime.fromisoformat(inner.pop("validFrom")).timestamp()),
        "exp": 1919721600,
    }
    return claims | {"vc": inner | {"@context": [context, OB]} | changes}


def token(world, payload):
    """Sign a payload as it is."""
    nothing = {"credentialSubject": {}, "validFrom": "2026-11-01T00:00:00Z"}
    without = dict.fromkeys(("credentialSubject", "validFrom", "iss", "jti", "sub", "nbf", "exp"))
    return world.issuer.jwt(nothing, claims=without | payload)


@pytest.mark.parametrize("context", [V1, V2])
@pytest.mark.parametrize("brackets", [False, True])
def test_claims_fill_in_what_the_vc_claim_leaves_out(world, context, brackets):
    payload = claimed(world, context)
    if brackets:
        for member in ("issuer", "credentialSubject"):
            payload["vc"][member] = [payload["vc"][member]]
    report = world.verify(token(world, payload))
    assert (report.authentic.answer, report.current.code) == (Answer.YES, "current")
    read, whole = report.credential, world.badge()
    assert (read.id, read.issuer.id, read.issuer.name) == (
        whole["id"], whole["issuer"]["id"], whole["issuer"]["name"],
    )  # fmt: skip
    assert read.subject_id == whole["credentialSubject"]["id"]
    assert read.achievement.name == whole["name"]
    assert read.valid_until.year == 2030


@pytest.mark.parametrize("context", [V1, V2])
def test_an_issuer_that_only_the_claim_names_is_the_issuer(world, context):
    payload = claimed(world, context)
    del payload["vc"]["issuer"]
    assert world.verify(token(world, payload)).credential.issuer.id == payload["iss"]


def test_an_issuer_without_an_id_has_that_of_the_claim(world):
    badge = world.badge(issuer={"type": ["Profile"], "name": "Example District"})
    report = world.verify(world.issuer.jwt(badge))
    assert (report.authentic.answer, report.credential.issuer.name) == (
        Answer.YES, "Example District",
    )  # fmt: skip


@pytest.mark.parametrize("context", [V1, V2])
@pytest.mark.parametrize("repeated", ["all", "issuer"])
def test_members_that_a_library_left_beside_the_vc_claim_may_say_the_same(world, context, repeated):
    """Veramo keeps them where they were, unless it is told to remove the original fields."""
    payload = claimed(world, context)
    beside = {
        "issuer": {"id": payload["iss"], **payload["vc"].pop("issuer")},
        "credentialSubject": {"id": payload["sub"], **payload["vc"]["credentialSubject"]},
        "@context": payload["vc"]["@context"],
        "type": payload["vc"]["type"],
    }
    payload |= beside if repeated == "all" else {"issuer": beside["issuer"]}
    report = world.verify(token(world, payload))
    assert (report.authentic.answer, report.credential.issuer.name) == (
        Answer.YES, "Example District",
    )  # fmt: skip
    other = payload | {"issuer": {**beside["issuer"], "id": "did:web:other.example"}}
    assert world.verify(token(world, other)).authentic.answer is not Answer.YES
    other = payload | {"type": ["VerifiableCredential"]}
    assert world.verify(token(world, other)).authentic.code == "jwt_two_models"


def test_a_claim_overrides_nothing():
    inner = {"@context": [V1], "issuer": {"id": "a"}, "credentialSubject": {"id": "b"}, "id": "c"}
    read = credential_in({"iss": "x", "sub": "y", "jti": "z", "vc": inner})
    assert (read["issuer"]["id"], read["credentialSubject"]["id"], read["id"]) == ("a", "b", "c")


FOREIGN = {
    "a term of its own": {"ECTS": 2.5, "educationProgramIdentifier": [4, 5]},
    "a full IRI": {"https://vocabulary.example/ects": 2.5},
    "a prefix": {"edu:studyLoad": "70 hours"},
    "a list of lists": {"coordinates": [[1, 2], [3, 4]]},
    "a keyword": {"@language": "nl"},
    "a blank node": {"creator": {"id": "_:b0", "type": ["Profile"], "name": "A"}},
    "a piece of itself": {"about": {"id": "https://district.example/credentials/1", "name": "A"}},
}


@pytest.mark.parametrize("members", FOREIGN.values(), ids=FOREIGN.keys())
def test_json_ld_does_not_judge_what_a_jwt_signs(world, members):
    """Its bytes are signed (VC-JOSE-COSE, section 3.1.1): nothing can be hidden in them."""
    badge = world.badge()
    badge["credentialSubject"]["achievement"] |= members
    report = world.verify(world.issuer.jwt(badge))
    assert (report.authentic.answer, report.current.answer) == (Answer.YES, Answer.YES)
    embedded = world.verify(world.issuer.jwt(badge | {"endorsement": [inner(world, members)]}))
    assert embedded.endorsements[0].authentic.answer is not Answer.YES


def inner(world, members):
    """An endorsement with a proof of its own, to which members were added afterwards."""
    endorsement = {
        "@context": [V2, OB],
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": world.issuer.did, "type": ["Profile"]},
        "validFrom": "2026-11-01T00:00:00Z",
        "credentialSubject": {"id": world.badge()["id"], "type": ["EndorsementSubject"]},
    }
    return world.issuer.sign(endorsement) | members


def test_contexts_inside_a_jwt_are_its_issuers_own(world):
    badge = world.badge()
    badge["@context"] = [*badge["@context"], {"ECTS": "https://vocabulary.example/ects"}]
    badge["credentialSubject"]["achievement"]["ECTS"] = 2.5
    report = world.verify(world.issuer.jwt(badge))
    assert (report.authentic.answer, report.current.answer) == (Answer.YES, Answer.YES)


@pytest.mark.parametrize("name", ["Name", "NAME", "\u017fcore"])
def test_names_that_differ_only_by_case_are_no_one_reading(world, name):
    badge = world.badge(score="1")
    badge[name] = "Another"
    report = world.verify(world.issuer.jwt(badge))
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK, "structure_case",
    )  # fmt: skip
    deep = check_writing({"a": [{"c": 3, "b": {"d": 4, "name": 1, "NAME": 2}}]})
    assert (deep.outcome, deep.params) == (Outcome.COULD_NOT_CHECK, {"place": "name, NAME"})
    long = check_writing({"x" * 300: 1, "X" * 300: 2})
    assert long.params == {"place": "x" * 200}


def test_several_values_where_one_belongs_are_no_one_reading(world):
    report = world.verify(world.issuer.jwt(world.badge(), claims={"validUntil": ["a", "b"]}))
    assert report.authentic.code == "structure_list_for_one"
    assert report.authentic.params == {"place": "validUntil"}


def test_a_name_that_stands_twice_is_no_one_reading(world):
    head, body, signature = world.issuer.jwt(world.badge()).split(".")

    twice = base64url.decode(body)[:-1] + b', "name": "Another"}'
    report = world.verify(f"{head}.{base64url.encode(twice)}.{signature}")
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "not_a_jwt")


ELSEWHERE = {
    "full-iri": {"https://www.w3.org/2018/credentials#expirationDate": "2020-01-01T00:00:00Z"},
    "full-iri-status": {"https://www.w3.org/2018/credentials#credentialStatus": {}},
    "prefix": {"cred:validUntil": "2020-01-01T00:00:00Z"},
    "alias": {"@context": [V2, OB, {"ends": "https://www.w3.org/2018/credentials#validUntil"}],
              "ends": "2020-01-01T00:00:00Z"},
    "alias-object": {"@context": [V2, OB, {"ends": {"@id": "validUntil"}}], "ends": "2020"},
    "alias-reverse": {"@context": [V2, OB, {"of": {"@reverse": "credentialStatus"}}], "of": {}},
    "alias-by-prefix": {"@context": [V2, OB, {"c": "urn:x#valid", "e": "c:Until"}], "e": "2020"},
    "alias-of-keyword": {"@context": [V2, OB, {"more": "@nest"}], "more": {"validUntil": "2020"}},
    "alias-of-an-alias": {
        "@context": [V2, OB, {"a": "validUntil", "b": {"@id": "a"}, "d": "b"}], "d": "2020",
    },
    "alias-for-a-type": {
        "@context": [V2, OB, {"Mine": {"@id": "urn:x:1", "@context": {"ends": "validUntil"}}}],
        "ends": "2020",
    },
    "alias-below-a-term": {
        "@context": [V2, OB, {"a": {"@id": "urn:x:1", "@context": [{"b": "@nest"}]}}], "b": {},
    },
    "alias-by-one-of-two": {
        "@context": [V2, OB, {"e": "validUntil"}, {"a": {"@context": {"e": "urn:x:1"}}}], "e": "1",
    },
    "alias-without-end": {"@context": [V2, OB, {"a": "a:a"}], "a:a": "2020"},
    "alias-to-many-places": {
        "@context": [V2, OB, *({"a": {"@context": {"e": f"urn:x:{n}"}}} for n in range(9))],
        "e": "2020",
    },
    "nest": {"@nest": {"validUntil": "2020-01-01T00:00:00Z"}},
    "graph": {"@graph": [{"validUntil": "2020-01-01T00:00:00Z"}]},
    "included": {"@included": [{"credentialStatus": {}}]},
    "case": {"ValidUntil": "2020-01-01T00:00:00Z"},
}  # fmt: skip


@pytest.mark.parametrize("members", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_an_end_or_a_status_under_another_name_is_not_taken_for_absent(world, members):
    report = world.verify(world.issuer.jwt(world.badge(**members)))
    assert report.authentic.answer is Answer.YES
    assert (report.current.answer, report.current.code) == (
        Answer.COULD_NOT_CHECK, "limits_under_another_name",
    )  # fmt: skip


def test_the_other_name_is_told():
    (check,) = check_limits_named({"x:validUntil": 1, "validUntil": 2, "y" * 9: 3})
    assert (check.name, check.params) == ("limits", {"member": "x:validUntil"})
    (check,) = check_limits_named({"@" + "x" * 300: 1})
    assert check.params == {"member": "@" + "x" * 199}


def test_an_alias_of_anything_else_hides_no_end(world):
    more = {"ident": "@id", "kind": "@type", "ECTS": "https://vocabulary.example/ects", "n": None}
    badge = world.badge(ident="urn:x:1", kind="X", ECTS=1, n=1)
    badge["@context"] = [*badge["@context"], more]
    assert check_limits_named(badge) == ()


ODD = [None, True, 7, "x", [], {}, [[]], [{}], [None], [[1], [2]], {"@value": []}, {"id": []}]


def places(node):
    """Yield every place in a document as the container and the key in it."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield node, key
        if isinstance(value, dict | list):
            yield from places(value)


@pytest.mark.parametrize("odd", ODD, ids=json.dumps)
def test_any_json_in_a_jwt_gets_an_answer(world, odd):
    """No gate of JSON-LD stands before what reads a JWT, so each reader bears any JSON."""
    badge = world.badge(
        endorsement=[inner(world, {})],
        refreshService={"id": "https://district.example/refresh", "type": "X"},
        credentialSchema=[{"id": "https://district.example/schema", "type": "JsonSchema"}],
    )
    for node, key in list(places(badge)):
        value, node[key] = node[key], odd
        payload = json.loads(json.dumps(badge)) | {"iss": world.issuer.did}
        assert world.verify(token(world, payload)).authentic.answer in Answer
        node[key] = value
