import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from issuer.home import published
from issuer.home.issuer import Issuer, LockedError
from issuer.issuance import find, receive
from issuer.issuance.records.tables import CredentialRow, Revocation
from issuer.issuance.status_lists import lists, places
from verifier import verify
from verifier.checks import status_list
from verifier.report import Answer


def issue(issuer, approval, number=1):
    now = datetime.now(UTC)
    received = receive(
        issuer, approval(f"a-{number}"), source="forms", event_id=f"e-{number}", now=now
    )
    return find(issuer, received.credential_id)


def current(issuer, row):
    fetch = published.fetch_own(issuer.settings)
    return verify(row.json, fetch=fetch, now=datetime.now(UTC)).current


def read_list(issuer, number=1):
    return json.loads((issuer.settings.public / "status" / str(number)).read_bytes())


def revoke(issuer, row, reason="given by mistake"):
    return lists.revoke(issuer, row.public_id, reason=reason, by="command", now=datetime.now(UTC))


def test_a_revoked_credential_is_not_current_and_its_neighbor_is(any_issuer, approval):
    revoked, valid = issue(any_issuer, approval, 1), issue(any_issuer, approval, 2)
    assert revoke(any_issuer, revoked)
    assert (current(any_issuer, revoked).answer, current(any_issuer, revoked).code) == (
        Answer.NO,
        "revoked",
    )
    assert current(any_issuer, valid).answer is Answer.YES


def test_the_reason_is_kept_and_is_not_in_the_list(issuer, approval):
    row = issue(issuer, approval)
    revoke(issuer, row)
    with issuer.database.reading() as session:
        assert session.scalars(select(Revocation.reason)).all() == ["given by mistake"]
    assert "mistake" not in json.dumps(read_list(issuer))


def test_a_second_revocation_changes_nothing_and_publishes_again(issuer, approval):
    row = issue(issuer, approval)
    revoke(issuer, row)
    (issuer.settings.public / "status" / "1").unlink()
    assert not revoke(issuer, row)
    assert current(issuer, row).code == "revoked"


def test_what_was_not_issued_here_cannot_be_revoked(issuer):
    with pytest.raises(lists.NotIssuedError):
        lists.revoke(
            issuer, "AAAAAAAAAAAAAAAAAAAAAA", reason="x", by="command", now=datetime.now(UTC)
        )


def test_a_revocation_whose_list_cannot_be_signed_is_kept_and_published_later(issuer, approval):
    row = issue(issuer, approval)
    passphrase = issuer.settings.passphrase_file
    away = passphrase.rename(passphrase.with_name("away"))
    locked = Issuer(issuer.settings)
    with pytest.raises(LockedError):
        revoke(locked, row)
    locked.database.close()
    assert current(issuer, row).answer is Answer.YES
    away.rename(passphrase)
    lists.publish_all(issuer, now=datetime.now(UTC))
    assert current(issuer, row).code == "revoked"


def test_a_list_is_the_credential_that_w3c_asks_for(issuer):
    lists.publish_all(issuer, now=datetime.now(UTC))
    document = read_list(issuer)
    subject = document["credentialSubject"]
    begun, ended = (datetime.fromisoformat(document[key]) for key in ("validFrom", "validUntil"))
    assert document["@context"] == ["https://www.w3.org/ns/credentials/v2"]
    assert document["id"] == "http://localhost:8202/status/1"
    assert document["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert document["issuer"] == issuer.settings.issuer_id
    assert subject["type"] == "BitstringStatusList"
    assert subject["statusPurpose"] == "revocation"
    assert subject["ttl"] == 30_000
    assert len(status_list.decode(subject["encodedList"])) * 8 == 131_072
    assert ended - begun == timedelta(days=7)
    assert document["proof"]["cryptosuite"] == "eddsa-rdfc-2022"


def test_a_list_of_a_key_that_was_retired_is_signed_by_the_new_one(issuer, approval):
    row = issue(issuer, approval)
    passphrase = issuer.settings.passphrase_file.read_bytes().strip()
    issuer.keyring.rotate(passphrase, now=datetime.now(UTC))
    lists.publish_all(issuer, now=datetime.now(UTC))
    assert current(issuer, row).answer is Answer.YES


def test_a_running_issuer_signs_every_list_again_when_its_key_was_replaced(issuer, approval):
    before = issue(issuer, approval, 1)
    with issuer.database.writing() as session:
        places.close_all(session, size=131_072, now=datetime.now(UTC))
    lists.publish_all(issuer, now=datetime.now(UTC))
    passphrase = issuer.settings.passphrase_file.read_bytes().strip()
    now = datetime.now(UTC)
    (proof,) = (key.id for key in issuer.keyring.entries() if key.use == "proof")
    issuer.keyring.compromise(proof, since=now - timedelta(days=1), reason="stolen", now=now)
    issuer.keyring.create(passphrase, now=now)
    after = issue(issuer, approval, 2)
    again = issue(issuer, approval, 3)
    assert before.list_number != after.list_number == again.list_number
    fetch = published.fetch_own(issuer.settings)
    for row in (before, after, again):  # the JWTs: only the other key was stolen
        assert verify(row.jwt, fetch=fetch, now=datetime.now(UTC)).current.answer is Answer.YES


def test_after_a_restore_the_lost_revocations_are_back_and_the_lists_closed(
    issuer, approval, tmp_path
):
    row = issue(issuer, approval, 1)
    file = issuer.settings.home / "mintmark.sqlite3"
    issuer.database.close()
    shutil.copy(file, tmp_path / "backup")
    lost = issue(issuer, approval, 2)
    revoke(issuer, row)
    issuer.database.close()
    shutil.copy(tmp_path / "backup", file)
    adopted, number = lists.after_restore(issuer, now=datetime.now(UTC))
    assert adopted == 1
    assert current(issuer, row).code == "revoked"
    assert current(issuer, lost).answer is Answer.YES
    again = issue(issuer, approval, 2)
    assert (again.list_number, lost.list_number) == (number, 1)
    assert again.public_id != lost.public_id


def test_a_published_revocation_is_not_taken_back_by_an_older_database(issuer, approval, tmp_path):
    row = issue(issuer, approval)
    file = issuer.settings.home / "mintmark.sqlite3"
    issuer.database.close()
    shutil.copy(file, tmp_path / "backup")
    revoke(issuer, row)
    issuer.database.close()
    shutil.copy(tmp_path / "backup", file)
    with pytest.raises(lists.BackupError, match="mintmark after-restore"):
        lists.publish_all(issuer, now=datetime.now(UTC))
    assert current(issuer, row).code == "revoked"


@pytest.mark.parametrize("damaged", [b"", b"{", b'{"credentialSubject":{"encodedList":"u"}}'])
def test_a_damaged_list_is_made_anew(issuer, approval, damaged):
    row = issue(issuer, approval)
    (issuer.settings.public / "status" / "1").write_bytes(damaged)
    lists.publish_all(issuer, now=datetime.now(UTC))
    assert current(issuer, row).answer is Answer.YES


def test_publishing_opens_the_list_of_the_next_credential(issuer):
    lists.publish_all(issuer, now=datetime.now(UTC))
    with issuer.database.reading() as session:
        assert session.scalars(select(CredentialRow)).all() == []
    assert read_list(issuer)["id"].endswith("/status/1")
