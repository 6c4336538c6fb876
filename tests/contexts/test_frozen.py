"""The bundled contexts: their bytes, where they are from, and nothing fetched (T3, D5)."""

import hashlib
import json
from importlib import resources

import pytest
from published import suite

from contexts import BUNDLED, ContextNotListedError, is_as_published, load
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
def test_the_manifest_tells_source_and_license(url):
    assert {"file", "source", "license", "sha256"} <= manifest()[url].keys()


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


PUBLISHED_HASHES = {
    # VCDM 2.0 and 1.1, appendix B.1
    "https://www.w3.org/ns/credentials/v2": "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",  # noqa: E501
    "https://www.w3.org/2018/credentials/v1": "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",  # noqa: E501
    # Data Integrity 1.0 and Controlled Identifiers 1.0, where they define their contexts
    "https://w3id.org/security/data-integrity/v2": "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",  # noqa: E501
    "https://w3id.org/security/multikey/v1": "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",  # noqa: E501
    "https://w3id.org/security/jwk/v1": "0f14b62f6071aafe00df265770ea0c7508e118247d79b7d861a406d2aa00bece",  # noqa: E501
}


def test_just_those_contexts_are_said_to_be_as_published():
    assert {url for url in manifest() if is_as_published(url)} == PUBLISHED_HASHES.keys()


@pytest.mark.parametrize(("url", "sha256"), PUBLISHED_HASHES.items())
def test_a_context_whose_hash_a_specification_publishes_has_that_hash(url, sha256):
    data = (DATA / manifest()[url]["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == sha256
