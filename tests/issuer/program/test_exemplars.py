"""Exemplars: offered by their teacher, without names, seen by all once the office looked (R14)."""

import re

import pytest

from issuer.issuance.records.tables import CredentialRow, Revocation
from issuer.people.roles import Role
from issuer.program.projects import drafts
from verifier import clock

TEXT = "Each week students wrote two bars, clapped them, and counted who could read them."


class Example:
    """A teacher whose project was earned, and the superintendent, in browsers."""

    def __init__(self, district):
        teacher = district.add("Jordan Example", Role.TEACHER, address="j@school.example")
        chief = district.add("Pat Model", Role.SUPERINTENDENT)
        with district.issuer.database.writing() as session:
            project = drafts.begin(session, session.merge(teacher), None, now=clock.now())
            project.proposal = {"title": "Rhythm", "goal": "Jordan Example wants eight bars."}
            self.path = f"/projects/{project.public_id}/exemplar"
        self.issuer, self.credential = district.issuer, district.earn(project.public_id)
        self.at_teacher, self.at_chief = map(district.browser, (teacher, chief))
        self.anybody = district.browser()

    def post(self, act, text=TEXT, title="Rhythm by composing", **more):
        fields = {"act": act, "text": text, "title": title, "grades": "6-8", **more}
        return self.at_teacher.post(self.path, page=self.path, **fields)

    def read(self):
        """What the superintendent reads before she decides: where her form goes, and its digest."""
        page = self.at_chief.get("/program/exemplars").text
        path = re.search(r'action="(/program/exemplars/\d+)"', page)[1]
        return path, re.search(r'name="digest" value="(\w+)"', page)[1]

    def look(self, act, read=None):
        path, digest = read or self.read()
        return self.at_chief.post(path, page="/program/exemplars", act=act, digest=digest)

    def public(self):
        return self.anybody.get("/exemplars").text


@pytest.fixture
def example(district):
    return Example(district)


def test_r14_an_exemplar_is_previewed_looked_at_and_then_seen_by_everybody(example):
    assert "████" in example.at_teacher.get(example.path).text
    preview = example.post("preview").text
    assert "No student is named" in preview
    assert TEXT in preview
    assert "no student is named" in example.post("offer").text  # it was not checked
    assert example.post("offer", is_checked="yes").status_code == 303
    assert TEXT not in example.public()
    example.look("show")
    assert TEXT in example.public()
    assert "Jordan" not in example.public()
    example.look("hide")
    assert TEXT not in example.public()
    example.look("show")
    example.post("offer", text=TEXT + " Twice.", is_checked="yes")
    assert TEXT not in example.public()  # what was changed is looked at again
    example.look("show")
    example.post("back")
    assert TEXT not in example.public()


def test_r14_only_what_the_office_read_is_shown_to_everybody(example):
    example.post("offer", is_checked="yes")
    read = example.read()
    changed = TEXT + " Twice."
    example.post("offer", text=changed, is_checked="yes")
    answer = example.look("show", read)
    assert answer.status_code == 409
    assert "Read it once more" in answer.text
    assert changed in answer.text
    assert TEXT not in example.public()
    example.look("show")
    assert changed in example.public()
    with example.issuer.database.writing() as session:  # with its credential, it is gone at once
        row = session.query(CredentialRow).filter_by(public_id=example.credential).one()
        place = {"list_number": row.list_number, "list_index": row.list_index}
        session.add(Revocation(**place, reason="error", revoked_at=clock.now()))
    assert changed not in example.public()


@pytest.mark.parametrize("act", ["preview", "offer"])
def test_an_exemplar_that_names_its_teacher_is_refused_and_stays_typed(example, act):
    for field in ("text", "grades"):
        answer = example.post(act, is_checked="yes", **{field: "I am Jordan Example."})
        assert answer.status_code == 422
        assert "I am Jordan Example." in answer.text
        assert "take that out" in answer.text
