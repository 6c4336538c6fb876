"""Issuers' own documents and key sets: which keys count, and what their absence means (D4)."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from world import Issuer

from verifier.fetching.fetch import Fetched, FetchError
from verifier.issuers.controller import (
    Controller,
    DidError,
    VerificationMethod,
    controller,
    key_set,
)
from verifier.issuers.did import resolve
from verifier.public_keys import multikey
from verifier.public_keys.jwk import to_jwk
from verifier.report import Outcome

ISSUER = Issuer("did:web:district.example")
PAGE = "https://badges.example/issuers/7"
JWK = to_jwk(ISSUER.jwt_key.public_key())
METHOD = {"type": "JsonWebKey", "controller": PAGE, "publicKeyJwk": JWK}


def test_a_key_that_is_not_listed_fails_where_the_list_is_complete():
    check = Controller(PAGE, ()).check_absent(f"{PAGE}#{'k' * 300}", None)
    assert (check.name, check.outcome, check.code) == ("key", Outcome.FAILED, "key_not_listed")
    assert check.params == {"method": f"{PAGE}#{'k' * 300}"[:200]}
    assert check.problem == "https://w3id.org/security#PROOF_VERIFICATION_ERROR"


def test_a_key_that_is_not_listed_could_not_be_checked_where_the_list_may_not_be_whole():
    check = Controller(PAGE, (), complete=False).check_absent("#k", None)
    assert (check.name, check.outcome) == ("key", Outcome.COULD_NOT_CHECK)
    assert (check.code, check.params, check.problem) == ("key_not_found", {"method": "#k"}, None)


def test_a_key_that_a_snapshot_may_be_too_old_for_could_not_be_checked():
    day = datetime(2026, 11, 1, tzinfo=UTC)
    check = Controller(PAGE, (), snapshot_of=day).check_absent("#k", None)
    assert (check.name, check.outcome) == ("key", Outcome.COULD_NOT_CHECK)
    assert (check.code, check.problem) == ("key_not_in_snapshot", None)
    assert check.params == {"method": "#k", "retrieved": "2026-11-01T00:00:00+00:00"}


def test_a_document_of_another_is_refused_with_its_name():
    with pytest.raises(DidError) as caught:
        controller({"id": "x" * 300}, PAGE)
    assert (caught.value.code, caught.value.detail) == ("issuer_document_of_another", "x" * 200)
    assert str(caught.value) == "x" * 200
    assert caught.value.certain is False


@pytest.mark.parametrize(
    ("entry", "ids"),
    [
        pytest.param(JWK | {"kid": "k1"}, ["k1"], id="with a name"),
        pytest.param(JWK, [""], id="without a name"),
        pytest.param(JWK | {"kid": 7}, [""], id="with a number for a name"),
        pytest.param(JWK | {"kid": "k1", "use": "sig"}, ["k1"], id="for signatures"),
        pytest.param(JWK | {"kid": "k1", "use": "enc"}, [], id="for encryption"),
        pytest.param("k1", [], id="a text"),
        pytest.param(None, [], id="null"),
    ],
)
def test_a_key_set_holds_keys_for_signatures(entry, ids):
    assert [method.id for method in key_set({"keys": [entry]}, PAGE)] == ids


def test_a_key_set_may_say_whose_it_is():
    assert key_set({"iss": PAGE, "keys": [JWK]}, PAGE)[0].key is not None


@pytest.mark.parametrize("whose", ["x" * 300, None, 7])
def test_a_key_set_of_another_is_refused_with_its_name(whose):
    with pytest.raises(DidError) as caught:
        key_set({"iss": whose, "keys": [JWK]}, PAGE)
    assert (caught.value.code, caught.value.certain) == ("issuer_document_of_another", False)
    assert caught.value.detail == str(whose)[:200]


def asking(documents):
    """A fetch over documents by address, and what was asked with which types."""
    asked = []

    def fetch(url, *, accept, max_bytes):
        asked.append((url, accept))
        if url not in documents:
            raise FetchError("http_status", url)
        return Fetched(url, json.dumps(documents[url]).encode())

    return fetch, asked


DOCUMENT = {"id": PAGE, "verificationMethod": [METHOD | {"id": "#k1"}], "assertionMethod": ["#k1"]}
KEYS_AT = "https://badges.example/.well-known/jwks.json"
KEYS = {"keys": [JWK | {"kid": "k2"}]}


def test_an_https_issuer_is_asked_at_its_address_and_at_its_key_set():
    issuer = PAGE + "?v=1#me"
    fetch, asked = asking({PAGE + "?v=1": DOCUMENT | {"id": issuer}, KEYS_AT: KEYS})
    resolve(issuer, fetch)
    assert asked == [
        (PAGE + "?v=1", "application/did+json, application/json, application/ld+json"),
        (KEYS_AT, "application/jwk-set+json, application/json"),
    ]


@pytest.mark.parametrize(
    ("documents", "ids", "complete"),
    [
        pytest.param({PAGE: DOCUMENT, KEYS_AT: KEYS}, [f"{PAGE}#k1", "k2"], True, id="both"),
        pytest.param({KEYS_AT: KEYS | {"iss": PAGE}}, ["k2"], False, id="the key set, as its own"),
        pytest.param({PAGE: DOCUMENT}, [f"{PAGE}#k1"], False, id="the document"),
        pytest.param({KEYS_AT: KEYS}, ["k2"], False, id="the key set"),
        pytest.param({PAGE: {"id": PAGE}, KEYS_AT: KEYS}, ["k2"], False, id="a bare profile"),
        pytest.param(
            {PAGE: DOCUMENT, KEYS_AT: KEYS | {"iss": "x"}}, [f"{PAGE}#k1"], False, id="another's"
        ),
    ],
)
def test_both_together_are_the_keys_of_an_https_issuer(documents, ids, complete):
    controller = resolve(PAGE, asking(documents)[0])
    assert ([method.id for method in controller.methods], controller.complete) == (ids, complete)
    assert controller.id == PAGE


@pytest.mark.parametrize(
    ("documents", "code"),
    [
        ({}, "issuer_unreachable"),
        ({PAGE: {"id": PAGE}}, "issuer_lists_no_keys"),
        ({PAGE: {"id": PAGE}, KEYS_AT: {"keys": []}}, "issuer_lists_no_keys"),
    ],
    ids=["nothing there", "a bare profile", "an empty set"],
)
def test_an_https_issuer_without_keys_shows_nothing(documents, code):
    with pytest.raises(DidError) as caught:
        resolve(PAGE, asking(documents)[0])
    assert (caught.value.code, caught.value.certain) == (code, False)


def test_an_issuer_at_localhost_is_asked_by_http():
    issuer = "http://localhost:8202/i"
    fetch, asked = asking({issuer: DOCUMENT | {"id": issuer}})
    with pytest.raises(DidError):
        resolve(issuer, fetch)
    assert [url for url, _ in asked] == [issuer, "http://localhost:8202/.well-known/jwks.json"]


def test_a_did_web_issuer_is_asked_for_its_document():
    url = "https://district.example/.well-known/did.json"
    fetch, asked = asking({url: ISSUER.document})
    controller = resolve(ISSUER.did, fetch)
    assert asked == [(url, "application/did+json, application/json, application/ld+json")]
    assert (controller.id, controller.complete, controller.snapshot_of) == (ISSUER.did, True, None)
    assert controller.method(f"{ISSUER.did}#jwt").key == ISSUER.jwt_key.public_key()
    assert controller.method("#jwt") is None


AGREEMENT = {"type": "X25519KeyAgreementKey2019", "publicKeyJwk": None}
ED25519 = multikey.base58_encode(ISSUER.proof_key.public_key().public_bytes_raw())


@pytest.mark.parametrize(
    "key",
    [
        pytest.param({"publicKeyJwk": {"kty": "oct", "k": "AA"}}, id="a secret"),
        pytest.param(AGREEMENT | {"publicKeyBase58": ED25519}, id="a key to agree on another"),
        pytest.param({"type": "Ed25519VerificationKey2018", "publicKeyJwk": None}, id="no key"),
    ],
)
def test_a_method_of_a_kind_not_read_is_listed_without_a_key(key):
    entry = METHOD | {"id": "#k1"} | key
    (method,) = controller(DOCUMENT | {"verificationMethod": [entry]}, PAGE).methods
    assert method == VerificationMethod(f"{PAGE}#k1", None)


@pytest.mark.parametrize(("complete", "outcome"), [(True, "failed"), (False, "could_not_check")])
@pytest.mark.parametrize("reference", [f"{PAGE}#k1", "#k1", "k1"])
def test_a_key_that_is_published_for_something_else_is_called_that(complete, outcome, reference):
    """D4: only `assertionMethod` lists keys that sign credentials."""
    own = controller({"id": PAGE, "verificationMethod": [METHOD | {"id": "#k1"}]}, PAGE)
    check = replace(own, complete=complete).check_absent(reference, None)
    assert (check.outcome, check.code) == (outcome, "key_for_other_purposes")
    for another in ("#k2", "1", ""):
        assert own.check_absent(another, None).code == "key_not_listed"


def test_the_keys_of_an_older_document_are_read():
    """Drafts of DID Core had `publicKey` for `verificationMethod`."""
    older = {"id": PAGE, "publicKey": METHOD | {"id": "#k1"}, "assertionMethod": "#k1"}
    assert controller(older, PAGE).methods == controller(DOCUMENT, PAGE).methods != ()
    unlisted = controller(older | {"assertionMethod": []}, PAGE)
    assert (unlisted.methods, unlisted.others) == ((), (f"{PAGE}#k1",))


def test_a_key_beside_one_without_a_controller_may_be_published_there():
    nobodys = {name: value for name, value in METHOD.items() if name != "controller"}
    own = controller(DOCUMENT | {"authentication": [nobodys | {"id": "#k2"}]}, PAGE)
    assert [method.id for method in own.methods] == [f"{PAGE}#k1"]
    codes = [own.check_absent(reference, None).code for reference in ("#k2", f"{PAGE}#k3")]
    assert codes == ["key_without_controller", "key_not_found"]


def test_an_address_that_publishes_keys_for_something_else_alone_says_so():
    document = {"id": PAGE, "authentication": [METHOD | {"id": "#k1"}]}

    def fetch(url, **_):
        if url != PAGE:
            raise FetchError("http_status", url)
        return Fetched(url, json.dumps(document).encode())

    check = resolve(PAGE, fetch).check_absent(f"{PAGE}#k1", None)
    assert (check.outcome, check.code) == (Outcome.COULD_NOT_CHECK, "key_for_other_purposes")
