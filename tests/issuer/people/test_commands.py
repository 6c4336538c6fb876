"""`mintmark people invite`: the first person, and links where no mail is set up."""

import csv
import re
from pathlib import Path

import pytest

from issuer.__main__ import main
from issuer.app import create_app
from issuer.people.roles import Role

ADDRESS = "olive@school.example"


@pytest.fixture
def mintmark(home):
    return lambda *words: main(["--home", str(home), *words])


def client_of(settings):
    app = create_app(settings)
    return app, app.test_client()


def test_the_first_person_signs_in_by_a_printed_link_once(mintmark, settings, capsys):
    words = ("people", "invite", ADDRESS)
    assert mintmark(*words, "--name", "Olive Office", "--role", "office") == 0
    printed = capsys.readouterr().out
    assert "Olive Office (office): http" in printed
    path = re.search(r"http://localhost:8202(/sign-in/\S+)", printed)[1]
    app, browser = client_of(settings)
    for _ in range(2):  # a preview of the link uses nothing up
        assert "Sign in as Olive Office" in browser.get(path).text
    assert browser.get("/account").status_code == 303
    assert browser.post(path).status_code == 303
    assert "Olive Office" in browser.get("/people").text
    assert app.test_client().post(path).status_code == 410
    app.extensions["mintmark"].database.close()


def test_who_is_there_gets_another_link_and_role_and_stays_one_person(mintmark, settings, capsys):
    mintmark("people", "invite", ADDRESS, "--name", "Olive Office")
    assert "no role yet" in capsys.readouterr().out
    for _ in range(2):
        assert mintmark("people", "invite", ADDRESS.upper(), "--role", "operator") == 0
    assert "(operator)" in capsys.readouterr().out


def test_the_people_of_the_demo_have_each_role_and_a_link(mintmark, capsys):
    """`make demo` prints these."""
    file = Path(__file__).parents[3] / "examples" / "people.csv"
    assert mintmark("people", "import", str(file), "--apply") == 0
    table = csv.DictReader(file.read_text().splitlines())
    addresses = [row["address"] for row in table]
    capsys.readouterr()
    assert mintmark("people", "invite", *addresses) == 0
    printed = capsys.readouterr().out
    assert {role for role in Role if f"({role}): http" in printed} == set(Role)
    assert mintmark("people", "invite", *addresses, "--name", "X") == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((ADDRESS,), "give a new person a --name"),
        (("no address", "--name", "X"), "this is not an e-mail address"),
        ((ADDRESS, "--name", "X", "--role", "building-administrator"), "needs a building"),
        ((ADDRESS, "--name", "X", "--role", "coach", "--building", "9"), "no building '9'"),
    ],
)
def test_what_is_missing_is_said(mintmark, capsys, words, message):
    assert mintmark("people", "invite", *words) == 1
    assert message in capsys.readouterr().err
