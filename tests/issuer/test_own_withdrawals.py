"""What the verifier's page of an issuer tells of the issuer's own withdrawals."""

from dataclasses import replace
from email.headerregistry import Address

import pytest

from issuer import issuance
from issuer.app import start_app
from issuer.home import addresses
from issuer.issuance.status_lists import lists
from issuer.sharing import decision, shared
from issuer.sharing.decision import Decision, Visibility
from issuer.sharing.own_fetch import withdrawal

REASON = "Issued to the wrong person {0}."


@pytest.fixture
def revoked(issuer, approval, now):
    """The id of a credential that was withdrawn."""
    received = issuance.receive(issuer, approval(), source="forms", event_id="e-1", now=now)
    lists.revoke(issuer, received.credential_id, reason=REASON, by="command", now=now)
    return received.credential_id


def test_the_report_says_when_and_why(issuer, revoked):
    office = Address("Pat Example", addr_spec="pat@district.example")
    app = start_app(replace(issuer.settings, issuer_contact=office))
    credential = shared.find_shared(issuer, revoked)
    client = app.test_client()
    text = client.post("/verify", data={"text": credential.json.decode()}).text
    page = client.get(f"/credentials/{revoked}.html").text
    app.extensions["mintmark"].database.close()
    assert f"withdrew it on November 22, 2026, and says why: “{REASON}”" in text
    for of_withdrawn in (text, page):  # though the site answers for its own otherwise (T33)
        assert "Issued by this site" in of_withdrawn
        assert "It was really issued by this site, and has been withdrawn since." in of_withdrawn
        assert "<strong>May I count it?</strong> <bdi>No." in of_withdrawn
        assert "or the teacher whether there is a newer one" in of_withdrawn
        assert '<bdi>Pat Example</bdi>, <a href="mailto:pat@district.example">' in of_withdrawn
        assert "you may count it" not in of_withdrawn


def test_nothing_is_told_of_what_is_not_this_issuers_or_not_withdrawn(
    issuer, approval, revoked, now
):
    received = issuance.receive(issuer, approval("a-2"), source="forms", event_id="e-2", now=now)
    own = [
        addresses.credential(issuer.settings, public_id)
        for public_id in (revoked, received.credential_id)
    ]
    assert [withdrawal(issuer, address) for address in own] == [(now, REASON), None]
    others = (f"https://else.example/credentials/{revoked}", own[0] + "x", "", revoked)
    assert [withdrawal(issuer, address) for address in others] == [None] * 4


def test_what_its_holder_shows_to_nobody_has_no_reason_on_the_page(issuer, revoked, now):
    row = issuance.find(issuer, revoked)
    with issuer.database.writing() as session:
        decision.write(session, row.id, Decision(Visibility.PRIVATE), now=now)
    assert withdrawal(issuer, addresses.credential(issuer.settings, revoked)) is None
