"""Functions of the pipeline by themselves: the whole of what each gives back."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from licenses import LICENSE
from other_cases import claimed
from world import NOW, Issuer

from contexts import work
from verifier.checks import dates, related, status
from verifier.fetching import deadline
from verifier.fetching.fetch import Fetched
from verifier.intake import wrapping
from verifier.intake.submission import IntakeError, Submission
from verifier.intake.wrapping import WrappingError
from verifier.issuers.controller import Controller, VerificationMethod, key_set
from verifier.open_badges_2 import judge, view
from verifier.parsing import strict_json, web_address
from verifier.pipeline import inside, pipeline
from verifier.pipeline.examine import World as Verifying
from verifier.pipeline.examine import out_of_time, parse_inner, unparsed, verdict
from verifier.proof import jwt_payload
from verifier.proof.jose import JoseError
from verifier.proof.jwt_payload import TwoModelsError
from verifier.report import Answer, Check, Outcome, Report, Verdict
from verifier.structure import schema

MODEL_1, MODEL_2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
BEGIN, END = "1970-01-01T00:00:00+00:00", "1970-01-01T00:00:01+00:00"
PARSING = "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"
PROOF = "https://w3id.org/security#PROOF_VERIFICATION_ERROR"
UNSURE, FAILED, PASSED = Outcome.COULD_NOT_CHECK, Outcome.FAILED, Outcome.PASSED
UNJUDGED = Verdict(Answer.COULD_NOT_CHECK, "not_authentic")


def not_json(text):
    with pytest.raises(strict_json.StrictJsonError) as caught:
        strict_json.loads_object(text)
    return caught.value


CUT, WORDS, TWICE = map(not_json, ('{"a": ', '{"a": x}', '{"a": 1, "a": 2}'))
UNPARSED = [
    (JoseError("jwt_type", "x"), "vc_jwt", FAILED, "jwt_type", {"detail": "x"}, PARSING),
    (JoseError("sd_jwt", "x", certain=False), "vc_jwt", UNSURE, "sd_jwt", {"detail": "x"}, PARSING),
    (WrappingError("cose", "x"), "unknown", UNSURE, "cose", {"detail": "x"}, None),
    (CUT, "data_integrity", UNSURE, "text_cut_off", {"detail": str(CUT)}, PARSING),
    (WORDS, "data_integrity", UNSURE, "not_json", {"detail": str(WORDS)}, PARSING),
    (TWICE, "data_integrity", FAILED, "not_strict_json", {"detail": str(TWICE)}, PARSING),
    (TwoModelsError("x"), "vc_jwt", UNSURE, "jwt_two_models", {}, None),
]


@pytest.mark.parametrize(("error", "securing", "outcome", "code", "params", "problem"), UNPARSED)
def test_what_could_not_be_parsed_says_what_it_is(error, securing, outcome, code, params, problem):
    check = Check("parse", outcome, code, params, problem)
    assert unparsed(error) == (securing, check)


def test_what_is_inside_is_an_object_or_a_token(world):
    for item in (7, None, ["a"]):
        with pytest.raises(ValueError, match=r"\Aneither an object nor a JWT\Z"):
            parse_inner(item)
    token = world.issuer.jwt(world.badge())
    assert parse_inner(token).jws is not None
    assert parse_inner(world.badge()).document == world.badge()


def test_what_was_not_reached_in_time_says_so():
    late = Check("intake", UNSURE, "took_too_long")
    expected = Verdict(Answer.COULD_NOT_CHECK, "took_too_long")
    for carrier, report in (("unknown", out_of_time()), ("inside", out_of_time("inside"))):
        whole = Report(carrier, "unknown", (late,), expected, UNJUDGED, UNJUDGED)
        assert report == whole


def test_what_is_inside_is_not_begun_when_the_time_is_up(world, monkeypatch):
    verifying = Verifying(world.fetch, NOW, (), pipeline.BUNDLED)
    for left, code in ((0, "took_too_long"), (0.5, "inner_unreadable")):
        monkeypatch.setattr(deadline, "left", lambda left=left: left)
        (report,) = inside.look({"verifiableCredential": 7}, verifying).credentials
        verdict_of_it = Verdict(Answer.COULD_NOT_CHECK, code)
        name = "intake" if left == 0 else "parse"
        checks = (Check(name, UNSURE, code),)
        assert report == Report("inside", "unknown", checks, verdict_of_it, UNJUDGED, UNJUDGED)


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ((), Verdict(Answer.COULD_NOT_CHECK, "nothing_checked")),
        ((Check("status", Outcome.NOT_APPLICABLE, "x"),),
         Verdict(Answer.COULD_NOT_CHECK, "nothing_checked")),
        ((Check("key", PASSED, "x"),), Verdict(Answer.YES, "current")),
        ((Check("key", PASSED, "x"), Check("key", UNSURE, "y", {"a": "b"})),
         Verdict(Answer.COULD_NOT_CHECK, "y", {"a": "b"})),
        ((Check("key", UNSURE, "y"), Check("key", FAILED, "z", {"a": "b"})),
         Verdict(Answer.NO, "z", {"a": "b"})),
        ((Check("key", PASSED, "x"), Check("issuer", PASSED, "issuer_by_snapshot", {"a": "b"})),
         Verdict(Answer.YES, "authentic_by_snapshot", {"a": "b"})),
        ((Check("key", PASSED, "x"), Check("hosted", PASSED, "ob2_hosted", {"a": "b"})),
         Verdict(Answer.YES, "authentic_hosted")),
    ],
)  # fmt: skip
def test_checks_give_one_answer(checks, expected):
    assert verdict(checks, "current") == expected


USES = [
    ((b"", "now", ()), TypeError, "now is a datetime, not a str: datetime.now(UTC)"),
    ((b"", datetime(2026, 11, 22), ()), ValueError, "now has no zone: datetime.now(UTC)"),
    ((b"", NOW, 7), TypeError, "trust is a list of trust lists: "
     "[trust.load(Path(name).read_bytes())]"),
    ((b"", NOW, "list"), TypeError, "trust is a list of trust lists: "
     "[trust.load(Path(name).read_bytes())]"),
    (("x", NOW, ()), TypeError, "what is verified are bytes, not a str: of a file, "
     "Path(name).read_bytes(); of a link or a text, text.encode()"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "error", "words"), USES)
def test_arguments_of_another_kind_say_what_to_give(world, arguments, error, words):
    with pytest.raises(error) as caught:
        pipeline.usable_lists(*arguments)
    assert str(caught.value) == words
    lists = [world.trust_list(world.issuer)]
    for data in (b"", bytearray(), memoryview(b"")):
        assert pipeline.usable_lists(data, NOW, lists) == tuple(lists)


def test_a_link_is_not_opened_if_the_credential_that_it_names_is_there(world):
    token = world.issuer.jwt(world.badge(id="urn:x:1"))
    for text in (token, '{"id": "urn:x:1"}'):
        report = replace(out_of_time(), text=text)
        assert pipeline._is_at(report, "urn:x:1")
        assert not pipeline._is_at(report, "urn:x:2")
    assert not pipeline._is_at(replace(out_of_time(), text="{"), "urn:x:1")
    assert not pipeline._is_at(out_of_time(), "")


def test_the_issuer_that_is_named_counts_though_nothing_is_signed():
    named = replace(out_of_time(), text='{"issuer": "did:web:a.example"}')
    assert pipeline._issuer(named) == "did:web:a.example"
    for text in ("", "{", "{}", '{"issuer": 7}'):
        assert pipeline._issuer(replace(named, text=text)) is None


def test_a_link_to_something_else_says_so_only_alone():
    other = pipeline._unread(IntakeError("web_page"))
    assert other.checks == (Check("intake", UNSURE, "web_page"),)
    assert (other.carrier, other.securing) == ("unknown", "unknown")
    assert pipeline._leads_nowhere(other)
    assert not pipeline._leads_nowhere(replace(other, carrier="json"))
    assert not pipeline._leads_nowhere(pipeline._unread(IntakeError("too_large", limit_mb=1)))


# What a credential is about, and who is in it


def test_an_endorsement_may_be_about_whatever_is_named():
    document = {
        "id": "7", "name": "no address", "link": "urn:a",
        "list": ["urn:b", "word", {"id": "8"}, ["urn:not"], 7],
        "node": {"id": "urn:c", "x": "urn:d"},
        "endorsement": {"id": "urn:not"}, "verifiableCredential": ["urn:not"],
        "proof": [{"id": "urn:not"}],
    }  # fmt: skip
    ids = set()
    inside._add_ids(document, ids)
    assert ids == {"7", "8", "urn:a", "urn:b", "urn:c", "urn:d"}


def test_endorsements_are_found_wherever_they_stand_but_not_in_what_is_apart():
    document = {
        "endorsement": 1, "endorsementJwt": ["2", "3"],
        "a": {"endorsement": [4]}, "b": [{"endorsementJwt": "5"}, "x", [{"endorsement": 0}]],
        "verifiableCredential": [{"endorsement": 0}], "proof": {"endorsement": 0},
    }  # fmt: skip
    assert inside._endorsements(document) == [1, "2", "3", 4, "5"]


def test_a_record_has_credentials_in_its_subjects_and_in_itself():
    document = {"credentialSubject": [{"verifiableCredential": [1, 2]}, "urn:x", {}],
                "verifiableCredential": 3}  # fmt: skip
    assert inside._record(document) == [1, 2, 3]


def test_so_many_inside_and_no_more(world):
    verifying = Verifying(world.fetch, NOW, (), pipeline.BUNDLED)
    for member, most in (("endorsement", 20), ("verifiableCredential", 50)):
        assert inside.look({member: [7] * most}, verifying).checks == ()
        looked = inside.look({member: [7] * (most + 1)}, verifying)
        params = {"member": member, "most": most}
        assert looked.checks == (Check("parts", UNSURE, "too_many_inside", params),)
        assert len(looked.endorsements or looked.credentials) == most


def test_a_stranger_in_a_record_is_named_as_far_as_is_known(world):
    record = world.verify(world.issuer.jwt(world.badge())).credential
    whole = replace(record, subject_id="urn:x:1", identities=())
    other = replace(whole, subject_id="urn:x:2", name=None, id=None)
    for credential, names in (
        (other, "? (urn:x:2)"),
        (replace(other, name="A"), "A (urn:x:2)"),
        (replace(other, id="urn:x:9"), "urn:x:9 (urn:x:2)"),
        (replace(other, name="A" * 300), "A" * 200),
    ):
        report = replace(out_of_time(), credential=credential)
        (check,) = inside.check_holders(whole, [report, out_of_time()])
        assert check == Check("parts", UNSURE, "inside_of_another", {"names": names})
    assert inside.check_holders(whole, [replace(out_of_time(), credential=whole)]) == ()


# Keys

ISSUER = Issuer("did:web:district.example")
KEY, OTHER_KEY = ISSUER.proof_key.public_key(), ISSUER.jwt_key.public_key()
EARLY, MIDDLE, LATE = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 5, 9))


@pytest.mark.parametrize(
    ("ends", "signed", "expected"),
    [
        ({}, MIDDLE, (PASSED, "key_of_issuer", {})),
        ({"retired": MIDDLE}, EARLY, (PASSED, "key_of_issuer", {})),
        ({"retired": MIDDLE}, MIDDLE, (FAILED, "key_retired_before", {"ended": MIDDLE})),
        ({"retired": MIDDLE}, None, (UNSURE, "key_retired_unsure", {"ended": MIDDLE})),
        ({"revoked": MIDDLE}, EARLY, (UNSURE, "key_revoked_unsure", {"ended": MIDDLE})),
        ({"revoked": MIDDLE}, LATE, (FAILED, "key_revoked_before", {"ended": MIDDLE})),
        ({"revoked": LATE, "retired": EARLY}, MIDDLE,
         (UNSURE, "key_revoked_unsure", {"ended": LATE})),
        ({"unreadable": "expires"}, EARLY, (UNSURE, "key_date_unreadable", {"member": "expires"})),
    ],
)  # fmt: skip
def test_a_key_counts_until_it_was_given_up(ends, signed, expected):
    outcome, code, params = expected
    params = {
        name: getattr(value, "isoformat", lambda v=value: v)() for name, value in params.items()
    }
    check = VerificationMethod("#k", KEY, **ends).check_used_at(signed)
    problem = PROOF if outcome is FAILED else None
    assert check == Check("key", outcome, code, params | {"method": "#k"}, problem)


def test_a_key_that_a_copy_marks_as_compromised_is_so_under_any_id():
    mine = VerificationMethod("#1", KEY, retired=LATE)
    unread = VerificationMethod("#2", None)
    for unsafe, expected in (
        ((VerificationMethod("#1", None, revoked=MIDDLE),), replace(mine, revoked=MIDDLE)),
        ((VerificationMethod("#9", KEY, revoked=MIDDLE),), replace(mine, revoked=MIDDLE)),
        ((VerificationMethod("#9", OTHER_KEY, revoked=MIDDLE),), mine),
        ((VerificationMethod("#9", None, revoked=MIDDLE),), mine),
        ((VerificationMethod("#1", KEY, revoked=LATE),
          VerificationMethod("#9", KEY, revoked=EARLY)),
         replace(mine, revoked=EARLY)),
        ((VerificationMethod("#9", KEY, unreadable="revoked"),),
         replace(mine, unreadable="revoked")),
    ):  # fmt: skip
        assert mine.unless_among(unsafe) == expected
        live, copy = Controller("did:x:1", (mine, unread)), Controller("did:x:1", (), unsafe=unsafe)
        assert live.heeding([copy]) == replace(live, methods=(expected, unread), unsafe=unsafe)
        assert live.heeding([]) is live
    assert unread.unless_among((VerificationMethod("#9", None, revoked=MIDDLE),)) == unread


def test_a_key_set_holds_what_is_a_key_for_signatures():
    keys = [{"kid": "1", "use": "enc"}, {"kid": 7}, "x", {"kid": "2", "kty": "oct"}]
    methods = key_set({"keys": keys}, "https://a.example")
    assert methods == (VerificationMethod("", None), VerificationMethod("2", None))


# Files that are named, and the published schema


def test_so_many_files_are_compared_and_no_more():
    held = {"id": "https://www.w3.org/ns/credentials/v2", "digestSRI": "x"}
    assert not related.names_others({"relatedResource": [held] * 20})
    assert related.names_others({"relatedResource": [held] * 21})
    assert len(related.check_related({"relatedResource": [held] * 21})) == 20


@pytest.mark.parametrize(
    ("text", "digests"),
    [
        ("sha256-AA sha384-BB?x", ["sha256-AA", "sha384-BB"]),
        ("", []),
        ("sha256-AA?x-y", ["sha256-AA"]),
    ],
)
def test_digests_are_read_without_their_options(text, digests):
    assert related._sri_parts(text) == digests


SCALARS = {
    "text": (["a", {"@value": "a", "@language": "en"}], ["", 7, {}, {"@value": ""}, None]),
    "name": (["a", ["a", "b"]], ["", [], 7, ["a", 7]]),
    "object": ([{}], ["a", []]),
    "uri": (["urn:x", "h+-.1:a"], ["a", "a b:c", "urn: x", 7, "1:x", ":x"]),
    "number": ([1, 1.5], [True, "1"]),
    "boolean": ([True, False], [1, "true"]),
    "time": (["2026-01-01T00:00:00Z", {"@value": "2026-01-01T00:00:00Z"}], ["2026-01-01", 7, "x"]),
    "language": (["en", "en-US"], ["", "e", 7]),
    "achievementType": (["Badge", "ext:Mine"], ["badge", "ext:", "x", 7, "ext:a b"]),
    "status": (["Completed", "OnHold"], ["completed", "ext:Mine"]),
    "targetType": (["CFItem", "ext:a-b"], ["cfitem"]),
}


@pytest.mark.parametrize(("kind", "values"), SCALARS.items(), ids=SCALARS)
def test_a_rule_is_made_of_its_text(kind, values):
    for text, is_array in ((kind, False), (f"{kind}!", False), (f"[{kind}]!", True)):
        rule = schema._rule(text)
        assert (rule.kind, rule.is_array) == (kind, is_array)
        assert [rule.fits(value) for value in values[0]] == [True] * len(values[0])
        assert not any(rule.fits(value) for value in values[1])
    if kind in schema._ENUMS:
        fits = schema._one_of(kind)
        assert ([*map(fits, values[0])], {*map(fits, values[1])}) == ([True] * 2, {False})


def test_a_rule_of_a_class_has_no_scalar():
    assert schema._rule("[Achievement]") == ("Achievement", None, True)
    assert schema._matches("a+")("aa")
    assert not any(map(schema._matches("a+"), ["b", 7, "aab"]))


def test_what_points_nowhere_is_named_and_what_is_no_object_passed_over():
    described = ["urn:x", {"id": 7, "requiredLevel": "y"}, {
        "id": "urn:d", "requiredLevel": "urn:z", "requiredValue": "3", "allowedValue": ["1", "2"],
        "rubricCriterionLevel": [{"id": "urn:l"}, "x"], "resultType": "Status"}]  # fmt: skip
    results = ["x", {"resultDescription": "urn:none"},
               {"resultDescription": ["urn:d"], "achievedLevel": "urn:z"},
               {"resultDescription": "urn:d", "achievedLevel": ["urn:l"], "status": "Completed"},
               {"achievedLevel": "urn:l"}]  # fmt: skip
    assert [*schema._references({"result": results}, {"resultDescription": described})] == [
        "achievement.resultDescription.requiredLevel",
        "achievement.resultDescription.requiredValue",
        "result.resultDescription",
        "result.achievedLevel",
        "result.status",
        "result.achievedLevel",
    ]


def test_an_address_is_so_long_and_no_longer():
    start = "https://a.example/"
    longest = start + "x" * (web_address.MAX_LENGTH - len(start))
    assert web_address.read(longest).text == longest
    assert web_address.read(longest + "x") is None


def test_a_large_answer_counts_as_work(world):
    verifying = Verifying(lambda *_, **__: Fetched("", b""), NOW, (), pipeline.BUNDLED)
    with work.limited(10):
        assert verifying.status_list(b"hello") is None


# Dates


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({}, (PASSED, "proof_in_dates", {})),
        ({"nbf": "x", "exp": "y"}, (UNSURE, "date_unreadable", {"member": "nbf"})),
        ({"nbf": 1, "exp": "y"}, (UNSURE, "date_unreadable", {"member": "exp"})),
        ({"nbf": "x", "exp": 1},
         (FAILED, "proof_expired", {"date": "1970-01-01T00:00:01+00:00"})),
        ({"nbf": 4e9}, (FAILED, "proof_from_the_future", {"date": "2096-10-02T07:06:40+00:00"})),
    ],
)  # fmt: skip
def test_a_token_holds_from_its_begin_to_its_end(payload, expected):
    assert dates.check_token_dates(payload, now=NOW) == Check("proof_dates", *expected)


@pytest.mark.parametrize(
    ("proofs", "expected"),
    [
        ([], (PASSED, "proof_in_dates", {})),
        ([{"created": "2026-11-01T00:00:00Z"}, {}], (PASSED, "signing_time_unknown", {})),
        ([{"created": "x"}], (UNSURE, "date_unreadable", {"member": "proof.created"})),
        ([{"expires": "x"}, {"created": None}],
         (UNSURE, "date_unreadable", {"member": "proof.expires"})),
        ([{"created": "x"}, {"expires": "2026-11-01T00:00:00Z"}],
         (FAILED, "proof_expired", {"date": "2026-11-01T00:00:00+00:00"})),
    ],
)  # fmt: skip
def test_a_proof_holds_from_its_begin_to_its_end(proofs, expected):
    assert dates.check_proof_dates(proofs, now=NOW) == Check("proof_dates", *expected)


def test_every_date_that_cannot_be_read_is_named(world):
    credential = world.verify(world.issuer.jwt(world.badge())).credential
    odd = replace(credential, unreadable=("validFrom", "awardedDate", "validUntil"))
    params = {"member": "validFrom, validUntil"}
    expected = Check("validity_period", UNSURE, "date_unreadable", params)
    assert dates.check_validity_period(odd, now=NOW) == expected
    odd = replace(credential, unreadable=("awardedDate",))
    expected = Check("validity_period", PASSED, "no_end_date")
    assert dates.check_validity_period(odd, now=NOW) == expected


@pytest.mark.parametrize("skew", [timedelta(minutes=5), timedelta(minutes=5, seconds=1)])
def test_a_clock_may_be_five_minutes_off_and_no_more(world, skew):
    credential = world.verify(world.issuer.jwt(world.badge())).credential
    is_late = skew > timedelta(minutes=5)
    ended, begins = (
        dates.check_validity_period(replace(credential, **{name: when}), now=NOW).code
        for name, when in (("valid_until", NOW - skew), ("valid_from", NOW + skew))
    )
    assert ended == ("expired" if is_late else "valid_until")
    assert begins == ("not_yet_valid" if is_late else "no_end_date")


# What an Open Badge of before 3.0 is

V2, V1 = "https://w3id.org/openbadges/v2", "https://w3id.org/openbadges/v1"
ASSERTIONS = [
    ({"badge": "x", "recipient": {}}, True, "1.0"),
    ({"badge": "x", "recipient": "x"}, True, "0.5"),
    ({"badge": "x", "type": "Assertion"}, True, "1.0"),
    ({"badge": "x", "type": ["a", "Assertion"], "@context": "urn:x"}, True, "2.0"),
    ({"badge": "x", "@context": V2}, True, "2.0"),
    ({"badge": "x", "@context": ["urn:x", {}, V1]}, True, "1.1"),
    ({"revoked": True, "@context": V2}, True, "2.0"),
    ({"revoked": "true", "@context": V2}, False, "2.0"),
    ({"@context": V2}, False, "2.0"),
    ({"badge": "x"}, False, "1.0"),
    ({"badge": "x", "@context": "urn:x", "recipient": {}}, False, "2.0"),
    ({"badge": "x", "@context": V2, "credentialSubject": {}}, False, "2.0"),
]


@pytest.mark.parametrize(("document", "is_one", "version"), ASSERTIONS)
def test_an_assertion_is_known_by_what_it_has(document, is_one, version):
    assert (judge.is_assertion(document), judge.version_of(document)) == (is_one, version)


@pytest.mark.parametrize(
    ("document", "is_one"),
    [
        ({"@context": V2, "type": "BadgeClass"}, True),
        ({"@context": [V1], "type": [7, "Issuer"]}, True),
        ({"@context": V2, "type": "Thing"}, False),
        ({"@context": "urn:x", "type": "Issuer"}, False),
        ({"type": "Issuer"}, False),
        ({"@context": V2, "type": "Issuer", "credentialSubject": {}}, False),
    ],
)
def test_a_part_is_known_by_its_type_and_context(document, is_one):
    assert judge.is_part(document) is is_one
    params = {"type": str(document["type"])}
    part = Check("shape", UNSURE, "ob2_part", params)
    assert judge.judge_part(document).proof_checks == (part,)
    long = Check("shape", UNSURE, "ob2_part", {"type": "x" * 80})
    assert judge.judge_part({"type": "x" * 81}).proof_checks == (long,)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        (0, None),
        (True, None),
        (253402300800, None),
        (1.5, None),
        (253402300799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-05-15", datetime(2026, 5, 15, tzinfo=UTC)),
        ("2026-05-15T12:00:00+00:00", datetime(2026, 5, 15, 12, tzinfo=UTC)),
        ("soon", None),
        ([], None),
    ],
)
def test_a_day_of_open_badges_2_is_read(value, expected):
    assert view._date(value) == expected


def test_what_stands_in_a_list_of_one_or_under_a_keyword_is_read_alike():
    whole = {"@id": ["urn:x"], "@type": "Assertion", "badge": ["a", "b"], "id2": []}
    expected = {"id": "urn:x", "type": "Assertion", "badge": ["a", "b"], "id2": []}
    assert view.singled(whole) == expected


# Several in one file


def test_the_first_alone_says_that_there_are_more_of_them(world):
    two = [world.issuer.jwt(world.badge(id=f"urn:x:{number}")) for number in range(2)]
    report = world.verify(json.dumps(two))
    alone = world.verify(two[0])
    note = Check("intake", PASSED, "more_than_one")
    assert report == replace(alone, checks=(*alone.checks, note))


def test_where_there_are_too_many_that_is_all_that_is_said_of_the_rest(world, monkeypatch):
    monkeypatch.setattr(pipeline, "MAX_CREDENTIALS", 2)
    tokens = [world.issuer.jwt(world.badge(id=f"urn:x:{number}")) for number in range(4)]
    *first, last = world.verify_all(json.dumps(tokens).encode())
    assert [report.credential.id for report in first] == ["urn:x:0", "urn:x:1"]
    assert last.checks == (Check("intake", UNSURE, "too_many_in_one", {"most": 2}),)


def test_links_are_followed_but_to_what_is_there(world, monkeypatch):
    token = world.issuer.jwt(world.badge(id="https://a.example/1"))
    world.documents["https://a.example/2"] = world.issuer.jwt(world.badge(id="urn:x:2")).encode()
    links = [Submission("url", f"https://a.example/{number}", via="qr") for number in (1, 2)]
    submitted = [Submission("jwt", token), Submission("jwt", token), *links]
    read_all = pipeline.read_all
    monkeypatch.setattr(pipeline, "read_all", lambda data: read_all(data) if data else submitted)
    reports = world.verify_all(b"")
    assert [report.credential.id for report in reports] == ["https://a.example/1", "urn:x:2"]
    assert [report.carrier for report in reports] == ["jwt", "qr"]
    assert "https://a.example/1" not in world.asked


def test_what_a_link_to_something_else_leads_to_hides_no_credential(world, monkeypatch):
    world.documents["https://a.example/1"] = b"<!doctype html><title>x</title>"
    world.documents["https://a.example/2"] = world.issuer.jwt(world.badge()).encode()
    links = [Submission("url", f"https://a.example/{number}") for number in (1, 2)]
    read_all = pipeline.read_all
    monkeypatch.setattr(pipeline, "read_all", lambda data: read_all(data) if data else links)
    (report,) = world.verify_all(b"")
    assert report.authentic.code == "authentic"
    links.pop()
    (report,) = world.verify_all(b"")
    assert report.authentic.code == "web_page"


def test_what_is_not_authentic_is_compared_with_nobody_and_no_file():
    late = out_of_time()
    assert pipeline._presented(late, None, [b"x"]) == late
    assert pipeline._presented(late, "a@a.example", ()) == replace(late, theirs=UNJUDGED)


def test_a_credential_that_is_no_badge_is_read_as_its_issuer_writes_it(world):
    evidence = {"id": "urn:x:e", "type": ["Evidence"]}
    whole = LICENSE | {"evidence": evidence, "@context": world.badge()["@context"]}
    report = world.verify(world.issuer.sign(whole), general=True)
    assert report.credential.document["evidence"] == evidence


# What stands around


WRAPPED = [
    ({"type": "VerifiablePresentation", "verifiableCredential": [{"a": "\u00e9"}, " x ", 7, ""]},
     ('{"a":"\u00e9"}', "x"), ("presentation",)),
    ({"type": ["EnvelopedVerifiableCredential"], "id": "data:,%7B%7D"}, ("{}",), ("envelope",)),
    ({"type": "EnvelopedVerifiableCredential", "id": "DATA:x;BASE64,e30="}, ("{}",),
     ("envelope",)),
    ({"proof": {"type": "JwtProof2020", "jwt": "a.b.c"}}, ("a.b.c",), ("jwt_proof",)),
    ({"payload": "b", "signatures": [{"protected": "a", "signature": "c"}, {"signature": "d"}, 7]},
     ("a.b.c",), ("jws_json",)),
    ({"payload": "b", "protected": "a", "signature": "c",
      "header": {"disclosures": ["d", "e"], "kb_jwt": "f"}}, ("a.b.c~d~e~f",), ("jws_json",)),
    ({"payload": "b", "protected": "a", "signature": "c", "header": {"kb_jwt": "f"}},
     ("a.b.c~f",), ("jws_json",)),
    ({"payload": "b", "protected": "a", "signature": "c", "header": {"disclosures": "d"}},
     ("a.b.c~d~",), ("jws_json",)),
    ({"payload": "b", "protected": "a", "signature": "c", "header": {"x": 1}}, ("a.b.c",),
     ("jws_json",)),
]  # fmt: skip


@pytest.mark.parametrize(("document", "texts", "notes"), WRAPPED)
def test_what_is_wrapped_is_handed_on_as_it_is(document, texts, notes):
    text = json.dumps(document)
    shown = text if notes == ("presentation",) else ""
    assert wrapping.unwrap(text) == (texts, notes, shown)
    around = {"verifiableCredential": document, "type": "VerifiablePresentation"}
    inner = (texts, tuple(dict.fromkeys(("presentation", *notes))), json.dumps(around))
    assert wrapping.unwrap(json.dumps(around)) == inner


UNREADABLE = [
    (7, "envelope_not_read", "an envelope without data"),
    ("data:text/plain,hello", "envelope_not_read", "text/plain"),
    ("data:x;base64,e3!0=", "envelope_not_read", "x;base64"),
    ("data:x,%FF", "envelope_not_read", "x"),
    ("data:application/vc+COSE,AA", "cose", "application/vc+COSE"),
]


@pytest.mark.parametrize(("url", "code", "kind"), UNREADABLE)
def test_an_envelope_of_something_else_says_of_what(url, code, kind):
    with pytest.raises(WrappingError) as caught:
        wrapping.unwrap(json.dumps({"type": "EnvelopedVerifiableCredential", "id": url}))
    assert (caught.value.code, caught.value.detail, str(caught.value)) == (code, kind, kind)


def test_what_a_holder_does_not_show_of_a_presentation_is_left_out(world):
    items = [{"...": "x"}, "a.b.c", {"...": "x", "y": 1}]
    whole = {"type": "VerifiablePresentation", "verifiableCredential": items}
    for payload in (whole, {"vp": whole}):
        token = claimed(world.issuer, payload, typ="vp+jwt")
        texts = ("a.b.c", '{"...":"x","y":1}')
        assert wrapping.unwrap(token) == (texts, ("presentation_jwt",), token)


# Claims of a token


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"vc": {"@context": [MODEL_1]}, "nbf": 0, "exp": 1},
         {"@context": [MODEL_1], "issuanceDate": BEGIN,
          "expirationDate": END}),
        ({"vc": {"@context": ["x", MODEL_2]}, "nbf": 0, "exp": 1},
         {"@context": ["x", MODEL_2], "validFrom": BEGIN,
          "validUntil": END}),
        ({"nbf": 0, "exp": 1}, {"nbf": 0, "exp": 1, "validFrom": BEGIN, "validUntil": END}),
        ({"nbf": 0, "issuanceDate": "x"}, {"nbf": 0, "issuanceDate": "x"}),
        ({"exp": 1, "expirationDate": "x"}, {"exp": 1, "expirationDate": "x"}),
        ({"exp": 1, "validUntil": "x"}, {"exp": 1, "validUntil": "x"}),
        ({"exp": "x"}, {"exp": "x", "validUntil": "x"}),
        ({"iss": "i", "issuer": [{"name": "I"}]},
         {"iss": "i", "issuer": {"id": "i", "name": "I"}}),
        ({"iss": "i"}, {"iss": "i", "issuer": {"id": "i"}}),
        ({"issuer": {"name": "I"}}, {"issuer": {"name": "I"}}),
    ],
)  # fmt: skip
def test_claims_fill_what_a_credential_leaves_out(payload, expected):
    assert jwt_payload.credential_in(payload, ends=True) == expected


def test_the_end_of_a_badge_is_not_taken_from_its_token():
    assert jwt_payload.credential_in({"exp": 1}) == {"exp": 1}
    of_model_1 = {"vc": {"@context": [MODEL_1]}, "exp": 1}
    assert jwt_payload.credential_in(of_model_1)["expirationDate"] == END


# Status entries


def test_the_age_of_a_list_is_told_if_it_has_one():
    check = Check("status", PASSED, "not_revoked", {"url": "x"})
    assert status._aged(check, Fetched("x", b"")) is check
    aged = Check("status", PASSED, "not_revoked", {"url": "x", "age": 7})
    assert status._aged(check, Fetched("x", b"", age=7)) == aged


MALFORMED = "https://www.w3.org/ns/credentials/status-list#MALFORMED_VALUE_ERROR"
ENTRY = {"statusListCredential": "https://a.example/1", "statusPurpose": "revocation",
         "statusListIndex": "7"}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "member", "problem"),
    [
        ({"statusListIndex": None}, "statusListIndex", MALFORMED),
        ({"statusListIndex": True}, "statusListIndex", MALFORMED),
        ({"statusListIndex": "0x7"}, "statusListIndex", MALFORMED),
        ({"statusListIndex": 7.0}, "statusListIndex", MALFORMED),
        ({"statusListIndex": ["7"]}, "statusListIndex", MALFORMED),
        ({"statusListIndex": "\u0667"}, "statusListIndex", MALFORMED),
        ({"statusSize": "x"}, "statusSize", MALFORMED),
        ({"statusPurpose": 7}, "statusPurpose", None),
        ({"statusListCredential": None}, "statusListCredential", None),
        ({"statusListCredential": None, "statusPurpose": None}, "statusListCredential", None),
    ],
)
def test_a_status_entry_names_the_member_that_is_amiss(changes, member, problem):
    check = status._read_entry(ENTRY | changes, "BitstringStatusListEntry")
    assert check == Check("status", UNSURE, "status_malformed", {"member": member}, problem)


def test_messages_stand_by_their_values():
    messages = [
        {"status": "0x0", "message": "a"}, {"status": "0xfF", "message": "b"},
        {"status": "0x100", "message": "c"}, {"status": "1", "message": "d"},
        {"status": 2, "message": "e"}, {"status": "0x3", "message": 7}, {"status": "0x4"}, "x",
    ]  # fmt: skip
    assert status._messages({"statusMessage": messages}) == {0: "a", 255: "b"}
    assert status._messages({"statusMessage": messages[0]}) == {0: "a"}
    entry = status._read_entry(ENTRY | {"statusListIndex": 7}, "StatusList2021Entry")
    assert (entry.index, entry.size, entry.purpose, entry.messages) == (7, 1, "revocation", {})
