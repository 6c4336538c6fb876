"""Whose credentials are whose, and what somebody signed in has of them (issue 14, 4)."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from locks import wait_until_blocked
from signed_in_browsers import District
from sqlalchemy import event, func, select

from issuer import issuance
from issuer.app import create_app
from issuer.audit import log
from issuer.issuance.manage import manage_url
from issuer.issuance.records.search import fold
from issuer.outbox.tables import OutboxRow
from issuer.people import register
from issuer.people.roles import Role
from issuer.people.tables import PersonRow
from issuer.sharing.holder import holder
from issuer.sharing.mine import links
from issuer.sharing.owned import claims, ownership
from issuer.sharing.owned.ownership import Mailboxes
from issuer.sharing.owned.tables import ClaimRow
from verifier import clock

JORDAN = "jordan@school.example"
NAME = "Jordan Example"


def known(now, names=(NAME,), addresses=(JORDAN,), former=None, others=None):
    def days(offsets):
        return {address: now + timedelta(days) for address, days in (offsets or {}).items()}

    return Mailboxes(frozenset(map(fold, names)), frozenset(addresses), days(former), days(others))


@pytest.mark.parametrize(
    ("more", "name", "had", "owns"),
    [
        ({}, NAME, True, True),
        ({}, "jordan  EXÁMPLE", True, True),
        ({}, "Robin Example", True, False),
        ({"names": (NAME, "Jordan Miller")}, "Jordan Miller", True, True),
        ({"addresses": ()}, NAME, False, True),
        ({"addresses": (), "former": {JORDAN: 1}}, NAME, True, True),
        ({"addresses": (), "former": {JORDAN: -1}}, NAME, False, True),
        ({"others": {JORDAN: 1}}, NAME, True, False),
        ({"others": {JORDAN: -1}}, NAME, True, True),
        ({"others": {JORDAN: 2}, "former": {JORDAN: 1}}, NAME, True, True),
    ],
)
def test_an_address_and_a_name_make_it_theirs(now, more, name, had, owns):
    """Mailboxes are given to others, also to somebody of the same name."""
    person = known(now, **more)
    assert (person.had(JORDAN, now), person.owns(JORDAN, fold(name), now)) == (had, owns)


def owned_by(district, person):
    with district.issuer.database.reading() as session:
        return ownership.of_person(session, session.get_one(PersonRow, person.id))


@pytest.mark.parametrize(
    ("hers", "sent"),
    [
        ("Jo@Bücher.example", "jo@xn--bcher-kva.example"),
        ("jo@xn--bcher-kva.example", "JO@bücher.example"),
        ("jo@bücher.example", "jo@BÜCHER.example"),
        ("Jordan@School.example", "JORDAN@SCHOOL.EXAMPLE"),
    ],
)
def test_addresses_are_compared_without_case_and_in_idna_both_ways(district, hers, sent):
    person = district.add(NAME, address=hers)
    other = district.add(NAME, address="jo@other.example")
    district.issue(NAME, sent)
    assert len(owned_by(district, person).theirs) == 1
    assert not owned_by(district, other).theirs


def test_what_is_corrected_is_theirs_as_it_is_now(district):
    """Also where the first one had their name misspelt; what was somebody else's is not."""
    person = district.add(NAME, address=JORDAN)
    district.issue("Jordon Exampel")
    assert len(owned_by(district, person).unsure) == 1
    newer = district.issue(revision=2)
    district.issue(approval_id="a-2")
    district.issue("Robin Example", "robin@school.example", approval_id="a-2", revision=2)
    owned = owned_by(district, person)
    with district.issuer.database.reading() as session:
        assert owned.theirs == {issuance.find(district.issuer, newer).id}
        assert ownership.person_of(session, *owned.theirs).id == person.id
        assert ownership.mail_addresses(session, newer) == [JORDAN]
    assert not owned.unsure


def test_what_came_before_she_had_an_account_stands_on_one_page(district):
    """By webhook, with its own page; a page of many takes as many queries as one of few."""
    district.issue()
    person = district.add(NAME, address=JORDAN)
    browser = district.browser(person)
    page = browser.get("/my-credentials").text
    own = re.search(r'href="(http://localhost:8202/manage/[^"]+)"', page)[1]
    assert "What others see" in browser.get(own).text
    assert "Serial number" not in page
    few = queries(district, browser)
    for number in range(2, 12):
        district.issue(approval_id=f"a-{number}")
    assert queries(district, browser) == few <= 12
    alike = browser.get("/my-credentials").text
    serials = re.findall(r"Serial number: <code>(.+?)</code>", alike)
    assert len(set(serials)) == len(serials) == 11


def queries(district, browser):
    seen, engine = [], district.issuer.database.engine

    def watch(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", watch)
    assert browser.get("/my-credentials").status_code == 200
    event.remove(engine, "before_cursor_execute", watch)
    return len([statement for statement in seen if statement.lstrip().startswith("SELECT")])


def test_who_asks_twice_at_once_asks_once(postgresql_issuer):
    district = District(create_app(postgresql_issuer.settings), postgresql_issuer)
    district.issue("Robin Former")
    person = district.add(NAME, address=JORDAN)

    def ask():
        with postgresql_issuer.database.writing() as session:
            return claims.ask(session, session.get_one(PersonRow, person.id), now=clock.now())

    with ThreadPoolExecutor(1) as pool:
        with postgresql_issuer.database.writing() as session:
            own = session.get_one(PersonRow, person.id)
            assert claims.ask(session, own, now=clock.now()) == 1
            second = pool.submit(ask)
            wait_until_blocked(session, second)
        assert second.result() == 0


def mails_to(district, sink, address):
    district.deliver()
    return [mail for mail in sink.mails if address in mail["To"]]


def test_under_another_name_the_office_looks_first(district, sink):
    public_id = district.issue("Robin Former")
    person, office = district.add(NAME, address=JORDAN), district.add("Sam", Role.OFFICE)
    hers, desk = district.browser(person), district.browser(office)
    page = hers.get("/my-credentials").text
    assert "it carries another name" in page
    assert "Robin" not in page
    assert "/manage/" not in page
    for _ in range(2):  # a second click asks nothing more
        assert hers.post("/my-credentials/ask").status_code == 303
    waiting = desk.get("/claims").text
    claims = re.findall(r'action="(/claims/[^"]+)"', waiting)
    assert "Robin Former" in waiting
    assert len(claims) == 1
    assert desk.post(claims[0]).status_code == 422
    assert desk.post(claims[0], answer="theirs").status_code == 303
    assert desk.post(claims[0], answer="not-theirs").status_code == 422
    assert "/manage/" in hers.get("/my-credentials").text
    mail = mails_to(district, sink, JORDAN)[-1]
    assert mail["Subject"] == "It is yours: Composing with foundational rhythms"
    assert "/my-credentials" in mail.get_body(("plain",)).get_content()
    with district.issuer.database.reading() as session:
        acts = [(entry.action, entry.actor) for entry in log.about(session, public_id)][-2:]
        key = next(iter(ownership.of_person(session, person).theirs))
        assert ownership.person_of(session, key).id == person.id
    assert acts == [
        ("credential.asked_for", f"person:{person.id}"),
        ("credential.confirmed", f"person:{office.id}"),
    ]


def test_a_name_that_the_office_adds_brings_what_stands_under_it(district):
    district.issue("Robin Former")
    person, office = district.add(NAME, address=JORDAN), district.add("Sam", Role.OFFICE)
    change = f"/people/{person.public_id}/change"
    added = {"what": "other-name", "other-name": "Robin Former"}
    assert district.browser(office).post(change, **added).status_code == 303
    assert "/manage/" in district.browser(person).get("/my-credentials").text


def test_another_name_than_that_of_the_account_is_said_until_it_is_told(district):
    """The page behind the link says that it differs, and not what the account says."""
    public_id = district.issue()
    row = issuance.find(district.issuer, public_id)
    own = manage_url(district.issuer.settings, row).removeprefix("http://localhost:8202")
    browser, differs = district.browser(), "not the one in your account"
    assert differs not in browser.get(own).text
    person = district.add(NAME, address=JORDAN)
    assert differs not in browser.get(own).text
    with district.issuer.database.writing() as session:
        person = session.get_one(PersonRow, person.id)
        register.rename(session, person, "Jordan Miller", now=clock.now())
    page = browser.get(own).text
    assert differs in page
    assert 'href="#wrong"' in page
    assert "Miller" not in page
    browser.client.post(f"{own}/wrong", data={"name": "Jordan Miller"})
    assert differs not in browser.get(own).text


def test_what_is_somebody_elses_stays_so(district, sink):
    district.issue("Robin Former")
    person, office = district.add(NAME, address=JORDAN), district.add("Sam", Role.OFFICE)
    hers, desk = district.browser(person), district.browser(office)
    hers.post("/my-credentials/ask")
    claim = re.search(r'action="(/claims/[^"]+)"', desk.get("/claims").text)[1]
    desk.post(claim, answer="not-theirs")
    mail = mails_to(district, sink, JORDAN)[-1]
    assert mail["Subject"] == "We have answered your question about a credential"
    assert "rhythms" not in mail.as_string()  # what is somebody else's is not named
    page = hers.get("/my-credentials").text
    assert "somebody else" in page
    assert "Ask the office" not in page
    assert "/manage/" not in page


def test_nobody_answers_their_own_request(district):
    district.issue("Robin Former")
    secretary = district.add("Sam", Role.OFFICE, address=JORDAN)
    browser = district.browser(secretary)
    browser.post("/my-credentials/ask")
    page = browser.get("/claims").text
    assert "your own request" in page
    assert "/claims/" not in page
    with district.issuer.database.reading() as session:
        claim = session.scalars(select(ClaimRow.public_id)).one()
    assert browser.post(f"/claims/{claim}", answer="theirs").status_code == 422


def test_a_collection_takes_what_is_hers_without_links(district):
    ids = [district.issue(), district.issue(approval_id="a-2")]
    foreign = district.issue("Robin", "robin@school.example", approval_id="a-3")
    hers = district.browser(district.add(NAME, address=JORDAN))
    nothing = hers.post("/my-credentials/collections", add=foreign)
    assert "done=none" in nothing.location
    edit = hers.post("/my-credentials/collections", add=[ids[0], foreign]).location
    page = hers.get(edit).text
    assert f'name="add" value="{ids[1]}"' in page
    assert "under My credentials" in page
    fields = {"title": "Work", "keep": ids[0], "add": [ids[1], foreign]}
    assert hers.post(edit, page="", **fields).status_code == 303
    assert 'name="add"' not in hers.get(edit).text
    assert hers.get(edit).text.count('name="keep"') == 2
    assert edit in hers.get("/my-credentials").text
    stranger = district.browser()
    stranger.post(edit, page="", title="Work", keep=ids[0], add=ids[1])
    assert hers.get(edit).text.count('name="keep"') == 1


@pytest.mark.parametrize("way", ["cut", "renewed", "pdf"])
def test_a_lost_link_leads_to_ones_links(district, way, now):
    public_id = district.issue()
    issuer = district.issuer
    link = manage_url(issuer.settings, issuance.find(issuer, public_id))
    if way == "renewed":
        holder.renew_link(issuer, public_id, by="holder", now=now)
    path = {"cut": link[:-3], "renewed": link, "pdf": f"{link[:-3]}/pdf"}[way]
    answer = district.browser().get(path)
    assert (answer.status_code, answer.location) == (303, "/my-links?lost=1")
    assert "Mail me my links" in district.browser().get(answer.location).text
    hers = district.browser(district.add(NAME, address=JORDAN))
    assert hers.get(answer.location).location == "/my-credentials"


def mailed(district, sink, address):
    """Ask for the links of an address; return the answer and what is mailed."""
    before = len(sink.mails)
    answer = district.browser().post("/my-links", page="", address=address)
    district.deliver()
    return answer, [str(message.get_body(("plain",))) for message in sink.mails[before:]]


def test_links_are_mailed_to_where_they_went(district, sink):
    """The same answer whether the address is known or not; the name at a mailbox that is nobody's
    in the register is the one of the newest credential."""
    district.issue("Robin Former", "Shared@school.example", approval_id="a-0")
    district.issue(NAME, "shared@school.example", approval_id="a-1")
    district.deliver()
    answer, (mail,) = mailed(district, sink, "SHARED@school.example")
    unknown, nothing = mailed(district, sink, "nobody@school.example")
    assert (answer.status_code, answer.location) == (unknown.status_code, unknown.location)
    assert mail.count("/manage/") == 1
    assert nothing == []
    assert district.browser().post("/my-links", page="", address="nobody").status_code == 422


def test_who_has_an_account_is_mailed_all_and_told_where_to_sign_in(district, sink):
    district.issue()
    district.issue(NAME, "jordan@home.example", approval_id="a-2")
    person = district.add(NAME, address=JORDAN)
    with district.issuer.database.writing() as session:
        row = session.get_one(PersonRow, person.id)
        register.add_address(session, row, "jordan@home.example", verified_at=clock.now())
    district.deliver()
    _, (mail,) = mailed(district, sink, "jordan@home.example")
    assert mail.count("/manage/") == 2
    assert "/my-credentials" in mail


def test_only_so_many_mails_go_to_one_address(district, sink):
    district.issue()
    district.deliver()
    for _ in range(links.MOST + 2):
        answer = district.browser().post("/my-links", page="", address=JORDAN)
        assert answer.status_code == 303
        district.deliver()  # while one has not left, no other is put
    with district.issuer.database.reading() as session:
        count = session.scalar(select(func.count()).where(OutboxRow.kind == links.KIND))
    assert count == links.MOST
