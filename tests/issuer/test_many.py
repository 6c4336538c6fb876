"""Many approvals at once: two commits for all, and none keeps another from being issued."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, select

from contexts.errors import FAILED
from issuer.__main__ import main
from issuer.approvals import many
from issuer.database.database import UnavailableError
from issuer.issuance import ApprovalOutcome, ConflictError, find, finish, receive, receive_all
from issuer.issuance.finish import finish_pending, pending
from issuer.issuance.prepare import Arrived
from issuer.issuance.problems import Refused
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.issuance.signing import self_check
from issuer.issuance.signing.proofs import make_proofs
from keys.signer import SigningError
from verifier import clock
from verifier.options import executors
from verifier.pipeline.memory import Memory


def deliver_all(issuer, *arrived):
    return receive_all(issuer, arrived, source="forms", now=datetime.now(UTC))


def commits_of(engine):
    """The commits for which the database waits for its disk: of those who wrote something."""
    counted, writers = [], set()

    def note(connection, _cursor, statement, *_):
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            writers.add(connection)

    def count(connection):
        if connection in writers:
            writers.remove(connection)
            counted.append(connection)

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", count)
    return counted


@pytest.fixture
def commits(issuer):
    """The commits that are made, counted as they happen."""
    issuer.signers()
    return commits_of(issuer.database.engine)


def some(approval, count):
    return [Arrived(approval(f"a-{number}"), f"e-{number}") for number in range(count)]


def test_many_are_issued_with_two_commits(any_issuer, approval):
    deliver_all(any_issuer, *some(approval, 1))
    counted = commits_of(any_issuer.database.engine)
    results = deliver_all(any_issuer, *some(approval, 7))
    assert [result.outcome for result in results] == [
        ApprovalOutcome.ALREADY,
        *[ApprovalOutcome.ISSUED] * 6,
    ]
    assert len({result.credential_id for result in results}) == 7
    assert len({find(any_issuer, result.credential_id).list_index for result in results}) == 7
    assert len(counted) == 2


def test_one_that_is_refused_keeps_no_other(issuer, approval):
    receive(issuer, approval("a-0"), source="forms", event_id="e-0", now=datetime.now(UTC))
    first, changed, unknown, second = deliver_all(
        issuer,
        Arrived(approval("a-1"), "e-1"),
        Arrived(approval("a-0", provider_number="X-2"), "e-2"),
        Arrived(approval("a-2", achievement={"id": "drums"}), "e-3"),
        Arrived(approval("a-3"), "e-4"),
    )
    assert (first.outcome, second.outcome) == (ApprovalOutcome.ISSUED, ApprovalOutcome.ISSUED)
    assert isinstance(changed, ConflictError)
    assert isinstance(unknown, Refused)


def test_one_that_comes_twice_at_once_is_one_credential(any_issuer, approval):
    same = approval("a-1")
    results = deliver_all(
        any_issuer, Arrived(same, "e-1"), Arrived(approval("a-2"), "e-2"), Arrived(same, "e-3")
    )
    assert [result.outcome for result in results] == [
        ApprovalOutcome.ISSUED,
        ApprovalOutcome.ISSUED,
        ApprovalOutcome.ALREADY,
    ]
    assert results[0].credential_id == results[2].credential_id


def test_what_waited_for_the_keys_is_finished_together(issuer, approval, commits):
    passphrase = issuer.settings.passphrase_file
    away = passphrase.rename(passphrase.with_name("away"))
    issuer._signers = type(issuer._signers)(issuer.settings.issuer_id, {})
    results = deliver_all(issuer, *some(approval, 5))
    assert {result.outcome for result in results} == {ApprovalOutcome.STORED}
    away.rename(passphrase)
    commits.clear()
    assert [error for _, error in finish_pending(issuer, now=clock.now)] == [None] * 5
    assert len(commits) == 1
    assert pending(issuer) == []


def test_what_was_signed_before_a_key_failed_is_stored(issuer, approval, monkeypatch):
    passphrase = issuer.settings.passphrase_file
    away = passphrase.rename(passphrase.with_name("away"))
    deliver_all(issuer, *some(approval, 3))
    away.rename(passphrase)
    signed = []

    def two(*args):
        if len(signed) == 2:
            raise SigningError("unplugged")
        signed.append(args)
        return secure(*args)

    secure = finish.secure
    monkeypatch.setattr(finish, "secure", two)
    errors = [type(error) for _, error in finish_pending(issuer, now=clock.now)]
    assert errors == [type(None), type(None), SigningError]
    assert len(pending(issuer)) == 1


def test_a_jwt_that_says_something_else_is_held_back(issuer, approval):
    one, other = (
        find(issuer, result.credential_id) for result in deliver_all(issuer, *some(approval, 2))
    )
    known = Memory()
    both = self_check.Secured(one.json, one.jwt)
    assert self_check.self_check(issuer, both, known, now=clock.now()) is None
    mixed = replace(both, jwt=other.jwt)
    assert self_check.self_check(issuer, mixed, known, now=clock.now()).startswith(
        "jwt: it says something else"
    )


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_form_with_a_byte_changed_is_held_back(issuer, approval, form):
    (received,) = deliver_all(issuer, *some(approval, 1))
    row = find(issuer, received.credential_id)
    both = self_check.Secured(row.json, row.jwt)
    data = getattr(both, form)
    flipped = data[:-30] + bytes([data[-30] ^ 1]) + data[-29:]
    why = self_check.self_check(issuer, replace(both, **{form: flipped}), Memory(), now=clock.now())
    assert why is not None


def message(approval_id, **members):
    """Return what the webhook would be sent, on one line."""
    data = {
        "approval_id": approval_id,
        "achievement": {"id": "rhythms"},
        "recipient": {"name": "Jordan Example", "emails": ["jordan@school.example"]},
        "narrative": {"skill": "Rhythm.", "goal": "Eight bars.", "measured_outcome": "9, then 26."},
        "levels": {"learning": "met", "work": "met"},
        "approved_at": "2026-05-15T15:00:00Z",
        **members,
    }
    event = {"type": "micro_credential.approved", "timestamp": "2026-05-15T15:02:11Z"}
    return json.dumps(event | {"data": data})


@pytest.fixture
def issue_file(home, tmp_path, capsys):
    """Write lines to a file, have it issued, and return the exit code and what was said."""

    def run(*lines):
        file = tmp_path / "approvals.jsonl"
        file.write_text("\n".join([*lines, ""]))
        code = main(["--home", str(home), "issue", "--approvals", str(file)])
        output = capsys.readouterr()
        return code, output.out.splitlines(), output.err.splitlines()

    return run


def test_a_file_of_approvals_is_issued_and_the_same_file_issues_nothing_more(issue_file):
    lines = [message(f"a-{number}") for number in range(3)]
    code, lines_out, _ = issue_file(lines[0], "", *lines[1:])
    assert code == 0
    assert [line.partition(": http")[0] for line in lines_out] == [
        f"line {number}: issued to Jordan Example" for number in (1, 3, 4)
    ]
    code, again, _ = issue_file(*lines)
    assert code == 0
    assert again[0].startswith("line 1: already issued to Jordan Example: http")
    assert [line.split()[-1] for line in again] == [line.split()[-1] for line in lines_out]


def test_a_line_that_is_wrong_is_named_and_the_others_are_issued(issue_file):
    code, lines_out, wrong = issue_file("{", message("a-1"), message("a-2", levels={"work": "met"}))
    assert code == 1
    assert [line.split()[:2] for line in lines_out] == [["line", "2:"]]
    assert [line.split()[:2] for line in wrong] == [["line", "1:"], ["line", "3:"]]
    assert "data.levels.learning" in wrong[1]


def test_a_file_that_cannot_be_read_and_a_source_that_is_none_are_said(home, capsys):
    command = ["--home", str(home), "issue", "--approvals"]
    assert main([*command, "/nowhere.jsonl"]) == 1
    assert main([*command, "/nowhere.jsonl", "--source", "nobody"]) == 2
    assert "nowhere.jsonl" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("where", "member", "objection"),
    [
        (lambda whole: whole, "validFrom", "no start date"),
        (lambda whole: whole["credentialSubject"], "identifier", "who earned it"),
        (lambda whole: whole, "name", "do not follow the standard"),
    ],
    ids=["begin", "holder", "shape"],
)
def test_what_a_reader_would_only_note_is_held_back(issuer, approval, where, member, objection):
    """A flaw of shape makes nobody's badge a false one, and never leaves this issuer."""
    (received,) = deliver_all(issuer, *some(approval, 1))
    whole = json.loads(find(issuer, received.credential_id).json)
    created = whole["proof"][0]["created"]
    del whole["proof"], where(whole)[member]
    if member == "identifier":
        del whole["credentialSubject"]["id"]
    proofs = make_proofs(whole, issuer.signers(), issuer.settings.proofs, created=created)
    flawed = self_check.Secured(json.dumps(whole | {"proof": proofs}).encode(), None)
    why = self_check.self_check(issuer, flawed, Memory(), now=clock.now())
    assert why.startswith("json: ")
    assert objection in why


def test_workers_share_a_file_and_each_line_is_answered_in_its_order(
    any_issuer, tmp_path, capsys, monkeypatch
):
    """Three processes; a line that is wrong, and one that stands twice in different groups."""
    monkeypatch.setattr(many, "TOGETHER", 3)
    lines = [message(f"a-{number}") for number in range(20)]
    lines[7], lines[15] = "{", lines[2]
    (tmp_path / "all").write_text("\n".join(lines))
    with executors.local(3, start="fork") as three:
        done = many.run(tmp_path / "all", any_issuer, source="forms", executor=three)
    assert done == FAILED
    output = capsys.readouterr()
    numbers = [int(line.split()[1].rstrip(":")) for line in output.out.splitlines()]
    assert numbers == [number for number in range(1, 21) if number != 8]
    assert output.err.startswith("line 8: ")
    with any_issuer.database.reading() as session:
        rows = session.scalars(select(CredentialRow)).all()
    assert len(rows) == len({(row.list_number, row.list_index) for row in rows}) == 18
    assert {row.state for row in rows} == {CredentialState.ISSUED}
    assert many.run(tmp_path / "all", any_issuer, source="forms") == FAILED
    assert capsys.readouterr().out.count("already") == 19


def test_workers_that_cannot_sign_say_so(home, tmp_path, capsys):
    (tmp_path / "all").write_text(message("a-1"))
    (home / "passphrase").rename(home / "away")
    command = ["issue", "--approvals", str(tmp_path / "all"), "--workers", "2"]
    assert main(["--home", str(home), *command]) == many.NOT_YET
    assert "stored, not issued yet" in capsys.readouterr().err


def test_workers_go_with_a_file(home, capsys):
    assert main(["--home", str(home), "issue", "--pending", "--workers", "2"]) == 2
    assert "--approvals" in capsys.readouterr().err


def test_a_worker_waits_for_a_database_that_is_away(issuer, monkeypatch):
    """P1, P3: and issues nothing twice that it issued before."""
    tries, waits = [], []

    def away_twice(*arguments, **named):
        tries.append(1)
        outcomes = receive_all(*arguments, **named)
        if len(tries) < 3:
            raise UnavailableError("the database cannot be used")
        return outcomes

    monkeypatch.setattr(many, "receive_all", away_twice)
    monkeypatch.setattr(many.time, "sleep", waits.append)
    group = [(1, message("a-1").encode())]
    who = (issuer.settings, issuer.settings.issuer_id)
    ((number, words, code),) = many.issue_group(*who, group, "forms")
    assert (number, code, waits) == (1, 0, [1, 2])
    assert words.startswith("already issued to Jordan Example")
    many._worker.issuer.database.close()
    del many._worker.opens
