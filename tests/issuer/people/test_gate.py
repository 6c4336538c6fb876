"""Sessions and forms (T28, T29; E10, E44, E46)."""

import re
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from issuer.database.database import UnavailableError
from issuer.people import roles
from issuer.people.access import kept_forms, rules, sessions
from issuer.people.access.gate import cookie_name
from issuer.people.access.guarded import Me
from issuer.people.objects import PERSON
from issuer.people.roles import Role
from issuer.people.tables import GrantRow, KeptFormRow, PersonRow, PostRow, SessionRow
from verifier import clock

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(district):
    return district.add("Olive Office", Role.OFFICE, address="office@school.example")


@pytest.fixture
def chief(district):
    return district.add("Sue Super", Role.SUPERINTENDENT, address="sue@school.example")


def is_in(browser):
    return browser.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("uses", "then", "still_in"),
    [
        ([], 14 * DAY - MINUTE, True),
        ([], 14 * DAY, False),
        ([13 * DAY], 13 * DAY, True),
        ([13 * DAY, 13 * DAY], 2 * DAY, False),  # four weeks in all, however it is used
    ],
)
def test_a_session_ends_unused_after_two_weeks_and_in_any_case_after_four(
    district, office, at, uses, then, still_in
):
    browser = district.browser(office)
    for span in uses:
        at(span)
        assert is_in(browser)
    at(then)
    assert is_in(browser) == still_in


def test_the_name_stands_in_every_header_and_in_no_shared_cache(district, office):
    """(E46)"""
    browser = district.browser(office)
    for path in ("/", "/verify", "/account", "/people", "/nothing-here", "/sign-in"):
        answer = browser.get(path, headers={"Accept": "text/html"})
        assert "Olive Office" in answer.text, path
        control = answer.headers.get("Cache-Control", "no-store")
        assert "no-store" in control or "private" in control, path
        assert "Olive Office" not in district.browser().get(path).text


def test_public_pages_are_there_without_the_database(district, office, monkeypatch):
    """(P6)"""
    browser = district.browser(office)

    @contextmanager
    def away():
        raise UnavailableError("away")
        yield

    monkeypatch.setattr(district.issuer.database, "reading", away)
    assert browser.get("/verify").status_code == 200
    assert browser.get("/account").status_code == 503


def test_a_fault_of_the_site_is_told_in_words_for_people(district, office, monkeypatch, caplog):
    """With whom to tell its number, in the language of the reader; JSON keeps its form."""
    browser = district.browser(office)

    def explode():
        raise RuntimeError

    monkeypatch.setitem(district.app.view_functions, "account.show", explode)
    answer = browser.get("/account", headers={"Accept": "text/html"})
    number = re.search(r"<code>([\w-]{36})</code>", answer.text)[1]
    assert (answer.status_code, number in caplog.text) == (500, True)
    assert "It is not your fault." in answer.text
    assert "instance" not in answer.text
    assert 'href="http://localhost:8202/"' in answer.text  # a way back
    spanish = browser.get("/account?lang=es", headers={"Accept": "text/html"})
    assert "No es culpa suya." in spanish.text
    as_json = browser.get("/account", headers={"Accept": "application/json"}).get_json()
    assert as_json.keys() >= {"type", "title", "status", "detail", "remedy", "instance"}
    explained = browser.get("/problems/internal", headers={"Accept": "text/html"}).text
    assert "It is not your fault." not in explained


def test_signing_out_ends_the_session_and_not_only_the_cookie(district, office):
    browser, copy = district.browser(office), district.browser()
    name = cookie_name(district.issuer.settings)
    copy.client.set_cookie(name, browser.client.get_cookie(name).value)
    assert is_in(copy)
    home = browser.post("/sign-out").location
    assert "You are signed out." in browser.get(home).text
    assert "You are signed out." not in district.browser(office).get(home).text
    assert not is_in(browser)
    assert not is_in(copy)


def test_a_new_sign_in_replaces_the_session_of_the_browser(district, office, chief):
    """(E46) Also somebody else's."""
    with district.issuer.database.writing() as session:
        more = {"device": "x", "way": "mail", "now": clock.now()}
        first = sessions.begin(session, session.merge(office), replacing=None, **more)
        sessions.begin(session, session.merge(chief), replacing=first, **more)
        assert not sessions.is_open(sessions.find(session, first), now=clock.now())


def test_the_table_of_sessions_signs_nobody_in(district, office):
    browser = district.browser(office)
    token = browser.client.get_cookie(cookie_name(district.issuer.settings)).value
    with district.issuer.database.reading() as session:
        row = session.scalars(select(SessionRow)).one()
    assert token.encode() not in row.token
    thief = district.browser()
    for stolen in (row.token.hex(), row.public_id):
        thief.client.set_cookie(cookie_name(district.issuer.settings), stolen)
        assert not is_in(thief)


def test_who_has_sessions_sees_and_ends_them(district, office):
    here, there = district.browser(office), district.browser(office)
    page = here.get("/account").text
    (path,) = re.findall(r'action="(/sessions/[^"]+/end)"', page)  # not of this one
    assert here.post(path).location == "/account"
    assert not is_in(there)
    assert is_in(here)


def test_an_operator_ends_a_session_of_others(district, office):
    operator = district.browser(district.add("Opal Operator", Role.OPERATOR))
    lost = district.browser(office)
    page = operator.get(f"/people/{office.public_id}").text
    (path,) = re.findall(r'action="(/sessions/[^"]+/end)"', page)
    assert operator.post(path).location == f"/people/{office.public_id}"
    assert not is_in(lost)
    assert "/sessions/" not in district.browser(office).get(f"/people/{office.public_id}").text


def added(district, name):
    with district.issuer.database.reading() as session:
        return session.scalar(select(PersonRow).where(PersonRow.name == name)) is not None


FORM = {"name": "María\nNew", "address": "maria@school.example"}


def send_kept(browser, path, **headers):
    """Send what a page with a kept form offers to send."""
    page = browser.get(path, **headers).text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    action = re.search(r'<form class="card" method="post" action="([^"]+)"', page)[1]
    return browser.client.post(action, data=fields)


def test_a_form_sent_after_the_session_ended_comes_back_with_its_text(district, office, sink, at):
    """(E10) Typed, left alone for a week, sent: nothing is lost, nothing is done unasked."""
    browser = district.browser(office)
    form = {**FORM, "name": "María New"}
    browser.get("/people/new")
    at(15 * DAY)
    answer = browser.post("/people", page=None, **form)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?lands_on=/kept/")
    assert "Nothing that you typed is lost." in browser.get(answer.location).text
    lands_on = answer.location.partition("lands_on=")[2]
    browser.client.post("/sign-in", data={"address": "office@school.example", "lands_on": lands_on})
    district.deliver()
    link = re.search(
        r"http://localhost:8202(/sign-in/\S+)", sink.mails[-1].get_body(("plain",)).get_content()
    )[1]
    assert browser.get(link).location == lands_on
    page = browser.get(lands_on).text
    assert "María New" in page
    assert "maria@school.example" in page
    assert not added(district, "María New")
    assert send_kept(browser, lands_on).location.startswith("/people/")
    assert added(district, "María New")
    assert browser.get(lands_on).status_code == 404  # sent once


def test_a_form_from_before_another_sign_in_is_shown_and_not_sent(district, office):
    """(E44) Its token is of a session that is gone."""
    browser = district.browser(office)
    answer = browser.post(
        "/people", page=None, form_token="0" * 64, name="Ada", address="a@x.example"
    )
    assert answer.location.startswith("/kept/")
    assert not added(district, "Ada")
    assert send_kept(browser, answer.location).status_code == 303
    assert added(district, "Ada")


def test_a_kept_form_is_shown_to_nobody_else(district, office, chief):
    answer = district.browser(office).post("/people", page=None, name="Ada", address="a@x.example")
    assert district.browser(chief).get(answer.location).status_code == 404


def test_a_form_by_nobody_we_know_is_not_kept(district):
    answer = district.browser().post("/people", page=None, name="Ada")
    assert answer.location == "/sign-in"
    with district.issuer.database.reading() as session:
        assert session.scalars(select(KeptFormRow)).all() == []


def test_the_text_of_a_kept_form_stays_as_it_is(district, office):
    hostile = '"><script>alert(1)</script>\r\n\u202e'
    answer = district.browser(office).post("/people", page=None, name=hostile, more="x" * 600_000)
    with district.issuer.database.reading() as session:
        form = kept_forms.find(session, answer.location.removeprefix("/kept/"))
    assert dict(form.fields)["name"] == hostile
    assert sum(len(value) for _, value in form.fields) == kept_forms.MOST
    page = district.browser(office).get(answer.location).text
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
def test_another_site_sends_no_form_here(district, office, headers):
    browser = district.browser(office)
    assert browser.client.post("/people", data=FORM, headers=headers).status_code == 403


def test_a_role_is_granted_only_after_a_fresh_sign_in(district, office, chief):
    path = f"/people/{office.public_id}/roles"
    stale = district.browser(chief, signed_in_ago=16 * MINUTE)
    answer = stale.post(path, role="coach")
    assert answer.location.startswith("/sign-in?lands_on=/kept/")
    assert "sign in once more" in stale.get(answer.location).text
    lands_on = answer.location.partition("lands_on=")[2]
    assert send_kept(stale, lands_on).location.startswith("/sign-in")
    fresh = district.browser(chief)
    (left,) = kept_left(district)
    assert send_kept(fresh, f"/kept/{left}").location == f"/people/{office.public_id}?done=role"
    assert "Coach" in fresh.get(f"/people/{office.public_id}").text


def kept_left(district):
    with district.issuer.database.reading() as session:
        return session.scalars(select(KeptFormRow.public_id).order_by(KeptFormRow.id)).all()[-1:]


def test_nobody_grants_themself_a_role_and_the_last_superintendent_stays(district, chief):
    browser = district.browser(chief)
    mine = f"/people/{chief.public_id}"
    refused = browser.post(f"{mine}/roles", role="payroll")
    assert (refused.status_code, "nobody grants themself" in refused.text) == (422, True)
    with district.issuer.database.reading() as session:
        grant = session.scalars(select(GrantRow)).one()
    refused = browser.post(f"{mine}/roles/{grant.id}/end")
    assert (refused.status_code, "cannot be removed" in refused.text) == (422, True)


def test_a_grant_is_taken_back_on_the_page_of_its_own_person(district, chief, office):
    browser = district.browser(chief)
    with district.issuer.database.reading() as session:
        grant = session.scalars(select(GrantRow).where(GrantRow.person_pk == office.id)).one()
    assert browser.post(f"/people/{chief.public_id}/roles/{grant.id}/end").status_code == 404
    browser.post(f"/people/{office.public_id}/roles/{grant.id}/end")
    assert district.browser(office).get("/people").status_code == 404


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"role": "king"}, "choose a role"),
        ({"role": "coach", "first_day": "soon"}, "year-month-day"),
        ({"role": "building-administrator"}, "needs a building"),
    ],
)
def test_what_cannot_be_granted_is_said_with_what_was_typed(
    district, chief, office, fields, message
):
    answer = district.browser(chief).post(f"/people/{office.public_id}/roles", **fields)
    assert (answer.status_code, message in answer.text) == (422, True)


def test_the_register_is_searched_and_paged(district, office):
    for number in range(60):
        district.add(f"Teacher {number:02}", address=f"t{number}@school.example")
    browser = district.browser(office)
    assert "Teacher 48" in browser.get("/people").text
    assert "Teacher 59" in browser.get("/people?page=2").text
    for text in ("TEACHER 07", "t7@SCHOOL"):
        page = browser.get("/people", query_string={"q": text}).text
        assert ("Teacher 07" in page, "Teacher 08" in page) == (True, False)
    assert "Nobody matches" in browser.get("/people?q=%25").text


def test_the_page_of_one_and_the_filter_of_many_are_one_condition(district):
    """A role for one building: who works there is in the list, and nobody else."""
    building, other = district.building("7"), district.building("8", "High School")
    people = [district.add(name) for name in ("Here", "There", "Nowhere")]
    with district.issuer.database.writing() as session:
        for person, where in zip(people, (building, other), strict=False):
            session.add(PostRow(person_pk=person.id, building_pk=where.id))
    me = Me(people[2].id, ((Role.BUILDING_ADMINISTRATOR, building.id),), date(2026, 1, 1))
    scope = PERSON.scopes["building"](me, building.id)
    with district.issuer.database.reading() as session:
        assert session.scalars(select(PersonRow.name).where(scope)).all() == ["Here"]
        nobody = rules.visible(me, "person", "list", {"person": PERSON})
        assert session.scalars(select(PersonRow.name).where(nobody)).all() == []


def test_who_has_left_has_no_role_and_still_an_account(district, office, now):
    browser = district.browser(office)
    with district.issuer.database.writing() as session:
        session.merge(office).left_at = now
    assert is_in(browser)
    assert browser.get("/people").status_code == 404


def test_a_role_that_ended_yesterday_opens_nothing(district, office, at):
    browser = district.browser(office)
    with district.issuer.database.writing() as session:
        grant = session.scalars(select(GrantRow)).one()
        roles.take_back(session, grant, today=clock.now().date(), now=clock.now())
    assert browser.get("/people").status_code == 404


def test_what_ended_long_ago_is_forgotten(district, office, at):
    district.browser(office)
    at(60 * DAY)
    district.browser(office)
    with district.issuer.database.reading() as session:
        assert len(session.scalars(select(SessionRow)).all()) == 1
