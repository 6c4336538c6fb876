"""An issuer to work with: a home with cheap keys, a small catalog, and both databases."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mail_sink
import pytest
import sqlalchemy
from flask.testing import FlaskClient
from needs import need

from issuer import migrations
from issuer.app import start_app
from issuer.catalog import versions
from issuer.catalog.achievement import Achievement, Criterion, FrameworkItem, Level, Rubric
from issuer.database.database import Database
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.installation import init
from issuer.issuance.approval import Approval, from_data
from issuer.sharing.shared import Shared, find_shared
from keys.key_file import Cost

CHEAP = Cost(memory_kib=64, iterations=1, lanes=1)
NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def _levels() -> tuple[Level, ...]:
    return (Level("not-yet", "Not yet", "Started.", 0), Level("met", "Met", "Shown.", 1))


RUBRIC = Rubric(
    id="completion",
    name="Completion",
    criteria=(
        Criterion("learning", "The learning process", "What was read.", "met", _levels()),
        Criterion("work", "Student work", "What students made.", "met", _levels()),
    ),
)
ACHIEVEMENT = Achievement(
    id="rhythms",
    name="Composing with foundational rhythms",
    description="Students compose and read rhythm.",
    criteria="Teach **ten weeks** of rhythm.",
    rubric=RUBRIC,
    tags=("music", "band"),
    alignments=(FrameworkItem("Create music", "https://case.example/uri/1", target_type="CFItem"),),
)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as `mintmark init` makes it, to be copied."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    init.create(
        home,
        public_url="http://localhost:8202",
        name="Prairie Example District",
        source="forms",
        did_key=False,
        now=datetime.now(UTC),
        cost=CHEAP,
    )
    issuer = Issuer(_settings(home))
    with issuer.database.writing() as session:
        versions.record(session, ACHIEVEMENT, now=NOW)
    issuer.database.close()
    return home


def _settings(home: Path) -> Settings:
    from issuer.home.settings import load

    return load(home)


@pytest.fixture
def home(prepared_home: Path, tmp_path: Path) -> Path:
    """A home of one's own, on SQLite."""
    return Path(shutil.copytree(prepared_home, tmp_path / "home"))


@pytest.fixture
def settings(home: Path) -> Settings:
    return _settings(home)


@pytest.fixture
def issuer(settings: Settings) -> Iterator[Issuer]:
    """An issuer on SQLite."""
    new_issuer = Issuer(settings)
    yield new_issuer
    new_issuer.database.close()


@pytest.fixture
def postgresql_issuer(
    settings: Settings, postgresql_server: str, prepared_database: str
) -> Iterator[Issuer]:
    """An issuer on PostgreSQL."""
    with _database(postgresql_server, like=prepared_database) as url:
        new_issuer = Issuer(replace(settings, database_url=url))
        yield new_issuer
        new_issuer.database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_issuer(request: pytest.FixtureRequest) -> Issuer:
    """An issuer on SQLite, then one on PostgreSQL."""
    name = "issuer" if request.param == "sqlite" else "postgresql_issuer"
    chosen_issuer: Issuer = request.getfixturevalue(name)
    return chosen_issuer


@pytest.fixture
def any_database(any_issuer: Issuer) -> Database:
    return any_issuer.database


@pytest.fixture
def client(issuer: Issuer) -> Iterator[FlaskClient]:
    """Somebody in front of the issuer's pages."""
    app = start_app(issuer.settings)
    yield app.test_client()
    app.extensions["mintmark"].database.close()


@pytest.fixture
def shared_credential(issuer: Issuer, public_id: str) -> Shared:
    """The credential that a test file's `public_id` names, as its pages have it."""
    credential = find_shared(issuer, public_id)
    assert credential is not None
    return credential


@pytest.fixture
def sink() -> Iterator[mail_sink.Sink]:
    """A mail server that keeps what it is given."""
    with mail_sink.running() as server:
        yield server


@pytest.fixture
def approval() -> Callable[..., Approval]:
    """Make an approval; keyword arguments replace members of its data, None leaves one out."""

    def make(approval_id: str = "a-1", **members: Any) -> Approval:
        data = {
            "approval_id": approval_id,
            "achievement": {"id": "rhythms"},
            "recipient": {"name": "Jordan Example", "emails": ["Jordan@School.example"]},
            "narrative": {
                "skill": "Rhythm.",
                "goal": "Each student reads eight bars.",
                "measured_outcome": "9 of 31, then 26.",
            },
            "levels": {"learning": "met", "work": "met"},
            "approved_at": "2026-05-15T15:00:00Z",
            **members,
        }
        return from_data({key: value for key, value in data.items() if value is not None})

    return make


POSTGRESQL = Path("/usr/lib/postgresql")


class Cluster:
    """A throw-away PostgreSQL cluster on a socket in a folder of its own."""

    def __init__(self) -> None:
        need(POSTGRESQL)
        self.programs = sorted(POSTGRESQL.glob("*/bin"))[-1]
        self.user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
        self.folder = Path(tempfile.mkdtemp(prefix="mintmark-pg-"))
        if self.user:
            shutil.chown(self.folder, self.user)
        self.url = f"postgresql+psycopg://mintmark@/postgres?host={self.folder}"
        self._run("initdb", "--auth=trust", "--username=mintmark", "--no-sync")

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=60"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        data = str(self.folder / "data")
        command = [str(self.programs / program), "-D", data, *arguments]
        # Not captured: the server keeps what it inherits, and the pipe would never end.
        out = subprocess.DEVNULL
        subprocess.run(command, user=self.user, cwd=self.folder, check=True, stdout=out)


@contextmanager
def running() -> Iterator[Cluster]:
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(cluster.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL cluster that the tests of a session share."""
    with running() as cluster:
        yield cluster.url


@pytest.fixture
def postgresql_cluster() -> Iterator[Cluster]:
    """A PostgreSQL cluster of one's own, to be stopped and started."""
    with running() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def prepared_database(postgresql_server: str) -> Iterator[str]:
    """The name of a database that is migrated and has the small catalog, to be copied."""
    with _database(postgresql_server) as url:
        database = Database(url)
        migrations.upgrade(database)
        with database.writing() as session:
            versions.record(session, ACHIEVEMENT, now=NOW)
        database.close()  # PostgreSQL copies a database that nobody uses
        yield _name(url)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """An empty PostgreSQL database of one's own."""
    with _database(postgresql_server) as url:
        yield url


@contextmanager
def _database(server_url: str, *, like: str = "template1") -> Iterator[str]:
    """The URL of a database of one's own, a copy of `like`."""
    name = f"test_{secrets.token_hex(8)}"
    server = sqlalchemy.create_engine(server_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {like}")
    yield server_url.replace("/postgres?", f"/{name}?")
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


def _name(url: str) -> str:
    return str(sqlalchemy.make_url(url).database)
