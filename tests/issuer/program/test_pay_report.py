"""What was claimed against the caps, in sums that tell of nobody (4.7, R42)."""

import csv
import io

from paying import SETTINGS, moment, paying
from sqlalchemy import select

from issuer.people.roles import Role
from issuer.people.tables import PersonRow, PostRow
from issuer.program.compensation import ledger
from issuer.program.compensation.against_cap import Sums, hidden_cells
from issuer.program.compensation.ledger import Stage, Why
from issuer.program.compensation.reckoning.contract import read_contract
from verifier import clock

NOW = moment("2026-10-14")
SIZES = {"Elm": 7, "Maple": 3, "Oak": 6}


def fill(money):
    """Teachers of three buildings, each with a cap of 2,000.00 and 100.00 earned."""
    district, number = money.district, 0
    for code, (name, size) in enumerate(SIZES.items()):
        building = district.building(str(code), name)
        for _ in range(size):
            number += 1
            person = money.teacher(f"T{number}", "60,000")
            with money.writing() as session:
                session.add(PostRow(person_pk=person.id, building_pk=building.id))
                entry = {"person_pk": person.id, "on": NOW.date(), "now": NOW, "why": Why.OPENING}
                ledger.post(session, claim=f"c{number}", stage=Stage.EARNED, cents=100_00, **entry)


def test_the_report_is_in_sums_and_no_small_group_can_be_worked_out(district, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    money = paying(district)
    money.agree(NOW)
    fill(money)
    board = money.browser(district.add("Bo Board", Role.BOARD))
    page = board.get("/pay/report").text
    assert 'class="chart"' in page
    table = list(csv.reader(io.StringIO(board.get("/pay/report.csv").text)))
    rows = {row[1]: row[2:] for row in table[1:]}
    few = "fewer than 5"
    assert rows["Maple"] == [few, "0.00", "0.00", few, "0.00", few]
    assert rows["All together"][0] == "32000.00"
    assert few in rows["Oak"]  # or Maple follows from the sum
    assert rows["Elm"] == ["14000.00", "0.00", "0.00", "700.00", "0.00", "13300.00"]
    assert rows["2026–27"] == ["0.00", "0.00", "1600.00", "0.00"]
    with money.reading() as session:
        names = {person.name for person in session.scalars(select(PersonRow))}
    assert not {name for name in names if name in page and name != "Bo Board"}
    assert money.browser(district.add("Co Coach", Role.COACH)).get("/pay/report").status_code == 404


def test_while_the_contract_was_never_whole_there_is_nothing_to_sum(district, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    money = paying(district)
    money.agree(NOW, at_threshold=None)
    board = money.browser(district.add("Bo Board", Role.BOARD))
    for path in ("/pay/report", "/pay/report.csv"):
        assert board.get(path).status_code == 200


def test_r42_the_sum_of_all_buildings_is_no_way_around_by_the_row_of_its_year():
    """Two people were paid: cap less all other figures is that sum, wherever those stand."""
    by_building, by_year, year = Sums(), Sums(), "2026–27"
    figures = {"cap": 20, "applied": 12, "approved": 8, "earned": 9, "paid": 2, "left": 20}
    for column, people in figures.items():
        for person in range(people):
            by_building.add("Elm", column, 100, person)
            by_building.add("All together", column, 100, person)
            if column in ("applied", "approved", "earned", "paid"):
                by_year.add(year, column, 100, person)
    contract = read_contract(SETTINGS)
    away = hidden_cells(contract, by_building, by_year, year)
    assert f"year {year}/paid" in away
    unknown = {
        column
        for column in figures
        if {f"Elm/{column}", f"All together/{column}"} <= away
        and (column in ("cap", "left") or f"year {year}/{column}" in away)
    }
    assert "paid" in unknown
    assert len(unknown) > 1


def test_r42_who_is_in_the_row_of_the_year_alone_cannot_be_worked_out_from_both_tables():
    """One person's two pay records contradict each other: she is in no building's sum."""
    by_building, by_year, year = Sums(), Sums(), "2026–27"
    for person in range(9):
        for column in ("cap", "applied", "approved", "earned", "paid", "left"):
            by_building.add("Elm", column, 100, person)
            by_building.add("All together", column, 100, person)
        for column in ("earned", "paid"):
            by_year.add(year, column, 100, person)
    by_year.add(year, "earned", 100, 9)
    away = hidden_cells(read_contract(SETTINGS), by_building, by_year, year)
    assert away == {f"year {year}/earned"}
