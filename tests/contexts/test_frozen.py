"""The bundled contexts: their bytes, where they are from, and nothing fetched (T3, D5)."""

import hashlib
import json
from importlib import resources

import pytest
from published import suite

from contexts import BUNDLED, ContextNotListedError, load
from contexts.frozen import manifest

DATA = resources.files("contexts") / "data"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
PUBLISHED = {
    "https://www.w3.org/ns/credentials/v2": "credentials-v2.jsonld",
    OB: "ob-v3p0-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": "ob-v3p0-extensions.json",
    "https://www.w3.org/ns/did/v1": "did-v1.jsonld",
}


@pytest.mark.parametrize("url", manifest())
def test_the_manifest_tells_the_hash_of_the_file(url):
    entry = manifest()[url]
    assert hashlib.sha256((DATA / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]


@pytest.mark.parametrize("url", manifest())
def test_the_manifest_tells_source_and_licence(url):
    assert {"file", "source", "licence", "sha256"} <= manifest()[url].keys()


def test_every_context_file_is_in_the_manifest():
    files = {file.name for file in DATA.iterdir()}
    assert files == {entry["file"] for entry in manifest().values()}


@pytest.mark.parametrize("url", PUBLISHED)
def test_a_bundled_context_says_what_the_published_one_says(url):
    published = suite("open-badges/contexts") / PUBLISHED[url]
    assert load(url) == json.loads(published.read_bytes())


def test_the_open_badges_context_is_the_later_one_of_two_under_its_url():
    assert {"jti", "endorsementJwt"} <= load(OB)["@context"].keys()


def test_a_context_that_is_not_bundled_is_named():
    with pytest.raises(ContextNotListedError, match=r"https://example\.org/context"):
        load("https://example.org/context")


def test_a_pinned_context_is_read_and_leaves_the_bundle_as_it_was():
    data = b'{"@context": {"gpa": "https://example.org/gpa"}}'
    pinned = BUNDLED.pinned("https://example.org/c", data, hashlib.sha256(data).hexdigest())
    assert pinned["https://example.org/c"] == json.loads(data)
    assert "https://example.org/c" not in BUNDLED
    assert set(pinned) == {*BUNDLED, "https://example.org/c"}
    assert len(pinned) == len(BUNDLED) + 1


def test_a_context_with_other_bytes_than_agreed_is_not_pinned():
    data = b'{"@context": {}}'
    with pytest.raises(ValueError, match="has sha256"):
        BUNDLED.pinned("https://example.org/c", data + b" ", hashlib.sha256(data).hexdigest())
