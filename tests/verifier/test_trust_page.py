"""What the page and the API say of an issuer that a list, a directory or a state names."""

import io
import json

import pytest
from world import NOW, Issuer

from verifier.trust.chain import LICENSED
from verifier.web.app import create_app

STATE = Issuer("did:web:state.example")
KNOWN = "The list “<bdi>Test list</bdi>” knows it as <strong><bdi>Example District</bdi></strong>."


@pytest.fixture
def page_of(world):
    """The text of the page on a credential, with these lists."""
    world.publish_issuer(STATE)

    def page_of(credential, *lists):
        client = create_app(lambda: world.fetch, lists, lambda: NOW).test_client()
        file = (io.BytesIO(json.dumps(credential).encode()), "badge.json")
        return " ".join(client.post("/verify", data={"file": file}).text.split())

    return page_of


def endorsed(world):
    endorsement = {
        "@context": world.badge()["@context"],
        "id": "https://state.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsed",
        "issuer": {"id": STATE.did, "type": ["Profile"]},
        "validFrom": "2026-10-01T00:00:00Z",
        "credentialSubject": {"id": world.issuer.did, "type": ["EndorsementSubject", LICENSED]},
    }
    badge = world.badge()
    badge["issuer"] |= {"endorsement": [STATE.sign(endorsement)]}
    return world.issuer.sign(badge)


def test_a_listed_issuer_is_shown_by_the_name_that_the_list_has_for_it(world, page_of):
    listed = world.trust_list(world.issuer)
    page = page_of(world.issuer.sign(world.badge()), listed)
    assert KNOWN in page
    assert "Its issuer is on a list that is trusted here." in page


def test_an_endorsed_issuer_is_not_shown_as_one_that_the_list_knows(world, page_of):
    page = page_of(endorsed(world), world.trust_list(STATE, kind="state"))
    assert "endorses the issuer." in page
    assert "Somebody on a list that is trusted here endorses its issuer." in page
    assert "knows it as" not in page


def test_an_issuer_of_a_directory_is_amber_and_said_to_be_unverified(world, page_of):
    listed = world.trust_list(world.issuer, unverified="a public directory")
    page = page_of(world.issuer.sign(world.badge()), listed)
    assert "No person has confirmed that entry" in page
    assert "A public directory names its issuer; no person verified that." in page
    assert "Only by a public directory" in page
    assert "knows it as" not in page
