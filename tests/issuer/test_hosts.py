"""Two hosts that share a database and no folder (P6, P7): what one publishes the other serves."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from issuer import issuance
from issuer.app import start
from issuer.audit import log as audit
from issuer.home import published
from issuer.home.issuer import Issuer, opened
from issuer.home.publishing import documents, published_rows
from issuer.issuance.status_lists import lists, places, renewal
from issuer.issuance.status_lists.following import Follower
from keys.signer import KeysError
from verifier import verify
from verifier.report import Answer


def now():
    return datetime.now(UTC)


@pytest.fixture
def other(any_issuer, tmp_path):
    """The second host: a home with the same settings and keys, and nothing published."""
    home = tmp_path / "other"
    shutil.copytree(
        any_issuer.settings.home, home, ignore=shutil.ignore_patterns("public", "*.sqlite3*")
    )
    passphrase_file = home / any_issuer.settings.passphrase_file.name
    other_issuer = Issuer(replace(any_issuer.settings, home=home, passphrase_file=passphrase_file))
    start(any_issuer)
    start(other_issuer)
    yield other_issuer
    other_issuer.database.close()


@pytest.fixture
def issued(any_issuer, other, approval):
    arrived = issuance.receive(any_issuer, approval(), source="forms", event_id="e", now=now())
    return issuance.find(any_issuer, arrived.credential_id)


def answer(host, row):
    return verify(row.json, fetch=published.fetch_own(host.settings), now=now()).current


def test_a_credential_of_one_host_verifies_at_the_other(any_issuer, other, issued):
    assert answer(any_issuer, issued).answer is Answer.YES
    Follower(other.settings, other.database).look()
    assert answer(other, issued).answer is Answer.YES


def test_a_revocation_is_seen_at_the_other_host_when_it_looks(any_issuer, other, issued):
    follower = Follower(other.settings, other.database)
    follower.look()
    lists.revoke(any_issuer, issued.public_id, reason="x", by="command", now=now())
    assert answer(other, issued).answer is Answer.YES
    follower.look()
    assert answer(other, issued).code == "revoked"


def test_what_was_copied_is_served_while_the_database_is_away(other, issued):
    Follower(other.settings, other.database).look()
    away = replace(other.settings, database_url="postgresql+psycopg://x@/x?host=/nowhere")
    with opened(away) as alone:
        start(alone)
        assert answer(alone, issued).answer is Answer.YES


def test_a_list_is_signed_only_where_that_changes_something(any_issuer, other, issued):
    file = any_issuer.settings.public / "status" / str(issued.list_number)
    signed = file.read_bytes()
    lists.publish_all(other, now=now())
    lists.publish_all(any_issuer, now=now())
    assert file.read_bytes() == signed
    lists.publish_all(any_issuer, now=now() + timedelta(hours=25))
    assert file.read_bytes() != signed


def test_a_key_of_one_host_is_published_by_the_other_and_not_taken_back(any_issuer, other):
    passphrase = any_issuer.settings.passphrase_file.read_bytes().strip()
    any_issuer.keyring.rotate(passphrase, now=now())
    any_issuer.signers()
    Follower(other.settings, other.database).look()
    document = ".well-known/did.json"
    assert (other.settings.public / document).read_bytes() == (
        any_issuer.settings.public / document
    ).read_bytes()
    with (
        opened(other.settings) as again,
        pytest.raises(KeysError, match="copy it from the host that changed the key"),
    ):
        start(again)


def test_that_a_key_is_compromised_is_not_taken_back_by_an_older_keyring(any_issuer, other):
    other.signers()
    (proof,) = (key.id for key in any_issuer.keyring.entries() if key.use == "proof")
    any_issuer.keyring.compromise(proof, since=now(), reason="stolen", now=now())
    any_issuer.keyring.create(any_issuer.settings.passphrase_file.read_bytes().strip(), now=now())
    any_issuer.signers()
    published_document = any_issuer.settings.public / ".well-known" / "did.json"
    with opened(other.settings) as again, pytest.raises(KeysError, match=proof):
        again.signers()
    assert b'"revoked"' in published_document.read_bytes()
    with any_issuer.database.reading() as session:
        row = session.get(published_rows.PublishedRow, ".well-known/did.json")
        assert b'"revoked"' in row.content


def test_what_was_revoked_by_who_died_then_is_published_by_the_next_look(any_issuer, other, issued):
    with any_issuer.database.writing() as session:
        place = (issued.list_number, issued.list_index)
        places.revoke(session, *place, reason="x", now=now())
    follower = Follower(any_issuer.settings, any_issuer.database)
    renewal.follow(any_issuer, follower, now=now())
    assert answer(any_issuer, issued).code == "revoked"


def test_a_database_that_was_put_back_is_followed_anew(any_issuer, other, issued):
    follower = Follower(other.settings, other.database)
    follower.look()
    follower._newest += 100
    lists.revoke(any_issuer, issued.public_id, reason="x", by="command", now=now())
    follower.look()
    assert answer(other, issued).code == "revoked"


def test_an_older_database_takes_nothing_back(any_issuer, other, issued, caplog):
    path = f"status/{issued.list_number}"
    with any_issuer.database.reading() as session:
        before = session.get(published_rows.PublishedRow, path).content
    lists.revoke(any_issuer, issued.public_id, reason="x", by="command", now=now())
    Follower(other.settings, other.database).look()
    with published_rows.turn(any_issuer.database) as session:
        published_rows.put(session, path, before)
    Follower(other.settings, other.database).look()
    assert answer(other, issued).code == "revoked"
    assert "not copied" in caplog.text


def sign_again(issuer, *, at):
    """Publish everything at `at`, as a day after it was published last."""
    with issuer.database.writing() as session:
        audit.record(session, by="command", action="tried", about="x", now=at)
        session.delete(session.get(published_rows.PublishedRow, "status/1"))
    lists.publish_all(issuer, now=at)


def test_nothing_older_is_copied_over_what_a_host_has(any_issuer, other, caplog):
    paths = (".well-known/jwks.json", "audit-log", "status/1")
    sign_again(any_issuer, at=now() - timedelta(hours=1))
    with any_issuer.database.reading() as session:
        older = {path: session.get(published_rows.PublishedRow, path).content for path in paths}
    any_issuer.keyring.rotate(any_issuer.settings.passphrase_file.read_bytes().strip(), now=now())
    sign_again(any_issuer, at=now())
    Follower(other.settings, other.database).look()
    newest = {path: (other.settings.public / path).read_bytes() for path in paths}
    assert not set(newest.values()) & set(older.values())
    with published_rows.turn(any_issuer.database) as session:
        for path in paths:
            published_rows.put(session, path, older[path])
    Follower(other.settings, other.database).look()
    assert newest == {path: (other.settings.public / path).read_bytes() for path in paths}
    assert caplog.text.count("not copied from the database") == len(paths)


def test_keys_published_while_the_database_was_away_follow_at_the_next_look(any_issuer, other):
    away = replace(any_issuer.settings, database_url="postgresql+psycopg://x@/x?host=/nowhere")
    any_issuer.keyring.rotate(any_issuer.settings.passphrase_file.read_bytes().strip(), now=now())
    with opened(away) as alone:
        documents.publish(alone.settings, alone.keyring, alone.database)
    renewal.follow(any_issuer, Follower(any_issuer.settings, any_issuer.database), now=now())
    Follower(other.settings, other.database).look()
    for name in ("did.json", "jwks.json"):
        ours, theirs = (
            (host.settings.public / ".well-known" / name).read_bytes()
            for host in (any_issuer, other)
        )
        assert ours == theirs


def test_keys_that_are_copied_to_a_host_sign_there_without_a_restart(any_issuer, other):
    before = {signer.verification_method for signer in other.signers().values()}
    any_issuer.keyring.rotate(any_issuer.settings.passphrase_file.read_bytes().strip(), now=now())
    any_issuer.signers()
    shutil.copytree(any_issuer.keyring.folder, other.keyring.folder, dirs_exist_ok=True)
    after = {signer.verification_method for signer in other.signers().values()}
    assert not before & after
    assert after == {signer.verification_method for signer in any_issuer.signers().values()}
