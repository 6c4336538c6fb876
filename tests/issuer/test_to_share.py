"""The form from which a holder shares less: made where settings say so, for the holder alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command

from issuer import issuance, migrations
from issuer.app import start_app
from issuer.database.database import Database, to_json
from issuer.home import published
from issuer.home.issuer import Issuer
from issuer.home.profiles import PROOF
from issuer.issuance.finish import finish_pending
from issuer.issuance.signing import self_check
from issuer.issuance.signing.proofs import Secured, secure
from issuer.issuance.status_lists import lists
from keys.entry import KeyUse
from keys.signer import KeysError
from verifier import clock, verify
from verifier.checks.disclosure import choices, derive
from verifier.parsing import strict_json
from verifier.proof.computed import Computed
from verifier.proof.cryptosuites import ecdsa_sd, sd_proof_value
from verifier.report import Answer


def issue(issuer, approval, now, event_id="e-1"):
    received = issuance.receive(
        issuer, approval(event_id), source="forms", event_id=event_id, now=now
    )
    return issuance.find(issuer, received.credential_id)


@pytest.fixture
def row(issuer, approval, now):
    return issue(issuer, approval, now)


def manage_path(issuer, row):
    address = issuance.manage.manage_url(issuer.settings, row)
    return address.removeprefix(issuer.settings.public_url)


def report(issuer, document):
    fetch = published.fetch_own(issuer.settings)
    return verify(json.dumps(document).encode(), fetch=fetch, now=datetime.now(UTC))


def test_it_says_what_the_public_form_says(row):
    whole, public = (strict_json.loads_object(form) for form in (row.to_share, row.json))
    assert whole.pop("proof") != public.pop("proof")
    assert whole == public


def test_a_copy_of_it_verifies_and_shows_what_was_chosen(issuer, row):
    whole = strict_json.loads_object(row.to_share)
    results = next(c for c in choices(whole) if c.name == "results")
    part = derive(whole, results.pointers)
    checked = report(issuer, part)
    assert (checked.authentic.answer, checked.current.answer) == (Answer.YES, Answer.YES)
    assert checked.credential.recipient_name is None
    assert len(checked.credential.criteria_results) == 2


def test_its_statements_are_worked_out_once_and_again_for_any_other_content(
    issuer, approval, now, monkeypatch
):
    asked = []

    def counted(document, *args, **known):
        asked.append(document)
        return statements(document, *args, **known)

    statements = ecdsa_sd.Statements
    monkeypatch.setattr(ecdsa_sd, "Statements", counted)
    whole = strict_json.loads_object(issue(issuer, approval, now).to_share)
    assert len(asked) == 1  # signed and checked
    assert report(issuer, whole).authentic.answer is Answer.YES
    assert len(asked) == 2  # nothing is kept for longer
    secured = Secured(json.dumps(whole | {"name": "Another"}).encode(), None)
    assert "signature_wrong" in self_check.self_check(
        issuer, secured, self_check.Memory(), now=clock.now()
    )


def test_what_was_verified_when_it_was_made_is_verified_anew_if_it_was_changed_since(issuer, row):
    document = ecdsa_sd.unsecured(json.loads(row.to_share))
    computed = Computed()
    secured = secure(to_json(document), issuer.signers(), issuer.settings, computed)

    def objection(to_share):
        changed = replace(secured, to_share=to_share)
        return self_check.self_check(
            issuer, changed, self_check.Memory(), computed, now=clock.now()
        )

    assert objection(secured.to_share) is None
    (proof,) = json.loads(secured.to_share)["proof"]
    value = sd_proof_value.decode(proof["proofValue"])
    first, *others = value.signatures
    for signatures in ([bytes(64), *others], [*others, first], others):
        other = sd_proof_value.encode(replace(value, signatures=signatures))
        form = to_json(document | {"proof": [proof | {"proofValue": other}]})
        assert "signature_wrong" in objection(form)


def test_a_copy_of_a_revoked_one_is_revoked(issuer, row, now):
    part = derive(strict_json.loads_object(row.to_share), [])
    lists.revoke(issuer, row.public_id, reason="for a test", by="command", now=clock.now())
    assert report(issuer, part).current.code == "revoked"


def test_the_holder_can_download_it(client, issuer, row):
    page = client.get(manage_path(issuer, row))
    assert f"{manage_path(issuer, row)}/to-share.json" in page.text
    response = client.get(f"{manage_path(issuer, row)}/to-share.json")
    assert response.data == row.to_share
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("suffix", ["", ".json", ".html", ".png", ".svg", ".pdf"])
def test_no_public_form_holds_it(client, row, suffix):
    secret = strict_json.loads_object(row.to_share)["proof"][0]["proofValue"][:60]
    response = client.get(f"/credentials/{row.public_id}{suffix}")
    assert response.status_code == 200
    assert secret.encode() not in response.data
    assert b"to-share" not in response.data


def test_nobody_gets_it_without_the_holders_link(client, row):
    assert client.get(f"/manage/{row.public_id}/to-share.json").status_code == 303
    assert client.get(f"/credentials/{row.public_id}/to-share.json").status_code == 404


def test_without_the_setting_there_is_none(settings, approval, now):
    issuer = Issuer(replace(settings, proofs=(PROOF,)))
    row = issue(issuer, approval, now)
    assert row.json
    assert row.to_share is None
    app = start_app(issuer.settings)
    client = app.test_client()
    assert "to-share" not in client.get(manage_path(issuer, row)).text
    assert client.get(f"{manage_path(issuer, row)}/to-share.json").status_code == 404
    app.extensions["mintmark"].database.close()
    issuer.database.close()


def test_without_the_key_nothing_is_issued_and_the_remedy_is_said(issuer, approval, now):
    (key,) = [entry.id for entry in issuer.keyring.entries() if entry.use is KeyUse.SD]
    issuer.keyring.retire(key, now=now)
    assert issue(issuer, approval, now) is None
    ((_, error),) = finish_pending(issuer, now=clock.now)
    assert isinstance(error, KeysError)
    assert "no active sd key" in str(error)
    assert "mintmark keys create" in str(error)
    lists.publish_all(issuer, now=now)  # lists need no such key: revoking goes on


def test_a_rotated_key_leaves_copies_good(issuer, row, home, now):
    part = derive(strict_json.loads_object(row.to_share), [])
    issuer.keyring.rotate((home / "passphrase").read_bytes().strip(), now=datetime.now(UTC))
    issuer.signers()
    assert report(issuer, part).authentic.answer is Answer.YES


def test_a_database_of_the_first_schema_keeps_its_credentials(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with database.writing() as session:
        command.upgrade(migrations._config(session.connection()), "0001")
    with database.reading() as session:
        columns = {c["name"] for c in sa.inspect(session.connection()).get_columns("credentials")}
    assert "to_share" not in columns
    migrations.upgrade(database)
    migrations.check(database)
    with database.reading() as session:
        columns = {c["name"] for c in sa.inspect(session.connection()).get_columns("credentials")}
    assert "to_share" in columns
    database.close()
