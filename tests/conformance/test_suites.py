"""What W3C's published test suites send and expect, played against our conformance server.

The suites are those for the data model 2.0, EdDSA, ECDSA, Bitstring Status List, VC-JOSE-COSE and
the VC-API verifier. These tests are written anew from what the suites ask; `docs/conformance.md`
says what was run and by whom.
"""

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conformance_server import CONTEXTS, EXAMPLES, PROFILES, Server, create_app

from contexts import inline
from verifier.proof.cryptosuites import SUITES, sd_proof_value

V2, V1 = "https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"
VECTORS = Path(__file__).parents[1] / "vectors"
ADDRESS = "http://localhost:40443"
GONE = object()
PLAIN = {
    "@context": [V2],
    "type": ["VerifiableCredential"],
    "credentialSubject": {"id": "did:example:subject", "name": "Alice"},
}
OWN = {"ExampleTestCredential": "https://example.org/#ExampleTestCredential"}
URL = "https://example.org/1"
TYPE = "https://example.org/#Type"
DIGESTS = {
    "digestSRI": "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU",
    "digestMultibase": "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ",
}
"""Of the context of the data model, as the suite writes them."""
NO_CONTEXTS = ([], EXAMPLES, [EXAMPLES], None)
"""What the suite puts in the place of an envelope's context; none defines its terms."""


@pytest.fixture(scope="module")
def server():
    return Server(ADDRESS)


@pytest.fixture(scope="module")
def client(server):
    return create_app(server).test_client()


@pytest.fixture(scope="module")
def unbound():
    return create_app(Server(ADDRESS, binding=False)).test_client()


def with_changes(changes, document=PLAIN):
    return {k: v for k, v in (deepcopy(document) | changes).items() if v is not GONE}


def issued(client, credential, profile="eddsa-rdfc-2022", **options):
    body = {"credential": credential, "options": options}
    return client.post(f"/issuers/{profile}/credentials/issue", json=body)


def verified(client, credential, **options):
    body = {"verifiableCredential": credential, "options": options}
    return client.post("/credentials/verify", json=body).status_code


def presented(client, presentation, **options):
    body = {"verifiablePresentation": presentation, "options": options}
    return client.post("/presentations/verify", json=body).status_code


def tag(value, language="en", **more):
    return {"@value": value, "@language": language, **more}


def typed(member, **more):
    """Rows of a member whose values must say of what type they are."""
    good = {"id": URL, "type": TYPE, **more}
    return {
        f"{member} with a type": ({member: good}, 201),
        f"{member}, two of them": ({member: [good, {**good, "id": f"{URL}#2"}]}, 201),
        f"{member} without a type": ({member: {"id": URL, **more}}, 400),
        f"{member}, the second without a type": ({member: [good, {"id": URL}]}, 400),
        f"{member} with an id that is no URL": ({member: {**good, "id": "not a url"}}, 400),
        f"{member} with two ids": ({member: {**good, "id": [URL, f"{URL}#2"]}}, 400),
    }


DATA_MODEL = {
    # 4.3 contexts
    "a plain credential": ({}, 201),
    "no @context": ({"@context": GONE}, 400),
    "another context in the first place": ({"@context": [EXAMPLES, V2]}, 400),
    "a context of the examples": ({"@context": [V2, EXAMPLES]}, 201),
    "a context inside": ({"@context": [V2, OWN]}, 201),
    "a context that is no address": ({"@context": [V2, "https ://not-a-url/v1"]}, 400),
    "a context that is a number": ({"@context": [V2, 123192875]}, 400),
    # 4.4 identifiers
    "an id": ({"id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"}, 201),
    "null for an id": ({"id": None}, 400),
    "two ids": ({"id": [URL, f"{URL}#2"]}, 400),
    "an id that is no URL": ({"id": "no url"}, 400),
    "two ids of the subject": ({"credentialSubject": {"id": [URL, TYPE], "name": "A"}}, 400),
    # 4.5 types
    "no type": ({"type": GONE}, 400),
    "another type alone": ({"type": [TYPE]}, 400),
    "a type that is an address": ({"type": ["VerifiableCredential", TYPE]}, 201),
    "types in another order": ({"type": [TYPE, "VerifiableCredential", f"{TYPE}2"]}, 201),
    "a type that a context defines": (
        {"@context": [V2, OWN], "type": ["VerifiableCredential", "ExampleTestCredential"]}, 201),
    "a type that is defined as no address": (
        {"@context": [V2, {"Odd": "no-url"}], "type": ["VerifiableCredential", "Odd"]}, 400),
    "a type that nobody defines": ({"type": ["VerifiableCredential", "Unknown"]}, 400),
    # 4.6 names and descriptions
    **{f"a {m}": ({m: "A text"}, 201) for m in ("name", "description")},
    **{f"a {m} with its language": ({m: tag("A")}, 201) for m in ("name", "description")},
    **{f"a {m} with its direction": ({m: tag("A", **{"@direction": "ltr"})}, 201)
       for m in ("name", "description")},
    **{f"a {m} in two languages": ({m: [tag("A"), tag("B", "es")]}, 201)
       for m in ("name", "description")},
    **{f"a {m} with a member more": ({m: tag("A", url=URL)}, 400)
       for m in ("name", "description")},
    # 4.8 subjects
    "no subject": ({"credentialSubject": GONE}, 400),
    "a subject that says nothing": ({"credentialSubject": {}}, 400),
    "several subjects": ({"credentialSubject": [{"id": URL}, {"id": TYPE}]}, 201),
    "several subjects that say nothing": ({"credentialSubject": [{}, {}]}, 400),
    # 4.9 validity
    "a begin": ({"validFrom": "2020-01-01T00:00:00Z"}, 201),
    "a begin with an offset": ({"validFrom": "2020-01-01T00:00:00-05:00"}, 201),
    "a begin with fractions": ({"validFrom": "2020-01-01T00:00:00.123Z"}, 201),
    "a begin that is no time": ({"validFrom": "2020-01-01 at noon"}, 400),
    "an end": ({"validUntil": "2120-01-01T00:00:00Z"}, 201),
    "an end that is no time": ({"validUntil": "never"}, 400),
    "an end at the begin": (
        {"validFrom": "2020-01-01T00:00:00Z", "validUntil": "2020-01-01T00:00:00Z"}, 201),
    "an end before the begin": (
        {"validFrom": "2020-01-02T00:00:00Z", "validUntil": "2020-01-01T00:00:00Z"}, 400),
    # 4.10, 4.11, 5.4 to 5.6
    **typed("credentialStatus"),
    "a status without an id": ({"credentialStatus": {"type": TYPE}}, 201),
    "a status of an unknown type": ({"credentialStatus": {"type": "Unknown"}}, 400),
    **typed("credentialSchema"),
    "a schema without an id": ({"credentialSchema": {"type": TYPE}}, 400),
    **typed("refreshService"),
    **typed("termsOfUse"),
    **typed("evidence"),
    # 5.2 terms that are defined anew
    "VerifiableCredential is defined anew": (
        {"@context": [V2, {"VerifiableCredential": TYPE}]}, 400),
    "a protected term is defined anew": (
        {"@context": [V2, {"@protected": True, **OWN}, {"ExampleTestCredential": TYPE}]}, 400),
    # 5.3 related resources
    "a related resource": (
        {"relatedResource": {"id": URL, "digestMultibase": "uEiAAAA"}}, 201),
    "a related resource without an id": ({"relatedResource": {"digestMultibase": "uEi"}}, 400),
    "a related resource without a digest": ({"relatedResource": {"id": URL}}, 400),
    "a related resource twice": (
        {"relatedResource": [{"id": URL, "digestMultibase": "uEi"}] * 2}, 400),
    "a context with its digests": (
        {"relatedResource": {"id": V2, "mediaType": "application/ld+json", **DIGESTS}}, 201),
    "a context with another's digestSRI": (
        {"relatedResource": {"id": V2, "digestSRI": "sha384-" + "A" * 64}}, 400),
    "a context with another's digestMultibase": (
        {"relatedResource": {"id": V2, "digestMultibase": "u" + "A" * 43}}, 400),
    "texts for related resources": ({"relatedResource": [URL]}, 400),
    # Bitstring Status List, section 2.1
    "an index that is no text": (
        {"credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation",
                              "statusListIndex": True, "statusListCredential": URL}}, 400),
    "an undefined member": ({"statusEntry": {"type": "BitstringStatusListEntry"}}, 400),
}  # fmt: skip


@pytest.mark.parametrize("name", DATA_MODEL)
def test_a_credential_is_issued_by_the_rules_of_the_data_model(client, name):
    changes, status = DATA_MODEL[name]
    answer = issued(client, with_changes(changes))
    assert answer.status_code == status, answer.json
    if status == 201:
        assert answer.json["@context"] == with_changes(changes)["@context"]


ISSUERS = {
    "no issuer is asked for": (GONE, 201),
    "null for an issuer": (None, 400),
    "an issuer that is no URL": ("not a url", 400),
    "an issuer without an id": ({"name": "A"}, 400),
    "a list of issuers": (["did:example:a"], 400),
}


@pytest.mark.parametrize("name", ISSUERS)
def test_an_issuer_is_one_url(client, name):
    issuer, status = ISSUERS[name]
    assert issued(client, with_changes({"issuer": issuer})).status_code == status


VERSIONS = [(name, V2) for name in PROFILES]
VERSIONS += [(name, V1) for name in PROFILES if name != "bitstring"]  # which is of 2.0 alone


@pytest.mark.parametrize(("profile", "version"), VERSIONS)
def test_each_profile_issues_what_the_verifier_verifies(client, profile, version):
    """Both data models; the issuer may be an object with a name."""
    old = version == V1
    dated = {"issuanceDate": "2020-01-01T00:00:00Z"} if old else {}
    subject = {"id": "did:example:subject"} | ({} if old else {"name": "Alice"})
    credential = with_changes({"@context": [version], "credentialSubject": subject, **dated})
    answer = issued(client, credential, profile, mandatoryPointers=["/issuer"])
    assert answer.status_code == 201, answer.json
    assert verified(client, answer.json, checks=["proof"]) == 200


def changed_proofs():
    """What the suites change in a proof, each time in a sound one."""
    for member in ("type", "cryptosuite", "proofPurpose", "proofValue", "created"):
        yield f"no {member}", lambda proof, member=member: proof.pop(member)
    for member, value in {
        "type": "UnknownProofType",
        "cryptosuite": "unknown-2022",
        "proofPurpose": "capabilityInvocation",
        "verificationMethod": "did:key:z6MkunknownUnknown",
        "proofValue": "uAAAA",
        "created": "not-a-date",
        "expires": "2020-01-01T00:00:00Z",
        "domain": "another.example",
        "challenge": "another",
    }.items():
        yield f"{member} {value}", lambda proof, m=member, v=value: proof.__setitem__(m, v)
    yield "a shorter value", lambda p: p.__setitem__("proofValue", p["proofValue"][:-4])
    yield "a value without its prefix", lambda p: p.__setitem__("proofValue", p["proofValue"][1:])


CHANGES = dict(changed_proofs())
EMBEDDED = [
    name for name, (suite, _) in PROFILES.items() if suite in SUITES and name != "bitstring"
]


@pytest.mark.parametrize("profile", EMBEDDED)
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_proof_is_not_verified(client, profile, change):
    credential = issued(client, with_changes({}), profile).json
    CHANGES[change](credential["proof"])
    assert verified(client, credential) == 400


@pytest.mark.parametrize("profile", EMBEDDED)
def test_a_changed_credential_is_not_verified(client, profile):
    credential = issued(client, with_changes({}), profile).json
    assert verified(client, credential) == 200
    assert credential["proof"]["cryptosuite"] == PROFILES[profile][0]
    assert credential["proof"]["proofValue"].startswith("z")
    changed = deepcopy(credential)
    changed["credentialSubject"]["name"] = "Mallory"
    assert verified(client, changed) == 400
    added = deepcopy(credential)
    added["unknown"] = "x"
    assert verified(client, added) == 400
    without = {name: value for name, value in credential.items() if name != "proof"}
    assert verified(client, without) == 400


@pytest.mark.parametrize("profile", EMBEDDED)
def test_several_proofs_all_count(client, profile):
    credential = issued(client, with_changes({}), profile).json
    twice = {**credential, "proof": [credential["proof"], credential["proof"]]}
    assert verified(client, twice) == 200
    twice["proof"][1] = {**credential["proof"], "proofValue": "z1111"}
    assert verified(client, twice) == 400


WINDSAILING = {
    "@protected": True,
    "ExampleAchievementCredential": "urn:example:ExampleAchievementCredential",
    "WindsailingAchievement": {"@id": "urn:example:WindsailingAchievement", "@context": {
        "@protected": True, "id": "@id", "type": "@type", "sailNumber": "urn:example:sailNumber",
        "sails": {"@id": "urn:example:sails", "@context": {
            "@protected": True, "sailName": "urn:example:sailName", "size": "urn:example:size",
            "year": "urn:example:year"}},
        "boards": {"@id": "urn:example:boards", "@context": {
            "@protected": True, "boardName": "urn:example:boardName", "brand": "urn:example:brand",
            "year": "urn:example:year"}}}},
    "achievements": {"@id": "urn:example:achievements", "@type": "@id"},
}  # fmt: skip
SAILED = {
    "@context": [V2, WINDSAILING],
    "type": ["VerifiableCredential", "ExampleAchievementCredential"],
    "credentialSubject": {"name": "Alice", "achievements": [
        {"type": "WindsailingAchievement", "sailNumber": "Sea1",
         "sails": [{"size": 5.5, "sailName": "Gull", "year": 2023},
                   {"size": 7.0, "sailName": "Tern", "year": 2020}],
         "boards": [{"boardName": "B170", "brand": "Wave", "year": 2022}]}]},
}  # fmt: skip
SUBJECT = "/credentialSubject/achievements/0"


def test_of_selective_disclosure_each_copy_is_verified(client):
    """Pointers into lists, in the words of a context inside."""
    must = ["/issuer", f"{SUBJECT}/sails/1"]
    base = issued(client, SAILED, "ecdsa-sd-2023", mandatoryPointers=must)
    assert base.status_code == 201, base.json
    value = sd_proof_value.decode(base.json["proof"]["proofValue"])
    assert list(value.mandatory_pointers) == must
    for chosen in ([], [f"{SUBJECT}/sails/0"], [f"{SUBJECT}/boards"], ["/credentialSubject/name"]):
        body = {"verifiableCredential": base.json, "options": {"selectivePointers": chosen}}
        copy = client.post("/credentials/derive", json=body)
        assert copy.status_code == 201, copy.json
        assert verified(client, copy.json, checks=["proof"]) == 200
        changed = json.loads(json.dumps(copy.json).replace("Tern", "Kite"))
        assert verified(client, changed, checks=["proof"]) == 400


@pytest.mark.parametrize("pointers", [["/no/such/place"], ["not a pointer"], [7]])
def test_a_pointer_to_nothing_is_refused(client, pointers):
    answer = issued(client, SAILED, "ecdsa-sd-2023", mandatoryPointers=pointers)
    assert answer.status_code == 400
    base = issued(client, SAILED, "ecdsa-sd-2023", mandatoryPointers=["/issuer"]).json
    body = {"verifiableCredential": base, "options": {"selectivePointers": pointers}}
    assert client.post("/credentials/derive", json=body).status_code == 400


@pytest.mark.parametrize("body", [{}, {"verifiableCredential": 7}, {"verifiableCredential": {}}])
def test_what_has_no_base_proof_is_not_derived(client, body):
    assert client.post("/credentials/derive", json=body).status_code == 400


def test_a_status_list_is_as_the_suite_asks(client):
    credential = issued(client, with_changes({}), "bitstring").json
    entry = credential["credentialStatus"]
    assert entry["type"] == "BitstringStatusListEntry"
    assert str(int(entry["statusListIndex"])) == entry["statusListIndex"]
    listed = client.get(entry["statusListCredential"].removeprefix(ADDRESS)).json
    assert "BitstringStatusListCredential" in listed["type"]
    assert listed["credentialSubject"]["type"] == "BitstringStatusList"
    assert listed["credentialSubject"]["encodedList"].startswith("u")
    assert verified(client, credential) == 200
    assert verified(client, listed) == 200
    moved = deepcopy(credential)
    moved["credentialStatus"]["statusListCredential"] = f"{ADDRESS}/status/none"
    assert verified(client, moved) == 400


@pytest.mark.parametrize("profile", ["vc-jwt", "sd-jwt"])
def test_a_token_in_an_envelope_is_verified_until_it_is_changed(client, profile):
    envelope = issued(client, with_changes({}), profile).json
    assert envelope["type"] == "EnvelopedVerifiableCredential"
    assert verified(client, envelope) == 200
    head, _, token = envelope["id"].partition(",")
    header, payload, rest = token.split(".", 2)
    other = issued(client, with_changes({"name": "Another"}), profile).json["id"].partition(",")[2]
    mixed = ".".join([header, other.split(".")[1], rest])
    assert verified(client, {**envelope, "id": f"{head},{mixed}"}) == 400
    assert verified(client, {**envelope, "id": f"{head},{header}.{payload}.AAAA"}) == 400
    assert verified(client, {**envelope, "id": "https://example.org"}) == 400
    assert verified(client, {**envelope, "id": token}) == 400
    assert verified(client, {**envelope, "type": "VerifiableCredential"}) == 400
    assert [verified(client, {**envelope, "@context": no}) for no in NO_CONTEXTS] == [400] * 4
    assert verified(client, token) == 200


def presentation(*credentials, **changes):
    whole = {"@context": [V2], "type": ["VerifiablePresentation"], **changes}
    return {**whole, "verifiableCredential": [*credentials]} if credentials else whole


def shown(server, whole, **options):
    """Return a presentation with a proof by the key of a profile."""
    signer = server.profiles["eddsa-rdfc-2022"].signer
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "verificationMethod": signer.verification_method,
        "proofPurpose": "authentication",
        **options,
    }
    suite = SUITES["eddsa-rdfc-2022"]
    pinned, contexts = inline.pin(whole, CONTEXTS)
    data = suite.hash_data(pinned, proof, signer.public_key, contexts=contexts)
    return {**whole, "proof": {**proof, "proofValue": suite.encode(signer.sign(data))}}


def test_presentations_are_verified_by_the_rules_of_the_data_model(server, client):
    one = issued(client, with_changes({})).json
    own = issued(client, with_changes({"@context": [V2, OWN], "name": "B"})).json
    enveloped = issued(client, with_changes({}), "vc-jwt").json
    sound = [
        presentation(), presentation(one), presentation(one, own), presentation(enveloped),
        presentation(one, **{"@context": [V2, EXAMPLES]}),
        presentation(one, **{"@context": [V2, {"Own": TYPE}], "type": [
            "VerifiablePresentation", "Own"]}),
        presentation(one, holder=server.profiles["eddsa-rdfc-2022"].did),
    ]  # fmt: skip
    for whole in sound:
        assert presented(client, shown(server, whole)) == 200, whole
        assert presented(client, whole) == 400  # nobody signed it
    signed = shown(server, presentation(one, **{"@context": [V2, EXAMPLES]}))
    flawed = [
        {k: v for k, v in signed.items() if k != "@context"},
        {k: v for k, v in signed.items() if k != "type"},
        {**signed, "@context": [EXAMPLES, V2]},
        {**signed, "@context": [V2, "https ://not-a-url/v1"]},
        {**signed, "@context": [V2, 123192875]},
        {**signed, "type": ["Presentation"]},
        {**signed, "verifiableCredential": ["a text"]},
        {**signed, "verifiableCredential": [{k: v for k, v in one.items() if k != "type"}]},
        {**signed, "verifiableCredential": [{**one, "name": "Mallory"}]},
    ]
    for whole in flawed:
        assert presented(client, whole) == 400


def test_a_presentation_in_an_envelope_is_verified_until_its_envelope_is_changed(client):
    """The suite's own: an older JWT with a credential in it."""
    token = (VECTORS / "w3c-presentation.jwt").read_text().strip()
    envelope = {"@context": [V2], "type": "EnvelopedVerifiablePresentation"}
    envelope["id"] = f"data:application/jwt,{token}"
    assert presented(client, envelope, challenge="123456789", domain="example.com") == 200
    assert presented(client, envelope, challenge="another") == 400
    for changes in ({"type": ["VerifiablePresentation"]}, {"type": GONE}, {"id": token},
                    *({"@context": context} for context in NO_CONTEXTS)):  # fmt: skip
        assert presented(client, with_changes(changes, envelope)) == 400, changes


def test_a_presentation_is_for_its_challenge_and_domain(server, client):
    one = issued(client, with_changes({})).json
    signed = shown(server, presentation(one), challenge="c", domain="d.example")
    assert presented(client, signed, challenge="c", domain="d.example") == 200
    assert presented(client, signed, challenge="x", domain="d.example") == 400
    assert presented(client, signed, challenge="c", domain="x.example") == 400


@pytest.mark.parametrize("body", [{}, {"credential": 7}, {"credential": []}, [], "x"])
def test_what_is_no_request_is_bad_input(client, body):
    assert client.post("/issuers/vc-jwt/credentials/issue", json=body).status_code == 400
    assert client.post("/issuers/none/credentials/issue", json=body).status_code == 404


@pytest.mark.parametrize("issuer", ["did:example:a", {"id": "did:example:a", "name": "A"}])
def test_with_binding_each_profile_signs_in_its_own_name(server, client, unbound, issuer):
    other, did = with_changes({"issuer": issuer}), server.profiles["eddsa-rdfc-2022"].did
    own = issued(client, other).json
    assert own["issuer"] == (did if isinstance(issuer, str) else {**issuer, "id": did})
    assert verified(client, own) == 200
    signed = issued(unbound, other).json
    assert signed["issuer"] == issuer
    assert (verified(unbound, signed), verified(client, signed)) == (200, 400)


def published():
    """Yield what W3C's specifications print as signed, each by a key of no issuer's."""
    eddsa = json.loads((VECTORS / "w3c-eddsa-rdfc-2022.json").read_bytes())
    yield "eddsa-rdfc-2022", eddsa["signed"]
    chain = eddsa["signed"] | {"proof": eddsa["setAndChain"]["proofs"]}
    yield "eddsa-rdfc-2022, a set and chain", chain
    others = json.loads((VECTORS / "w3c-other-suites.json").read_bytes())
    for vector in others:
        yield vector["example"], vector["signed"]


PUBLISHED = dict(published())
OF_NO_TYPE = ({}, None, GONE, 10, True)


def verifier_inputs():
    """Yield the 17 flaws of the VC-API suite for verifiers, each with all its documents: changes of
    the credential, or of its proof."""
    for member in ("@context", "type", "issuer", "credentialSubject", "proof"):
        yield f"no {member}", "credential", [{member: GONE}]
    for member in ("type", "created", "verificationMethod", "proofValue", "proofPurpose"):
        yield f"no proof.{member}", "proof", [{member: GONE}]
    for member in ("@context", "type"):
        values = ["string", *OF_NO_TYPE]
        yield f"{member} that is no array", "credential", [{member: value} for value in values]
        items = [[], {}, None, None, 10, True]
        yield f"{member} without texts", "credential", [{member: [item]} for item in items]
    for member, values in {
        "issuer": [[], *OF_NO_TYPE[1:]],
        "credentialSubject": ["string", *OF_NO_TYPE[1:], []],
        "proof": ["string", *OF_NO_TYPE[1:], []],
    }.items():
        yield f"{member} of another type", "credential", [{member: value} for value in values]


VERIFIER_INPUTS = {name: (where, changes) for name, where, changes in verifier_inputs()}


@pytest.mark.parametrize("name", VERIFIER_INPUTS)
def test_what_the_suite_for_verifiers_changes_is_not_verified(client, unbound, name):
    """Its credential is an example of the specification, whose key no issuer lists."""
    document, (where, changes) = PUBLISHED["Ed25519Signature2020"], VERIFIER_INPUTS[name]
    assert (verified(client, document), verified(unbound, document)) == (400, 200)
    for change in changes:
        changed = with_changes(change, document)
        if where == "proof":
            changed = {**document, "proof": with_changes(change, document["proof"])}
        assert (verified(client, changed), verified(unbound, changed)) == (400, 400), change


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_w3c_prints_holds_without_binding_and_is_no_issuers_with_it(client, unbound, name):
    """The product never takes a key that the issuer does not list (D4)."""
    document = PUBLISHED[name]
    assert verified(unbound, document) == 200
    assert verified(client, document) == 400
    changed = json.loads(json.dumps(document).replace("Alumni", "Elder"))
    assert verified(unbound, changed) == 400
