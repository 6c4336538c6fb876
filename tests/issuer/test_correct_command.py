"""`mintmark correct`: from the terminal, and as the desk does it."""

from datetime import UTC, datetime

import pytest

from issuer import issuance
from issuer.__main__ import main
from issuer.approvals import correction
from issuer.audit import log
from issuer.issuance import ConflictError
from issuer.issuance.problems import Refused
from issuer.issuance.status_lists.lists import NotIssuedError


@pytest.fixture
def issued(any_issuer, approval):
    now = datetime.now(UTC)
    return issuance.receive(any_issuer, approval(), source="forms", event_id="e-1", now=now)


def correct(home, *more):
    return main(["--home", str(home), "correct", "jordan", "--reason", "A wrong name", *more])


@pytest.fixture
def on_sqlite(issuer, approval):
    now = datetime.now(UTC)
    return issuance.receive(issuer, approval(), source="forms", event_id="e-1", now=now)


def test_fields_are_changed_by_name(home, issuer, on_sqlite, capsys):
    changes = ("recipient.name=Jordán", "data.recipient.emails.0=j@new.example", "valid_until=")
    assert correct(home, *[word for change in changes for word in ("--set", change)], "--yes") == 0
    output = capsys.readouterr().out
    assert "recipient.name: 'Jordan Example' becomes 'Jordán'" in output
    again = correction.open_again(issuer, on_sqlite.credential_id)
    assert again.data["recipient"] == {"name": "Jordán", "emails": ["j@new.example"]}
    assert (again.data["revision"], again.source) == (3, "forms")
    with issuer.database.reading() as session:
        actors = {(e.actor, e.action) for e, _ in log.entries(session)}
    assert ("command", "credential.approved") in actors


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        (["recipient.name"], 2),
        (["recipient.name.x=y"], 2),
        (["recipient.emails.7=y"], 2),
        (["levels.work=unheard-of"], 1),
        (["recipient.nom=y"], 1),
        (["recipient.name="], 1),
    ],
)
def test_what_cannot_be_changed_so_is_said_and_nothing_is_issued(
    home, issuer, on_sqlite, changes, status, capsys
):
    assert (
        correct(home, *[word for change in changes for word in ("--set", change)], "--yes")
        == status
    )
    assert capsys.readouterr().err
    assert correction.open_again(issuer, on_sqlite.credential_id).data["revision"] == 2


def test_nobody_to_ask_issues_nothing(home, issuer, on_sqlite, monkeypatch, capsys):
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert correct(home) == 1
    assert correction.open_again(issuer, on_sqlite.credential_id).data["revision"] == 2


def test_what_was_opened_twice_is_corrected_once(any_issuer, issued):
    """Two people at two desks."""
    now = datetime.now(UTC)
    one, two = (correction.open_again(any_issuer, issued.credential_id) for _ in range(2))
    one.data["recipient"]["name"] = "Jordán Example"
    two.data["recipient"]["name"] = "Jordaan Example"
    new = correction.issue(any_issuer, one, reason="x", by=log.person(1), now=now)
    with pytest.raises(ConflictError):
        correction.issue(any_issuer, two, reason="y", by=log.person(2), now=now)
    again = correction.issue(any_issuer, one, reason="x", by=log.person(1), now=now)
    assert again.credential_id == new.credential_id


def test_a_wrong_field_is_named(any_issuer, issued):
    opened = correction.open_again(any_issuer, issued.credential_id)
    opened.data["levels"] = {}
    with pytest.raises(Refused) as refused:
        correction.issue(any_issuer, opened, reason="x", by="person:1", now=datetime.now(UTC))
    assert [flaw.field for flaw in refused.value.flaws] == [
        "data.levels.learning",
        "data.levels.work",
    ]


def test_nothing_is_opened_where_nothing_is(any_issuer):
    with pytest.raises(NotIssuedError):
        correction.open_again(any_issuer, "x" * 22)
