import errno
import json
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, text

from issuer import migrations
from issuer.app import create_app, start_app
from issuer.database.database import Database
from issuer.home import published
from issuer.home.settings import did_web, load
from issuer.issuance import receive
from issuer.issuance.finish import pending
from issuer.issuance.status_lists import lists, renewal
from issuer.migrations import SchemaError
from issuer.web import health
from issuer.webhooks import standard_webhooks
from keys import durable_file
from keys.signer import KeysError
from verifier import clock, verify
from verifier.report import Answer

GONE = "postgresql+psycopg://nobody@/none?host=/nowhere"


@pytest.fixture
def client_of():
    """Make a client of an application; every database is closed in the end."""
    apps = []

    def make(settings):
        app = start_app(settings)
        apps.append(app)
        return app.test_client()

    yield make
    for app in apps:
        app.extensions["mintmark"].database.close()


@pytest.fixture
def client(client_of, settings):
    return client_of(settings)


def message(approval, **members):
    data = json.loads(approval(**members).content)
    content = {
        "type": "micro_credential.approved",
        "timestamp": "2026-05-15T15:00:00Z",
        "data": data,
    }
    return json.dumps(content).encode()


def post(client, settings, body, event_id="e-1"):
    secrets = settings.sources[0].secrets
    headers = standard_webhooks.sign(secrets, message_id=event_id, now=datetime.now(UTC), body=body)
    return client.post(
        "/webhooks/approvals", data=body, headers=headers, content_type="application/json"
    )


def test_an_approval_sent_as_a_webhook_is_a_credential_at_its_address(client, settings, approval):
    answer = post(client, settings, message(approval))
    assert answer.status_code == 201
    credential = client.get(answer.json["json"].removeprefix(settings.public_url))
    fetch = published.fetch_own(settings)
    report = verify(credential.data, fetch=fetch, now=datetime.now(UTC))
    assert (report.authentic.answer, report.current.answer) == (Answer.YES, Answer.YES)
    assert post(client, settings, message(approval), "e-2").status_code == 200


def test_a_program_has_the_issuers_own_credentials_checked_by_their_links(
    client, settings, approval
):
    link = post(client, settings, message(approval)).json["json"]
    answer = client.post("/api/verify", data={"text": link}, content_type="multipart/form-data")
    verdicts = {name: verdict["verdict"] for name, verdict in answer.json["verdicts"].items()}
    assert verdicts == {"authentic": "yes", "current": "yes", "recognized": "could_not_check"}
    described = client.get("/api/openapi.json").json["paths"]
    served = {rule.rule for rule in client.application.url_map.iter_rules()}
    assert {"/api/verify", "/api/openapi.json"} <= set(described) <= served


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


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/vc"),
        ("application/vc, */*;q=0.1", "application/vc"),
        ("application/vc+ld+json", "application/vc+ld+json"),
        ("application/ld+json, application/json", "application/ld+json"),  # Digital Bazaar, DCC
        ("application/json", "application/json"),
        ("application/json;q=0.5, application/vc+ld+json", "application/vc+ld+json"),
        ("text/html", "application/vc"),  # a list is never refused
    ],
)
def test_a_status_list_is_json_to_who_asks_for_json(client, accept, media_type):
    answer = client.get("/status/1", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert "Accept" in answer.vary
    assert answer.data == client.get("/status/1").data


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
    answer = post(client, settings, message(approval))
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    assert client.get("/readyz").status_code == 503


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
    assert post(client, settings, message(approval, achievement=idea)).status_code == 422
    postgresql_cluster.stop()
    assert post(client, settings, message(approval)).status_code == 503
    assert client.get("/status/1").status_code == 200
    postgresql_cluster.start()
    assert post(client, settings, message(approval, achievement=idea)).status_code == 422
    assert client.get("/readyz").json == {"status": "ok", "pending": 0}


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


@pytest.mark.parametrize("path", ["/", "/status/1", "/nothing", "/verify", "/api/openapi.json"])
def test_a_foreign_host_name_is_refused_and_named(client, caplog, path):
    answer = client.get(path, base_url="http://badges.internal:8202")
    detail = "This server is localhost:8202 and was asked as badges.internal:8202"
    assert (answer.status_code, answer.json["detail"]) == (400, detail)
    assert answer.json["type"].endswith("/problems/wrong-host")
    assert detail in caplog.text


def test_a_foreign_host_name_is_cut_short_and_cannot_write_lines_of_the_log(client, caplog):
    answer = client.get("/", headers={"Host": "x" * 500})
    assert (answer.status_code, len(answer.json["detail"]) < 400) == (400, True)
    assert client.get("/", headers={"Host": "\x1b[2J\u00e4.example"}).status_code == 400
    assert "\x1b" not in caplog.text


@pytest.mark.parametrize("host", ["10.0.0.7:8202", "badges.internal", "evil.example", "[::1]"])
def test_who_watches_over_the_server_may_ask_under_any_name(client, host):
    answer = client.get("/readyz", headers={"Host": host})
    assert (answer.status_code, answer.json["status"]) == (200, "ok")


@pytest.mark.parametrize("path", ["/", "/readyz", "/.well-known/did.json", "/nothing"])
def test_every_answer_has_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_https_is_insisted_on_where_it_is_used(client_of, settings, client):
    assert "Strict-Transport-Security" not in client.get("/readyz").headers
    secure = client_of(moved(settings, "https://d.example"))
    answer = secure.get("/readyz", base_url="https://d.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_an_issuer_that_has_published_cannot_become_another(settings):
    url = "https://d.example"
    with pytest.raises(KeysError, match="public_url"):
        start_app(replace(settings, public_url=url, issuer_id=did_web(url)))


def test_a_body_that_is_too_large_is_refused(client, settings):
    answer = post(client, settings, b"x" * (6 * 1024 * 1024))
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_health_says_what_is_waiting(client, settings, issuer, approval):
    assert client.get("/readyz").json == {"status": "ok", "pending": 0}
    settings.passphrase_file.rename(settings.home / "away")
    receive(issuer, approval(), source="forms", event_id="e-1", now=datetime.now(UTC))
    assert client.get("/readyz").json == {"status": "ok", "pending": 1}


def test_one_write_in_fifteen_seconds_answers_all_who_ask(client, settings):
    for _ in range(3):
        assert client.get("/readyz").status_code == 200
    first = (settings.home / ".health").stat().st_mtime_ns
    client.get("/readyz")
    assert (settings.home / ".health").stat().st_mtime_ns == first
    client.application.extensions["health"]._fresh_until = 0.0
    client.get("/readyz")
    assert (settings.home / ".health").stat().st_mtime_ns > first


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (errno.ENOSPC, "disk full"),
        (errno.EDQUOT, "disk full"),
        (errno.EROFS, "disk unavailable"),
    ],
)
def test_health_says_that_the_disk_is_full(client, monkeypatch, number, status):
    def replace_file(*_args, **_how):
        raise OSError(number, "no")

    monkeypatch.setattr(durable_file, "replace", replace_file)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (503, status)


def test_health_says_that_sqlite_is_full(client, monkeypatch):
    monkeypatch.setattr(health, "_WRITE", text("CREATE TABLE much AS SELECT zeroblob(1000000)"))

    def grow_no_more(connection, _record):
        connection.execute("PRAGMA max_page_count = 1")  # as large as it is

    event.listen(Engine, "connect", grow_no_more)
    try:
        assert client.get("/readyz").json["status"] == "disk full"
    finally:
        event.remove(Engine, "connect", grow_no_more)


def test_health_says_that_the_database_is_locked(client, settings, monkeypatch):
    monkeypatch.setattr(health, "PATIENCE", 0)
    with closing(sqlite3.connect(settings.home / "mintmark.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json["status"]) == (503, "database locked")
        other.rollback()
    assert client.get("/readyz").json["status"] == "database locked"  # shared for a while
    client.application.extensions["health"]._fresh_until = 0.0
    assert client.get("/readyz").json == {"status": "ok", "pending": 0}


def test_health_says_that_postgresql_is_locked(client_of, settings, postgresql_url):
    settings = replace(settings, database_url=postgresql_url)
    database = Database(postgresql_url)
    migrations.upgrade(database)
    client = client_of(settings)
    with database.writing() as session:
        session.execute(text("LOCK TABLE alembic_version IN EXCLUSIVE MODE"))
        assert client.get("/readyz").json["status"] == "database locked"
    database.close()


def resigned(settings, **ended):
    """Let the status list end in a while from now."""
    file = settings.public / "status" / "1"
    until = (datetime.now(UTC) + timedelta(**ended)).isoformat()
    published.write(file, json.loads(file.read_bytes()) | {"validUntil": until})


@pytest.mark.parametrize(
    ("left", "warnings"),
    [
        ({"hours": 49}, None),
        ({"hours": 47, "minutes": 1}, ["status list 1 ends in 47 hours"]),
        (
            {"minutes": -1},
            ["status list 1 has ended: nobody can confirm a credential of it now"],
        ),
    ],
)
def test_health_and_the_log_warn_before_a_status_list_ends(
    client, settings, issuer, caplog, monkeypatch, left, warnings
):
    resigned(settings, **left)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json.get("warnings")) == (200, warnings)
    monkeypatch.setattr(lists, "renew_all", lambda _issuer, *, now: None)
    renewal.look(issuer, now=datetime.now(UTC))
    assert (warnings[0] in caplog.text) if warnings else not caplog.text


def test_a_server_signs_lists_again_by_itself(settings, issuer, monkeypatch):
    """Eight days without `mintmark publish`."""
    file, now = settings.public / "status" / "1", datetime.now(UTC)
    old = {"validFrom": now - timedelta(days=8), "validUntil": now - timedelta(days=1)}
    document = json.loads(file.read_bytes())
    published.write(file, document | {name: at.isoformat() for name, at in old.items()})
    monkeypatch.setattr(renewal, "LOOK_SECONDS", 0.05)
    stop = renewal.start(settings)
    deadline = time.monotonic() + 20
    while list(lists.ending_soon(settings, now=now)) and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    assert list(lists.ending_soon(settings, now=now + timedelta(days=4))) == []
    again = file.read_bytes()
    lists.renew_all(issuer, now=clock.now())
    assert file.read_bytes() == again  # once a day is enough


def test_lists_that_cannot_be_signed_again_are_named_in_the_log(settings, issuer, caplog):
    settings.passphrase_file.rename(settings.home / "away")
    resigned(settings, hours=5)
    file = settings.public / "status" / "1"
    day_old = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    published.write(file, json.loads(file.read_bytes()) | {"validFrom": day_old})
    renewal.look(issuer, now=datetime.now(UTC))
    assert "not signed again: LockedError" in caplog.text
    assert "status list 1 ends in 4 hours" in caplog.text


def test_without_a_passphrase_it_starts_and_stores_and_a_start_with_it_finishes(
    client_of, settings, approval, issuer
):
    away = settings.passphrase_file.rename(settings.home / "away")
    locked = client_of(settings)
    answer = post(locked, settings, message(approval))
    assert (answer.status_code, answer.json["status"]) == (202, "stored")
    assert locked.get("/readyz").json == {"status": "keys locked", "pending": 1}
    away.rename(settings.passphrase_file)
    client_of(settings)
    assert pending(issuer) == []
    status = answer.headers["Location"].removeprefix(settings.public_url)
    assert locked.get(status).json["status"] == "issued"


def test_it_does_not_start_on_an_old_schema(settings, issuer):
    with issuer.database.writing() as session:
        session.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(SchemaError, match="mintmark migrate"):
        start_app(settings)


def test_it_does_not_start_with_other_keys_than_the_published_ones(settings, home):
    (home / "keys" / "keyring.json").write_text(
        (home / "keys" / "keyring.json").read_text().replace("ed25519-", "ed25519-x")
    )
    with pytest.raises(KeysError):
        start_app(settings)


def test_an_application_that_cannot_start_leaves_no_connection_open(settings, monkeypatch):
    (settings.home / "mintmark.sqlite3").unlink()
    closed, close = [], Database.close
    monkeypatch.setattr(Database, "close", lambda self: closed.append(close(self)))
    with pytest.raises(SchemaError):
        start_app(settings)
    assert len(closed) == 1


def test_making_an_application_changes_nothing(home):
    """Starting it does: nothing is signed, published or asked of the database before."""
    (home / "passphrase").unlink()
    (home / "mintmark.sqlite3").unlink()

    def state():
        return {file: file.stat().st_mtime_ns for file in home.rglob("*")}

    before = state()
    application = create_app(load(home))
    assert application.test_client().get("/.well-known/did.json").status_code == 200
    assert state() == before
