"""did:web addresses: one reading, and none of the tricks that named another host (T21)."""

import json

import pytest

from verifier.fetching.fetch import Fetched, FetchError, offline
from verifier.issuers.controller import DidError
from verifier.issuers.did import did_web_url, resolve
from verifier.parsing import base64url

SOUND = {
    "did:web:district.example": "https://district.example/.well-known/did.json",
    "did:web:DISTRICT.Example": "https://district.example/.well-known/did.json",
    "did:web:district.example:schools:7": "https://district.example/schools/7/did.json",
    "did:web:district.example%3A8443": "https://district.example:8443/.well-known/did.json",
    "did:web:district.example%3a8443:a": "https://district.example:8443/a/did.json",
    "did:web:localhost%3A8202": "http://localhost:8202/.well-known/did.json",
    "did:web:localhost": "http://localhost/.well-known/did.json",
    "did:web:xn--bcher-kva.example": "https://xn--bcher-kva.example/.well-known/did.json",
    "did:web:district.example:a.b_c-d": "https://district.example/a.b_c-d/did.json",
    "did:web:district.example:%61": "https://district.example/%61/did.json",
    "did:web:district.example:...a": "https://district.example/...a/did.json",
}


@pytest.mark.parametrize(("did", "url"), SOUND.items())
def test_a_did_web_names_one_address(did, url):
    assert did_web_url(did) == url


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="nothing"),
        pytest.param("a%2Fb.example", id="an encoded slash"),
        pytest.param("a%40evil.example", id="an encoded at"),
        pytest.param("user@evil.example", id="a user"),
        pytest.param("evil.example/x", id="a slash"),
        pytest.param("evil.example?x", id="a query"),
        pytest.param("evil.example#x", id="a fragment"),
        pytest.param("evil.example\\x", id="a backslash"),
        pytest.param("district.example.", id="a trailing dot"),
        pytest.param(".district.example", id="a leading dot"),
        pytest.param("district..example", id="two dots"),
        pytest.param("-district.example", id="a leading hyphen"),
        pytest.param("district-.example", id="a trailing hyphen"),
        pytest.param("a" * 64 + ".example", id="a label too long"),
        pytest.param("bücher.example", id="not in ASCII"),
        pytest.param("b%C3%BCcher.example", id="not in ASCII, encoded"),
        pytest.param("district.example%00", id="an encoded null"),
        pytest.param("district.example%0d%0a", id="an encoded line break"),
        pytest.param("district example", id="a space"),
        pytest.param("127.0.0.1", id="an address"),
        pytest.param("127.1", id="a short address"),
        pytest.param("2130706433", id="an address as a number"),
        pytest.param("[%3A%3A1]", id="an address of IPv6"),
        pytest.param("district.example%3A", id="no port"),
        pytest.param("district.example%3A0", id="port 0"),
        pytest.param("district.example%3A00443", id="a port with noughts"),
        pytest.param("district.example%3A65536", id="a port too high"),
        pytest.param("district.example%3A-1", id="a negative port"),
        pytest.param("district.example%3A22%3A22", id="two ports"),
        pytest.param("district.example%3Auser@evil.example", id="a user for a port"),
        pytest.param("district.example%253A8443", id="encoded twice"),
        pytest.param("district.example:", id="an empty path"),
        pytest.param("district.example::a", id="an empty part"),
        pytest.param("district.example:.", id="a dot"),
        pytest.param("district.example:..", id="two dots to climb"),
        pytest.param("district.example:..:..:etc", id="a climb"),
        pytest.param("district.example:%2e%2e:x", id="an encoded climb"),
        pytest.param("district.example:a%2Fb", id="an encoded slash in the path"),
        pytest.param("district.example:a%5Cb", id="an encoded backslash in the path"),
        pytest.param("district.example:a%3Fb", id="an encoded query in the path"),
        pytest.param("district.example:a%23b", id="an encoded fragment in the path"),
        pytest.param("district.example:a%252Fb", id="a slash encoded twice"),
        pytest.param("district.example:a b", id="a space in the path"),
    ],
)
def test_another_writing_is_refused(name):
    with pytest.raises(DidError) as caught:
        did_web_url(f"did:web:{name}")
    assert (caught.value.code, caught.value.certain) == ("issuer_id_malformed", True)
    assert caught.value.detail == f"did:web:{name}"


def answering(body):
    def fetch(url, *, accept, max_bytes):
        if isinstance(body, FetchError):
            raise body
        return Fetched(url, body if isinstance(body, bytes) else json.dumps(body).encode())

    return fetch


DID = "did:web:district.example"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<html>", "issuer_document_unreadable"),
        (b"[]", "issuer_document_unreadable"),
        (b'{"id": "a", "id": "did:web:district.example"}', "issuer_document_unreadable"),
        (b"{" * 300_000, "issuer_document_unreadable"),
        ({"id": "did:web:other.example"}, "issuer_document_of_another"),
        ({}, "issuer_document_of_another"),
        (FetchError("http_status", DID, "answered 404"), "issuer_unreachable"),
        (FetchError("offline", DID), "issuer_unreachable"),
    ],
    ids=["a page", "a list", "a key twice", "brackets", "another", "nobody", "404", "offline"],
)
def test_a_document_that_cannot_be_had_shows_nothing(body, code):
    with pytest.raises(DidError) as caught:
        resolve(DID, answering(body))
    assert (caught.value.code, caught.value.certain) == (code, False)


def test_a_document_without_keys_lists_none():
    assert resolve(DID, answering({"id": DID})).methods == ()


ED = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


def test_a_did_key_lists_itself():
    controller = resolve(did := f"did:key:{ED}", offline)
    assert (controller.id, [method.id for method in controller.methods]) == (did, [f"{did}#{ED}"])


@pytest.mark.parametrize(
    "did",
    [
        pytest.param("did:key:", id="no key"),
        pytest.param("did:key:z6Mk", id="a key cut short"),
        pytest.param(f"did:key:{ED}x", id="a key with more"),
        pytest.param(f"did:key:{ED}#{ED}", id="a fragment"),
        pytest.param("did:key:u7QFc", id="another base"),
        pytest.param("did:key:1:" + ED, id="a version"),
    ],
)
def test_a_did_key_that_is_no_key_shows_nothing(did):
    with pytest.raises(DidError):
        resolve(did, offline)


JWK = {"kty": "OKP", "crv": "Ed25519", "x": "VCpo2LMLhn6iWku8MKvSLg2ZAoC-nlOyPVQaO3FxVeQ"}


@pytest.mark.parametrize("more", [{}, {"use": "sig"}, {"alg": "EdDSA"}], ids=str)
def test_a_did_jwk_lists_itself(more):
    did = "did:jwk:" + base64url.encode(json.dumps(JWK | more).encode())
    controller = resolve(did, offline)
    assert (controller.id, [method.id for method in controller.methods]) == (did, [f"{did}#0"])


@pytest.mark.parametrize(
    "changes",
    [{"d": "AAAA"}, {"use": "enc"}, {"kty": "oct", "k": "AA"}, {"x": "AA"}, {"crv": "X25519"}],
    ids=["private", "for encryption", "a secret", "cut short", "for agreement"],
)
def test_a_did_jwk_that_is_no_public_key_for_signatures_shows_nothing(changes):
    did = "did:jwk:" + base64url.encode(json.dumps(JWK | changes).encode())
    with pytest.raises(DidError):
        resolve(did, offline)


OTHER = (
    "did:example:1 did:ion:1 urn:uuid:1 http://a.example/ ftp://a/ x https: https://[ did:WEB:a.b"
)


@pytest.mark.parametrize("issuer", [*OTHER.split(), ""])
def test_another_kind_of_identifier_could_not_be_resolved(issuer):
    with pytest.raises(DidError) as caught:
        resolve(issuer, lambda *args, **options: pytest.fail("fetched"))
    assert (caught.value.code, caught.value.certain) == ("issuer_method_not_supported", False)
