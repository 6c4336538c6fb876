"""The page on a credential with others inside it, and on an issuer that shares its host."""

import json

import pytest
from world import Issuer

ENDORSER = Issuer("did:web:association.example")


@pytest.fixture
def page_of(client):
    return lambda credential: client.post("/verify", data={"text": json.dumps(credential)}).text


def endorsed(world, **changes):
    endorsement = ENDORSER.sign(
        {
            "@context": world.badge()["@context"],
            "id": "https://association.example/endorsements/1",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "name": "Endorsed",
            "issuer": {"id": ENDORSER.did, "type": ["Profile"]},
            "validFrom": "2026-10-01T00:00:00Z",
            "credentialSubject": {
                "id": world.issuer.did,
                "type": ["EndorsementSubject"],
                "endorsementComment": "Rigorous, and **fair**. <script>alert(1)</script>",
            },
        }
    )
    return world.issuer.sign(world.badge(endorsement=[endorsement | changes]))


def test_an_endorsement_stands_on_the_page_with_its_own_answers(world, page_of):
    world.publish_issuer(ENDORSER)
    html = page_of(endorsed(world))
    assert "What others signed about it" in html
    assert "Endorsed, by did:web:association.example" in html
    assert "Rigorous, and <strong>fair</strong>." in html
    assert "<script>alert" not in html


def test_an_endorsement_that_is_not_authentic_shows_nothing_of_itself(world, page_of):
    world.publish_issuer(ENDORSER)
    html = page_of(endorsed(world, name="The best there is"))
    assert "The best there is" not in html.partition("Every check")[0]


@pytest.mark.parametrize(
    ("did", "is_warned"),
    [
        ("did:web:district.example", False),
        ("did:web:localhost%3A8202", False),
        ("did:web:platform.example:issuers:7", True),
    ],
)
def test_an_issuer_that_may_share_its_host_is_shown_in_full(world, page_of, did, is_warned):
    issuer = Issuer(did)
    world.publish_issuer(issuer)
    badge = world.badge(issuer={"id": did, "type": ["Profile"], "name": "Some Academy"})
    del badge["credentialStatus"]
    html = page_of(issuer.sign(badge))
    assert ("Others may be issuers at the same address" in html) is is_warned
