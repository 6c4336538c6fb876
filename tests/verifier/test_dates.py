"""Dates of the badge, of its proof, and of the key, to the minute of skew (T11, T34, OB-85)."""

from datetime import UTC, datetime, timedelta

import pytest
from world import NOW, Issuer

from verifier.checks.dates import CLOCK_SKEW, check_proof_dates
from verifier.report import Answer, Outcome
from verifier.wording import words

SECOND = timedelta(seconds=1)


def stamp(moment):
    return moment.isoformat().replace("+00:00", "Z")


def judged(world, **changes):
    return world.verify(world.issuer.sign(world.badge(**changes)))


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        (NOW - timedelta(days=1), "expired"),
        (NOW - CLOCK_SKEW - SECOND, "expired"),
        (NOW - CLOCK_SKEW, "current"),
        (NOW, "current"),
        (NOW + timedelta(days=1), "current"),
    ],
    ids=["a day ago", "past the skew", "just within the skew", "now", "tomorrow"],
)
def test_a_badge_is_expired_once_its_end_is_past(world, ends, code):
    report = judged(world, validUntil=stamp(ends))
    assert (report.current.answer is Answer.NO) == (code == "expired")
    assert report.current.code == code


@pytest.mark.parametrize(
    ("begins", "code"),
    [
        (NOW + timedelta(days=1), "not_yet_valid"),
        (NOW + CLOCK_SKEW + SECOND, "not_yet_valid"),
        (NOW + CLOCK_SKEW, "current"),
        (NOW, "current"),
    ],
    ids=["tomorrow", "past the skew", "just within the skew", "now"],
)
def test_a_badge_is_not_valid_before_it_begins(world, begins, code):
    assert judged(world, validFrom=stamp(begins)).current.code == code


def test_an_end_in_another_zone_is_that_moment(world):
    ends = "2026-11-22T06:00:00-05:00"  # 11:00 UTC, an hour ago
    assert judged(world, validUntil=ends).current.code == "expired"


def test_the_end_is_told_as_a_day(world):
    report = judged(world, validUntil="2026-11-10T00:00:00Z")
    assert report.current.params["date"] == "2026-11-10T00:00:00+00:00"


PAST, FUTURE = "2026-11-10T00:00:00Z", "2026-12-10T00:00:00Z"
PROOFS = {
    # created, expires: authentic, current
    ("past", "none"): (PAST, None, "yes", "current"),
    ("past", "future"): (PAST, FUTURE, "yes", "current"),
    ("past", "past"): (PAST, PAST, "yes", "proof_expired"),
    ("none", "none"): (None, None, "yes", "current"),
    ("none", "future"): (None, FUTURE, "yes", "current"),
    ("none", "past"): (None, PAST, "yes", "proof_expired"),
    ("future", "none"): (FUTURE, None, "yes", "proof_from_the_future"),
    ("future", "future"): (FUTURE, FUTURE, "yes", "proof_from_the_future"),
    ("future", "past"): (FUTURE, PAST, "yes", "proof_expired"),
    ("now", "none"): (stamp(NOW), None, "yes", "current"),
    ("within the skew", "none"): (stamp(NOW + CLOCK_SKEW), None, "yes", "current"),
    ("past", "within the skew"): (PAST, stamp(NOW - CLOCK_SKEW), "yes", "current"),
    ("bad", "none"): ("yesterday", None, "yes", "date_unreadable"),
    ("without offset", "none"): ("2026-11-10T00:00:00", None, "yes", "current"),
    ("past", "bad"): (PAST, "yesterday", "yes", "date_unreadable"),
}


@pytest.mark.parametrize(
    ("created", "expires", "authentic", "current"),
    PROOFS.values(),
    ids=[f"created {created}, expires {expires}" for created, expires in PROOFS],
)
def test_the_dates_of_a_proof_are_held_to(world, created, expires, authentic, current):
    report = world.verify(world.issuer.sign(world.badge(), created=created, expires=expires))
    assert (report.authentic.answer, report.current.code) == (authentic, current)


def test_a_proof_without_a_date_is_said_to_have_none(world):
    report = world.verify(world.issuer.sign(world.badge(), created=None))
    assert "signing_time_unknown" in {check.code for check in report.checks}


SIGNED = datetime.fromisoformat("2026-11-01T00:00:00Z")
KEYS = {
    "in use": ({}, "yes", "authentic"),
    "retired after": ({"expires": stamp(SIGNED + SECOND)}, "yes", "authentic"),
    "retired at that second": ({"expires": stamp(SIGNED)}, "no", "key_retired_before"),
    "retired before": ({"expires": stamp(SIGNED - SECOND)}, "no", "key_retired_before"),
    "retired after, in our own word": ({"retired": stamp(SIGNED + SECOND)}, "yes", "authentic"),
    "retired before, in our own word": (
        {"retired": stamp(SIGNED - SECOND)}, "no", "key_retired_before",
    ),
    "of two ends the earlier": (
        {"retired": stamp(SIGNED - SECOND), "expires": FUTURE}, "no", "key_retired_before",
    ),
    "compromised before": ({"revoked": stamp(SIGNED - SECOND)}, "no", "key_revoked_before"),
    "compromised at that second": ({"revoked": stamp(SIGNED)}, "no", "key_revoked_before"),
    "compromised after": (
        {"revoked": stamp(SIGNED + SECOND)}, "could_not_check", "key_revoked_unsure",
    ),
    "compromised and retired": (
        {"revoked": stamp(SIGNED - SECOND), "expires": FUTURE}, "no", "key_revoked_before",
    ),
    "a date that cannot be read": (
        {"revoked": "long ago"}, "could_not_check", "key_date_unreadable",
    ),
    "a date that is a number": ({"expires": 7}, "could_not_check", "key_date_unreadable"),
    "no date but a yes": ({"revoked": "true"}, "could_not_check", "key_date_unreadable"),
    "no date but a true": ({"revoked": True}, "could_not_check", "key_date_unreadable"),
    "no date but a no": ({"revoked": False}, "yes", "authentic"),
    "one that can be read and one that cannot": (
        {"retired": "long ago", "expires": PAST}, "could_not_check", "key_date_unreadable",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("dates", "answer", "code"), KEYS.values(), ids=KEYS.keys())
@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_key_counts_for_what_it_signed_while_it_was_the_issuers(world, dates, answer, code, form):
    document = world.issuer.document
    for method in document["verificationMethod"]:
        method |= dates
    world.publish_issuer(world.issuer, document)
    badge = world.badge()
    signed = world.issuer.sign(badge) if form == "json" else world.issuer.jwt(badge)
    report = world.verify(signed)
    assert (report.authentic.answer, report.authentic.code) == (answer, code)


@pytest.mark.parametrize("ended", ["expires", "revoked"])
def test_without_a_signing_time_an_ended_key_shows_nothing(world, ended):
    document = world.issuer.document
    document["verificationMethod"][0] |= {ended: FUTURE}
    world.publish_issuer(world.issuer, document)
    report = world.verify(world.issuer.sign(world.badge(), created=None))
    assert report.authentic.answer is Answer.COULD_NOT_CHECK
    assert report.authentic.code.endswith("_unsure")


def test_badges_of_three_retired_keys_stay_authentic_and_no_new_one_becomes_so(world):
    document = world.issuer.document
    retired = [(Issuer(world.issuer.did), f"{world.issuer.did}#{year}") for year in (1, 2, 3)]
    for issuer, method in retired:
        old = issuer.document["verificationMethod"][0]
        document["verificationMethod"] += [old | {"id": method, "expires": stamp(NOW)}]
        document["assertionMethod"] += [method]
    world.publish_issuer(world.issuer, document)
    for issuer, method in retired:
        before = issuer.sign(world.badge(), verificationMethod=method)
        after = issuer.sign(world.badge(), verificationMethod=method, created=stamp(NOW))
        assert world.verify(before).authentic.answer is Answer.YES
        assert world.verify(after).authentic.code == "key_retired_before"


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), "not_yet_valid"),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "status_list_out_of_date"),
    ],
)
def test_the_ends_of_time_are_dates_like_others(world, moment, code):
    report = world.verify(world.issuer.sign(world.badge()), now=moment)
    assert (report.authentic.answer, report.current.code) == ("yes", code)


@pytest.mark.parametrize("expires", [{}, 7, True, [FUTURE]], ids=repr)
def test_an_end_of_a_proof_that_is_no_time_has_not_passed_and_is_not_absent(world, expires):
    """Data Integrity 1.0, section 2.1: `expires` is a dateTimeStamp. JSON is signed as it is."""
    signed = world.issuer.sign(world.badge())
    proof = signed["proof"][0] | {"expires": expires}
    check = check_proof_dates([proof], now=NOW)
    assert (check.outcome, check.code) == (Outcome.COULD_NOT_CHECK, "date_unreadable")
    assert check.params == {"member": "proof.expires"}


def test_an_end_of_a_proof_that_has_passed_decides_before_one_that_cannot_be_read():
    proofs = [{"expires": "soon"}, {"expires": PAST}]
    assert check_proof_dates(proofs, now=NOW).code == "proof_expired"


def test_where_a_badge_begins_today_a_slow_clock_is_named(world):
    report = judged(world, validFrom=stamp(NOW + timedelta(hours=1)))
    assert report.current.code == "not_yet_valid"
    assert "clock" in words.next_step(report.current)
