"""Approvals in a table: tried, issued by a job that can be killed, and mended."""

import csv
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest
from locks import wait_until_blocked
from sqlalchemy import delete, func, select

from issuer.__main__ import main
from issuer.approvals.table import background, columns, job, rehearsal
from issuer.approvals.table.job import TableError
from issuer.approvals.table.names import CatalogNames
from issuer.approvals.table.tables import Fate, TableRow
from issuer.audit import log
from issuer.home.settings import DESK
from issuer.issuance import find
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.outbox import queue
from issuer.outbox.kinds import by_name
from issuer.outbox.tables import MessageState, OutboxRow
from issuer.outbox.worker import deliver_due
from issuer.wording.days import day_in_a_table

HEADS = "Achievement,Name,E-mail,Skill,Goal,Measured outcome,Hours,Approved at,Level,Level work"
GOOD = "rhythms,Teacher {n},t{n}@school.example,Rhythm,Eight bars,26 of 31,12.5,2026-05-15,met,"
WRONG = {
    "no such achievement": ("drums,A,a@b.example,s,g,m,,2026-05-15,met,", "achievement"),
    "no address": ("rhythms,A,,s,g,m,,2026-05-15,met,", "emails"),
    "a level not reached": ("rhythms,A,a@b.example,s,g,m,,2026-05-15,met,not-yet", "levels.work"),
    "no day": ("rhythms,A,a@b.example,s,g,m,,May 15,met,", "approved_at"),
    "no number": ("rhythms,A,a@b.example,s,g,m,twelve,2026-05-15,met,", "credits.0.value"),
}
KILL = """
import os, signal, sys
from pathlib import Path
from datetime import UTC, datetime
from dataclasses import replace
from sqlalchemy import Engine, event
from issuer.approvals.table import job
from issuer.home.issuer import Issuer
from issuer.home.settings import load
job.TOGETHER, steps, last = 3, 0, int(sys.argv[4])
def step(*_):
    global steps
    steps += 1
    if steps == last:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(Engine, "commit", step)
event.listen(Engine, "begin", step)
issuer = Issuer(replace(load(Path(sys.argv[1])), database_url=sys.argv[2]))
job.run(issuer, sys.argv[3], now=datetime.now(UTC))
"""


def now():
    return datetime.now(UTC)


def rows(*lines, heads=HEADS):
    return "\n".join([heads, *lines]).encode()


def good(many):
    return [GOOD.format(n=n) for n in range(many)]


def hand_in(issuer, file, source=DESK):
    return job.hand_in(issuer, file, source=source, by="person:7", now=now())


def count(issuer, table=CredentialRow):
    with issuer.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def issued(issuer, handed_in):
    job.run(issuer, handed_in, now=now())
    return job.progress(issuer, handed_in)


def test_each_row_is_tried_and_nothing_is_kept(any_issuer):
    handed_in = hand_in(any_issuer, rows(*good(2), *(line for line, _ in WRONG.values())))
    tried = list(rehearsal.dry_run(any_issuer, handed_in, now=now()))
    assert [(row.number, row.name, row.new) for row in tried[:2]] == [
        (2, "Teacher 0", True),
        (3, "Teacher 1", True),
    ]
    for row, (_, field) in zip(tried[2:], WRONG.values(), strict=True):
        assert field in row.problem
    assert count(any_issuer) == 0


def test_a_row_is_read_as_a_secretary_writes_it(any_issuer):
    """By titles, in any case, and with American days: the same approval as by ids."""
    with any_issuer.database.reading() as session:
        catalog = CatalogNames(session)
        rhythms = catalog.achievement("rhythms")
        work = next(one for one in rhythms.rubric.criteria if one.id == "work")
        by_ids = {"achievement": "rhythms", "approved at": "2026-11-12", "level": "met"}
        by_titles = {"achievement": rhythms.name.upper(), "approved at": "11/12/2026"}
        by_titles |= {"level": "MET"}
        by_ids["level work"] = work.enough()[0].id
        by_titles[f"level {work.name.lower()}"] = work.enough()[0].name.upper()
        read = [columns.data(catalog, any_issuer.settings, row) for row in (by_ids, by_titles)]
    assert read[0] == read[1]
    assert set(read[0]["levels"]) == {one.id for one in rhythms.rubric.criteria}


@pytest.mark.parametrize("text", ["12 hours", "12 h", "12 Hrs."])
def test_hours_may_say_so(issuer, text):
    with issuer.database.reading() as session:
        cells = {"achievement": "rhythms", "hours": text}
        read = columns.data(CatalogNames(session), issuer.settings, cells)
    assert read["credits"] == [{"value": "12", "unit": "hours"}]


def test_two_columns_of_one_criterion_lose_neither(any_issuer):
    """By id and by title: the second is named, unless one of the two is empty."""
    with any_issuer.database.reading() as session:
        catalog = CatalogNames(session)
        work = next(
            one for one in catalog.achievement("rhythms").rubric.criteria if one.id == "work"
        )
        title = f"level {work.name.lower()}"
        for by_id, by_title, levels in (
            ("met", "not yet", {"work": "met", work.name.lower(): "not yet"}),
            ("met", "", {"work": "met"}),
            ("", "not yet", {"work": "not-yet"}),
        ):
            cells = {"achievement": "rhythms", "level work": by_id, title: by_title}
            assert columns.data(catalog, any_issuer.settings, cells)["levels"] == levels


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("11/12/2026", "2026-11-12"),
        ("1/2/2026", "2026-01-02"),
        ("13/12/2026", "13/12/2026"),
        ("2/30/2026", "2/30/2026"),
        ("11/12/26", "11/12/26"),
        ("2026-11-12", "2026-11-12"),
        ("Nov 13, 2026", "2026-11-13"),
        ("november 13 2026", "2026-11-13"),
        ("Sept. 3, 2026", "2026-09-03"),
        ("Feb 30, 2026", "Feb 30, 2026"),
        ("Nonsense 1, 2026", "Nonsense 1, 2026"),
        ("13.11.2026", "13.11.2026"),
    ],
)
def test_a_day_in_a_table_is_month_day_year(text, day):
    assert day_in_a_table(text) == day


def test_rows_are_issued_and_those_to_mend_come_back(any_issuer):
    handed_in = hand_in(any_issuer, rows(*good(3), *(line for line, _ in WRONG.values())))
    assert issued(any_issuer, handed_in) == {Fate.ISSUED: 3, Fate.TO_MEND: len(WRONG)}
    file = job.to_mend(any_issuer, handed_in)
    table = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
    assert [row["name"] for row in table] == ["A"] * len(WRONG)
    assert all(row[columns.REASON] for row in table)
    mended = file.replace(b"drums", b"rhythms").replace(b"May 15", b"2026-05-16")
    again = issued(any_issuer, hand_in(any_issuer, mended))
    assert again == {Fate.ISSUED: 2, Fate.TO_MEND: len(WRONG) - 2}
    assert count(any_issuer) == 5
    with any_issuer.database.reading() as session:
        cells = session.scalars(select(TableRow.cells).where(TableRow.fate == Fate.ISSUED)).all()
        actors = {entry.actor for entry, _ in log.entries(session)}
        ids = session.scalars(select(TableRow.credential).where(TableRow.fate == Fate.ISSUED)).all()
    assert set(cells) == {None}
    assert actors == {"person:7", "source:desk"}
    assert all(find(any_issuer, public_id) for public_id in ids)


def test_the_same_file_and_the_same_rows_elsewhere_issue_nothing_twice(any_issuer):
    file = rows(*good(3))
    first = hand_in(any_issuer, file)
    issued(any_issuer, first)
    assert hand_in(any_issuer, file) == first
    other = hand_in(any_issuer, rows(*good(4)))
    assert [row.new for row in rehearsal.dry_run(any_issuer, other, now=now())] == [False] * 3 + [
        True
    ]
    assert issued(any_issuer, other) == {Fate.ISSUED: 4}
    assert count(any_issuer) == 4


def test_a_row_stays_the_same_under_another_number_and_with_a_note(issuer):
    """Mended, sorted and commented, the whole table comes again: what was issued is there."""
    numbered = [f"{line},{number}" for number, line in enumerate(good(3), 1)]
    issued(issuer, hand_in(issuer, rows(*numbered, heads=f"{HEADS},#")))
    sorted_anew = [f"{line},{7 + number},asked" for number, line in enumerate(good(3)[::-1])]
    again = hand_in(issuer, rows(*sorted_anew, heads=f"{HEADS},#,Notes"))
    assert not any(row.new for row in rehearsal.dry_run(issuer, again, now=now()))
    assert issued(issuer, again) == {Fate.ISSUED: 3}
    assert count(issuer) == 3


def test_a_table_says_what_a_webhook_would(issuer):
    line = "rhythms,Zoë  Example,z@b.example,z@home.example,s,g,m,2026-02-23,2026-05-02,12,X-1,"
    heads = (
        "achievement,name,e-mail,second e-mail,skill,goal,measured outcome,start,end,hours,"
        "provider number,approval id,approved at,level,comment work"
    )
    file = rows(line + "d-1,2026-05-15T15:00:00-05:00,met,Well done.", heads=heads)
    assert issued(issuer, hand_in(issuer, file)) == {Fate.ISSUED: 1}
    with issuer.database.reading() as session:
        content = session.scalars(select(ApprovalRow.content)).one().decode()
    for part in (
        '"approval_id":"d-1"',
        '"emails":["z@b.example","z@home.example"]',
        '"activity":{"end":"2026-05-02","start":"2026-02-23"}',
        '"value":12',
        '"levels":{"learning":"met","work":"met"}',
        '"work":"Well done."',
    ):
        assert part in content


@pytest.mark.parametrize(
    "file",
    [b"", b"\x00\x01", b"name\nJordan", rows(heads=HEADS + ",Name"), b"PK\x03\x04nonsense"],
)
def test_what_is_no_table_is_said_and_nothing_is_stored(issuer, file):
    with pytest.raises(Exception, match=r"table|workbook|text|columns") as refused:
        hand_in(issuer, file)
    assert isinstance(refused.value, TableError) or "Roster" in type(refused.value).__name__
    assert count(issuer, TableRow) == 0


def test_no_cell_of_a_file_to_mend_begins_a_formula(issuer):
    file = rows("rhythms,=cmd(),a@b.example,s,g,m,,May 15,met,")
    handed_in = hand_in(issuer, file)
    issued(issuer, handed_in)
    mended = job.to_mend(issuer, handed_in)
    assert b"'=cmd()" in mended
    issued(issuer, again := hand_in(issuer, mended.replace(b"May 15", b"2026-05-15")))
    assert job.progress(issuer, again) == {Fate.ISSUED: 1}
    with issuer.database.reading() as session:
        assert session.scalars(select(ApprovalRow.teacher)).all() == ["=cmd()"]


def test_killed_anywhere_and_run_again_nothing_is_lost_or_doubled(any_issuer):
    """P1, P3: kill -9 at each commit in turn."""
    url = any_issuer.database.engine.url.render_as_string(hide_password=False)
    handed_in = hand_in(any_issuer, rows(*good(8), WRONG["no day"][0]))
    killed = 0
    for last in (2, 5, 8, 11, 14, 17):
        command = [sys.executable, "-c", KILL, any_issuer.settings.home, url, handed_in, str(last)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in (0, -9), done.stderr
        killed += done.returncode == -9
    assert killed >= 4
    assert issued(any_issuer, handed_in) == {Fate.ISSUED: 8, Fate.TO_MEND: 1}
    assert count(any_issuer) == 8


def in_turn(issuer, handed_in, first, second):
    """Do `first` with a job's row and, before it is committed, begin `second`; return its error."""
    with ThreadPoolExecutor(1) as pool:
        with issuer.database.writing() as session:
            first(session, job.find(session, handed_in, lock=True))
            session.flush()
            later = pool.submit(second)
            wait_until_blocked(session, later)
        return later.exception()


def test_what_is_begun_is_not_discarded_at_the_same_moment(postgresql_issuer):
    handed_in = hand_in(postgresql_issuer, rows(*good(1)))

    def begin(_, row):
        row.begun_at = now()

    discard = partial(job.discard, postgresql_issuer, handed_in)
    assert in_turn(postgresql_issuer, handed_in, begin, discard) is None
    assert issued(postgresql_issuer, handed_in) == {Fate.ISSUED: 1}


def test_what_is_discarded_is_not_begun_at_the_same_moment(postgresql_issuer):
    handed_in = hand_in(postgresql_issuer, rows(*good(1)))

    def discard(session, row):
        session.execute(delete(TableRow))
        session.delete(row)

    begin = partial(background.begin, postgresql_issuer, handed_in, by="person:7", now=now())
    assert isinstance(in_turn(postgresql_issuer, handed_in, discard, begin), TableError)
    assert count(postgresql_issuer, OutboxRow) == 0


def test_a_message_about_a_discarded_table_keeps_no_other_from_leaving(issuer):
    with issuer.database.writing() as session:
        queue.put(session, background.NAME, "gone", host=issuer.settings.host, now=now())
    assert deliver_due(issuer, by_name(background.MESSAGE), now=now) == (0, 0)
    with issuer.database.reading() as session:
        assert session.scalars(select(OutboxRow.state)).all() == [MessageState.OVERTAKEN]


def test_the_command_tries_issues_and_writes_what_to_mend(issuer, home, tmp_path, capsys):
    file = tmp_path / "spring.csv"
    file.write_bytes(rows(*good(2), WRONG["no day"][0]))

    def run(*words):
        return main(["--home", str(home), "issue", *words])

    assert run("--table", str(file), "--dry-run") == 1
    output = capsys.readouterr().out
    assert (output.count("would be issued"), "row 4: A: approved_at" in output) == (2, True)
    assert run("--table", str(file)) == 1
    assert "2 issued" in capsys.readouterr().out
    assert (tmp_path / "spring-to-fix.csv").exists()
    assert run("--table", str(file), "--mend", str(tmp_path / "x.csv")) == 1
    assert count(issuer) == 2
    assert run("--template", "rhythms") == 0
    assert "level The learning process,level Student work" in capsys.readouterr().out
