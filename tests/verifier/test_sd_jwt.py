"""SD-JWT: what its holder shows is put in place, what is hidden stays so (RFC 9901; SD-JWT VC;
VC-JOSE-COSE, section 3.1). The tokens are made here, by jwcrypto and hashlib."""

import base64
import hashlib
import json
from copy import deepcopy
from pathlib import Path

import pytest
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from licenses import LICENSE
from world import NOW, Issuer

from verifier import verify_presentation
from verifier.credential.claims import claims
from verifier.proof import sd_jwt
from verifier.proof.jose import JoseError
from verifier.report import Answer
from verifier.wording import printed

CASES = Path(__file__).parents[1] / "cases"
DID = "did:web:board.example"
KEY, HOLDER, OTHER = (JWK.generate(kty="EC", crv="P-256") for _ in range(3))
ASKED = {"challenge": "n-0S6", "domain": "https://office.example"}


def encoded(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def digest(text, name="sha256"):
    return encoded(hashlib.new(name, text.encode()).digest())


def token(payload, key=KEY, **header):
    jws = JWS(json.dumps(payload))
    protected = {"alg": "ES256", "kid": f"{DID}#1", "typ": "vc+sd-jwt"} | header
    protected = {name: value for name, value in protected.items() if value is not None}
    jws.add_signature(key, alg="ES256", protected=json.dumps(protected))
    return jws.serialize(compact=True)


def disclosure(*values):
    return encoded(["salt", *values])


def bound(text, key=HOLDER, typ="kb+jwt", **changes):
    """Return an SD-JWT with a token that binds it to its holder's key."""
    payload = {"iat": 1795000000, "nonce": ASKED["challenge"], "aud": ASKED["domain"]}
    payload |= {"sd_hash": digest(text)} | changes
    payload = {name: value for name, value in payload.items() if value is not None}
    return text + token(payload, key, typ=typ, kid=None)


@pytest.fixture
def board(world):
    method = {"id": f"{DID}#1", "type": "JsonWebKey", "controller": DID}
    method["publicKeyJwk"] = KEY.export_public(as_dict=True)
    document = {"id": DID, "verificationMethod": [method], "assertionMethod": [method["id"]]}
    world.publish_issuer(Issuer(DID), document)
    return world


NAME, GRADE = disclosure("name", "Alex Example"), disclosure("grade", "7-12")
MATHEMATICS, PHYSICS = disclosure("Mathematics"), disclosure("Physics")
DECOY = digest("nothing at all")


def a_license(**changes):
    """A license of data model 2.0 whose holder may show name, grade and subjects."""
    subject = {
        "id": "did:example:t",
        "_sd": [digest(NAME), DECOY],
        "license": {"_sd": [digest(GRADE)], "subjects": [
            "Chemistry", {"...": digest(MATHEMATICS)}, {"...": digest(PHYSICS)}]},
    }  # fmt: skip
    whole = deepcopy(LICENSE) | {"issuer": DID, "credentialSubject": subject, "_sd_alg": "sha-256"}
    return whole | {"cnf": {"jwk": HOLDER.export_public(as_dict=True)}} | changes


def a_vct(**changes):
    """A license as an SD-JWT VC: its claims stand beside those of the token."""
    whole = {
        "iss": DID, "vct": "https://board.example/license", "nbf": 1780000000, "sub": "urn:x:t",
        "_sd": [digest(NAME), digest(GRADE), DECOY], "place": {"state": "NV"},
        "cnf": {"jwk": HOLDER.export_public(as_dict=True)},
    }  # fmt: skip
    return whole | changes


def sd(payload, *shown, **header):
    return "~".join([token(payload, **header), *shown, ""])


def test_what_is_shown_is_put_in_place_and_the_rest_is_not_there(board):
    report = board.verify(sd(a_license(), NAME, GRADE, PHYSICS), general=True)
    assert (report.authentic.code, report.current.code) == ("authentic", "current")
    assert report.securing == "sd_jwt"
    assert claims(report.credential.document) == (
        ("id", "did:example:t"), ("license.subjects", "Chemistry"), ("license.subjects", "Physics"),
        ("license.grade", "7-12"), ("name", "Alex Example"),
    )  # fmt: skip
    assert "_sd" not in json.dumps(printed.as_json(report)["credential"])


def test_with_nothing_shown_it_is_authentic_as_well(board):
    report = board.verify(sd(a_license()), general=True)
    assert report.authentic.answer is Answer.YES
    assert claims(report.credential.document) == (
        ("id", "did:example:t"), ("license.subjects", "Chemistry"),
    )  # fmt: skip


def test_an_sd_jwt_vc_is_told_by_its_claims_and_its_type_is_not_fetched(board):
    report = board.verify(sd(a_vct(), NAME, typ="dc+sd-jwt"), general=True)
    assert (report.authentic.code, report.current.code) == ("authentic", "current")
    assert report.general
    assert claims(report.credential.document) == (
        ("place.state", "NV"), ("name", "Alex Example"), ("id", "urn:x:t"),
    )  # fmt: skip
    assert "board.example/license" in printed.as_text("license", report)
    assert [url for url in board.asked if "license" in url] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": 1790000000}, "expired"),
        ({"nbf": 1890000000}, "not_yet_valid"),
        ({"status": {"status_list": {"idx": 1, "uri": "https://x.example"}}},
         "status_not_supported"),
    ],
)  # fmt: skip
def test_its_times_and_its_status_count(board, changes, code):
    assert board.verify(sd(a_vct(**changes)), general=True).current.code == code


def test_its_status_is_told_of_once(board):
    report = board.verify(sd(a_vct(status={"status_list": {}})), general=True)
    (check,) = (check for check in report.checks if check.name == "status")
    assert check.params == {"type": "status: status_list"}


@pytest.mark.parametrize("name", ["sha-256", "sha-384", "sha-512"])
def test_each_hash_of_the_registry_is_read(board, name):
    subject = {"id": "urn:x:t", "_sd": [digest(NAME, name.replace("-", ""))]}
    whole = a_license(_sd_alg=name, credentialSubject=subject)
    report = board.verify(sd(whole, NAME), general=True)
    assert report.credential.recipient_name == "Alex Example"


@pytest.mark.parametrize("name", ["sha-1", "md5", 7, None])
def test_another_hash_could_not_be_checked(board, name):
    report = board.verify(sd(a_license(_sd_alg=name), NAME), general=True)
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "sd_jwt_odd",
    )


INNER = disclosure("inner", {"_sd": [digest(GRADE)], "list": [{"...": digest(PHYSICS)}]})


def test_what_is_shown_may_hold_what_is_shown(board):
    """RFC 9901, section 4.2.6: recursive disclosures."""
    whole = a_license(credentialSubject={"id": "urn:x:t", "_sd": [digest(INNER)]})
    report = board.verify(sd(whole, INNER, GRADE, PHYSICS), general=True)
    assert claims(report.credential.document) == (
        ("id", "urn:x:t"), ("inner.list", "Physics"), ("inner.grade", "7-12"),
    )  # fmt: skip
    assert board.verify(sd(whole, GRADE), general=True).authentic.code == "sd_jwt_odd"


def subject(**changes):
    return a_license(credentialSubject={"id": "urn:x:t"} | changes)


STRAY = disclosure("stray", "x")
ODD = {
    "a disclosure without a place": (a_license(), [STRAY]),
    "a disclosure twice": (a_license(), [NAME, NAME]),
    "a digest twice": (subject(_sd=[digest(NAME), digest(NAME)]), [NAME]),
    "a digest at two places": (subject(_sd=[digest(NAME)], a={"_sd": [digest(NAME)]}), [NAME]),
    "a hidden digest twice": (subject(_sd=[DECOY], a={"_sd": [DECOY]}), []),
    "a member that is there already": (subject(name="Robin", _sd=[digest(NAME)]), [NAME]),
    "an item in the place of a member": (subject(_sd=[digest(PHYSICS)]), [PHYSICS]),
    "a member in the place of an item": (subject(a=[{"...": digest(NAME)}]), [NAME]),
    "members beside a digest": (subject(a=[{"...": digest(PHYSICS), "b": 1}]), [PHYSICS]),
    "dots outside of a list": (subject(a={"...": DECOY}), []),
    "a digest that is no text": (subject(_sd=[7]), []),
    "digests that are no list": (subject(_sd=DECOY), []),
    "a member of the name _sd": (subject(_sd=[digest(disclosure("_sd", []))]),
                                 [disclosure("_sd", [])]),
    "a member of the name …": (subject(_sd=[digest(disclosure("...", "x"))]),
                               [disclosure("...", "x")]),
    "a name that is no text": (subject(_sd=[digest(disclosure(7, "x"))]), [disclosure(7, "x")]),
    "a disclosure of one": (subject(), [encoded(["salt"])]),
    "a disclosure of four": (subject(), [encoded(["salt", "a", "b", "c"])]),
    "a disclosure that is no list": (subject(), [encoded({"a": 1})]),
    "a disclosure that is no JSON": (subject(), [encoded(b"no")]),
    "a disclosure that is no base64url": (subject(), ["AB"]),
    "an empty disclosure": (subject(), [""]),
    "a member twice in a disclosure": (subject(), [encoded(b'["s","a",{"b":1,"b":2}]')]),
    "an end that the holder chooses": (
        a_vct(_sd=[digest(disclosure("exp", 1890000000))]), [disclosure("exp", 1890000000)]),
    "a type that the holder chooses": (
        a_license(_sd=[digest(disclosure("type", ["VerifiableCredential"]))], type=None),
        [disclosure("type", ["VerifiableCredential"])]),
    "a type among others that is hidden": (
        a_license(type=["VerifiableCredential", {"...": DECOY}]), []),
    "a context among others that is hidden": (
        a_license(**{"@context": [*LICENSE["@context"], {"...": DECOY}]}), []),
    "a key of the holder that is hidden": (a_license(cnf={"_sd": [digest("x")]}), []),
    "a status that is hidden": (a_vct(status={"_sd": [DECOY]}), []),
    "a type that is hidden in a claim of a credential": (
        {"vc": {**LICENSE, "type": ["VerifiableCredential", {"...": DECOY}]}}, []),
}  # fmt: skip


UNSURE = {
    "a disclosure without a place", "an end that the holder chooses",
    "a type that the holder chooses", "a type among others that is hidden",
    "a context among others that is hidden", "a key of the holder that is hidden",
    "a status that is hidden", "a type that is hidden in a claim of a credential",
}  # fmt: skip
"""What an honest issuer may have signed: others show it."""


@pytest.mark.parametrize("name", ODD)
def test_what_breaks_a_rule_of_disclosing_is_not_read(board, name):
    """RFC 9901, section 7.1."""
    payload, shown = ODD[name]
    payload = {member: value for member, value in payload.items() if value is not None}
    report = board.verify(sd(payload, *shown), general=True)
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK if name in UNSURE else Answer.NO,
        "sd_jwt_odd",
    )
    assert report.credential is None


def chain(levels, last, link):
    """Return an SD-JWT of disclosures one in another: `link` makes what holds a digest."""
    shown = [disclosure("a", last)]
    for _ in range(levels - 1):
        shown.append(disclosure("a", link(digest(shown[-1]))))
    return sd(subject(_sd=[digest(shown[-1])]), *shown)


def in_member(held):
    return {"_sd": [held]}


def in_lists(held):
    return [[{"_sd": [held]}]]


@pytest.mark.parametrize(
    ("link", "last", "most"), [(in_member, {}, 63), (in_lists, {}, 21), (in_member, [], 63)]
)
def test_what_is_shown_may_stand_in_what_is_shown_only_so_deep(board, link, last, most):
    """Each disclosure is flat enough for itself. The last stands in the 64th node or list."""
    assert sd_jwt.MAX_DEPTH == 64
    sd_jwt.parse(chain(most, last, link))
    report = board.verify(chain(most + 1, last, link), general=True)
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "sd_jwt_odd",
    )


def test_many_disclosures_alone_are_no_reason_to_refuse():
    shown = [disclosure(f"m{number}", number) for number in range(sd_jwt.MAX_DISCLOSURES)]
    whole = sd_jwt.parse(sd(subject(_sd=[digest(text) for text in shown]), *shown))
    assert whole.jws.payload["credentialSubject"]["m7"] == 7
    assert not whole.hidden


def test_many_disclosures_are_refused():
    with pytest.raises(JoseError, match="more than") as refused:
        sd_jwt.parse(sd(a_license(), *[f"x{n}" for n in range(sd_jwt.MAX_DISCLOSURES + 1)]))
    assert (refused.value.code, refused.value.certain) == ("sd_jwt_odd", False)


def test_a_token_alone_is_one_that_shows_and_binds_nothing():
    text = token(a_license())
    alone, ended = sd_jwt.parse(text), sd_jwt.parse(f"{text}~")
    assert alone == ended
    assert (alone.text, alone.binding) == (f"{text}~", "")


def test_a_changed_disclosure_has_no_place(board):
    forged = disclosure("name", "Robin Example")
    assert board.verify(sd(a_license(), forged), general=True).authentic.code == "sd_jwt_odd"


def test_a_changed_token_is_no(board):
    head, body, signature = token(a_license()).split(".")
    text = f"{head}.{body}.{signature[:-4]}AAAA~"
    assert board.verify(text, general=True).authentic.answer is Answer.NO


def test_somebody_elses_key_is_no(board):
    text = token(a_license(), OTHER) + "~"
    assert board.verify(text, general=True).authentic.answer is Answer.NO


HIDDEN_END = disclosure("validUntil", "2026-11-01T00:00:00Z")
HIDDEN_STATUS = disclosure({"type": "BitstringStatusListEntry"})


@pytest.mark.parametrize(
    ("payload", "shown", "code"),
    [
        (a_license(_sd=[digest(HIDDEN_END)]), [], "limits_not_shown"),
        (a_license(_sd=[digest(HIDDEN_END)]), [HIDDEN_END], "expired"),
        (a_license(_sd=[digest(HIDDEN_END)], vct="urn:x:license"), [], "limits_not_shown"),
        (a_license(credentialStatus=[{"...": digest(HIDDEN_STATUS)}]), [], "limits_not_shown"),
        (
            a_license(credentialStatus={"type": "A", "_sd": [digest("x")]}),
            [],
            "status_not_supported",
        ),
        ({"iss": DID, "vc": LICENSE | {"issuer": DID, "_sd": [DECOY]}}, [], "limits_not_shown"),
        (a_license(), [], "current"),
        (a_vct(), [], "current"),
        (a_vct(status={}), [], "status_not_supported"),
    ],
)
def test_a_holder_does_not_hide_what_limits_it(board, payload, shown, code):
    """Where an end or a status may be among what is hidden, nobody can say that it is in force."""
    report = board.verify(sd(payload, *shown), general=True)
    assert report.authentic.answer is Answer.YES
    assert report.current.code == code


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iat": 1780000000, "nbf": 1780000000, "exp": 1850000000}, "current"),
        ({"exp": 1790000000}, "proof_expired"),
        ({"nbf": 1850000000}, "proof_from_the_future"),
    ],
)
def test_the_times_of_its_token_are_those_of_the_signature(board, claims, code):
    """VC-JOSE-COSE: of a credential of data model 2.0 they may differ from its own dates."""
    report = board.verify(sd(a_license(validUntil="2029-01-01T00:00:00Z", **claims)), general=True)
    assert report.authentic.code == "authentic"
    assert report.current.code == code


@pytest.mark.parametrize("typ", ["example+sd-jwt", "application/vc+sd-jwt", "VC+LD+JSON+SD-JWT"])
def test_any_kind_of_sd_jwt_is_read(board, typ):
    """RFC 9901, section 9.11, and its examples, which name no key."""
    assert board.verify(sd(a_vct(), NAME, typ=typ, kid=None), general=True).authentic.code == (
        "authentic"
    )


def test_a_claim_may_be_called_type_or_nothing(board):
    kind = disclosure("type", "M")
    nameless = disclosure("", "x")
    whole = a_vct(_sd=[digest(kind), digest(nameless)])
    report = board.verify(sd(whole, kind, nameless), general=True)
    assert {("type", "M"), ("", "x")} <= set(claims(report.credential.document))


def test_one_that_names_no_issuer_is_said_to_name_none(board):
    """SD-JWT VC, section 3.2.2.2: a certificate may stand for it, and none is looked at."""
    text = sd({name: value for name, value in a_vct().items() if name != "iss"}, x5c=["MIIB"])
    assert board.verify(text, general=True).authentic.code == "issuer_not_named"


RFC = json.loads((Path(__file__).parents[1] / "vectors/rfc9901.json").read_bytes())


@pytest.fixture
def published(world):
    """The key that signs the examples of RFC 9901, where SD-JWT VC has its issuer publish it."""
    for issuer in ("https://pid-issuer.bund.de.example", "https://issuer.example.com"):
        document = {"issuer": issuer, "jwks": {"keys": [RFC["key"]]}}
        world.publish(f"{issuer}/.well-known/jwt-vc-issuer", document)
        world.publish(f"{issuer}/.well-known/jwks.json", {"keys": [RFC["key"]]})
    return world


def test_the_credential_of_the_standard_is_read_as_it_was_published(published):
    """RFC 9901, appendix A.3, in its own bytes, key binding included."""
    asked = {"challenge": RFC["nonce"], "domain": RFC["audience"]}
    data = RFC["personIdentification"].encode()
    report = verify_presentation(data, make_fetch=lambda: published.fetch, now=NOW, **asked)
    (inner,) = report.credentials
    assert report.held.code == "key_proved"
    assert (inner.authentic.code, inner.current.code) == ("authentic", "current")
    assert claims(inner.credential.document) == (
        ("age_equal_or_over.18", "true"), ("nationalities", "DE"),
    )  # fmt: skip


def test_a_token_of_the_standard_that_is_no_credential_is_none(published):
    """RFC 9901, appendix A.1: honestly signed, and of no data model that is read here."""
    report = published.verify(RFC["noCredential"], general=True)
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "model_context",
    )
    assert Answer.NO not in {verdict.answer for verdict in report.verdicts().values()}


TENANT = "https://licenses.example/nv"
METADATA = "https://licenses.example/.well-known/jwt-vc-issuer/nv"
KEYS = {"keys": [{**KEY.export_public(as_dict=True), "kid": "1"}]}
PUBLISHED = {
    "in its metadata": ({METADATA: {"issuer": TENANT, "jwks": KEYS}}, "authentic"),
    "where its metadata say": (
        {METADATA: {"issuer": TENANT, "jwks_uri": "https://keys.example/1"},
         "https://keys.example/1": KEYS}, "authentic"),
    "as its origin publishes keys": (
        {"https://licenses.example/.well-known/jwks.json": KEYS}, "authentic"),
    "where plain http leads": (
        {METADATA: {"issuer": TENANT, "jwks_uri": "http://keys.example/1"},
         "http://keys.example/1": KEYS}, "issuer_lists_no_keys"),
    "where nothing is": (
        {METADATA: {"issuer": TENANT, "jwks_uri": "https://keys.example/1"}}, "issuer_unreachable"),
    "in metadata of another": (
        {METADATA: {"issuer": "https://licenses.example", "jwks": KEYS}},
        "issuer_document_of_another"),
    "in metadata at another path": (
        {METADATA.removesuffix("/nv"): {"issuer": TENANT, "jwks": KEYS}}, "issuer_unreachable"),
    "without a key": ({METADATA: {"issuer": TENANT, "jwks": {"keys": []}}}, "issuer_lists_no_keys"),
    "as no set": ({METADATA: {"issuer": TENANT, "jwks": [1]}}, "issuer_lists_no_keys"),
    "with another key": (
        {METADATA: {"issuer": TENANT, "jwks": {"keys": [
            {**OTHER.export_public(as_dict=True), "kid": "9"}]}}}, "key_not_found"),
}  # fmt: skip


@pytest.mark.parametrize("where", PUBLISHED)
def test_an_issuer_with_a_web_address_publishes_its_keys(world, where):
    """SD-JWT VC, section 5."""
    documents, code = PUBLISHED[where]
    for url, document in documents.items():
        world.publish(url, document)
    text = sd(a_vct(iss=TENANT), NAME, typ="dc+sd-jwt", kid="1")
    assert world.verify(text, general=True).authentic.code == code


def test_no_other_credential_is_signed_by_keys_of_such_metadata(world):
    for url, document in PUBLISHED["in its metadata"][0].items():
        world.publish(url, document)
    text = sd(a_license(issuer=TENANT), kid="1")
    assert world.verify(text, general=True).authentic.answer is Answer.COULD_NOT_CHECK
    assert METADATA not in world.asked


@pytest.mark.parametrize("form", ["flattened", "general", "enveloped"])
def test_it_may_come_as_json(board, form):
    """RFC 9901, section 8.1: the key binding covers the compact form."""
    text = bound(sd(a_license(), NAME))
    issued, *shown, binding = text.split("~")
    protected, payload, signature = issued.split(".")
    parts = {"protected": protected, "signature": signature}
    parts["header"] = {"disclosures": shown, "kb_jwt": binding}
    envelope = {"@context": LICENSE["@context"], "type": "EnvelopedVerifiableCredential"}
    whole = {
        "flattened": {"payload": payload, **parts},
        "general": {"payload": payload, "signatures": [parts]},
        "enveloped": envelope | {"id": f"data:application/vc+sd-jwt,{text}"},
    }[form]
    data = json.dumps(whole).encode()
    report = verify_presentation(data, make_fetch=lambda: board.fetch, now=NOW, **ASKED)
    assert report.held.code == "key_proved"
    assert report.credentials[0].credential.recipient_name == "Alex Example"


def test_what_is_no_one_token_is_no_presentation(board):
    """Of several, nobody can say which is meant; it is no forgery."""
    one, other = bound(sd(a_license(), NAME)), sd(a_license(id="urn:x:other"), NAME)
    for several in ([one, one], {"credentials": [one, other]}, {"mine": one, "other": other}):
        data = json.dumps(several).encode()
        report = verify_presentation(data, make_fetch=lambda: board.fetch, now=NOW, **ASKED)
        assert (report.held.answer, report.held.code) == (
            Answer.COULD_NOT_CHECK,
            "no_presentation",
        )


@pytest.mark.parametrize("kind", ["license", "vct"])
@pytest.mark.parametrize("asked", [True, False])
def test_a_holder_who_bound_it_has_the_key_in_it(board, kind, asked):
    """RFC 9901, section 4.3."""
    text = bound(sd(a_license() if kind == "license" else a_vct(), NAME))
    report = board.verify(text, general=True, **(ASKED if asked else {}))
    codes = [check.code for check in report.checks if check.name == "presentation"]
    assert codes == ["key_proved" if asked else "key_signed"]
    assert report.authentic.answer is Answer.YES


@pytest.mark.parametrize("claim", ["vp", None])
def test_a_key_of_ones_own_around_somebody_elses_credential_proves_nothing(board, claim):
    """A presentation is signed by its holder; a key that the presenter put into it is nobody's."""
    presentation = {"@context": LICENSE["@context"], "type": ["VerifiablePresentation"]}
    presentation["verifiableCredential"] = [sd(a_license(), NAME)]
    payload = {claim: presentation} if claim else presentation
    own = {"jwk": OTHER.export_public(as_dict=True)}
    text = bound(sd(payload | {"cnf": own}, kid=None), OTHER)
    whole = verify_presentation(text.encode(), make_fetch=lambda: board.fetch, now=NOW, **ASKED)
    assert (whole.held.answer, whole.held.code) == (
        Answer.COULD_NOT_CHECK,
        "presentation_unproved",
    )
    report = board.verify(text, general=True, **ASKED)
    assert report.authentic.answer is Answer.YES
    codes = {check.code for check in report.checks if check.name == "presentation"}
    assert codes == {"presentation_unproved"}


HOLDER_DID = "did:jwk:" + encoded(HOLDER.export_public(as_dict=True))


@pytest.mark.parametrize(
    ("kid", "code"),
    [
        (f"{HOLDER_DID}#0", "key_proved"),
        (HOLDER_DID, "key_proved"),
        (f"{HOLDER_DID}#1", "key_not_supported"),
        ("did:jwk:e30#0", "key_not_supported"),
        ("did:web:holder.example#1", "key_not_supported"),
        (7, "key_not_supported"),
    ],
)
def test_the_holder_may_be_named_by_a_did_that_holds_its_key(board, kid, code):
    """RFC 7800, section 3.4; nothing is fetched for it."""
    text = bound(sd(a_vct(cnf={"kid": kid}), NAME))
    report = board.verify(text, general=True, **ASKED)
    codes = [check.code for check in report.checks if check.name == "presentation"]
    assert codes == [code]
    assert not [url for url in board.asked if "holder" in url]


PLAIN = sd(a_license(), NAME)
BINDINGS = {
    "none": (PLAIN, "presentation_unproved"),
    "another key": (bound(PLAIN, OTHER), "signature_wrong"),
    "another key and another nonce": (bound(PLAIN, OTHER, nonce="x"), "signature_wrong"),
    "another nonce": (bound(PLAIN, nonce="x"), "challenge_differs"),
    "another reader": (bound(PLAIN, aud="https://x.example"), "domain_differs"),
    "without a time": (bound(PLAIN, iat=None), "date_unreadable"),
    "from the future": (bound(PLAIN, iat=1890000000), "proof_from_the_future"),
    "with a time that is none": (bound(PLAIN, iat="now"), "date_unreadable"),
    "that has ended": (bound(PLAIN, exp=1794999999), "proof_expired"),
    "of other parts": (bound(PLAIN, sd_hash=digest(sd(a_license()))), "signature_wrong"),
    "of no parts": (bound(PLAIN, sd_hash=None), "signature_wrong"),
    "of another type": (bound(PLAIN, typ="JWT"), "jwt_type"),
    "of no type": (bound(PLAIN, typ=None), "jwt_type"),
    "without a key in it": (
        bound(sd({n: v for n, v in a_license().items() if n != "cnf"}, NAME)),
        "key_not_supported",
    ),
}


@pytest.mark.parametrize("name", BINDINGS)
def test_a_binding_of_something_else_proves_nothing(board, name):
    """RFC 9901, section 7.3. It says nothing of the credential itself."""
    text, code = BINDINGS[name]
    report = board.verify(text, general=True, **ASKED)
    codes = [check.code for check in report.checks if check.name == "presentation"]
    assert codes == [code]
    assert report.authentic.answer is Answer.YES
    whole = verify_presentation(text.encode(), make_fetch=lambda: board.fetch, now=NOW, **ASKED)
    assert whole.held.code == code
    assert whole.held.answer is not Answer.YES
    assert len(whole.credentials) == 1


@pytest.mark.parametrize(
    "case",
    [
        "foreign/05-sd-jwt-typ.jwt",
        "foreign/05b-sd-jwt.txt",
        "envelopes/form-SD-JWT--typ-vc-sd-jwt-.txt",
    ],
)
def test_those_that_others_made_are_read_where_they_are_asked_for(board, case):
    """The last has a disclosure that no digest names (RFC 9901, section 7.1, step 3.c)."""
    report = board.verify((CASES / case).read_bytes(), general=True)
    odd = case.startswith("envelopes")
    assert report.authentic.code == ("sd_jwt_odd" if odd else "authentic")
    assert report.authentic.answer is (Answer.COULD_NOT_CHECK if odd else Answer.YES)


def test_an_sd_jwt_in_an_envelope_is_read(board):
    text = sd(a_license(), NAME)
    envelope = {"@context": LICENSE["@context"], "type": "EnvelopedVerifiableCredential"}
    envelope["id"] = f"data:application/vc+sd-jwt,{text}"
    report = board.verify(envelope, general=True)
    assert (report.authentic.answer, report.credential.recipient_name) == (
        Answer.YES,
        "Alex Example",
    )


def test_a_badge_may_come_as_an_sd_jwt(board):
    badge = board.badge(issuer={"id": DID, "type": ["Profile"], "name": "Board"})
    report = board.verify(sd(badge), general=True)
    assert report.authentic.code == "authentic"
    assert not report.general
    assert board.verify(sd(badge)).authentic.code == "sd_jwt"
