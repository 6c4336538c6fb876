import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from issuer import migrations, published
from issuer.app import create_app
from issuer.approvals import standard_webhooks
from issuer.database import Database
from issuer.issuance import receive
from issuer.issuance.finish import pending
from issuer.migrations import SchemaError
from issuer.settings import did_web
from keys.signer import KeysError
from verifier import verify
from verifier.report import Answer

GONE = "postgresql+psycopg://nobody@/none?host=/nowhere"


@pytest.fixture
def client_of():
    """Make a client of an application; every database is closed in the end."""
    apps = []

    def make(settings):
        app = create_app(settings)
        apps.append(app)
        return app.test_client()

    yield make
    for app in apps:
        app.extensions["mintmark"].database.close()


@pytest.fixture
def client(client_of, settings):
    return client_of(settings)


def event(approval, **members):
    data = json.loads(approval(**members).content)
    said = {"type": "micro_credential.approved", "timestamp": "2026-05-15T15:00:00Z", "data": data}
    return json.dumps(said).encode()


def post(client, settings, body, event_id="e-1"):
    secrets = settings.sources[0].secrets
    headers = standard_webhooks.sign(secrets, message_id=event_id, now=datetime.now(UTC), body=body)
    return client.post(
        "/webhooks/approvals", data=body, headers=headers, content_type="application/json"
    )


def test_an_approval_sent_as_a_webhook_is_a_credential_at_its_address(client, settings, approval):
    answer = post(client, settings, event(approval))
    assert answer.status_code == 201
    credential = client.get(answer.json["json"].removeprefix(settings.public_url))
    fetch = published.fetch_own(settings)
    report = verify(credential.data, fetch=fetch, now=datetime.now(UTC))
    assert (report.authentic.answer, report.current.answer) == (Answer.YES, Answer.YES)
    assert post(client, settings, event(approval), "e-2").status_code == 200


def test_a_program_has_the_issuers_own_credentials_checked_by_their_links(
    client, settings, approval
):
    link = post(client, settings, event(approval)).json["json"]
    answer = client.post("/api/verify", data={"text": link}, content_type="multipart/form-data")
    verdicts = {name: each["verdict"] for name, each in answer.json["verdicts"].items()}
    assert verdicts == {"authentic": "yes", "current": "yes", "recognised": "could_not_check"}
    described = client.get("/api/openapi.json").json["paths"]
    assert set(described) == {"/api/verify", "/api/openapi.json"}


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/.well-known/did.json", "application/did+json"),
        ("/.well-known/jwks.json", "application/jwk-set+json"),
        ("/status/1", "application/vc"),
    ],
)
def test_published_files_are_served_for_everybody_and_asked_for_again_cheaply(
    client, settings, path, media_type
):
    answer = client.get(path)
    assert answer.data == (settings.public / path.lstrip("/")).read_bytes()
    assert answer.mimetype == media_type
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=30"
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_changed_file_has_another_etag(client, settings):
    before = client.get("/status/1").headers["ETag"]
    file = settings.public / "status" / "1"
    published.write(file, {**json.loads(file.read_bytes()), "x": 1})
    assert client.get("/status/1").headers["ETag"] != before


@pytest.mark.parametrize(
    "path", ["/did.json", "/status/9", "/status/01", "/.well-known/x", "/.publish.lock"]
)
def test_what_is_not_published_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_files_are_served_while_the_database_is_away(client_of, settings, approval):
    client = client_of(replace(settings, database_url=GONE))
    for path in ("/.well-known/did.json", "/.well-known/jwks.json", "/status/1"):
        assert client.get(path).status_code == 200
    answer = post(client, settings, event(approval))
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    assert client.get("/healthz").status_code == 503


def test_when_the_database_comes_back_so_does_the_issuer(
    client_of, settings, approval, postgresql_cluster
):
    """Stopped, started, and never told: files all the time, approvals again at once (P6)."""
    settings = replace(settings, database_url=postgresql_cluster.url)
    database = Database(settings.database_url)
    migrations.upgrade(database)
    database.close()
    client = client_of(settings)
    idea = {"name": "n", "description": "d", "criteria": "c", "rubric": {"id": "completion"}}
    assert post(client, settings, event(approval, achievement=idea)).status_code == 422
    postgresql_cluster.stop()
    assert post(client, settings, event(approval)).status_code == 503
    assert client.get("/status/1").status_code == 200
    postgresql_cluster.start()
    assert post(client, settings, event(approval, achievement=idea)).status_code == 422
    assert client.get("/healthz").json == {"status": "ok", "pending": 0}


def moved(settings, url):
    """Settings of the same issuer as if it had begun at `url`."""
    shutil.rmtree(settings.public)
    return replace(settings, public_url=url, issuer_id=did_web(url))


def test_an_issuer_with_a_path_answers_under_it(client_of, settings):
    url = "https://d.example/schools/one"
    client = client_of(moved(settings, url))
    base = "https://d.example"
    for path in ("/schools/one/did.json", "/schools/one/.well-known/did.json"):
        assert client.get(path, base_url=base).json["id"] == "did:web:d.example:schools:one"
    status_list = json.loads(client.get("/schools/one/status/1", base_url=base).data)
    assert status_list["id"] == f"{url}/status/1"
    assert client.get("/status/1", base_url=base).status_code == 404


def test_a_foreign_host_name_is_refused(client):
    assert client.get("/healthz", base_url="http://evil.example").status_code == 400


@pytest.mark.parametrize("path", ["/", "/healthz", "/.well-known/did.json", "/nothing"])
def test_every_answer_has_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_https_is_insisted_on_where_it_is_used(client_of, settings, client):
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    secure = client_of(moved(settings, "https://d.example"))
    answer = secure.get("/healthz", base_url="https://d.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_an_issuer_that_has_published_cannot_become_another(settings):
    url = "https://d.example"
    with pytest.raises(KeysError, match="public_url"):
        create_app(replace(settings, public_url=url, issuer_id=did_web(url)))


def test_a_body_that_is_too_large_is_refused(client, settings):
    answer = post(client, settings, b"x" * (6 * 1024 * 1024))
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_health_says_what_is_waiting(client, settings, issuer, approval):
    assert client.get("/healthz").json == {"status": "ok", "pending": 0}
    settings.passphrase_file.rename(settings.home / "away")
    receive(issuer, approval(), source="forms", event_id="e-1", now=datetime.now(UTC))
    assert client.get("/healthz").json == {"status": "ok", "pending": 1}


def test_without_a_passphrase_it_starts_and_stores_and_a_start_with_it_finishes(
    client_of, settings, approval, issuer
):
    away = settings.passphrase_file.rename(settings.home / "away")
    locked = client_of(settings)
    answer = post(locked, settings, event(approval))
    assert (answer.status_code, answer.json["status"]) == (202, "stored")
    assert locked.get("/healthz").json == {"status": "keys locked", "pending": 1}
    away.rename(settings.passphrase_file)
    client_of(settings)
    assert pending(issuer) == []
    status = answer.headers["Location"].removeprefix(settings.public_url)
    assert locked.get(status).json["status"] == "issued"


def test_it_does_not_start_on_an_old_schema(settings, issuer):
    with issuer.database.writing() as session:
        session.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(SchemaError, match="mintmark migrate"):
        create_app(settings)


def test_it_does_not_start_with_other_keys_than_the_published_ones(settings, home):
    (home / "keys" / "keyring.json").write_text(
        (home / "keys" / "keyring.json").read_text().replace("ed25519-", "ed25519-x")
    )
    with pytest.raises(KeysError):
        create_app(settings)


def test_an_application_that_cannot_start_leaves_no_connection_open(settings, monkeypatch):
    (settings.home / "mintmark.sqlite3").unlink()
    closed, close = [], Database.close
    monkeypatch.setattr(Database, "close", lambda self: closed.append(close(self)))
    with pytest.raises(SchemaError):
        create_app(settings)
    assert len(closed) == 1
