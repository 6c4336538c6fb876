import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from issuer.home import published
from issuer.home.publishing import documents
from issuer.home.settings import did_web
from keys.signer import KeysError
from verifier.fetching.fetch import FetchError
from verifier.issuers.did import controller, did_web_url


def files(settings):
    return {
        str(file.relative_to(settings.public))
        for file in settings.public.rglob("*")
        if file.is_file()
    }


@pytest.fixture
def empty(settings):
    import shutil

    shutil.rmtree(settings.public)
    return settings


def test_an_issuer_at_the_root_publishes_at_the_well_known_places(empty, issuer):
    documents.publish(empty, issuer.keyring, issuer.database)
    assert files(empty) == {".well-known/did.json", ".well-known/jwks.json"}


def test_an_issuer_with_a_path_publishes_where_each_kind_of_reader_looks(empty, issuer):
    url = "https://d.example/schools/one"
    settings = replace(empty, public_url=url, issuer_id=did_web(url))
    documents.publish(settings, issuer.keyring, issuer.database)
    assert files(settings) == {
        "schools/one/did.json",
        "schools/one/.well-known/did.json",
        "schools/one/.well-known/jwks.json",
    }
    file = published.file_of(settings, did_web_url(settings.issuer_id))
    assert controller(json.loads(file.read_bytes()), settings.issuer_id).methods


def test_a_did_key_issuer_publishes_no_document(empty, issuer):
    key = issuer.keyring.entries()[0].lasting_members()["publicKeyMultibase"]
    settings = replace(empty, issuer_id=f"did:key:{key}")
    assert documents.publish(settings, issuer.keyring, issuer.database)["id"] == settings.issuer_id
    assert files(settings) == set()


def test_a_key_that_is_published_is_not_taken_back(settings, issuer):
    document = documents.publish(settings, issuer.keyring, issuer.database)
    other = {**document["verificationMethod"][0], "id": f"{settings.issuer_id}#older"}
    more = {**document, "verificationMethod": [*document["verificationMethod"], other]}
    file = settings.public / ".well-known" / "did.json"
    published.write(file, more)
    with pytest.raises(KeysError, match=r"#older.*restore keys/"):
        documents.publish(settings, issuer.keyring, issuer.database)
    assert json.loads(file.read_bytes()) == more


def test_a_retired_key_stays_published(settings, issuer):
    entry = issuer.keyring.entries()[0]
    issuer.keyring.retire(entry.id, now=datetime.now(UTC))
    document = documents.publish(settings, issuer.keyring, issuer.database)
    assert f"{settings.issuer_id}#{entry.id}" in document["assertionMethod"]


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8202/status/99",
        "http://localhost:8202/../mintmark.toml",
        "http://localhost:8202/%2e%2e/mintmark.toml",
        "http://localhost:8202.evil.example/status/1",
        "https://elsewhere.example/status/1",
    ],
)
def test_nothing_but_published_files_can_be_fetched(settings, url):
    with pytest.raises(FetchError):
        published.fetch_own(settings)(url, accept="*/*", max_bytes=1000)
