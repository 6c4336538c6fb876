"""Leaving, coming back, another name, two records of one person, erasing (E50): each an event."""

from datetime import date

import pytest
from sqlalchemy import select

from issuer.audit import log
from issuer.outbox.tables import OutboxRow
from issuer.people import changes, register, roles
from issuer.people.register import RegisterError
from issuer.people.roles import Role, RoleError
from issuer.people.tables import (
    ExpertiseRow,
    GrantRow,
    IdentityRow,
    PersonAddressRow,
    PersonRow,
    RelationRow,
)

TODAY = date(2026, 11, 22)


def add(session, now, name, address, **more):
    person = register.add(session, name, now=now, **more)
    register.add_address(session, person, address, verified_at=now)
    return person


def actions_of(session, person):
    return [entry.action for entry in log.about(session, f"person:{person.id}")]


def test_two_records_become_one_with_all_that_was_in_both(any_database, now):
    with any_database.writing() as session:
        survivor = add(session, now, "Jordan Example", "j@school.example")
        double = add(session, now, "Jordan Sample", "j@home.example", staff_number="7")
        other = add(session, now, "Alex Example", "alex@school.example")
        session.add(IdentityRow(person_pk=double.id, iss="i", sub="s", created_at=now))
        for person in (survivor, double):
            session.add(ExpertiseRow(person_pk=person.id, topic="music"))
        related = {"is_pinned": True, "told_by": double.id, "created_at": now}
        session.add(RelationRow(person_pk=double.id, other_pk=other.id, **related))
        roles.grant(session, double, Role.COACH, first_day=TODAY, now=now)
        session.flush()
        changes.merge(session, survivor, double, now=now)
    with any_database.reading() as session:
        survivor, double = session.get(PersonRow, survivor.id), session.get(PersonRow, double.id)
        assert {row.address for row in survivor.addresses} == {"j@school.example", "j@home.example"}
        assert [row.is_primary for row in survivor.addresses] == [True, False]
        assert [row.name for row in survivor.other_names] == ["Jordan Sample"]
        assert (survivor.staff_number, double.staff_number) == ("7", None)
        assert [grant.role for grant in survivor.grants] == ["coach"]
        assert session.scalars(select(IdentityRow)).one().person_pk == survivor.id
        assert session.scalars(select(ExpertiseRow)).one().person_pk == survivor.id
        relation = session.scalars(select(RelationRow)).one()
        assert {relation.person_pk, relation.other_pk} == {survivor.id, other.id}
        assert (relation.is_pinned, relation.told_by) == (True, survivor.id)
        assert register.find(session, double.public_id).id == survivor.id
        assert actions_of(session, survivor) == ["person.added", "person.merged"]


def test_a_record_is_not_merged_with_itself_or_with_who_is_gone(any_database, now):
    with any_database.writing() as session:
        survivor, gone = (
            add(session, now, "A", "a@x.example"),
            add(session, now, "B", "b@x.example"),
        )
        gone.left_at = now
        for double in (survivor, gone):
            with pytest.raises(RegisterError, match="not two records"):
                changes.merge(session, survivor, double, now=now)


def test_erasing_blanks_the_person_and_keeps_the_events(any_database, now):
    """Neither name nor address is left in any table of people; the log names nobody."""
    with any_database.writing() as session:
        survivor = add(session, now, "Zebulon Example", "zebulon@x.example", staff_number="9")
        double = add(session, now, "Zebulon Double", "zebulon2@x.example")
        register.rename(session, survivor, "Zebulon Sample", now=now)
        changes.merge(session, survivor, double, now=now)
        changes.erase(session, survivor, now=now, today=TODAY)
    with any_database.reading() as session:
        for row in session.scalars(select(PersonRow)):
            assert (row.name, row.folded, row.staff_number) == ("", "", None)
        assert session.scalars(select(PersonAddressRow)).all() == []
        assert actions_of(session, survivor)[-1] == "person.erased"
        assert "person.renamed" in actions_of(session, survivor)
        entries = [str(entry) for entry, _hash in log.entries(session)]
        assert not any("ebulon" in entry for entry in entries)


def test_nobody_erases_themself_or_the_last_superintendent(any_database, now):
    with any_database.writing() as session:
        chief = add(session, now, "Sue", "s@x.example")
        roles.grant(session, chief, Role.SUPERINTENDENT, first_day=TODAY, now=now)
        with pytest.raises(RegisterError, match="their own record"):
            changes.erase(session, chief, now=now, today=TODAY, by=chief)
        with pytest.raises(RoleError, match="last assistant superintendent"):
            changes.erase(session, chief, now=now, today=TODAY)
        with pytest.raises(RoleError, match="last assistant superintendent"):
            register.leaves(session, chief, now=now, today=TODAY)


@pytest.fixture
def office(district):
    return district.browser(district.add("Olive Office", Role.OFFICE, address="o@x.example"))


def test_the_office_changes_a_record_on_its_page(district, office):
    jordan = district.add("Jordan Example", Role.TEACHER, address="j@x.example")
    district.add("J. Example", address="double@x.example")
    page, path = f"/people/{jordan.public_id}", f"/people/{jordan.public_id}/change"
    for fields in (
        {"what": "name", "name": "Jordan Sample"},
        {"what": "address", "address": "j@home.example"},
        {"what": "number", "number": " S-17 "},
        {"what": "merge", "other": "DOUBLE@x.example"},
        {"what": "left"},
    ):
        assert office.post(path, **fields).location == f"{page}?done=changed", fields
    shown = office.get(page).text
    names = ("Jordan Sample", "Jordan Example", "j@home.example", "J. Example")
    for text in (*names, "S-17", "has left"):
        assert text in shown
    assert office.post(path, what="back").status_code == 303
    assert "has left" not in office.get(page).text
    with district.issuer.database.reading() as session:
        assert set(actions_of(session, jordan)) >= {
            "person.renamed",
            "person.numbered",
            "person.merged",
            "person.left",
            "person.came-back",
            "person.read",
        }


def test_the_office_says_where_somebody_works(district, office):
    """As where an import put somebody into a second building by mistake."""
    first, second = district.building("E1", "Elm School"), district.building("E2", "Oak School")
    jordan = district.add("Jordan Example", Role.TEACHER, address="j@x.example")
    path = f"/people/{jordan.public_id}/change"
    add = {"what": "post", "building": "E1", "grades-new": "6, 7", "subjects-new": "music"}
    more = {"what": "post", "building": "E2", "grades-new": "8"}
    for fields in (add, add, more, {"what": "post-ended", "building": "E2"}):
        assert office.post(path, **fields).status_code == 303, fields
    again = {f"grades-{first.id}": "7", f"subjects-{first.id}": ""}
    office.post(path, what="post", building="E1", **again)
    with district.issuer.database.reading() as session:
        (post,) = session.get_one(PersonRow, jordan.id).posts
        assert (post.building.code, post.grades, post.subjects) == ("E1", "7", "")
        assert actions_of(session, jordan).count("person.posted") == 4
    shown = office.get(path).text
    assert ("<bdi>Elm School</bdi>" in shown, f"{second.name} (E2)" in shown) == (True, True)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"what": "post", "building": "none"}, "choose a building"),
        ({"what": "name", "name": " "}, "a name has"),
        ({"what": "address", "address": "none"}, "not an e-mail address"),
        ({"what": "address", "address": "o@x.example"}, "somebody else"),
        ({"what": "number", "number": "1" * 51}, "at most 50"),
        ({"what": "number", "number": "1\x072"}, "at most 50"),
        ({"what": "number", "number": "O-1"}, "somebody else"),
        ({"what": "merge", "other": "nobody@x.example"}, "nobody has this"),
        ({"what": "merge", "other": ""}, "nobody has this"),
        ({"what": "merge", "other": "o@x.example"}, "only who grants roles"),
    ],
)
def test_what_cannot_be_changed_is_said(district, office, fields, message):
    other = district.add("Olga Other")
    office.post(f"/people/{other.public_id}/change", what="number", number="O-1")
    jordan = district.add("Jordan Example", address="j@x.example")
    answer = office.post(f"/people/{jordan.public_id}/change", **fields)
    assert (answer.status_code, message in answer.text) == (422, True)


def test_the_office_cannot_become_the_operator_by_an_address(district, office):
    """(T28) Whoever has an address of the operator signs in as the operator."""
    operator = district.add("Opal Operator", Role.OPERATOR, address="op@x.example")
    mine = {"what": "address", "address": "mine@evil.example"}
    answer = office.post(f"/people/{operator.public_id}/change", **mine)
    assert (answer.status_code, "only who grants roles" in answer.text) == (422, True)
    assert office.post(f"/people/{operator.public_id}/change", what="left").status_code == 422
    assert office.post(f"/people/{operator.public_id}/erase").status_code == 404


def test_the_second_press_of_add_leads_to_the_person_who_is_there(district, office):
    form = {"name": "Ada Example", "address": "ada@x.example"}
    pages = {office.post("/people", page="/people/new", **form).location for _ in range(2)}
    again = office.post("/people", page="/people/new", **{**form, "name": "Bo Example"})
    assert (len(pages), again.status_code) == (1, 422)
    assert "this address is somebody else" in again.text
    page = office.get(*pages).text
    assert "The person is in the register. They can sign in now" in page
    assert "granted by the assistant superintendent" in page
    assert office.get("/people?q=Ada").text.count("Ada Example") == 1


def test_a_role_is_granted_and_ended_once_however_often_the_button_is_pressed(district):
    chief = district.browser(district.add("Sue", Role.SUPERINTENDENT))
    jordan = district.add("Jordan Example", address="j@x.example")
    page, role = f"/people/{jordan.public_id}", {"role": "coach", "first_day": "2026-01-01"}
    assert [chief.post(f"{page}/roles", page=page, **role).status_code for _ in "ab"] == [303] * 2
    with district.issuer.database.reading() as session:
        [grant] = session.scalars(select(GrantRow).where(GrantRow.person_pk == jordan.id))
    for _ in "ab":
        assert chief.post(f"{page}/roles/{grant.id}/end", page=page).status_code == 303
    with district.issuer.database.reading() as session:
        mails = session.scalars(select(OutboxRow).where(OutboxRow.kind == roles.CHANGED)).all()
        assert len(mails) == 2
        assert actions_of(session, jordan).count("person.role-taken-back") == 1


def test_to_erase_one_types_the_name(district):
    chief = district.browser(district.add("Sue", Role.SUPERINTENDENT))
    jordan = district.add("Jordan Example", address="j@x.example")
    path = f"/people/{jordan.public_id}/erase"
    assert chief.post(path, **{"erase-name": "Jordan"}).status_code == 422
    assert chief.post(path, **{"erase-name": "Jordan Example"}).status_code == 303
    assert chief.get(f"/people/{jordan.public_id}").status_code == 404
    assert "Jordan" not in chief.get("/people").text
