"""`make demo YEAR=1`: the year it makes is one that the product's own rules allow."""

import json
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.__main__ import main
from issuer.approvals import schema
from issuer.program.evidence.file_store import FileStore
from issuer.program.invariants import breaches
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.tables import WindowRow
from verifier import clock

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture
def examples(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(EXAMPLES), *sys.path])
    import program
    import year

    monkeypatch.setattr(year, "AWARDS", 3)
    monkeypatch.setattr(year, "TEACHERS", year.UNDER_WAY + 4)
    return program, year


def test_the_year_has_a_project_in_every_state_and_breaks_no_rule(issuer, examples, tmp_path):
    program, year = examples
    now = clock.now()  # by which the people are imported
    year.write(tmp_path, now)
    home = ["--home", str(issuer.settings.home)]
    main([*home, "catalog", "load", str(EXAMPLES)])
    for people in (EXAMPLES / "people.csv", tmp_path / "people.csv"):
        main([*home, "people", "import", str(people), "--apply"])
    with issuer.database.writing() as session:
        program.fill(program.Program(issuer, session, now - timedelta(minutes=1)))
        year.fill(year.Year(issuer, session, now, year.POLICY))
        states = Counter(row.state for row in session.query(ProjectRow))
        second = session.query(WindowRow).filter_by(name="Second proposals").one()
        in_second = session.query(VersionRow).filter_by(window_pk=second.id).count()
        flaws = list(breaches(session, evidence=FileStore(issuer.settings.home / "evidence")))
    assert set(states) == set(State) - {State.ISSUED}  # which follows when the server runs
    assert (in_second, flaws) == (4, [])


def test_its_awards_are_approvals_as_a_webhook_takes_them(examples, tmp_path, now):
    _, year = examples
    year.write(tmp_path, now)
    lines = (tmp_path / "approvals.jsonl").read_text().splitlines()
    for line in lines:
        assert schema.flaws(json.loads(line)) == []
    assert len(lines) == 3
