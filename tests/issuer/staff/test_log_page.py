"""The audit log on a page: narrowed, with names by reference, and as files (T36)."""

import csv
import io
import re

import pytest

from issuer.audit import chain, log, search
from issuer.people import changes
from issuer.people.roles import Role
from issuer.people.tables import PersonRow
from verifier import clock


@pytest.fixture(scope="module")
def chief(district):
    return district.browser(district.add("Sue Super", Role.SUPERINTENDENT))


def actions(answer):
    """What was done, by each entry of the page."""
    rows = answer.text.partition("<tbody>")[2].split("<tr>")[1:]
    return [re.split("</td>| <span", row.split("<td>")[3])[0] for row in rows]


def test_names_stand_by_reference(chief, issued):
    page = chief.get("/desk/log").text
    assert "Sue Super" in page
    assert "Zoë Nguyễn" in page
    assert "the system forms" in page


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("kind=credential", {"approved", "issued"}),
        ("kind=nothing", set()),
        ("kind=%25", set()),
        ("person=Zo%C3%AB", {"added to the register", "a role was granted"}),
        ("person=nobody", set()),
        ("since=2099-01-01", set()),
        ("until=2000-01-01", set()),
        ("kind=credential&since=2020-01-01&until=2099-12-31", {"approved", "issued"}),
        ("before=1", set()),
    ],
)
def test_entries_are_narrowed(chief, issued, asked, expected):
    answer = chief.get(f"/desk/log?{asked}")
    assert (answer.status_code, set(actions(answer))) == (200, expected)


def test_all_about_one_thing(chief, issued):
    assert set(actions(chief.get(f"/desk/log?about={issued[0]}"))) == {"approved", "issued"}


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "9999-12-31", "0001-01-01", "²"])
def test_an_odd_day_is_said_and_stays_typed(chief, day):
    answer = chief.get(f"/desk/log?until={day}&person=Zoë")
    assert answer.status_code == 422
    assert f'value="{day}"' in answer.text
    assert 'value="Zoë"' in answer.text


def test_pages_follow_each_other(chief, issued, monkeypatch):
    monkeypatch.setattr(search.page, "__kwdefaults__", {"before": None, "size": 3})
    monkeypatch.setattr(search, "SIZE", 3)
    first = chief.get("/desk/log?kind=credential")
    assert len(actions(first)) == 3
    assert "kind=credential" in first.text.partition('rel="next"')[2].partition(">")[0]


def test_an_operator_sees_what_is_technical(operator, issued):
    """Events that keep the server running, and none about a credential."""
    page = operator.get("/desk/log")
    assert "signed in" in actions(page)
    assert not {"approved", "issued"} & set(actions(page))
    assert actions(operator.get("/desk/log?kind=credential")) == []
    assert operator.get("/desk/log.jsonl").status_code == 404


def test_who_was_erased_has_no_name_and_the_log_is_whole(district, chief):
    gone = district.add("Gone Example")
    with district.issuer.database.writing() as session:
        person = session.get_one(PersonRow, gone.id)
        changes.erase(session, person, now=clock.now(), today=clock.now().date())
    page = chief.get("/desk/log").text
    assert "somebody who was erased" in page
    assert "Gone Example" not in page


def test_the_whole_log_is_a_file_that_can_be_checked(district, chief, issued):
    answer = chief.get("/desk/log.jsonl")
    lines = answer.data.splitlines(keepends=True)
    with district.issuer.database.reading() as session:
        newest = log.head(session)
    assert chain.check(chain.read(lines), [newest]) == newest
    broken = [*lines[:2], *lines[3:]]
    with pytest.raises(chain.BrokenError, match="entry 3"):
        chain.check(chain.read(broken), [newest])


def test_what_is_shown_is_a_table_of_ids_and_the_export_is_recorded(district, chief, issued):
    text = chief.get("/desk/log.csv?kind=credential").text.removeprefix("\ufeff")
    table = list(csv.DictReader(io.StringIO(text)))
    assert {row["action"] for row in table} == {"credential.approved", "credential.issued"}
    assert "Zoë" not in text
    with district.issuer.database.reading() as session:
        assert log.about(session, "log")[-1].action == "audit.exported"


def test_the_page_takes_few_queries_and_changes_nothing(chief, issued, statements):
    statements.clear()
    chief.get("/desk/log?person=example")
    assert len(statements) <= 12
    assert [text for text in statements if text.startswith(("INSERT", "UPDATE", "DELETE"))] == []
