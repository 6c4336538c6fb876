"""Digital Bazaar's libraries and jose read what a Mintmark issuer hands out."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from verifier.parsing import base64url

IN_TWO_DAYS = (datetime.now(UTC) + timedelta(days=2)).isoformat()


@pytest.fixture
def vc_js(library, issued) -> Callable[..., dict[str, Any]]:
    """Ask @digitalbazaar/vc about a credential, with status checked."""

    def verify(credential, **options):
        arguments = {"credential": credential, "published": issued.published, **options}
        return library.ask("verifyCredential", **arguments)

    return verify


@pytest.mark.parametrize("fate", ["sound", "brief"])
def test_vc_js_accepts_what_mintmark_issued(vc_js, issued, fate):
    reply = vc_js(issued.json[fate])
    assert reply == {"verified": True, "bits": [False], "accepted": True, "why": ""}


def test_vc_js_accepts_what_an_endorsed_issuer_issued_and_the_endorsement_in_it(library, issued_by):
    issued = issued_by("endorsed")
    for credential in (issued.json["sound"], issued.json["sound"]["issuer"]["endorsement"][0]):
        reply = library.ask("verifyCredential", credential=credential, published=issued.published)
        assert (reply["verified"], reply["why"]) == (True, "")


def test_vc_js_refuses_a_tampered_copy(vc_js, issued, tamper):
    reply = vc_js(tamper(issued.json["sound"]))
    assert not reply["verified"]
    assert "Invalid signature" in reply["why"] or "Safe mode" in reply["why"]


def test_vc_js_refuses_a_credential_after_its_end(vc_js, issued):
    reply = vc_js(issued.json["brief"], now=IN_TWO_DAYS)
    assert not reply["verified"]
    assert 'is after "validUntil"' in reply["why"]


def test_vc_js_finds_the_bit_of_a_revoked_credential(vc_js, issued):
    reply = vc_js(issued.json["revoked"])
    assert (reply["bits"], reply["accepted"]) == ([True], False)


def test_vc_js_refuses_a_credential_whose_status_list_was_changed(library, issued):
    published = dict(issued.published)
    (url,) = (url for url in published if "/status/" in url)
    subject = published[url]["credentialSubject"] | {"ttl": 1}
    published[url] = published[url] | {"credentialSubject": subject}
    arguments = {"credential": issued.json["sound"], "published": published}
    reply = library.ask("verifyCredential", **arguments)
    assert not reply["verified"]
    assert "not verified" in reply["why"]


def test_vc_js_refuses_a_key_that_the_issuer_does_not_publish(library, issued_by):
    issued = issued_by("did:web")
    published = {
        url: document | {"assertionMethod": []} if url.endswith("did.json") else document
        for url, document in issued.published.items()
    }
    arguments = {"credential": issued.json["sound"], "published": published}
    reply = library.ask("verifyCredential", **arguments)
    assert not reply["verified"]
    assert "not authorized by controller" in reply["why"]


@pytest.fixture(params=["jwks", "did-document"])
def jose_js(request, library, issued_jwt) -> Callable[..., dict[str, Any]]:
    """Ask jose about a VC-JWT, with the key from either place where the issuer publishes it."""
    issued = issued_jwt
    arguments = {"issuer": issued.did, "published": issued.published}
    if request.param == "jwks":
        (url,) = (url for url in issued.published if url.endswith("/.well-known/jwks.json"))
        arguments["jwks"] = issued.published[url]

    def verify(jwt, **options):
        return library.ask("verifyJwt", jwt=jwt, **arguments, **options)

    return verify


@pytest.mark.parametrize("fate", ["sound", "brief"])
def test_jose_accepts_a_jwt_that_mintmark_issued(jose_js, issued_jwt, fate):
    reply = jose_js(issued_jwt.jwt[fate])
    assert reply == {"verified": True, "bits": [False], "accepted": True, "why": ""}


def test_jose_refuses_a_tampered_jwt(jose_js, issued_jwt, tamper, library_error):
    header, payload, signature = issued_jwt.jwt["sound"].split(".")
    changed = tamper(json.loads(base64url.decode(payload)))
    payload = base64url.encode(json.dumps(changed).encode())
    with pytest.raises(library_error, match="signature verification failed"):
        jose_js(f"{header}.{payload}.{signature}")


def test_jose_refuses_a_jwt_after_its_end(jose_js, issued_jwt, library_error):
    with pytest.raises(library_error, match='"exp" claim timestamp check failed'):
        jose_js(issued_jwt.jwt["brief"], now=IN_TWO_DAYS)


def test_the_bit_of_a_revoked_jwt_is_found(jose_js, issued_jwt):
    reply = jose_js(issued_jwt.jwt["revoked"])
    assert (reply["bits"], reply["accepted"]) == ([True], False)
