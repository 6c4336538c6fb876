"""One's own addresses and DID: what was issued stays hers when a mailbox closes (issue 14, 4)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from issuer.audit import log
from issuer.issuance import letters
from issuer.issuance.records.tables import CredentialRow
from issuer.people import register
from issuer.people.account import own_addresses
from issuer.people.roles import Role
from issuer.people.tables import PersonAddressRow, PersonRow
from issuer.sharing.owned import ownership
from verifier import clock

NAME = "Jordan Example"
SCHOOL, HOME = "jordan@school.example", "jordan@home.example"


@pytest.fixture
def jordan(district):
    return district.add(NAME, Role.TEACHER, address=SCHOOL)


def soon():
    return clock.now() + timedelta(seconds=1)


def mailed_link(district, sink):
    district.deliver()
    text = sink.mails[-1].get_body(("plain",)).get_content()
    return re.search(r"http://localhost:8202(/\S+)", text)[1]


def number_of(district, address):
    with district.issuer.database.reading() as session:
        return session.query(PersonAddressRow).filter_by(folded=address).one().id


def test_a_private_address_is_added_by_its_mail_and_signs_in_after_leaving(district, sink, jordan):
    """A program that opens the link adds nothing, and nor does somebody else."""
    district.issue()
    hers = district.browser(jordan)
    assert hers.post("/account/addresses", address=HOME).status_code == 303
    link = mailed_link(district, sink)
    assert sink.envelopes[-1] == [HOME]
    assert HOME in hers.get(link).text
    other = district.browser(district.add("Robin"))
    assert other.get(link).status_code == 410
    assert other.post(link).status_code == 410
    assert HOME not in hers.get("/account").text
    assert hers.post(link).status_code == 303
    assert hers.post(f"/account/addresses/{number_of(district, HOME)}/change", what="prefer")

    office = district.browser(district.add("Sam", Role.SUPERINTENDENT))
    change = f"/people/{jordan.public_id}/change"
    office.post(change, what="left")
    office.post(change, what="address-ended", ended=number_of(district, SCHOOL))
    home = district.browser()
    home.post("/sign-in", page="", address=HOME.upper(), lands_on="/my-credentials")
    landed = home.get(mailed_link(district, sink))
    assert landed.location == "/my-credentials"
    assert "/manage/" in home.get(landed.location).text
    with district.issuer.database.reading() as session:
        person = session.get_one(PersonRow, jordan.id)
        key = ownership.of_person(session, person).theirs
        assert ownership.person_of(session, *key).id == jordan.id
        acts = [entry.action for entry in log.about(session, f"person:{jordan.id}")]
    assert {"person.address-added", "person.address-ended"} <= set(acts)


def test_the_next_one_with_the_mailbox_gets_nothing_of_hers(district, sink, jordan):
    """Also under the same name; what goes there from then on is the next one's."""
    district.issue()
    with district.issuer.database.writing() as session:
        person = session.get_one(PersonRow, jordan.id)
        register.end_address(session, person, person.addresses[0], now=soon())
    successor = district.add(NAME, Role.TEACHER, address=SCHOOL)
    browser = district.browser(successor)
    assert "/manage/" not in browser.get("/my-credentials").text
    assert "/manage/" in district.browser(jordan).get("/my-credentials").text


def test_a_link_in_flight_ends_with_its_address(district, sink, jordan):
    browser = district.browser()
    browser.post("/sign-in", page="", address=SCHOOL)
    link = mailed_link(district, sink)
    with district.issuer.database.writing() as session:
        person = session.get_one(PersonRow, jordan.id)
        register.end_address(session, person, person.addresses[0], now=soon())
    assert browser.get(link).status_code == 410


def test_mail_about_a_credential_goes_where_she_has_it_sent(district, sink, jordan):
    with district.issuer.database.writing() as session:
        person = session.get_one(PersonRow, jordan.id)
        row = register.add_address(session, person, HOME, verified_at=soon())
        own_addresses.prefer(session, person, row.id)
    district.issue()
    district.deliver()
    assert sink.envelopes == [[HOME]]


def test_whoever_has_a_mailbox_that_was_hers_gets_none_of_her_mail(district, sink, jordan):
    """Neither mail about what she earned nor her links, though the next one is in no register."""
    district.issue()
    district.deliver()
    assert sink.envelopes == [[SCHOOL]]
    with district.issuer.database.writing() as session:
        person = session.get_one(PersonRow, jordan.id)
        register.end_address(session, person, person.addresses[0], now=soon())
        (public_id,) = session.scalars(select(CredentialRow.public_id))
    letters.send_again(district.issuer, public_id, by="person:1", now=clock.now())
    district.browser().post("/my-links", address=SCHOOL)
    district.deliver()
    assert sink.envelopes == [[SCHOOL]]


@pytest.mark.parametrize("typed", ["jordan", "@home.example", "a b@home.example", ""])
def test_what_is_no_address_comes_back_with_what_was_typed(district, jordan, typed):
    page = district.browser(jordan).post("/account/addresses", address=typed)
    assert page.status_code == 422
    assert f'value="{typed}"' in page.text


def test_somebody_elses_address_is_not_taken(district, sink, jordan):
    district.add("Robin", address=HOME)
    hers = district.browser(jordan)
    assert hers.post("/account/addresses", address=HOME).status_code == 303  # as for any other
    answer = hers.post(mailed_link(district, sink))
    assert answer.status_code == 422
    assert "somebody else" in answer.text


def test_one_address_stays(district, jordan):
    hers = district.browser(jordan)
    path = f"/account/addresses/{number_of(district, SCHOOL)}/change"
    assert hers.post(path, what="give-up").status_code == 422
    assert hers.post("/account/addresses/999999/change").status_code == 422
    robin = district.add("Robin", address="robin@school.example")
    foreign = f"/account/addresses/{number_of(district, 'robin@school.example')}/change"
    assert hers.post(foreign, what="give-up").status_code == 422
    assert district.browser(robin).get("/account").text.count("robin@school.example") == 1


def test_addresses_change_only_just_after_signing_in(district, jordan):
    hers = district.browser(jordan, signed_in_ago=timedelta(hours=1))
    answer = hers.post("/account/addresses", address=HOME)
    assert answer.location.startswith("/sign-in?")
