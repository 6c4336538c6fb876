"""The cadre: found by skill, grade, subject and building, opt-in; asked without addresses (R11)."""

import re
from dataclasses import replace
from datetime import date

import pytest
from filled_program import fill
from signed_in_browsers import statements

from issuer.issuance import receive
from issuer.issuance.approval import from_data
from issuer.issuance.records.tables import CredentialRow, Revocation
from issuer.outbox.tables import OutboxRow
from issuer.people import register, roles
from issuer.people.roles import Role
from issuer.people.tables import PersonRow
from issuer.program import policy as policies
from issuer.program.cadre import directory, routes
from issuer.program.cadre.directory import CadreRefused
from issuer.program.cadre.tables import CadreQuestionRow
from verifier import clock

CADRE = "/program/cadre"


@pytest.fixture
def filled(district):
    """Twenty teachers, of whom twelve earned; the first three want to be found, one by all."""
    now = clock.now()
    with district.issuer.database.writing() as session:
        fill(session, teachers=20, now=now)
        for number in range(3):
            person = session.query(PersonRow).filter_by(name=f"Teacher {number}").one()
            register.add_address(session, person, f"t{number}@x.example", verified_at=now)
            directory.join(session, person, is_public=number == 2, offers="Visit me", now=now)
    return district


def named(page):
    return re.findall(r"<h2><bdi>(Teacher \d+)", page)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [0, 1, 2]),
        ("words=MUSIC", [0]),
        ("words=rhythms+band", [0, 1, 2]),
        ("words=visit", [0, 1, 2]),
        ("words=chess", []),
        ("grades=6-8", [2]),
        ("grades=4", [1]),
        ("grades=K-5", [0, 1]),
        ("grades=all", []),
        ("building=2", [1]),
        ("building=none", []),
        ("words=design&grades=7&building=3", [2]),
    ],
)
def test_r11_who_wants_to_be_found_is_found_and_nobody_else(filled, query, expected):
    with filled.issuer.database.reading() as session:
        asked = dict(part.split("=") for part in query.replace("+", " ").split("&") if part)
        listed = directory.find(session, **asked)
    assert [item.person.name for item in listed] == [f"Teacher {number}" for number in expected]


def test_pages_of_the_cadre(filled, monkeypatch):
    reader = filled.browser(filled.add("Robin", Role.TEACHER, address="r@x.example"))
    page = reader.get(CADRE).text
    assert named(page) == ["Teacher 0", "Teacher 1", "Teacher 2"]
    assert "@x.example" not in page
    who_earned_the_same = re.search(r'href="(/program/cadre\?words=[^"]+)"', page)[1]  # (R40)
    assert named(reader.get(who_earned_the_same).text) == ["Teacher 0"]
    assert "Do you want to be found?" not in page  # who holds nothing
    assert "Nobody on the list fits your search." in reader.get(f"{CADRE}?words=chess").text
    monkeypatch.setattr(routes, "PAGE", 2)
    assert named(reader.get(f"{CADRE}?words=band&page=2").text) == ["Teacher 2"]
    assert f"{CADRE}?words=band&amp;page=2" in reader.get(f"{CADRE}?words=band").text
    asked = reader.get(f"{CADRE}?endpoint=x&_scheme=javascript")  # what is no argument of ours
    assert f'href="{CADRE}?endpoint=x&amp;_scheme=javascript&amp;page=2"' in asked.text
    assert reader.post(f"{CADRE}/me", page=CADRE, seen="everybody").status_code == 422
    assert named(reader.get(f"{CADRE}?grades=7").text) == ["Teacher 2"]
    board = filled.browser(filled.add("Bo Board", Role.BOARD)).get(CADRE).text
    assert ("/program/shared" in page, "/program/shared" in board) == (True, False)
    assert filled.browser().get("/cadre").status_code == 404
    with filled.issuer.database.writing() as session:
        policy = replace(policies.current(session), cadre_public=True)
        policies.change(session, policy, by=None, now=clock.now())
    chief = filled.browser(filled.add("Pat Model", Role.SUPERINTENDENT))
    with statements(filled.issuer) as asked:
        assert len(named(chief.get(CADRE).text)) == 2
    assert len(asked) <= 12, asked
    public = filled.browser().get("/cadre").text
    assert (named(public), "Your question" in public) == (["Teacher 2"], False)
    with filled.issuer.database.writing() as session:
        teacher = session.query(PersonRow).filter_by(name="Teacher 2").one()
        for row in session.query(CredentialRow).filter_by(public_id=f"{2:06}x0000".rjust(22, "a")):
            place = {"list_number": row.list_number, "list_index": row.list_index}
            session.add(Revocation(**place, reason="error", revoked_at=clock.now()))
        assert not directory.may_join(session, teacher.id)
    assert named(filled.browser().get("/cadre").text) == []


def test_a_question_and_its_answer_go_by_mail_and_show_no_address(filled):
    reader = filled.browser(filled.add("Robin", Role.TEACHER, address="r@x.example"))
    now = clock.now()
    with filled.issuer.database.writing() as session:
        teacher = session.query(PersonRow).filter_by(name="Teacher 1").one()
        roles.grant(session, teacher, Role.TEACHER, first_day=date(2020, 1, 1), now=now)
    whom = {"page": CADRE, "person": teacher.public_id}
    empty = reader.post(f"{CADRE}/ask", **whom, text=" ")
    assert (empty.status_code, "Write 1 to 2,000 characters." in empty.text) == (422, True)
    path = reader.post(f"{CADRE}/ask", **whom, text="How do you count?").location.partition("?")[0]
    at_teacher = filled.browser(teacher)
    inbox = at_teacher.get(CADRE).text  # nobody waits for a mail to find it
    assert ("How do you count?" in inbox, "Please answer" in inbox, path in inbox) == (True,) * 3
    assert "There is no answer yet." in reader.get(CADRE).text
    third = filled.browser(filled.add("Third", Role.TEACHER))
    assert "How do you count?" not in third.get(CADRE).text
    assert "How do you count?" in at_teacher.get(path).text
    assert filled.browser(filled.add("Other", Role.TEACHER)).get(path).status_code == 404
    reader.post(path, page=path, text="My own answer")  # who asked does not answer
    assert at_teacher.post(path, page=path, text="With chips.").status_code == 303
    page = reader.get(path).text
    assert "With chips." in page
    assert "x.example" not in page
    with filled.issuer.database.reading() as session:
        assert session.query(CadreQuestionRow).one().answer == "With chips."
        assert [row.kind for row in session.query(OutboxRow)] == ["cadre-question", "cadre-answer"]
    assert "Answered</span>" in reader.get(CADRE).text


def test_who_earned_it_before_there_was_a_program_can_be_found(filled):
    """What came in as an approval counts for whose name and proven address it has."""
    now = clock.now()
    data = {
        "approval_id": "before-1",
        "achievement": {"id": "rhythms"},
        "recipient": {"name": "Lee Before", "emails": ["lee@x.example"]},
        "narrative": {"skill": "s", "goal": "g", "measured_outcome": "m"},
        "levels": {"learning": "met", "work": "met"},
        "approved_at": "2024-05-15T15:00:00Z",
    }
    receive(filled.issuer, from_data(data), source="forms", event_id="e-1", now=now)
    for name, address, earned in (("Lee Before", "lee@x.example", 1), ("Lee Other", "o@x.io", 0)):
        with filled.issuer.database.writing() as session:
            person = register.add(session, name, now=now)
            register.add_address(session, person, address, verified_at=now)
            assert directory.may_join(session, person.id) == bool(earned)


def test_ten_questions_a_day_are_enough(filled):
    with filled.issuer.database.writing() as session:
        asker, asked = (
            session.query(PersonRow).filter_by(name=f"Teacher {number}").one() for number in (5, 1)
        )
        for number in range(10):
            directory.ask(session, asker, asked, f"Why {number}?", now=clock.now())
        _, is_new = directory.ask(session, asker, asked, "Why 9?", now=clock.now())
        assert not is_new  # the button was pressed twice: nothing is refused
        for whom in (asked, asker):
            with pytest.raises(CadreRefused):
                directory.ask(session, asker, whom, "Why?", now=clock.now())
