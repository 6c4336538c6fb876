"""Presentations: who proved to hold what is shown, for whom and when (VCDM 2.0, section 4.13; Data
Integrity 1.0, sections 2.1 and 4.6; VC-JOSE-COSE, section 3.2)."""

import json
from copy import deepcopy
from dataclasses import dataclass

import pytest
from licenses import LICENSE, V2
from own_words import pinned_anyhow, with_words
from own_words import signed as signed_with_words
from planted import served
from world import NOW, Issuer

from contexts import BUNDLED
from verifier import __main__ as command
from verifier import verify_all, verify_presentation
from verifier.checks.presentation import Asked, check_presented
from verifier.options import web_options
from verifier.proof.cryptosuites import SUITES
from verifier.report import Answer, Check, Outcome
from verifier.wording import printed, words

CHALLENGE, DOMAIN = "a-challenge-of-ours", "https://office.example"
BOTH = {"challenge": CHALLENGE, "domain": DOMAIN}


@dataclass
class Holder(Issuer):
    """Somebody whose keys are for authentication."""

    did: str = "did:web:holder.example"

    @property
    def document(self):
        return {
            ("authentication" if name == "assertionMethod" else name): value
            for name, value in super().document.items()
        }


@pytest.fixture
def holder(world):
    holder = Holder()
    world.publish_issuer(holder)
    return holder


def a_license(world, **changes):
    return world.issuer.sign(deepcopy(LICENSE) | changes)


def presentation(*credentials, **changes):
    whole = {"@context": [V2], "type": ["VerifiablePresentation"]}
    return {**whole, "verifiableCredential": [*credentials], **changes}


def shown(holder, whole, **options):
    """Return a presentation with a proof by its holder."""
    proof = {"proofPurpose": "authentication", **BOTH, **options}
    return holder.sign(whole, **proof)


def token(holder, whole, typ="vp+jwt", **claims):
    """Return a presentation as a token, by default as a `vp+jwt`."""
    nothing = dict.fromkeys(("credentialSubject", "validFrom", "jti", "sub", "nbf", "exp"))
    claimed = {"iss": holder.did, "nonce": CHALLENGE, "aud": DOMAIN} | claims
    header = {"typ": typ}
    unsigned = {"credentialSubject": {}, "validFrom": "2026-11-01T00:00:00Z"}
    return holder.jwt(unsigned, header, nothing | whole | claimed)


def looked_at(world, whole, **options):
    data = whole if isinstance(whole, str) else json.dumps(whole)
    arguments = {"make_fetch": lambda: world.fetch, "now": NOW, **BOTH, **options}
    report = verify_presentation(data.encode(), **arguments)
    for check in report.checks:  # whatever is found out can be said
        words.text(check)
    return report


FORMS = (
    *("embedded", "vp+jwt", "vp claim", "envelope"),
    *("vp+sd-jwt", "vp claim of an SD-JWT", "vp+sd-jwt in an envelope"),
)


@pytest.mark.parametrize("form", FORMS)
def test_a_holder_who_signed_what_was_asked_proved_it(world, holder, form):
    whole = presentation(a_license(world), world.issuer.sign(world.badge()), holder=holder.did)
    jwt = token(holder, whole)
    selective = token(holder, whole, "vp+sd-jwt") + "~"
    envelope = {"@context": V2, "type": "EnvelopedVerifiablePresentation"}
    report = looked_at(world, {
        "embedded": shown(holder, whole),
        "vp+jwt": jwt,
        "vp claim": token(holder, {"vp": whole}),
        "envelope": envelope | {"id": f"data:application/vp+jwt,{jwt}"},
        "vp+sd-jwt": selective,
        "vp claim of an SD-JWT": token(holder, {"vp": whole}, "vp+sd-jwt") + "~",
        "vp+sd-jwt in an envelope": envelope | {"id": f"data:application/vp+sd-jwt,{selective}"},
    }[form])  # fmt: skip
    assert (report.held.answer, report.held.code) == (Answer.YES, "holder_proved")
    assert report.holder == holder.did
    assert [inner.authentic.answer for inner in report.credentials] == [Answer.YES] * 2
    assert [inner.general for inner in report.credentials] == [True, False]


@pytest.mark.parametrize("form", ["embedded", "vp+jwt"])
def test_what_was_signed_without_a_challenge_may_be_old(world, holder, form):
    whole = presentation(a_license(world))
    signed = shown(holder, whole) if form == "embedded" else token(holder, whole)
    report = looked_at(world, signed, challenge=None, domain=None)
    assert (report.held.answer, report.held.code) == (Answer.YES, "holder_signed")


def test_without_a_proof_nobody_proved_to_hold_it(world):
    report = looked_at(world, presentation(a_license(world)))
    assert (report.held.answer, report.held.code) == (
        Answer.COULD_NOT_CHECK,
        "presentation_unproved",
    )
    assert report.credentials[0].authentic.answer is Answer.YES


def test_a_tilde_in_a_presentation_makes_it_no_sd_jwt(world, holder):
    whole = presentation(a_license(world, name="Grades 7~12"))
    for text in (json.dumps(shown(holder, whole)), token(holder, whole)):
        assert looked_at(world, text).held.code == "holder_proved"


WRONG = {
    "another challenge": ({"challenge": "another"}, Answer.NO, "challenge_differs"),
    "no challenge": ({"challenge": None}, Answer.NO, "challenge_differs"),
    "another domain": ({"domain": "https://other.example"}, Answer.NO, "domain_differs"),
    "no domain": ({"domain": None}, Answer.NO, "domain_differs"),
    "for another purpose": ({"proofPurpose": "assertionMethod"}, Answer.NO, "proof_purpose"),
    "ended": ({"expires": "2026-11-02T00:00:00Z"}, Answer.NO, "proof_expired"),
    "from the future": ({"created": "2027-11-02T00:00:00Z"}, Answer.NO, "proof_from_the_future"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_proof_of_something_else_proves_nothing(world, holder, name):
    options, answer, code = WRONG[name]
    report = looked_at(world, shown(holder, presentation(a_license(world)), **options))
    assert (report.held.answer, report.held.code, report.holder) == (answer, code, None)
    assert report.credentials[0].authentic.answer is Answer.YES


def test_one_of_several_domains_is_enough(world, holder):
    signed = shown(holder, presentation(), domain=["https://x.example", DOMAIN])
    assert looked_at(world, signed).held.code == "holder_proved"


TOKENS = {
    "another challenge": ({"nonce": "another"}, Answer.NO, "challenge_differs"),
    "another domain": ({"aud": "https://other.example"}, Answer.NO, "domain_differs"),
    "several domains": ({"aud": ["x", DOMAIN]}, Answer.YES, "holder_proved"),
    "ended": ({"exp": 1790000000}, Answer.NO, "proof_expired"),
    "not ended": ({"exp": 1890000000, "nbf": 1790000000}, Answer.YES, "holder_proved"),
    "not begun": ({"nbf": 1890000000}, Answer.NO, "proof_from_the_future"),
    "an end that is none": ({"exp": "soon"}, Answer.COULD_NOT_CHECK, "date_unreadable"),
    "another issuer": ({"iss": "did:web:district.example"}, Answer.NO, "claims_differ"),
    "made in the future": ({"iat": 1890000000}, Answer.NO, "proof_from_the_future"),
    "two presentations": (
        {"vp": presentation(holder="did:web:holder.example")},
        Answer.COULD_NOT_CHECK,
        "jwt_two_models",
    ),
}


@pytest.mark.parametrize("name", TOKENS)
def test_the_claims_of_a_token_count(world, holder, name):
    """RFC 7519, section 4.1."""
    claims, answer, code = TOKENS[name]
    signed = token(holder, presentation(a_license(world), holder=holder.did), **claims)
    report = looked_at(world, signed)
    assert (report.held.answer, report.held.code) == (answer, code)


def params(report):
    """What the one check on a presentation says beside its code."""
    (check,) = report.checks
    assert check.name == "presentation"
    return dict(check.params)


TOLD = {
    "the holder": ({}, {"holder": "did:web:holder.example"}),
    "another issuer": ({"iss": "did:web:district.example"}, {"claim": "iss"}),
    "another challenge": ({"nonce": "x" * 90}, {"challenge": "x" * 80}),
    "another domain": ({"aud": "y" * 90}, {"domain": "y" * 80}),
    "no end": ({"exp": "soon"}, {"member": "exp"}),
    "ended": ({"exp": 1790000000}, {"date": "2026-09-21T14:13:20+00:00"}),
    "not begun": ({"nbf": 1890000000}, {"date": "2029-11-22T00:00:00+00:00"}),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_report_says_what_of_a_token_differs(world, holder, name):
    claims, differing = TOLD[name]
    whole = presentation(a_license(world), holder={"id": holder.did})
    assert params(looked_at(world, token(holder, whole, **claims))) == differing


def test_a_token_of_two_issuers_is_damaged_before_all_else(world, holder):
    """Who signed it is asked first: somebody else's signature is named, not what differs."""
    whole = presentation(holder=holder.did)
    head, body, _ = token(holder, whole, iss="did:web:district.example").split(".")
    signature = token(holder, whole).rpartition(".")[2]
    assert looked_at(world, f"{head}.{body}.{signature}").held.code == "signature_wrong"


NAMED = {
    "its issuer": ({}, {}),
    "its key": ({"iss": None}, {}),
    "its holder": ({"iss": None}, {"holder": "did:web:holder.example"}),
}


@pytest.mark.parametrize("name", NAMED)
def test_the_holder_of_a_token_is_named_in_one_of_three_places(world, holder, name):
    """VC-JOSE-COSE, sections 3.2 and 3.3."""
    claims, member = NAMED[name]
    signed = token(holder, presentation(**member), **claims)
    assert (looked_at(world, signed).held.code, looked_at(world, signed).holder) == (
        "holder_proved",
        holder.did,
    )


def test_a_token_may_call_what_was_asked_for_as_proofs_do(world, holder):
    signed = token(holder, presentation(), nonce=None, aud=None, **BOTH)
    assert looked_at(world, signed).held.code == "holder_proved"


def test_a_token_that_names_nobody_proves_nothing(world, holder):
    claims = {"iss": None, "nonce": CHALLENGE, "aud": DOMAIN}
    unsigned = {"credentialSubject": {}, "validFrom": "2026-11-01T00:00:00Z"}
    header = {"typ": "vp+jwt", "kid": None}
    gone = dict.fromkeys(("credentialSubject", "validFrom", "jti", "sub", "nbf", "exp"))
    signed = holder.jwt(unsigned, header, gone | presentation() | claims)
    report = looked_at(world, signed)
    assert (report.held.code, params(report)) == ("presentation_unproved", {})


def test_a_member_written_twice_is_named():
    twice, nobody = '{"type": "a", "type": "b"}', {}.__getitem__
    presented = check_presented(twice, Asked(), contexts=BUNDLED, controller_of=nobody, now=NOW)
    (check,) = presented.checks
    assert (check.name, check.code, presented.holder) == ("presentation", "not_strict_json", None)
    assert "type" in check.params["detail"]


def test_a_key_for_assertions_alone_proves_no_holder(world):
    """Data Integrity 1.0, section 4.5: the purpose must be that of the key."""
    issuer = Issuer("did:web:other.example")
    world.publish_issuer(issuer)
    signed = shown(issuer, presentation(a_license(world)))
    assert looked_at(world, signed).held.code == "key_for_other_purposes"
    assert looked_at(world, token(issuer, presentation(holder=issuer.did))).held.code == (
        "key_for_other_purposes"
    )


def test_a_holder_with_a_web_address_has_a_document_there(world):
    """A set of keys does not say what they are for, and is not enough."""
    holder = Holder("https://holder.example/teacher")
    document_by_code = {
        "holder_proved": holder.document,
        "issuer_document_of_another": {"keys": []},
    }
    for code, document in document_by_code.items():
        world.publish(holder.did, document)
        assert looked_at(world, token(holder, presentation(holder=holder.did))).held.code == code
    issuer = Issuer(holder.did)
    world.publish(issuer.did, issuer.document)
    report = looked_at(world, token(issuer, presentation(holder=issuer.did)))
    assert report.held.code == "key_for_other_purposes"


@pytest.mark.parametrize(
    ("did", "kind"),
    [("did:ethr:0x1", "did:ethr"), ("mailto:a@x.example", "mailto:a@x.example")],
)
def test_a_holder_of_an_unknown_kind_is_named_by_its_kind(world, holder, did, kind):
    whole = presentation(holder=did)
    report = looked_at(world, token(holder, whole, iss=None))
    assert report.held.code == "issuer_method_not_supported"
    assert params(report) == {"issuer": did, "detail": kind}


def test_a_key_for_authentication_alone_signs_no_credential(world, holder):
    forged = holder.sign(deepcopy(LICENSE) | {"issuer": holder.did})
    assert world.verify(forged, general=True).authentic.answer is Answer.NO


@pytest.mark.parametrize("form", ["embedded", "vp+jwt"])
def test_somebody_elses_signature_proves_no_holder(world, holder, form):
    whole = presentation(a_license(world), holder="did:web:district.example")
    signed = shown(holder, whole) if form == "embedded" else token(holder, whole)
    assert looked_at(world, signed).held.answer is Answer.NO


@pytest.mark.parametrize("member", [{}, {"holder": ""}, {"holder": 7}, {"holder": {"id": []}}])
def test_a_proof_that_names_nobody_proves_nothing(world, holder, member):
    signed = shown(holder, presentation(), verificationMethod=None) | member
    report = looked_at(world, signed)
    code = "model_id" if member else "presentation_unproved"
    assert (report.held.answer, report.held.code) == (Answer.COULD_NOT_CHECK, code)
    assert report.holder is None


CHANGES = {
    "a credential more": lambda vp, more: vp["verifiableCredential"].append(more),
    "a credential less": lambda vp, _: vp["verifiableCredential"].pop(),
    "another holder": lambda vp, _: vp.__setitem__("holder", "did:web:other.example"),
    "another type": lambda vp, _: vp["type"].append("VerifiableCredential"),
    "another challenge": lambda vp, _: vp["proof"][0].__setitem__("challenge", "x"),
    "a context more": lambda vp, _: vp["@context"].append({"extra": "urn:x:extra"})
    or vp.__setitem__("extra", "x"),
    "the holder renamed": lambda vp, _: vp["@context"].append(
        {"who": {"@id": "https://www.w3.org/2018/credentials#holder", "@type": "@id"}})
    or vp.__setitem__("who", vp.pop("holder")),
    "an address for a key": lambda vp, _: vp.__setitem__(
        "https://www.w3.org/2018/credentials#holder", vp.pop("holder")),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_presentation_is_not_proved(world, holder, name):
    signed = shown(holder, presentation(a_license(world), holder=holder.did))
    CHANGES[name](signed, a_license(world, id="urn:uuid:2"))
    assert looked_at(world, signed).held.answer is not Answer.YES


FLAWS = {
    "no type": {"type": None},
    "a credential as a text": {"verifiableCredential": ["not a credential"]},
    "a holder without an id": {"holder": {"name": "H"}},
    "another context first": {"@context": ["https://www.w3.org/ns/did/v1", V2]},
}


@pytest.mark.parametrize("name", FLAWS)
def test_a_flaw_of_the_data_model_is_no_yes(world, holder, name):
    whole = {k: v for k, v in (presentation() | FLAWS[name]).items() if v is not None}
    try:
        signed = shown(holder, whole)
    except ValueError:
        signed = whole | {"proof": shown(holder, presentation())["proof"]}
    assert looked_at(world, signed).held.answer is not Answer.YES


def test_credentials_inside_may_define_their_own_words(world, holder):
    inner = signed_with_words(world, with_words())
    pinned, contexts = pinned_anyhow(presentation(inner))
    proof = {
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", **BOTH,
        "created": "2026-11-01T00:00:00Z", "verificationMethod": holder.method,
        "proofPurpose": "authentication",
    }  # fmt: skip
    suite, key = SUITES["eddsa-rdfc-2022"], holder.proof_key
    signature = key.sign(suite.hash_data(pinned, proof, key.public_key(), contexts=contexts))
    signed = presentation(inner) | {"proof": proof | {"proofValue": suite.encode(signature)}}
    report = looked_at(world, signed)
    assert (report.held.code, report.credentials[0].authentic.code) == (
        "holder_proved",
        "authentic",
    )


@pytest.mark.parametrize("data", ["x", "{}", "", '{"type": "VerifiableCredential"}', "a.b.c"])
def test_what_is_no_presentation_is_said_to_be_none(world, data):
    report = looked_at(world, data)
    assert (report.held.code, report.credentials) == ("no_presentation", ())


def test_each_credential_says_whether_it_is_of_the_one_who_shows_it(world, holder):
    own = {"id": holder.did, "name": "Alex Example"}
    whole = presentation(a_license(world, credentialSubject=own), a_license(world, id="urn:uuid:2"))
    signed = json.dumps(shown(holder, whole)).encode()
    reports = world.verify_all(signed, general=True, **BOTH)
    codes = [[c.code for c in report.checks if c.name == "presentation"] for report in reports]
    assert codes == [
        ["holder_proved", "holder_is_subject"],
        ["holder_proved", "holder_is_another"],
    ]
    assert "It was issued to the one who showed it." in printed.as_text("vp", reports[0])


def test_a_credential_that_a_holder_does_not_show_is_not_there(world, holder):
    """RFC 9901, section 4.2.4.2: its digest stands in its place."""
    whole = presentation(a_license(world), {"...": "A" * 43}, holder=holder.did)
    report = looked_at(world, token(holder, whole, "vp+sd-jwt") + "~")
    assert report.held.code == "holder_proved"
    assert [inner.authentic.answer for inner in report.credentials] == [Answer.YES]


@pytest.fixture
def teacher(world):
    """A holder who issues as well, by the same keys."""
    teacher = Issuer("did:web:teacher.example")
    document = teacher.document
    document["authentication"] = document["assertionMethod"]
    world.publish_issuer(teacher, document)
    return teacher


def about_herself(teacher):
    return deepcopy(LICENSE) | {"issuer": teacher.did, "credentialSubject": {"id": teacher.did}}


@pytest.mark.parametrize("form", ["embedded", "vp+jwt"])
def test_what_a_holder_says_of_herself_without_a_proof_is_no_forgery(world, teacher, form):
    """VCDM 2.0, section 4.13.4: the presentation covers it. It was signed to show it, not to
    assert it, so it is not authentic either."""
    whole = presentation(about_herself(teacher), holder=teacher.did)
    signed = shown(teacher, whole) if form == "embedded" else token(teacher, whole)
    report = looked_at(world, signed)
    assert report.held.code == "holder_proved"
    (inner,) = report.credentials
    assert (inner.authentic.answer, inner.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "self_asserted",
    )
    assert inner.credential is None
    signed = signed if isinstance(signed, str) else json.dumps(signed)
    assert world.verify(signed, general=True, **BOTH).authentic.code == "self_asserted"


def test_what_somebody_else_says_without_a_proof_is_not_signed(world, holder, teacher):
    whole = presentation(about_herself(teacher))
    (inner,) = looked_at(world, shown(holder, whole)).credentials
    assert (inner.authentic.answer, inner.authentic.code) == (Answer.NO, "no_proof")
    (inner,) = looked_at(world, whole | {"holder": teacher.did}).credentials
    assert inner.authentic.code == "no_proof"


def test_what_lies_beside_a_presentation_was_not_presented(world, teacher):
    """Whoever hands both out can lay anything beside what a holder signed."""
    whole = shown(teacher, presentation(a_license(world), holder=teacher.did))
    both = {"presentation": whole, "credential": about_herself(teacher)}
    assert looked_at(world, {"presentation": whole}).held.code == "holder_proved"
    assert looked_at(world, both).held.code == "no_presentation"
    data = json.dumps(both).encode()
    reports = [*verify_all(data, make_fetch=lambda: world.fetch, now=NOW, general=True, **BOTH)]
    assert [report.authentic.code for report in reports] == ["authentic", "no_proof"]
    codes = [{c.code for c in report.checks if c.name == "presentation"} for report in reports]
    assert codes == [{"no_presentation"}] * 2


def test_what_a_holder_signed_of_herself_is_said_to_be_her_own_word(world, teacher):
    whole = presentation(teacher.sign(about_herself(teacher)), holder=teacher.did)
    (inner,) = looked_at(world, shown(teacher, whole)).credentials
    assert inner.authentic.answer is Answer.YES
    assert Check("shape", Outcome.PASSED, "own_word") in inner.checks
    other = world.verify(teacher.sign(deepcopy(LICENSE) | {"issuer": teacher.did}), general=True)
    assert "own_word" not in {check.code for check in other.checks}


def test_a_report_of_a_presentation_says_what_was_found_out_of_its_holder(world, holder):
    own = a_license(world, credentialSubject={"id": holder.did}, id="urn:uuid:2")
    whole = presentation(own, a_license(world))
    reports = looked_at(world, shown(holder, whole)).credentials
    all_codes = [[c.code for c in report.checks if c.name == "presentation"] for report in reports]
    assert [codes[-1] for codes in all_codes] == ["holder_is_subject", "holder_is_another"]
    assert "presentation" not in {check.code for report in reports for check in report.checks}


def test_who_asks_for_badges_alone_is_told_that_nobody_looked(world, holder):
    signed = shown(holder, presentation(world.issuer.sign(world.badge())))
    codes = {check.code for check in world.verify(signed).checks}
    assert "presentation" in codes
    assert not [url for url in world.asked if "holder" in url]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ([], 0),
        (["--challenge", CHALLENGE], 0),
        (["--challenge", CHALLENGE, "--domain", DOMAIN], 0),
        (["--challenge", "another"], 1),
        (["--domain", "another"], 1),
    ],
)
def test_the_command_asks_for_challenge_and_domain(
    world, holder, tmp_path, monkeypatch, capsys, options, status
):
    monkeypatch.setattr(web_options, "WebFetch", served(world))
    path = tmp_path / "vp.json"
    path.write_text(json.dumps(shown(holder, presentation(world.issuer.sign(world.badge())))))
    at = ["--at", "2026-11-22T12:00:00Z"]
    assert command.main([str(path), *at, *options]) == status
    assert holder.did in capsys.readouterr().out or status


def test_the_command_does_not_take_a_credential_for_a_presentation(world, tmp_path, monkeypatch):
    monkeypatch.setattr(web_options, "WebFetch", served(world))
    path = tmp_path / "badge.json"
    path.write_text(json.dumps(world.issuer.sign(world.badge())))
    asked = ["--at", "2026-11-22T12:00:00Z", "--challenge", CHALLENGE]
    assert command.main([str(path), *asked]) == 3


def test_a_presentation_is_checked_once_for_all_that_is_in_it(world, holder):
    whole = presentation(*(a_license(world, id=f"urn:x:{n}") for n in range(5)))
    signed = json.dumps(shown(holder, whole)).encode()
    assert len(world.verify_all(signed, general=True, **BOTH)) == 5
    assert len([url for url in world.asked if "holder" in url]) == 1
