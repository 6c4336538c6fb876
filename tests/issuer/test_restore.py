"""No status place is handed out twice, however a backup is put back, without a word (P2, P11)."""

import json
import os
import shutil
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from needs import need
from sqlalchemy import select

from issuer.__main__ import main
from issuer.app import start
from issuer.home import published
from issuer.home.issuer import Issuer, opened
from issuer.home.settings import load
from issuer.installation import backup
from issuer.issuance import receive_all
from issuer.issuance.prepare import Arrived
from issuer.issuance.records.tables import CredentialRow, StatusList
from issuer.issuance.status_lists import lists, mark
from verifier import verify

DATABASE = "mintmark.sqlite3"
NOW = datetime(2026, 11, 29, 2, 30, tzinfo=UTC)


def issue(issuer, approval, *numbers):
    """Issue some credentials; return the place of each."""
    arrived = [Arrived(approval(f"a-{number}"), f"e-{number}") for number in numbers]
    received = receive_all(issuer, arrived, source="forms", now=datetime.now(UTC))
    ids = [result.credential_id for result in received]
    with issuer.database.reading() as session:
        rows = session.scalars(select(CredentialRow).where(CredentialRow.public_id.in_(ids)))
        return {(row.list_number, row.list_index) for row in rows}


def started(home):
    """Start an issuer as `mintmark serve` does."""
    issuer = Issuer(load(home))
    start(issuer)
    return issuer


def lists_of(issuer):
    with issuer.database.reading() as session:
        return session.scalars(select(StatusList.number).order_by(StatusList.number)).all()


def database_from_backup(home, copy):
    """The database alone; `public/` is as it was."""
    for suffix in ("", "-wal", "-shm"):
        (home / f"{DATABASE}{suffix}").unlink(missing_ok=True)
    shutil.copy2(copy / DATABASE, home / DATABASE)


def whole_home(home, copy):
    """The home is lost; all of it comes from the copy, the passphrase from the safe."""
    passphrase = (home / "passphrase").read_bytes()
    shutil.rmtree(home)
    shutil.copytree(copy, home)
    (home / "passphrase").write_bytes(passphrase)
    (home / "passphrase").chmod(0o600)


def over_the_home(home, copy):
    """The files of the copy over those of the home, as `rsync -a --delete` puts them."""
    later = time.time() - 3600  # the copy is an hour old
    for file in copy.rglob("*"):
        os.utime(file, (later, later))
    for suffix in ("-wal", "-shm"):
        (home / f"{DATABASE}{suffix}").unlink(missing_ok=True)
    for file in filter(lambda path: path.is_file(), copy.rglob("*")):
        there = home / file.relative_to(copy)
        if file.name != ".original":  # size and date are as they were: nothing to be done
            shutil.copy2(file, there)


def by_command(home, copy):
    assert main(["--home", str(home), "backup", str(copy)]) == 0


def by_copying(home, copy):
    shutil.copytree(home, copy)


WAYS = [
    (by_command, database_from_backup),
    (by_command, whole_home),
    (by_copying, database_from_backup),
    (by_copying, whole_home),
    (by_copying, over_the_home),
]


@pytest.mark.parametrize("before", [0, 1, 7])
@pytest.mark.parametrize(("back_up", "restore"), WAYS)
def test_after_a_restore_no_place_is_handed_out_twice(
    home, approval, tmp_path, back_up, restore, before
):
    issuer, copy = started(home), tmp_path / "copy"
    known = issue(issuer, approval, *range(before)) if before else set()
    issuer.database.close()  # stopped
    back_up(home, copy)
    with opened(load(home)) as issuer:
        lost = issue(issuer, approval, *range(100, 105))
    restore(home, copy)
    issuer = started(home)
    fresh = issue(issuer, approval, *range(200, 205))
    assert len(known | lost | fresh) == before + 5 + 5
    assert not fresh & (known | lost)
    assert not {number for number, _ in fresh} & {number for number, _ in lost}
    issuer.database.close()
    once = lists_of(issuer)
    again = started(home)  # and that is that
    assert lists_of(again) == once
    again.database.close()


def test_what_was_revoked_since_the_backup_stays_revoked(home, approval, tmp_path, caplog):
    issuer = started(home)
    issue(issuer, approval, 1)
    by_command(home, tmp_path / "copy")
    with issuer.database.reading() as session:
        row = session.scalars(select(CredentialRow)).one()
    lists.revoke(issuer, row.public_id, reason="by mistake", by="command", now=datetime.now(UTC))
    issuer.database.close()
    database_from_backup(home, tmp_path / "copy")
    issuer = started(home)  # nothing was issued since, and yet the files know more
    report = verify(row.json, fetch=published.fetch_own(issuer.settings), now=datetime.now(UTC))
    assert report.current.code == "revoked"
    issuer.database.close()


def test_a_database_put_back_under_a_running_issuer_is_noticed_with_the_next_approval(
    home, approval, tmp_path, caplog
):
    issuer = started(home)
    by_command(home, tmp_path / "copy")
    lost = issue(issuer, approval, 1, 2)
    issuer.database.close()
    database_from_backup(home, tmp_path / "copy")
    fresh = issue(issuer, approval, 3, 4)
    assert not {number for number, _ in fresh} & {number for number, _ in lost}
    assert "put back" in caplog.text
    issuer.database.close()


def test_without_keys_the_next_approval_is_stored_at_a_place_of_its_own(home, approval, tmp_path):
    issuer = started(home)
    by_command(home, tmp_path / "copy")
    lost = issue(issuer, approval, 1)
    issuer.database.close()
    database_from_backup(home, tmp_path / "copy")
    (home / "passphrase").rename(home / "away")
    issuer = started(home)
    assert not issue(issuer, approval, 2) & lost
    issuer.database.close()


@pytest.mark.parametrize("command", [["issue", "--pending"], ["issue", "--approvals", "none"]])
def test_a_command_that_issues_looks_as_well(home, approval, tmp_path, command, capsys):
    issuer = started(home)
    issue(issuer, approval, 1)
    issuer.database.close()
    by_copying(home, tmp_path / "copy")
    whole_home(home, tmp_path / "copy")
    (tmp_path / "none").touch()
    command = [tmp_path / "none" if word == "none" else word for word in command]
    assert main(["--home", str(home), *map(str, command)]) == 0
    with opened(load(home)) as issuer:
        assert len(lists_of(issuer)) == 2


def test_the_mark_is_on_disk_before_anything_is_signed(issuer, approval, monkeypatch):
    seen, sign = [], lists.published.write

    def written(file, document):
        if file.name == "places":
            seen.append(document["places"])
        sign(file, document)

    monkeypatch.setattr("issuer.issuance.status_lists.mark.published.write", written)
    monkeypatch.setattr(
        "issuer.issuance.finish.secure", lambda *_: seen.append("signed") or b"" / 1
    )
    with pytest.raises(TypeError):
        issue(issuer, approval, 1, 2)
    assert seen == [2, "signed"]


def test_a_mark_that_cannot_be_written_keeps_everything_from_being_signed(
    issuer, approval, monkeypatch
):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mark, "keep_up", full)
    with pytest.raises(Exception, match="No space left"):
        issue(issuer, approval, 1)
    monkeypatch.undo()
    assert len(issue(issuer, approval, 1)) == 1


@pytest.mark.parametrize("damaged", [None, b"", b"{", b"[]", b'{"list": 1}', b'{"list": "x"}'])
def test_a_mark_that_is_lost_or_damaged_costs_a_list_and_no_place(home, approval, damaged):
    issuer = started(home)
    before = issue(issuer, approval, 1)
    issuer.database.close()
    file = home / "public" / "places"
    file.unlink() if damaged is None else file.write_bytes(damaged)
    issuer = started(home)
    assert not {number for number, _ in issue(issuer, approval, 2)} & {n for n, _ in before}
    assert len(lists_of(issuer)) == 2
    issuer.database.close()


def test_a_home_that_is_only_started_again_keeps_its_list(home, approval):
    for number in range(3):
        issuer = started(home)
        issue(issuer, approval, number)
        assert lists_of(issuer) == [1]
        issuer.database.close()


def test_places_prepared_and_not_signed_cost_no_list(home, approval):
    (home / "passphrase").rename(home / "away")
    for number in range(3):
        issuer = started(home)
        issue(issuer, approval, number)
        assert lists_of(issuer) == [1]
        issuer.database.close()


def test_a_home_moved_to_another_folder_of_the_disk_is_the_same(home, approval):
    issuer = started(home)
    issue(issuer, approval, 1)
    issuer.database.close()
    moved = home.rename(home.with_name("moved"))
    issuer = started(moved)
    assert lists_of(issuer) == [1]
    issuer.database.close()


# ---- mintmark backup


def test_a_backup_has_everything_but_the_passphrase_and_is_private(home, approval, tmp_path):
    issuer = started(home)
    issue(issuer, approval, 1)
    (home / "logo.svg").write_text("<svg/>")
    by_command(home, tmp_path / "copy")  # while it runs
    issue(issuer, approval, 2)
    issuer.database.close()
    names = {str(file.relative_to(tmp_path / "copy")) for file in (tmp_path / "copy").rglob("*")}
    keys = {f"keys/{file.name}" for file in (home / "keys").glob("*.json")}
    assert {DATABASE, "mintmark.toml", "secret", "logo.svg", "public/status/1"} | keys <= names
    assert not names & {"passphrase", f"{DATABASE}-wal", "keys/.lock", ".publish.lock"}
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "copy" / DATABASE).stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob("*.unfinished")) == []


def test_a_backup_is_whole_or_not_there(home, tmp_path, capsys, monkeypatch):
    def full(*_args, **_how):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    assert main(["--home", str(home), "backup", str(tmp_path / "copy")]) == 1
    assert "No space left" in capsys.readouterr().err
    assert not (tmp_path / "copy").exists()
    assert list(tmp_path.glob("*.unfinished")) == []


@pytest.mark.parametrize(
    ("where", "why"), [("there", "is there already"), ("home/x", "in the home")]
)
def test_a_backup_goes_to_a_new_folder_outside_the_home(home, tmp_path, capsys, where, why):
    (tmp_path / "there").mkdir()
    assert main(["--home", str(home), "backup", str(tmp_path / where)]) == 1
    assert why in capsys.readouterr().err


def test_postgresql_is_dumped_and_restored_and_no_place_comes_twice(
    postgresql_issuer, approval, tmp_path
):
    need("pg_dump", "pg_restore")
    settings = postgresql_issuer.settings
    start(postgresql_issuer)
    known = issue(postgresql_issuer, approval, 1, 2)
    backup.back_up(settings, tmp_path / "copy", now=NOW)
    lost = issue(postgresql_issuer, approval, 3, 4)
    postgresql_issuer.database.close()
    plain = settings.database_url.replace("+psycopg", "")
    dump = tmp_path / "copy" / backup.DUMP
    command = ["pg_restore", "--clean", "--if-exists", f"--dbname={plain}", str(dump)]
    subprocess.run(command, check=True)
    issuer = Issuer(settings)
    start(issuer)
    fresh = issue(issuer, approval, 5, 6)
    assert len(known | lost | fresh) == 6
    issuer.database.close()


def test_a_password_of_postgresql_is_on_no_command_line(settings, tmp_path, monkeypatch):
    asked = []
    url = "postgresql+psycopg://mintmark:top-secret@db.example/mint"
    monkeypatch.setattr(subprocess, "run", lambda command, env, **_: asked.append((command, env)))
    backup.back_up(replace(settings, database_url=url), tmp_path / "copy", now=NOW)
    ((command, env),) = asked
    assert "top-secret" not in " ".join(command)
    assert env["PGPASSWORD"] == "top-secret"
    assert "--dbname=postgresql://mintmark@db.example/mint" in command


def test_dated_backups_keep_the_newest_and_nothing_else_is_deleted(settings, tmp_path):
    """P11: a timer that runs for years fills no disk, and deletes only what it made."""
    (tmp_path / "kept").mkdir()
    others = ["2026", "before-the-upgrade", "2026-11-29T023000Z.unfinished-notes"]
    for name in others:
        (tmp_path / "kept" / name).mkdir()
    for day in range(4):
        now = NOW + timedelta(days=day)
        folder = backup.back_up_dated(settings, tmp_path / "kept", keep=2, now=now)
        assert json.loads((settings.home / backup.NOTE).read_text()) == {
            "at": now.isoformat(),
            "folder": str(folder),
        }
        assert not (folder / backup.NOTE).exists()
    dated = ["2026-12-01T023000Z", "2026-12-02T023000Z"]
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == sorted(others + dated)


@pytest.mark.parametrize("keep", ["0", "-1", "many"])
def test_to_keep_no_backup_is_wrong_usage(home, tmp_path, keep):
    with pytest.raises(SystemExit) as end:
        main(["--home", str(home), "backup", str(tmp_path / "kept"), "--keep", keep])
    assert end.value.code == 2
