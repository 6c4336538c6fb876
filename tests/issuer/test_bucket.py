"""What is published goes to a bucket as well (P6, P7), and nothing waits for one that is away."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import s3_server
from ports import free_port

from issuer import issuance
from issuer.app import create_app, start
from issuer.home import settings as home_settings
from issuer.home.issuer import Issuer
from issuer.home.publishing import bucket, published_rows
from issuer.home.settings import SettingsError, load
from issuer.installation.doctor import here
from issuer.installation.doctor.finding import PartState
from issuer.issuance import commands
from issuer.issuance.status_lists import lists
from issuer.web.monitoring.metrics import _Now
from verifier import verify
from verifier.fetching.fetch import Fetched


def now():
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def store():
    with s3_server.running() as running:
        yield running


@pytest.fixture
def endpoint(store):
    """The store, with its bucket empty."""
    address, client = store
    for item in client.list_objects_v2(Bucket=s3_server.BUCKET).get("Contents", ()):
        client.delete_object(Bucket=s3_server.BUCKET, Key=item["Key"])
    return address


@pytest.fixture
def published(any_issuer, endpoint):
    """An issuer that has published, and whose bucket lacks all of it."""
    named = replace(any_issuer.settings, publish_bucket=s3_server.BUCKET, publish_endpoint=endpoint)
    any_issuer.settings = named
    start(any_issuer)
    return any_issuer


@pytest.fixture
def away(issuer):
    """An issuer whose bucket nobody answers for."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    other_issuer = Issuer(replace(issuer.settings, publish_bucket="gone", publish_endpoint=nowhere))
    start(other_issuer)
    yield other_issuer
    other_issuer.database.close()


def content(store, path):
    return store[1].get_object(Bucket=s3_server.BUCKET, Key=path)


def seen_in(store, issuer, row):
    """The answer of whoever fetches from the bucket what the credential names."""

    def fetch(url, *, accept, max_bytes):
        file = content(store, url.removeprefix(f"{issuer.settings.public_url}/"))
        return Fetched(url, file["Body"].read(), file["ContentType"])

    return verify(row.json, fetch=fetch, now=now()).current.code


def left(issuer):
    with issuer.database.reading() as session:
        return published_rows.not_in_bucket(session)


def test_a_revocation_is_in_the_bucket_as_soon_as_it_is_sent(published, store, approval):
    arrived = issuance.receive(published, approval(), source="forms", event_id="e", now=now())
    row = issuance.find(published, arrived.credential_id)
    assert bucket.send(published.settings, published.database) == 4
    assert seen_in(store, published, row) == "current"
    lists.revoke(published, row.public_id, reason="x", by="command", now=now())
    assert (left(published), bucket.send(published.settings, published.database)) == (1, 1)
    assert seen_in(store, published, row) == "revoked"


def test_a_cdn_is_told_what_each_file_is_and_how_long_to_keep_it(published, store):
    bucket.send(published.settings, published.database)
    kinds = {
        ".well-known/did.json": "application/did+json",
        ".well-known/jwks.json": "application/jwk-set+json",
        "status/1": "application/vc",
        "audit-log": "application/vc",
    }
    for path, kind in kinds.items():
        file = content(store, path)
        assert (file["ContentType"], file["CacheControl"]) == (kind, "public, max-age=30")
        assert file["Body"].read() == (published.settings.public / path).read_bytes()


def test_the_newest_is_the_last_there_whoever_sends(published, store):
    """Two hosts send while a third publishes: what was overtaken is never what stays."""

    def publish(number):
        with published_rows.turn(published.database) as session:
            published_rows.put(session, "status/1", b"%d" % number)

    with ThreadPoolExecutor(3) as hosts:
        for number in range(20):
            doing = [hosts.submit(publish, number)]
            doing += [
                hosts.submit(bucket.send, published.settings, published.database) for _ in "ab"
            ]
            for one in doing:
                one.result()
    bucket.send(published.settings, published.database)
    assert (content(store, "status/1")["Body"].read(), left(published)) == (b"19", 0)


def test_nothing_waits_for_a_bucket_that_is_away_and_everybody_who_watches_is_told(away, approval):
    arrived = issuance.receive(away, approval(), source="forms", event_id="e", now=now())
    assert lists.revoke(away, arrived.credential_id, reason="x", by="command", now=now())
    with pytest.raises(bucket.BucketError, match=r"\.well-known/did\.json"):
        bucket.send(away.settings, away.database)
    assert left(away) == 4
    app = create_app(away.settings)
    answer = app.test_client().get("/readyz")
    app.extensions["mintmark"].database.close()
    assert (answer.status_code, answer.json["warnings"]) == (
        200,
        ["4 published file(s) not in the bucket yet (the log says why)"],
    )
    (finding,) = [one for one in here.look(away, now=now()) if one.part == "bucket"]
    assert finding.state is PartState.FAILED
    (waiting,) = [one for one in _Now(away).collect() if one.name == "mintmark_bucket_waiting"]
    assert waiting.samples[0].value == 4


def test_what_waited_is_sent_in_its_order_when_the_bucket_is_back(away, store, endpoint, capsys):
    away.settings = replace(
        away.settings, publish_bucket=s3_server.BUCKET, publish_endpoint=endpoint
    )
    (finding,) = [one for one in here.look(away, now=now()) if one.part == "bucket"]
    assert (finding.state, left(away)) == (PartState.OK, 0)
    assert commands._publish(None, away) == 0
    assert "put 4 file(s) into badges" in capsys.readouterr().out


def test_what_serves_sends_also_after_a_bucket_was_away(issuer, store, endpoint, monkeypatch):
    monkeypatch.setattr(bucket, "SECONDS", 0.02)
    named = replace(issuer.settings, publish_bucket="gone", publish_endpoint=endpoint)
    start(issuer)
    failed, put = [], bucket._put

    def refuse_one(settings, path, content):
        if not failed:
            failed.append(path)
            put(settings, path, content)  # into a bucket that is not there
        put(replace(settings, publish_bucket=s3_server.BUCKET), path, content)

    monkeypatch.setattr(bucket, "_put", refuse_one)
    stop = bucket.start(named)
    deadline = time.monotonic() + 60
    while left(issuer):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    stop.set()
    assert failed == [".well-known/did.json"]
    assert content(store, "status/1")["Body"].read()


def test_a_missing_extra_is_named(home, monkeypatch):
    with (home / "mintmark.toml").open("a") as file:
        file.write('\n[publish]\nbucket = "badges"\n')
    assert load(home).publish_bucket == "badges"
    monkeypatch.setattr(home_settings, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"publish\.bucket.*mintmark\[bucket\]"):
        load(home)
