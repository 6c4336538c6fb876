"""`mintmark list`, `export`, and finding one credential to revoke or to link to."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from issuer.__main__ import main
from issuer.issuance import receive
from issuer.issuance.records import register
from issuer.issuance.records.tables import Revocation
from verifier import clock


@pytest.fixture
def two(issuer, approval):
    def issue(number, name, email):
        content = approval(f"district-{number}", recipient={"name": name, "emails": [email]})
        now = datetime.now(UTC)
        return receive(
            issuer, content, source="forms", event_id=f"e-{number}", now=now
        ).credential_id

    return issue(1, "Jordan Example", "jordan@a.example"), issue(2, "=Sam Example", "sam@b.example")


@pytest.mark.parametrize(
    "text", ["jordan", "JORDAN EX", "jordan@a", "district-1", "{page}", "{id}", "{serial}"]
)
def test_a_credential_is_found_by_what_one_knows_of_it(issuer, two, text):
    first = next(register.entries(issuer, now=clock.now()))
    text = text.format(page=first.page, id=first.public_id, serial=first.serial.lower())
    assert register.the_one(issuer, text, now=clock.now()) == two[0]


@pytest.mark.parametrize("text", ["nobody", "", " ", "example"])
def test_none_and_several_are_never_taken_for_one(issuer, two, text):
    with pytest.raises(register.NotOneError) as refused:
        register.the_one(issuer, text, now=clock.now())
    assert ("Jordan" in str(refused.value)) == (text == "example")


def test_a_table_for_a_spreadsheet_holds_no_formula(home, two, capsys):
    assert main(["--home", str(home), "export", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["name"] for row in rows] == ["Jordan Example", "'=Sam Example"]
    assert [row["public_id"] for row in rows] == list(two)


def test_the_list_says_what_is_revoked(home, two, capsys):
    arguments = ["--home", str(home), "revoke", "sam@b.example", "--reason", "twice", "--yes"]
    assert main(arguments) == 0
    capsys.readouterr()
    assert main(["--home", str(home), "list"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert ("issued" in first, "revoked" in second) == (True, True)
    assert main(["--home", str(home), "list", "jordan"]) == 0
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize(("typed", "status"), [("yes\n", 0), ("no\n", 1), ("\n", 1), ("", 1)])
def test_a_revocation_asks_first_and_says_that_it_is_for_ever(
    home, issuer, two, typed, status, monkeypatch, capsys
):
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert main(["--home", str(home), "revoke", two[0], "--reason", "twice"]) == status
    assert "for ever" in capsys.readouterr().out
    states = {entry.public_id: entry.state for entry in register.entries(issuer, now=clock.now())}
    assert states[two[0]] == ("revoked" if status == 0 else "issued")


@pytest.mark.parametrize("indent", [None, 1, 2])
@pytest.mark.parametrize("is_array", [True, False])
def test_a_whole_document_is_told_what_is_wanted(home, tmp_path, capsys, indent, is_array):
    event = {"type": "micro_credential.approved", "data": {"approval_id": "a"}}
    file = tmp_path / "approvals.json"
    file.write_text(json.dumps([event] if is_array else event, indent=indent))
    status = main(["--home", str(home), "issue", "--approvals", str(file)])
    message = capsys.readouterr().err
    if indent is None and not is_array:  # that is a line
        assert (status, "needs a correction" in message) == (1, True)
    else:
        assert (status, message.count("\n"), "jq -c" in message) == (2, 1, True)


def test_the_public_reason_can_be_corrected_and_nothing_is_revoked_by_that(home, issuer, two):
    def reasons():
        with issuer.database.reading() as session:
            return [row.reason for row in session.scalars(select(Revocation))]

    def revoke(reason, *more):
        return main(["--home", str(home), "revoke", two[0], "--reason", reason, *more])

    assert (revoke("x", "--correct"), reasons()) == (1, [])
    assert (revoke("a colleague said so", "--yes"), reasons()) == (0, ["a colleague said so"])
    assert (revoke("again", "--yes"), reasons()) == (0, ["a colleague said so"])
    assert (revoke("issued twice", "--correct"), reasons()) == (0, ["issued twice"])
