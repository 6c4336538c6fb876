"""Whatever is handed in, a report comes out: no exception, and never a yes by accident (T9)."""

import json
from contextlib import suppress
from copy import deepcopy

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import BADGE, CONTEXTS, NOW, World

from verifier import Answer, verify
from verifier.fetching.fetch import Fetched, offline
from verifier.issuers.controller import DidError
from verifier.issuers.did import resolve
from verifier.proof import jose
from verifier.wording import printed

WORLD = World()
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
WORDS = sorted(
    {"@context", "@value", "@type", "id", "type", "proof", "vc", "iss", "sub", "nbf", "exp", "jti"}
    | {"statusListIndex", "encodedList", "refreshService", "credentialSchema", "endorsement"}
    | {"endorsementJwt", "verifiableCredential", "keys", "assertionMethod", "verificationMethod"}
    | BADGE.keys()
    | BADGE["credentialSubject"].keys()
)
VALUES = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, width=16)
TEXTS = st.sampled_from([*CONTEXTS, *WORDS, "did:web:district.example", "2026-11-01T00:00:00Z"])
ANY_JSON = st.recursive(
    VALUES | TEXTS | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=25,
)
OBJECTS = st.dictionaries(st.sampled_from(WORDS), ANY_JSON, max_size=8)


def places(value, path=()):
    """Every path into the sample badge."""
    yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*path, key))


PLACES = [path for path in places(BADGE) if path]


def with_anything(path, value):
    document = deepcopy(BADGE)
    *way, last = path
    here = document
    for step in way:
        here = here[step]
    here[last] = value
    return document


def reported(data, fetch=WORLD.fetch):
    report = verify(data, fetch=fetch, now=NOW, presented_by="Somebody")
    printed.as_text("x", report, details=True)
    json.dumps(printed.as_json(report))
    return report


@QUICK
@given(ANY_JSON)
def test_any_json_gets_a_report(value):
    assert reported(json.dumps(value).encode()).authentic.answer is not Answer.YES


@QUICK
@given(OBJECTS)
def test_any_object_in_a_jwt_gets_a_report(payload):
    header = {"alg": "ES256", "kid": f"{WORLD.issuer.did}#jwt"}
    text = jose.compact(jose.signing_input(header, json.dumps(payload).encode()), b"s" * 64)
    assert reported(text.encode()).authentic.answer is not Answer.YES


@QUICK
@given(OBJECTS)
def test_any_header_of_a_jwt_gets_a_report(header):
    text = jose.compact(jose.signing_input(header, json.dumps(BADGE).encode()), b"s" * 64)
    assert reported(text.encode()).authentic.answer is not Answer.YES


@QUICK
@given(st.sampled_from(PLACES), ANY_JSON)
def test_anything_in_any_place_of_a_signed_jwt_gets_a_report(path, value):
    """Here the signature is right, so every later step meets the odd value."""
    document = with_anything(path, value)
    payload = json.dumps(document).encode()
    header = {"alg": "ES256", "kid": f"{WORLD.issuer.did}#jwt"}
    signing = jose.signing_input(header, payload)
    reported(jose.compact(signing, signature(signing)).encode())


def signature(signing):
    r, s = decode_dss_signature(WORLD.issuer.jwt_key.sign(signing, ec.ECDSA(SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


@QUICK
@given(
    st.sampled_from(
        ["refreshService", "credentialStatus", "credentialSchema", "endorsement", "endorsementJwt"]
    ),
    ANY_JSON,
)
def test_anything_in_a_part_of_a_signed_jwt_gets_a_report(member, value):
    signing = jose.signing_input(
        {"alg": "ES256", "kid": f"{WORLD.issuer.did}#jwt"},
        json.dumps(BADGE | {member: value}).encode(),
    )
    reported(jose.compact(signing, signature(signing)).encode())


@QUICK
@given(ANY_JSON, st.sampled_from(["issuer", "status"]))
def test_anything_that_is_fetched_gets_a_report(value, place):
    """The issuer's document, then the list, are any JSON at all."""

    def fetch(url, *, accept, max_bytes):
        if (place == "issuer") == url.endswith("did.json"):
            return Fetched(url, json.dumps(value).encode())
        return WORLD.fetch(url, accept=accept, max_bytes=max_bytes)

    report = reported(json.dumps(SIGNED).encode(), fetch)
    assert report.current.answer is Answer.COULD_NOT_CHECK


SIGNED = WORLD.issuer.sign(BADGE)


@QUICK
@given(ANY_JSON)
def test_anything_at_the_address_of_an_https_issuer_gets_a_report(value):
    def fetch(url, *, accept, max_bytes):
        return Fetched(url, json.dumps(value).encode())

    issuer = "https://district.example/issuer"
    badge = SIGNED | {"issuer": {"id": issuer, "type": ["Profile"]}}
    assert reported(json.dumps(badge).encode(), fetch).authentic.answer is not Answer.YES


@QUICK
@given(st.text(max_size=40))
@pytest.mark.parametrize("method", ["did:web:", "did:key:", "did:jwk:", "https://", ""])
def test_any_identifier_of_an_issuer_is_resolved_or_refused(method, text):
    with suppress(DidError):
        assert resolve(method + text, offline).id == method + text


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_get_a_report(data):
    assert reported(data).authentic.answer is not Answer.YES
