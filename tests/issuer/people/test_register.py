"""The register of people: names, addresses, roles with dates (R8, R16; E46, E48, E50, E52)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from issuer.people import register, roles
from issuer.people.register import RegisterError
from issuer.people.roles import Role, RoleError
from issuer.people.tables import BuildingRow, GrantRow

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def add(session, now, name="Jordan Example", address=None):
    person = register.add(session, name, now=now)
    if address:
        register.add_address(session, person, address, verified_at=now)
    return person


def held(session, person, on=TODAY):
    return [grant.role for grant in roles.roles_of(session, person, today=on)]


def test_an_address_is_one_persons_however_it_is_spelled(any_database, now):
    """(E48) Doubles by case, and by the two ways to write a domain."""
    with any_database.writing() as session:
        jordan = add(session, now, address="Jordan@Straße.example")
        other = add(session, now, "Alex Example")
        for spelling in ("jordan@straße.example", " JORDAN@xn--strae-oqa.example "):
            assert register.of_address(session, spelling).person_pk == jordan.id
            with pytest.raises(RegisterError, match="somebody else's"):
                register.add_address(session, other, spelling, verified_at=now)
            register.add_address(session, jordan, spelling, verified_at=None)
        assert [row.address for row in jordan.addresses] == ["Jordan@Straße.example"]
        assert jordan.addresses[0].verified_at == now


@pytest.mark.parametrize(
    "address", ["", "jordan", "@x.example", "a@", "a\n@x.example", "a" * 251 + "@x.e"]
)
def test_what_is_no_address_is_refused(any_database, now, address):
    with any_database.writing() as session, pytest.raises(RegisterError, match="not an e-mail"):
        register.add_address(session, add(session, now), address, verified_at=None)


def test_mail_goes_to_the_first_address_given(any_database, now):
    with any_database.writing() as session:
        person = add(session, now, address="a@x.example")
        register.add_address(session, person, "b@x.example", verified_at=None)
        assert register.primary_address(person).address == "a@x.example"
        assert register.primary_address(add(session, now, "Nobody")) is None


def test_another_name_keeps_the_one_until_now(any_database, now):
    """(E50) A married name."""
    with any_database.writing() as session:
        person = add(session, now, "María  Example")
        assert (person.name, person.folded) == ("María Example", "maria example")
        register.rename(session, person, "María Sample", now=NOW)
        register.rename(session, person, "María Example", now=NOW)
        register.rename(session, person, "María Sample", now=NOW)
        names = [row.name for row in person.other_names]
        assert (person.name, sorted(names)) == ("María Sample", ["María Example", "María Sample"])


@pytest.mark.parametrize("name", ["", "  ", "A\u0000B", "x" * 201])
def test_a_name_that_cannot_be_signed_is_refused(any_database, now, name):
    with any_database.writing() as session, pytest.raises(RegisterError, match="a name has"):
        add(session, now, name)


def test_a_merged_record_leads_to_the_one_it_went_into(any_database, now):
    with any_database.writing() as session:
        survivor, double = add(session, now), add(session, now)
        double.merged_into = survivor.id
        session.flush()
        assert register.find(session, double.public_id) is survivor
        assert register.find(session, "nobody") is None


def test_a_role_holds_from_its_first_day_to_its_last(any_database, now):
    with any_database.writing() as session:
        person = add(session, now)
        roles.grant(session, person, Role.COACH, now=NOW, first_day=TODAY, last_day=TODAY + DAY)
        days = [TODAY - DAY, TODAY, TODAY + DAY, TODAY + 2 * DAY]
        assert [held(session, person, day) for day in days] == [[], ["coach"], ["coach"], []]
        person.left_at = now
        assert held(session, person) == []


def test_a_principal_who_is_a_teacher_has_both_roles(any_database, now):
    """(E52)"""
    with any_database.writing() as session:
        person, building = add(session, now), BuildingRow(code="7", name="Middle School")
        session.add(building)
        session.flush()
        for _ in range(2):  # granted again, nothing is doubled
            roles.grant(session, person, Role.TEACHER, now=NOW, first_day=TODAY)
            roles.grant(
                session,
                person,
                Role.BUILDING_ADMINISTRATOR,
                now=NOW,
                first_day=TODAY,
                building=building,
            )
        assert held(session, person) == ["teacher", "building-administrator"]
        with pytest.raises(RoleError, match="needs a building"):
            roles.grant(session, person, Role.BUILDING_ADMINISTRATOR, now=NOW, first_day=TODAY)
        with pytest.raises(RoleError, match="before the first"):
            roles.grant(session, person, Role.BOARD, now=NOW, first_day=TODAY, last_day=TODAY - DAY)


def test_nobody_grants_themself_a_role(any_database, now):
    with any_database.writing() as session:
        person = add(session, now)
        roles.grant(session, person, Role.SUPERINTENDENT, now=NOW, first_day=TODAY)
        with pytest.raises(RoleError, match="themself"):
            roles.grant(session, person, Role.PAYROLL, now=NOW, first_day=TODAY, by=person)


def test_a_role_is_taken_back_as_of_yesterday(any_database, now):
    with any_database.writing() as session:
        person = add(session, now)
        for first_day in (TODAY - DAY, TODAY, TODAY + DAY):
            grant = roles.grant(
                session, person, Role.OFFICE, now=NOW, first_day=first_day, last_day=None
            )
            roles.take_back(session, grant, today=TODAY, now=NOW)
            assert held(session, person) == []
        (row,) = session.scalars(select(GrantRow)).all()
        assert row.last_day == TODAY - DAY


def test_the_last_superintendent_cannot_be_removed(any_database, now):
    """A deputy, and a superintendent whose time is limited, do not count."""
    with any_database.writing() as session:
        first, second = add(session, now), add(session, now)
        grant = roles.grant(session, first, Role.SUPERINTENDENT, now=NOW, first_day=TODAY)
        roles.grant(session, second, Role.DEPUTY, now=NOW, first_day=TODAY)
        roles.grant(
            session, second, Role.SUPERINTENDENT, now=NOW, first_day=TODAY, last_day=TODAY + DAY
        )
        with pytest.raises(RoleError, match="last assistant superintendent"):
            roles.take_back(session, grant, today=TODAY, now=NOW)
        with pytest.raises(RoleError, match="last assistant superintendent"):
            roles.refuse_without_superintendent(session, first.id, today=TODAY)
        roles.refuse_without_superintendent(session, second.id, today=TODAY)
        roles.grant(session, second, Role.SUPERINTENDENT, now=NOW, first_day=TODAY)
        roles.take_back(session, grant, today=TODAY, now=NOW)
        assert held(session, first) == []
