import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from issuer import migrations
from issuer.database.database import Base, Database
from issuer.issuance.records.tables import Revocation, StatusList
from issuer.migrations import SchemaError, parts
from issuer.migrations.parts import INDEXES

MOMENT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def status_list(number=7, **members):
    members = {"size": 131072, "key": b"k" * 32, "opened_at": MOMENT, **members}
    return StatusList(number=number, **members)


@pytest.fixture
def sqlite(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    migrations.upgrade(database)
    yield database
    database.close()


def test_the_migrations_make_exactly_the_tables_of_the_models(any_database):
    with any_database.engine.connect() as connection:
        opts = {"compare_type": True, "include_object": lambda _, name, *rest: name not in INDEXES}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


def test_an_upgrade_may_be_run_again(any_database):
    migrations.upgrade(any_database)
    migrations.check(any_database)


def test_a_database_without_our_schema_is_refused_with_the_remedy(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with pytest.raises(SchemaError, match="mintmark migrate"):
        migrations.check(database)
    database.close()


def test_a_database_of_a_newer_version_is_refused(sqlite):
    with sqlite.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="newer than this version"):
        migrations.check(sqlite)


def test_an_upgrade_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with database.writing() as session:
        session.execute(text("CREATE TABLE events (id INTEGER)"))
    with pytest.raises(DBAPIError):
        migrations.upgrade(database)
    with database.reading() as session:
        tables = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        assert list(tables) == ["events"]
    database.close()


def test_a_moment_comes_back_in_utc(any_database):
    chicago = timezone(timedelta(hours=-6))
    with any_database.writing() as session:
        session.add(status_list(opened_at=datetime(2026, 11, 22, 6, 0, tzinfo=chicago)))
    with any_database.reading() as session:
        moment = session.get_one(StatusList, 7).opened_at
    assert (moment, moment.utcoffset()) == (MOMENT, timedelta(0))


def test_reading_writes_nothing(any_database):
    with any_database.writing() as session:
        session.add(status_list())
    with any_database.reading() as session:
        session.get_one(StatusList, 7).closed = True
        session.add(status_list(8))
        assert session.get_one(StatusList, 7).closed
    with any_database.reading() as session:
        assert not session.get_one(StatusList, 7).closed
        assert session.get(StatusList, 8) is None


def test_postgresql_plans_a_statement_once_for_all_who_read_and_write(postgresql_issuer):
    database = postgresql_issuer.database
    for _ in range(6):  # psycopg prepares what was asked for five times
        with database.writing() as session:
            session.execute(select(StatusList.number))
        with database.reading() as session:
            session.execute(select(StatusList.number))
            names = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("status_lists.number" in statement for statement in names)


def test_a_moment_without_an_offset_is_refused(sqlite):
    with pytest.raises(StatementError, match="needs an offset"), sqlite.writing() as session:
        session.add(status_list(opened_at=datetime(2026, 11, 22)))


def test_what_raises_is_undone(any_database):
    def fail():
        with any_database.writing() as session:
            session.add(status_list())
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with any_database.reading() as session:
        assert session.get(StatusList, 7) is None


def test_a_bit_of_a_list_has_one_row(any_database):
    bit = {"list_number": 7, "list_index": 5, "reason": "x", "revoked_at": MOMENT}
    with any_database.writing() as session:
        session.add(status_list())
        session.flush()
        session.add(Revocation(**bit))
    with pytest.raises(IntegrityError), any_database.writing() as session:
        session.add(Revocation(**bit))


def test_a_row_cannot_name_what_is_not_there(any_database):
    lost = Revocation(list_number=99, list_index=5, reason="x", revoked_at=MOMENT)
    with pytest.raises(IntegrityError), any_database.writing() as session:
        session.add(lost)


def test_sqlite_keeps_what_it_acknowledged_through_a_power_cut(sqlite):
    with sqlite.reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA synchronous")) == 2  # FULL


def test_a_writer_holds_the_lock_from_its_first_moment(sqlite, tmp_path):
    other = sqlite3.connect(tmp_path / "x.sqlite3", timeout=0, isolation_level=None)
    with sqlite.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_reader_waits_for_no_writer(any_database):
    with any_database.writing() as writer:
        writer.add(status_list())
        writer.flush()
        with any_database.reading() as reader:
            assert reader.get(StatusList, 7) is None


@pytest.fixture
def searched(postgresql_issuer):
    """A PostgreSQL database, and what says how it would find a part of a name."""

    def plan():
        with postgresql_issuer.database.reading() as session:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            query = "EXPLAIN SELECT id FROM approvals WHERE teacher LIKE '%exampl%'"
            return " ".join(session.scalars(text(query)))

    return postgresql_issuer.database, plan


def test_parts_of_names_are_found_by_index_on_postgresql(searched):
    _, plan = searched
    assert "ix_approvals_teacher_parts" in plan()


def test_an_index_that_was_not_finished_is_made_anew(searched):
    """P12: as PostgreSQL leaves one whose maker was killed."""
    database, plan = searched
    with database.writing() as session:
        session.execute(
            text(
                "UPDATE pg_index SET indisvalid = false"
                " WHERE indexrelid = 'ix_approvals_teacher_parts'::regclass"
            )
        )
    assert "Seq Scan" in plan()
    lines = []
    parts.index(database, lines.append)
    assert lines == ["searches have the index ix_approvals_teacher_parts"]
    assert "ix_approvals_teacher_parts" in plan()


def test_without_the_extension_searches_read_every_row_and_migrate_says_so(searched):
    database, plan = searched
    with database.writing() as session:
        session.execute(text("DROP EXTENSION pg_trgm CASCADE"))
        session.execute(text("CREATE ROLE few LOGIN"))
        session.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO few"))
    few = Database(database.engine.url.set(username="few").render_as_string(hide_password=False))
    lines = []
    parts.index(few, lines.append)
    few.close()
    with database.writing() as session:
        session.execute(text("DROP OWNED BY few"))
        session.execute(text("DROP ROLE few"))
    assert "CREATE EXTENSION pg_trgm" in lines[0]
    assert "Seq Scan" in plan()
