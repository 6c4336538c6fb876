"""With the database away every page says so and when to ask again; a fault of ours is a 500 (P6).

What counts as away is decided by the codes of the driver, in `Database.reading` and `writing`.
"""

import json
import sqlite3
import time
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from werkzeug.routing import IntegerConverter

from issuer import migrations
from issuer.app import start_app
from issuer.catalog import versions
from issuer.database.database import BUSY_SECONDS, Database, UnavailableError
from issuer.home.issuer import Issuer
from issuer.issuance import receive
from issuer.issuance.records.tables import StatusList
from issuer.people.access.gate import cookie_name
from issuer.sharing.collections import collection
from issuer.sharing.collections.collection import Edited
from issuer.webhooks import standard_webhooks

ASK_NO_DATABASE = (
    "api.",
    "approvals.approval_schema",
    "catalog.logo_png",
    "explain_problem",
    "files.",
    "holding.renewed",
    "linking.ask",  # no mail is set up here
    "linking.sent",
    "pages.static",
    "sign_in.ask",  # nor for this
    "sign_in.from_provider",  # nor a provider
    "sign_in.sent",
    "sign_in.with_provider",
    "verifier.",
)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (sqlite3.SQLITE_BUSY, "database locked"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "database locked"),
        (sqlite3.SQLITE_LOCKED, "database locked"),
        (sqlite3.SQLITE_FULL, "disk full"),
        (sqlite3.SQLITE_IOERR_WRITE, "database unavailable"),
        (sqlite3.SQLITE_CANTOPEN, "database unavailable"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "database unavailable"),
        (sqlite3.SQLITE_PROTOCOL, "database unavailable"),
        (sqlite3.SQLITE_ERROR, None),  # no such column, or a syntax error
        (sqlite3.SQLITE_MISMATCH, None),
        (sqlite3.SQLITE_CORRUPT, None),
        ("08006", "database unavailable"),
        ("53100", "disk full"),
        ("53300", "database unavailable"),
        ("57P01", "database unavailable"),
        ("57P03", "database unavailable"),
        ("58030", "database unavailable"),
        ("25006", "database unavailable"),
        ("40001", "database locked"),
        ("40P01", "database locked"),
        ("55P03", "database locked"),
        (None, "database unavailable"),  # nobody answered: there is no code
        ("42703", None),  # no such column
        ("42601", None),  # a syntax error
        ("42P01", None),  # no such table
        ("22001", None),
        ("XX001", None),
    ],
)
def test_the_code_of_the_driver_decides(tmp_path, error, trouble):
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with pytest.raises((UnavailableError, OperationalError)) as raised, database.reading():
        raise OperationalError("SELECT", {}, driver_error(error))
    database.close()
    assert getattr(raised.value, "trouble", None) == trouble


def driver_error(code):
    kind = psycopg.OperationalError if code is None or isinstance(code, str) else sqlite3.Error
    error = kind("x")
    if isinstance(code, int):
        error.sqlite_errorcode = code
    elif code is not None:
        error.sqlstate = code
    return error


@pytest.mark.parametrize("statement", ["SELECT no_such FROM status_lists", "SELEKT", "SELECT x.y"])
def test_a_statement_that_is_wrong_is_a_fault_of_ours(any_database, statement):
    for session_of in (any_database.reading, any_database.writing):
        with pytest.raises((OperationalError, ProgrammingError)), session_of() as session:
            session.execute(text(statement))


def test_a_broken_constraint_is_a_fault_of_ours(any_database):
    row = {"number": 7, "size": 8, "key": b"k", "opened_at": datetime(2026, 11, 22, tzinfo=UTC)}
    with pytest.raises(IntegrityError), any_database.writing() as session:
        session.execute(insert(StatusList), [row, row])


def test_a_full_disk_is_unavailable(issuer):
    issuer.database.close()
    event.listen(
        issuer.database.engine, "connect", lambda c, _: c.execute("PRAGMA max_page_count = 1")
    )
    with pytest.raises(UnavailableError) as full, issuer.database.writing() as session:
        session.execute(text("CREATE TABLE much AS SELECT zeroblob(1000000)"))
    assert full.value.trouble == "disk full"


def test_a_connection_that_is_cut_is_unavailable_and_the_next_one_works(postgresql_issuer):
    database = postgresql_issuer.database
    with pytest.raises(UnavailableError), database.writing() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_a_database_that_may_only_be_read_is_unavailable(postgresql_issuer):
    with pytest.raises(UnavailableError), postgresql_issuer.database.writing() as session:
        session.execute(text("SET TRANSACTION READ ONLY; DELETE FROM outbox"))


def test_more_work_than_connections_is_unavailable(postgresql_url):
    database = Database(postgresql_url)
    pool = database.engine.pool
    pool._timeout = 0
    held = [database.engine.connect() for _ in range(pool.size() + pool._max_overflow)]
    with pytest.raises(UnavailableError), database.reading() as session:
        session.execute(text("SELECT 1"))
    for connection in held:
        connection.close()
    database.close()


def test_waiting_for_another_writer_ends_after_five_seconds(any_database):
    def write(session):
        session.execute(text("UPDATE alembic_version SET version_num = version_num"))

    began = time.monotonic()
    with any_database.writing() as first:
        write(first)
        with pytest.raises(UnavailableError) as late, any_database.writing() as second:
            write(second)
    assert late.value.trouble == "database locked"
    assert BUSY_SECONDS <= time.monotonic() - began < BUSY_SECONDS + 4


def is_number(rule, name):
    return isinstance(rule._converters.get(name), IntegerConverter)


class Site:
    """An application on one database, with a credential and a collection to ask for."""

    def __init__(self, settings, approval):
        issuer = Issuer(settings)
        now = datetime.now(UTC)
        received = receive(issuer, approval(), source="forms", event_id="e-1", now=now)
        self.settings, self.manage = settings, received.manage_url
        token = collection.create(
            issuer, Edited("Mine", links=received.manage_url), person=None, now=now
        )
        self.values = {
            "public_id": received.credential_id,
            "name": received.credential_id,
            "achievement_id": "rhythms",
            "number": 1,
            "suffix": "json",
            "slug": "unavailable",
        }
        self.held = received.manage_url.rpartition("/")[2]
        self.edited, self.status = token, received.token
        issuer.database.close()
        self.app = start_app(settings)
        event = {"type": "micro_credential.approved", "timestamp": "2026-05-15T15:00:00Z"}
        event["data"] = json.loads(approval("a-2").content)
        self.body = json.dumps(event).encode()

    def rules(self):
        for rule in self.app.url_map.iter_rules():
            for method in sorted(rule.methods & {"GET", "POST"}):
                yield rule, method

    def ask(self, rule, method):
        token = {"collections": self.edited, "approvals": self.status}.get(
            rule.endpoint.partition(".")[0], self.held
        )
        values = self.values | {"token": token}
        if rule.endpoint.startswith("catalog."):
            values["name"] = "1.json"
        if rule.endpoint.startswith("files."):
            values["name"] = "did.json"
        adapter = self.app.url_map.bind("localhost:8202")
        wanted = {
            name: 1 if is_number(rule, name) else values.get(name, "json")
            for name in rule.arguments
        }
        url = adapter.build(rule.endpoint, wanted, method=method)
        if rule.endpoint == "approvals.receive_approval":
            return self.deliver(url)
        page = f"{self.settings.public_url}/credentials/{self.values['public_id']}"
        query = {"url": page, "visibility": "public"}
        form = {"links": self.manage, "visibility": "public", "text": page}
        form["address"] = "jordan@school.example"
        client = self.app.test_client()
        client.set_cookie(cookie_name(self.settings), "of somebody")
        return client.open(
            url,
            method=method,
            query_string=query if method == "GET" else None,
            data=form if method == "POST" else None,
        )

    def deliver(self, url):
        signed = standard_webhooks.sign(
            self.settings.sources[0].secrets,
            message_id="e-2",
            now=datetime.now(UTC),
            body=self.body,
        )
        client = self.app.test_client()
        return client.post(url, data=self.body, headers=signed, content_type="application/json")

    def pages(self):
        return [self.ask(rule, method) for rule, method in self.rules() if method == "GET"]


def assert_every_route_says_when_to_ask_again(site):
    for rule, method in site.rules():
        answer = site.ask(rule, method)
        if rule.endpoint.startswith(ASK_NO_DATABASE):
            assert answer.status_code < 500 or rule.endpoint == "files.health", rule
            continue
        assert answer.status_code == 503, (rule, method, answer.status)
        assert int(answer.headers["Retry-After"]) > 0, rule


def test_with_postgresql_stopped_every_route_says_when_to_ask_again(
    settings, approval, postgresql_cluster, issuer
):
    settings = replace(settings, database_url=postgresql_cluster.url)
    with issuer.database.reading() as session:
        achievement = versions.read(versions.find(session, "rhythms"))
    database = Database(settings.database_url)
    migrations.upgrade(database)
    with database.writing() as session:
        versions.record(session, achievement, now=datetime.now(UTC))
    database.close()
    site = Site(settings, approval)
    assert {answer.status_code for answer in site.pages()}.isdisjoint({500, 503})
    postgresql_cluster.stop()
    assert_every_route_says_when_to_ask_again(site)
    postgresql_cluster.start()
    assert {answer.status_code for answer in site.pages()}.isdisjoint({500, 503})
    site.app.extensions["mintmark"].database.close()


def test_with_sqlite_away_every_route_says_when_to_ask_again(settings, approval, issuer):
    site = Site(settings, approval)
    site.app.extensions["mintmark"].database.close()
    file = settings.home / "mintmark.sqlite3"
    for part in settings.home.glob("mintmark.sqlite3*"):
        part.rename(part.with_name(f"away-{part.name}"))
    file.mkdir()
    assert_every_route_says_when_to_ask_again(site)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_column_that_is_not_there_is_a_500_and_no_hint_to_send_again(
    any_issuer, approval, method
):
    site = Site(any_issuer.settings, approval)
    with any_issuer.database.writing() as session:
        session.execute(text("ALTER TABLE approvals RENAME COLUMN content TO contents"))
    wanted = {"GET": "/credentials/<name>", "POST": "/webhooks/approvals"}[method]
    [rule] = [rule for rule, verb in site.rules() if rule.rule == wanted and verb == method]
    answer = site.ask(rule, method)
    assert (answer.status_code, "Retry-After" in answer.headers) == (500, False)
    site.app.extensions["mintmark"].database.close()


def test_a_process_of_an_older_version_says_that_the_database_was_upgraded(any_issuer, approval):
    """It neither goes on nor loses what it is sent: whoever sent it is to send it again (P12)."""
    site = Site(any_issuer.settings, approval)
    with any_issuer.database.writing() as session:
        session.execute(text("ALTER TABLE credentials RENAME COLUMN document TO something_newer"))
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    answers = [site.ask(rule, method) for rule, method in site.rules()]
    assert 500 not in {answer.status_code for answer in answers}
    assert site.deliver("/webhooks/approvals").headers["Retry-After"]
    with pytest.raises(UnavailableError, match="was upgraded"):
        receive_again(site.app.extensions["mintmark"], approval)
    site.app.extensions["mintmark"].database.close()


def receive_again(issuer, approval):
    receive(issuer, approval("a-9"), source="forms", event_id="e-9", now=datetime.now(UTC))
