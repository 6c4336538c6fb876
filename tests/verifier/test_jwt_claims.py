"""A JWT says who and when twice; each claim alone must agree with the body (T8, OB-61, OB-63)."""

from datetime import UTC, datetime

import pytest

from verifier.report import Answer

ENDS = "2030-11-01T00:00:00Z"
OTHER = {
    "iss": "did:web:other.example",
    "jti": "https://district.example/credentials/2",
    "sub": "urn:uuid:00000000-0000-4000-8000-000000000000",
    "nbf": 1793491201,
    "exp": 1919721601,
}


def report(world, claims=None, **members):
    return world.verify(world.issuer.jwt(world.badge(**members), claims=claims))


def test_a_jwt_whose_claims_agree_is_authentic(world):
    answer = report(world, validUntil=ENDS)
    assert (answer.authentic.answer, answer.securing) == (Answer.YES, "vc_jwt")
    assert "claims_agree" in {check.code for check in answer.checks}


@pytest.mark.parametrize("claim", OTHER)
def test_a_claim_that_differs_from_the_body_fails(world, claim):
    answer = report(world, {claim: OTHER[claim]}, validUntil=ENDS)
    assert (answer.authentic.answer, answer.authentic.code) == (Answer.NO, "claims_differ")
    assert answer.authentic.params["claim"] == claim


@pytest.mark.parametrize("claim", OTHER)
@pytest.mark.parametrize("value", [True, "", [], {}, -1], ids=["true", "empty", "[]", "{}", "-1"])
def test_a_claim_of_another_type_fails(world, claim, value):
    answer = report(world, {claim: value}, validUntil=ENDS)
    assert (answer.authentic.answer, answer.authentic.code) == (Answer.NO, "claims_differ")


@pytest.mark.parametrize(
    ("member", "value", "claim"),
    [
        ("id", "https://district.example/credentials/2", "jti"),
        ("validFrom", "2026-10-01T00:00:00Z", "nbf"),
        ("validUntil", "2031-11-01T00:00:00Z", "exp"),
        ("validUntil", None, "exp"),
        ("id", None, "jti"),
    ],
)
def test_a_body_that_differs_from_the_claims_fails(world, member, value, claim):
    badge = world.badge(validUntil=ENDS)
    agreed = {"jti": badge["id"], "nbf": 1793491200, "exp": 1919721600}
    changed = {key: item for key, item in (badge | {member: value}).items() if item is not None}
    answer = world.verify(world.issuer.jwt(changed, claims=agreed))
    assert (answer.authentic.answer, answer.authentic.params.get("claim")) == (Answer.NO, claim)


def test_a_subject_that_differs_from_its_claim_fails(world):
    badge = world.badge()
    claims = {"sub": badge["credentialSubject"]["id"]}
    badge["credentialSubject"]["id"] = OTHER["sub"]
    answer = world.verify(world.issuer.jwt(badge, claims=claims))
    assert answer.authentic.params.get("claim") == "sub"


def test_a_subject_claim_beside_a_subject_of_identifiers_alone_contradicts_nothing(world):
    """Open Badges asks for `sub`, and for no id of the subject (OB-64)."""
    badge = world.badge()
    del badge["credentialSubject"]["id"]
    answer = world.verify(world.issuer.jwt(badge, claims={"sub": "mailto:jordan@example.org"}))
    assert answer.authentic.answer is Answer.YES


def test_a_subject_claim_that_contradicts_nothing_excuses_no_other_claim(world):
    badge = world.badge(validUntil=ENDS)
    del badge["credentialSubject"]["id"]
    claims = {"sub": "mailto:jordan@example.org", "exp": OTHER["exp"]}
    answer = world.verify(world.issuer.jwt(badge, claims=claims))
    assert (answer.authentic.code, answer.authentic.params["claim"]) == ("claims_differ", "exp")


@pytest.mark.parametrize("begin", ["2026-11-01", "November"])
@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_begin_that_says_no_moment_is_not_called_forged(world, begin, form):
    badge = world.badge(validFrom=begin)
    signed = world.issuer.sign(badge) if form == "json" else jwt_with_begin(world, badge)
    answer = world.verify(signed)
    assert answer.authentic.answer is Answer.YES
    assert (answer.current.answer, answer.current.code) == (
        Answer.COULD_NOT_CHECK,
        "date_unreadable",
    )


def jwt_with_begin(world, badge):
    """Return a JWT whose `nbf` can be read, whatever `validFrom` is."""
    claims = {"nbf": 1793491200, "validFrom": badge["validFrom"]}
    return world.issuer.jwt(world.badge(), claims=claims)


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_time_without_an_offset_is_utc(world, form):
    """As VCDM 2.0, section 5.8, asks."""
    badge = world.badge(validFrom="2026-11-01T00:00:00", validUntil="2030-11-01T00:00:00")
    if form == "json":
        signed = world.issuer.sign(badge, created="2026-11-01T00:00:00")
    else:
        signed = world.issuer.jwt(badge, claims={"nbf": 1793491200, "exp": 1919721600})
    answer = world.verify(signed)
    assert (answer.authentic.answer, answer.current.code) == (Answer.YES, "current")
    ended = world.verify(signed, now=datetime(2030, 11, 1, 0, 6, tzinfo=UTC))
    assert ended.current.code == "expired"


@pytest.mark.parametrize("claim", OTHER)
def test_a_claim_that_is_left_out_takes_nothing_away_and_is_noted(world, claim):
    answer = report(world, {claim: None}, validUntil=ENDS)
    assert answer.authentic.answer is Answer.YES
    noted = next(check for check in answer.checks if check.code == "claims_missing")
    assert noted.params["claims"] == claim


def test_an_end_that_only_the_claim_tells_fails(world):
    answer = report(world, {"exp": 1919721600})
    assert (answer.authentic.answer, answer.authentic.params["claim"]) == (Answer.NO, "exp")


@pytest.mark.parametrize("fraction", [0.0, 0.75])
def test_a_time_with_a_fraction_is_that_second(world, fraction):
    assert report(world, {"nbf": 1793491200 + fraction}).authentic.answer is Answer.YES


@pytest.mark.parametrize("claims", [{"nbf": 1793491201.5}, {"nbf": 0.5}, {"exp": 1919721601.5}])
def test_another_time_with_a_fraction_fails(world, claims):
    answer = report(world, claims, validUntil=ENDS)
    assert (answer.authentic.answer, answer.authentic.code) == (Answer.NO, "claims_differ")


def test_an_end_with_a_fraction_is_that_second(world):
    assert report(world, {"exp": 1919721600.5}, validUntil=ENDS).authentic.answer is Answer.YES


@pytest.mark.parametrize(
    ("issued_at", "code"),
    [(1793491199, "authentic"), (1793491201, "key_retired_before"), (None, "authentic")],
    ids=["before", "after", "not said"],
)
def test_the_time_of_issue_counts_for_a_key_that_was_retired(world, issued_at, code):
    document = world.issuer.document
    document["verificationMethod"][1]["expires"] = "2026-11-01T00:00:01Z"
    world.publish_issuer(world.issuer, document)
    assert report(world, {"iat": issued_at}).authentic.code == code


def test_a_begin_with_a_fraction_is_floored(world):
    answer = report(world, {"nbf": 1793491200}, validFrom="2026-11-01T00:00:00.900Z")
    assert answer.authentic.answer is Answer.YES


@pytest.mark.parametrize(("nbf", "answer"), [(1793491201, Answer.YES), (1793491202, Answer.NO)])
def test_a_begin_with_a_fraction_may_be_rounded_up(world, nbf, answer):
    """RFC 7519 has whole seconds, and programs round where others cut off."""
    checked = report(world, {"nbf": nbf}, validFrom="2026-11-01T00:00:00.900Z")
    assert checked.authentic.answer is answer


@pytest.mark.parametrize("end", ["2030-11-01", "November", "2030-02-30T00:00:00Z"])
@pytest.mark.parametrize("exp", [1919721600, "1919721600"])
def test_an_end_that_says_no_moment_is_not_called_forged(world, end, exp):
    """`exp` cannot contradict what cannot be read, and does not replace it either."""
    checked = report(world, {"exp": exp, "validUntil": end})
    assert checked.authentic.answer is Answer.YES
    assert (checked.current.answer, checked.current.code) == (
        Answer.COULD_NOT_CHECK,
        "date_unreadable",
    )


@pytest.mark.parametrize("end", ["10000-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00"])
@pytest.mark.parametrize("exp", [253402300800, 253402318799])
def test_an_end_after_all_years_is_an_end_that_does_not_come(world, end, exp):
    checked = report(world, {"exp": exp, "validUntil": end})
    assert (checked.authentic.answer, checked.current.code) == (Answer.YES, "current")


def test_a_begin_in_another_zone_is_that_moment(world):
    answer = report(world, {"nbf": 1793491200}, validFrom="2026-10-31T19:00:00-05:00")
    assert answer.authentic.answer is Answer.YES


@pytest.mark.parametrize("issued_at", [1e308, -1e308, "soon", True], ids=str)
def test_an_odd_time_of_issue_is_no_time_and_no_fault(world, issued_at):
    assert report(world, {"iat": issued_at}).authentic.answer is Answer.YES


def test_a_proof_inside_a_jwt_is_not_what_secures_it(world):
    badge = world.issuer.sign(world.badge())
    badge["proof"][0]["proofValue"] = "z" + "1" * 64
    assert world.verify(world.issuer.jwt(badge)).authentic.answer is Answer.YES


@pytest.mark.parametrize("context", [7, True, {"a": 1}, "x"], ids=str)
def test_a_vc_claim_with_odd_contexts_is_not_read_and_not_stumbled_over(world, context):
    token = world.issuer.jwt(world.badge(), claims={"vc": {"@context": context}})
    assert world.verify(token).authentic.code == "jwt_two_models"


@pytest.mark.parametrize(
    ("nbf", "code"),
    [(1793491200, "current"), (1919721600, "not_yet_valid")],
    ids=["past", "future"],
)
def test_a_begin_that_only_the_claim_says_is_the_begin(world, nbf, code):
    """OB-61: `nbf` is `validFrom`."""
    badge = world.badge()
    report = world.verify(world.issuer.jwt(badge, claims={"nbf": nbf, "validFrom": None}))
    assert (report.authentic.answer, report.current.code) == (Answer.YES, code)
    assert "begin_missing" not in {check.code for check in report.checks}


def test_an_end_in_words_in_a_vc_claim_is_no_absent_end(world):
    badge = world.badge()
    inner = {name: member for name, member in badge.items() if name != "validFrom"}
    inner["expirationDate"] = {}
    claims = dict.fromkeys(badge) | {"vc": inner, "nbf": 1793491200}
    report = world.verify(world.issuer.jwt(badge, claims=claims))
    assert (report.authentic.answer, report.current.code) == (Answer.YES, "date_unreadable")


SIGNATURE_OF_ITS_OWN_TIME = {"typ": "vc+jwt"}


def test_a_token_of_vc_jose_says_when_its_signature_holds_and_not_the_credential(world):
    """VC-JOSE-COSE 1.0: such claims are about the signature, `validUntil` is about the data."""
    claims = {"nbf": 1793491300, "exp": 1919721601}
    token = world.issuer.jwt(world.badge(), SIGNATURE_OF_ITS_OWN_TIME, claims)
    answer = world.verify(token)
    assert (answer.authentic.answer, answer.current.answer) == (Answer.YES, Answer.YES)
    ended = world.verify(token, now=datetime(2030, 11, 1, 0, 6, tzinfo=UTC))
    assert (ended.current.answer, ended.current.code) == (Answer.NO, "proof_expired")
    early = world.verify(token, now=datetime(2026, 10, 31, tzinfo=UTC))
    assert early.current.answer is Answer.NO


@pytest.mark.parametrize("claim", ["nbf", "exp"])
@pytest.mark.parametrize("value", ["1919721600", True, [], 1e300])
def test_a_time_of_a_signature_that_cannot_be_read_is_not_absent(world, claim, value):
    token = world.issuer.jwt(world.badge(), SIGNATURE_OF_ITS_OWN_TIME, {claim: value})
    answer = world.verify(token)
    assert (answer.authentic.answer, answer.current.code) == (Answer.YES, "date_unreadable")


@pytest.mark.parametrize("claim", ["iss", "sub", "jti"])
def test_who_it_is_from_and_about_is_compared_in_a_token_of_vc_jose_as_well(world, claim):
    token = world.issuer.jwt(world.badge(), SIGNATURE_OF_ITS_OWN_TIME, {claim: OTHER[claim]})
    answer = world.verify(token)
    assert (answer.authentic.answer, answer.authentic.code) == (Answer.NO, "claims_differ")
