"""The view: the one thing that decisions and pages read of a credential (D2)."""

from copy import deepcopy
from datetime import UTC, datetime
from operator import attrgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import BADGE

from verifier.credential.model import Credential, Identity, Profile, instant, listed
from verifier.credential.view import view


def changed(place, value):
    """Return the sample badge with the member at a dotted place set."""
    document = deepcopy(BADGE)
    *path, last = place.split(".")
    here = document
    for key in path:
        here = here[key]
    here[last] = value
    return document


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01T00:00:00Z", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01t00:00:00z", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T02:30:00+02:30", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-10-31T19:00:00-05:00", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T00:00:00.250Z", datetime(2026, 11, 1, 0, 0, 0, 250000, tzinfo=UTC)),
        ("1969-12-31T23:59:59Z", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_time_with_an_offset_is_an_instant(text, moment):
    assert instant(text) == moment
    assert instant(text).utcoffset() == datetime.fromisoformat(text.upper()).utcoffset()


LAST, FIRST = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-31T24:00:00Z", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-10-31T24:00:00.000-05:00", datetime(2026, 11, 1, 5, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        ("2016-12-31T18:59:60.5-05:00", datetime(2016, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        ("10000-02-29T00:00:00Z", LAST),
        ("+275760-09-13T00:00:00.000Z", LAST),
        ("12027-01-01T00:00:00-05:00", LAST),
        ("9999-12-31T23:59:59-14:00", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", FIRST),
    ],
)
def test_a_legal_time_that_few_write_is_that_instant(text, moment):
    """XML Schema 1.1, 3.3.7, has 24:00 and years of any length; RFC 3339, 5.6, leap seconds."""
    assert instant(text) == moment


def test_a_leap_second_is_of_the_day_that_it_ends():
    assert instant("2016-12-31T18:59:60-05:00").day == 31


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026-11-01", id="a day"),
        pytest.param("2026-11-01 00:00:00Z", id="a space for the T"),
        pytest.param("", id="nothing"),
        pytest.param("T", id="a letter"),
        pytest.param("junk2026-11-01T00:00:00Z", id="something before"),
        pytest.param("2026-11-01T00:00:00Z junk", id="something behind"),
        pytest.param("2026-02-30T00:00:00Z", id="a day that there is not"),
        pytest.param("2026-11-01T25:00:00Z", id="an hour that there is not"),
        pytest.param("2026-11-01T24:00:01Z", id="a second after 24:00"),
        pytest.param("2026-11-01T24:30Z", id="half an hour after 24:00"),
        pytest.param("2026-11-01T12:30:60Z", id="a leap second in the middle of an hour"),
        pytest.param("2026-11-01T23:59:61Z", id="a second after a leap second"),
        pytest.param("-0044-03-15T00:00:00Z", id="before the first year"),
        pytest.param("10000-13-01T00:00:00Z", id="a month that there is not, in a far year"),
        pytest.param("10000-01-01", id="a day of a far year"),
        pytest.param("１９９９-11-01T00:00:00Z", id="full-width digits"),
        pytest.param("1793491200", id="seconds since 1970"),
    ],
)
def test_another_text_is_no_instant(text):
    assert instant(text) is None


def test_a_time_without_an_offset_is_utc_where_it_may_be():
    assert instant("2026-11-01T00:00:00") == datetime(2026, 11, 1, tzinfo=UTC)
    assert instant("2026-11-01T00:00:00", zone=None) is None


@pytest.mark.parametrize(("value", "items"), [(None, []), ([], []), ("a", ["a"]), (["a"], ["a"])])
def test_a_member_may_stand_without_its_brackets(value, items):
    assert listed(value) == items


def test_the_sample_badge_is_read_in_full():
    credential = view(BADGE)
    assert credential.issuer == Profile("did:web:district.example", "Example District")
    assert credential.recipient_name == "Jordan Example"
    assert credential.identities[1].hashed
    assert credential.valid_from == datetime(2026, 11, 1, tzinfo=UTC)
    assert credential.valid_until is None
    assert credential.awarded_date == datetime(2026, 10, 31, 9, 30, tzinfo=UTC)
    assert credential.credits_earned == 12.5
    assert credential.achievement.tags == ("feedback", "assessment")
    assert [r.level.name for r in credential.criteria_results] == ["Met"]
    assert credential.evidence[0].media_type == "application/pdf"
    assert credential.document is BADGE


def test_dates_under_their_older_names_are_read():
    older = {"issuanceDate": "2020-01-01T00:00:00Z", "expirationDate": "2021-01-01T00:00:00Z"}
    credential = view(older)
    assert (credential.valid_from.year, credential.valid_until.year) == (2020, 2021)


SUBJECT = "credentialSubject"
ACHIEVEMENT = f"{SUBJECT}.achievement"
TWO = [{"id": "urn:a", "narrative": "a"}, {"id": "urn:b", "narrative": "b"}]
WRITINGS = {
    "a text": ("name", "N", "name", "N"),
    "a list of one": ("name", ["N"], "name", "N"),
    "a value object": ("name", {"@value": "N", "@language": "en"}, "name", "N"),
    "a value object in a list": ("name", [{"@value": "N"}], "name", "N"),
    "two texts": ("name", ["N", "M"], "name", None),
    "a number": ("name", 7, "name", None),
    "an issuer by its id": ("issuer", "did:web:a.example", "issuer.id", "did:web:a.example"),
    "an issuer in a list": ("issuer", [{"id": "did:a"}], "issuer.id", "did:a"),
    "two issuers": ("issuer", TWO, "issuer.id", ""),
    "an issuer that is a number": ("issuer", 7, "issuer.id", ""),
    "two subjects": (SUBJECT, TWO, "subject_id", None),
    "an achievement in a list": (ACHIEVEMENT, [{"name": "A"}], "achievement.name", "A"),
    "two achievements": (ACHIEVEMENT, TWO, "achievement", None),
    "two criteria": (f"{ACHIEVEMENT}.criteria", TWO, "achievement.criteria", None),
    "an image by its address": (f"{ACHIEVEMENT}.image", "urn:i", "achievement.image", "urn:i"),
    "an image as an object": (f"{ACHIEVEMENT}.image", {"id": "u:i"}, "achievement.image", "u:i"),
    "two images": (f"{ACHIEVEMENT}.image", TWO, "achievement.image", None),
    "tags with a number": (f"{ACHIEVEMENT}.tag", ["a", 7], "achievement.tags", ("a",)),
    "credits as a value object": (f"{SUBJECT}.creditsEarned", {"@value": 3}, "credits_earned", 3),
    "credits that are true": (f"{SUBJECT}.creditsEarned", True, "credits_earned", None),
    "credits as text": (f"{SUBJECT}.creditsEarned", "3", "credits_earned", None),
    "a date without offset": (
        "validUntil",
        "2026-01-01T00:00:00",
        "valid_until",
        datetime(2026, 1, 1, tzinfo=UTC),
    ),
    "a type without brackets": ("type", "Badge", "types", ("Badge",)),
}


@pytest.mark.parametrize(("place", "value", "member", "seen"), WRITINGS.values(), ids=WRITINGS)
def test_a_member_is_read_however_it_is_written(place, value, member, seen):
    assert attrgetter(member)(view(changed(place, value))) == seen


YES = [True, "true", "1", {"@value": True}, [True]]
NO = [False, "false", None, "yes", {}, []]


@pytest.mark.parametrize(
    ("value", "hashed"), [*((v, True) for v in YES), *((v, False) for v in NO)]
)
def test_hashed_is_the_boolean_that_was_signed_in_any_writing(value, hashed):
    document = changed(
        "credentialSubject.identifier", [{"type": "IdentityObject", "hashed": value}]
    )
    assert view(document).identities == (Identity("", "", hashed),)


def test_a_hashed_name_is_not_shown_as_a_name():
    hashed = {"identityType": "name", "hashed": True, "identityHash": "sha256$00"}
    assert view(changed("credentialSubject.identifier", [hashed])).recipient_name is None


def test_other_identifiers_are_read_and_those_without_a_value_left_out():
    entries = [{"identifier": "IL-48", "identifierType": "ext:N"}, {"identifierType": "ext:M"}, 7]
    identifiers = view(changed("issuer.otherIdentifier", entries)).issuer.identifiers
    assert [(item.identifier, item.type) for item in identifiers] == [("IL-48", "ext:N")]


def criterion(ident, name, *levels):
    described = [{"id": level, "name": title} for level, title in levels]
    kind = {"resultType": "RubricCriterionLevel", "rubricCriterionLevel": described}
    return {"id": ident, "name": name, **kind}


def rubric(*results):
    """Return the view of a badge with two criteria, hours, and the given results."""
    descriptions = [
        criterion("urn:a", "A", ("urn:l1", "One"), ("urn:l2", "Two")),
        criterion("urn:b", "B", ("urn:l3", "Three")),
        {"id": "urn:h", "name": "Hours", "resultType": "ext:hours"},
    ]
    document = changed(f"{ACHIEVEMENT}.resultDescription", descriptions)
    document["credentialSubject"]["result"] = list(results)
    return view(document)


A2 = {"resultDescription": "urn:a", "achievedLevel": "urn:l2"}
B3 = {"resultDescription": "urn:b", "achievedLevel": "urn:l3"}


def test_levels_stand_in_the_order_of_the_criteria_whatever_the_order_of_results():
    for results in ([A2, B3], [B3, A2]):
        in_order = rubric(*results).criteria_results
        assert [(r.description.name, r.level.name) for r in in_order] == [
            ("A", "Two"),
            ("B", "Three"),
        ]


@pytest.mark.parametrize(
    "result",
    [
        pytest.param({"resultDescription": "urn:a", "achievedLevel": "urn:l3"}, id="another's"),
        pytest.param({"resultDescription": "urn:x", "achievedLevel": "urn:l1"}, id="nobody's"),
        pytest.param({"achievedLevel": "urn:l1"}, id="no description"),
        pytest.param({}, id="empty"),
    ],
)  # fmt: skip
def test_a_level_counts_only_within_its_own_criterion(result):
    assert rubric(result).criteria_results == ()


def test_hours_are_the_results_of_an_extended_type():
    hours = {"resultDescription": "urn:h", "value": "12"}
    assert rubric(hours, A2).amounts == (("hours", "12"),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "name", "@value", "value"]), inner)
    ),
    max_leaves=8,
)
PLACES = [SUBJECT, "issuer", "evidence", "type", "validFrom", "issuer.otherIdentifier"]
PLACES += [f"{SUBJECT}.{member}" for member in ("identifier", "result", "source", "achievement")]
PLACES += [f"{ACHIEVEMENT}.{member}" for member in ("resultDescription", "alignment", "image")]


@settings(max_examples=150, deadline=None)
@given(place=st.sampled_from(PLACES), value=JSON)
def test_whatever_stands_in_a_member_the_view_is_made(place, value):
    assert isinstance(view(changed(place, value)), Credential)
