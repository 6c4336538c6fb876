"""What stands in the database: columns to search by, and bytes that come back as they were.

A database of the schema before is made with the tables as they were, is upgraded, is killed in the
middle, goes on, and serves the same bytes all the time (P1, P12).
"""

import json
import subprocess
import sys
from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import MetaData, func, select, text

from bench.state import million
from issuer import migrations
from issuer.app import create_app
from issuer.catalog import files, versions
from issuer.database.compressed import CompressedBytes
from issuer.drawing.serial import serial
from issuer.home.issuer import Issuer
from issuer.installation import init
from issuer.issuance import find, receive, receive_all
from issuer.issuance.approval import from_data
from issuer.issuance.finish import finish_pending, pending
from issuer.issuance.prepare import Arrived
from issuer.issuance.records import forms, search
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.issuance.status_lists import lists
from issuer.migrations import SchemaError, rows
from keys.key_file import Cost
from verifier import clock

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
FORMS = ("json", "jwt", "to_share")
MIGRATE = """
import os, signal, sys
from sqlalchemy import Engine, event
from issuer import migrations
from issuer.database.database import Database
from issuer.migrations import rows
url, part, last = sys.argv[1], sys.argv[2], int(sys.argv[3])
rows.BATCH, steps, rearrange = 2, 0, migrations.rearrange
def step(*_):
    global steps
    steps += 1
    if steps == last:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(Engine, "before_cursor_execute", step)
event.listen(Engine, "commit", step)
def rearrange_counted(*arguments):
    global steps
    steps = 0 if part == "rows" else last  # count in the part in which it is to be killed
    rearrange(*arguments)
migrations.rearrange = rearrange_counted
if part == "rows":
    steps = last
migrations.upgrade(Database(url), tell=print)
"""


@pytest.fixture
def issued(any_issuer, approval):
    """Seven credentials: one is revoked, some end, and one waits for the keys, which are away."""
    names = ["Zoë Example", "zoe  example", "Åsa Ödegård", "Ines", "María José Example", "Bo"]
    now = datetime.now(UTC)
    for number, name in enumerate(names):
        who = {"name": name, "emails": [f"T{number}@School.example", "shared@home.example"]}
        ends = {"valid_until": "2040-01-01T00:00:00Z"} if number % 2 else {}
        sent = approval(f"a-{number}", recipient=who, **ends)
        received = receive(any_issuer, sent, source="forms", event_id=f"e-{number}", now=now)
    lists.revoke(any_issuer, received.credential_id, reason="issued twice", by="command", now=now)
    any_issuer.settings.passphrase_file.rename(any_issuer.settings.home / "away")
    locked = Issuer(any_issuer.settings)
    receive(locked, approval("a-7"), source="forms", event_id="e-7", now=now)
    yield locked
    locked.database.close()


def stored(issuer):
    """Everything that is kept of each credential, as the models read it."""
    with issuer.database.reading() as session:
        rows = session.scalars(select(CredentialRow).order_by(CredentialRow.id)).all()
        addresses = session.execute(
            select(AddressRow.approval_pk, AddressRow.address).order_by(*AddressRow.__mapper__.c)
        ).all()
        found_by = [
            (r.approval.teacher, r.approval.awarded_on, r.approval.valid_until) for r in rows
        ]
    bytes_of = [(r.public_id, r.document, r.json, r.jwt, r.to_share, r.serial) for r in rows]
    return bytes_of, found_by, addresses


def served(settings):
    """Every byte that the public and the holders get of what is issued."""
    app = create_app(settings)
    client, issuer = app.test_client(), app.extensions["mintmark"]
    with issuer.database.reading() as session:
        ids = session.scalars(
            select(CredentialRow.public_id).where(CredentialRow.state == CredentialState.ISSUED)
        ).all()
    forms = {
        (public_id, kind): client.get(f"/credentials/{public_id}.{kind}")
        for public_id in ids
        for kind in ("json", "jwt")
    }
    whole = {public_id: find(issuer, public_id) for public_id in ids}
    issuer.database.close()
    return (
        {name: (answer.status_code, answer.data) for name, answer in forms.items()},
        {
            public_id: tuple(getattr(row, form) for form in FORMS)
            for public_id, row in whole.items()
        },
    )


def age(database):
    """Turn a database of today into one of schema 0006, with the same rows in it."""
    with database.reading() as session:
        forms = {row.id: row for row in session.scalars(select(CredentialRow))}
    with database.writing() as session:
        connection = session.connection()
        today = MetaData()
        today.reflect(connection)
        content = {
            table.name: connection.execute(select(table)).mappings().all()
            for table in today.sorted_tables
        }
        today.drop_all(connection)
        command.upgrade(migrations._config(connection), "0006")
        before = MetaData()
        before.reflect(connection)
        for table in before.sorted_tables:
            columns = set(table.columns.keys())
            old = [
                {**row} | (_plain(forms[row["id"]]) if table.name == "credentials" else {})
                for row in content[table.name]
                if table.name != "alembic_version"
            ]
            if old:
                connection.execute(
                    table.insert(), [{k: v for k, v in row.items() if k in columns} for row in old]
                )
        assert "document" not in before.tables["credentials"].columns
    return database


def _plain(row):
    unsigned = row.document
    if row.json is not None:
        document = json.loads(row.json)
        del document["proof"]
        unsigned = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return {"unsigned": unsigned} | {form: getattr(row, form) for form in FORMS}


def migrate(database, part="schema", *, killed_at=0):
    url = database.engine.url.render_as_string(hide_password=False)
    return subprocess.run(
        [sys.executable, "-c", MIGRATE, url, part, str(killed_at)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_older_database_has_the_same_rows_and_serves_the_same_bytes(issued, monkeypatch):
    monkeypatch.setattr(rows, "BATCH", 2)
    stored_before, answers = stored(issued), served(issued.settings)
    assert len(answers[0]) == 12
    age(issued.database)
    lines, meanwhile, store = [], [], rows._store

    def store_and_serve(*batch):
        store(*batch)
        if not meanwhile:
            meanwhile.append(served(issued.settings))  # before it is committed

    monkeypatch.setattr(rows, "_store", store_and_serve)
    migrations.upgrade(issued.database, tell=lines.append)
    assert meanwhile == [answers]
    assert (stored(issued), served(issued.settings)) == (stored_before, answers)
    moved = [line for line in lines if "rearranged" in line]
    assert moved[0] == "2 of 7 approvals are rearranged"
    assert moved[-1] == "7 of 7 approvals are rearranged"
    again: list[str] = []
    migrations.upgrade(issued.database, tell=again.append)
    assert (len(moved), again) == (4, [])


def test_a_killed_upgrade_goes_on_and_serves_the_same_bytes_in_between(issued, tmp_path):
    stored_before, answers = stored(issued), served(issued.settings)
    age(issued.database)
    issued.database.close()
    reached = set()
    for part, last in (("schema", 10), ("rows", 3), ("rows", 9), ("rows", 12), ("rows", 15)):
        done = migrate(issued.database, part, killed_at=last)
        assert done.returncode in (-9, 0), done.stderr
        with suppress(SchemaError):
            migrations.check(issued.database)
            reached.add(rows.left(issued.database))
            assert served(issued.settings) == answers
    assert migrate(issued.database).returncode == 0
    assert (stored(issued), served(issued.settings)) == (stored_before, answers)
    assert len(reached) > 1
    issued.database.close()


def test_a_batch_of_an_upgrade_looks_at_its_own_rows_only(postgresql_issuer, approval):
    now, database = datetime.now(UTC), postgresql_issuer.database
    receive(postgresql_issuer, approval(), source="forms", event_id="e-1", now=now)
    with database.writing() as session:
        session.execute(text("UPDATE approvals SET teacher = NULL"))
        session.execute(text("UPDATE credentials SET document = '', json = '', to_share = ''"))
        million.copy(session, ApprovalRow, million.APPROVAL, 5000)
        million.copy(session, CredentialRow, million.CREDENTIAL, 5000)
    rows._count_anew(database)
    statement = rows._next_rows(2500).compile(
        database.engine, compile_kwargs={"literal_binds": True}
    )
    with database.reading() as session:
        plan = session.scalars(text(f"EXPLAIN {statement}")).all()
    assert not [line for line in plan if "Sort" in line or "Seq Scan" in line]
    assert len([line for line in plan if "> 2500" in line]) == 2, plan


def test_what_waited_is_issued_after_the_upgrade(issued):
    age(issued.database)
    migrations.upgrade(issued.database)
    (issued.settings.home / "away").rename(issued.settings.passphrase_file)
    assert [error for _, error in finish_pending(issued, now=clock.now)] == [None]
    assert pending(issued) == []


def test_a_repeated_approval_is_the_same_after_the_upgrade(issued, approval):
    age(issued.database)
    migrations.upgrade(issued.database)
    sent = approval("a-7")
    now = datetime.now(UTC)
    first = receive(issued, sent, source="forms", event_id="e-7", now=now)
    again = receive(issued, sent, source="forms", event_id="e-8", now=now)
    assert first.credential_id == again.credential_id


def test_a_new_row_is_found_by_what_stands_in_it(any_issuer, approval):
    who = {"name": "  María  José ÁLVAREZ ", "emails": ["M@School.example", "m@home.example"]}
    sent = approval(recipient=who, approved_at="2026-05-31T19:30:00-05:00")
    now = datetime.now(UTC)
    received = receive(any_issuer, sent, source="forms", event_id="e-1", now=now)
    with any_issuer.database.reading() as session:
        row = session.scalars(
            select(CredentialRow)
            .join(CredentialRow.approval)
            .join(AddressRow, AddressRow.approval_pk == ApprovalRow.id)
            .where(AddressRow.address == "m@school.example")
            .where(ApprovalRow.teacher == search.fold("maria jose alvarez"))
            .where(ApprovalRow.awarded_on == date(2026, 5, 31))
        ).one()
    assert row.public_id == received.credential_id
    assert row.serial == serial(json.loads(row.json)["id"])


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Zoë  Ångström", "zoe angstrom"),
        ("STRASSE Straße", "strasse strasse"),
        ("王小明", "王小明"),
        ("\ufdfa" * 200, ("صلى الله عليه وسلم" * 20)[:200]),
        ("İstanbul", "istanbul"),
    ],
)
def test_a_name_is_folded_for_searching(name, folded):
    assert search.fold(name) == folded


@pytest.mark.parametrize(
    "where",
    [
        "approvals WHERE teacher = 'x'",
        "approvals WHERE teacher >= 'ma' AND teacher < 'mb' ORDER BY teacher",
        "approvals WHERE awarded_on >= '2026-01-01' AND awarded_on < '2027-01-01'",
        "approvals WHERE achievement_version_id = 1 ORDER BY awarded_on",
        "approvals WHERE valid_until < '2027-01-01'",
        "approval_addresses WHERE address = 'x'",
        "credentials WHERE serial = 'x'",
        "credentials WHERE state = 'x'",
    ],
)
def test_what_is_searched_by_has_an_index(any_database, where):
    with any_database.reading() as session:
        if any_database.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
            explain = "EXPLAIN"
        else:
            explain = "EXPLAIN QUERY PLAN"
        plan = " ".join(
            str(row) for row in session.execute(text(f"{explain} SELECT * FROM {where}"))
        )
    assert "Seq Scan" not in plan
    assert "SCAN " not in plan


def test_addresses_can_be_erased(any_issuer, approval):
    now = datetime.now(UTC)
    received = receive(any_issuer, approval(), source="forms", event_id="e-1", now=now)
    with any_issuer.database.writing() as session:
        search.forget_addresses(session, find(any_issuer, received.credential_id).approval_pk)
    with any_issuer.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AddressRow)) == 0
        assert b"school.example" not in session.scalars(select(ApprovalRow.content)).one().lower()
    again = receive(any_issuer, approval(), source="forms", event_id="e-2", now=now)
    assert again.credential_id == received.credential_id
    assert served(any_issuer.settings)[0][received.credential_id, "json"][0] == 200


DOCUMENT = b'{"a":1}'


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"{}",
        b'{"a":"' + b"x" * 9000 + b'"}',
        b"eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.AAECAwA",
        b"eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.AAECAwB",  # stray bits
        b"eyJhbGciOiJFUzI1NiJ9.AA.AAAA",  # a zero where none is expected
        DOCUMENT,
        DOCUMENT[:-1] + b',"b":2}',
        DOCUMENT[:-1] + b" }",
        b"eyJhbGciOiJFUzI1NiJ9.eyJhIjoxLCJiIjoyfQ.AAEC",  # {"a":1,"b":2}
        b"e.y.J",
        b"eyJh\nbGci.eyJh.eyJh",
        "e\u00e9.\u00e9.\u00e9".encode(),
        b"e\xff\xfe",
    ],
)
def test_stored_bytes_come_back_as_they_were(value):
    kind = CompressedBytes()
    assert kind.process_result_value(kind.process_bind_param(value, None), None) == value
    assert kind.process_result_value(value, None) == value  # as an older version stored them
    for document in (b"", DOCUMENT):
        row = CredentialRow(document=document)
        for name, end in forms.columns(document, value, value, value).items():
            setattr(row, f"{name}_end", end)
        assert (row.json, row.jwt, row.to_share) == (value, value, value)


def test_what_the_forms_begin_with_is_stored_once():
    json_form, parts = DOCUMENT[:-1] + b',"b":2}', (b"{}", DOCUMENT[:-1] + b',"iss":1}', b"\xff")
    jwt = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    assert forms.columns(DOCUMENT, json_form, jwt, None) == {
        "json": b',"b":2}',
        "jwt": b'{}\0,"iss":1}\0\xff',
        "to_share": None,
    }


@pytest.fixture(params=["sqlite", "postgresql"])
def of_the_demo(tmp_path, request):
    """An issuer with everything that `mintmark init` turns on, and nothing in its database."""
    settings = init.create(
        tmp_path / "home",
        public_url="http://localhost:8202",
        name="Example District",
        source="forms",
        did_key=False,
        now=datetime.now(UTC),
        cost=Cost(memory_kib=64, iterations=1, lanes=1),
    )
    if request.param == "postgresql":
        settings = replace(settings, database_url=request.getfixturevalue("postgresql_url"))
    issuer = Issuer(settings)
    migrations.upgrade(issuer.database)
    yield issuer
    issuer.database.close()


def test_an_approval_takes_at_most_16_kb_as_inserted(of_the_demo):
    """Before PostgreSQL has vacuumed: nothing that is large is written and then thrown away.

    The first hundred pay for the beginning of each table and index, which a district pays once.
    """
    issuer, now, many = of_the_demo, datetime.now(UTC), 100
    with issuer.database.writing() as session:
        for achievement in files.load(EXAMPLES):
            versions.record(session, achievement, now=now)
    data = json.loads((EXAMPLES / "approval.json").read_bytes())["data"]
    arrived = [
        Arrived(from_data(data | {"approval_id": f"a-{number}"}), f"e-{number}")
        for number in range(2 * many)
    ]
    receive_all(issuer, arrived[:many], source="forms", now=now)
    before = size(issuer)
    receive_all(issuer, arrived[many:], source="forms", now=now)
    assert (size(issuer) - before) / many <= 16 * 1024
    with issuer.database.reading() as session:
        row = session.scalars(select(CredentialRow)).first()
    assert None not in (row.json, row.jwt, row.to_share)


def size(issuer):
    with issuer.database.reading() as session:
        if issuer.database.engine.dialect.name == "postgresql":
            return session.scalar(
                text("SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables")
            )
        return session.scalar(text("PRAGMA page_count")) * session.scalar(text("PRAGMA page_size"))
