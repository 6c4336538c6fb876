"""The order of checks: who is asked, when, and what an answer missing leaves open (D3, T20)."""

import json
from hashlib import sha256

import pytest
from carriers import itxt, link, png_with
from sharing import SharingIssuer
from world import Issuer, World

from contexts import BUNDLED
from verifier.fetching.fetch import FetchError, offline
from verifier.intake.submission import CREDENTIAL_TYPES, MAX_CREDENTIAL_BYTES
from verifier.pipeline.examine import verdict
from verifier.proof.cryptosuites import SUITES, ecdsa_sd
from verifier.report import Answer, Check, Outcome, Verdict

DOCUMENT = "https://district.example/.well-known/did.json"


def test_a_sound_badge_is_authentic_and_current_and_nobody_says_recognized(world, badge):
    report = world.verify(badge)
    answers = {name: verdict.answer for name, verdict in report.verdicts().items()}
    assert answers == {
        "authentic": Answer.YES,
        "current": Answer.YES,
        "recognized": Answer.COULD_NOT_CHECK,
    }
    assert (report.carrier, report.securing) == ("json", "data_integrity")
    assert report.credential.name == "Feedback that moves learners"


def test_the_issuer_is_asked_first_and_then_the_list(world, badge):
    world.verify(badge)
    assert world.asked == [DOCUMENT, world.list_url, DOCUMENT]  # the last for the list's own proof


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"name": "Another"}, id="a changed badge"),
        pytest.param({"proof": []}, id="an unsigned badge"),
        pytest.param({"@included": []}, id="a restructured badge"),
    ],
)
def test_what_is_not_authentic_is_not_judged_further_and_shows_no_claim(world, badge, change):
    report = world.verify(
        badge | change, trust=[world.trust_list(world.issuer)], presented_by="a@example.com"
    )
    assert report.authentic.answer is not Answer.YES
    assert report.credential is None
    for judgment in (report.current, report.recognized, report.theirs):
        assert (judgment.answer, judgment.code) == (Answer.COULD_NOT_CHECK, "not_authentic")
    assert world.list_url not in world.asked


def test_a_restructured_badge_sends_nobody_anywhere(world, badge):
    world.verify(badge | {"@graph": []})
    assert world.asked == []


def test_a_badge_without_a_proof_sends_nobody_anywhere(world, badge):
    world.verify(badge | {"proof": []})
    assert world.asked == []


HANDED_IN = {
    "not JSON": (b'{"id": ', "text_cut_off"),
    "a key twice": (b'{"id": 1, "id": 2}', "not_strict_json"),
    "too deep": (b'{"a":' * 100 + b"1" + b"}" * 100, "not_strict_json"),
    "an integer of 5000 digits": (b'{"a": ' + b"9" * 5000 + b"}", "not_strict_json"),
    "an empty object": (b"{}", "structure_no_context"),
    "a JWT without a signature": (b"eyJhbGciOiJub25lIn0.e30.AA", "jwt_algorithm"),
}


@pytest.mark.parametrize(("data", "code"), HANDED_IN.values(), ids=HANDED_IN.keys())
def test_what_cannot_be_parsed_is_not_authentic_and_says_why(world, data, code):
    report = world.verify(data)
    assert report.authentic.answer is not Answer.YES
    assert report.authentic.code == code


WHOLE = '{"a": "b", "c": [true, -1.5, "\\u00e9", {"d": null}]}'


@pytest.mark.parametrize("length", range(1, len(WHOLE)))
def test_a_text_that_stops_anywhere_is_called_cut_off_and_not_forged(world, length):
    """Half of a genuine badge proves nothing against its issuer."""
    report = world.verify(WHOLE[:length])
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "text_cut_off",
    )


@pytest.mark.parametrize("missing", [87, 200, 500])
def test_a_jwt_that_stops_before_its_signature_is_called_cut_off_and_not_forged(world, missing):
    report = world.verify(world.issuer.jwt(world.badge())[:-missing])
    assert report.authentic.answer is Answer.COULD_NOT_CHECK
    assert report.authentic.code == "text_cut_off"


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda text: text.replace('"', "\u201d"), id="curly quotes"),
        pytest.param(lambda text: text.replace(" ", "\u00a0"), id="spaces that do not break"),
        pytest.param(lambda text: text.replace('"', "&quot;"), id="as in a web page"),
        pytest.param(lambda text: text.replace("null", "None"), id="as Python prints it"),
        pytest.param(lambda text: text + "}", id="a bracket too many"),
        pytest.param(lambda text: text[:-1] + ",}", id="a comma too many"),
    ],
)
def test_a_text_that_programs_changed_is_not_called_forged(world, damage):
    report = world.verify(damage(WHOLE))
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "not_json",
    )


def test_a_hundred_thousand_brackets_are_no_credential(world):
    assert world.verify(b"[" * 100_000).authentic.answer is Answer.COULD_NOT_CHECK


def test_a_link_is_followed_to_the_badge(world, badge):
    world.publish("https://district.example/credentials/1", badge)
    report = world.verify("https://district.example/credentials/1")
    assert report.authentic.answer is Answer.YES


def test_a_link_to_a_page_leads_on_to_the_badge_that_the_page_names(world, badge):
    page, named = "https://district.example/share/1", "https://district.example/share/1.json"
    tag = b'<link rel="alternate" type="application/vc+ld+json" href="/share/1.json">'
    world.documents[page] = b"<!doctype html><html><head>" + tag
    world.publish(named, badge)
    assert world.verify(page).authentic.answer is Answer.YES
    assert world.asked[:2] == [page, named]


@pytest.mark.parametrize(
    ("why", "detail", "code"),
    [
        ("too_slow", "", "link_unreachable"),
        ("connection_lost", "after 410", "link_unreachable"),
        ("address_refused", "", "link_refused"),
        ("http_status", "answered 404", "link_to_nothing"),
        ("http_status", "answered 410", "link_not_shared"),
    ],
)
def test_a_link_that_cannot_be_opened_could_not_be_checked(world, why, detail, code):
    url = "https://district.example/credentials/" + "1" * 300
    world.documents[url] = FetchError(why, url, detail)
    report = world.verify(url)
    assert report.authentic == Verdict(
        Answer.COULD_NOT_CHECK, code, {"url": url[:200], "why": why}
    )  # fmt: skip
    assert [check.name for check in report.checks] == ["intake"]
    assert (report.carrier, report.securing) == ("unknown", "unknown")


def test_a_link_to_a_link_is_not_followed_again(world):
    url = "https://a.example/" + "1" * 300
    world.documents[url] = b"https://a.example/2"
    report = world.verify(url)
    assert report.authentic.code == "link_to_no_credential"
    assert report.authentic.params == {"url": url[:200]}
    assert world.asked == [url]


def test_a_link_is_asked_for_a_credential_up_to_a_size(world, badge):
    asked = []

    def fetch(url, *, accept, max_bytes):
        asked.append((url, accept, max_bytes))
        return world.fetch(url, accept=accept, max_bytes=max_bytes)

    url = "https://district.example/credentials/1"
    world.publish(url, badge)
    world.verify(url, fetch=fetch)
    assert asked[0] == (url, CREDENTIAL_TYPES, MAX_CREDENTIAL_BYTES)


def test_how_it_came_and_the_address_around_it_are_told(world, badge):
    token = world.issuer.jwt(world.badge())
    for submission, carrier, around in (
        (
            link(token, "https://anyone.example/verify"),
            "qr",
            {"around": "https://anyone.example/verify"},
        ),
        (token, "jwt", {}),
        (" \n" + json.dumps(badge), "json", {}),
    ):
        report = world.verify(submission)
        (received, *_) = report.checks
        assert (received.name, received.outcome) == ("intake", Outcome.PASSED)
        assert (received.code, received.params) == (f"received_{carrier}", around)
        assert (report.carrier, report.authentic.answer) == (carrier, Answer.YES)


def test_it_is_noted_that_more_than_one_was_handed_in(world, badge):
    both = png_with(itxt(json.dumps(badge).encode()), itxt(world.issuer.jwt(badge).encode()))
    report = world.verify(both)
    checks = [(check.name, check.outcome, check.code) for check in report.checks[:2]]
    assert checks == [
        ("intake", Outcome.PASSED, "received_png"),
        ("intake", Outcome.PASSED, "more_than_one"),
    ]


def test_a_report_keeps_the_text_that_was_read(world, badge):
    for text in (json.dumps(badge), json.dumps(badge | {"name": "Another"}), '{"id":'):
        assert world.verify(text).text == text


def test_terms_of_use_are_left_to_people(world):
    terms = {"termsOfUse": [{"id": "https://district.example/terms", "type": "Terms"}]}
    schema = {"id": "https://district.example/schema", "type": "1EdTechJsonSchemaValidator2019"}
    report = world.verify(world.issuer.jwt(world.badge(**terms, credentialSchema=[schema])))
    assert report.checks[-2].code == "schema_not_held"
    assert report.checks[-1] == Check(
        "parts", Outcome.COULD_NOT_CHECK, "part_not_checked", {"member": "termsOfUse"}
    )
    plain = world.verify(world.issuer.jwt(world.badge()))
    assert "part_not_checked" not in {check.code for check in plain.checks}


def test_where_nothing_passed_the_answer_is_no_yes():
    noted = Check("proof", Outcome.NOT_APPLICABLE, "proof_of_another")
    for checks in ((), (noted,)):
        assert verdict(checks, "authentic") == Verdict(Answer.COULD_NOT_CHECK, "nothing_checked")


def test_offline_without_keys_at_hand_nothing_is_shown(world, badge):
    report = world.verify(badge, fetch=offline)
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "issuer_unreachable",
    )


def test_offline_with_a_snapshot_it_is_authentic_and_not_shown_to_be_current(world, badge):
    report = world.verify(badge, fetch=offline, trust=[world.trust_list(world.issuer)])
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.YES,
        "authentic_by_snapshot",
    )
    assert report.authentic.params["retrieved"] == "2026-11-10T00:00:00+00:00"
    assert (report.current.answer, report.current.code) == (
        Answer.COULD_NOT_CHECK,
        "status_unreachable",
    )
    assert report.recognized.answer is Answer.YES


def test_offline_an_expired_badge_is_still_seen_to_be_expired(world):
    badge = world.issuer.sign(world.badge(validUntil="2026-11-10T00:00:00Z"))
    report = world.verify(badge, fetch=offline, trust=[world.trust_list(world.issuer)])
    assert (report.current.answer, report.current.code) == (Answer.NO, "expired")


def test_offline_a_jwt_is_checked_against_the_snapshot_as_well(world):
    token = world.issuer.jwt(world.badge())
    report = world.verify(token, fetch=offline, trust=[world.trust_list(world.issuer)])
    assert report.authentic.code == "authentic_by_snapshot"


def test_a_snapshot_of_other_keys_proves_a_forgery(world, badge):
    other = Issuer(world.issuer.did)
    report = world.verify(badge, fetch=offline, trust=[world.trust_list(other)])
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "signature_wrong")


def test_a_snapshot_of_an_ended_listing_is_not_used(world, badge):
    ended = world.trust_list(world.issuer, validUntil="2026-11-12T00:00:00Z")
    assert world.verify(badge, fetch=offline, trust=[ended]).authentic.answer is not Answer.YES


def test_the_live_document_counts_before_the_snapshot(world, badge):
    world.publish_issuer(world.issuer, world.issuer.document | {"assertionMethod": []})
    report = world.verify(badge, trust=[world.trust_list(world.issuer)])
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "key_for_other_purposes")


@pytest.mark.parametrize(
    "document", [b"<html>", b"{}", FetchError("too_slow", DOCUMENT)], ids=["page", "empty", "slow"]
)
def test_a_document_that_says_nothing_leaves_the_snapshot_to_speak(world, badge, document):
    world.documents[DOCUMENT] = document
    report = world.verify(badge, trust=[world.trust_list(world.issuer)])
    assert report.authentic.code == "authentic_by_snapshot"


def test_a_listed_issuer_is_recognized_with_the_name_of_the_list(world, badge):
    report = world.verify(badge, trust=[world.trust_list(world.issuer)])
    assert (report.recognized.answer, report.recognized.code) == (Answer.YES, "listed")
    assert report.recognized.params["name"] == "Example District"


def test_nothing_of_one_verification_is_kept_for_the_next(world, badge):
    assert world.verify(badge).authentic.answer is Answer.YES
    world.publish_issuer(world.issuer, Issuer(world.issuer.did).document)
    assert world.verify(badge).authentic.code == "signature_wrong"
    world.documents[DOCUMENT] = FetchError("connection_lost", DOCUMENT)
    assert world.verify(badge).authentic.code == "issuer_unreachable"


@pytest.mark.parametrize(
    ("presented", "answer"),
    [
        ("a@example.com", Answer.YES),
        ("b@example.com", Answer.NO),
        ("Jordan Example", Answer.COULD_NOT_CHECK),
    ],
)
def test_who_presented_it_is_a_verdict_of_its_own(world, badge, presented, answer):
    assert world.verify(badge, presented_by=presented).theirs.answer is answer
    assert world.verify(badge).theirs is None


def test_each_file_of_evidence_is_a_check_of_its_own(world):
    badge = world.badge()
    badge["evidence"][0]["digestMultibase"] = "zQmRJzsvyCQyizr73Gmms8ZRtvNxmgqumxc2KUp71dfEmoj"
    report = world.verify(world.issuer.sign(badge), evidence=[b"foo", b"bar"])
    outcomes = [check.outcome for check in report.checks if check.name == "evidence"]
    assert outcomes == [Outcome.PASSED, Outcome.FAILED]
    assert report.authentic.answer is Answer.YES


def test_a_context_pinned_by_the_caller_is_read(world):
    url, data = "https://example.org/gpa", b'{"@context": {"gpa": "https://example.org/gpa#gpa"}}'
    pinned = BUNDLED.pinned(url, data, sha256(data).hexdigest())
    badge = world.badge(**{"@context": [*world.badge()["@context"], url], "gpa": "4.0"})
    proof = world.issuer.sign(world.badge())["proof"][0]
    suite, key = SUITES["eddsa-rdfc-2022"], world.issuer.proof_key
    signed = key.sign(suite.hash_data(badge, proof, key.public_key(), contexts=pinned))
    badge["proof"] = [proof | {"proofValue": suite.encode(signed)}]
    assert world.verify(badge).authentic.code == "context_not_listed"
    assert world.verify(badge, contexts=pinned).authentic.answer is Answer.YES


def test_a_jwt_with_an_unlisted_context_is_judged_without_it(world):
    contexts = [*world.badge()["@context"], "https://example.org/unknown"]
    token = world.issuer.jwt(world.badge(**{"@context": contexts}))
    assert world.verify(token).authentic.answer is Answer.YES


def test_a_badge_that_can_be_shown_in_parts_says_which_it_is():
    issuer = SharingIssuer("did:web:district.example")
    world = World(issuer=issuer)
    whole = issuer.share(world.badge())
    part = ecdsa_sd.disclose(whole, whole["proof"][0], ["/evidence"])
    for shown, code in ((whole, "whole_handed_in"), (part, "levels_withheld")):
        checks = [check for check in world.verify(shown).checks if check.name == "disclosure"]
        assert [(check.outcome, check.code) for check in checks] == [(Outcome.NOT_APPLICABLE, code)]


def test_a_snapshot_that_stood_in_is_a_check_of_its_own(world, badge):
    report = world.verify(badge, fetch=offline, trust=[world.trust_list(world.issuer)])
    (check,) = (check for check in report.checks if check.code == "issuer_by_snapshot")
    assert (check.name, check.outcome) == ("issuer", Outcome.PASSED)
    assert check.params == {"retrieved": "2026-11-10T00:00:00+00:00"}
