"""An achievement out of another platform's badge: a form for a person, and nothing stored."""

import io
import json
import re

import pytest

from issuer.catalog import versions
from issuer.staff.catalog import borrowed
from issuer.staff.catalog.borrowed import NothingBorrowedError
from issuer.staff.catalog.rubric_form import draft_of, finished
from verifier import clock
from verifier.fetching.fetch import Fetched, FetchError
from verifier.report import Answer

BADGE_CLASS = {
    "@context": "https://w3id.org/openbadges/v2",
    "type": "BadgeClass",
    "id": "https://badges.example/b/1",
    "name": "Sight <b>reading</b>",
    "description": "Reads at sight.\x07",
    "criteria": {"narrative": "Ten pieces."},
    "image": "https://badges.example/b/1.png",
    "tags": ["music", 7],
    "issuer": {"id": "https://badges.example/i", "name": "Other District"},
}
ASSERTION = {
    "@context": "https://w3id.org/openbadges/v2",
    "type": "Assertion",
    "id": "https://badges.example/a/1",
    "recipient": {"type": "email", "hashed": False, "identity": "x@y.example"},
    "issuedOn": "2026-01-01T00:00:00Z",
    "verification": {"type": "HostedBadge"},
    "badge": BADGE_CLASS,
}
LEVELS = [
    {"id": "urn:l1", "type": ["RubricCriterionLevel"], "name": "Begun", "points": "few"},
    {"id": "urn:l2", "type": ["RubricCriterionLevel"], "name": "Met", "points": "more"},
]
ACHIEVEMENT = {
    "id": "https://badges.example/ach/1",
    "type": ["Achievement"],
    "name": "Ensemble",
    "description": "Plays with others.",
    "criteria": {"narrative": "One concert."},
    "inLanguage": "es",
    "alignment": [
        {"targetName": "Good", "targetUrl": "https://case.example/1", "targetCode": "1.1"},
        {"targetName": "Bad", "targetUrl": "javascript:alert(1)"},
    ],
    "resultDescription": [
        {
            "id": "urn:r1",
            "type": ["ResultDescription"],
            "name": "Playing",
            "resultType": "RubricCriterionLevel",
            "rubricCriterionLevel": LEVELS,
            "requiredLevel": "urn:l2",
        }
    ],
}
CREDENTIAL = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "https://badges.example/i", "type": ["Profile"], "name": "Other District"},
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {"type": ["AchievementSubject"], "achievement": ACHIEVEMENT},
}


def serving(**documents):
    """A fetch that answers with documents by the end of their address."""

    def fetch(url, *, accept, max_bytes):
        name = url.rpartition("/")[2]
        if name not in documents:
            raise FetchError("http_status", url, "404")
        body = json.dumps(documents[name]).encode()
        return Fetched(url, body, "application/json")

    return fetch


def read(value, **documents):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return borrowed.read(data, fetch=serving(**documents), now=clock.now())


@pytest.mark.parametrize(
    ("value", "documents", "name"),
    [
        (CREDENTIAL, {}, "Ensemble"),
        (ASSERTION, {}, "Sight <b>reading</b>"),
        ({**ASSERTION, "badge": "https://badges.example/b/one"}, {"one": BADGE_CLASS}, "Sight"),
        (BADGE_CLASS, {}, "Sight"),
        (ACHIEVEMENT, {}, "Ensemble"),
        (b"https://badges.example/a/one", {"one": ASSERTION}, "Sight"),
        (b"https://badges.example/b/one", {"one": BADGE_CLASS}, "Sight"),
        (b"https://badges.example/c/one", {"one": CREDENTIAL}, "Ensemble"),
        (b"https://badges.example/ach/one\n", {"one": ACHIEVEMENT}, "Ensemble"),
    ],
)
def test_a_badge_of_others_fills_the_form(value, documents, name):
    """Open Badges 3.0 and 2.0, as a file and as a link"""
    assert read(value, **documents).fields["name"].startswith(name)


def test_what_is_hostile_is_text_or_left_out():
    fields = read(ASSERTION).fields
    assert fields["description"] == "Reads at sight."
    assert fields["tags"] == "music"
    fields = read(CREDENTIAL).fields
    assert "javascript" not in json.dumps(fields)
    assert fields["alignments.0.target_code"] == "1.1"


def test_what_could_not_be_confirmed_is_said():
    assert read(ASSERTION).authentic is not Answer.YES


def test_criteria_and_levels_are_a_rubric_that_can_be_saved():
    rubric = read(CREDENTIAL).rubric
    (criterion,) = rubric.criteria
    assert [(one.id, one.points) for one in criterion.levels] == [("begun", 0), ("met", 1)]
    assert criterion.required == "met"
    assert finished(draft_of(rubric), "x")[1] == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b"{",
        b"[]",
        b"{}",
        b"\xff\xfe\x00",
        b'{"name": "x' + b"x" * 10,
        b"[" * 3000,
        b'{"a":' * 3000,
        json.dumps({"type": "BadgeClass", "name": 7}).encode(),
        json.dumps({"credentialSubject": {"achievement": []}}).encode(),
        json.dumps({**ASSERTION, "badge": {"name": ["x"]}}).encode(),
        b"https://badges.example/none",
        b"http://127.0.0.1/x",
        b"https://[",
    ],
)
def test_what_is_no_badge_is_refused(data):
    with pytest.raises(NothingBorrowedError):
        read(data)


def send(office, **fields):
    token = re.search(r'name="form_token" value="(\w+)"', office.get("/account").text)[1]
    return office.client.post("/desk/catalog/import", data={"form_token": token, **fields})


def test_nothing_is_stored_before_a_person_saves(district, office):
    data = json.dumps(ASSERTION).encode()
    answer = send(office, badge=(io.BytesIO(data), "badge.json"))
    assert answer.status_code == 200
    assert "Sight &lt;b&gt;reading&lt;/b&gt;" in answer.text
    assert "<b>reading" not in answer.text
    assert "Other District" in answer.text
    with district.issuer.database.reading() as session:
        assert not [
            achievement_id
            for achievement_id in versions.ids(session)
            if achievement_id.startswith("sight")
        ]


@pytest.mark.parametrize("link", ["http://127.0.0.1:1/x", "http://169.254.169.254/x", "no link"])
def test_an_address_inside_is_not_asked_and_the_link_stays_typed(office, link):
    """T14"""
    answer = send(office, link=link)
    assert answer.status_code == 422
    assert link in answer.text
