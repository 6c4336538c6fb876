"""What stands around a credential is opened, said, and never judged (VCDM 2.0, 4.12 and 4.13)."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from world import Issuer

from verifier import Answer
from verifier.intake.wrapping import MAX_DEPTH, MAX_ITEMS, unwrap
from verifier.parsing import base64url

CASES = Path(__file__).parents[1] / "cases"
V2 = "https://www.w3.org/ns/credentials/v2"


@pytest.mark.parametrize(
    ("case", "notes"),
    [
        ("foreign/04-jwtproof2020.json", {"jwt_proof"}),
        ("foreign/06b-svg-doctype-good-signature.svg", set()),
        ("foreign/09-kid-bare-did.jwt", set()),
        ("foreign/09c-kid-https.jwt", set()),
        ("foreign/11-vc-claim-v2.jwt", set()),
        ("envelopes/form-envelope-data-application-jwt.txt", {"envelope"}),
        ("envelopes/form-envelope-data-application-vc-jwt.txt", {"envelope"}),
        ("envelopes/form-EnvelopedVerifiablePresentation.txt", {"envelope", "presentation_jwt"}),
        ("envelopes/form-VP-2-0-as-vp-jwt.txt", {"envelope", "presentation_jwt"}),
    ],
)
def test_what_others_wrap_or_write_is_judged(world, case, notes):
    report = world.verify((CASES / case).read_bytes())
    assert report.authentic.answer is Answer.YES
    assert notes <= {check.code for check in report.checks if check.name == "intake"}


@pytest.mark.parametrize(
    "case",
    [
        "foreign/05-sd-jwt-typ.jwt",
        "foreign/05b-sd-jwt.txt",
        "envelopes/form-SD-JWT--typ-vc-sd-jwt-.txt",
    ],
)
def test_an_sd_jwt_is_named_as_what_it_is(world, case):
    report = world.verify((CASES / case).read_bytes())
    assert (report.authentic.answer, report.authentic.code) == (Answer.COULD_NOT_CHECK, "sd_jwt")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda badge, jwt: {"credential": badge}, id="object"),
        pytest.param(lambda badge, jwt: {"credential": jwt, "c_nonce": "x"}, id="OpenID4VCI"),
        pytest.param(lambda badge, jwt: {"credentials": [{"credential": jwt}]}, id="several"),
        pytest.param(lambda badge, jwt: {"verifiableCredential": badge}, id="VC-API"),
        pytest.param(
            lambda badge, jwt: {"credential": [], "compactJwsString": [jwt]}, id="Open Badges API"
        ),
    ],
)
def test_a_credential_in_the_answer_of_an_api_is_found(world, answer):
    """Open Badges 3.0, GetOpenBadgeCredentialsResponse; VC-API; OpenID4VCI."""
    badge = world.badge()
    response = answer(world.issuer.sign(badge), world.issuer.jwt(badge))
    assert world.verify(response).authentic.answer is Answer.YES


ACCESS = ".".join(
    base64url.encode(part) for part in (b'{"alg":"ES256"}', b'{"sub":"1"}', b"s" * 64)
)


def with_jwt_proof(badge, jwt):
    return badge | {"proof": {"type": "JwtProof2020", "jwt": jwt}}


HANDED_OUT = {
    "walt.id's wallet": lambda badge, signed, jwt: {
        "wallet": "0c", "id": "urn:uuid:1", "document": jwt, "disclosures": None, "pending": False,
        "format": "jwt_vc_json", "parsedDocument": badge,
    },
    "walt.id's wallet, all of it": lambda badge, signed, jwt: [
        {"id": "urn:uuid:1", "document": json.dumps(signed), "parsedDocument": signed}
    ],
    "Sphereon's wallet": lambda badge, signed, jwt: {
        "hash": "1",
        "digitalCredential": {
            "rawDocument": jwt, "uniformDocument": json.dumps(with_jwt_proof(badge, jwt))
        },
        "originalVerifiableCredential": jwt,
        "uniformVerifiableCredential": with_jwt_proof(badge, jwt),
    },
    "a profile of the Learner Credential Wallet": lambda badge, signed, jwt: {
        "profileRecord": {"profileName": "Default"},
        "didRecord": {"didDocument": {"@context": ["https://www.w3.org/ns/did/v1"], "id": "did:x"}},
        "credentials": [signed],
    },
    "a record of that wallet": lambda badge, signed, jwt: {
        "id": 1, "rawCredential": json.dumps(signed)
    },
    "OpenID4VCI, with its access token": lambda badge, signed, jwt: {
        "access_token": ACCESS, "credential_definition": {"type": badge["type"]}, "credential": jwt
    },
    "JSON:API": lambda badge, signed, jwt: {
        "data": {"type": "credentials", "id": "1", "attributes": {"name": "x", "vc": signed}}
    },
    "GraphQL": lambda badge, signed, jwt: {"data": {"person": {"badge": {"signed": signed}}}},
    "its subject again beside it": lambda badge, signed, jwt: {
        "credentialSubject": badge["credentialSubject"], "credential": jwt
    },
    "encoded twice": lambda badge, signed, jwt: json.dumps(signed),
}  # fmt: skip


@pytest.mark.parametrize("shape", HANDED_OUT.values(), ids=HANDED_OUT.keys())
def test_what_a_platform_or_a_wallet_hands_out_is_one_credential(world, shape):
    badge = world.badge()
    handed = json.dumps(shape(badge, world.issuer.sign(badge), world.issuer.jwt(badge)))
    (report,) = world.verify_all(handed.encode())
    assert report.authentic.answer is Answer.YES


def test_of_several_that_are_handed_out_each_is_judged(world):
    signed = [world.issuer.sign(world.badge(id=f"urn:x:{number}")) for number in (1, 2)]
    forged = signed[0] | {"name": "Another"}
    answer = {"results": [{"body": signed[0]}, {"body": forged}], "more": {"last": signed[1]}}
    reports = world.verify_all(json.dumps(answer).encode())
    assert [str(report.authentic.answer) for report in reports] == ["yes", "yes", "no"]


def test_what_is_handed_out_unsigned_is_not_believed(world):
    report = world.verify({"verified": True, "data": {"credential": world.badge()}})
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "no_proof")


@pytest.mark.parametrize("depth", [10, 60])
def test_what_lies_deep_in_something_else_is_not_looked_for(depth):
    other = {"credentialSubject": {}, "type": "VerifiableCredential"}
    for _ in range(depth):
        other = {"a": [other]}
    assert unwrap(json.dumps(other)) is None


@pytest.mark.parametrize(
    "other",
    [
        {"credential": "Bachelor of Arts"},
        {"credential": 7},
        {"type": "Person", "credential": {"a": 1}},
        {"@context": V2, "credential": {"a": 1}},
        {"access_token": ACCESS},
        {"credential": "{not JSON"},
        {"entityType": "BadgeClass", "openBadgeId": "https://badges.example/b/1"},
    ],
)
def test_an_object_that_is_something_itself_is_no_answer_of_an_api(other):
    assert unwrap(json.dumps(other)) is None


def enveloped(data, kind="Credential"):
    return {"@context": V2, "type": f"EnvelopedVerifiable{kind}", "id": data}


URLS = {
    "vc+jwt": "data:application/vc+jwt,{}",
    "jwt": "data:application/jwt,{}",
    "a draft's": "data:application/vc+ld+json+jwt,{}",
    "a charset": "data:application/vc+jwt;charset=utf-8,{}",
    "capitals": "DATA:application/VC+JWT,{}",
    "no kind": "data:,{}",
}


@pytest.mark.parametrize("url", URLS.values(), ids=URLS.keys())
@pytest.mark.parametrize(
    "kind", ["EnvelopedVerifiableCredential", ["EnvelopedVerifiableCredential"]]
)
def test_an_envelope_is_opened_whatever_it_calls_its_content(world, url, kind):
    token = world.issuer.jwt(world.badge())
    report = world.verify(enveloped(url.format(token)) | {"type": kind})
    assert (report.authentic.answer, report.securing) == (Answer.YES, "vc_jwt")
    head, _, signature = token.rpartition(".")
    forged = world.verify(enveloped(url.format(f"{head}.{signature[::-1]}")))
    assert forged.authentic.answer is not Answer.YES


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(lambda text: f"data:application/vc,{quote(text)}", id="percent"),
        pytest.param(
            lambda text: f"data:application/vc;base64,{base64.b64encode(text.encode()).decode()}",
            id="base64",
        ),
    ],
)
def test_an_envelope_may_hold_json(world, url):
    signed = json.dumps(world.issuer.sign(world.badge()))
    report = world.verify(enveloped(url(signed)))
    assert (report.authentic.answer, report.securing) == (Answer.YES, "data_integrity")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("data:application/vc+cose;base64,0oRDoQEm", "cose"),
        ("data:application/vc+sd-jwt,{}~WyJhIl0~", "sd_jwt"),
        ("data:application/dc+sd-jwt,{}~", "sd_jwt"),
        ("data:image/png;base64,iVBORw0KGgo=", "envelope_not_read"),
        ("data:application/vc+jwt;base64,%%%", "envelope_not_read"),
        ("data:text/plain,hello", "envelope_not_read"),
        ("data:application/vc+jwt,", "envelope_not_read"),
        ("https://wallet.example/1", "envelope_not_read"),
        (None, "envelope_not_read"),
        (7, "envelope_not_read"),
    ],
)
def test_an_envelope_that_cannot_be_opened_is_no_unsigned_badge(world, url, code):
    url = url.format(world.issuer.jwt(world.badge())) if isinstance(url, str) else url
    report = world.verify(enveloped(url))
    assert (report.authentic.answer, report.authentic.code) == (Answer.COULD_NOT_CHECK, code)
    record = world.badge(endorsement=[enveloped(url)])
    inner = world.verify(world.issuer.jwt(record)).endorsements[0]
    assert (inner.authentic.answer, inner.authentic.code) == (Answer.COULD_NOT_CHECK, code)


def test_a_file_of_cose_is_named_as_what_it_is(world):
    report = world.verify(b"\xd2\x84\x43\xa1\x01\x26")
    assert (report.authentic.answer, report.authentic.code) == (Answer.COULD_NOT_CHECK, "cose")


HOLDER = Issuer("did:web:holder.example")


def signed_presentation(world, claims):
    """A JWT by a holder whom nobody knows."""
    nothing = {"credentialSubject": {}, "validFrom": "2026-11-01T00:00:00Z"}
    without = dict.fromkeys(("credentialSubject", "validFrom", "jti", "sub", "nbf", "exp"))
    return HOLDER.jwt(nothing, {"typ": "vp+jwt"}, without | claims)


def presentations(world, credential):
    plain = {"@context": [V2], "type": "VerifiablePresentation", "verifiableCredential": credential}
    token = signed_presentation(world, plain)
    return {
        "plain": plain,
        "vp+jwt": token,
        "vp claim": signed_presentation(world, {"vp": plain}),
        "envelope": enveloped(f"data:application/vp+jwt,{token}", "Presentation"),
        "list": [plain],
    }


@pytest.mark.parametrize("form", ["plain", "vp+jwt", "vp claim", "envelope", "list"])
@pytest.mark.parametrize("inside", ["json", "jwt", "envelope", "list"])
def test_of_a_presentation_what_is_inside_is_judged(world, form, inside):
    """Its own signature says who shows it: it is not checked, and that is said."""
    token = world.issuer.jwt(world.badge())
    credential = {
        "json": world.issuer.sign(world.badge()),
        "jwt": token,
        "envelope": enveloped(f"data:application/vc+jwt,{token}"),
        "list": [token],
    }[inside]
    report = world.verify(presentations(world, credential)[form])
    assert report.authentic.answer is Answer.YES
    codes = {check.code for check in report.checks if check.name == "intake"}
    assert codes & {"presentation", "presentation_jwt"}
    assert not [url for url in world.asked if "holder" in url]


@pytest.mark.parametrize("form", ["plain", "vp+jwt", "vp claim", "envelope"])
def test_a_presentation_lends_its_signature_to_nothing(world, form):
    unsigned = presentations(world, world.badge())[form]
    assert world.verify(unsigned).authentic.code == "no_proof"


def test_the_text_beside_a_jwt_says_nothing(world):
    """`JwtProof2020`, as wallets keep a JWT: what the JWT says is judged and shown."""
    token = world.issuer.jwt(world.badge())
    proof = {"type": "JwtProof2020", "jwt": token}
    report = world.verify(world.badge(name="Another", proof=proof))
    assert (report.authentic.answer, report.credential.name) == (Answer.YES, world.badge()["name"])
    inner = world.verify(world.issuer.jwt(world.badge(endorsement=[{"a": 1, "proof": [proof]}])))
    assert inner.endorsements[0].securing == "vc_jwt"
    both = world.issuer.sign(world.badge())
    both["proof"].append(proof)
    assert world.verify(both).securing == "data_integrity"


@pytest.mark.parametrize("general", [False, True])
def test_a_jws_in_its_json_form_is_the_same_jws(world, general):
    """RFC 7515, section 7.2: flattened, and with a list of signatures."""
    protected, payload, signature = world.issuer.jwt(world.badge()).split(".")
    signed = {"protected": protected, "signature": signature, "header": {"kid": "x"}}
    whole = {"payload": payload} | ({"signatures": [signed]} if general else signed)
    report = world.verify(whole)
    assert (report.authentic.answer, report.securing) == (Answer.YES, "vc_jwt")
    assert "jws_json" in {check.code for check in report.checks}
    signed["signature"] = "A" * 86
    whole = {"payload": payload} | ({"signatures": [signed]} if general else signed)
    assert world.verify(whole).authentic.code == "signature_wrong"


@pytest.mark.parametrize("wrap", ["envelope", "presentation", "JwtProof2020"])
@pytest.mark.parametrize("revoked", [set(), {94}])
def test_a_status_list_may_be_wrapped(world, wrap, revoked):
    document = world.list_document(revoked)
    token = world.issuer.jwt(document, {"typ": "vc+jwt"})
    wrapped = {
        "envelope": enveloped(f"data:application/vc+jwt,{token}"),
        "presentation": {"type": "VerifiablePresentation", "verifiableCredential": [token]},
        "JwtProof2020": document | {"proof": {"type": "JwtProof2020", "jwt": token}},
    }[wrap]
    world.publish(world.list_url, wrapped)
    badge = world.badge()
    badge["credentialStatus"]["statusListIndex"] = "94"
    report = world.verify(world.issuer.sign(badge))
    assert report.current.code == ("revoked" if revoked else "current")


def test_wrappings_are_opened_so_deep_and_no_deeper():
    token = f"{base64url.encode(b'{}')}.{base64url.encode(b'{}')}.{base64url.encode(b'x')}"
    item = token
    for _ in range(MAX_DEPTH + 1):
        item = {"type": "VerifiablePresentation", "verifiableCredential": [item]}
    assert token not in unwrap(json.dumps(item)).texts
    many = {"type": "VerifiablePresentation", "verifiableCredential": [token] * (MAX_ITEMS + 1)}
    assert len(unwrap(json.dumps(many)).texts) == MAX_ITEMS


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "a.b.c",
        '{"protected": 1}',
        '{"payload": 1, "signatures": [1]}',
        "e30",
        "e30.e30.e30",
        '{"vp": 7}',
        '{"type": "vp", "type": "vp"}',
        "{",
    ],
)
def test_what_wraps_nothing_is_left_as_it_is(text):
    assert unwrap(text) is None
