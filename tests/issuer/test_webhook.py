"""The webhook over HTTP with the whole application behind it, on its real database."""

import base64
import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sqlalchemy import func, select
from werkzeug.test import create_environ, run_wsgi_app

from issuer.__main__ import main
from issuer.app import start_app
from issuer.approvals import event, schema
from issuer.approvals.webhook.deliveries import RefusedRow
from issuer.catalog import picture
from issuer.database.database import Base, Database
from issuer.drawing import typesetting
from issuer.issuance.records.tables import CredentialRow
from issuer.web import problems
from issuer.webhooks import standard_webhooks

PATH = "/webhooks/approvals"
ROOT = Path(__file__).parents[2]
SECOND = "whsec_" + base64.b64encode(b"2" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 32).decode()
TOKEN = "T" * 32


class Sender:
    """A sender of approvals to an application in this process."""

    def __init__(self, app, secret):
        self.app = app
        self.secret = secret

    def post(self, body, *, event_id="evt_1", secret=None, seconds=0, **changed):
        """Sign and post `body`; keywords replace headers, and None takes one away."""
        now = datetime.now(UTC) + timedelta(seconds=seconds)
        headers = {
            "Content-Type": "application/json",
            **standard_webhooks.sign(
                [secret or self.secret], message_id=event_id, now=now, body=body
            ),
            **{name.replace("_", "-"): value for name, value in changed.items()},
        }
        headers = {name: value for name, value in headers.items() if value is not None}
        return self.app.test_client().post(PATH, data=body, headers=headers)

    def get(self, path, **headers):
        return self.app.test_client().get(path, headers=headers)


@pytest.fixture
def settings(settings):
    """The settings of an issuer with a rotated secret, a second source, and a token."""
    (forms,) = settings.sources
    sources = (
        replace(forms, secrets=(forms.secrets[0], SECOND)),
        replace(forms, name="lms", secrets=(OTHER,), bearer=TOKEN),
    )
    return replace(settings, sources=sources)


@pytest.fixture
def sender(settings):
    app = start_app(settings)
    yield Sender(app, settings.sources[0].secrets[0])
    app.extensions["mintmark"].database.close()


@pytest.fixture
def message(approval):
    """Make the body of an event; keywords replace members of its data."""

    def make(approval_id="a-1", **members):
        data = json.loads(approval(approval_id, **members).content)
        document = {"type": event.APPROVED, "timestamp": "2026-05-15T15:00:00Z", "data": data}
        return json.dumps(document).encode()

    return make


def rows(app):
    """Count the rows of every table, but for the note that something was refused."""
    with app.extensions["mintmark"].database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.name != RefusedRow.__tablename__
        }


def credentials(app):
    return rows(app)[CredentialRow.__tablename__]


def test_an_approval_is_answered_with_its_credential(sender, message):
    answer = sender.post(message())
    reply = answer.get_json()
    assert (answer.status_code, reply["status"]) == (201, "issued")
    assert reply["page"] == reply["id"] + ".html"
    assert reply["json"] == reply["id"] + ".json"
    assert reply["manage_url"].startswith("http://localhost:8202/manage/")
    assert sender.get(reply["json"]).get_json()["id"] == reply["id"]


def test_nothing_is_drawn_before_it_is_asked_for(sender, message, settings, monkeypatch):
    drawn = []
    for owner, name in ((typesetting.typst, "compile_with_warnings"), (picture, "draw_badge")):
        real = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *a, _r=real, **k: (drawn.append(1), _r(*a, **k))[1])
    reply = sender.post(message()).get_json()
    assert (drawn, (settings.home / "cache").exists()) == ([], False)
    assert sender.get(reply["id"] + ".png").status_code == 200
    assert drawn


def test_keys_that_were_replaced_after_a_theft_are_used_without_a_restart(
    sender, message, settings
):
    assert sender.post(message()).status_code == 201
    keyring = sender.app.extensions["mintmark"].keyring
    home = ["--home", str(settings.home), "keys"]
    for entry in keyring.entries():
        assert main([*home, "compromise", entry.id, "--reason", "stolen"]) == 0
    assert sender.post(message("a-2"), event_id="evt_2").status_code == 202
    assert main([*home, "create"]) == 0
    assert sender.post(message("a-3"), event_id="evt_3").status_code == 201


@pytest.mark.parametrize("event_id", ["evt_1", "evt_2"], ids=["same-event", "another-event"])
def test_the_same_approval_again_is_answered_200_with_the_same_credential(
    sender, message, event_id
):
    first = sender.post(message())
    again = sender.post(message(), event_id=event_id)
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert credentials(sender.app) == 1


def test_an_approval_is_known_again_after_a_restart_and_after_it_has_run_out(
    sender, message, settings
):
    until = datetime.now(UTC) + timedelta(seconds=2)
    body = message(valid_until=f"{until:%Y-%m-%dT%H:%M:%SZ}")
    first = sender.post(body)
    time.sleep(2)
    restarted = Sender(start_app(settings), sender.secret)
    again = restarted.post(body, event_id="evt_2")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json()["id"] == first.get_json()["id"]
    restarted.app.extensions["mintmark"].database.close()


@pytest.mark.parametrize(
    ("approval_id", "event_id", "problem", "remedy"),
    [
        pytest.param("a-1", "evt_2", "approval-differs", "new approval_id", id="same-approval-id"),
        pytest.param("a-2", "evt_1", "event-differs", "new event id", id="same-event-id"),
        pytest.param("a-1", "evt_1", "approval-differs", "new approval_id", id="both"),
    ],
)
def test_the_same_id_with_other_content_is_a_conflict_that_says_how_to_correct(
    sender, message, approval_id, event_id, problem, remedy
):
    sender.post(message())
    before = rows(sender.app)
    answer = sender.post(message(approval_id, provider_number="X1"), event_id=event_id)
    reply = answer.get_json()
    assert (answer.status_code, reply["type"]) == (409, f"http://localhost:8202/problems/{problem}")
    assert remedy in sender.get(f"/problems/{problem}").get_json()["remedy"]
    assert rows(sender.app) == before


def test_a_correction_is_the_newest_revision_plus_one(sender, message):
    """D19, as docs/webhook.md says it."""
    first = sender.post(message())
    second = sender.post(message(revision="2", reason="A wrong name."), event_id="evt_2")
    assert (first.status_code, second.status_code) == (201, 201)
    again = sender.post(message(), event_id="evt_3")
    reply = again.get_json()
    assert (again.status_code, reply["status"]) == (200, "superseded")
    assert (reply["id"], reply["superseded_by"]) == (
        first.get_json()["id"],
        second.get_json()["id"],
    )
    newest = sender.post(message(revision=2, reason="A wrong name."), event_id="evt_4")
    assert (newest.status_code, "superseded_by" in newest.get_json()) == (200, False)
    for number, (revision, more) in enumerate([(2, {"provider_number": "X"}), (4, {}), (7, {})]):
        body = message(revision=revision, reason="x", **more)
        refused = sender.post(body, event_id=f"evt_5_{number}")
        assert (refused.status_code, refused.get_json()["newest_revision"]) == (409, 2)
        assert "the newest revision is 2" in refused.get_json()["detail"]
    why = sender.post(message(revision=3), event_id="evt_6").get_json()
    assert [error["field"] for error in why["errors"]] == ["data.reason"]


def test_what_a_wrong_person_got_has_no_link_for_the_sender(sender, message):
    sender.post(message())
    other = {"name": "Sam Example", "emails": ["sam@school.example"]}
    sender.post(message(revision=2, reason="x", recipient=other), event_id="evt_2")
    reply = sender.post(message(), event_id="evt_3").get_json()
    assert ("manage_url" in reply, reply["status"]) == (False, "superseded")


def test_two_sources_may_use_the_same_ids(sender, message):
    one = sender.post(message())
    other = sender.post(message(), secret=OTHER)
    assert (one.status_code, other.status_code) == (201, 201)
    assert one.get_json()["id"] != other.get_json()["id"]


def test_the_second_secret_of_a_rotation_belongs_to_the_same_source(sender, message):
    first = sender.post(message())
    again = sender.post(message(), secret=SECOND)
    assert (again.status_code, again.get_json()) == (200, first.get_json())


def test_fifty_deliveries_at_once_give_one_credential(sender, message):
    """T26."""
    body = message()
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: sender.post(body), range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert credentials(sender.app) == 1


def test_an_own_idea_becomes_an_unlisted_achievement_that_is_used_again(sender, message):
    idea = {
        "name": "Family math evenings",
        "description": "Families pose problems.",
        "criteria": "- Host three evenings.",
        "rubric": {"id": "completion"},
    }
    answers = [
        sender.post(message(f"a-{n}", achievement=idea), event_id=f"evt_{n}") for n in (1, 2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    achievements = {
        sender.get(answer.get_json()["json"]).get_json()["credentialSubject"]["achievement"]["id"]
        for answer in answers
    }
    assert len(achievements) == 1


def test_a_check_is_answered_204_and_leaves_nothing(sender):
    before = rows(sender.app)
    answer = sender.post(b'{"type":"mintmark.check","timestamp":"2026-11-22T12:00:00Z","data":{}}')
    assert (answer.status_code, answer.data) == (204, b"")
    assert rows(sender.app) == before


def bearer(key="row-7", token=TOKEN):
    return {
        "webhook_id": None,
        "webhook_timestamp": None,
        "webhook_signature": None,
        "Authorization": f"Bearer {token}",
        "Idempotency_Key": key,
    }


def test_a_token_and_an_idempotency_key_do_what_a_signature_does(sender, message):
    first = sender.post(message(), **bearer())
    again = sender.post(message(), **bearer())
    other = sender.post(message("a-2"), **bearer())
    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 409]


GOOD = object()
REFUSED = {
    # flaw: body, headers, status, problem, and what the answer must name
    "body-empty": (b"", {}, 400, "not-json", "not JSON"),
    "body-not-utf-8": (b'{"type":"\xff"}', {}, 400, "not-json", "not UTF-8"),
    "body-utf-16": ('{"type":1}'.encode("utf-16"), {}, 400, "not-json", "not UTF-8"),
    "body-cut-short": (b'{"type":"micro_credential.app', {}, 400, "not-json", "not JSON"),
    "body-two-objects": (b"{}{}", {}, 400, "not-json", "not JSON"),
    "body-a-list": (b"[]", {}, 400, "not-json", "not a JSON object"),
    "key-twice": (b'{"type":"a","type":"b"}', {}, 400, "not-json", "'type' stands twice"),
    "nan": (b'{"type":NaN}', {}, 400, "not-json", "NaN"),
    "number-of-5000-digits": (b'{"type":' + b"9" * 5000 + b"}", {}, 400, "not-json", "2**53"),
    "lone-surrogate": (b'{"type":"\\ud800"}', {}, 400, "not-json", "surrogate"),
    "depth-100000": (b"[" * 100_000, {}, 400, "not-json", "nested"),
    "no-event": (b"{}", {}, 422, "approval-refused", "type"),
    "larger-than-allowed": (b" " * (event.MAX_BYTES + 1), {}, 413, "too-large", ""),
    "text-plain": (GOOD, {"Content_Type": "text/plain"}, 415, "unsupported-media-type", ""),
    "no-content-type": (GOOD, {"Content_Type": None}, 415, "unsupported-media-type", ""),
    "form": (
        b"a=b",
        {"Content_Type": "application/x-www-form-urlencoded"},
        *(415, "unsupported-media-type", "application/json"),
    ),
    "wrong-secret": (GOOD, {"secret": "whsec_" + "QUJD" * 8}, 401, "unauthentic", "signature"),
    "clock-slow": (GOOD, {"seconds": -301}, 401, "unauthentic", "clock"),
    "clock-fast": (GOOD, {"seconds": 302}, 401, "unauthentic", "clock"),
    "unsigned": (GOOD, {"webhook_signature": None}, 401, "unauthentic", "headers"),
    "header-v1": (GOOD, {"webhook_signature": "v1"}, 401, "unauthentic", "headers"),
    "header-v1-a-b": (GOOD, {"webhook_signature": "v1,a,b"}, 401, "unauthentic", "headers"),
    "header-latin-1": (GOOD, {"webhook_id": "ÿ"}, 401, "unauthentic", "headers"),
    "header-time-absurd": (GOOD, {"webhook_timestamp": "9" * 400}, 401, "unauthentic", "headers"),
    "token-wrong": (GOOD, bearer(token="x" * 32), 401, "unauthentic", "token"),
    "token-without-key": (GOOD, bearer(key=None), 400, "idempotency-key", ""),
}


@pytest.mark.parametrize(
    ("body", "headers", "status", "problem", "named"), REFUSED.values(), ids=REFUSED.keys()
)
def test_a_message_that_is_not_in_order_is_a_problem_and_leaves_nothing(
    sender, message, caplog, body, headers, status, problem, named
):
    before = rows(sender.app)
    answer = sender.post(message() if body is GOOD else body, **headers)
    reply = answer.get_json()
    assert (answer.status_code, reply["status"]) == (status, status)
    assert answer.mimetype == "application/problem+json"
    assert reply["type"] == f"http://localhost:8202/problems/{problem}"
    assert named in answer.text
    assert rows(sender.app) == before
    assert [record.levelname for record in caplog.records] == ["WARNING"]


class Chunks:
    """A body that comes in chunks, without a length; after `parts` the server raises `error`."""

    def __init__(self, parts, error=None):
        self.parts = parts
        self.error = error

    def read(self, size=-1):
        if self.parts:
            return self.parts.pop(0)
        if self.error:
            raise self.error
        return b""


class InvalidChunkSize(Exception):
    """As gunicorn raises it while a body is read: not an OSError."""


CHUNKS = {
    "endless": ([b" " * 1024] * 10_000, None, 413),
    "malformed": ([b"{"], InvalidChunkSize(), 400),
    "broken-off": ([b"{"], ConnectionResetError(), 400),
}


@pytest.mark.parametrize(("parts", "error", "status"), CHUNKS.values(), ids=CHUNKS.keys())
def test_a_body_in_chunks_is_limited_and_may_break_off(sender, parts, error, status):
    chunks = Chunks(list(parts), error)
    environ = create_environ(PATH, method="POST")
    environ |= {"wsgi.input": chunks, "wsgi.input_terminated": True}
    _, status_line, headers = run_wsgi_app(sender.app, environ)
    assert int(status_line.split()[0]) == status
    assert headers["Content-Type"] == "application/problem+json"
    assert sum(map(len, chunks.parts)) >= len(b"".join(parts)) - 2 * event.MAX_BYTES


FLAWS = {
    "unknown-type": (b'"micro_credential.approved"', b'"submission.approved"', "type"),
    "unknown-achievement": (b'"rhythms"', b'"juggling"', "data.achievement.id"),
    "level-not-in-the-rubric": (b'"work": "met"', b'"work": "superb"', "data.levels.work"),
    "level-still-to-come": (b'"work": "met"', b'"work": "not-yet"', "data.levels.work"),
    "criterion-missing": (b', "work": "met"', b"", "data.levels.work"),
    "criterion-unknown": (b'"work": "met"', b'"work": "met", "joy": "met"', "data.levels.joy"),
    "approved-in-the-future": (b'"2026-05-15T15:00:00Z"', b'"2099-05-15T15:00:00Z"',
                               "data.approved_at"),
    "control-character": (b'"Jordan Example"', b'"Jordan\\u0007"', "data.recipient.name"),
    "no-measured-outcome": (b'"measured_outcome"', b'"outcome"', "data.narrative.measured_outcome"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "field"), FLAWS.values(), ids=FLAWS.keys())
def test_a_flaw_is_named_by_its_field_and_leaves_one_line_without_a_value(
    sender, message, caplog, old, new, field
):
    before = rows(sender.app)
    body = message()
    assert old in body
    answer = sender.post(body.replace(old, new))
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.get_json()["errors"]]
    assert rows(sender.app) == before
    (record,) = caplog.records
    assert schema.loggable(field) in record.getMessage()
    assert "Jordan" not in caplog.text


@pytest.mark.parametrize(
    ("members", "field"),
    [
        pytest.param({"achievement": {"id": "rhythms", "version": 7}},
                     "data.achievement.version", id="unknown-version"),
        pytest.param({"achievement": {"name": "A", "description": "B", "criteria": "C",
                                      "rubric": {"id": "none"}}},
                     "data.achievement.rubric.id", id="unknown-rubric"),
        pytest.param({"valid_until": "2026-01-01T00:00:00Z"}, "data.valid_until", id="run-out"),
    ],
)  # fmt: skip
def test_what_only_the_catalog_or_the_clock_knows_is_named_too(sender, message, members, field):
    before = rows(sender.app)
    answer = sender.post(message(**members))
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]
    assert (answer.status_code, rows(sender.app)) == (422, before)


def test_a_corrected_message_may_keep_its_ids(sender, message):
    refused = sender.post(message(levels={"learning": "met"}))
    corrected = sender.post(message())
    assert (refused.status_code, corrected.status_code) == (422, 201)


def test_the_log_holds_no_word_of_the_sender(sender, message, caplog):
    body = message(levels={"jane-doe": "met"}).replace(b'"comments"', b'"Jane Doe"')
    body = body.replace(b'"approved_at"', b'"Jane Doe": 1, "approved_at"')
    assert sender.post(body).status_code == 422
    assert "jane" not in caplog.text.lower()


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_another_method_is_a_problem_that_names_the_right_one(sender, method):
    answer = sender.app.test_client().open(PATH, method=method)
    assert answer.get_json()["type"].endswith("/problems/method-not-allowed")
    assert (answer.status_code, "POST" in answer.headers["Allow"]) == (405, True)


def lock_keys(settings):
    settings.passphrase_file.rename(settings.passphrase_file.with_suffix(".away"))


def unlock_keys(settings):
    settings.passphrase_file.with_suffix(".away").rename(settings.passphrase_file)


@pytest.fixture
def locked(settings):
    """A sender to an issuer that started without its passphrase."""
    lock_keys(settings)
    app = start_app(settings)
    yield Sender(app, settings.sources[0].secrets[0])
    app.extensions["mintmark"].database.close()


def test_what_is_stored_and_not_signed_is_answered_202_with_a_status_address(
    locked, message, settings
):
    answer = locked.post(message())
    where = answer.headers["Location"]
    assert (answer.status_code, answer.get_json()["status_url"]) == (202, where)
    assert locked.get(where).get_json() == answer.get_json()
    again = locked.post(message(), event_id="evt_2")
    assert (again.status_code, again.headers["Location"]) == (202, where)
    unlock_keys(settings)
    issued = locked.post(message())
    assert (issued.status_code, issued.get_json()["status"]) == (200, "issued")
    assert locked.get(where).get_json() == issued.get_json()
    assert credentials(locked.app) == 1


def test_a_status_address_cannot_be_guessed(locked, message):
    token = locked.post(message()).headers["Location"].split("/")[-2]
    assert len(token) >= 22
    assert locked.get(f"/approvals/{token[::-1]}/status").status_code == 404
    assert locked.get("/approvals/1/status").status_code == 404


def test_a_database_that_is_gone_is_answered_503_with_retry_after(sender, message, settings):
    database: Database = sender.app.extensions["mintmark"].database
    database.close()
    file = settings.home / "mintmark.sqlite3"
    for part in settings.home.glob("mintmark.sqlite3*"):
        part.rename(part.with_name("away-" + part.name))
    file.mkdir()
    answer = sender.post(message())
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.get_json()["type"].endswith("/problems/unavailable")
    file.rmdir()
    for part in settings.home.glob("away-*"):
        part.rename(part.with_name(part.name.removeprefix("away-")))
    assert sender.post(message()).status_code == 201


def test_a_full_database_is_answered_503_and_keeps_nothing(sender, message):
    database = sender.app.extensions["mintmark"].database
    with database.reading() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar()
    before = rows(sender.app)
    with database.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    big = {"comments": {"work": "x" * 4000, "learning": "y" * 4000}}
    statuses = {
        sender.post(message(f"a-{n}", **big), event_id=f"e{n}").status_code for n in range(8)
    }
    assert 503 in statuses <= {201, 503}
    stored = rows(sender.app)["credentials"] - before["credentials"]
    assert stored == rows(sender.app)["events"] - before["events"]


def test_the_schema_is_served_as_it_is_used(sender):
    answer = sender.get("/webhooks/approvals.schema.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/schema+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.get_json() == schema.SCHEMA
    Draft202012Validator.check_schema(answer.get_json())


def test_an_unforeseen_error_is_a_number_in_the_answer_and_no_word_of_it(
    sender, message, caplog, monkeypatch
):
    words = "what only the database knows of Jordan Example"

    def explode(*_args, **_kwargs):
        raise RuntimeError(words)

    monkeypatch.setattr("issuer.approvals.webhook.routes.issuance.receive", explode)
    answer = sender.post(message())
    reply = answer.get_json()
    assert (answer.status_code, reply["type"].endswith("/problems/internal")) == (500, True)
    assert reply["instance"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "explode" in caplog.text
    assert "Jordan" not in answer.text + caplog.text


slow = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "data", "timestamp", "id"]) | st.text(), inner)
    ),
    max_leaves=10,
).map(lambda value: json.dumps(value).encode())


@slow
@given(body=st.binary(max_size=200) | any_json, token=st.booleans())
def test_any_body_is_refused_as_a_problem(sender, body, token):
    answer = sender.post(body, **(bearer() if token else {}))
    assert 400 <= answer.status_code < 500
    assert answer.mimetype == "application/problem+json"
    assert credentials(sender.app) == 0


@slow
@given(
    headers=st.dictionaries(
        st.sampled_from(["webhook_id", "webhook_timestamp", "webhook_signature", "Authorization"]),
        st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=60),
        min_size=1,
    ),
    body=st.binary(max_size=60),
)
def test_any_headers_are_refused_as_a_problem(sender, headers, body):
    answer = sender.post(body, **headers)
    assert 400 <= answer.status_code < 500
    assert answer.mimetype == "application/problem+json"


def test_refusals_are_logged_where_an_operator_sees_them_by_default():
    """Without any set-up of logging, Python prints warnings and nothing below."""
    assert logging.getLogger(problems.__name__).getEffectiveLevel() <= logging.WARNING
