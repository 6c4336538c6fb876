import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from contexts import CanonicalizationError
from issuer.catalog import versions
from issuer.catalog.achievement import Rubric
from issuer.database.database import UnavailableError
from issuer.home import published
from issuer.home.issuer import Issuer
from issuer.issuance import (
    ApprovalOutcome,
    ConflictError,
    QuarantinedError,
    find,
    managed,
    progress,
    receive,
    receive_all,
)
from issuer.issuance.finish import finish_pending, pending
from issuer.issuance.prepare import Arrived, _address
from issuer.issuance.problems import Refused
from issuer.issuance.records.approval_tables import ApprovalRow, EventRow
from issuer.issuance.records.tables import CredentialRow, StatusList
from issuer.issuance.status_lists import lists
from verifier import clock, verify, verify_all
from verifier.proof import jose
from verifier.public_keys import multikey
from verifier.report import Answer


def deliver(issuer, approval, event_id="e-1"):
    return receive(issuer, approval, source="forms", event_id=event_id, now=datetime.now(UTC))


def counts(issuer):
    with issuer.database.reading() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(table))
            for table in (ApprovalRow, EventRow, CredentialRow)
        )


def judged(issuer, form):
    fetch = published.fetch_own(issuer.settings)
    report = verify(form, fetch=fetch, now=datetime.now(UTC))
    return report.authentic.answer, report.current.answer


@pytest.fixture
def locked(issuer):
    """An issuer whose passphrase is away."""
    issuer.settings.passphrase_file.rename(issuer.settings.home / "away")
    return issuer


def unlock(issuer):
    (issuer.settings.home / "away").rename(issuer.settings.passphrase_file)


def test_an_approval_becomes_a_credential_that_our_verifier_finds_good(any_issuer, approval):
    received = deliver(any_issuer, approval())
    row = find(any_issuer, received.credential_id)
    assert received.outcome is ApprovalOutcome.ISSUED
    assert judged(any_issuer, row.json) == (Answer.YES, Answer.YES)
    assert judged(any_issuer, row.jwt) == (Answer.YES, Answer.YES)


def test_json_and_jwt_secure_one_prepared_document(issuer, approval):
    row = find(issuer, deliver(issuer, approval(valid_until="2031-01-01T00:00:00Z")).credential_id)
    document = json.loads(row.json)
    proof = document.pop("proof")[0]
    token = jose.parse(row.jwt.decode())
    claims = {
        "iss": document["issuer"]["id"],
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": int(row.prepared_at.timestamp()),
        "exp": int(datetime(2031, 1, 1, tzinfo=UTC).timestamp()),
    }
    assert row.json.startswith(row.document[:-1] + b",")
    assert token.payload == {**document, **claims}
    assert token.header.keys() == {"alg", "kid", "typ"}
    assert proof["created"] == document["validFrom"]
    both = json.dumps([json.loads(row.json), row.jwt.decode()]).encode()
    fetch = published.fetch_own(issuer.settings)
    (report,) = verify_all(both, make_fetch=lambda: fetch, now=datetime.now(UTC))
    assert report.authentic.answer is Answer.YES


def test_the_same_approval_again_is_the_same_credential(any_issuer, approval):
    first = deliver(any_issuer, approval(), "e-1")
    again = deliver(any_issuer, approval(), "e-1")
    other_event = deliver(any_issuer, approval(), "e-2")
    assert [again.outcome, other_event.outcome] == [
        ApprovalOutcome.ALREADY,
        ApprovalOutcome.ALREADY,
    ]
    assert first.credential_id == again.credential_id == other_event.credential_id
    assert counts(any_issuer) == (1, 2, 1)


def test_an_approval_id_with_other_content_is_a_conflict(any_issuer, approval):
    deliver(any_issuer, approval())
    with pytest.raises(ConflictError) as conflict:
        deliver(any_issuer, approval(provider_number="X-2"), "e-2")
    assert (conflict.value.which, counts(any_issuer)) == ("approval_id", (1, 1, 1))


def test_an_event_id_with_another_approval_is_a_conflict(any_issuer, approval):
    deliver(any_issuer, approval("a-1"))
    with pytest.raises(ConflictError) as conflict:
        deliver(any_issuer, approval("a-2"))
    assert (conflict.value.which, counts(any_issuer)) == ("event_id", (1, 1, 1))


def test_two_sources_may_use_the_same_ids(any_issuer, approval):
    first = deliver(any_issuer, approval())
    now = datetime.now(UTC)
    other = receive(any_issuer, approval(), source="portal", event_id="e-1", now=now)
    assert first.credential_id != other.credential_id


@pytest.mark.parametrize(
    ("members", "field"),
    [
        pytest.param({"achievement": {"id": "drums"}}, "data.achievement.id", id="unknown"),
        pytest.param(
            {"achievement": {"id": "rhythms", "version": 9}},
            "data.achievement.version",
            id="unknown-version",
        ),
        pytest.param({"levels": {"work": "met"}}, "data.levels.learning", id="missing-level"),
        pytest.param({"valid_until": "2020-01-01T00:00:00Z"}, "data.valid_until", id="past"),
        pytest.param(
            {
                "achievement": {
                    "name": "n",
                    "description": "d",
                    "criteria": "c",
                    "rubric": {"id": "none"},
                }
            },
            "data.achievement.rubric.id",
            id="unknown-rubric",
        ),
    ],
)
def test_a_refused_approval_leaves_nothing(issuer, approval, members, field):
    with pytest.raises(Refused) as refused:
        deliver(issuer, approval(**members))
    assert [flaw.field for flaw in refused.value.flaws] == [field]
    assert counts(issuer) == (0, 0, 0)


def test_a_teachers_own_idea_becomes_an_unlisted_version_that_is_used_again(any_issuer, approval):
    idea = {
        "name": "Frogs in the creek",
        "description": "Counting frogs.",
        "criteria": "Count.",
        "rubric": {"id": "completion"},
        "alignments": [{"target_name": "n", "target_url": "https://case.example/1"}],
    }
    rows = []
    for turn in range(2):
        received = deliver(any_issuer, approval(f"a-{turn}", achievement=idea), f"e-{turn}")
        rows.append(find(any_issuer, received.credential_id))
    version = rows[0].approval.achievement_version
    assert not version.listed
    assert version.id == rows[1].approval.achievement_version.id


def test_what_is_not_signed_stays_with_the_approval(issuer, approval):
    signed_off = [{"role": "coach", "at": "2026-05-13T16:05:00Z"}]
    sent = approval(comments={"work": "Well shown."}, approvals=signed_off)
    row = find(issuer, deliver(issuer, sent).credential_id)
    content = json.loads(row.approval.content)
    assert (content["comments"], content["approvals"]) == ({"work": "Well shown."}, signed_off)
    assert b"Well shown" not in row.json


def test_with_locked_keys_an_approval_is_stored_and_signed_later(locked, approval):
    received = deliver(locked, approval())
    assert (received.outcome, received.manage_url) == (ApprovalOutcome.STORED, None)
    assert find(locked, received.credential_id) is None
    unlock(locked)
    assert [error for _, error in finish_pending(locked, now=clock.now)] == [None]
    done = progress(locked, received.token)
    assert (done.outcome, done.credential_id) == (ApprovalOutcome.ALREADY, received.credential_id)


def test_a_redelivery_finishes_what_was_left(locked, approval):
    stored = deliver(locked, approval())
    unlock(locked)
    assert deliver(locked, approval(), "e-2").credential_id == stored.credential_id
    assert pending(locked) == []


def test_what_is_signed_later_is_what_was_prepared(locked, approval):
    received = deliver(locked, approval())
    [prepared] = pending(locked)
    unlock(locked)
    list(finish_pending(locked, now=clock.now))
    row = find(locked, received.credential_id)
    document = json.loads(row.json)
    del document["proof"]
    assert row.document == prepared.document
    assert document == json.loads(prepared.document)


def test_a_credential_that_our_verifier_refuses_is_quarantined_until_it_does_not(issuer, approval):
    issuer.signers()
    file = published.file_of(issuer.settings, "http://localhost:8202/.well-known/did.json")
    own = file.read_bytes()
    file.write_bytes(own.replace(b"did:web:localhost%3A8202", b"did:web:another.example"))
    with pytest.raises(QuarantinedError) as held:
        deliver(issuer, approval())
    [row] = pending(issuer)
    assert (row.public_id, row.problem) == (held.value.public_id, held.value.why)
    with issuer.database.reading() as session:
        stored = session.get_one(CredentialRow, row.id)
    assert (stored.json, stored.jwt, find(issuer, row.public_id)) == (None, None, None)
    token = _token(issuer)
    assert progress(issuer, token).quarantined == held.value.why
    file.write_bytes(own)
    assert deliver(issuer, approval()).outcome is ApprovalOutcome.ALREADY
    assert pending(issuer) == []


def _token(issuer):
    with issuer.database.reading() as session:
        return session.scalars(select(ApprovalRow.token)).one()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b'"validFrom":"2', b'"validFrom":"3', id="not-yet-valid"),
        pytest.param(b'"narrative"', b'"story"', id="not-signable"),
    ],
)
def test_one_quarantined_credential_does_not_keep_the_others(locked, approval, old, new):
    issuer = locked
    ids = [deliver(issuer, approval(f"a-{n}"), f"e-{n}").credential_id for n in range(2)]
    unlock(issuer)
    with issuer.database.writing() as session:  # as if it had been built by an older version
        row = session.scalars(select(CredentialRow).order_by(CredentialRow.id)).first()
        row.document = row.document.replace(old, new)
    errors = {row.public_id: error for row, error in finish_pending(issuer, now=clock.now)}
    assert isinstance(errors[ids[0]], QuarantinedError)
    assert errors[ids[1]] is None


def test_what_could_not_be_signed_is_never_stored(issuer, approval):
    with issuer.database.writing() as session:
        achievement = versions.read(versions.find(session, "rhythms"))
        criterion = replace(achievement.rubric.criteria[0], id="no id")
        rubric = Rubric("odd", "Odd", (criterion,))
        versions.record(session, replace(achievement, rubric=rubric), now=datetime.now(UTC))
    with pytest.raises(CanonicalizationError):
        deliver(issuer, approval(levels={"no id": "met"}))
    assert counts(issuer) == (0, 0, 0)


def test_on_a_full_disk_nothing_is_half_written(issuer, approval):
    deliver(issuer, approval())
    before = counts(issuer)
    fill(issuer)
    with pytest.raises(UnavailableError):
        deliver(issuer, approval("a-2", narrative=_long()), "e-2")
    assert counts(issuer) == before


def fill(issuer):
    """Let the database grow no more, on every connection (P10)."""
    from sqlalchemy import event

    def cap(connection, _record):
        connection.execute("PRAGMA max_page_count = 1")

    issuer.database.close()
    event.listen(issuer.database.engine, "connect", cap)


def _long():
    return {"skill": "s" * 4000, "goal": "g" * 4000, "measured_outcome": "m" * 4000}


def test_a_disk_that_is_full_after_the_approval_leaves_it_to_be_finished(issuer, approval):
    home = issuer.settings.passphrase_file
    home.rename(home.with_name("away"))
    arrived = [Arrived(approval(f"a-{number}"), f"e-{number}") for number in range(20)]
    stored = receive_all(issuer, arrived, source="forms", now=datetime.now(UTC))
    home.with_name("away").rename(home)
    full = Issuer(issuer.settings)
    fill(full)
    with pytest.raises(UnavailableError):  # the forms of one would fit into what is free
        receive_all(full, arrived, source="forms", now=datetime.now(UTC))
    full.database.close()
    again = receive_all(issuer, arrived, source="forms", now=datetime.now(UTC))
    assert [one.credential_id for one in again] == [one.credential_id for one in stored]
    assert {one.outcome for one in again} == {ApprovalOutcome.ALREADY}


def test_a_database_that_cannot_be_written_is_unavailable(issuer, approval):
    from sqlalchemy import event

    issuer.database.close()
    read_only = "PRAGMA query_only = ON"
    event.listen(issuer.database.engine, "connect", lambda c, _: c.execute(read_only))
    with pytest.raises(UnavailableError):
        deliver(issuer, approval())


def test_a_database_that_is_gone_is_unavailable(settings, approval):
    gone = replace(settings, database_url="postgresql+psycopg://nobody@/none?host=/nowhere")
    issuer = Issuer(gone)
    with pytest.raises(UnavailableError):
        deliver(issuer, approval())
    issuer.database.close()


def test_the_list_of_a_credential_is_published_before_the_credential(issuer, approval):
    deliver(issuer, approval("a-1"), "e-1")
    with issuer.database.writing() as session:
        session.get_one(StatusList, 1).next_place = 131_072
        session.get_one(StatusList, 1).closed = True
    row = find(issuer, deliver(issuer, approval("a-2"), "e-2").credential_id)
    assert row.list_number == 2
    assert (issuer.settings.public / "status" / "2").exists()


def test_an_old_list_is_signed_again_before_it_runs_out(issuer, approval):
    file = issuer.settings.public / "status" / "1"
    lists.publish_all(issuer, now=datetime.now(UTC) - timedelta(days=2))
    before = file.read_bytes()
    deliver(issuer, approval())
    assert file.read_bytes() != before


def test_a_manage_link_opens_its_credential_until_it_is_taken_back(issuer, approval):
    received = deliver(issuer, approval())
    token = received.manage_url.rpartition("/")[2]
    assert managed(issuer, token).public_id == received.credential_id
    with issuer.database.writing() as session:
        session.scalars(select(CredentialRow)).one().manage_generation += 1
    assert managed(issuer, token) is None


@pytest.mark.parametrize("token", ["", "x", "W10.x", "..", "W10.7h-fEiiGKH1xYgMnTuPGuUVJ9eY"])
def test_a_token_that_we_did_not_sign_opens_nothing(issuer, approval, token):
    deliver(issuer, approval())
    assert managed(issuer, token) is None


def test_a_catalog_that_changes_leaves_what_was_prepared(locked, approval):
    received = deliver(locked, approval())
    with locked.database.writing() as session:
        achievement = versions.read(versions.find(session, "rhythms"))
        versions.record(session, replace(achievement, name="Changed"), now=datetime.now(UTC))
    unlock(locked)
    list(finish_pending(locked, now=clock.now))
    row = find(locked, received.credential_id)
    assert row.approval.achievement_version.version == 1
    assert b"Changed" not in row.json


def test_a_did_key_issuer_issues_json_alone(settings, home, approval, issuer):
    key = issuer.keyring.entries()[0]
    did_key = "did:key:" + multikey.encode(key.public_key)
    other = Issuer(replace(settings, issuer_id=did_key, jwt="", proofs=("eddsa-rdfc-2022",)))
    (home / "public" / "status" / "1").unlink()
    row = find(other, deliver(other, approval()).credential_id)
    assert row.jwt is None
    assert judged(other, row.json) == (Answer.YES, Answer.YES)
    other.database.close()


def test_keys_that_were_rotated_sign_without_a_restart(issuer, approval):
    deliver(issuer, approval("a-1"), "e-1")
    passphrase = issuer.settings.passphrase_file.read_bytes().strip()
    issuer.keyring.rotate(passphrase, now=datetime.now(UTC))
    row = find(issuer, deliver(issuer, approval("a-2"), "e-2").credential_id)
    signed_with = json.loads(row.json)["proof"][0]["verificationMethod"].partition("#")[2]
    retired = {entry.id for entry in issuer.keyring.entries() if entry.retired}
    assert len(retired) == 3
    assert signed_with not in retired


def test_no_id_begins_like_an_option_of_a_command_line():
    assert {_address()[0] for _ in range(4000)}.isdisjoint("-")
