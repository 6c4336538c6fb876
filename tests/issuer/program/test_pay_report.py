"""What was claimed against the caps, in sums that tell of nobody (4.7, R42)."""

import csv
import io

from paying import moment, paying
from sqlalchemy import select

from issuer.people.roles import Role
from issuer.people.tables import PersonRow, PostRow
from issuer.program.compensation import ledger
from issuer.program.compensation.ledger import Stage, Why
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
