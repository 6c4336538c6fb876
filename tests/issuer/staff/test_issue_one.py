"""Issue one by a form: what it states is the approval, seen first, and issued once."""

import hashlib
import io
import json
import re

import pytest
from sqlalchemy import select

from issuer.audit import log
from issuer.home.settings import DESK
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.people.roles import Role
from issuer.staff.issuing import form
from keys.signer import KeysError

FIELDS = {
    "recipient.name": "Zoë Example",
    "recipient.emails.0": "zoe@school.example",
    "narrative.skill": "Rhythm",
    "narrative.goal": "Eight bars",
    "narrative.measured_outcome": "26 of 31",
    "credits.0.value": "12,5",
    "credits.0.unit": "hours",
    "levels.learning": "met",
    "levels.work": "met",
    "achievement.id": "rhythms",
    "achievement.version": "1",
    "approved_at": "2026-05-15",
}
WRONG = {
    "recipient.name": ("", "Fill this in."),
    "recipient.emails.0": ("nobody", "e-mail address"),
    "narrative.goal": ("", "Fill this in."),
    "credits.0.value": ("twelve", "a number"),
    "activity.start": ("2026-05-01", "both days"),
    "levels.work": ("", "Choose a level"),
    "approved_at": ("2099-01-01", "still to come"),
    "valid_until": ("2001-01-01", "over"),
    "evidence.0.url": ("http:/x", "https://"),
    "provider_number": ("!", "Letters"),
}


@pytest.fixture(scope="module")
def office(district):
    person = district.add("Pat Office", Role.OFFICE)
    return district.browser(person), person


@pytest.fixture
def id():
    return form.new_id()


def send(browser, id, act="look", **changes):
    fields = {**FIELDS, "approval_id": id, **changes}
    return browser.post(
        "/desk/issue/new", page="/desk/issue/new?achievement=rhythms", act=act, **fields
    )


def approvals(district, id):
    asked = select(ApprovalRow.source, ApprovalRow.content).where(ApprovalRow.approval_id == id)
    with district.issuer.database.reading() as session:
        rows = session.execute(asked).all()
    return [(source, json.loads(content)) for source, content in rows]


def test_a_teacher_of_the_register_stands_in_the_form(district, office):
    browser, _ = office
    jordan = district.add("Jordan Example", address="jordan@school.example")
    asked = browser.get("/desk/issue?achievement=rhythms&q=Example,+Jordan").text
    (way,) = re.findall(r'href="(/desk/issue/new[^"]*person=[^"]*)"', asked)
    html = browser.get(way.replace("&amp;", "&")).text
    assert jordan.public_id in way
    assert 'value="Jordan Example"' in html
    assert 'value="jordan@school.example"' in html
    assert browser.get("/desk/issue/new?achievement=drums").location == "/desk/issue"
    assert "not in the register" in browser.get("/desk/issue?achievement=rhythms&q=nobody").text


def test_it_is_looked_at_first_and_then_issued_once(district, office, id):
    """R37: one door. T28: who approved stands in the log, by number."""
    browser, pat = office
    look = send(browser, id)
    assert "<dt><bdi>Student work</bdi></dt><dd><bdi>Met</bdi>" in look.text
    assert "data:image/png;base64," in look.text
    assert "zoe@school.example" in look.text
    assert approvals(district, id) == []
    for _ in range(2):
        issued = send(browser, id, "issue")
        assert issued.location == f"/desk/issue/{id}"
    done = browser.get(issued.location).text
    assert "signed and in force" in done
    link = re.search(r'value="http://localhost:8202(/manage/[^"]+)"', done)[1]
    assert browser.get(link).status_code == 200
    ((source, content),) = approvals(district, id)
    assert source == DESK
    assert content["credits"] == [{"unit": "hours", "value": 12.5}]
    assert content["approved_at"] == "2026-05-15T00:00:00+00:00"
    with district.issuer.database.reading() as session:
        acts = [(e.actor, e.action) for e, _ in log.entries(session)]
    assert (f"person:{pat.id}", "credential.approved") in acts
    assert send(browser, id).location == issued.location
    other = send(browser, id, "issue", **{"recipient.name": "Somebody Else"})
    assert (other.status_code, len(approvals(district, id))) == (422, 1)
    assert "issued already, with other content" in other.text
    assert "Somebody Else" in other.text


@pytest.mark.parametrize("field", WRONG)
def test_what_is_to_be_put_right_is_said_at_its_field(district, office, id, field):
    text, remedy = WRONG[field]
    answer = send(office[0], id, **{field: text, "narrative.skill": "Kept as typed"})
    assert answer.status_code == 422
    there = field.replace("activity.start", "activity.end")
    assert f'href="#{there}"' in answer.text
    assert remedy in answer.text
    assert "Kept as typed" in answer.text
    assert not text or text in answer.text
    assert approvals(district, id) == []


def test_everything_is_said_at_once_and_nothing_is_chosen_beforehand(office, id):
    text = send(office[0], id, **{"recipient.name": "", "levels.work": ""}).text
    assert ('href="#recipient.name"' in text, 'href="#levels.work"' in text) == (True, True)
    asked = office[0].get("/desk/issue?q=jordan").text
    assert "Choose one from the catalog." in asked
    assert "selected" not in asked
    assert "Who earned it?" not in asked


def test_the_unit_stays_prefilled_when_the_form_comes_back(office, id):
    text = send(office[0], id, **{"recipient.name": "", "credits.0.value": ""}).text
    assert re.search('value="hours" id="credits.0.unit"', text)


def test_a_day_may_be_written_month_day_year(office, id):
    assert send(office[0], id, approved_at="5/15/2026").status_code == 200


def test_what_is_needed_is_marked(office):
    text = office[0].get("/desk/issue/new?achievement=rhythms").text
    marked = re.findall(r"(?:label for=[^>]*|legend><bdi)>([^<]*) \(required\)<", text)
    assert marked[:2] + marked[-2:] == ["Name", "E-mail address", "Student work", "Approved on"]


def test_a_file_leaves_its_digest_and_evidence_is_sealed(district, office, id):
    file = (io.BytesIO(b"film"), "lesson.mp4")
    shown = send(office[0], id, "more", **{"evidence.0.file": file})
    digest = hashlib.sha256(b"film").hexdigest()
    assert f'name="evidence.0.sha256" value="{digest}"' in shown.text
    send(
        office[0],
        id,
        "issue",
        **{
            "evidence.0.sha256": digest,
            "evidence.0.name": "lesson.mp4",
            "evidence.1.tier": "sealed",
        },
    )
    ((_, content),) = approvals(district, id)
    assert content["evidence"] == [{"name": "lesson.mp4", "sha256": digest}]
    gone = send(office[0], id, "more", **{"evidence.0.name": "A plan", "evidence.0.out": "1"})
    assert "A plan" not in gone.text


def test_letters_that_no_font_has_are_said_before(district, office, id):
    look = send(office[0], id, **{"recipient.name": "Zoë 語"})
    assert "would show boxes" in look.text
    assert approvals(district, id) == []


def test_locked_keys_leave_it_approved_and_waiting(district, office, id, monkeypatch):
    def locked(_self):
        raise KeysError("locked")

    monkeypatch.setattr(type(district.issuer), "signers", locked)
    answer = send(office[0], id, "issue")
    assert "waiting for the keys" in office[0].get(answer.location).text


def test_many_fields_and_a_file_come_through(office, id):
    comments = {f"evidence.{n}.description": "text" for n in range(20)}
    assert send(office[0], id, "more", **comments).status_code == 200


def test_a_teacher_does_not_issue(district):
    browser = district.browser(district.add("Teacher", Role.TEACHER))
    assert browser.get("/desk/issue").status_code == 404
