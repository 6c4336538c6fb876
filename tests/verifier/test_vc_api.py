"""`/credentials/verify` and `/presentations/verify`: 200 for what is verified, 400 for all else
(W3C VC-API, sections 3.3.1 and 3.3.2)."""

import json
from copy import deepcopy

import pytest
from jsonschema import Draft202012Validator
from licenses import LICENSE, V2
from world import NOW, Issuer

from verifier.fetching.fetch import offline
from verifier.web import api, vc_api
from verifier.web.app import create_app

DESCRIPTION = json.loads(api.DESCRIPTION.read_bytes())
COMPONENTS = {"$id": "urn:openapi", "components": DESCRIPTION["components"]}
HOLDER = Issuer("did:web:holder.example")
CHALLENGE, DOMAIN = "c-1", "office.example"


def schema(name):
    return Draft202012Validator({**COMPONENTS, "$ref": f"#/components/schemas/{name}"})


VERIFIED, PROBLEM = schema("Verified"), schema("Problem")


@pytest.fixture
def app(world):
    document = HOLDER.document
    world.publish_issuer(HOLDER, document | {"authentication": document.pop("assertionMethod")})
    return create_app(lambda: world.fetch, clock=lambda: NOW)


def sent(client, address, body, **options):
    answer = client.post(address, **({"json": body} | options))
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    if answer.status_code == 200:
        VERIFIED.validate(answer.json)
        assert answer.headers["Cache-Control"] == "no-store"
    else:
        assert answer.mimetype == "application/problem+json"
        PROBLEM.validate(answer.json)
    return answer


def verified(client, credential, **options):
    body = {"verifiableCredential": credential, "options": options}
    return sent(client, "/credentials/verify", body)


def a_license(world, **changes):
    whole = deepcopy(LICENSE) | changes
    return world.issuer.sign({name: value for name, value in whole.items() if value is not None})


@pytest.mark.parametrize("kind", ["license", "badge", "token", "envelope"])
def test_what_is_verified_is_200(world, client, kind):
    token = world.issuer.jwt(world.badge())
    credential = {
        "license": a_license(world),
        "badge": world.issuer.sign(world.badge()),
        "token": token,
        "envelope": {"@context": V2, "type": "EnvelopedVerifiableCredential",
                     "id": f"data:application/vc+jwt,{token}"},
    }[kind]  # fmt: skip
    answer = verified(client, credential)
    assert (answer.status_code, answer.json["verified"]) == (200, True)
    assert answer.json["report"]["verdicts"]["authentic"]["verdict"] == "yes"


def without(*members):
    def change(whole):
        *path, last = members
        for name in path:
            whole = whole[name]
        del whole[last]

    return change


def having(value, *members):
    def change(whole):
        *path, last = members
        for name in path:
            whole = whole[name]
        whole[last] = value

    return change


BAD = {
    **{f"no {name}": without(name) for name in
       ("@context", "type", "issuer", "credentialSubject", "proof")},
    **{f"no proof.{name}": without("proof", 0, name) for name in
       ("type", "created", "verificationMethod", "proofValue", "proofPurpose", "cryptosuite")},
    **{f"@context {value!r}": having(value, "@context") for value in ("x", {}, None, 10, True)},
    **{f"@context [{value!r}]": having([value], "@context") for value in ([], {}, None, 10, True)},
    **{f"type {value!r}": having(value, "type") for value in ("x", {}, None, 10, True)},
    **{f"type [{value!r}]": having([value], "type") for value in ([], {}, None, 10, True)},
    **{f"issuer {value!r}": having(value, "issuer") for value in ([], None, 10, True)},
    **{f"subject {value!r}": having(value, "credentialSubject")
       for value in ("x", None, 10, True, [])},
    **{f"proof {value!r}": having(value, "proof") for value in ("x", None, 10, True, [])},
    "another name": having("Robin", "name"),
    "another proof value": having("z1111", "proof", 0, "proofValue"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_verified_is_400_with_a_reason(world, client, name):
    """The inputs of the published suite for verifiers."""
    credential = a_license(world)
    BAD[name](credential)
    answer = verified(client, credential)
    assert (answer.status_code, answer.json["verified"]) == (400, False)
    (reason,) = answer.json["problemDetails"]
    assert reason["title"] == answer.json["code"]
    types = {check["code"]: check["problem"] for check in answer.json["report"]["checks"]}
    assert reason["type"] == (types.get(reason["title"]) or "about:blank")
    assert reason["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"verifiableCredential": None},
        {"verifiableCredential": 7},
        {"verifiableCredential": "https://x.example"},
        {"verifiableCredential": ["x"]},
        {"verifiableCredential": LICENSE, "options": []},
        {"verifiableCredential": LICENSE, "options": {"checks": "proof"}},
        {"verifiableCredential": LICENSE, "options": {"checks": [{}]}},
        {"verifiableCredential": LICENSE, "options": {"domain": {}}},
        {"verifiableCredential": LICENSE, "options": {"challenge": None}},
        {"verifiableCredential": LICENSE, "options": {"expectedProofPurpose": ["authentication"]}},
        {"verifiableCredential": {"type": ["VerifiablePresentation"], "@context": [V2]}},
        {"verifiablePresentation": {}},
    ],
)
def test_a_request_that_cannot_be_read_is_400(client, body):
    answer = sent(client, "/credentials/verify", body)
    assert (answer.status_code, answer.json["title"]) == (400, vc_api.MALFORMED.title)
    assert answer.json["code"] == "request_malformed"
    named = "body" if body == [] else "options" if "options" in body else "verifiableCredential"
    assert named in answer.json["detail"]


def test_bytes_that_are_no_strict_json_are_400_and_others_415(client):
    kind = {"content_type": "application/json", "json": None}
    for data in (b"{", b'{"a":1,"a":2}', b"\xff"):
        assert sent(client, "/credentials/verify", None, data=data, **kind).status_code == 400
    answer = sent(client, "/credentials/verify", None, json=None, data=b"x", content_type="a/b")
    assert answer.status_code == 415
    large = b" " * (vc_api.MAX_BODY_BYTES + 1)
    assert sent(client, "/credentials/verify", None, data=large, **kind).status_code == 413


@pytest.mark.parametrize("address", ["https://x.example", "data:application/vc+cose,x", "", None])
@pytest.mark.parametrize("what", ["Credential", "Presentation"])
def test_an_envelope_that_cannot_be_opened_is_400(client, address, what):
    envelope = {"@context": V2, "type": f"EnvelopedVerifiable{what}", "id": address}
    assert verified(client, envelope).status_code == 400
    assert presented(client, envelope).status_code == 400


def test_an_address_is_not_opened(world, client):
    verified(client, "https://district.example/credentials/1")
    assert world.asked == []


@pytest.mark.parametrize(
    ("checks", "status"),
    [
        (None, 400),
        ([], 400),
        (["proof"], 200),
        (["proof", "status"], 400),
        (["credentialStatus"], 400),
        (["proof", "another"], 200),
    ],
)
def test_checks_say_whether_a_withdrawal_counts(world, client, checks, status):
    entry = {
        "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": "94", "statusListCredential": world.list_url,
    }  # fmt: skip
    world.publish_list({94})
    options = {} if checks is None else {"checks": checks}
    assert verified(client, a_license(world, credentialStatus=entry), **options).status_code == (
        status
    )


@pytest.mark.parametrize(
    "changes", [{"validUntil": "2026-11-02T00:00:00Z"}, {"validFrom": "2027-11-02T00:00:00Z"}]
)
def test_dates_count_whatever_is_asked_for(world, client, changes):
    assert verified(client, a_license(world, **changes), checks=["proof"]).status_code == 400


def test_a_proof_is_for_the_purpose_that_is_expected(world, client):
    right = verified(client, a_license(world), expectedProofPurpose="assertionMethod")
    wrong = verified(client, a_license(world), expectedProofPurpose="authentication")
    assert (right.status_code, wrong.status_code) == (200, 400)
    assert wrong.json["code"] == "proof_purpose"


def test_what_could_not_be_checked_is_not_verified(world):
    client = create_app(lambda: offline, clock=lambda: NOW).test_client()
    answer = verified(client, a_license(world))
    assert (answer.status_code, answer.json["code"]) == (400, "issuer_unreachable")


def shown(world, **options):
    whole = {"@context": [V2], "type": ["VerifiablePresentation"],
             "verifiableCredential": [a_license(world)]}  # fmt: skip
    proof_options = {"proofPurpose": "authentication", "challenge": CHALLENGE, "domain": DOMAIN}
    return HOLDER.sign(whole, **proof_options | options)


def presented(client, presentation, **options):
    body = {"verifiablePresentation": presentation, "options": options}
    return sent(client, "/presentations/verify", body)


def test_a_presentation_is_verified_with_its_credentials(world, client):
    answer = presented(client, shown(world), challenge=CHALLENGE, domain=DOMAIN)
    assert answer.status_code == 200
    assert answer.json["holder"] == HOLDER.did
    assert len(answer.json["reports"]) == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"challenge": "x"}, "challenge_differs"),
        ({"domain": "x"}, "domain_differs"),
        ({"expectedProofPurpose": "assertionMethod"}, "proof_purpose"),
    ],
)
def test_a_presentation_for_something_else_is_not(world, client, options, code):
    answer = presented(client, shown(world), **options)
    assert (answer.status_code, answer.json["code"]) == (400, code)


def test_a_presentation_is_as_good_as_what_is_in_it(world, client):
    whole = shown(world)
    forged = a_license(world)
    forged["name"] = "Doctor"
    whole = {name: value for name, value in whole.items() if name != "proof"}
    whole["verifiableCredential"] = [forged]
    signed = HOLDER.sign(whole, proofPurpose="authentication")
    answer = presented(client, signed)
    assert (answer.status_code, answer.json["code"]) == (400, "signature_wrong")
    assert presented(client, whole).json["code"] == "presentation_unproved"
    assert presented(client, {"type": "x"}).json["code"] == "no_presentation"
    assert presented(client, signed, challenge=7).status_code == 400


def test_it_is_limited_as_the_other_addresses_are(client):
    for _ in range(60):
        client.post("/credentials/verify", json={})
    answer = sent(client, "/credentials/verify", {})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_the_description_has_both():
    assert {"/credentials/verify", "/presentations/verify"} <= DESCRIPTION["paths"].keys()
