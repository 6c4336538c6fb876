"""One approval, one credential, one index: under many processes, and under processes that die."""

import json
import runpy
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from issuer.audit import chain, log
from issuer.home import published
from issuer.issuance import receive
from issuer.issuance.finish import finish_pending, pending
from issuer.issuance.records.approval_tables import ApprovalRow, EventRow
from issuer.issuance.records.tables import CredentialRow
from issuer.issuance.status_lists import lists
from verifier import clock, verify
from verifier.checks import status_list
from verifier.parsing import strict_json
from verifier.report import Answer

CROWD = Path(__file__).with_name("crowd.py")
make_approval = runpy.run_path(str(CROWD))["make_approval"]


def crowd(issuer, **plan):
    plan |= {"home": str(issuer.settings.home), "database_url": issuer.settings.database_url}
    command = [sys.executable, str(CROWD), json.dumps(plan)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary.pop("failed") == 0, done.stderr
    return summary


def rows(issuer):
    with issuer.database.reading() as session:
        return session.execute(
            select(ApprovalRow.approval_id, CredentialRow).join(CredentialRow.approval)
        ).all()


def assert_each_once(credentials):
    assert len({approval_id for approval_id, _ in credentials}) == len(credentials)
    assert len({(row.list_number, row.list_index) for _, row in credentials}) == len(credentials)
    assert len({row.public_id for _, row in credentials}) == len(credentials)


def test_500_approvals_under_three_event_ids_give_500_credentials(issuer):
    crowd(issuer, do="deliver", workers=4, approvals=500)
    credentials = rows(issuer)
    assert len(credentials) == 500
    assert_each_once(credentials)
    assert pending(issuer) == []
    with issuer.database.reading() as session:
        assert len(session.scalars(select(EventRow.id)).all()) == 1500


def test_processes_that_meet_on_either_database_issue_once(any_issuer):
    crowd(any_issuer, do="deliver", workers=4, approvals=12)
    credentials = rows(any_issuer)
    assert len(credentials) == 12
    assert_each_once(credentials)
    assert pending(any_issuer) == []


def test_100_processes_killed_at_every_step_lose_nothing_that_is_never_sent_again(issuer, tmp_path):
    credentials = killed(issuer, tmp_path, kills=100, turns=1)[1]
    assert 40 < len(credentials) < 130


def test_100_processes_killed_at_every_step_double_nothing_that_is_sent_again(issuer, tmp_path):
    approvals, before = killed(issuer, tmp_path, kills=100, turns=4)
    for number in range(approvals):
        receive_one(issuer, number)
    credentials = rows(issuer)
    assert len(credentials) == approvals + 1  # and the one whose steps were counted
    assert_each_once(credentials)
    assert before.items() <= {approval: row.json for approval, row in credentials}.items()


def test_processes_killed_at_every_step_on_postgresql_lose_nothing(postgresql_issuer, tmp_path):
    assert len(killed(postgresql_issuer, tmp_path, kills=40, turns=1)[1]) > 5


def killed(issuer, tmp_path, **plan):
    """Kill, then finish without any redelivery: what was committed is whole, and what was
    acknowledged is there under the id that was said (P1, P3). Returns how many approvals
    there were, and the credentials by approval."""
    acked = tmp_path / "acked"
    summary = crowd(issuer, do="kill", acked=str(acked), **plan)
    assert summary["killed"] == plan["kills"]
    assert summary["steps"] >= 10
    assert [error for _, error in finish_pending(issuer, now=clock.now) if error] == []
    credentials = rows(issuer)
    assert_each_once(credentials)
    fetch = published.fetch_own(issuer.settings)
    for _, row in credentials:
        report = verify(row.json, fetch=fetch, now=datetime.now(UTC))
        assert report.current.answer is Answer.YES
    ids = {approval_id: row.public_id for approval_id, row in credentials}
    promised = [json.loads(line) for line in acked.read_text().splitlines()]
    assert promised
    assert all(ids[f"a-{number}"] == public_id for number, public_id, _ in promised)
    return summary["approvals"], {approval_id: row.json for approval_id, row in credentials}


def test_processes_killed_at_every_step_of_a_correction_leave_one_in_force(any_issuer, tmp_path):
    """D19, P1, P2, P7: the old one is in force until the new one is, and then at once no more."""
    issuer, acked = any_issuer, tmp_path / "acked"
    summary = crowd(issuer, do="kill", acked=str(acked), kills=60, turns=1, revisions=2)
    assert summary["steps"] > 25
    promised = [json.loads(line) for line in acked.read_text().splitlines()]
    lists.begin(issuer, now=datetime.now(UTC))  # as a start does
    for before_the_rest in (True, False):
        credentials = corrected(issuer)
        for number, public_id, revision in promised:
            assert credentials[f"a-{number}"][revision].public_id == public_id
        states = [in_force(issuer, revisions) for revisions in credentials.values()]
        assert {state for state in states if state} <= {(True,), (False, True)}
        assert before_the_rest or len(states) == sum(map(bool, states))
        assert [error for _, error in finish_pending(issuer, now=clock.now) if error] == []
    with issuer.database.reading() as session:
        chain.check(log.entries(session), [log.head(session)])
        places = session.execute(select(CredentialRow.list_number, CredentialRow.list_index)).all()
    assert len(set(places)) == len(places)
    assert {len(revisions) for revisions in credentials.values()} == {1, 2}


def corrected(issuer):
    """Return every credential by its approval and its revision."""
    revisions = {}
    with issuer.database.reading() as session:
        for row in session.scalars(
            select(CredentialRow).options(joinedload(CredentialRow.approval))
        ):
            revisions.setdefault(row.approval.approval_id, {})[row.approval.revision] = row
    return revisions


def in_force(issuer, revisions):
    """Return of each revision that is issued whether our verifier finds it in force."""
    fetch = published.fetch_own(issuer.settings)
    return tuple(
        verify(row.json, fetch=fetch, now=datetime.now(UTC)).current.answer is Answer.YES
        for _, row in sorted(revisions.items())
        if row.json is not None
    )


def receive_one(issuer, number):
    approval, now = make_approval(number), datetime.now(UTC)
    return receive(issuer, approval, source="forms", event_id=f"again-{number}", now=now)


def test_200_revocations_at_once_set_200_bits(issuer):
    passphrase = issuer.settings.passphrase_file
    away = passphrase.rename(passphrase.with_name("away"))  # to prepare is enough, and faster
    ids = [receive_one(issuer, number).credential_id for number in range(200)]
    away.rename(passphrase)
    crowd(issuer, do="revoke", workers=8, ids=ids)
    assert published_bits(issuer) == {row.list_index for _, row in rows(issuer)}


def published_bits(issuer):
    document = strict_json.loads_object((issuer.settings.public / "status" / "1").read_bytes())
    bits = status_list.decode(document["credentialSubject"]["encodedList"])
    return {index for index in range(len(bits) * 8) if status_list.bit(bits, index)}
