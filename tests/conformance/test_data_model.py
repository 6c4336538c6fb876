"""The 65 tests of W3C's suite for the data model 2.0, by their names; a row is what a test sends.

https://github.com/w3c/vc-data-model-2.0-test-suite
"""

from pathlib import Path

import pytest
from asking import GONE, PLAIN, TYPE, URL, V2, presentation, with_changes
from conformance_server import EXAMPLES

ENVELOPED_PRESENTATION = {
    "@context": V2,
    "type": "EnvelopedVerifiablePresentation",
    "id": "data:application/jwt,"
    + (Path(__file__).parents[1] / "vectors" / "w3c-presentation.jwt").read_text().strip(),
}
OWN = {"ExampleTestCredential": "https://example.org/#ExampleTestCredential"}
NOT_A_URL = "https ://not-a-url/1"
DIGESTS = {
    "digestSRI": "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU",
    "digestMultibase": "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ",
}
"""Of the context of the data model, as the suite writes them."""


def good(changes=None):
    """A credential that is issued, with its contexts."""

    def check(suite):
        answer = suite.issue(with_changes(changes or {}))
        assert answer.status_code == 201, (changes, answer.json)
        assert answer.json["@context"] == with_changes(changes or {})["@context"]

    return check


def bad(changes, document=PLAIN):
    """A credential that is not issued."""
    return lambda suite: _is(suite.issue(with_changes(changes, document)).status_code, 400)


def holds(*credentials, then=None, status=200, **changes):
    """A signed presentation of credentials, changed after it was signed."""

    def check(suite):
        whole = suite.shown(
            presentation(*map(suite.issued, credentials), **changes),
            challenge="c",
            domain="d.example",
        )
        changed = with_changes(then or {}, whole)
        _is(suite.present(changed, challenge="c", domain="d.example"), status)

    return check


def refused(then, *credentials):
    """A sound presentation that is changed after it was signed."""
    return holds(*credentials, then=then, status=400)


def unsigned(**changes):
    """A presentation that nobody signed."""
    return lambda suite: _is(suite.present(with_changes(changes, presentation())), 400)


def enveloped(change=None, status=200):
    """A credential in an envelope, which is changed."""

    def check(suite):
        envelope = suite.issued(profile="vc-jwt")
        changed = with_changes(change(envelope) if change else {}, envelope)
        _is(suite.verify(changed), status)

    return check


def shown_enveloped(changes=None, status=200):
    """The suite's own presentation in an envelope, which is changed."""
    changed = with_changes(changes or {}, ENVELOPED_PRESENTATION)
    return lambda suite: _is(suite.present(changed, challenge="123456789"), status)


def _is(status, expected):
    assert status == expected


def tag(value, language="en", **more):
    return {"@value": value, "@language": language, **more}


def texts(member, change=lambda changes: changes):
    """Inputs for a name or a description."""
    several = [tag("Dog"), tag("Chien", "fr"), tag("Cane", "it")]
    sound = ["A text", GONE, tag("A text"), tag("A text", **{"@direction": "ltr"}), several]
    return [*(good(change({member: value})) for value in sound),
            bad(change({member: tag("A text", url="did:example:a")}))]  # fmt: skip


def of_issuer(member):
    issuer = {"id": "did:example:issuer"}
    return texts(member, lambda changes: {"issuer": with_changes(changes, issuer)})


def of_type(member, **more):
    """A member whose values must say of what type they are: with a type, and without."""
    return [good({member: {"id": URL, "type": TYPE}}), bad({member: more})]


def dates(start, end):
    return {"validFrom": start, "validUntil": end}


def related(**more):
    return {"relatedResource": {"id": V2, **more}}


def nonconforming(suite):
    malformed = {"type": ["NonconformingDocument"]}
    assert (suite.verify(malformed), suite.present(malformed)) == (400, 400)


def secured(suite):
    assert suite.issued()["proof"]["type"] == "DataIntegrityProof"


def complete(suite):
    assert {"@context", "type", "issuer", "credentialSubject", "proof"} <= suite.issued().keys()


def verified(suite):
    assert suite.verify(suite.issued(), checks=["proof"]) == 200


NO_CREDENTIALS = {"verifiableCredential": []}
TWO = [{"@context": [V2, EXAMPLES]}, {"@context": [EXAMPLES, V2]}]
PAST, FUTURE = "2020-01-01T00:00:00Z", "2120-01-01T00:00:00Z"
STATUS_TYPE = [good({"credentialStatus": {"id": URL, "type": TYPE}}),
               bad({"credentialStatus": {"id": URL}})]  # fmt: skip

TESTS = {
    # 1.03 Basic Conformance
    "A conforming document MUST be secured by at least one securing mechanism": [secured],
    "A conforming issuer implementation MUST include all required properties": [complete],
    "A conforming issuer implementation MUST secure the conforming documents": [secured],
    "A conforming verifier implementation MUST perform verification": [verified],
    "A conforming verifier implementation MUST produce errors": [nonconforming],
    # 4.03 Contexts
    "Verifiable credentials MUST include a @context property.": [
        good(), bad({"@context": GONE})],
    "Verifiable presentations MUST include a @context property.": [
        holds(**NO_CREDENTIALS), refused({"@context": GONE})],
    "Verifiable credentials: The value of the @context property MUST be an ordered set": [
        good(), bad({"@context": [EXAMPLES]})],
    "Verifiable presentations: The value of the @context property MUST be an ordered set": [
        holds(status=400, **TWO[1]), refused(TWO[1]), unsigned(**{"@context": []})],
    "Verifiable Credential `@context`: Subsequent items in the ordered set": [
        good(TWO[0]), good({"@context": [V2, OWN], "type": [*PLAIN["type"], *OWN]}),
        bad({"@context": [V2, NOT_A_URL]}), bad({"@context": [V2, 123192875]})],
    "Verifiable Presentation `@context`: Subsequent items in the ordered set": [
        holds({}, **TWO[0]),
        holds({}, **{"@context": [V2, {"Own": TYPE}], "type": ["VerifiablePresentation", "Own"]}),
        *(refused({"@context": [V2, other]}, {})
          for other in ("https://example.com", NOT_A_URL, 123192875))],
    # 4.04 Identifiers
    "If present, the value of the id property MUST be a single URL": [
        good({"issuer": "did:example:other-issuer"}), bad({"id": None}), good({"id": URL}),
        good({"credentialSubject": {"id": "did:example:a"}}), bad({"id": [URL, f"{URL}#2"]}),
        bad({"credentialSubject": {"id": ["did:example:a", "did:example:b"]}}),
        bad({"id": NOT_A_URL})],
    # 4.05 Types
    "Verifiable credentials MUST contain a type property": [bad({"type": GONE})],
    "Verifiable presentations MUST contain a type property": [
        unsigned(type=GONE), refused({"type": GONE})],
    "The value of the type property MUST be one or more terms and/or absolute URL strings.": [
        good({"type": ["VerifiableCredential", TYPE]}),
        good({"@context": [V2, OWN], "type": [*PLAIN["type"], *OWN]}),
        bad({"@context": [V2, {"Odd": "https ://not-a-url#a"}], "type": [*PLAIN["type"], "Odd"]}),
        bad({"@context": [V2, {"@vocab": None}], "type": [*PLAIN["type"], "Unmapped"]})],
    "If more than one (type) value is provided, the order does not matter.": [
        good({"type": [TYPE, f"{TYPE}2", "VerifiableCredential"]}),
        good({"type": [f"{TYPE}2", "VerifiableCredential", TYPE]})],
    "Verifiable Credential objects MUST have a type specified.": [
        good({**TWO[0], "type": ["VerifiableCredential", "RelationshipCredential"]}),
        bad({**TWO[0], "type": ["RelationshipCredential"]})],
    "Verifiable Presentation objects MUST have a type specified.": [
        holds(**{"@context": [V2, {"Own": TYPE}], "type": ["VerifiablePresentation", "Own"]}),
        unsigned(**{"@context": [V2, {"Own": TYPE}], "type": ["Own"]}), refused({"type": ["Own"]})],
    "`credentialStatus` objects MUST have a type specified.": STATUS_TYPE,
    "`termsOfUse` objects MUST have a type specified.": of_type("termsOfUse"),
    "`evidence` objects MUST have a type specified.": of_type("evidence"),
    "`refreshService` objects MUST have a type specified.": of_type("refreshService", id=URL),
    "`credentialSchema` objects MUST have a type specified.": of_type("credentialSchema", id=URL),
    # 4.06 Names and Descriptions
    "If present, the value of the name property MUST be a string": texts("name"),
    "If present, the value of the description property MUST be a string": texts("description"),
    "If present (on `issuer`), the value of the name property": of_issuer("name"),
    "If present (on `issuer`), the value of the description property": of_issuer("description"),
    # 4.07 Issuer
    "A verifiable credential MUST have an issuer property.": [complete],
    "The value of the issuer property MUST be either a URL or an object": [
        good({"issuer": {"id": "did:example:issuer"}}),
        *(bad({"issuer": value}) for value in (
            "fake-issuer", None, {"id": None}, {"id": "fake-issuer"}, {"name": "A"}, ["did:a:b"]))],
    # 4.08 Credential Subject
    "A verifiable credential MUST contain a credentialSubject property.": [
        bad({"credentialSubject": GONE})],
    "The value of the credentialSubject property is a set of objects": [
        bad({"credentialSubject": {}}), bad({"credentialSubject": [{"id": URL}, {}]}),
        good({"credentialSubject": [{"id": URL}, {"id": TYPE}]})],
    # 4.09 Validity Period
    "If present, the value of the validFrom property MUST be an [XMLSCHEMA11-2] dateTimeStamp": [
        good({"validFrom": "2023-02-26T01:02:58.447Z"}), good({"validFrom": FUTURE}),
        good({"validFrom": "2023-02-25T19:10:39-06:00"}),
        bad({"validFrom": "Sat 25 Feb 2023 07:16:31 PM CST"})],
    "If present, the value of the validUntil property MUST be an [XMLSCHEMA11-2] dateTimeStamp": [
        good({"validUntil": FUTURE}), good(dates(PAST, "2023-02-26T01:20:18.477Z")),
        good(dates(PAST, "2023-02-25T19:21:29-06:00")),
        bad({"validUntil": "Sun, 26 Feb 2023 01:22:14 +0000"})],
    "If a validUntil value also exists, the validFrom value MUST express ... the same or earlier": [
        good(dates(PAST, FUTURE)), good(dates(PAST, PAST)), bad(dates(FUTURE, PAST))],
    "If a validFrom value also exists, the validUntil value MUST express ... the same or later": [
        good(dates(PAST, FUTURE)), good(dates(PAST, PAST)), bad(dates(FUTURE, PAST))],
    # 4.10 Status
    "The type property is REQUIRED.": [bad({"credentialStatus": {"id": URL}})],
    "The related normative guidance in Section 4.5 Types MUST be followed.": STATUS_TYPE,
    "If present (credentialStatus.id), the normative guidance in Section 4.4": [
        good({"credentialStatus": {"type": TYPE}}),
        bad({"credentialStatus": {"id": [URL, f"{URL}#2"], "type": TYPE}}),
        bad({"credentialStatus": {"id": NOT_A_URL, "type": TYPE}})],
    "(If a credentialStatus property is present), The type property is REQUIRED.": [
        *STATUS_TYPE, bad({"credentialStatus": {"id": URL, "type": 2}}),
        bad({"credentialStatus": {"type": "Unknown"}})],
    # 4.11 Data Schemas
    "The value of the credentialSchema property MUST be one or more data schemas": [
        good({"credentialSchema": {"id": URL, "type": TYPE}}),
        good({"credentialSchema": [{"id": URL, "type": TYPE}, {"id": f"{URL}#2", "type": TYPE}]})],
    "Each credentialSchema MUST specify its type": [
        bad({"credentialSchema": {"id": URL}}), bad({"credentialSchema": {"type": TYPE}}),
        bad({"credentialSchema": {"id": NOT_A_URL, "type": TYPE}})],
    "If multiple schemas are present, validity is determined": [
        good({"credentialSchema": [{"id": URL, "type": TYPE}, {"id": f"{URL}#2", "type": TYPE}]})],
    # 4.13 Verifiable Presentations
    "If [the `id` field is] present, the normative guidance in Section 4.4": [
        holds(id="urn:uuid:9c9a36f8-518f-4976-a934-6649502d0008")],
    "The type property MUST be present.": [holds(**NO_CREDENTIALS)],
    "One value of this property MUST be VerifiablePresentation": [holds(**NO_CREDENTIALS)],
    "The verifiableCredential property MAY be present.": [
        holds({}, {"name": "B"}), refused({"verifiableCredential": ["a text"]}, {})],
    "If present (holder), the value MUST be either a URL or an object": [
        lambda suite: holds({}, holder=suite.profile().did)(suite),
        lambda suite: holds({}, holder={"id": suite.profile().did})(suite)],
    # 4.13.2 Enveloped credentials
    "VC: The @context property of the object MUST be present": [
        enveloped(), *(enveloped(lambda _, other=other: {"@context": other}, 400)
                       for other in ([], EXAMPLES, [EXAMPLES], None))],
    "VC: The id value of the object MUST be a data: URL": [
        enveloped(), enveloped(lambda envelope: {"id": envelope["id"].partition(",")[2]}, 400)],
    "VC: The type value of the object MUST be EnvelopedVerifiableCredential.": [
        enveloped(), enveloped(lambda _: {"type": GONE}, 400),
        enveloped(lambda _: {"type": "VerifiableCredential"}, 400)],
    # 4.13.2 Enveloped presentations
    "VP: The @context property of the object MUST be present": [
        shown_enveloped(), *(shown_enveloped({"@context": other}, 400)
                             for other in ([], EXAMPLES, [EXAMPLES], None))],
    "VP: The id value of the object MUST be a data: URL": [
        shown_enveloped(),
        shown_enveloped({"id": ENVELOPED_PRESENTATION["id"].partition(",")[2]}, 400)],
    "VP: The type value of the object MUST be EnvelopedVerifiablePresentation.": [
        shown_enveloped(), shown_enveloped({"type": ["VerifiablePresentation"]}, 400),
        shown_enveloped({"type": GONE}, 400)],
    # 5 Advanced Concepts
    "When processing the active context ... produce an error when a JSON-LD context redefines": [
        bad({"@context": [V2, {"VerifiableCredential": TYPE}]}),
        bad({"@context": [V2, {"@protected": True, **OWN}, {"ExampleTestCredential": TYPE}],
             "type": [*PLAIN["type"], *OWN]})],
    "The value of the relatedResource property MUST be one or more objects": [
        *(good(related(**{name: digest})) for name, digest in DIGESTS.items()),
        good({"relatedResource": [{"id": V2, "mediaType": "application/ld+json", **DIGESTS}]}),
        bad({"relatedResource": [V2]})],
    "The identifier for the resource is REQUIRED": [bad({"relatedResource": [DIGESTS]})],
    "The value MUST be unique among the list of related resource objects.": [
        bad({"relatedResource": [{"id": V2, **DIGESTS}, {"id": V2, **DIGESTS}]})],
    "Each object associated with relatedResource MUST contain at least a digest": [bad(related())],
    "If the digest provided by the issuer does not match the digest": [
        bad(related(digestMultibase="uM4RgWQc3RUDtjJCSgTJtTfvpZ7SPEg_LNO0ESlovQC0")),
        bad(related(digestSRI="sha384-" + "A" * 64))],
    "The value of the refreshService property MUST be one or more refresh services": [
        good({"refreshService": {"id": URL, "type": TYPE}}),
        good({"refreshService": [{"id": URL, "type": TYPE}, {"id": f"{URL}#2", "type": TYPE}]})],
    "Each refreshService value MUST specify its type.": [bad({"refreshService": {"id": URL}})],
    "The value of the termsOfUse property MUST specify one or more terms of use policies": [
        good({"termsOfUse": [{"type": TYPE}, {"type": TYPE}]})],
    "Each termsOfUse value MUST specify its type": [
        bad({"termsOfUse": {"id": URL}}), good({"termsOfUse": {"id": URL, "type": TYPE}})],
    "If present, the value associated with the evidence property": [
        good({"evidence": [{"type": TYPE}, {"type": TYPE}]})],
    # 7 Algorithms
    "This section contains an algorithm that conforming verifier implementations MUST run": [
        verified, holds(**NO_CREDENTIALS),
        lambda suite: _is(suite.present(with_a_wrong_value(suite.shown(presentation()))), 400)],
}  # fmt: skip


def with_a_wrong_value(whole):
    return {**whole, "proof": {**whole["proof"], "proofValue": "z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"}}


@pytest.mark.parametrize("name", TESTS)
def test_data_model(suite, name):
    for check in TESTS[name]:
        check(suite)


def test_the_suite_has_65_tests():
    assert len(TESTS) == 65


MORE = {
    "a subject with two ids": {"credentialSubject": {"id": [URL, TYPE], "name": "A"}},
    **{f"{member} with an id that is no URL": {member: {"id": "not a url", "type": TYPE}}
       for member in ("termsOfUse", "evidence", "refreshService")},
    **{f"{member}, the second without a type": {member: [{"id": URL, "type": TYPE}, {"id": URL}]}
       for member in ("credentialStatus", "credentialSchema", "termsOfUse", "evidence")},
    "a type that nobody defines": {"type": ["VerifiableCredential", "Unknown"]},
    "several subjects that say nothing": {"credentialSubject": [{}, {}]},
}  # fmt: skip
"""What the suite does not ask, and the data model does."""


@pytest.mark.parametrize("name", MORE)
def test_what_the_data_model_forbids_is_not_issued(bound, name):
    bad(MORE[name])(bound)
